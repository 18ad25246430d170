"""Events are looked for only where they are needed, and every answer is as if all had been looked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any, ClassVar

import pytest
from evaluation_builders import call, rubric_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from qa_toolkit.domain import Answer, AnswerStatus, Case, Event, Interaction, ValueEvidence
from qa_toolkit.domain.rubric import Criterion
from qa_toolkit.errors import EnvironmentProblemError
from qa_toolkit.evaluation import engine, evaluate, load_rubric, panel
from qa_toolkit.evaluation.applicability import not_applicable
from qa_toolkit.evaluation.engine import DOUBTFUL_BELOW
from qa_toolkit.evaluation.loader import LoadedRubric
from qa_toolkit.evaluation.registry import registered
from qa_toolkit.pipeline import read_case
from qa_toolkit.resources import sample_dir

KINDS = ("a", "b", "c", "d", "e", "f")
Found = dict[str, list[Event] | None]
"""What is found of every kind of event; None where it cannot be looked for."""


class Names(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)
    names: tuple[str, ...] = ()

    def event_names(self) -> tuple[str, ...]:
        return self.names


class Counting:
    """Answers yes when the events it names are odd in number; finds what it is told to."""

    name = "counting"
    version = "1"
    needs: ClassVar[frozenset[str]] = frozenset()
    Parameters = Names
    found: ClassVar[Found] = {}
    looked_for: ClassVar[list[str]] = []

    def __init__(self, parameters: Names, tools: object) -> None:
        self.parameters = parameters

    def find(self, kind: str, case: Case) -> list[Event]:
        self.looked_for.append(kind)
        events = self.found[kind]
        if events is None:
            raise EnvironmentProblemError("no model")
        return events

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        number = sum(len(case.events_of(name)) for name in self.parameters.names)
        value = "yes" if number % 2 else "no"
        evidence = (ValueEvidence("metric", "number", number),)
        return Answer(criterion.id, AnswerStatus.ANSWERED, value, confidence=0.9, evidence=evidence)


@pytest.fixture(params=["the toolkit's", "a plugin's"])
def counting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Counting]]:
    if request.param == "the toolkit's":
        monkeypatch.setattr(panel, "is_plugin", lambda module: False)
    with registered(counting=Counting):
        yield Counting


def plainly(case: Case, rubric: LoadedRubric, found: Found) -> dict[str, Answer]:
    """The answers when everything is looked for first and every criterion goes all ways of its doubts."""
    events = tuple(event for kind in rubric.rubric.events for event in found[kind] or ())
    seen = replace(case, events=(*case.events, *events))
    stuck = {kind for kind in rubric.rubric.events if found[kind] is None}
    return {c.id: _plainly(c, seen, stuck) for c in rubric.rubric.criteria}


def _plainly(criterion: Criterion, seen: Case, stuck: Collection[str]) -> Answer:
    named = {n for rule in criterion.not_applicable_when for n in (*rule.event, *rule.no_event)}
    own = set(criterion.evaluator.parameters.get("names", ()))

    def answer(case: Case) -> Answer:
        if not named & set(stuck):
            excused, _ = not_applicable(criterion, case)
            if excused is not None:
                return excused
        for name in (*sorted(named & set(stuck)), *sorted(own & set(stuck))):
            reason = f"the event '{name}' is not known: {EnvironmentProblemError('no model')}"
            return Answer(criterion.id, AnswerStatus.UNANSWERED, reason=reason)
        return Counting(Names(names=tuple(sorted(own))), None).answer(criterion, case)

    return _either_way(answer, seen, sorted(named | own))


def _either_way(answer: Callable[[Case], Answer], seen: Case, kinds: list[str]) -> Answer:
    def is_doubtful(event: Event) -> bool:
        return event.kind in kinds and event.probability < DOUBTFUL_BELOW

    doubtful = sorted({event.kind for event in seen.events if is_doubtful(event)})
    ways = [set(some) for n in range(len(doubtful) + 1) for some in combinations(doubtful, n)]
    if len(doubtful) > 4:
        ways = [way for way in ways if len(way) in (0, 1, len(doubtful))]
    kept = [
        replace(seen, events=tuple(e for e in seen.events if not is_doubtful(e) or e.kind in way))
        for way in ways
    ]
    first, *others = [answer(case) for case in kept]
    if all((other.status, other.answer) == (first.status, first.answer) for other in others):
        return first
    return Answer(first.criterion, AnswerStatus.UNANSWERED, reason="depends on")


rules = st.fixed_dictionaries(
    {},
    optional={
        "direction": st.sampled_from([["in"], ["out", "IN "]]),
        "event": st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True),
        "no_event": st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True),
    },
).filter(bool)
criteria = st.lists(
    st.tuples(
        st.lists(rules, max_size=2), st.lists(st.sampled_from(KINDS), min_size=1, max_size=6, unique=True)
    ),
    min_size=1,
    max_size=4,
)
events = st.lists(st.sampled_from([1.0, 0.8, 0.7, 0.6, 0.3]), max_size=2)


@given(
    criteria=criteria,
    found=st.fixed_dictionaries(dict.fromkeys(KINDS, st.none() | events | events | events)),
    direction=st.sampled_from(["in", "out", None]),
    talked=st.booleans(),
)
@example(
    # Whether any event is known at all depends on the doubtful one, which only the evaluator names.
    criteria=[([{"no_event": ["a"]}], ["b"])],
    found={kind: [0.5] if kind == "b" else [] for kind in KINDS},
    direction=None,
    talked=False,
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_are_as_if_every_event_had_been_looked_for(
    counting: type[Counting],
    criteria: list[tuple[list[dict[str, Any]], list[str]]],
    found: dict[str, list[float] | None],
    direction: str | None,
    *,
    talked: bool,
) -> None:
    written = [
        {"id": f"C{number}", "question": "q?", "not_applicable_when": when, "confidence": 0.0}
        | {"evaluator": {"counting": {"names": names}}}
        for number, (when, names) in enumerate(criteria)
    ]
    rubric = rubric_of("\n".join(map(repr, written)), events=repr(dict.fromkeys(KINDS, "counting")))
    counting.found = {
        kind: None if sure is None else [Event(kind, None, n + 1.0, n + 2.0, p) for n, p in enumerate(sure)]
        for kind, sure in found.items()
    }
    metadata = {} if direction is None else {"direction": direction}
    case = call("agent: Hello.", metadata=metadata)
    if not talked:
        case = Case(Interaction("r", "record", metadata=metadata), record={})
    judged = evaluate(case, rubric)
    for id_, plain in plainly(case, rubric, counting.found).items():
        answer = judged.answer(id_)
        assert (answer.status, answer.answer) == (plain.status, plain.answer)
        if plain.reason == "depends on":
            assert str(answer.reason).startswith("depends on whether ")
        else:
            assert (answer.reason, answer.evidence) == (plain.reason, plain.evidence)
            assert answer.confidence == plain.confidence


def test_events_are_looked_for_once_and_only_where_a_criterion_needs_them(
    counting: type[Counting],
) -> None:
    counting.found = {kind: [Event(kind, None, 1.0, 2.0)] for kind in KINDS}
    counting.looked_for.clear()
    rubric = rubric_of(
        """
        {id: A, question: q?, not_applicable_when: {event: b}, evaluator: {counting: {names: [a, c]}}}
        {id: B, question: q?, not_applicable_when: {no_event: d}, evaluator: {counting: {names: [c, e]}}}
        """,
        events=repr(dict.fromkeys(KINDS, "counting")),
    )
    evaluation = evaluate(call("agent: Hello."), rubric)
    assert [answer.status.value for answer in evaluation.answers] == ["not_applicable", "answered"]
    own = panel.panel_of(rubric, {}).own
    assert counting.looked_for == (["b", "d", "c", "e"] if own else list(KINDS))


@pytest.mark.parametrize("name", ["inbound_call", "outbound_call"])
def test_the_toolkits_own_evaluators_look_at_no_event_they_do_not_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rubric = load_rubric(name)
    files = sorted((sample_dir() / "transcripts").glob("*.json"))
    calls = [read_case(file) for file in files]
    fitting = [case for case in calls if case.interaction.direction == name.removesuffix("_call")][:8]
    ready = panel.panel_of(rubric, {})
    assert ready.own
    needed = [evaluate(case, rubric) for case in fitting]
    monkeypatch.setattr(engine, "panel_of", lambda *_: replace(ready, own=False))
    assert [evaluate(case, rubric) for case in fitting] == needed
