"""The engine around evaluators: applicability, events, containment, thresholds, repeatability."""

# a table is read by the row

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from evaluation_builders import call, recognised, rubric_of
from pydantic import BaseModel

from qa_toolkit.domain import (
    Answer,
    AnswerStatus,
    Case,
    Evaluation,
    Event,
    Interaction,
    Metric,
    SpanEvidence,
    ValueEvidence,
    WindowEvidence,
)
from qa_toolkit.domain.contract import canonical_json, from_contract, to_contract
from qa_toolkit.errors import ApplicabilityError, EvaluatorError
from qa_toolkit.evaluation import EvaluationSettings, evaluate, plugins
from qa_toolkit.evaluation.registry import registered

ASKED = "{phrase: {role: agent, any: [date of birth]}}"
DETAIL = "{phrase: {role: agent, any: [your plan]}}"
EVENTS = f"{{asked: {ASKED}, detail: {DETAIL}}}"
ORDER = "{id: A, question: q?, evaluator: {order: {first: asked, before: detail}}}"


class Nothing(BaseModel):
    model_config: ClassVar[Any] = {"extra": "forbid"}


def plugin(
    behaviour: Callable[..., Any], *, finds: Callable[..., Any] | None = None, **attributes: Any
) -> type[Any]:
    """An evaluator class whose ``answer`` (and ``find``) is the given function."""

    class Plugin:
        name = "plugin"
        version = "7"
        needs: ClassVar[frozenset[str]] = frozenset()
        Parameters = Nothing

        def __init__(self, parameters: Any, tools: Any) -> None:
            pass

        def answer(self, criterion: Any, case: Case) -> Any:
            return behaviour(criterion, case)

    for name, value in attributes.items():
        setattr(Plugin, name, value)
    if finds is not None:
        Plugin.find = lambda self, kind, case: finds(kind, case)  # type: ignore[attr-defined]
    return Plugin


def with_plugin(behaviour: Callable[..., Any], case: Case | None = None, **attributes: Any) -> Evaluation:
    """The evaluation of a plugin criterion P beside a criterion OK that a phrase answers."""
    with registered(plugin=plugin(behaviour, **attributes)):
        rubric = rubric_of(
            "{id: P, question: q?, evaluator: plugin}\n{id: OK, question: q?, evaluator: " + ASKED + "}"
        )
        return evaluate(case or call("agent: Your date of birth?"), rubric)


def answer_of(**fields: Any) -> Callable[..., Answer]:
    full = {
        "status": AnswerStatus.ANSWERED,
        "answer": "yes",
        "evidence": (SpanEvidence(1, "date of birth"),),
        **fields,
    }
    return lambda criterion, case: Answer(criterion.id, **full)


def raises(error: BaseException) -> Callable[..., Any]:
    def behaviour(criterion: Any, case: Case) -> Any:
        raise error

    return behaviour


