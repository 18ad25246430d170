"""Collects metrics with their definition, thresholds and origin; the reasons for missing ones."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from qa_toolkit.domain.metrics import MeasuredFrom, Metric
from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.metrics.definitions import DEFINITIONS
from qa_toolkit.metrics.thresholds import MetricThresholds

NO_TIMES = "the transcript has no times"
NO_ROLES = "it is not known who is agent and who is customer"
NO_SPEAKERS = "the speakers are not told apart"
ONE_PARTY = "only one party speaks"
ONE_CHANNEL = (
    "both parties are on one channel, where only a part of what is spoken at once is found (24 % of its time "
    "with a real call's voices): the overlap events are that part"
)
NOBODY = "nobody speaks"
NO_WORD_TIMES = "the transcript has no times of words"
NO_LONG_SILENCE = "no silence is as long as silence_event_s"
NO_LONG_OVERLAP = "nobody speaks at once for as long as overlap_event_s"
NO_TURNS = "the role has no turn that is more than a back-channel"
NO_REPLY = "there is no reply to the other side"
LANGUAGE_UNKNOWN = "the transcript does not say its language"


def language_of(transcript: Transcript) -> str | None:
    """The language of a transcript without its region (``en`` of ``en-US``); None where it is not stated."""
    stated = transcript.language or transcript.metadata.get("language")
    return stated.replace("_", "-").split("-")[0].casefold() or None if isinstance(stated, str) else None


def nothing_said(transcript: Transcript, role: Role) -> str | None:
    """Why nothing can be said about a role's words; None when it has words."""
    roles = {turn.role for turn in transcript.turns if turn.text.strip()}
    if role in roles:
        return None
    if Role.UNKNOWN in roles:
        return NO_ROLES
    return f"no words of the {role.value} in this transcript"


@dataclass(slots=True)
class Sheet:
    """Collects metrics in the order they are measured."""

    thresholds: MetricThresholds
    metrics: list[Metric] = field(default_factory=list)

    def add(
        self,
        definition_id: str,
        role: Role | None,
        value: float | None,
        measured_from: MeasuredFrom | None,
        because: str | None = None,
    ) -> None:
        """One value, or the reason why there is none."""
        definition = DEFINITIONS[definition_id]
        if value is not None and not math.isfinite(value):
            value, because = None, "the times of the transcript give no finite value"
        self.metrics.append(
            Metric(
                name=definition.name,
                role=None if role is None else role.value,
                value=None if value is None else float(value),
                unit=definition.unit,
                definition=definition_id,
                thresholds=self.thresholds.only(*definition.thresholds),
                measured_from=measured_from if value is not None else None,
                unavailable_because=None if value is not None else because,
            )
        )
