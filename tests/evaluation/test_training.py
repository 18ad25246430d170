"""Training, measuring, writing and reading of classifiers; the layout of banks. Words only: no model is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_toolkit.errors import AuthoredFileError, InputError
from qa_toolkit.evaluation.banks import LoadedBank, Utterance, bank_names, held_back_of, load_bank
from qa_toolkit.evaluation.classifiers import (
    TrainedClassifier,
    classifier_name,
    load_classifier,
    read_classifier,
    write_classifier,
)
from qa_toolkit.evaluation.training import measure, train


@pytest.fixture(scope="module")
def voting() -> LoadedBank:
    return load_bank("banks/en/voter_registration.yaml")


@pytest.fixture(scope="module")
def trained(voting: LoadedBank) -> TrainedClassifier:
    return train(voting, None)


@pytest.mark.parametrize(
    ("sentence", "means"),
    [
        ("Would you like to register to vote while I have you?", True),
        ("Do you want me to send you the voter registration form?", True),
        ("Do you want to register for an online account?", False),
        ("I can't talk about the election.", False),
        ("What is your date of birth?", False),
    ],
)
def test_words_alone(trained: TrainedClassifier, sentence: str, means: bool) -> None:
    (likely,) = trained.probabilities([sentence], None)
    assert (likely >= 0.5) is means


def test_the_card_is_of_sentences_left_out(voting: LoadedBank, trained: TrainedClassifier) -> None:
    card = trained.card
    assert (card.positives, card.folds) == (len(voting.bank.positive), 5)
    assert card.negatives == len(voting.bank.negative) + len(voting.bank.near_miss)
    assert card.accuracy > 0.8
    assert 0 < card.brier < 0.15
    assert trained.vector is None
    assert trained.counts_from is None  # without background nobody knows how often it would be wrong


def test_background_makes_it_quiet_about_other_things(voting: LoadedBank, trained: TrainedClassifier) -> None:
    other = load_bank("banks/en/identity_asked.yaml").bank
    background = [utterance.text for utterance, _ in other.utterances("train")]
    quiet = train(voting, None, background=background)
    assert 0 < quiet.card.background <= len(background)
    assert quiet.background_sha256 is not None
    loud = sum(p >= 0.5 for p in trained.probabilities(background, None))
    assert sum(p >= 0.5 for p in quiet.probabilities(background, None)) <= loud


def test_background_that_means_the_event_is_left_out(voting: LoadedBank) -> None:
    same = [f"{utterance.text} please" for utterance, means in voting.bank.utterances("train") if means]
    made = train(voting, None, background=same)
    assert made.card.background < len(same) / 2


def test_the_same_bank_gives_the_same_bytes(
    tmp_path: Path, voting: LoadedBank, trained: TrainedClassifier
) -> None:
    for name in ("one.json", "two.json"):
        write_classifier(trained if name == "one.json" else train(voting, None), tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    again = read_classifier(tmp_path / "one.json")
    texts = ["Do you want to register to vote?", "No."]
    assert again.probabilities(texts, None) == trained.probabilities(texts, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.json", "two.json"]


def test_an_interaction_is_never_on_both_sides_of_a_fold(voting: LoadedBank) -> None:
    """A giveaway word in one interaction's sentences cannot be learnt from the same interaction."""
    reviewed = [
        (Utterance(text=f"Zebra number {'ab'[n % 2]} {n} it is", group="call-1"), n % 2 == 0)
        for n in range(12)
    ]
    made = train(voting, None, reviewed=reviewed)
    assert made.reviewed_sha256 is not None
    assert made.card.positives == len(voting.bank.positive) + 6


def test_too_few_examples(tmp_path: Path) -> None:
    (tmp_path / "banks" / "en").mkdir(parents=True)
    text = "event: few\nlanguage: en\npositive: [one two, two three]\nnegative: [a b]\n"
    (tmp_path / "banks" / "en" / "few.yaml").write_text(text)
    with pytest.raises(InputError, match="too few to train on: 2 positive, 1 other"):
        train(load_bank("banks/en/few.yaml", search=[tmp_path]), None)


def test_held_back_utterances_lie_apart_and_are_never_trained_on(tmp_path: Path) -> None:
    for folder, text in (
        ("banks/en", "event: e\nlanguage: en\npositive: [one, {text: two, split: held_back}]\n"),
        (
            "banks/held_back/en",
            "event: e\nlanguage: en\npositive: [{text: three, split: held_back}]\nnegative: [four]\n",
        ),
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "e.yaml").write_text(text)
    loaded = load_bank("banks/en/e.yaml", search=[tmp_path])
    assert [u.text for u, _ in loaded.bank.utterances("train")] == ["one"]
    found = [(u.text, means) for u, means in held_back_of(loaded, search=[tmp_path])]
    assert found == [("two", True), ("three", True), ("four", False)]
    assert "banks/en/e.yaml" in bank_names(search=[tmp_path])
    assert not [name for name in bank_names(search=[tmp_path]) if "held_back" in name]


def test_measuring_without_held_back_utterances(trained: TrainedClassifier) -> None:
    assert measure(trained, [], None) is None
    found = measure(
        trained, [(Utterance(text="Register to vote?"), True), (Utterance(text="Hello."), False)], None
    )
    assert found is not None
    assert (found.words.positives, found.words.negatives, found.words.accuracy) == (1, 1, 1.0)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"schema": "qa-toolkit/classifier/1"}, "not a trained classifier: schema"),
        ({"unknown": 1}, "not a trained classifier: unknown"),
        ({"lexical": {}}, "not a trained classifier: lexical"),
    ],
)
def test_a_file_that_is_none(
    tmp_path: Path, trained: TrainedClassifier, change: dict[str, object], fault: str
) -> None:
    path = tmp_path / classifier_name("voter_registration", "en")
    write_classifier(trained, path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(AuthoredFileError, match=fault):
        load_classifier("classifiers/en/voter_registration.json", search=[tmp_path])


@pytest.mark.parametrize("name", ["../x.json", "/etc/passwd", "classifiers/en/nothing.json"])
def test_only_files_below_the_rubric_folders(name: str) -> None:
    with pytest.raises(AuthoredFileError):
        load_classifier(name)