class TestContainment:
    @pytest.mark.parametrize(
        ("behaviour", "says"),
        [
            (raises(ValueError("boom")), "ValueError: boom"),
            (raises(SystemExit(3)), "SystemExit: 3"),
            (raises(RecursionError()), "RecursionError"),
            (raises(MemoryError()), "MemoryError"),
            (lambda criterion, case: None, "gave NoneType instead of an Answer"),
            (lambda criterion, case: "yes", "gave str instead of an Answer"),
            (lambda criterion, case: Answer("OK", AnswerStatus.ANSWERED, "yes"), "answered 'OK'"),
            (answer_of(answer="perhaps"), "'perhaps'; accepted: yes, no, na"),
            (answer_of(answer=True), "True; accepted"),
            (answer_of(answer=None), "None; accepted"),
            (answer_of(status="sure"), "unknown status 'sure'"),
            (answer_of(confidence=float("nan")), "confidence nan"),
            (answer_of(confidence=1.5), "confidence 1.5"),
            (answer_of(confidence="high"), "confidence 'high'"),
            (answer_of(reason=7), "reason is not text"),
            (answer_of(evidence="date"), "evidence is not a sequence"),
            (answer_of(evidence=("date",)), "evidence holds str"),
            (answer_of(evidence=(SpanEvidence(1, "birth of date"),)), "not in turn 1"),
            (answer_of(evidence=(SpanEvidence(1, ""),)), "not in turn 1"),
            (answer_of(evidence=(SpanEvidence(9, "date"),)), "turn 9, which does not exist"),
            (answer_of(evidence=(SpanEvidence(1, "date", None, 3.0, 2.0),)), "ends before it starts"),
            (answer_of(evidence=(SpanEvidence(1, "date", None, float("inf")),)), "time inf"),
            (answer_of(evidence=(ValueEvidence("metric", "x", float("nan")),)), "not a finite number"),
        ],
    )
    def test_a_faulty_answer_is_an_error_of_its_own_criterion(
        self, behaviour: Callable[..., Any], says: str
    ) -> None:
        evaluation = with_plugin(behaviour)
        faulty = evaluation.answer("P")
        assert (faulty.status, faulty.points, faulty.answer) == (AnswerStatus.ERROR, None, None)
        assert says in str(faulty.reason)
        assert evaluation.answer("OK").answer == "yes"
        assert (evaluation.score.percent, evaluation.score.open) == (100.0, 1)

    def test_no_evidence_no_answer(self) -> None:
        answer = with_plugin(answer_of(evidence=())).answer("P")
        assert (answer.status, answer.reason) == (AnswerStatus.UNANSWERED, "no evidence was given for 'yes'")

    def test_a_good_answer_is_kept_and_its_author_named(self) -> None:
        answer = with_plugin(answer_of(points=99.0)).answer("P")
        assert (answer.answer, answer.points, answer.confidence) == ("yes", 1.0, None)
        assert answer.evaluator is not None
        assert (answer.evaluator.name, answer.evaluator.version) == ("plugin", "7")

    def test_open_answers_always_have_a_reason(self) -> None:
        answer = with_plugin(answer_of(status=AnswerStatus.UNANSWERED, reason=None)).answer("P")
        assert (answer.answer, answer.reason) == (None, "the evaluator gave no reason")

    def test_nothing_a_plugin_does_reaches_the_next_one(self) -> None:
        def vandal(criterion: Any, case: Case) -> Answer:
            case.interaction.metadata["site"] = "elsewhere"  # type: ignore[index]
            raise AssertionError("not reached")

        case = call("agent: Your date of birth?", metadata={"site": "Fresno"})
        answer = with_plugin(vandal, case).answer("P")
        assert "does not support item assignment" in str(answer.reason)
        assert case.interaction.metadata == {"site": "Fresno"}

    @pytest.mark.parametrize("field", ["turns", "id"])
    def test_a_case_is_frozen(self, field: str) -> None:
        def vandal(criterion: Any, case: Case) -> Any:
            setattr(case.transcript, field, ())

        assert with_plugin(vandal).answer("P").status is AnswerStatus.ERROR

    def test_a_missing_part_of_the_case_is_said_and_the_plugin_not_called(self) -> None:
        answer = with_plugin(raises(ValueError("called")), needs=frozenset({"record", "transcript"})).answer(
            "P"
        )
        assert (answer.status, answer.reason) == (AnswerStatus.UNANSWERED, "the interaction has no record")

    def test_keyboard_interrupt_is_not_swallowed(self) -> None:
        with pytest.raises(KeyboardInterrupt):
            with_plugin(raises(KeyboardInterrupt()))

    def test_an_evaluator_that_cannot_be_built_stops_before_any_call(self) -> None:
        class Broken(plugin(answer_of())):  # type: ignore[misc]
            def __init__(self, parameters: Any, tools: Any) -> None:
                raise OSError("no such model")

        with registered(plugin=Broken):
            rubric = rubric_of("{id: P, question: q?, evaluator: plugin}")
            with pytest.raises(EvaluatorError, match="could not be built: OSError: no such model"):
                evaluate(call("agent: hello"), rubric)


