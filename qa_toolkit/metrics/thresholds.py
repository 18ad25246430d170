"""The limits that turn a timeline into metrics; part of every metric that uses them."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from qa_toolkit.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class MetricThresholds:
    """Limits of the definitions in ``docs/metrics.md``; seconds, counts and probabilities, as the names say.

    Attributes:
        bridge_s: pauses of one party up to this long are part of its speech (speech detectors fragment).
        turn_pause_s: a party that goes on after a pause up to this long goes on with the same turn, when no
            other party has taken the floor in the pause.
        monologue_pause_s: the same for the longest monologue.
        interruption_lead_s: a turn that starts at least this long before the other side's turn ends
            interrupts it.
        wordless_backchannel_s: without words to judge by, a turn at most this long that lies inside another
            side's turn is a back-channel.
        overlap_event_s, silence_event_s: shortest overlap and silence that becomes an event.
        dead_air_s: a silence longer than this, outside holds and not announced, is dead air.
        connect_silence_s, google_silence_s: limits of the two vendors' definitions of silence.
        verint_overlap_s: speaking at once longer than this is an interruption by that vendor's definition.
        hold_silence_s: shortest silence after an announcement that is taken for a hold or a wait.
        announced_wait_s: an announced wait ("one moment") is no dead air up to this long.
        long_silence_s: an unannounced silence longer than this may be a hold.
        hold_probability: a likely hold of at least this probability counts as a hold when the source gives
            no holds.
        pace_words: turns with fewer words do not count for words per minute.
        acoustic_speech_s: a party with less speech has no loudness, one with less voiced speech no pitch.
        reading_turn_words: turns with fewer words do not count for the reading grade.
        reading_words: with fewer words in all, a role has no reading grade.
        spelling_words: with fewer words to look up, an agent's chat has no spelling.
        sentiment_letters: turns with fewer characters have no tone.
        sentiment_neutral: a tone within this of 0 counts as 0.
    """

    bridge_s: float = 0.3
    turn_pause_s: float = 1.0
    monologue_pause_s: float = 3.0
    interruption_lead_s: float = 0.5
    wordless_backchannel_s: float = 1.0
    overlap_event_s: float = 0.5
    silence_event_s: float = 3.0
    dead_air_s: float = 20.0
    connect_silence_s: float = 3.0
    google_silence_s: float = 5.0
    verint_overlap_s: float = 3.0
    hold_silence_s: float = 8.0
    announced_wait_s: float = 45.0
    long_silence_s: float = 60.0
    hold_probability: float = 0.7
    pace_words: float = 5.0
    acoustic_speech_s: float = 2.0
    reading_turn_words: float = 5.0
    reading_words: float = 100.0
    spelling_words: float = 30.0
    sentiment_letters: float = 8.0
    sentiment_neutral: float = 0.05

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ConfigurationError("a metric threshold is not a number", field.name, "write a number")
            if not math.isfinite(value) or value < 0:
                raise ConfigurationError(
                    f"a metric threshold is {value}", field.name, "write a number of at least 0"
                )

    def only(self, *names: str) -> dict[str, float]:
        """The named thresholds, as a metric records them."""
        return {name: float(getattr(self, name)) for name in names}


DEFAULT_THRESHOLDS = MetricThresholds()
