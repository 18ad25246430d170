"""Exported tables are the same out of both databases, and hold nothing that is blind."""

from __future__ import annotations

import io
import json

import pytest

from qa_toolkit.errors import ConflictError
from qa_toolkit.reports.table_files import write_json_lines
from qa_toolkit.review import (
    GivenReview,
    adjudicate,
    assign,
    coach,
    open_session,
    raise_dispute,
    submit_rating,
    submit_review,
)
from qa_toolkit.review.exporting import export_tables
from qa_toolkit.store import Store
from qa_toolkit.store.desk_records import KeyingAdjudication
from qa_toolkit.store.exporting import EXPORTS

CALLS = ("interactions", "evaluations", "answers", "reviews", "disputes", "calibration")


def exported(store: Store, *names: str, by: str = "mo") -> list[dict[str, object]]:
    file = io.BytesIO()
    made = export_tables(store, names, file, write_json_lines, by=by)
    rows = [json.loads(line) for line in file.getvalue().splitlines()]
    assert sum(made.tables.values()) == len(rows)
    return rows


def test_every_table_is_read(store: Store) -> None:
    given = GivenReview({"G-1": "no"}, {"G-1": ("judgement", "No.")}, {"G-1": ("skill", None)})
    review = submit_review(store, "call-1", "greeting", given, by="maria", based_on="1")
    raise_dispute(store, "call-1", "greeting", by="ana", text="Why?")
    coach(store, review.evaluation_id, by="lena", text="Greet.")
    ruling = KeyingAdjudication("A-1", "l", "f", "1", "2", "2", "second", "", "paper")
    adjudicate(store, [ruling], by="maria")
    assign(store, ["call-1"], "greeting", ["jun"], by="lena", blind=True)
    counts = {name: len(exported(store, name, by="lena" if name != "audit" else "aud")) for name in EXPORTS}
    assert counts.pop("audit") > 10
    assert counts == {
        "interactions": 1,
        "evaluations": 2,
        "answers": 4,
        "reviews": 2,
        "disputes": 1,
        "calibration": 0,
        "remarks": 0,
        "agents": 2,
        "users": 10,
        "assignments": 1,
        "acknowledgements": 0,
        "coaching": 1,
        "adjudications": 1,
        "lots": 0,
    }
    (call,) = exported(store, "interactions")
    assert (call["team"], call["day"], call["percent"], call["auto_failed"]) == (
        "Blue",
        "2026-11-02",
        0.0,
        False,
    )


def test_an_open_session_stays_in(store: Store) -> None:
    open_session(
        store, "november", rubric="greeting", interactions=["call-1"], raters=["maria", "jun"], by="lena"
    )
    submit_rating(store, "november", "call-1", {"G-1": "no", "G-2": "na"}, by="jun")
    for name in CALLS:
        assert "jun" not in str(exported(store, name)), name


def test_nothing_is_handed_out_that_the_log_does_not_know(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConflictError("no log")

    monkeypatch.setattr(store.audit, "record", refuse)
    with pytest.raises(ConflictError):
        exported(store, "evaluations")
