"""Identifiers said in a conversation, by whom and where, put together over turns.

Numbers are dictated in pieces while the other side murmurs or repeats them. Turns of one role therefore count
as one speech as long as the others only acknowledge, say digits or ask to go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.evaluation.evaluators.searchable import Place, searchable
from qa_toolkit.language import normalised
from qa_toolkit.language.heard_words import DIGITS, HeardWords
from qa_toolkit.language.identifier_places import may_hold_mail
from qa_toolkit.language.identifiers import Identifier, IdentifierKind, find_identifiers


def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


LANGUAGES: Final = ("en", "es")
"""Languages whose number words are known."""

_LEAD_TURNS: Final = 4
_MOST_LIGHT_WORDS: Final = 5
_LIGHT: Final = _split(
    """
    okay ok yes yeah yep mhm uh huh right got it i have that go ahead on next then and the rest all sure
    perfect thanks thank you good great copy continue keep going ready correct alright well please si
    aja bien siga adelante perfecto gracias continue ya claro listo correcto mande bueno y
    """
)
_NUMBER_WORDS: Final = {
    "en": _split("zero one two three four five six seven eight nine double triple oh"),
    "es": _split("cero uno dos tres cuatro cinco seis siete ocho nueve"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """An identifier, the places of its words, and how sure it is that it was said."""

    kind: IdentifierKind
    value: str
    role: Role
    places: tuple[Place, ...]
    probability: float


class _Conversation:
    """The turns of a transcript, normalised for one language."""

    def __init__(self, transcript: Transcript, language: str) -> None:
        self.language = language
        self.turns = transcript.turns
        self.said = [normalised(turn.text, language, drop_fillers=True) for turn in transcript.turns]
        self._numbered = {n for n, turn in enumerate(self.said) if not DIGITS.isdisjoint(turn.texts)}
        self._mail = may_hold_mail(self.words(range(len(self.said))))

    def may_hold_identifier(self, turns: Sequence[int]) -> bool:
        """Whether a digit, or ``@`` and a dot, were said in some turns; else there is no identifier."""
        return not self._numbered.isdisjoint(turns) or (self._mail and may_hold_mail(self.words(turns)))

    def words(self, turns: Iterable[int]) -> list[str]:
        """The texts of some turns, one after the other."""
        return list(chain.from_iterable([self.said[turn].texts for turn in turns]))

    def heard(self, turns: Iterable[int]) -> HeardWords:
        """Some turns as words that know what was around them."""
        return HeardWords([(self.turns[turn].text, self.said[turn]) for turn in turns])


def said_identifiers(transcript: Transcript, language: str) -> tuple[Said, ...]:
    """Every identifier of a conversation in order; doubtful ones have a probability below 0.7."""
    by_language = {language: _Conversation(transcript, language)}
    others = _others(transcript.turns, language)
    found: list[Said] = []
    for group in _speeches(by_language[language]):
        for spoken in (language, *_spoken(others, transcript, group)):
            if spoken not in by_language:
                by_language[spoken] = _Conversation(transcript, spoken)
            for one in _in_speech(transcript, group, by_language[spoken]):
                if not any(_overlap(one, other) for other in found):
                    found.append(one)
    return tuple(sorted(found, key=lambda one: (one.places[0].turn, one.places[0].start)))


def _others(turns: Sequence[Turn], language: str) -> list[str]:
    """Other languages numbers may have been said in: the letters of two of their number words are there."""
    letters = "\n".join([turn.text for turn in turns]).lower()
    return [
        other
        for other, numbers in _NUMBER_WORDS.items()
        if other != language and sum(number in letters for number in numbers) > 1
    ]


def _spoken(others: Sequence[str], transcript: Transcript, group: Sequence[int]) -> list[str]:
    """Those of some languages of which two number words are in a speech."""
    if not others:
        return []
    texts = [transcript.turns[turn].text for turn in group]
    words = {word.strip(".,;:?!").lower() for text in texts for word in text.split()}
    return [other for other in others if len(words & _NUMBER_WORDS[other]) > 1]


def _speeches(said: _Conversation) -> list[list[int]]:
    groups: list[list[int]] = []
    current: dict[Role, list[int]] = {}
    for position, turn in enumerate(said.turns):
        group = current.get(turn.role)
        if group is None:
            current[turn.role] = group = []
            groups.append(group)
        group.append(position)
        if not _light(said.said[position].texts):
            current = {turn.role: group}
    return groups


def _light(texts: Sequence[str]) -> bool:
    """Whether a turn only acknowledges, repeats digits or asks to go on."""
    number = 0
    for text in texts:
        if text in _LIGHT:
            number += 1
        elif not text.isdecimal():
            return False
    return number <= _MOST_LIGHT_WORDS


def _in_speech(transcript: Transcript, group: Sequence[int], said: _Conversation) -> list[Said]:
    if not said.may_hold_identifier(group):
        return []
    heard = said.heard(group)
    lead = said.words(range(max(0, group[0] - _LEAD_TURNS), group[0]))
    found = []
    role = transcript.turns[group[0]].role
    for identifier in find_identifiers(heard, lead, of_office=role in (Role.AGENT, Role.IVR)):
        where = _places(said, group, heard, identifier)
        sure = identifier.probability * searchable(transcript, said.language).confidence(where)
        found.append(Said(identifier.kind, identifier.value, role, where, sure))
    return found


def _places(
    said: _Conversation, group: Sequence[int], heard: HeardWords, identifier: Identifier
) -> tuple[Place, ...]:
    where = [heard.at(position) for position in range(identifier.first, identifier.last)]
    tokens = [(group[turn], said.said[group[turn]].tokens[number]) for turn, number in where]
    return tuple(Place(turn, token.start, token.end) for turn, token in tokens)


def _overlap(one: Said, other: Said) -> bool:
    return any(
        a.turn == b.turn and a.start < b.end and b.start < a.end for a in one.places for b in other.places
    )
