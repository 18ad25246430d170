"""Texts that a person would call the same words, and some that must stay apart."""

from __future__ import annotations

import pytest

from qa_toolkit.language import NORMALISER_VERSION, NormalisedToken, normalise, normalise_words

# One row: ways of writing the same English words. All normalise to the last one.
SAME_ENGLISH = [
    # digits, spoken and written
    ("nine five eight one six", "95816", "9 5 8 1 6", "9-5-8-1-6", "nine, five, eight. One six", "9 5 8 1 6"),
    ("double five", "five five", "55", "5 5"),
    ("oh four", "O four", "zero four", "04", "0 4"),
    ("triple oh seven", "0007", "0 0 0 7"),
    ("area code nine one six", "area code 916", "area code 9 1 6"),
    ("(916) 555-0112", "nine one six five five five oh one one two", "916.555.0112", "9 1 6 5 5 5 0 1 1 2"),
    ("twenty oh five", "2005", "two thousand five", "two thousand and five", "2 0 0 5"),
    # numbers
    ("eighty-six", "eighty six", "86", "8 6"),
    ("nineteen eighty six", "nineteen eighty-six", "1986", "1 9 8 6"),
    ("twenty five hundred", "2,500", "2500", "two thousand five hundred", "2 5 0 0"),
    ("a hundred and two", "one hundred two", "102", "1 0 2"),
    (
        "one million two hundred thousand",
        "1.2 million",
        "one point two million",
        "1,200,000",
        "1 2 0 0 0 0 0",
    ),
    ("two point five", "2.5", "2 point 5"),
    ("ten ninety-five A", "1095-A", "1095A", "1 0 9 5 a"),
    ("between one hundred and two hundred", "between 100 and 200", "between 1 0 0 and 2 0 0"),
    # money and percent
    ("$250", "$250.00", "two hundred fifty dollars", "250 dollars", "2 5 0 dollars"),
    ("$12.50", "twelve dollars and fifty cents", "12 dollars 50 cents", "1 2 dollars 5 0 cents"),
    ("$0.50", "fifty cents", "50¢", "5 0 cents"),
    (
        "$2.5 million",
        "two point five million dollars",
        "2 5 0 0 0 0 0 dollars",
    ),
    ("5%", "five per cent", "5 percent", "five percent", "5 percent"),
    # dates and times
    ("March fourteenth", "March 14th", "March 14", "march 1 4"),
    ("the twenty-second of May", "the 22nd of May", "the 2 2 of may"),
    ("May 1st, 2026", "may first twenty twenty-six", "may 1 2 0 2 6"),
    ("nine a.m.", "9:00 AM", "9 am", "9 am"),
    ("nine thirty", "9:30", "9 3 0"),
    ("the first one", "the 1st one", "the first 1"),
    ("the twenty-first floor", "the 21st floor", "the twenty first floor", "the 21st floor"),
    # contractions and spoken forms
    ("don't", "don’t", "do not", "dont", "do not"),
    ("I'm", "i am", "im", "i am"),
    ("you've", "you have", "you have"),
    ("won't", "will not", "will not"),
    ("can't", "cannot", "can not", "can not"),
    ("gonna", "going to", "going to"),
    ("let's", "let us", "let us"),
    ("it's been", "it has been", "it has been"),
    ("it's your turn", "it is your turn", "it is your turn"),
    ("my name's Ana", "my name is Ana", "my name is ana"),
    ("the doctor's going to call", "the doctor is gonna call", "the doctor is going to call"),
    ("the doctor's office", "the doctors office", "the doctors office"),
    ("it's gone down", "it has gone down", "it has gone down"),
    ("'cause I moved", "because I moved", "because i moved"),
    ("tell 'em", "tell them", "tell them"),
    ("he said 'yes'", "he said yes", "he said yes"),
    ("Đặng", "Dang", "dang"),
    ("I'd like", "I would like", "i would like"),
    ("O.K.", "OK", "okay", "o.k", "okay"),
    ("uh-huh", "Mm-hmm", "mhm", "mhm"),
    ("all right", "alright", "all right"),
    ("Mr. Lopez", "mister Lopez", "mister lopez"),
    # letters spelled, abbreviations, compounds
    ("M E D I", "M-E-D-I", "M.E.D.I.", "m e d i", "M, E, D, I", "medi"),
    ("an I.D. card", "an ID card", "an I D card", "an id card"),
    ("a U.S. citizen", "a US citizen", "a U S citizen", "a us citizen"),
    ("e-mail", "email", "e mail", "email"),
    ("ann@example.com", "Ann at example dot com", "ann at example dot com"),
    ("well-known", "well known", "well known"),
    # spelling, marks, remarks
    ("organisation", "organization", "organization"),
    ("cancelled enrolment", "canceled enrollment", "canceled enrollment"),
    ("café", "cafe\u0301", "CAFE", "cafe"),
    (
        "yes [noise] sir",
        "yes (laughs) sir",
        "yes, <unk> sir!",
        "yes si~ sir",
        "yes sir",
    ),
    ("the members' plan", "the members plan", "the members plan"),
    ("fish & chips", "fish and chips", "fish and chips"),
]

