"""Readings of the words around a hit: denied or merely supposed, told of somebody else, part of a question?

They look at the hit's own clause, and for a condition at its sentence. They know English and Spanish;
see ``docs/evaluators.md`` for what they cannot see.
"""

from __future__ import annotations

import re

from qa_toolkit.evaluation.evaluators.matching import NEGATIONS, Hit
from qa_toolkit.evaluation.evaluators.searchable import Searchable, Stretch


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _sequences(text: str) -> tuple[str, ...]:
    """Each with a space at both ends, so that whole words are found in a line of words."""
    return tuple(f" {' '.join(item.split())} " for item in text.split(","))


_LOOK_BACK = 7
WHOLE_CLAUSE = 15
"""Words before a hit in which a far denial leaves it in doubt: "I don't need to ask you whether ..."."""
_CLAUSE_END = re.compile(r"[.?!;:…—]|,")
_NEW_CLAUSE = frozenset({"but", "pero", "sino", "so", "because", "porque"})
_HARMLESS_AFTER = _words(
    "only forget hesitate worry mind problem worries solo olvide olvides dude preocupe problema"
)
_MODALS = _words("would could can will")
_SUPPOSED = _sequences(
    """
    if i needed, if we needed, if i were, if we were, if i had to, if we had to, if you ever,
    would have asked, would have said, would have told, instead of, rather than,
    si necesitara, si tuviera que, en vez de, en lugar de
    """
)
_DENYING = NEGATIONS | {"would"} | {max(sequence.split(), key=len) for sequence in _SUPPOSED}
"""Words without one of which nothing is denied or supposed."""
_WISHES = _words("like love prefer appreciate mind be")
_PAST = _words("did had were was")
_IF_REACHES = 3
_REPORTS = _words(
    "said says told tells claimed claims swore swears dijo dijeron dice dicen conto contaron comento"
)
_OWN_WORDS = _words("i you we usted ustedes")
_ASKING = _words(
    """
    what who whose when where which how can could may might would will do does did is are was were have has
    am shall should que cual cuales como cuando donde quien cuanto puede puedo podria me tiene es esta seria
    verify confirm verifique confirme digame deme
    """
)
_POLITE = _words("please favor")
_CONNECTIVES = _words(
    "and so well okay ok right great now then all alright perfect thanks y bueno pues entonces bien"
)
_REQUESTS = _sequences(
    """
    i need, i will need, i just need, i am going to need, let me get, let me have, go ahead and, give me,
    tell me, necesito, voy a necesitar, me puede, me da, digame
    """
)
_SENTENCE_END = ".?!…"


class Readings:
    """Readings of the words around hits in one conversation."""

    __slots__ = ("_clauses", "_denying", "_reporting", "text")

    def __init__(self, text: Searchable) -> None:
        self.text = text
        self._clauses: dict[tuple[int, int, int], list[str]] = {}
        self._denying = _stretches_with(_DENYING, text)
        self._reporting = _stretches_with(_REPORTS, text)

    def is_denied(self, hit: Hit, reach: int = _LOOK_BACK) -> bool:
        """Whether the clause before the hit negates or only supposes it ("I don't need your birth date").

        Args:
            hit: the words found.
            reach: so many words before them are looked at.
        """
        if hit.stretch not in self._denying:
            return False
        stretch = self.text.stretches[hit.stretch]
        before = self._clause_before(hit, reach)
        for position, word in enumerate(before):
            if word in NEGATIONS and not _harmless(before, position, stretch.texts[hit.first]):
                return True
        if _holds(before, _SUPPOSED):
            return True
        return "would" in before and _conditional(before, _sentence_before(hit, stretch, self.text))

    def is_reported(self, hit: Hit) -> bool:
        """Whether the clause before the hit has a third person say it ("he told you it was your fault")."""
        if hit.stretch not in self._reporting:
            return False
        before = self._clause_before(hit, _LOOK_BACK)
        for position, word in enumerate(before):
            if word in _REPORTS and position and before[position - 1] not in _OWN_WORDS:
                return True
        return False

    def is_asked(self, hit: Hit) -> bool:
        """Whether the hit's sentence asks: a question mark, a question word at its start, or a request."""
        stretch = self.text.stretches[hit.stretch]
        if _sentence_end(hit, stretch, self.text) == "?":
            return True
        before = _sentence_before(hit, stretch, self.text)
        words = [*before, *_sentence_from(hit, stretch, self.text)]
        opening = next((word for word in words if word not in _CONNECTIVES), "")
        if opening in _ASKING or any(word in _POLITE for word in words):
            return True
        return _holds(words, _REQUESTS)

    def _clause_before(self, hit: Hit, reach: int) -> list[str]:
        """The words of the hit's clause before it; kept, as hits share places."""
        key = (hit.stretch, hit.first, reach)
        words = self._clauses.get(key)
        if words is None:
            stretch = self.text.stretches[hit.stretch]
            words = []
            for position in range(hit.first - 1, max(-1, hit.first - 1 - reach), -1):
                if (
                    _CLAUSE_END.search(_between(position, stretch, self.text))
                    or stretch.texts[position] in _NEW_CLAUSE
                ):
                    break
                words.append(stretch.texts[position])
            words.reverse()
            self._clauses[key] = words
        return words