class TestThresholds:
    def test_below_the_threshold_is_unanswered(self) -> None:
        answer = with_plugin(answer_of(confidence=0.69)).answer("P")
        assert answer.status is AnswerStatus.UNANSWERED
        assert str(answer.reason).startswith("low confidence: 0.69 for 'yes' is below 0.70")
        assert answer.evidence  # what was seen stays for the person who decides

    @pytest.mark.parametrize(
        ("own", "setting", "status"),
        [
            (0.9, 0.1, "unanswered"),
            (0.5, 0.99, "answered"),
            (None, 0.99, "unanswered"),
            (None, 0.8, "answered"),
        ],
    )
    def test_the_criterion_comes_before_the_setting(
        self, own: float | None, setting: float, status: str
    ) -> None:
        with registered(plugin=plugin(answer_of(confidence=0.8))):
            confidence = "" if own is None else f", confidence: {own}"
            rubric = rubric_of(f"{{id: P, question: q?, evaluator: plugin{confidence}}}")
            settings = EvaluationSettings(confidence=setting)
            answer = evaluate(call("agent: date of birth"), rubric, settings=settings).answer("P")
        assert answer.status == status

    def test_badly_recognised_words_make_an_answer_a_question(self) -> None:
        rubric = rubric_of(f"{{id: A, question: q?, evaluator: {ASKED}}}")
        case = recognised(call("agent: Your date of birth?"), {}, otherwise=0.5)
        answer = evaluate(case, rubric).answer("A")
        assert (answer.status, answer.answer) == (AnswerStatus.UNANSWERED, None)

    @pytest.mark.parametrize(
        ("sure", "status"), [(None, "answered"), (0.9, "answered"), (0.79, "unanswered")]
    )
    def test_answers_that_depend_on_roles_need_sure_roles(self, sure: float | None, status: str) -> None:
        rubric = rubric_of(
            f"{{id: A, question: q?, evaluator: {ASKED}}}\n{ORDER.replace('id: A', 'id: B')}", events=EVENTS
        )
        case = call("agent: Your date of birth?", "agent: Now your plan.", role_confidence=sure)
        assert {a.status.value for a in evaluate(case, rubric).answers} == {status}

    def test_answers_that_do_not_depend_on_roles_stay(self) -> None:
        rubric = rubric_of("{id: A, question: q?, evaluator: {phrase: {any: [recorded]}}}")
        case = call("agent: This call is recorded.", role_confidence=0.1)
        assert evaluate(case, rubric).answer("A").answer == "yes"


NA = "{{id: A, question: q?, not_applicable_when: {rule}, evaluator: {{phrase: {{any: [hello], absence_confidence: 1}}}}}}"
HOLD = Event("hold", None, 5.0, 20.0, source="given")
PACE = Metric("words_per_minute", "agent", 150.0, "words/min", "words_per_minute/1")
UNKNOWN = Metric(
    "words_per_minute", "agent", None, "words/min", "words_per_minute/1", unavailable_because="mono"
)


