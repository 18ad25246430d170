"""``semantic`` and ``classifier``: meaning by sentence embeddings; banks, training, what happens without a model.

Rows: a sentence of the agent and the answer, for exemplars that ask for a birth date.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation_builders import ask, call, rubric_of, said
from pydantic import ValidationError

from qa_toolkit.domain import SpanEvidence, WindowEvidence
from qa_toolkit.domain.rubric import EvaluatorSpec
from qa_toolkit.errors import (
    AuthoredFileError,
    EnvironmentProblemError,
    InputError,
    MissingExtraError,
    ModelFileError,
)
from qa_toolkit.evaluation import evaluate, registry
from qa_toolkit.evaluation.banks import LoadedBank, load_bank
from qa_toolkit.evaluation.classifiers import TrainedClassifier, read_classifier, write_classifier
from qa_toolkit.evaluation.encoders import _encoder, encoder_for
from qa_toolkit.evaluation.engine import EvaluationSettings
from qa_toolkit.evaluation.evaluators.classifier import ClassifierParameters
from qa_toolkit.evaluation.evaluators.semantic import SemanticParameters
from qa_toolkit.evaluation.sentences import SURFACE, sentences_of, surface_of
from qa_toolkit.evaluation.training import measure, train
from qa_toolkit.language.embeddings import SentenceEncoder

HERE = Path(__file__).resolve().parents[1]
BANK = "banks/identity_asked.yaml"
BIRTH_DATE = {
    "role": "agent",
    "positive": {
        "en": [
            "What is your date of birth?", "Can I get your date of birth, please?", "I'll need your date of birth.",
            "When were you born?", "May I have your birth date?", "Could you tell me your birthday?",
            "I just need to verify your birth date.", "Your date of birth, please.", "What day were you born?",
        ],
        "es": [
            "¿Cuál es su fecha de nacimiento?", "¿Me da su fecha de nacimiento?", "¿Cuándo nació?",
            "Necesito su fecha de nacimiento.", "¿Qué día nació usted?", "Dígame su fecha de nacimiento.",
            "¿En qué fecha nació?", "Su fecha de nacimiento, por favor.",
        ],
    },
    "negative": {
        "en": ["I have your date of birth here.", "I don't need your date of birth.", "What is your zip code?", "How can I help you?"],
        "es": ["No necesito su fecha de nacimiento.", "¿En qué le puedo ayudar?", "Ya tengo su fecha de nacimiento."],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def english() -> SentenceEncoder:
    try:
        return encoder_for("en")
    except EnvironmentProblemError as error:
        pytest.skip(f"no sentence encoder: {error}")


@pytest.fixture(scope="module")
def spanish() -> SentenceEncoder:
    try:
        return encoder_for("es")
    except EnvironmentProblemError as error:
        pytest.skip(f"no multilingual encoder: {error}")


@pytest.fixture(scope="module")
def trained(english: SentenceEncoder) -> TrainedClassifier:
    return train(bank(), english)


def bank() -> LoadedBank:
    return load_bank(BANK, search=[HERE])


@pytest.mark.model
@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("And when were you born?", "yes"),
        ("Could you tell me the day you were born?", "yes"),
        ("What's the month, day and year of birth for you?", "yes"),
        ("I just need to verify your birth date.", "yes"),
        # near the exemplars, and yet not the same
        ("I don't need your date of birth.", "no"),
        ("We never ask for your date of birth.", "no"),
        ("What is your income?", "no"),
        ("Let me pull up your file.", "no"),
    ],
)
def test_meaning(english: SentenceEncoder, sentence: str, expected: str) -> None:
    answer = ask("semantic", BIRTH_DATE, call(f"agent: Okay. {sentence}"))
    assert said(answer) == expected
    if expected == "yes":
        assert sentence in [item.text for item in answer.evidence if isinstance(item, SpanEvidence)]
    else:
        assert isinstance(answer.evidence[0], WindowEvidence)


@pytest.mark.model
@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("¿Cuándo nació usted?", "yes"),
        ("¿Me puede dar su fecha de nacimiento?", "yes"),
        ("¿Cuánto gana al mes?", "no"),
        ("No le voy a pedir su fecha de nacimiento.", "no"),
    ],
)
def test_meaning_in_spanish(spanish: SentenceEncoder, sentence: str, expected: str) -> None:
    assert said(ask("semantic", BIRTH_DATE, call(f"agent: {sentence}", language="es"))) == expected


@pytest.mark.model
def test_role_number_and_window_limit_the_search(english: SentenceEncoder) -> None:
    lines = ["customer: When were you born?", "agent: Hello there.", "agent: When were you born?"]
    assert said(ask("semantic", BIRTH_DATE, call(lines[0]))) == "no"
    assert (
        said(ask("semantic", {**BIRTH_DATE, "role": ["agent", "customer"], "at_least": 2}, call(*lines)))
        == "yes"
    )
    assert said(ask("semantic", {**BIRTH_DATE, "at_least": 2}, call(*lines))) == "no"
    assert said(ask("semantic", {**BIRTH_DATE, "first_turns": 1}, call(*lines))) == "no"


@pytest.mark.model
def test_an_absence_needs_enough_exemplars(english: SentenceEncoder) -> None:
    few = {"positive": ["When were you born?"]}
    many = ask("semantic", BIRTH_DATE, call("agent: Let me pull up your file."))
    one = ask("semantic", few, call("agent: Let me pull up your file."))
    assert (many.confidence or 0) > 0.7
    assert (one.confidence or 0) < 0.5


@pytest.mark.model
def test_meanings_are_events_for_order_rules(english: SentenceEncoder) -> None:
    rubric = rubric_of(
        "{id: A, question: q?, evaluator: {order: {first: asked, before: detail}}}",
        events="{asked: {semantic: {positive: [When were you born?, What is your date of birth?]}}, detail: {phrase: {any: [your plan]}}}",
    )
    good = call("agent: And what day were you born?", "agent: Your plan is active.")
    bad = call("agent: Your plan is active.", "agent: And what day were you born?")
    assert [said(evaluate(case, rubric).answer("A")) for case in (good, bad)] == ["yes", "no"]


@pytest.mark.model
def test_the_same_sentence_has_the_same_vector_in_any_company(
    english: SentenceEncoder, tmp_path: Path
) -> None:
    alone = english.embed(["When were you born?"])
    fresh = _encoder.__wrapped__("en", None, tmp_path)
    among = fresh.embed(["A far longer sentence that would pad the other one.", "When were you born?"])
    assert np.array_equal(alone[0], among[1])
    assert np.allclose(np.linalg.norm(among, axis=1), 1.0, atol=1e-5)
    assert english.embed([]).shape == (0, 384)


@pytest.mark.model
def test_similarity_is_blind_to_negation_and_the_classifier_is_not(
    english: SentenceEncoder, trained: TrainedClassifier
) -> None:
    """As measured with this model: the denial is nearer to the question than its paraphrase is."""
    asked, paraphrase, denied = english.embed(
        [
            "Can I get your date of birth please?",
            "And when were you born?",
            "I don't need your date of birth.",
        ]
    )
    assert asked @ denied > asked @ paraphrase
    yes, no = trained.probabilities(["And when were you born?", "I don't need your date of birth."], english)
    assert yes > 0.8 > 0.3 > no


@pytest.mark.model
def test_training_is_measured_on_sentences_left_out(
    english: SentenceEncoder, trained: TrainedClassifier
) -> None:
    assert (trained.card.positives, trained.card.negatives) == (26, 38)
    assert trained.card.accuracy > 0.7
    held_back = measure(trained, list(bank().bank.utterances("held_back")), english)
    assert held_back is not None
    assert (held_back.both.positives, held_back.both.negatives) == (8, 12)
    assert held_back.both.accuracy >= 0.8


@pytest.mark.model
def test_a_trained_file_serves_the_classifier(tmp_path: Path, trained: TrainedClassifier) -> None:
    (tmp_path / "banks").mkdir()
    path = tmp_path / "banks" / "identity.json"
    write_classifier(trained, path)
    assert read_classifier(path) == trained
    rubric = rubric_of(
        "{id: A, question: q?, evaluator: {classifier: {role: agent, file: banks/identity.json}}}"
    )
    settings = EvaluationSettings(evaluators={"rubrics_dir": str(tmp_path)})
    asked = evaluate(
        call("agent: Okay. Would you give me your date of birth?"), rubric, settings=settings
    ).answer("A")
    other = evaluate(call("agent: Your premium went down."), rubric, settings=settings).answer("A")
    assert (said(asked), said(other)) == ("yes", "no")
    assert asked.evaluator is not None
    assert asked.evaluator.version.startswith("1+file.")
    foreign = evaluate(call("agent: Hola.", language="es"), rubric, settings=settings).answer("A")
    assert foreign.reason == "no classifier was trained for the language 'es'"


@pytest.mark.model
def test_a_bank_gives_exemplars_and_stands_in_the_version(english: SentenceEncoder) -> None:
    evaluator = registry.build(
        EvaluatorSpec.model_validate({"semantic": {"bank": BANK}}), {"rubrics_dir": str(HERE)}
    )
    assert evaluator.version == f"1+bank.{bank().sha256[:12]}"


# Without models


def test_without_a_model_the_criterion_is_unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(language: str) -> SentenceEncoder:
        raise ModelFileError("the model 'minilm-l6-v2' is not on this machine")

    monkeypatch.setattr("qa_toolkit.evaluation.evaluators.semantic.encoder_for", missing)
    answer = ask("semantic", BIRTH_DATE, call("agent: When were you born?"))
    assert (said(answer), answer.reason) == ("unanswered", "the model 'minilm-l6-v2' is not on this machine")


def test_an_order_rule_over_meanings_is_unanswered_without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(language: str) -> SentenceEncoder:
        raise ModelFileError("the model 'minilm-l6-v2' is not on this machine")

    monkeypatch.setattr("qa_toolkit.evaluation.evaluators.semantic.encoder_for", missing)
    rubric = rubric_of(
        "{id: A, question: q?, evaluator: {order: {first: asked}}}",
        events="{asked: {semantic: {positive: [When were you born?]}}}",
    )
    answer = evaluate(call("agent: When were you born?"), rubric).answer("A")
    assert said(answer) == "unanswered"
    assert "not on this machine" in str(answer.reason)


def test_without_the_multilingual_package_spanish_is_unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(language: str) -> SentenceEncoder:
        raise MissingExtraError.of("multilingual", "the multilingual sentence encoder")

    monkeypatch.setattr("qa_toolkit.evaluation.evaluators.semantic.encoder_for", missing)
    answer = ask("semantic", BIRTH_DATE, call("agent: ¿Cuándo nació?", language="es"))
    assert said(answer) == "unanswered"
    assert "qa-toolkit[multilingual]" in str(answer.reason)


@pytest.mark.parametrize("language", ["vi", "tl"])
def test_languages_without_exemplars_or_encoder_are_unanswered(language: str) -> None:
    assert said(ask("semantic", BIRTH_DATE, call("agent: Xin chào.", language=language))) == "unanswered"
    with pytest.raises(InputError, match="no sentence encoder"):
        encoder_for(language)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("event: a\nlanguage: en\npositive: [x]\nnegativ: [y]", "did you mean 'negative'"),
        ("event: a\nlanguage: en\npositive: []", "nothing in it"),
        ("event: a\nlanguage: english\npositive: [x]", "language"),
        ("event: a\nlanguage: en\npositive: [x]\nnear_miss: [X]", "every text once"),
        ("event: a\nlanguage: en\npositive: [{text: x, split: test}]", "split"),
        ("- x", "not a mapping"),
        ("", "empty"),
    ],
)
def test_faults_of_a_bank_are_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "bank.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(AuthoredFileError, match=says):
        load_bank("bank.yaml", search=[tmp_path])


@pytest.mark.parametrize(
    "name", ["../bank.yaml", "/etc/passwd", "banks/../../x.yaml", "banks/nowhere.yaml", "c:/x.yaml"]
)
def test_a_bank_is_a_file_below_the_rubric_folder(name: str) -> None:
    with pytest.raises(AuthoredFileError):
        load_bank(name)


def test_held_back_utterances_are_no_exemplars() -> None:
    evaluator: Any = registry.build(
        EvaluatorSpec.model_validate({"semantic": {"bank": BANK}}), {"rubrics_dir": str(HERE)}
    )
    shown = evaluator._exemplars["en"]
    held = {utterance.text for utterance, _ in bank().bank.utterances("held_back")}
    assert len(held) == 20
    assert not held & {*shown.positive, *shown.negative}


def test_too_few_examples_are_not_trained_on(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_text(
        "event: a\nlanguage: en\npositive: [x]\nnegative: [y]", encoding="utf-8"
    )
    with pytest.raises(InputError, match="too few"):
        train(load_bank("bank.yaml", search=[tmp_path]), None)  # type: ignore[arg-type]


@pytest.mark.parametrize("content", ["{}", "no json", '{"schema": "other/1"}'])
def test_a_file_that_is_no_classifier_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AuthoredFileError, match="not a trained classifier"):
        read_classifier(path)


@pytest.mark.parametrize(
    ("text", "language", "features"),
    [
        ("I don't need your date of birth.", "en", {"negated", "first_person", "second_person"}),
        ("What is your date of birth?", "en", {"asks", "second_person"}),
        ("Okay, could you spell it", "en", {"asks", "second_person"}),
        ("If I needed it I would ask.", "en", {"supposed", "first_person"}),
        ("No necesito su fecha.", "es", {"negated", "second_person"}),
    ],
)
def test_surface_features(text: str, language: str, features: set[str]) -> None:
    values = dict(zip(SURFACE, surface_of(text, language), strict=True))
    assert {name for name, value in values.items() if value == 1.0} == features


def test_sentences_are_parts_of_their_turns_and_long_ones_are_cut() -> None:
    case = call("agent: Hi. It's $12.50, at example.com. Okay?", "customer: " + "so and " * 40)
    assert case.transcript is not None
    found = list(sentences_of(case.transcript))
    assert [s.text for s in found if s.turn == 0] == ["Hi.", "It's $12.50, at example.com.", "Okay?"]
    assert max(len(s.text.split()) for s in found) == 30
    for sentence in found:
        assert case.transcript.turns[sentence.turn].text[sentence.start : sentence.end] == sentence.text
    assert {w for s in found if s.turn == 1 for w in range(s.start, s.end)} >= set(range(278))


@pytest.mark.parametrize(
    "parameters",
    [{}, {"positive": []}, {"positive": ["x"], "likeness": 2}, {"positive": ["x"], "margin": -1}],
)
def test_parameters_are_checked(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SemanticParameters.model_validate(parameters)
    with pytest.raises(ValidationError):
        ClassifierParameters.model_validate(parameters)
