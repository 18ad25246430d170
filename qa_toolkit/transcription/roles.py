"""Which speaker is the agent: judged from words, position and behaviour, never from the sound of a voice."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qa_toolkit.domain.transcript import Role, Turn
from qa_toolkit.transcription.role_cues import (
    ANNOUNCEMENT,
    CUES,
    ENGLISH,
    HELLO,
    INTERPRETER,
    ME,
    MESSAGE,
    NUMBERS,
    SPANISH,
    YOU,
    Cue,
    plain,
)

_OPENS_INBOUND = 1.5
_ANSWERS_OUTBOUND = -2.0
_ANSWERS_HELLO = -1.5
_GIVES_NUMBERS = -1.2
_LEAVES_MESSAGE = 4.0
_ASKS = 1.5
_ADDRESSES = 2.5
_PRIOR_WORDS = 12.0
_SLOPE = 0.5
_LONELY_SLOPE = 0.35

_ASKS_FOR = next(cue.pattern for cue in CUES if cue.name == "asks for a person")


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """Who is who.

    Attributes:
        roles: role by speaker label.
        confidence: 0-1, roughly the probability that agent and customer are the right way round; 0.5 is
            a guess.
        reasons: the strongest cues for it, in words.
    """

    roles: Mapping[str, Role]
    confidence: float
    reasons: tuple[str, ...]


@dataclass(slots=True)
class _Speaker:
    """What one label says, and how much that sounds like the agent (above 0) or the customer (below)."""

    label: str
    texts: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    numbers: int = 0
    evidence: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return sum(self.evidence.values(), 0.0)

    @property
    def words(self) -> list[str]:
        return [word.strip(".,?!;:\"'-") for text in self.texts for word in text.split()]


def assign_roles(turns: Sequence[Turn], *, direction: str | None) -> RoleAssignment:
    """Roles for the speakers of a conversation.

    A recorded announcement that opens the call and an interpreter are recognised where their words are clear;
    of the others, the one who sounds most like an agent is the agent. Several labels may get one role (two
    relatives on the customer's side, one voice that was split in two).

    Args:
        turns: with speaker labels, in order of time; turns without a label are passed over.
        direction: ``inbound``, ``outbound`` or None where it is not known.

    Returns:
        Without any labelled words, no roles and confidence 0. With one speaker only, the role its words speak
        for, with a confidence that says how clearly.
    """
    speakers = _speakers(turns)
    if not speakers:
        return RoleAssignment({}, 0.0, ("no words with a speaker",))
    direction = direction or _likely_direction(speakers)
    roles: dict[str, Role] = {}
    reasons: list[str] = []
    for find, role, why in (
        (_announcement, Role.IVR, "speaks only at the start, like a recorded announcement"),
        (
            _machine,
            Role.IVR,
            "gives way to a message, like an answering machine",
        ),
        (_interpreter, Role.INTERPRETER, "speaks for others, like an interpreter"),
    ):
        found = find(speakers, direction)
        if found is not None:
            roles[found] = role
            reasons.append(f"{found} {why}")
            del speakers[found]
    people = list(speakers.values())
    _weigh(people, direction)
    if Role.IVR in roles.values() and direction != "inbound":
        _weigh_message(people)
    confidence = _divide(people, roles)
    return RoleAssignment(roles, confidence, (*reasons, *_strongest(people)))


def _speakers(turns: Sequence[Turn]) -> dict[str, _Speaker]:
    speakers: dict[str, _Speaker] = {}
    position = 0
    before: str | None = None
    for turn in turns:
        text = plain(turn.text)
        if turn.speaker is None or not text:
            continue
        speaker = speakers.setdefault(turn.speaker, _Speaker(turn.speaker))
        speaker.texts.append(text)
        speaker.positions.append(position)
        if before not in (None, turn.speaker) and _is_numbers(text):
            speaker.numbers += 1
        before = turn.speaker
        position += 1
    return speakers


def _likely_direction(speakers: Mapping[str, _Speaker]) -> str | None:
    """Outbound, where a bare hello is answered by asking for somebody; otherwise unknown."""
    texts = {at: text for s in speakers.values() for at, text in zip(s.positions, s.texts, strict=True)}
    if len(speakers) < 2 or not HELLO.match(texts[0]):
        return None
    return "outbound" if _ASKS_FOR.search(texts[1]) else None


def _announcement(speakers: Mapping[str, _Speaker], _direction: str | None) -> str | None:
    """The label whose turns all come before anybody else's and say what announcements say."""
    if len(speakers) < 2:
        return None
    first = min(speakers.values(), key=lambda s: s.positions[0])
    others_from = min(s.positions[0] for s in speakers.values() if s is not first)
    if first.positions[-1] > others_from or not any(ANNOUNCEMENT.search(text) for text in first.texts):
        return None
    return first.label


def _machine(speakers: Mapping[str, _Speaker], direction: str | None) -> str | None:
    """Who answers an outbound call with a turn or two and is followed by nothing but a message."""
    if direction != "outbound" or len(speakers) != 2:
        return None
    first, second = sorted(speakers.values(), key=lambda s: s.positions[0])
    gives_way = first.positions[-1] < second.positions[0] and len(first.texts) <= 2 < len(second.texts)
    return first.label if gives_way and any(MESSAGE.search(text) for text in second.texts) else None


def _weigh_message(people: Sequence[_Speaker]) -> None:
    for speaker in people:
        if any(MESSAGE.search(text) for text in speaker.texts):
            speaker.evidence["leaves a message"] = _LEAVES_MESSAGE


def _interpreter(speakers: Mapping[str, _Speaker], _direction: str | None) -> str | None:
    """A third speaker who says so, or who uses two languages turn by turn where the others use one."""
    if len(speakers) < 3:
        return None
    by_name = {
        label: sum(bool(INTERPRETER.search(text)) for text in speaker.texts)
        for label, speaker in speakers.items()
    }
    mixed = {label: _language_mix(speaker.texts) for label, speaker in speakers.items()}
    worth = {label: 2.0 * min(by_name[label], 2) + 4.0 * mixed[label] for label in speakers}
    best = max(worth, key=lambda label: (worth[label], label))
    rest = max(value for label, value in worth.items() if label != best)
    return best if worth[best] >= 2.0 and worth[best] > rest else None


def _language_mix(texts: Sequence[str]) -> float:
    """0 when all turns are in one language, 0.5 when half are English and half Spanish."""
    counts: Counter[str] = Counter()
    for text in texts:
        words = [word.strip(".,?!") for word in text.split()]
        english, spanish = sum(w in ENGLISH for w in words), sum(w in SPANISH for w in words)
        if english != spanish:
            counts["english" if english > spanish else "spanish"] += 1
    return min(counts["english"], counts["spanish"]) / counts.total() if counts.total() >= 4 else 0.0


def _weigh(people: Sequence[_Speaker], direction: str | None) -> None:
    """Fills in the evidence of each speaker; every kind of evidence is weighed once."""
    for speaker in people:
        for cue in CUES:
            weight = _worth(cue, speaker.texts, direction)
            if weight:
                speaker.evidence[cue.name] = weight
        _weigh_behaviour(speaker)
    if people:
        _weigh_opening(people, direction)


def _worth(cue: Cue, texts: Sequence[str], direction: str | None) -> float:
    """The first turn with a cue counts in full, each further one half as much as the one before."""
    if cue.direction is not None and direction is not None and cue.direction != direction:
        return 0.0
    hits = sum(bool(cue.pattern.search(text)) for text in texts)
    return cue.weight * (2.0 - 2.0 ** (1 - hits)) if hits else 0.0


def _weigh_behaviour(speaker: _Speaker) -> None:
    """Agents ask and say "you"; customers answer in numbers and say "I"."""
    words = speaker.words
    you, me = sum(word in YOU for word in words), sum(word in ME for word in words)
    evidence: dict[str, float] = {
        "says you and your, I and my": _ADDRESSES * (you - me) / (you + me + _PRIOR_WORDS)
    }
    asked = sum("?" in text for text in speaker.texts)
    evidence["asks questions"] = _ASKS * (asked / (len(speaker.texts) + 3) - 0.2)
    evidence["answers in numbers"] = _GIVES_NUMBERS * min(speaker.numbers, 3)
    for name, weight in evidence.items():
        speaker.evidence[name] = weight


def _is_numbers(text: str) -> bool:
    words = [word.strip(".,?!") for word in text.replace("-", " ").split()]
    counted = sum(bool(NUMBERS.match(word)) for word in words)
    return counted >= 3 and counted >= 0.6 * len(words)


def _weigh_opening(people: Sequence[_Speaker], direction: str | None) -> None:
    first = min(people, key=lambda s: s.positions[0])
    hello = bool(HELLO.match(first.texts[0]))
    if direction == "inbound":
        first.evidence["speaks first on an inbound call"] = _OPENS_INBOUND
    elif direction == "outbound":
        weight = _ANSWERS_OUTBOUND if hello else _ANSWERS_OUTBOUND / 2
        first.evidence["answers an outbound call"] = weight
    elif hello:
        first.evidence["answers with a bare hello"] = _ANSWERS_HELLO


def _divide(people: Sequence[_Speaker], roles: dict[str, Role]) -> float:
    """Fills in agent and customers; gives the confidence."""
    if not people:
        return 0.5
    if len(people) == 1:
        (alone,) = people
        roles[alone.label] = Role.AGENT if alone.score >= 0 else Role.CUSTOMER
        return _sigmoid(_LONELY_SLOPE * abs(alone.score))
    ranked = sorted(people, key=lambda s: (-s.score, s.positions[0]))
    highest, lowest = ranked[0].score, ranked[-1].score
    middle = (highest + lowest) / 2
    for speaker in ranked:
        roles[speaker.label] = Role.AGENT if speaker.score > middle else Role.CUSTOMER
    roles[ranked[0].label] = Role.AGENT
    # Two "speakers" who both sound like an agent may be one voice that was split.
    alike = max(0.0, lowest) + max(0.0, -highest)
    return _sigmoid(_SLOPE * max(0.0, highest - lowest - 2 * alike))


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))


def _strongest(people: Sequence[_Speaker], count: int = 5) -> tuple[str, ...]:
    found = sorted(
        ((abs(weight), s.label, name, weight) for s in people for name, weight in s.evidence.items()),
        key=lambda item: (-item[0], item[1], item[2]),
    )
    return tuple(
        f"{label} {name} ({'agent' if weight > 0 else 'customer'})"
        for size, label, name, weight in found[:count]
        if size >= 0.5
    )