class TestNotApplicable:
    @pytest.mark.parametrize(
        ("rule", "metadata", "expected"),
        [
            ("{transaction: [general_question]}", {"transaction": "general_question"}, True),
            ("{transaction: [general_question]}", {"transaction": "General_Question "}, True),
            ("{transaction: general_question}", {"transaction": "renewal"}, False),
            ("{transaction: [general_question]}", {}, None),
            ("{attempt: 1}", {"attempt": 1.0}, True),
            ("{attempt: 1}", {"attempt": True}, False),
            ("{signed: false}", {"signed": False}, True),
            ("{signed: false}", {"signed": "false"}, True),
            ("{transaction: [x], caller_type: [y]}", {"transaction": "x", "caller_type": "y"}, True),
            ("{transaction: [x], caller_type: [y]}", {"transaction": "x", "caller_type": "z"}, False),
            ("[{transaction: [x]}, {caller_type: [y]}]", {"transaction": "q", "caller_type": "y"}, True),
            ("{event: hold}", {}, True),
            ("{no_event: hold}", {}, False),
            ("{event: silence}", {}, False),
            ("{no_event: silence}", {}, True),
            ("{event: [hold, silence]}", {}, False),
            ("{no_event: [overlap, silence]}", {}, True),
            ("{metric: {name: words_per_minute, role: agent, at_least: 120}}", {}, True),
            ("{metric: {name: words_per_minute, role: agent, at_most: 120}}", {}, False),
            ("{metric: {name: words_per_minute, role: customer, at_most: 120}}", {}, None),
        ],
    )
    def test_rules(self, rule: str, metadata: dict[str, Any], expected: bool | None) -> None:
        """Expected: the rule holds, does not, or is not known (None: applicable, with a warning)."""
        case = call("agent: hello", metadata=metadata, events=[HOLD], metrics=[PACE])
        evaluation = evaluate(case, rubric_of(NA.format(rule=rule)))
        answer = evaluation.answer("A")
        assert (answer.status is AnswerStatus.NOT_APPLICABLE) is bool(expected)
        assert bool(evaluation.warnings) is (expected is None)
        if expected:
            assert answer.evidence
            assert str(answer.reason).startswith("not applicable: ")

    def test_a_metric_that_is_not_available_says_why(self) -> None:
        rule = "{metric: {name: words_per_minute, role: agent, at_least: 1}}"
        evaluation = evaluate(call("agent: hello", metrics=[UNKNOWN]), rubric_of(NA.format(rule=rule)))
        assert "mono" in evaluation.warnings[0]

    def test_evidence_of_an_event_is_its_words_and_of_its_absence_the_window(self) -> None:
        rubric = rubric_of(NA.format(rule="{event: asked}"), events=EVENTS)
        answer = evaluate(call("agent: Your date of birth?"), rubric).answer("A")
        assert [item.text for item in answer.evidence if isinstance(item, SpanEvidence)] == ["date of birth"]
        rubric = rubric_of(NA.format(rule="{no_event: asked}"), events=EVENTS)
        answer = evaluate(call("agent: Hi."), rubric).answer("A")
        assert answer.evidence == (WindowEvidence("asked"),)

    def test_manual_criteria_have_rules_too(self) -> None:
        rubric = rubric_of("{id: M, question: q?, not_applicable_when: {event: hold}}")
        assert (
            evaluate(call("agent: hi", events=[HOLD]), rubric).answer("M").status
            is AnswerStatus.NOT_APPLICABLE
        )


class TestApplies:
    TOP = "applies_when: {direction: inbound, queue: [a, b]}"

    @pytest.mark.parametrize(
        ("metadata", "warnings"),
        [({"direction": "inbound", "queue": "b"}, 0), ({"direction": "Inbound"}, 1), ({}, 2)],
    )
    def test_fitting_or_unknown(self, metadata: dict[str, Any], warnings: int) -> None:
        evaluation = evaluate(
            call("agent: hi", metadata=metadata), rubric_of("{id: M, question: q?}", top=self.TOP)
        )
        assert len(evaluation.warnings) == warnings

    def test_contradicted(self) -> None:
        case = call("agent: hi", metadata={"direction": "outbound"})
        with pytest.raises(ApplicabilityError, match=r"direction is 'outbound'.*accepted: inbound"):
            evaluate(case, rubric_of("{id: M, question: q?}", top=self.TOP))


class TestEvents:
    @pytest.mark.parametrize(
        ("finds", "status", "says"),
        [
            (lambda kind, case: 1 / 0, "error", "ZeroDivisionError"),
            (lambda kind, case: None, "error", "sequence of events"),
            (lambda kind, case: [Event("other", None, 1.0, 2.0)], "error", "of kind 'asked'"),
            (
                lambda kind, case: [Event(kind, None, 1.0, 2.0, probability=float("nan"))],
                "error",
                "probability nan",
            ),
            (
                lambda kind, case: [Event(kind, None, 1.0, 2.0, turn=1, text="elsewhere")],
                "error",
                "not in turn 1",
            ),
            (
                lambda kind, case: [Event(kind, "agent", 0.0, 1.0, turn=1, text="Hello")],
                "answered",
                "asked before detail",
            ),
        ],
    )
    def test_what_a_finder_may_say(self, finds: Callable[..., Any], status: str, says: str) -> None:
        with registered(plugin=plugin(answer_of(), finds=finds)):
            rubric = rubric_of(
                f"{ORDER}\n{{id: B, question: q?, evaluator: {DETAIL}}}",
                events=f"{{asked: plugin, detail: {DETAIL}}}",
            )
            evaluation = evaluate(call("agent: Hello.", "agent: Your plan."), rubric)
        assert evaluation.answer("A").status == status
        assert says in str(evaluation.answer("A").reason)
        assert evaluation.answer("B").answer == "yes"

    def test_without_a_transcript_an_order_is_open(self) -> None:
        evaluation = evaluate(Case(Interaction("r", "record"), record={}), rubric_of(ORDER, events=EVENTS))
        assert evaluation.answer("A").status is AnswerStatus.UNANSWERED
        assert "no events" in str(evaluation.answer("A").reason)


