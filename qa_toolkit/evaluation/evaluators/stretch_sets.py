"""Which stretches of a conversation hold a word: sets that are worked out word by word, when asked for.

A set of stretches is a number whose bit ``n`` stands for stretch ``n``: sets are joined in one step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import add
from typing import Any

from qa_toolkit.evaluation.evaluators.likeness import NOTHING

_BIT = (1).__lshift__
_NOWHERE: tuple[tuple[int, int], ...] = ()


class Holding(dict[str, int]):
    """The stretches that hold a word, each worked out when it is first asked for."""

    def __init__(self, index: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        super().__init__()
        self._index = index

    def __missing__(self, word: str) -> int:
        # A dictionary holds each stretch once.
        self[word] = found = sum(map(_BIT, dict(self._index.get(word, _NOWHERE))))
        return found


class Pairs(Mapping[str, int]):
    """The stretches in which two words written as one follow one another, worked out when asked for.

    Args:
        said: the words of each stretch.
        split: all such pairs.
    """

    def __init__(self, said: Sequence[tuple[str, ...]], split: frozenset[str]) -> None:
        self._said, self._split = said, split
        self._holding: dict[str, int] = {}

    def __getitem__(self, word: str) -> int:
        if word not in self._split:
            raise KeyError(word)
        found = self._holding.get(word)
        if found is None:
            pairs = enumerate(map(add, words, words[1:]) for words in self._said)
            self._holding[word] = found = sum(1 << number for number, joined in pairs if word in joined)
        return found

    def get(self, word: str, default: Any = None) -> Any:
        """Nearly every word asked for is none of them."""
        return self[word] if word in self._split else default

    def __contains__(self, word: object) -> bool:
        return word in self._split

    def __iter__(self) -> Iterator[str]:
        return iter(self._split)

    def __len__(self) -> int:
        return len(self._split)


class Like(dict[str, int]):
    """The stretches that hold a word of a phrase, a word like it, or it written as two."""

    def __init__(
        self, holding: Mapping[str, int], pairs: Mapping[str, int], alike: Mapping[str, Mapping[str, float]]
    ) -> None:
        super().__init__()
        self._holding, self._pairs, self._alike = holding, pairs, alike

    def __missing__(self, word: str) -> int:
        found = self._holding[word] | self._pairs.get(word, 0)
        for other in self._alike.get(word, NOTHING):
            found |= self._holding[other]
        self[word] = found
        return found
