"""Readings of the words around a hit: denied or merely supposed, told of somebody else, part of a question?

They look at the hit's own clause, and for a condition at its sentence. They know English and Spanish;
see ``docs/evaluators.md`` for what they cannot see.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa_toolkit.evaluation.evaluators.matching import NEGATIONS, Hit
from qa_toolkit.evaluation.evaluators.searchable import Searchable


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _sequences(text: str) -> tuple[str, ...]:
    """Each with a space at both ends, so that whole words are found in a line of words."""
    return tuple(f" {' '.join(item.split())} " for item in text.split(","))


def _longest_of(sequences: tuple[str, ...]) -> frozenset[str]:
    """A word of each: without one of these none of them is there."""
    return frozenset(max(sequence.split(), key=len) for sequence in sequences)


_LOOK_BACK = 7
WHOLE_CLAUSE = 15
"""Words before a hit in which a far denial leaves it in doubt: "I don't need to ask you whether ..."."""
_CLAUSE_END = frozenset(".?!;:…—,")
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
_DENYING = NEGATIONS | {"would"} | _longest_of(_SUPPOSED)
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
_REQUESTING = _longest_of(_REQUESTS)
_SENTENCE_END = frozenset(".?!…")


class Readings:
    """Readings of the words around hits in one conversation."""

    __slots__ = ("_clauses", "_denying", "_gaps", "_reporting", "text")

    def __init__(self, text: Searchable) -> None:
        self.text = text
        self._clauses: dict[tuple[int, int, int], Sequence[str]] = {}
        self._gaps: dict[int, list[str]] = {}
        self._denying: frozenset[int] | None = None
        self._reporting: frozenset[int] | None = None

    def is_denied(self, hit: Hit, reach: int = _LOOK_BACK) -> bool:
        """Whether the clause before the hit negates or only supposes it ("I don't need your birth date").

        Args:
            hit: the words found.
            reach: so many words before them are looked at.
        """
        if self._denying is None:
            self._denying = _stretches_with(_DENYING, self.text)
        if hit.stretch not in self._denying:
            return False
        stretch = self.text.stretches[hit.stretch]
        before = self._clause_before(hit, reach)
        for position, word in enumerate(before):
            if word in NEGATIONS and not _harmless(before, position, stretch.texts[hit.first]):
                return True
        if _holds(before, _SUPPOSED):
            return True
        if "would" not in before:
            return False
        return _conditional(before, stretch.texts[self._sentence_start(hit) : hit.first])

    def is_reported(self, hit: Hit) -> bool:
        """Whether the clause before the hit has a third person say it ("he told you it was your fault")."""
        if self._reporting is None:
            self._reporting = _stretches_with(_REPORTS, self.text)
        if hit.stretch not in self._reporting:
            return False
        before = self._clause_before(hit, _LOOK_BACK)
        for position, word in enumerate(before):
            if word in _REPORTS and position and before[position - 1] not in _OWN_WORDS:
                return True
        return False

    def is_asked(self, hit: Hit) -> bool:
        """Whether the hit's sentence asks: a question mark, a question word at its start, or a request."""
        stop, mark = self._sentence_end(hit)
        if mark == "?":
            return True
        words = self.text.stretches[hit.stretch].texts[self._sentence_start(hit) : stop]
        opening = next((word for word in words if word not in _CONNECTIVES), "")
        if opening in _ASKING or not _POLITE.isdisjoint(words):
            return True
        return not _REQUESTING.isdisjoint(words) and _holds(words, _REQUESTS)

    def _clause_before(self, hit: Hit, reach: int) -> Sequence[str]:
        """The words of the hit's clause before it, no more than so many; kept, as hits share places."""
        key = (hit.stretch, hit.first, reach)
        words = self._clauses.get(key)
        if words is None:
            texts, gaps = self.text.stretches[hit.stretch].texts, self._gaps_of(hit.stretch)
            start, least = hit.first, max(0, hit.first - reach)
            while (
                start > least
                and texts[start - 1] not in _NEW_CLAUSE
                and _CLAUSE_END.isdisjoint(gaps[start - 1])
            ):
                start -= 1
            words = self._clauses[key] = texts[start : hit.first]
        return words

    def _sentence_start(self, hit: Hit) -> int:
        """The first word of the hit's sentence."""
        start, gaps = hit.first, self._gaps_of(hit.stretch)
        while start and _SENTENCE_END.isdisjoint(gaps[start - 1]):
            start -= 1
        return start

    def _sentence_end(self, hit: Hit) -> tuple[int, str]:
        """Behind the last word of the hit's sentence, and the sign that ends it."""
        gaps = self._gaps_of(hit.stretch)
        for position in range(hit.last - 1, len(gaps)):
            for mark in gaps[position]:
                if mark in _SENTENCE_END:
                    return position + 1, mark
        return len(gaps), ""

    def _gaps_of(self, number: int) -> list[str]:
        """What stands in the original text behind each word of a stretch, up to the next one of its turn."""
        gaps = self._gaps.get(number)
        if gaps is None:
            stretch, turns = self.text.stretches[number], self.text.turns
            # Up to where: the next word, or None for the end of the turn.
            until = [
                token.start if turn == before else None
                for token, turn, before in zip(
                    stretch.tokens[1:], stretch.turns[1:], stretch.turns, strict=False
                )
            ]
            gaps = [
                turns[turn].text[token.end : end]
                for token, turn, end in zip(stretch.tokens, stretch.turns, [*until, None], strict=True)
            ]
            self._gaps[number] = gaps
        return gaps


def _stretches_with(words: frozenset[str], text: Searchable) -> frozenset[int]:
    """The stretches that hold any of these words."""
    return frozenset(n for n, stretch in enumerate(text.stretches) if not words.isdisjoint(stretch.texts))


def _conditional(clause: Sequence[str], sentence: Sequence[str]) -> bool:
    """Whether a clause with "would" follows an unreal condition: "if I did, I would have to ask"."""
    after = clause[clause.index("would") + 1 :]
    if after and after[0] in _WISHES:
        return False
    return any(
        word == "if"
        and any(verb in _PAST or verb.endswith("ed") for verb in sentence[i + 1 : i + 1 + _IF_REACHES])
        for i, word in enumerate(sentence)
    )


def _harmless(before: Sequence[str], position: int, first_of_hit: str) -> bool:
    """Whether a negation denies nothing: "not only", "why don't you", "could you not", "couldn't you"."""
    following = [*before, first_of_hit][position + 1]
    earlier = before[:position]
    if following in _HARMLESS_AFTER or "why" in earlier[-2:]:
        return True
    inverted = following == "you" and bool(earlier) and earlier[-1] in _MODALS
    return inverted or (
        bool(earlier) and earlier[-1] == "you" and bool(earlier[:-1]) and earlier[-2] in _MODALS
    )


def _holds(words: Sequence[str], sequences: tuple[str, ...]) -> bool:
    line = f" {' '.join(words)} "
    return any(sequence in line for sequence in sequences)
