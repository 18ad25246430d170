"""Spoken identifiers: what is one, what is none, and how digits may be said.

Rows: what the other side said before, the text, the identifiers in it (kind and canonical value).
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.language.identifier_shapes import is_issued_ssn, passes_luhn
from qa_toolkit.language.identifiers import identifier_spans

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SPANISH = ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"]

SSN, PHONE, BORN, CARD, BANK = "ssn", "phone", "birth_date", "card", "bank_account"
ADDRESS, EMAIL, CASE, DOCUMENT = "address", "email", "case_number", "immigration_document"

FOUND = [
    # one number, said in many ways
    ("", "My social is 412-55-6789.", [(SSN, "412556789")]),
    ("What's your social?", "Sure, it's four one two, five five, six seven eight nine.", [(SSN, "412556789")]),
    ("", "My Social Security number is four twelve, double five, sixty-seven eighty-nine.", [(SSN, "412556789")]),
    ("", "Social: four hundred twelve dash fifty-five dash six seven eight nine.", [(SSN, "412556789")]),
    ("", "First three are 412, then 55, and the last four are 6789. That's my social.", [(SSN, "412556789")]),
    ("", "Four one two five five six seven eight nine is my social.", [(SSN, "412556789")]),
    ("", "It's 412-55-6789.", [(SSN, "412556789")]),
    ("Your social security number?", "912 70 1234, that's an ITIN", [(SSN, "912701234")]),
    # birth dates
    ("Date of birth?", "March 14th, 1986.", [(BORN, "1986-03-14")]),
    ("Date of birth?", "The fourteenth of March, nineteen eighty-six.", [(BORN, "1986-03-14")]),
    ("Date of birth?", "Oh three fourteen eighty-six.", [(BORN, "1986-03-14")]),
    ("Date of birth?", "Three, fourteen, eighty-six.", [(BORN, "1986-03-14")]),
    ("When were you born?", "3/14/1986", [(BORN, "1986-03-14")]),
    ("", "3/4/1970 95670", [(BORN, "1970-03-04")]),
    ("Date of birth and ZIP code?", "3/4/1970 95670", [(BORN, "1970-03-04")]),
    ("Date of birth and ZIP code?", "3/4/70 95670", [(BORN, "1970-03-04")]),
    ("Date of birth and ZIP code?", "03-04-1970 95670", [(BORN, "1970-03-04")]),
    ("ZIP code and date of birth?", "95670 1970-03-04", [(BORN, "1970-03-04")]),
    ("Name, date of birth, ZIP?", "maria lopez 3/4/1970 95670", [(BORN, "1970-03-04")]),
    ("", "412-55-6789 3/4/1970", [(SSN, "412556789"), (BORN, "1970-03-04")]),
    ("When were you born?", "March the nineteenth eighty six", [(BORN, "1986-03-19")]),
    ("", "I was born on August 2nd 1954 in Fresno.", [(BORN, "1954-08-02")]),
    ("", "I have September 9, 1971 here, is that right?", [(BORN, "1971-09-09")]),
    ("Date of birth?", "July first, two thousand four", [(BORN, "2004-07-01")]),
    # telephone, card, bank
    ("", "You can reach me at nine one six, five five five, oh one one two.", [(PHONE, "9165550112")]),
    ("", "It's (559) 555-0188.", [(PHONE, "5595550188")]),
    ("", "My cell is area code 559, then 555, 0188.", [(PHONE, "5595550188")]),
    ("", "The card is 4242 4242 4242 4242.", [(CARD, "4242424242424242")]),
    ("", "Four two four two, four two four two, four two four two, four two four two.", [(CARD, "4242424242424242")]),
    ("", "Routing number is 121000358.", [(BANK, "121000358")]),
    ("", "My checking account is double oh four four one nine two seven.", [(BANK, "00441927")]),
    # places
    ("", "POBox 1420", [(ADDRESS, "po box 1420")]),
    ("", "I live at 1420 Elm Street.", [(ADDRESS, "1420 elm street")]),
    ("", "Twelve oh four North Fifth Avenue, apartment 3.", [(ADDRESS, "1204 north 5th avenue apartment 3")]),
    ("", "It's still 88 Martin Luther King Boulevard, right?", [(ADDRESS, "88 martin luther king boulevard")]),
    ("", "P.O. Box 1420.", [(ADDRESS, "po box 1420")]),
    ("Where are you living?", "It's, um, forty-four twenty North Brawley, Fresno.", [(ADDRESS, "4420 north brawley")]),
    ("", "5013 6721 0956 4930.", [(CARD, "5013672109564930")]),
    ("", "My address is 731 Alder.", [(ADDRESS, "731 alder")]),
    ("", "Maria dot Lopez at gmail dot com.", [(EMAIL, "maria.lopez@gmail.com")]),
    ("Your email?", "J L 77 at river city dot org", [(EMAIL, "jl77@rivercity.org")]),
    ("", "Send it to mlopez@work.com", [(EMAIL, "mlopez@work.com")]),
    # numbers of cases and documents
    ("", "My case number is GX-204-7781.", [(CASE, "GX2047781")]),
    ("Your application number?", "one zero zero four four seven eight one two", [(CASE, "100447812")]),
    ("", "The A number is A 123 456 789.", [(DOCUMENT, "A123456789")]),
    ("", "Receipt M S C two one nine oh oh one two three four five.", [(DOCUMENT, "MSC2190012345")]),
    ("", "My green card number says 087 654 321.", [(DOCUMENT, "087654321")]),
    # two in one breath
    ("Social and phone?", "412-55-6789, and the phone is 916-555-0112.", [(SSN, "412556789"), (PHONE, "9165550112")]),
    ("Date of birth and last four of your social?", "Twelve, one, sixty-four. And, uh, nine oh nine oh.", [(BORN, "1964-12-01")]),
    ("Date of birth and ZIP?", "Two, twenty-nine, seventy-six. And nine oh two seven eight.", [(BORN, "1976-02-29")]),
    ("", "Born September twenty-third, seventy-one, eight eighty-one West Sutter.", [(BORN, "1971-09-23")]),
    ("", "Born March 14, 1986, social 412 55 6789.", [(BORN, "1986-03-14"), (SSN, "412556789")]),
]  # fmt: skip

FOUND_IN_SPANISH = [
    ("", "Mi seguro social es cuatro uno dos, cinco cinco, seis siete ocho nueve.", [(SSN, "412556789")]),
    ("", "Nací el catorce de marzo de mil novecientos ochenta y seis.", [(BORN, "1986-03-14")]),
    ("¿Su fecha de nacimiento?", "14 de marzo del 86", [(BORN, "1986-03-14")]),
    ("", "Mi celular es nueve uno seis, cinco cinco cinco, cero uno uno dos.", [(PHONE, "9165550112")]),
    ("", "Vivo en calle Olmo número 1420.", [(ADDRESS, "calle olmo numero 1420")]),
    ("", "Es maria punto lopez arroba gmail punto com.", [(EMAIL, "maria.lopez@gmail.com")]),
    ("", "El número de caso es 204 778 155.", [(CASE, "204778155")]),
]

NONE = [
    # the last four digits, postal codes, amounts, dates of other things
    ("Last four of your social?", "6789."),
    ("", "The last four of my social are six seven eight nine."),
    ("", "I only need the last four digits of your card."),
    ("", "My zip is 95816-1234."),
    ("", "We make 41,255 dollars a year, about 3,400 a month."),
    ("", "The income on file is four hundred twelve thousand five hundred fifty six dollars."),
    ("", "You have 60 days, until March 14, 2026."),
    ("", "Coverage starts January 1st, 2026 and ends December 31st, 2026."),
    ("", "We moved on March 14th 1986."),
    ("", "We married in March 1986."),
    ("", "That was in 2024 and 31 and 555."),
    ("", "Coverage from 1/1/2026 95670"),
    ("", "3/4/26 95670"),
    ("", "ratio 1/2/3/4/1970"),
    # offices and plans
    ("", "Call us at 916-555-0112."),
    ("", "It's 1-800-555-0112."),
    ("", "Fax it to 916 555 0112."),
    ("", "Plan number 412556789."),
    ("", "Apply online at goldenstate dot gov."),
    ("", "Look at covered dot com."),
    ("", "Our call back number is eight hundred, five five five, oh one four two."),
    ("", "Give us a call at 916 555 0112. Our office opens at eight. That's 916 555 0112."),
    ("Where do you live?", "95816 Sacramento."),
    ("", "It was charged june 250 and jul 145."),
    ("", "On 18052018 258 dollars were taken."),
    ("", "Mail it to P.O. Box 411."),
    ("", "The county office is at 1200 Main Street."),
    ("Your date of birth was September ninth?", "Household of one, eleven thousand earned so far and four hundred fifty a week."),
    # words that only look like an address
    ("", "There are 2 more on the way."),
    ("", "It takes 30 days to drive through."),
    ("", "20 people in the court."),
    ("", "Please hold for one or two minutes."),
]  # fmt: skip


@pytest.mark.parametrize(("lead", "text", "expected"), FOUND)
def test_english(lead: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert sure(text, lead) == expected


@pytest.mark.parametrize(("lead", "text", "expected"), FOUND_IN_SPANISH)
def test_spanish(lead: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert sure(text, lead, "es") == expected


@pytest.mark.parametrize(("lead", "text"), NONE)
def test_no_identifier(lead: str, text: str) -> None:
    assert sure(text, lead) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("My social is four one two five five six seven eight.", SSN),  # a digit was lost
        ("It is 412556789.", SSN),  # nine digits and nothing that says what they are
        ("My phone is 916 555 011.", PHONE),
    ],
)
def test_broken_or_unnamed_numbers_are_doubtful(text: str, kind: str) -> None:
    (span,) = identifier_spans(text)
    assert (span.kind, span.probability < 0.7) == (kind, True)


def sure(text: str, lead: str = "", language: str = "en") -> list[tuple[str, str]]:
    spans = identifier_spans(text, language, lead=lead)
    return [(span.kind, span.value) for span in spans if span.probability >= 0.7]


def _pieces(digits: str, sizes: tuple[int, ...]) -> list[str]:
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    return [digits[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def _doubled(digits: str) -> str:
    said, i = [], 0
    while i < len(digits):
        again = i + 1 < len(digits) and digits[i] == digits[i + 1] and digits[i] != "0"
        said.append(f"double {WORDS[int(digits[i])]}" if again else WORDS[int(digits[i])])
        i += 2 if again else 1
    return " ".join(said)


def _pairs(digits: str) -> str:
    tens = ["_", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    said = []
    for i in range(0, len(digits), 2):
        pair = digits[i : i + 2]
        if len(pair) == 1 or pair[0] in "01" or pair[1] == "0":
            said += [WORDS[int(d)] for d in pair]
        else:
            said.append(f"{tens[int(pair[0])]}-{WORDS[int(pair[1])]}")
    return " ".join(said)


def _digit_words(digits: str, zero: str = "zero") -> str:
    return " ".join(zero if d == "0" else WORDS[int(d)] for d in digits)


STYLES: dict[str, Callable[[list[str]], str]] = {
    "written with hyphens": "-".join,
    "written with spaces": " ".join,
    "written in one": "".join,
    "written with dots": ".".join,
    "digit by digit": lambda p: " ".join(_digit_words(x) for x in p),
    "digit by digit with pauses": lambda p: ", ".join(_digit_words(x) for x in p),
    "oh for zero": lambda p: ", ".join(_digit_words(x, "oh") for x in p),
    "spoken hyphens": lambda p: " dash ".join(_digit_words(x) for x in p),
    "double": lambda p: ", ".join(_doubled(x) for x in p),
    "in pairs": lambda p: ", ".join(_pairs(x) for x in p),
    "joined by and then": lambda p: " and then ".join(_digit_words(x) for x in p),
    "with hesitation": lambda p: ", um, ".join(" uh ".join(_digit_words(x).split()) for x in p),
}


@pytest.mark.parametrize("style", STYLES)
def test_recall_of_social_security_and_telephone_numbers_by_speaking_style(style: str) -> None:
    """200 made-up numbers a style: all are found, with the value that was said."""
    chance = random.Random(7)
    missed = []
    for _ in range(100):
        ssn = f"{chance.randint(1, 665):03}{chance.randint(1, 99):02}{chance.randint(1, 9999):04}"
        phone = f"{chance.randint(209, 799)}{chance.randint(200, 999)}{chance.randint(0, 9999):04}"
        for lead, kind, digits, sizes in (
            ("Your social?", SSN, ssn, (3, 2, 4)),
            ("Best phone number?", PHONE, phone, (3, 3, 4)),
        ):
            text = STYLES[style](_pieces(digits, sizes))
            if (kind, digits) not in sure(text, lead):
                missed.append(text)
    assert not missed, missed[:5]


@given(st.text(alphabet="0123456789", min_size=4, max_size=4), st.sampled_from(["social", "card", "phone"]))
def test_four_digits_are_never_an_identifier(digits: str, what: str) -> None:
    assert sure(f"The last four of my {what} are {digits}.") == []
    assert sure(_digit_words(digits), f"Last four of your {what}?") == []


@given(st.text(max_size=80), st.sampled_from(["en", "es"]))
def test_quoted_words_are_a_part_of_any_text(text: str, language: str) -> None:
    ends = 0
    for span in identifier_spans(text, language):
        assert 0 <= span.start < span.end <= len(text)
        assert span.start >= ends
        ends = span.end


@pytest.mark.parametrize(
    ("digits", "fits"), [("4242424242424242", True), ("4242424242424243", False), ("79927398713", True)]
)
def test_luhn(digits: str, fits: bool) -> None:
    """79927398713 is the worked example of the Luhn algorithm."""
    assert passes_luhn(digits) is fits


@pytest.mark.parametrize(
    ("digits", "issued"), [("666120000", False), ("000123456", False), ("412556789", True)]
)
def test_issued_social_security_numbers(digits: str, issued: bool) -> None:
    assert is_issued_ssn(digits) is issued