def _stretches_with(words: frozenset[str], text: Searchable) -> frozenset[int]:
    """The stretches that hold any of these words."""
    return frozenset(n for n, stretch in enumerate(text.stretches) if not words.isdisjoint(stretch.texts))


def _sentence_before(hit: Hit, stretch: Stretch, text: Searchable) -> list[str]:
    words: list[str] = []
    for position in range(hit.first - 1, -1, -1):
        if any(mark in _between(position, stretch, text) for mark in _SENTENCE_END):
            break
        words.insert(0, stretch.texts[position])
    return words


def _sentence_from(hit: Hit, stretch: Stretch, text: Searchable) -> list[str]:
    words: list[str] = []
    for position in range(hit.first, len(stretch.texts)):
        words.append(stretch.texts[position])
        if position >= hit.last - 1 and any(
            mark in _between(position, stretch, text) for mark in _SENTENCE_END
        ):
            break
    return words


def _sentence_end(hit: Hit, stretch: Stretch, text: Searchable) -> str | None:
    for position in range(hit.last - 1, len(stretch.texts)):
        between = _between(position, stretch, text)
        found = next((mark for mark in between if mark in _SENTENCE_END), None)
        if found:
            return found
    return None


def _between(position: int, stretch: Stretch, text: Searchable) -> str:
    """The original characters between a word and the next one of its stretch (or the end of its turn)."""
    turn, after = stretch.turns[position], position + 1
    source, end = text.turns[turn].text, stretch.tokens[position].end
    if after < len(stretch.turns) and stretch.turns[after] == turn:
        return source[end : stretch.tokens[after].start]
    return source[end:]


def _conditional(clause: list[str], sentence: list[str]) -> bool:
    """Whether a clause with "would" follows an unreal condition: "if I did, I would have to ask"."""
    after = clause[clause.index("would") + 1 :]
    if after and after[0] in _WISHES:
        return False
    return any(
        word == "if"
        and any(verb in _PAST or verb.endswith("ed") for verb in sentence[i + 1 : i + 1 + _IF_REACHES])
        for i, word in enumerate(sentence)
    )


def _harmless(before: list[str], position: int, first_of_hit: str) -> bool:
    """Whether a negation denies nothing: "not only", "why don't you", "could you not", "couldn't you"."""
    following = [*before, first_of_hit][position + 1]
    earlier = before[:position]
    if following in _HARMLESS_AFTER or "why" in earlier[-2:]:
        return True
    inverted = following == "you" and bool(earlier) and earlier[-1] in _MODALS
    return inverted or (earlier[-1:] == ["you"] and bool(earlier[:-1]) and earlier[-2] in _MODALS)


def _holds(words: list[str], sequences: tuple[str, ...]) -> bool:
    line = f" {' '.join(words)} "
    return any(sequence in line for sequence in sequences)
