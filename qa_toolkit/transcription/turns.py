"""Words into turns: every word kept, in order, in exactly one turn."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qa_toolkit.domain import Role, Turn, Word

MAX_PAUSE_S = 1.0
"""A speaker who stays silent longer than this begins a new turn."""
OTHER_SIDE_PAUSE_S = 0.25
"""A shorter pause ends the turn, too, if the other side begins to speak in it."""


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
    shorter one in which another speaker begins. Speech that goes on while the other side talks stays one
    turn, so that overlap remains visible as overlap.

    Args:
        words: of all speakers; those of one speaker in the order spoken.
        roles: role of each speaker; a speaker that is missing there is ``unknown``.
        joiner: what stands between words; empty for languages written without spaces.

    ``Turn.text`` is exactly the words joined, so a run of words is a contiguous part of it.
    """
    by_speaker: dict[str, list[SpokenWord]] = {}
    for word in words:
        by_speaker.setdefault(word.speaker, []).append(word)
    starts = {speaker: sorted(w.word.start_s for w in said) for speaker, said in by_speaker.items()}
    turns: list[Turn] = []
    for speaker, said in by_speaker.items():
        others = [times for other, times in starts.items() if other != speaker]
        role = roles.get(speaker, Role.UNKNOWN)
        turns.extend(_turn(run, role, joiner) for run in _runs(said, others))
    turns.sort(key=lambda turn: (turn.start_s or 0.0, turn.channel or 0, turn.end_s or 0.0))
    return tuple(replace(turn, id=number) for number, turn in enumerate(turns, start=1))


def _runs(said: Sequence[SpokenWord], others: Sequence[Sequence[float]]) -> list[list[SpokenWord]]:
    runs: list[list[SpokenWord]] = []
    for word in said:
        if runs and not _ends_turn(runs[-1][-1].word, word.word, others):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _ends_turn(before: Word, after: Word, others: Sequence[Sequence[float]]) -> bool:
    pause = after.start_s - before.end_s
    if pause > MAX_PAUSE_S:
        return True
    if pause < OTHER_SIDE_PAUSE_S:
        return False
    return any(_any_between(times, before.end_s - 0.1, after.start_s) for times in others)


def _any_between(times: Sequence[float], low: float, high: float) -> bool:
    index = bisect_left(times, low)
    return index < len(times) and times[index] < high


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
