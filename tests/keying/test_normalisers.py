"""What counts as the same value, by type of field: one row a pair of spellings."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa_toolkit.keying.layout import FieldSpec, NormaliserName
from qa_toolkit.keying.normalisers import is_issued_itin, is_issued_ssn, rule_for, same_value
from qa_toolkit.keying.records import entry_of


def same(one: str, other: str, kind: str, normaliser: str | None = None, **more: object) -> bool:
    spec = FieldSpec.model_validate({"id": "x", "type": kind, "normaliser": normaliser, **more})
    rule = rule_for(spec)
    return same_value(spec.rule, rule(one).key, rule(other).key)


@pytest.mark.parametrize(
    ("kind", "normaliser", "one", "other", "equal"),
    [
        ("date", None, "1986-07-14", "07/14/1986", True),
        ("date", None, "7/4/1986", "07-04-1986", True),
        ("date", None, "14/07/1986", "07/14/1986", False),
        ("date", None, "02/30/1986", "03/02/1986", False),
        ("date", None, "07141986", "07/14/1986", False),
        ("date", None, "07/14/86", "07/14/1986", False),
        ("name", None, "O’Connor", "o'connor", True),
        ("name", None, "Garcia‑Lopez", "GARCIA - LOPEZ", True),
        ("name", None, "Peña", "Pena", True),
        ("name", None, "Nguyen  Thi Minh Khai", "nguyen thi minh khai", True),
        ("name", None, "Nguyen Thi Minh Khai", "Khai Nguyen Thi Minh", False),
        ("name", None, "Garcia-Lopez", "Garcia Lopez", False),
        ("name", None, "OConnor", "O'Connor", False),
        ("text", "suffix", "Junior", "Jr.", True),
        ("text", "suffix", "Jr", "Sr", False),
        ("ssn", None, "078-05-1120", "078051120", True),
        ("ssn", None, "078-05-1120", "078-05-1102", False),
        ("phone", None, "+1 (916) 555-0123", "916.555.0123", True),
        ("phone", None, "9165550123", "99165550123", False),
        ("email", None, "Ana@Example.org ", "ana@example.org", True),
        ("address", None, "123 N. Main Street Apt 3B", "123 NORTH MAIN ST # 3B", True),
        ("address", None, "123 Main St #3B", "123 Main St", False),
        ("address", None, "9 Canyon Rd", "9 Cyn Road", False),
        ("address", None, "9 St James Avenue", "9 ST JAMES AVE", True),
        ("address", None, "P.O. Box 12", "PO BOX 12", True),
        ("address", None, "12 Oak St", "12 Oak Ave", False),
        ("address", "unit", "# 3B", "Apt 3B", True),
        ("address", "unit", "3B", "3D", False),
        ("address", "city", "St. Helena", "Saint Helena", True),
        ("address", "county", "Fresno County", "FRESNO", True),
        ("address", "zip", "93650-1234", "93650", True),
        ("address", "zip", "93650-1234", "93650-4321", False),
        ("address", "zip", "9365O", "93650", False),
        ("code", "state", "California", "CA", True),
        ("money", None, "$1,846.00", "1846", True),
        ("money", None, "$412.00", "8412.00", False),
        ("money", None, "1.846,00", "1846.00", False),
        ("number", None, "03", "3.0", True),
        ("frequency", None, "Every 2 weeks", "biweekly", True),
        ("frequency", None, "every_2_weeks", "twice_a_month", False),
        ("code", None, "Self employment", "self_employment", True),
        ("checkbox", None, "mail; phone", "Phone|Mail", True),
        ("checkbox", None, "mail;phone", "phone", False),
        ("checkbox", "yes_no", "Sí", "yes", True),
        ("checkbox", "yes_no", "yes;no", "yes", False),
        ("text", "docnum", "a 123-456", "A123456", True),
        ("text", "a_number", "A012345678", "12345678", True),
        ("text", None, "Valley Farm, Inc.", "VALLEY FARM INC", True),
    ],
)
def test_spellings_of_one_value(kind: str, normaliser: str | None, one: str, other: str, equal: bool) -> None:
    assert same(one, other, kind, normaliser) is equal
    assert same(other, one, kind, normaliser) is equal


@pytest.mark.parametrize(
    ("text", "formats", "day"),
    [
        ("07141986", ["MMDDYYYY"], "1986-07-14"),
        ("July 14, 1986", ["MONTH DD, YYYY"], "1986-07-14"),
        ("14 julio 1986", ["DD MONTH YYYY"], "1986-07-14"),
        ("1986-07-14", ["MM/DD/YYYY"], None),
        ("７/14/1986", ["MM/DD/YYYY"], "1986-07-14"),
        ("02/29/2000", ["MM/DD/YYYY"], "2000-02-29"),
        ("02/29/1900", ["MM/DD/YYYY"], None),
        ("07/14/1986 or 87", ["MM/DD/YYYY"], None),
    ],
)
def test_dates_are_read_by_their_formats_alone(text: str, formats: list[str], day: str | None) -> None:
    normal = rule_for(FieldSpec.model_validate({"id": "d", "type": "date", "formats": formats}))(text)
    if day is None:
        assert normal.problem is not None
        assert normal.key.startswith("?")
    else:
        assert normal == (day, None)


@pytest.mark.parametrize(
    ("digits", "issued"),
    [
        ("123456789", True),
        ("000121234", False),
        ("666121234", False),
        ("900121234", False),
        ("123001234", False),
        ("123120000", False),
        ("899999999", True),
    ],
)
def test_social_security_numbers_that_can_exist(digits: str, issued: bool) -> None:
    assert is_issued_ssn(digits) is issued


@pytest.mark.parametrize(
    ("digits", "issued"), [("900701234", True), ("900931234", False), ("123701234", False)]
)
def test_taxpayer_numbers_that_can_exist(digits: str, issued: bool) -> None:
    assert is_issued_itin(digits) is issued


@given(day=st.dates(min_value=date(1900, 1, 1)), swapped=st.booleans())
def test_a_swapped_day_and_month_is_never_read_as_the_same_date(day, swapped) -> None:  # type: ignore[no-untyped-def]
    written = (
        f"{day.day:02}/{day.month:02}/{day.year}" if swapped else f"{day.month:02}/{day.day:02}/{day.year}"
    )
    assert same(written, day.isoformat(), "date") is (not swapped or day.day == day.month)


NORMALISERS = get_args(NormaliserName)


@pytest.mark.parametrize("normaliser", NORMALISERS)
@given(text=st.text(min_size=1, max_size=20))
@example(text="¸")
@example(text="\u0301")
@example(text="...")
@example(text="#")
@example(text="-;-")
def test_a_value_that_is_not_blank_never_gets_the_key_of_a_blank(normaliser: str, text: str) -> None:
    kind = {"date": "date", "money": "money", "frequency": "frequency"}.get(normaliser, "text")
    key = rule_for(FieldSpec.model_validate({"id": "x", "type": kind, "normaliser": normaliser}))(text).key
    assert bool(key) == (entry_of(text).state == "present")


@pytest.mark.parametrize("kind", ["name", "email"])
@given(text=st.text(min_size=1, max_size=20))
@example(text="¸")
def test_normalising_once_is_enough(kind: str, text: str) -> None:
    rule = rule_for(FieldSpec.model_validate({"id": "x", "type": kind}))
    key = rule(text).key
    assert rule(key).key == key


def test_characters_that_nobody_sees_mean_nothing() -> None:
    assert same("Ana\u200b", "Ana", "name")
    assert same("\ufeff916-555-0123\u200e", "9165550123", "phone")
    assert entry_of("\u200b").state == "blank"
