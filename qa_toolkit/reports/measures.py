"""The table of measures: every value with its definition, thresholds and origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qa_toolkit.domain.metrics import ConversationMetrics, Metric
from qa_toolkit.domain.transcript import Role
from qa_toolkit.reports.translation import in_plain_words, say, translated
from qa_toolkit.reports.wording import ROLE_NAMES, metric_value, number, words


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric, of one definition, for all its roles."""

    name: str
    definition: str
    thresholds: str
    values: tuple[Fact, ...]
    measured_from: str
    missing: str | None


def metric_rows(metrics: ConversationMetrics | None) -> Iterator[MetricRow]:
    """One row for each metric and definition, in the order they were measured."""
    groups: dict[tuple[str, str], list[Metric]] = {}
    for metric in metrics.metrics if metrics else ():
        groups.setdefault((metric.name, metric.definition), []).append(metric)
    for (name, definition), group in groups.items():
        sources = dict.fromkeys(m.measured_from for m in group if m.measured_from)
        reasons = dict.fromkeys(m.unavailable_because for m in group if m.value is None)
        yield MetricRow(
            name=translated(words(name)),
            definition=definition,
            thresholds=_thresholds(group[0].thresholds),
            values=tuple(Fact(_party(m.role), metric_value(m)) for m in group if m.value is not None),
            measured_from=", ".join(in_plain_words(source) for source in sources),
            missing="; ".join(translated(reason or "no reason given") for reason in reasons) or None,
        )


def _party(role: str | None) -> str:
    if role is None:
        return say("Call")
    return translated(ROLE_NAMES[Role(role)] if role in set(Role) else words(role))


def _thresholds(thresholds: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {number(value)}" for name, value in thresholds.items())
