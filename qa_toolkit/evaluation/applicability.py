"""Whether a rubric applies to a case, and whether a criterion does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import (
    Answer,
    AnswerStatus,
    Evidence,
    SpanEvidence,
    ValueEvidence,
    WindowEvidence,
)
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import Criterion, MetricCondition, NotApplicableRule, Rubric
from qa_toolkit.domain.transcript import Scalar
from qa_toolkit.errors import ApplicabilityError

Outcome = tuple[bool, tuple[Evidence, ...], str, float]
"""Whether a condition holds, on what evidence, in words, and how sure."""


HOLD = "hold"
"""Kind of the measured event whose words stand outside it."""


def metadata_of(case: Case, name: str) -> Scalar:
    """A metadata value, or a named field of the interaction; None when it is not known."""
    interaction = case.interaction
    if name in interaction.metadata:
        return interaction.metadata[name]
    if name in ("agent", "site", "queue", "started_at", "work_area", "direction", "language", "kind"):
        value: Scalar = getattr(interaction, name)
        return value
    return None


def same_value(one: Scalar, other: Scalar) -> bool:
    """Whether two metadata values are the same to a person, whatever their letter case and spaces."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return isinstance(one, bool) == isinstance(other, bool) and one == other
    return _text(one) == _text(other)


def _is_one_of(value: Scalar, values: tuple[Scalar, ...]) -> bool:
    """Whether any of the values is the same; text, as most metadata are, is compared with all at once."""
    if not isinstance(value, str):
        return any(same_value(value, item) for item in values)
    return _text(value) in _texts_of(values, tuple(map(type, values)))


@lru_cache(maxsize=1024)
def _texts_of(values: tuple[Scalar, ...], _types: tuple[type, ...]) -> frozenset[str]:
    """What a rubric writes, as it is compared; the types are part of the key, as 1 equals True and 1.0."""
    return frozenset(map(_text, values))


def _text(value: Scalar) -> str:
    return " ".join(str(value).split()).casefold()


def check_applies(case: Case, rubric: Rubric) -> Iterator[str]:
    """Warnings about metadata that ``applies_when`` asks for and the case lacks.

    Raises:
        ApplicabilityError: a value contradicts it.
    """
    for name, accepted in rubric.applies_when.items():
        value = metadata_of(case, name)
        if value is None or value == "":
            yield f"the rubric applies to {name} {_listed(accepted)}; the interaction does not say its {name}"
        elif not any(same_value(value, item) for item in accepted):
            raise ApplicabilityError(
                f"rubric '{rubric.id}' does not apply: {name} is '{value}'",
                case.interaction.id,
                f"accepted: {_listed(accepted)}",
            )


def not_applicable(criterion: Criterion, case: Case) -> tuple[Answer | None, list[str]]:
    """The not-applicable answer, if a rule of the criterion holds, and warnings about what is not known."""
    warnings: list[str] = []
    for rule in criterion.not_applicable_when:
        outcomes = list(_conditions(rule, case, criterion, warnings))
        if all(holds for holds, *_ in outcomes):
            evidence = tuple(item for _, items, *_ in outcomes for item in items)
            reason = "not applicable: " + " and ".join(words for _, _, words, _ in outcomes)
            sure = min(confidence for *_, confidence in outcomes)
            answer = Answer(
                criterion.id, AnswerStatus.NOT_APPLICABLE, confidence=sure, reason=reason, evidence=evidence
            )
            return answer, warnings
    return None, warnings


def rule_outcomes(rule: NotApplicableRule, case: Case, criterion: Criterion) -> list[Outcome]:
    """Every condition of a rule, and whether it holds."""
    return list(_conditions(rule, case, criterion, []))


def _conditions(
    rule: NotApplicableRule, case: Case, criterion: Criterion, warnings: list[str]
) -> Iterator[Outcome]:
    for name, values in rule.metadata.items():
        value = metadata_of(case, name)
        if value is None:
            warnings.append(f"{criterion.id}: the interaction does not say its {name}; taken as applicable")
        holds = value is not None and _is_one_of(value, values)
        yield holds, (ValueEvidence("metadata", name, value),), f"{name} is '{value}'", 1.0
    for name in rule.event:
        found = case.events_of(name)
        evidence = (event_evidence(found[0]),) if found else ()
        sure = max((event.probability for event in found), default=1.0)
        yield bool(found), evidence, f"{name} happened", sure
    for name in rule.no_event:
        if not case.has("events"):
            warnings.append(f"{criterion.id}: events of the interaction are not known; taken as applicable")
            yield False, (), "", 1.0
            continue
        absent = not case.events_of(name)
        sure = _heard(case) if absent else 1.0
        yield absent, (WindowEvidence(looked_for=name),), f"{name} did not happen", sure
    if rule.metric is not None:
        yield _metric(rule.metric, case, criterion, warnings)


def _heard(case: Case) -> float:
    """How surely words that were not found were not said either; 1 where recognition is not known.

    The mean confidence of the recognised words, squared: what makes an item apply is seldom a single word,
    and one word of it misheard hides it.
    """
    turns = case.transcript.turns if case.transcript else ()
    known = [word.confidence for turn in turns for word in turn.words if word.confidence is not None]
    return round((sum(known) / len(known)) ** 2, 4) if known else 1.0


def _metric(condition: MetricCondition, case: Case, criterion: Criterion, warnings: list[str]) -> Outcome:
    metric = case.metrics.get(condition.name, condition.role, condition.definition) if case.metrics else None
    if metric is None or metric.value is None:
        because = (metric.unavailable_because if metric else None) or "not measured"
        warnings.append(f"{criterion.id}: {condition.name} is not known ({because}); taken as applicable")
        return False, (), "", 1.0
    holds = within(metric.value, condition.at_least, condition.at_most)
    evidence = (ValueEvidence("metric", condition.name, metric.value),)
    return holds, evidence, f"{condition.name} is {metric.value:g} {metric.unit}", 1.0


def within(value: float, at_least: float | None, at_most: float | None) -> bool:
    """Whether a value lies in limits, both included; an absent limit is open."""
    return (at_least is None or value >= at_least) and (at_most is None or value <= at_most)


def event_evidence(event: Event) -> Evidence:
    """An event as evidence: its words, or its time where it has none."""
    if event.turn is not None and event.text:
        if event.kind == HOLD:
            # The words announce it and end before it begins, so its times are not theirs.
            return SpanEvidence(event.turn, event.text, event.channel)
        return SpanEvidence(event.turn, event.text, event.channel, event.start_s, event.end_s)
    return ValueEvidence("metric", f"{event.kind}_start_s", event.start_s)


def _listed(values: Sequence[Scalar]) -> str:
    return ", ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in values)
