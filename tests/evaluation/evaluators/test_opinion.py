"""``phrase`` with ``meaning``: what a trained classifier says beside the phrases. Words only: no model is needed.

Rows: what is said, and the answer of phrases and classifier together.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from evaluation_builders import ask, call, recognised, said
from evaluation_builders import rubric_of as rubric_of_text

from qa_toolkit.domain import Answer
from qa_toolkit.domain.rubric import EvaluatorSpec
from qa_toolkit.errors import AuthoredFileError, EvaluatorError
from qa_toolkit.evaluation import EvaluationSettings, LoadedRubric, evaluate, registry
from qa_toolkit.evaluation.banks import load_bank
from qa_toolkit.evaluation.classifiers import classifier_name, write_classifier
from qa_toolkit.evaluation.panel import learnt_by
from qa_toolkit.evaluation.training import train

EVENTS = ("voter_registration", "identity_asked")
PHRASE = {"role": "agent", "any": {"en": ["register to vote", "sign up today"]}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rubric folder with classifiers of words for two events, in English only."""
    made = tmp_path_factory.mktemp("rubrics")
    banks = {event: load_bank(f"banks/en/{event}.yaml") for event in EVENTS}
    for event, bank in banks.items():
        others = [
            u.text
            for name, other in banks.items()
            if name != event
            for u, _ in other.bank.utterances("train")
        ]
        trained = train(bank, None, background=others)
        write_classifier(
            trained.model_copy(update={"event": f"{event}_here", "counts_from": 0.7}),
            made / classifier_name(f"{event}_here", "en"),
        )
    return made


def rubric_of(criterion: dict[str, Any], events: dict[str, Any] | None = None) -> LoadedRubric:
    return rubric_of_text(json.dumps(criterion), events=json.dumps(events or {}))


def asked(folder: Path, case: Any, meaning: Any, **phrase: Any) -> Answer:
    rubric = rubric_of(
        {"id": "A", "question": "q?", "evaluator": {"phrase": {**PHRASE, "meaning": meaning, **phrase}}}
    )
    settings = EvaluationSettings(evaluators={"rubrics_dir": str(folder)})
    return evaluate(case, rubric, settings=settings).answer("A")


@pytest.mark.parametrize(
    ("line", "alone", "expected"),
    [
        # both find it
        ("agent: Would you like to register to vote today?", "doubtful", "yes"),
        # only the phrase does, and the classifier takes it for something else
        ("agent: You can sign up today for the newsletter about your garden.", "doubtful", "unanswered"),
        # only the classifier does
        ("agent: Do you want a voter registration form mailed to you?", "doubtful", "unanswered"),
        ("agent: Do you want a voter registration form mailed to you?", "counts", "yes"),
        ("agent: Do you want a voter registration form mailed to you?", "ignored", "no"),
        # neither, or somebody else
        ("agent: Your card comes in the mail.", "counts", "no"),
        ("customer: Can I register to vote with you?", "counts", "no"),
    ],
)
def test_two_opinions(folder: Path, line: str, alone: str, expected: str) -> None:
    answer = asked(folder, call(line), {"event": "voter_registration_here", "alone": alone})
    assert said(answer) == expected
    if expected == "unanswered":
        assert "perhaps voter registration here, not certain" in str(answer.reason)
        assert answer.evidence


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # the classifier would count the sentence by itself, and the words speak for it too
        ("agent: Do you want a voter registration form mailed to you?", "yes"),
        # it takes the sentence for something else
        ("agent: The form for the garden came on Monday.", "no"),
        ("agent: Su formulario del jardín llegó el lunes.", "unanswered"),
        ("customer: Do you have that form?", "no"),
    ],
)
def test_words_that_prove_nothing_are_weighed_by_the_classifier(
    folder: Path, line: str, expected: str
) -> None:
    perhaps = {"en": ["form"], "es": ["formulario"]}
    answer = asked(folder, call(line), "voter_registration_here", perhaps=perhaps)
    assert said(answer) == expected


