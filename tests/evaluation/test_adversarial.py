"""``adversarial.yaml``: calls that fool whoever looks for words. A machine may leave one to a person, not get it wrong."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from qa_toolkit.authored.yaml_source import read_tree
from qa_toolkit.domain import Case
from qa_toolkit.evaluation import LoadedRubric, load_rubric
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.evaluation.labelled import compare_with_labels
from qa_toolkit.pipeline import with_metrics

TABLE = Path(__file__).with_name("adversarial.yaml")
KINDS = {
    "hypothetical",
    "keyword without meaning",
    "meaning without keyword",
    "negation",
    "partial verification",
    "question",
    "quoted speech",
    "sarcasm",
    "wrong order",
    "wrong speaker",
}
WORDS_A_SECOND, GAP_S = 155 / 60, 0.4
SHARE_RIGHT = 0.52


def _rows() -> list[dict[str, Any]]:
    root, faults = read_tree(TABLE.read_text(encoding="utf-8"))
    assert root is not None
    assert not faults
    rows: list[dict[str, Any]] = root.plain()
    return rows


ROWS = _rows()


def case_of(row: dict[str, Any]) -> Case:
    """The row's call, with times as if it were spoken at 155 words a minute."""
    turns, end = [], 0.0
    for number, line in enumerate(row["turns"], start=1):
        speaker, text = line.split(": ", 1)
        start = end + GAP_S
        end = start + max(0.5, len(re.findall(r"[\w'-]+", text)) / WORDS_A_SECOND)
        turns.append({"id": number, "speaker": speaker, "text": text, "start_s": start, "end_s": end})
    known = {
        "direction": row["rubric"].removesuffix("_call"),
        "language": "en",
        "caller_type": "account_holder",
    }
    document = {**known, **row.get("metadata", {}), "id": row["id"], "holds": [], "turns": turns}
    return with_metrics(case_from_document(document, default_id=row["id"]))


@cache
def rubric(name: str) -> LoadedRubric:
    return load_rubric(name)


@cache
def answer(number: int) -> str | float:
    """What the machine says of a row; ``unanswered`` where it leaves it to a person."""
    row = ROWS[number]
    expected = {row["criterion"]: row["expected"]}
    (outcome,) = compare_with_labels(case_of(row), rubric(row["rubric"]), expected)
    return outcome.got


def test_the_table_holds_every_kind_and_every_row_once() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS) >= 60
    assert len({"\n".join(row["turns"]) for row in ROWS}) == len(ROWS)
    assert {row["kind"] for row in ROWS} == KINDS
    assert {row["expected"] for row in ROWS} == {"yes", "no", "na"}
    assert all(row["why"] for row in ROWS)


@pytest.mark.parametrize(
    "number",
    [pytest.param(number, id=f"{row['id']}-{row['criterion']}") for number, row in enumerate(ROWS)],
)
def test_no_machine_answer_contradicts_the_expert(number: int) -> None:
    row = ROWS[number]
    accepted = {row["expected"]} if row.get("must_answer") else {row["expected"], "unanswered"}
    assert answer(number) in accepted, row["why"]


def test_the_machine_answers_a_good_share_rightly() -> None:
    right = [number for number, row in enumerate(ROWS) if answer(number) == row["expected"]]
    # Of advice (IN-12) the machine answers failures only: that there was none is no row it may answer.
    may = [row for row in ROWS if (row["criterion"], row["expected"]) != ("IN-12", "yes")]
    sys.stdout.write(f"\nright {len(right)} of {len(may)}, the others are left to a person\n")
    assert len(right) >= SHARE_RIGHT * len(may)
