"""Corrected words, keying rulings, saved views, recorded access, turns as evidence, going back; both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from qa_toolkit.errors import ConflictError, InputError, PermissionRefusedError
from qa_toolkit.review import (
    Access,
    GivenReview,
    adjudicate,
    correct_turn,
    evaluations_for,
    record_access,
    record_scan_access,
    revert_review,
    submit_review,
)
from qa_toolkit.store import Store
from qa_toolkit.store.desk_records import KeyingAdjudication, KeyingLot

RULING = KeyingAdjudication(
    application="A-1",
    layout="covered_application",
    field_path="person.2.birth_date",
    keyed="1986-02-03",
    second="1986-03-02",
    reference="1986-03-02",
    verdict="second",
    adjudicator="",
    reason="paper_clear",
    kind="transposed",
    operator="op-1",
    second_by="op-2",
)
LOT = KeyingLot("Fresno", "2026-11-02", 500, 1.0, "II", "single", "normal", "H", 50, 1, "accepted", "lena")


def test_words_are_corrected_beside_the_machines(store: Store) -> None:
    before = store.transcript_json("call-1")
    first = correct_turn(store, "call-1", 2, "¿Habla  español?\nMy plan ended.", by="maria")
    assert (first.number, first.text) == (1, "¿Habla español? My plan ended.")
    with pytest.raises(ConflictError, match="turn 2 was corrected by maria at 20"):
        correct_turn(store, "call-1", 2, "Other.", by="jun")
    second = correct_turn(store, "call-1", 2, None, by="jun", seen=1)
    correct_turn(store, "call-1", 1, "Good morning.", by="jun")
    assert store.transcript_json("call-1") == before
    assert [(each.turn, each.text) for each in store.corrections.of(first.transcript)] == [
        (1, "Good morning."),
        (2, None),
    ]
    assert store.corrections.of(first.transcript, current=False)[1:] == (first, second)
    assert "español" not in str([*store.audit.entries()])


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"by": "mo"}, PermissionRefusedError, "may not correct"),
        ({"turn": 9}, InputError, "there is no turn 9"),
        ({"text": " "}, InputError, "the words cannot be kept"),
        ({"text": "x" * 20_001}, InputError, "the words cannot be kept"),
        ({"interaction": "nowhere"}, InputError, "'nowhere' has no transcript"),
        ({"evaluation": "77"}, InputError, "'call-1' has no transcript"),
    ],
)
def test_what_cannot_be_corrected(
    store: Store, changed: dict[str, Any], error: type[Exception], message: str
) -> None:
    given: dict[str, Any] = {"interaction": "call-1", "turn": 2, "text": "x", "by": "maria", **changed}
    with pytest.raises(error, match=message):
        correct_turn(store, given.pop("interaction"), given.pop("turn"), given.pop("text"), **given)


def test_rulings_are_made_by_a_third_person_and_replaced_by_name(store: Store) -> None:
    (number,) = adjudicate(store, [RULING], by="maria")
    (kept,) = store.keying.adjudications("A-1")
    assert replace(kept, id=None, created_at=None) == replace(RULING, adjudicator="maria")
    with pytest.raises(ConflictError, match=rf"maria ruled on it at 20.* \(ruling {number}\)"):
        adjudicate(store, [RULING], by="lena")
    better = replace(RULING, verdict="unreadable", reference=None, supersedes=number)
    (later,) = adjudicate(store, [better], by="lena")
    with pytest.raises(ConflictError, match="lena ruled on it"):
        adjudicate(store, [better], by="jun")
    assert [each.id for each in store.keying.adjudications("A-1")] == [later]
    assert [each.id for each in store.keying.adjudications("A-1", current=False)] == [number, later]
    with pytest.raises(PermissionRefusedError, match="'maria' keyed or read"):
        adjudicate(store, [replace(RULING, application="A-2", second_by="maria")], by="maria")
    with pytest.raises(PermissionRefusedError, match="may not adjudicate"):
        adjudicate(store, [RULING], by="aud")
    told = str([(entry.record, entry.facts) for entry in store.audit.entries()])
    assert "1986" not in told, "the log keeps ids and codes, never values (hashes may hold any digits)"


def test_rulings_come_all_or_none(store: Store) -> None:
    other = replace(RULING, field_path="contact.first_name", operator="maria")
    with pytest.raises(PermissionRefusedError):
        adjudicate(store, [RULING, other], by="maria")
    assert store.keying.adjudications() == ()


def test_lots_of_a_stream_follow_one_another(store: Store) -> None:
    store.keying.record_lot(LOT)
    store.keying.record_lot(replace(LOT, lot="2026-11-03", decision="rejected"))
    store.keying.record_lot(replace(LOT, stream="Rancho"))
    assert [(each.lot, each.decision) for each in store.keying.lots("Fresno")] == [
        ("2026-11-02", "accepted"),
        ("2026-11-03", "rejected"),
    ]
    with pytest.raises(ConflictError, match="lena recorded lot '2026-11-02' at 20"):
        store.keying.record_lot(LOT)


@pytest.mark.parametrize("table", ["transcript_corrections", "keying_adjudications", "keying_lots"])
def test_rows_are_never_changed(store: Store, table: str) -> None:
    correct_turn(store, "call-1", 2, "x", by="maria")
    adjudicate(store, [RULING], by="maria")
    store.keying.record_lot(LOT)
    for statement in ("UPDATE {} SET id = 9", "DELETE FROM {}"):
        with pytest.raises(DBAPIError, match="append-only"), store.database.engine.begin() as connection:
            connection.execute(text(statement.format(table)))


def test_saved_views_are_ones_own_and_not_overwritten_unseen(store: Store) -> None:
    made = store.views.save("queue", "Spanish", {"language": "es", "due": None}, by="maria")
    with pytest.raises(ConflictError, match="the view 'Spanish' was saved at 20"):
        store.views.save("queue", "Spanish", {}, by="maria")
    store.views.save("queue", "Spanish", {"language": "es"}, by="maria", version=made.version)
    store.views.save("queue", "Spanish", {}, by="jun")
    assert [dict(each.filters) for each in store.views.all("queue", by="maria")] == [{"language": "es"}]
    assert store.views.all("calls", by="maria") == ()
    store.views.drop("queue", "Spanish", by="maria")
    assert store.views.all("queue", by="maria") == ()
    with pytest.raises(ConflictError, match="is gone"):
        store.views.save("queue", "Spanish", {}, by="maria", version=2)
    assert len(store.views.all("queue", by="jun")) == 1


@pytest.mark.parametrize(
    ("what", "who", "allowed"),
    [
        (Access.VIEW, "aud", True),
        (Access.VIEW, "ana", True),
        (Access.VIEW, "bob", False),
        (Access.VIEW, "root", False),
        (Access.PLAY, "ana", True),
        (Access.PLAY, "aud", False),
        (Access.UNMASK, "maria", True),
        (Access.UNMASK, "mo", False),
        (Access.UNMASK, "ana", False),
    ],
)
def test_access_is_permitted_and_written_down(store: Store, what: Access, who: str, allowed: bool) -> None:
    if not allowed:
        with pytest.raises(PermissionRefusedError):
            record_access(store, what, "call-1", by=who)
        assert [*store.audit.entries(kind="interaction", record="call-1")][-1].action == "interaction.add"
        return
    record_access(store, what, "call-1", by=who, evaluation="1", turn=2)
    last = [*store.audit.entries(kind="interaction", record="call-1")][-1]
    assert (last.action, last.who, json.loads(last.facts)) == (what, who, {"evaluation": "1", "turn": 2})


@pytest.mark.parametrize(("who", "allowed"), [("maria", True), ("mo", False), ("ana", False), ("aud", False)])
def test_scans_are_for_those_who_rule_on_them(store: Store, who: str, allowed: bool) -> None:
    if allowed:
        record_scan_access(store, "APP-9", by=who)
    else:
        with pytest.raises(PermissionRefusedError):
            record_scan_access(store, "APP-9", by=who)
    rows = [row.who for row in store.audit.entries(kind="application", record="APP-9")]
    assert rows == ([who] if allowed else [])


def test_access_to_nothing(store: Store) -> None:
    with pytest.raises(InputError, match="'nowhere' is not in the store"):
        record_access(store, Access.VIEW, "nowhere", by="maria")
    with pytest.raises(PermissionRefusedError):
        record_access(store, Access.VIEW, "nowhere", by="ana")
    with pytest.raises(PermissionRefusedError):
        evaluations_for(store, "call-1", "greeting", by="bob")


def test_a_reviewer_attaches_turns_as_evidence(store: Store) -> None:
    given = GivenReview({"G-2": "yes"}, {"G-2": ("missed_evidence", "In turn 1.")}, evidence={"G-2": [1]})
    saved = submit_review(store, "call-1", "greeting", given, by="maria", based_on="1")
    record = store.evaluation(saved.evaluation_id)
    assert record is not None
    answer = {each["criterion"]: each for each in json.loads(record.json)["answers"]}["G-2"]
    assert answer["evidence"] == [
        {
            "kind": "span",
            "turn": 1,
            "channel": 0,
            "start_s": 0.5,
            "end_s": 2.75,
            "text": "Good morning, how can I help you?",
        }
    ]
    for evidence, message in (
        ({"G-2": [7]}, "there is no turn 7"),
        ({"G-9": [1]}, "unknown criterion 'G-9'"),
    ):
        with pytest.raises(InputError, match=message):
            submit_review(
                store,
                "call-1",
                "greeting",
                GivenReview({}, evidence=evidence),
                by="jun",
                based_on=saved.evaluation_id,
            )


def test_going_back_is_a_new_revision(store: Store) -> None:
    given = GivenReview({"G-1": "no"}, {"G-1": ("judgement", "Too short.")})
    changed = submit_review(store, "call-1", "greeting", given, by="maria", based_on="1")
    with pytest.raises(ConflictError, match="maria filed evaluation"):
        revert_review(store, changed.evaluation_id, by="jun", based_on="1", text="It was right.")
    back = revert_review(store, "1", by="jun", based_on=changed.evaluation_id, text="It was right.")
    (score,) = store.people.counting_scores()
    assert (score.evaluation, score.percent, score.basis) == (back.evaluation_id, 50.0, "review")
    (override,) = store.work.remarks(back.evaluation_id).overrides
    assert (override.criterion, override.reason, override.text) == ("G-1", "judgement", "It was right.")
    assert len(store.revisions("call-1")) == 3
    with pytest.raises(InputError, match="nothing would change"):
        revert_review(store, "1", by="maria", based_on=back.evaluation_id, text="Again.")
