"""Identifiers said in a conversation, by whom and where, put together over turns.

Numbers are dictated in pieces while the other side murmurs or repeats them. Turns of one role therefore count
as one speech as long as the others only acknowledge, say digits or ask to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.evaluation.evaluators.searchable import Place, searchable, tokens_of
from qa_toolkit.language.identifiers import HeardWord, IdentifierKind, find_identifiers, may_hold_identifier


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


def said_identifiers(transcript: Transcript, language: str) -> tuple[Said, ...]:
    """Every identifier of a conversation in order; doubtful ones have a probability below 0.7."""
    found: list[Said] = []
    for group in _speeches(transcript, language):
        words = {
            word.strip(".,;:?!").lower() for turn in group for word in transcript.turns[turn].text.split()
        }
        for spoken in _languages(words, language):
            for said in _in_speech(transcript, group, spoken):
                if not any(_overlap(said, other) for other in found):
                    found.append(said)
    return tuple(sorted(found, key=lambda said: (said.places[0].turn, said.places[0].start)))


def _languages(words: set[str], language: str) -> list[str]:
    others = [other for other in LANGUAGES if other != language and len(words & _NUMBER_WORDS[other]) > 1]
    return [language, *others]


def _speeches(transcript: Transcript, language: str) -> list[list[int]]:
    groups: list[list[int]] = []
    current: dict[Role, list[int]] = {}
    for position, turn in enumerate(transcript.turns):
        group = current.get(turn.role)
        if group is None:
            current[turn.role] = group = []
            groups.append(group)
        group.append(position)
        if not _light(turn.text, language):
            current = {turn.role: group}
    return groups


def _light(text: str, language: str) -> bool:
    """Whether a turn only acknowledges, repeats digits or asks to go on."""
    words = [token.text for token in tokens_of(text, language) if not token.text.isdecimal()]
    return len(words) <= _MOST_LIGHT_WORDS and all(word in _LIGHT for word in words)


def _in_speech(transcript: Transcript, group: Sequence[int], language: str) -> list[Said]:
    said = [(turn, tokens_of(transcript.turns[turn].text, language)) for turn in group]
    if not may_hold_identifier([token.text for _, tokens in said for token in tokens]):
        return []
    words: list[HeardWord] = []
    places: list[Place] = []
    for turn, tokens in said:
        text, before = transcript.turns[turn].text, -1
        for token in tokens:
            gap = None if before < 0 else text[before : token.start]
            words.append(HeardWord(token.text, text[token.start : token.end], gap))
            places.append(Place(turn, token.start, token.end))
            before = token.end
    lead = [
        token.text
        for turn in transcript.turns[max(0, group[0] - _LEAD_TURNS) : group[0]]
        for token in tokens_of(turn.text, language)
    ]
    source = searchable(transcript, language)
    found = []
    role = transcript.turns[group[0]].role
    for identifier in find_identifiers(words, lead, of_office=role in (Role.AGENT, Role.IVR)):
        where = tuple(places[identifier.first : identifier.last])
        sure = identifier.probability * source.confidence(where)
        found.append(Said(identifier.kind, identifier.value, role, where, sure))
    return found


def _overlap(one: Said, other: Said) -> bool:
    return any(
        a.turn == b.turn and a.start < b.end and b.start < a.end for a in one.places for b in other.places
    )