def test_another_event_may_claim_a_sentence(folder: Path) -> None:
    case = call("agent: What is your date of birth and your zip code?")
    alone = {"event": "identity_asked_here", "alone": "counts"}
    assert said(asked(folder, case, alone)) == "yes"
    claimed = {**alone, "event": "voter_registration_here", "unless": "identity_asked_here"}
    assert said(asked(folder, case, claimed)) == "no"


def test_a_window_limits_the_classifier_too(folder: Path) -> None:
    meaning = {"event": "voter_registration_here", "alone": "counts"}
    case = call(
        "agent: Hello.", "customer: Hi.", "agent: Do you want a voter registration form mailed to you?"
    )
    assert said(asked(folder, case, meaning)) == "yes"
    assert said(asked(folder, case, meaning, first_turns=1)) == "no"


def test_words_hardly_heard_are_doubtful(folder: Path) -> None:
    case = recognised(call("agent: Do you want a voter registration form mailed to you?"), {}, otherwise=0.5)
    answer = asked(folder, case, {"event": "voter_registration_here", "alone": "counts"})
    assert said(answer) == "unanswered"
    assert str(answer.reason).startswith("low confidence")


def test_without_a_classifier_for_the_language_phrases_judge_alone(folder: Path) -> None:
    answer = asked(folder, call("agent: Please register to vote.", language="de"), "voter_registration_here")
    assert said(answer) == "yes"


def test_an_event_that_only_the_classifier_finds_leaves_an_order_open(folder: Path) -> None:
    rubric = rubric_of(
        {
            "id": "A",
            "question": "q?",
            "evaluator": {"order": {"first": "vote", "before": "bye", "if_nothing_before": "yes"}},
        },
        events={
            "vote": {"phrase": {**PHRASE, "meaning": "voter_registration_here"}},
            "bye": {"phrase": {"any": ["goodbye"]}},
        },
    )
    settings = EvaluationSettings(evaluators={"rubrics_dir": str(folder)})

    def answer(*lines: str) -> Answer:
        return evaluate(call(*lines), rubric, settings=settings).answer("A")

    doubtful = "agent: Do you want a voter registration form mailed to you?"
    sure = "agent: Would you like to register to vote?"
    assert said(answer(doubtful, "agent: Goodbye.")) == "unanswered"
    assert "depends on whether vote happened" in str(answer(doubtful, "agent: Goodbye.").reason)
    # a sure one besides settles it
    assert said(answer(sure, doubtful, "agent: Goodbye.")) == "yes"


def test_what_was_learnt_is_part_of_every_result(folder: Path) -> None:
    settings = {"rubrics_dir": str(folder)}
    spec = EvaluatorSpec.model_validate({"phrase": {**PHRASE, "meaning": "voter_registration_here"}})
    version = registry.build(spec, settings).version
    assert version.startswith("1+classifier.")
    rubric = rubric_of(
        {"id": "A", "question": "q?", "evaluator": {"order": {"first": "vote"}}},
        events={"vote": {"phrase": {**PHRASE, "meaning": "voter_registration_here"}}},
    )
    answer = evaluate(call("agent: Hi."), rubric, settings=EvaluationSettings(evaluators=settings)).answer(
        "A"
    )
    assert answer.evaluator is not None
    assert answer.evaluator.version == version
    assert learnt_by(rubric, settings) == (version.removeprefix("1+"),)


def test_an_event_nobody_trained() -> None:
    with pytest.raises(AuthoredFileError, match="no classifier was trained for 'never_heard'"):
        registry.build(EvaluatorSpec.model_validate({"phrase": {**PHRASE, "meaning": "never_heard"}}), {})


def test_meaning_goes_with_single_sentences() -> None:
    with pytest.raises(EvaluatorError, match="meaning gives an opinion of single sentences"):
        ask("phrase", {"all": ["a", "b"], "meaning": "voter_registration"}, call("agent: Hi."))
