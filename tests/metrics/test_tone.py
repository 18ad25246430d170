"""Lexicon tone: turns, quarters, and when there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qa_toolkit.domain import Role, Transcript, Turn
from qa_toolkit.metrics import MetricThresholds, measure, turn_tones
from qa_toolkit.metrics import tone as tone_module
from qa_toolkit.metrics.tone import quarter_of

GLAD = "Thank you so much, that is wonderful and very helpful!"
CROSS = "This is terrible, I am angry and very disappointed."
PLAIN = "The form has four pages in it."


@pytest.fixture
def word_list() -> None:
    pytest.importorskip("vaderSentiment")


def call(*said: tuple[str, float, float, str], language: str | None = "en", **fields: object) -> Transcript:
    turns = tuple(Turn(n, Role(role), text, a, b) for n, (role, a, b, text) in enumerate(said, start=1))
    return Transcript("t", turns, language=language, **fields)


@pytest.mark.parametrize(
    ("middle_s", "duration_s", "quarter"),
    [(0.0, 100.0, 0), (24.9, 100.0, 0), (25.0, 100.0, 1), (50.0, 100.0, 2), (99.0, 100.0, 3), (100.0, 100.0, 3),
     (120.0, 100.0, 3), (5.0, 0.0, 0)],
)  # fmt: skip
def test_quarters_as_amazon_pca_cuts_them(middle_s, duration_s, quarter):
    assert quarter_of(middle_s, duration_s) == quarter


@pytest.mark.usefixtures("word_list")
class TestWithTheWordList:
    def test_each_turn_of_agent_and_customer_has_a_tone(self):
        transcript = call(
            ("agent", 0, 2, GLAD), ("customer", 2, 4, CROSS), ("agent", 4, 6, PLAIN), ("agent", 6, 7, "Great!"),
            ("ivr", 7, 8, GLAD), ("customer", 8, 9, "Great thanks"),
        )  # fmt: skip
        tones = {tone.turn: tone.tone for tone in turn_tones(transcript)}
        assert set(tones) == {1, 2, 3, 6}  # too short, and no party
        assert tones[1] > 0.5 > -0.5 > tones[2]
        assert tones[3] == 0.0
        assert measure(transcript).tones == turn_tones(transcript)

    def test_the_words_of_its_authors(self):
        # README of vaderSentiment: these sentences and their compound scores.
        published = {
            "VADER is smart, handsome, and funny.": 0.8316,
            "VADER is not smart, handsome, nor funny.": -0.7424,
            "The book was good.": 0.4404,
            "At least it isn't a horrible book.": 0.431,
        }
        for text, score in published.items():
            (found,) = turn_tones(call(("agent", 0, 1, text)))
            assert found.tone == pytest.approx(score, abs=1e-4)

    def test_a_call_that_turns_good(self):
        measured = measure(
            call(
                ("customer", 0, 10, CROSS), ("customer", 12, 20, PLAIN), ("agent", 30, 40, PLAIN),
                ("customer", 80, 100, GLAD), duration_s=100.0,
            )
        )  # fmt: skip
        cross, glad = (turn_tones(call(("agent", 0, 1, text)))[0].tone for text in (CROSS, GLAD))
        value = {name: measured.get(name, "customer").value for name in
                 ("sentiment", "sentiment_q1", "sentiment_q2", "sentiment_q4", "sentiment_change")}  # fmt: skip
        assert value["sentiment"] == pytest.approx((cross + 0 + glad) / 3)  # the neutral turn counts
        assert value["sentiment_q1"] == pytest.approx(cross / 2)
        assert value["sentiment_q2"] is None
        assert value["sentiment_q4"] == pytest.approx(glad)
        assert value["sentiment_change"] == pytest.approx(glad - cross / 2)
        assert "no turn in this quarter" in measured.get("sentiment_q2", "customer").unavailable_because
        assert measured.get("sentiment", "customer").unit == "lexicon tone"

    def test_faint_tone_counts_as_none_by_the_threshold(self):
        transcript = call(("agent", 0, 1, GLAD))
        assert (
            measure(transcript, MetricThresholds(sentiment_neutral=1.0)).get("sentiment", "agent").value
            == 0.0
        )

    def test_without_times_there_is_a_tone_and_no_quarters(self):
        measured = measure(Transcript("t", (Turn(1, Role.AGENT, GLAD),), language="en"))
        assert measured.get("sentiment", "agent").value > 0.5
        assert measured.get("sentiment_q1", "agent").unavailable_because == "the transcript has no times"

    def test_chats_have_a_tone_too(self):
        turns = (Turn(1, Role.CUSTOMER, CROSS, 0.0), Turn(2, Role.AGENT, GLAD, 60.0))
        measured = measure(Transcript("t", turns, kind="chat", language="en"))
        assert measured.get("sentiment_q4", "agent").value > 0.5
        assert measured.get("sentiment_q1", "customer").value < -0.5

    def test_the_order_of_turns_does_not_matter(self):
        said = (("agent", 0, 2, GLAD), ("customer", 2, 4, CROSS), ("agent", 5, 6, PLAIN))
        transcript = call(*said)
        turned = Transcript("t", transcript.turns[::-1], language="en")
        assert measure(turned) == measure(transcript)

    def test_it_agrees_with_people_better_than_chance(self, shared_data: Callable[[str], Path]):
        # Snippets of reviews, rated by about twenty people each (Hutto and Gilbert 2014). They report a
        # correlation of 0.565 with the mean rating; another correlation is another word list.
        from scipy.stats import pearsonr

        file = shared_data("vader-sentiment-ratings") / "amazonReviewSnippets_GroundTruth.txt"
        rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        tones = turn_tones(
            Transcript("t", tuple(Turn(n, Role.AGENT, row[2]) for n, row in enumerate(rows)), language="en"),
            letters=0, neutral=0.0,
        )  # fmt: skip
        ratings = [float(rows[tone.turn][1]) for tone in tones]
        assert len(ratings) == len(rows)
        assert pearsonr(ratings, [tone.tone for tone in tones]).statistic > 0.5


@pytest.mark.parametrize(
    ("transcript", "reason"),
    [
        (call(("agent", 0, 1, "Muchas gracias por llamar"), language="es"), "the word list is English"),
        (call(("agent", 0, 1, GLAD), language=None), "does not say its language"),
        (call(("agent", 0, 1, "Good"), language="en"), "no turn is long enough"),
        (call(("customer", 0, 1, GLAD)), "no words of the agent"),
        (call(("unknown", 0, 1, GLAD)), "not known who is agent"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("word_list")
def test_no_tone_without_ground(transcript, reason):
    found = measure(transcript).get("sentiment", "agent")
    assert found.value is None
    assert reason in found.unavailable_because


def test_without_the_package_the_value_is_missing_and_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(tone_module, "_analyzer", lambda: None)
    measured = measure(call(("agent", 0, 1, GLAD)))
    assert measured.tones == ()
    assert "pip install 'qa-toolkit[language]'" in measured.get("sentiment", "agent").unavailable_because