SAME_SPANISH = [
    ("sí", "Si", "SÍ", "si"),
    ("señor", "senor", "Sr.", "senor"),
    ("nueve cinco ocho uno seis", "95816", "9 5 8 1 6"),
    ("doble cinco", "55", "5 5"),
    ("mil novecientos ochenta y seis", "diecinueve ochenta y seis", "1986", "1 9 8 6"),
    ("treinta y un mil", "31,000", "31.000", "31 mil", "3 1 0 0 0"),
    ("dos mil veintiséis", "2026", "2 0 2 6"),
    ("un millón doscientos mil", "1.200.000", "1,200,000", "1 2 0 0 0 0 0"),
    ("veintiún mil", "21 mil", "2 1 0 0 0"),
    ("dos coma cinco", "dos punto cinco", "2,5", "2.5", "2 punto 5"),
    ("el cinco por ciento", "el 5 %", "el 5%", "el 5 porciento"),
    ("doce dólares con cincuenta centavos", "doce dólares y cincuenta centavos", "$12.50",
     "1 2 dolares 5 0 centavos"),
    ("primero de marzo", "1 de marzo", "1 de marzo"),
    ("un momento, por favor", "un momento por favor", "un momento por favor"),
    ("¿Cuál es su fecha de nacimiento?", "cual es su fecha de nacimiento", "cual es su fecha de nacimiento"),
    ("M-E-D-I", "M E D I", "medi"),
    ("Ana o Luis y a usted", "ana o luis y a usted"),
]  # fmt: skip


@pytest.mark.parametrize("ways", SAME_ENGLISH, ids=lambda ways: ways[0])
def test_english_ways_of_writing_the_same_words(ways: tuple[str, ...]) -> None:
    assert {way: normalise(way) for way in ways} == dict.fromkeys(ways, ways[-1])


@pytest.mark.parametrize("ways", SAME_SPANISH, ids=lambda ways: ways[0])
def test_spanish_ways_of_writing_the_same_words(ways: tuple[str, ...]) -> None:
    assert {way: normalise(way, "es-MX") for way in ways} == dict.fromkeys(ways, ways[-1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("yes", "yeah"),
        ("can", "can't"),
        ("oh, one moment", "zero one moment"),
        ("oh okay", "zero okay"),
        ("thirty second hold", "the thirty-second"),
        ("you may first", "May 1"),
        ("second floor", "2 floor"),
        ("fifteen", "fifty"),
        ("Medi-Cal", "medical"),
        ("were", "we're"),
        ("its", "it's"),
        ("2.5", "25"),
        ("plan A", "plan B"),
    ],
)
def test_what_must_stay_apart(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize(
    ("text", "kept", "dropped"),
    [
        ("um, my uh name", "um my uh name", "my name"),
        ("mm hmm, yes", "mhm yes", "mhm yes"),
        ("twenty um five", "2 0 um 5", "2 0 5"),
        ("Hmm. Er, erm, no", "hmm er erm no", "no"),
        ("um uh", "um uh", ""),
    ],
)
def test_fillers_are_words_unless_left_out(text: str, kept: str, dropped: str) -> None:
    assert normalise(text) == kept
    assert normalise(text, drop_fillers=True) == dropped


def test_a_language_without_rules_is_folded_and_nothing_more() -> None:
    assert normalise("C'est vingt-deux à l'École, 22 %", "fr") == "cest vingt deux a lecole 2 2"


@pytest.mark.parametrize(
    ("text", "token", "quoted"),
    [
        ("You don't need it.", "not", "n't"),
        ("You don’t need it.", "do", "do"),
        ("We're gonna check.", "going", "gonna"),
        ("in Sacramento, nine five", "9", "nine"),
        ("zip 95816.", "8", "8"),
        ("in nineteen eighty-six", "8", "eighty-six"),
        ("costs $12.50 today", "dollars", "$12.50"),
        ("Sí, señor", "si", "Sí"),
        ("cafe\u0301s", "cafes", "cafe\u0301s"),
        ("M-E-D-I", "medi", "M-E-D-I"),
    ],
)
def test_every_token_names_its_place(text: str, token: str, quoted: str) -> None:
    language = "es" if "señor" in text else "en"
    places = [text[t.start : t.end] for t in normalise_words(text, language) if t.text == token]
    assert quoted in places


def test_the_places_of_a_short_text() -> None:
    assert normalise_words("I’m 42") == (
        NormalisedToken("i", 0, 1),
        NormalisedToken("am", 1, 3),
        NormalisedToken("4", 4, 5),
        NormalisedToken("2", 5, 6),
    )


@pytest.mark.parametrize("text", ["", "   ", "...", "[noise]", "\u0301", "\u200b", "'", "$", "%!?"])
def test_text_without_words(text: str) -> None:
    assert normalise(text) in {"", "percent"}


def test_the_version_is_stated() -> None:
    assert NORMALISER_VERSION == "1"
