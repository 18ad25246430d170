"""What a conversation knows of its sentences for all classifiers is what each classifier says alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from evaluation_builders import call
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.errors import EnvironmentProblemError
from qa_toolkit.evaluation.classifiers import (
    Card,
    Lexical,
    TrainedClassifier,
    Vector,
    sigmoid,
    vector_matrix,
)
from qa_toolkit.evaluation.evaluators import spoken
from qa_toolkit.evaluation.evaluators.opinion import judge, judge_at, overlap
from qa_toolkit.evaluation.evaluators.searchable import Place
from qa_toolkit.evaluation.lexical import PLACES, SURFACE, Features
from qa_toolkit.evaluation.sentences import SURFACE as VECTOR_SURFACE

SIZE = 16
CARD = Card(positives=1, negatives=1, folds=5, accuracy=1, recall=1, precision=1, brier=0)
WORDS = "no I do n't need your card if you can call us at five 5 today okay"
SENTENCES = st.lists(
    st.lists(st.sampled_from(WORDS.split()), max_size=6).map(" ".join), min_size=1, max_size=8
).map(". ".join)
TURNS = st.lists(st.tuples(st.sampled_from(["agent", "customer", "ivr"]), SENTENCES), min_size=1, max_size=6)


class Encoder:
    """Vectors by the letters of a text; counts what it is asked."""

    name = "letters"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Any) -> Any:
        self.asked += texts
        rows = [np.random.default_rng(list(text.encode())).normal(size=SIZE) for text in texts]
        return np.asarray(rows, dtype=np.float32)


def trained(seed: int, *, encoder: str = "letters") -> TrainedClassifier:
    chance = np.random.default_rng(seed)

    def some(number: int) -> tuple[int, ...]:
        return tuple(chance.integers(-900, 900, number).tolist())

    return TrainedClassifier(
        event=f"event_{seed}",
        language="en",
        bank_sha256="",
        clearly_not=0.1,
        clearly=0.9,
        counts_from=0.8,
        denied_below=0.2,
        card=CARD,
        card_words=CARD,
        vector=Vector(
            encoder=encoder,
            surface=VECTOR_SURFACE,
            coefficients=some(SIZE + len(VECTOR_SURFACE)),
            intercept=0.3,
            of_words=0.7,
            of_vector=1.3,
            shift=-0.2,
        ),
        lexical=Lexical(
            surface=SURFACE,
            surface_coefficients=tuple(value / 1000 for value in some(len(SURFACE))),
            coefficients=some(2 * PLACES),
            intercept=0.1,
            slope=1.7,
            shift=-0.4,
        ),
    )


def in_arrays(one: TrainedClassifier, texts: list[str], features: Features, encoder: Encoder) -> list[float]:
    """Both stages of a classifier on its own."""
    stage: Any = one.vector
    scores = vector_matrix(texts, one.language, encoder) @ one._vector_weights + stage.intercept
    joined = one.word_scores(features) * stage.of_words + scores * stage.of_vector + stage.shift
    found: list[float] = sigmoid(joined).tolist()
    return found


TRAINED = [trained(seed) for seed in range(3)]


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    made = Encoder()
    monkeypatch.setattr(spoken, "encoder_for", lambda _: made)
    return made


def conversation(turns: list[tuple[str, str]]) -> Any:
    return call(*[f"{role}: {text}" for role, text in turns]).transcript


@settings(deadline=None)
@given(TURNS, st.data())
def test_second_opinions_are_to_the_last_bit_those_of_the_classifier(
    turns: list[tuple[str, str]], data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spoken, "encoder_for", lambda _: Encoder())
        own = spoken.sentences_with_features(conversation(turns))
        rows = st.lists(st.integers(0, len(own.sentences) - 1), unique=True, max_size=6).map(sorted)
        for one in TRAINED:
            chosen = data.draw(rows) if own.sentences else []
            texts = [own.sentences[row].text for row in chosen]
            alone = in_arrays(one, texts, own.features.rows(chosen), Encoder()) if chosen else []
            assert list(own.second_opinion(one, chosen, "en")) == alone


@settings(deadline=None)
@given(TURNS, st.sampled_from([(), ("agent",), ("agent", "customer")]), st.data())
def test_sentences_at_places_are_those_of_all_sentences_that_hold_them(
    turns: list[tuple[str, str]], roles: Any, data: st.DataObject
) -> None:
    transcript = conversation(turns)
    said = [(number, turn) for number, turn in enumerate(transcript.turns) if turn.text]
    places = [
        Place(number, start, start + data.draw(st.integers(1, 12)))
        for number, turn in said
        for start in data.draw(st.lists(st.integers(0, len(turn.text) - 1), max_size=2))
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spoken, "encoder_for", lambda _: Encoder())
        every = judge(
            TRAINED[0],
            transcript,
            "en",
            roles,
            hits=(),
            likely_from=0.0,
            inside=lambda sentence: any(overlap(sentence, place) for place in places),
        )
        held = [one for one in every if any(one.holds(place) for place in places)]
        assert judge_at(TRAINED[0], transcript, "en", roles, places) == held


def test_a_sentence_is_encoded_once_for_all_classifiers(encoder: Encoder) -> None:
    own = spoken.sentences_with_features(conversation([("agent", "I need your card. Can you call us?")]))
    own.second_opinion(TRAINED[0], [0], "en")
    own.second_opinion(TRAINED[1], [0, 1], "en")
    assert encoder.asked == ["I need your card.", "Can you call us?"]


def test_without_an_encoder_the_words_alone(monkeypatch: pytest.MonkeyPatch, encoder: Encoder) -> None:
    own = spoken.sentences_with_features(conversation([("agent", "I need your card.")]))
    other = trained(7, encoder="another")
    assert own.second_opinion(other, [0], "en") == own.probabilities(other)

    def none(_: str) -> Any:
        raise EnvironmentProblemError("no model")

    own = spoken.sentences_with_features(conversation([("agent", "I need your card.")]))
    monkeypatch.setattr(spoken, "encoder_for", none)
    assert own.second_opinion(TRAINED[0], [0], "en") == own.probabilities(TRAINED[0])
    monkeypatch.setattr(spoken, "encoder_for", lambda _: encoder)  # fetched meanwhile
    assert own.second_opinion(TRAINED[0], [0], "en") != own.probabilities(TRAINED[0])


def test_many_rows_to_the_last_bit(encoder: Encoder) -> None:
    text = ". ".join(f"{WORDS.split()[n % 14]} {WORDS.split()[n * 7 % 14]} {n}" for n in range(60))
    own = spoken.sentences_with_features(conversation([("agent", text)]))
    for one in TRAINED:
        for size in range(1, 20):
            rows = sorted(np.random.default_rng(size).choice(60, size, replace=False).tolist())
            texts = [own.sentences[row].text for row in rows]
            alone = in_arrays(one, texts, own.features.rows(rows), encoder)
            assert list(own.second_opinion(one, rows, "en")) == alone
            assert one.second_opinion(texts, own.features.rows(rows), encoder) == alone
