"""Disputes: who judges, in what order, and what counts afterwards; both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from qa_toolkit.errors import ConflictError, InputError, PermissionRefusedError, UsageError
from qa_toolkit.review import (
    GivenReview,
    ask_reading,
    change,
    queue,
    raise_dispute,
    submit_review,
    uphold,
    withdraw,
)
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import Dispute, User

BLIND = GivenReview({"G-1": "no", "G-2": "no"})
BETTER = GivenReview({"G-2": "yes"}, {"G-2": ("missed_evidence", "The name is given in turn 1.")})


def dispute_call(store: Store, by: str = "ana", **more: object) -> Dispute:
    return raise_dispute(store, "call-1", "greeting", by=by, text="I gave my name.", **more)  # type: ignore[arg-type]


def counts(store: Store) -> tuple[str, str, float | None]:
    (score,) = store.people.counting_scores()
    return score.evaluation, score.basis, score.percent


def test_a_changed_outcome_counts_before_every_review(store: Store) -> None:
    review = submit_review(store, "call-1", "greeting", GivenReview({}), by="maria", based_on="1")
    found = dispute_call(store, criteria=["G-2"])
    assert (found.state, found.evaluation, found.criteria) == ("open", review.evaluation_id, ("G-2",))
    settled = change(store, found.id, BETTER, by="lena", text="She did.")
    assert (settled.state, [step.kind for step in settled.steps]) == ("changed", ["raised", "changed"])
    assert counts(store) == (settled.outcome, "dispute", 100.0)
    with pytest.raises(ConflictError, match="a dispute has settled it"):
        submit_review(store, "call-1", "greeting", GivenReview({}), by="maria", based_on=settled.outcome)
    assert [record.source.name for record in store.revisions("call-1")] == ["qa_toolkit", "maria", "lena"]
    again = dispute_call(store)
    assert again.evaluation == settled.outcome
    upheld = uphold(store, again.id, by="lars", text="It stands.")
    assert (upheld.outcome, counts(store)[1]) == (settled.outcome, "dispute")


def test_an_upheld_evaluation_counts_as_the_outcome_and_a_withdrawn_dispute_changes_nothing(
    store: Store,
) -> None:
    withdrawn = withdraw(store, dispute_call(store).id, by="ana")
    assert (withdrawn.state, withdrawn.outcome, counts(store)) == ("withdrawn", None, ("1", "machine", 50.0))
    upheld = uphold(store, dispute_call(store).id, by="lena", text="No name was given.")
    assert (upheld.state, counts(store)) == ("upheld", ("1", "dispute", 50.0))


def test_nobody_judges_their_own_answers_or_their_own_dispute(store: Store) -> None:
    store.people.save([User("maria", "lead"), User("jun", "lead")], by="root")
    submit_review(store, "call-1", "greeting", GivenReview({}), by="maria", based_on="1")
    submit_review(store, "call-1", "greeting", GivenReview({}), by="jun", based_on="2")
    found = dispute_call(store, by="mo")
    refused: list[tuple[str, Callable[[str], Dispute]]] = [
        ("judge", lambda who: uphold(store, found.id, by=who, text="x")),
        ("judge", lambda who: change(store, found.id, BETTER, by=who, text="x")),
        ("read", lambda who: ask_reading(store, found.id, reader=who, by="lena")),
    ]
    for what, act in refused:
        for who in ("maria", "jun"):
            with pytest.raises(
                PermissionRefusedError, match=f"'{who}' may not {what} .*gave the disputed answers"
            ):
                act(who)
    with pytest.raises(PermissionRefusedError, match=r"'mo' may not judge .* raised it"):
        uphold(store, found.id, by="mo", text="x")
    for who in ("ana", "aud", "root"):
        with pytest.raises(PermissionRefusedError):
            uphold(store, found.id, by=who, text="x")
    assert uphold(store, found.id, by="lena", text="x").state == "upheld"


def test_a_second_reading_is_blind_comes_first_and_never_counts(store: Store) -> None:
    found = dispute_call(store)
    with pytest.raises(UsageError, match="somebody else's"):
        ask_reading(store, found.id, reader="lena", by="lena")
    with pytest.raises(UsageError, match="'soon' is not a day"):
        ask_reading(store, found.id, reader="jun", by="lena", due_on="soon")
    ask_reading(store, found.id, reader="jun", by="lena", due_on="2026-12-01")
    (assigned,) = queue(store, by="jun")
    assert (assigned.blind, assigned.interaction) == (True, "call-1")
    assert store.work.visible_evaluations("call-1", "greeting", viewer="jun") == ()
    with pytest.raises(InputError, match="second reading is not there yet"):
        uphold(store, found.id, by="lena", text="x")
    reading = submit_review(store, "call-1", "greeting", BLIND, by="jun")
    assert counts(store) == ("1", "machine", 50.0)
    known = store.disputes.get(found.id)
    assert known is not None
    assert [(step.kind, step.who, step.evaluation) for step in known.steps] == [
        ("raised", "ana", None),
        ("reading_asked", "lena", None),
        ("read", "jun", reading.evaluation_id),
    ]
    assert uphold(store, found.id, by="lena", text="Read twice.").state == "upheld"


def test_whoever_comes_second_is_told_who_was_first_and_when(store: Store) -> None:
    found = dispute_call(store)
    with pytest.raises(ConflictError, match=r"ana disputed it at 20.* UTC \(dispute 1\)"):
        dispute_call(store, by="mo")
    with pytest.raises(ConflictError, match="ana disputed it"):
        submit_review(store, "call-1", "greeting", GivenReview({}), by="maria", based_on="1")
    uphold(store, found.id, by="lena", text="x")
    for act in (
        lambda: uphold(store, found.id, by="lars", text="x"),
        lambda: change(store, found.id, BETTER, by="lars", text="x", seen=1),
        lambda: withdraw(store, found.id, by="ana"),
    ):
        with pytest.raises(ConflictError, match=r"dispute 1 has moved on: upheld by lena at 20.* UTC"):
            act()
    assert counts(store) == ("1", "dispute", 50.0)


def test_a_page_loaded_before_the_last_step_is_refused(store: Store) -> None:
    found = dispute_call(store)
    ask_reading(store, found.id, reader="jun", by="lena")
    submit_review(store, "call-1", "greeting", BLIND, by="jun")
    with pytest.raises(ConflictError, match="read by jun"):
        uphold(store, found.id, by="lars", text="x", seen=found.version)


def test_the_window_is_counted_from_the_filing(store: Store) -> None:
    record = store.evaluation("1")
    assert record is not None
    last = record.created_at + timedelta(days=45)
    with pytest.raises(InputError, match=r"could be disputed until 20.* UTC"):
        dispute_call(store, now=last + timedelta(seconds=1))
    with pytest.raises(InputError, match="could be disputed until"):
        dispute_call(store, now=datetime.now(UTC) + timedelta(days=8), window_days=7)
    assert dispute_call(store, now=last).state == "open"


def test_what_does_not_fit_is_refused(store: Store) -> None:
    with pytest.raises(PermissionRefusedError, match="'bob' may not dispute evaluations of others as agent"):
        dispute_call(store, by="bob")
    with pytest.raises(InputError, match="unknown criterion 'G-7'"):
        dispute_call(store, criteria=["G-7"])
    with pytest.raises(InputError, match="needs a text"):
        raise_dispute(store, "call-1", "greeting", by="ana", text=" ")
    with pytest.raises(InputError, match="has no evaluation under other"):
        raise_dispute(store, "call-1", "other", by="ana", text="x")
    with pytest.raises(InputError, match="no dispute 9"):
        uphold(store, 9, by="lena", text="x")
    found = dispute_call(store)
    with pytest.raises(InputError, match="nothing is changed"):
        change(store, found.id, GivenReview({}), by="lena", text="x")
    with pytest.raises(InputError, match="G-2 changed without a reason"):
        change(store, found.id, GivenReview({"G-2": "yes"}), by="lena", text="x")
    with pytest.raises(InputError, match="a judgement needs a text"):
        uphold(store, found.id, by="lena", text=" ")
    with pytest.raises(PermissionRefusedError, match="raised by ana"):
        withdraw(store, found.id, by="mo")
    assert store.disputes.all(state="open") == (found,)


def test_steps_are_never_changed(store: Store) -> None:
    dispute_call(store)
    with pytest.raises(DBAPIError, match="append-only"), store.database.engine.begin() as connection:
        connection.execute(text("UPDATE dispute_steps SET text = 'x'"))
    assert "I gave my name" not in str([*store.audit.entries()])
