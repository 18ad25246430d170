"""Every shipped bank loads, is named after its event and is as large as the events of its kind need."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from qa_toolkit import resources
from qa_toolkit.evaluation.banks import load_bank

COMPLIANCE = {
    "identity_asked",
    "identity_given",
    "account_detail",
    "attestation_text",
    "assent",
    "voter_registration",
    "voicemail_content",
    "spoken_identifiers",
    "plan_advice",
}
LEAST = {
    ("en", True): (150, 150, 100),
    ("en", False): (60, 60, 40),
    ("es", True): (75, 75, 50),
    ("es", False): (30, 30, 20),
}
"""Utterances that a bank holds at least: positive, negative, near miss; by language and compliance."""

BANKS = sorted(
    p for language in ("en", "es") for p in (resources.rubrics_dir() / "banks" / language).iterdir()
)


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", BANKS, ids=_id)
def test_bank_is_whole(path: Path) -> None:
    bank = load_bank(f"banks/{path.parent.name}/{path.name}").bank
    assert (bank.event, bank.language) == (path.stem, path.parent.name)
    sizes = (len(bank.positive), len(bank.negative), len(bank.near_miss))
    least = LEAST[bank.language, bank.event in COMPLIANCE]
    assert all(size >= needed for size, needed in zip(sizes, least, strict=True)), (sizes, least)


@pytest.mark.parametrize("path", [p for p in BANKS if p.parent.name == "en"], ids=_id)
def test_length_does_not_give_the_event_away(path: Path) -> None:
    bank = load_bank(f"banks/en/{path.name}").bank
    positive, other = (
        statistics.median(len(u.text.split()) for u in group)
        for group in (bank.positive, (*bank.negative, *bank.near_miss))
    )
    assert positive <= 2 * other
    assert other <= 2 * positive


def test_both_languages_hold_the_same_events() -> None:
    events = {language: {p.stem for p in BANKS if p.parent.name == language} for language in ("en", "es")}
    assert events["en"] == events["es"]
    assert events["en"] >= COMPLIANCE
