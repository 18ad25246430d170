"""The held-back split: written apart from the banks, for every event and language, and disjoint from them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qa_toolkit.evaluation.banks import Bank, bank_names, held_back_of, load_bank
from qa_toolkit.resources import rubrics_dir

COMPLIANCE = {
    "account_detail",
    "assent",
    "attestation_text",
    "identity_asked",
    "identity_given",
    "plan_advice",
    "spoken_identifiers",
    "voicemail_content",
    "voter_registration",
}
# The fewest positives, negatives and near misses of a bank that measures a compliance event, and any other.
FEWEST = {
    ("en", True): (25, 25, 18),
    ("en", False): (11, 11, 8),
    ("es", True): (13, 13, 9),
    ("es", False): (6, 6, 4),
}
FILES = sorted((rubrics_dir() / "banks" / "held_back").glob("*/*.yaml"))


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def held_back(path: Path) -> Bank:
    return load_bank(f"banks/held_back/{name_of(path)}.yaml").bank


def test_every_bank_has_a_held_back_split_and_the_other_way_round() -> None:
    apart = {f"banks/{name_of(path)}.yaml" for path in FILES}
    assert apart == set(bank_names(language="en")) | set(bank_names(language="es"))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_held_back_file_measures_enough_and_only_measures(path: Path) -> None:
    bank = held_back(path)
    assert (bank.language, bank.event) == (path.parent.name, path.stem)
    fewest = FEWEST[bank.language, bank.event in COMPLIANCE]
    sizes = (len(bank.positive), len(bank.negative), len(bank.near_miss))
    assert all(size >= least for size, least in zip(sizes, fewest, strict=True)), sizes
    assert not list(bank.utterances("train"))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_hardly_anything_held_back_stands_in_the_bank(path: Path) -> None:
    loaded = load_bank(f"banks/{name_of(path)}.yaml")
    trained = {words(utterance.text) for utterance, _ in loaded.bank.utterances("train")}
    kept = held_back_of(loaded)
    assert not [utterance.text for utterance, _ in kept if words(utterance.text) in trained]
    assert len(kept) >= 0.9 * len(list(held_back(path).utterances("held_back")))


def test_a_text_that_stands_in_the_bank_is_not_measured_on(tmp_path: Path) -> None:
    for folder, text in (
        ("banks/en", "event: e\nlanguage: en\npositive: ['Are you there?']\nnegative: [no]\n"),
        ("banks/held_back/en", "event: e\nlanguage: en\npositive: ['are you there', hello there]\n"),
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "e.yaml").write_text(text, encoding="utf-8")
    loaded = load_bank("banks/en/e.yaml", search=[tmp_path])
    assert [utterance.text for utterance, _ in held_back_of(loaded, search=[tmp_path])] == ["hello there"]