def test_the_same_case_gives_the_same_bytes_and_the_shape_can_be_read_back() -> None:
    rubric = rubric_of(ORDER, events=EVENTS)
    case = call("agent: Your date of birth?", "agent: Now your plan.")
    first, second = (canonical_json(to_contract(evaluate(case, rubric))) for _ in range(2))
    assert first == second
    evaluation = evaluate(case, rubric)
    assert from_contract(Evaluation, to_contract(evaluation)) == evaluation


def test_an_order_of_other_words_is_another_answer() -> None:
    rubric = rubric_of(ORDER, events=EVENTS)
    assert (
        evaluate(call("agent: Now your plan.", "agent: Your date of birth?"), rubric).answer("A").answer
        == "no"
    )


def test_a_transcript_without_any_turn_is_judged_without_any_fault() -> None:
    rubric = rubric_of(f"{ORDER}\n{{id: B, question: q?, evaluator: {ASKED}}}", events=EVENTS)
    assert {a.status for a in evaluate(call(), rubric).answers} <= {
        AnswerStatus.ANSWERED,
        AnswerStatus.UNANSWERED,
    }


class TestRegistry:
    def test_shipped_evaluators_come_through_the_public_door(self) -> None:
        shipped = {p.name: p for p in plugins() if p.distribution == "qa-toolkit"}
        assert {"manual", "metadata", "metric", "order", "phrase", "checklist"} <= set(shipped)
        assert {p.state for p in shipped.values()} == {"ok"}

    @pytest.mark.parametrize(
        ("attributes", "says"),
        [
            ({"name": "other"}, "'name' is not 'plugin'"),
            ({"version": 7}, "no text attribute 'version'"),
            ({"needs": {"transcript"}}, "not a frozenset"),
            ({"needs": frozenset({"weather"})}, "not a frozenset"),
            ({"Parameters": dict}, "not a pydantic model"),
            ({"answer": None}, "no method 'answer'"),
        ],
    )
    def test_a_class_that_breaks_the_contract_is_refused(self, attributes: dict[str, Any], says: str) -> None:
        with pytest.raises(EvaluatorError, match=says), registered(plugin=plugin(answer_of(), **attributes)):
            pass

    def test_installed_packages_are_found_and_broken_or_doubled_ones_are_loud(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from qa_toolkit.evaluation import registry

        for package, entries in {
            "one": "fine = fine_evaluator:Fine\nbroken = no_such_module:X\ndouble = a:A",
            "two": "double = b:B",
        }.items():
            info = tmp_path / f"{package}-1.0.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
            (info / "entry_points.txt").write_text(f"[qa_toolkit.evaluators]\n{entries}\n")
        (tmp_path / "fine_evaluator.py").write_text(
            "from qa_toolkit.evaluation.evaluators.manual import Manual\n\n\nclass Fine(Manual):\n    name = 'fine'\n"
        )
        monkeypatch.syspath_prepend(str(tmp_path))
        registry._entries.cache_clear()
        try:
            states = {(p.name, p.distribution): (p.state, p.reason or "") for p in plugins()}
            assert states["fine", "one"][0] == "ok"
            assert "ModuleNotFoundError" in states["broken", "one"][1]
            assert "two plugins" in states["double", "one"][1]
            assert "two plugins" in states["double", "two"][1]
            with pytest.raises(EvaluatorError, match="cannot be loaded"):
                registry.evaluator_class("broken")
            rubric = rubric_of("{id: A, question: q?, evaluator: fine}")
            assert evaluate(call("agent: hi"), rubric).answer("A").evaluator is not None
        finally:
            registry._entries.cache_clear()


def test_cases_given_to_evaluate_are_not_changed() -> None:
    case = call("agent: Your date of birth?", metadata={"a": 1})
    before = replace(case)
    evaluate(case, rubric_of(ORDER, events=EVENTS))
    assert case == before
