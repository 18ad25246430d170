"""Words into turns: every word kept, in order, in exactly one turn."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qa_toolkit.domain import Role, Turn, Word

MAX_PAUSE_S = 1.0
"""A speaker who stays silent longer than this begins a new turn."""
OTHER_SIDE_PAUSE_S = 0.25
"""A shorter pause ends the turn, too, if the other side takes the floor in it."""
EARLY_ANSWER_S = 0.2
"""So early an answer is not felt as overlap (Heldner and Edlund 2010)."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word and whose it is."""

    word: Word
    speaker: str
    channel: int


def build_turns(
    words: Iterable[SpokenWord], roles: Mapping[str, Role], *, joiner: str = " "
) -> tuple[Turn, ...]:
    """Turns in order of their start, numbered from 1.

    A turn is uninterrupted speech of one speaker. It ends after a pause of more than a second, or after a
    shorter one in which another speaker begins, or ends what was begun during the turn. Speech that goes on
    while the other side talks stays one turn, so that overlap remains visible as overlap.

    Args:
        words: of all speakers; those of one speaker in the order spoken.
        roles: role of each speaker; a speaker that is missing there is ``unknown``.
        joiner: what stands between words; empty for languages written without spaces.

    ``Turn.text`` is exactly the words joined, so a run of words is a contiguous part of it.
    """
    by_speaker: dict[str, list[SpokenWord]] = {}
    for word in words:
        by_speaker.setdefault(word.speaker, []).append(word)
    said_by = {speaker: _utterances(said) for speaker, said in by_speaker.items()}
    turns: list[Turn] = []
    for speaker, said in by_speaker.items():
        others = [found for other, found in said_by.items() if other != speaker]
        role = roles.get(speaker, Role.UNKNOWN)
        turns.extend(_turn(run, role, joiner) for run in _runs(said, others))
    turns.sort(key=lambda turn: (turn.start_s or 0.0, turn.channel or 0, turn.end_s or 0.0))
    return tuple(replace(turn, id=number) for number, turn in enumerate(turns, start=1))


@dataclass(frozen=True, slots=True)
class _Utterances:
    """Stretches of one speaker's words without a pause, in order: their starts and their ends."""

    starts_s: tuple[float, ...]
    ends_s: tuple[float, ...]


def _utterances(said: Sequence[SpokenWord]) -> _Utterances:
    spans: list[tuple[float, float]] = []
    for word in sorted((item.word for item in said), key=lambda word: word.start_s):
        if spans and word.start_s - spans[-1][1] < OTHER_SIDE_PAUSE_S:
            spans[-1] = (spans[-1][0], max(spans[-1][1], word.end_s))
        else:
            spans.append((word.start_s, word.end_s))
    return _Utterances(tuple(start for start, _ in spans), tuple(end for _, end in spans))


def _runs(said: Sequence[SpokenWord], others: Sequence[_Utterances]) -> list[list[SpokenWord]]:
    runs: list[list[SpokenWord]] = []
    for word in said:
        if runs and not _ends_turn(runs[-1], word.word, others):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _ends_turn(run: Sequence[SpokenWord], after: Word, others: Sequence[_Utterances]) -> bool:
    before = run[-1].word
    pause = after.start_s - before.end_s
    if pause > MAX_PAUSE_S:
        return True
    if pause < OTHER_SIDE_PAUSE_S:
        return False
    turn_start_s = min(item.word.start_s for item in run)
    return any(_takes_floor(found, turn_start_s, before.end_s, after.start_s) for found in others)


def _takes_floor(found: _Utterances, turn_start_s: float, low_s: float, high_s: float) -> bool:
    """Whether something begins in the pause, or is over in it that was begun after the turn."""
    first = bisect_right(found.starts_s, turn_start_s)
    last = bisect_left(found.starts_s, high_s)
    return any(
        start >= low_s or low_s < end <= high_s + EARLY_ANSWER_S
        for start, end in zip(found.starts_s[first:last], found.ends_s[first:last], strict=True)
    )


def _turn(run: Sequence[SpokenWord], role: Role, joiner: str) -> Turn:
    words = tuple(item.word for item in run)
    return Turn(
        id=0,
        role=role,
        text=joiner.join(word.text for word in words),
        start_s=words[0].start_s,
        end_s=max(word.end_s for word in words),
        speaker=run[0].speaker,
        channel=run[0].channel,
        words=words,
    )
