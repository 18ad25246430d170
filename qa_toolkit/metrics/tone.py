"""Lexicon tone: how positive or negative the words of a turn are by VADER's word list.

It is a property of words, not a feeling: irony, politeness in bad news ("unfortunately") and the subject of a
call ("cancer", "denied") move it. Nobody should be scored by it alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from qa_toolkit.domain.metrics import TurnTone
from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.metrics.sheet import LANGUAGE_UNKNOWN, NO_TIMES, Sheet, language_of, nothing_said

QUARTERS = 4
LIMITS = (
    "sentiment is the tone of words by a word list (VADER): it does not hear the voice, misses irony, and "
    "takes a polite refusal or a sad subject for bad temper; never score a person by it"
)
"""What has to be said wherever its values are shown."""
NOT_ENGLISH = "the word list is English"
NO_WORD_LIST = "the package vaderSentiment is missing: pip install 'qa-toolkit[language]'"
ALL_SHORT = "no turn is long enough"
_HEARD = (Role.AGENT, Role.CUSTOMER)


def turn_tones(transcript: Transcript, *, letters: float = 8, neutral: float = 0.05) -> tuple[TurnTone, ...]:
    """The tone of each turn of agent and customer, -1 to 1, in order of time.

    VADER's compound score (Hutto and Gilbert 2014); within ``neutral`` of 0 it counts as 0, the limit its
    authors advise. Turns shorter than ``letters`` characters are left out. Empty where the transcript is not
    English or the word list is not installed.
    """
    analyzer = _analyzer()
    if analyzer is None or language_of(transcript) != "en":
        return ()
    found = []
    for turn in sorted(transcript.turns, key=lambda turn: (_middle_s(turn) or 0.0, turn.id)):
        text = " ".join(turn.text.split())
        if turn.role in _HEARD and len(text) >= letters:
            tone = float(analyzer.polarity_scores(text)["compound"])
            found.append(TurnTone(turn.id, turn.role.value, tone if abs(tone) >= neutral else 0.0))
    return tuple(found)


def quarter_of(middle_s: float, duration_s: float) -> int:
    """Which quarter of a call (0 to 3) a moment lies in: min(floor(4 x middle / duration), 3).

    Amazon Post Call Analytics, basic mode, with the middle of a turn; a call of no length is all quarter 0.
    """
    if duration_s <= 0.0:
        return 0
    return min(max(math.floor(QUARTERS * middle_s / duration_s), 0), QUARTERS - 1)


def add_tone(sheet: Sheet, transcript: Transcript, duration_s: float) -> tuple[TurnTone, ...]:
    """Mean tone of agent and customer, by quarter and from first to last quarter; and the tone of each turn.

    Args:
        duration_s: length of the call; 0 where it has no times.
    """
    limits = sheet.thresholds
    tones = turn_tones(transcript, letters=limits.sentiment_letters, neutral=limits.sentiment_neutral)
    turns = {turn.id: turn for turn in transcript.turns}
    for role in _HEARD:
        mine = [tone for tone in tones if tone.role == role.value]
        because = nothing_said(transcript, role) or _unknown(transcript) or (None if mine else ALL_SHORT)
        sheet.add("sentiment/1", role, _mean(mine), "turns", because)
        quarters, no_times = _by_quarter(mine, turns, duration_s)
        means = [_mean(tones_of) for tones_of in quarters]
        for number, mean in enumerate(means, start=1):
            reason = because or no_times or "no turn in this quarter of the call"
            sheet.add(f"sentiment_q{number}/1", role, mean, "turns", reason)
        first, last = means[0], means[-1]
        change = None if first is None or last is None else last - first
        reason = because or no_times or "no turn in the first or in the last quarter of the call"
        sheet.add("sentiment_change/1", role, change, "turns", reason)
    return tones


def _by_quarter(
    tones: Sequence[TurnTone], turns: dict[int, Turn], duration_s: float
) -> tuple[list[list[TurnTone]], str | None]:
    quarters: list[list[TurnTone]] = [[] for _ in range(QUARTERS)]
    middles = [(tone, _middle_s(turns[tone.turn])) for tone in tones]
    if duration_s <= 0.0 or any(middle is None for _, middle in middles):
        return quarters, NO_TIMES
    for tone, middle in middles:
        quarters[quarter_of(middle or 0.0, duration_s)].append(tone)
    return quarters, None


def _middle_s(turn: Turn) -> float | None:
    if turn.start_s is None or not math.isfinite(turn.start_s):
        return None
    if turn.end_s is None or not turn.start_s <= turn.end_s < math.inf:
        return turn.start_s
    return (turn.start_s + turn.end_s) / 2


def _mean(tones: Sequence[TurnTone]) -> float | None:
    """The sum of the tones over their number, neutral turns included; None of none.

    An exact sum, so that the order of the turns does not matter.
    """
    return math.fsum(tone.tone for tone in tones) / len(tones) if tones else None


def _unknown(transcript: Transcript) -> str | None:
    if _analyzer() is None:
        return NO_WORD_LIST
    language = language_of(transcript)
    if language is None:
        return LANGUAGE_UNKNOWN
    return None if language == "en" else NOT_ENGLISH


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None
    return SentimentIntensityAnalyzer()
