"""Calibration sessions: blind until submitted, closed once, discussed afterwards; both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from review_examples import save_call
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from qa_toolkit.calibration import calibrate
from qa_toolkit.errors import ConflictError, InputError, PermissionRefusedError, UsageError
from qa_toolkit.review import (
    GivenReview,
    add_note,
    agree,
    assign,
    close_session,
    evaluations_for,
    open_session,
    queue,
    record_effect,
    session_evaluations,
    session_ratings,
    session_remarks,
    submit_rating,
    submit_review,
)
from qa_toolkit.store import Store
from qa_toolkit.store.desk_records import CalibrationSession

YES, NO = {"G-1": "yes", "G-2": "yes"}, {"G-1": "no", "G-2": "na"}


def november(store: Store, **more: Any) -> CalibrationSession:
    save_call(store, "call-2")
    given: dict[str, Any] = {
        "rubric": "greeting",
        "interactions": ["call-1", "call-2"],
        "raters": ["maria", "jun"],
        "by": "lena",
    }
    return open_session(store, "november", **{**given, **more})


@contextmanager
def rows_read(store: Store) -> Iterator[list[str]]:
    """What the database gave back for every SELECT of the block, as text."""
    asked: list[tuple[str, Any]] = []

    def remember(_conn: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    found: list[str] = []
    event.listen(store.database.engine, "before_cursor_execute", remember)
    try:
        yield found
    finally:
        event.remove(store.database.engine, "before_cursor_execute", remember)
        with store.database.engine.connect() as connection:
            cursor = connection.connection.cursor()
            for statement, parameters in asked:
                cursor.execute(statement, parameters)
                found += [str(row) for row in cursor.fetchall()]


def test_everybody_is_given_everything_blind(store: Store) -> None:
    found = november(store, expert="lena", due_on="2026-12-01", title="November")
    assert (found.rubric_version, found.raters, found.expert) == ("1.0.0", ("jun", "lena", "maria"), "lena")
    assert (found.interactions, found.state, found.version) == (("call-1", "call-2"), "open", 1)
    waiting = queue(store, by="maria")
    assert [(each.interaction, each.blind, each.session, each.due_on) for each in waiting] == [
        ("call-1", True, "november", "2026-12-01"),
        ("call-2", True, "november", "2026-12-01"),
    ]
    assert store.calibration.all(rater="maria", state="open") == (found,)
    assert store.calibration.all(rater="lars") == ()
    assert len(store.calibration.progress("november")) == 6


OTHERS = ('"name": "jun"', "SECRET")
"""What only rows of jun hold: the source in the JSON of his ratings, and his note."""


def everything_maria_can_ask(store: Store) -> list[str]:
    """Names of those whose answers she is given; asked every way there is."""
    ratings = session_ratings(store, "november", by="maria")
    session_remarks(store, "november", by="maria")
    session_evaluations(store, "november", by="maria", machine=True)
    visible = [
        each
        for interaction in ("call-1", "call-2")
        for each in evaluations_for(store, interaction, "greeting", by="maria")
    ]
    store.calibration.progress("november")
    store.calibration.effects("greeting")
    queue(store, by="maria")
    store.work.page()
    store.people.counting_scores()
    store.interactions()
    return [each.source.name for each in (*ratings, *visible)]


def test_a_rater_reads_nobodys_answers_before_their_own_are_in(store: Store) -> None:
    november(store)
    submit_rating(store, "november", "call-1", NO, by="jun")
    submit_rating(store, "november", "call-2", YES, by="jun")
    add_note(store, "november", "SECRET: I said no.", by="jun", interaction="call-1", criterion="G-1")
    with rows_read(store) as read:
        assert everything_maria_can_ask(store) == []
    assert read
    assert not [row for row in read for other in OTHERS if other in row]
    submit_rating(store, "november", "call-1", YES, by="maria")
    with rows_read(store) as read:
        assert sorted(set(everything_maria_can_ask(store))) == ["maria", "qa_toolkit"]
    assert not [row for row in read for other in OTHERS if other in row], "one of two is not enough"
    submit_rating(store, "november", "call-2", YES, by="maria")
    with rows_read(store) as read:
        assert "jun" in everything_maria_can_ask(store)
    assert all(any(other in row for row in read) for other in OTHERS), "the checks above could have failed"


def test_a_submission_itself_reads_no_answers_of_others(store: Store) -> None:
    november(store)
    submit_rating(store, "november", "call-1", NO, by="jun")
    with rows_read(store) as read:
        submit_rating(store, "november", "call-1", YES, by="maria")
    assert not [row for row in read for other in OTHERS if other in row]


def test_answers_shown_when_closed_stay_hidden_until_then(store: Store) -> None:
    november(store, reveal="closed", interactions=["call-1"])
    submit_rating(store, "november", "call-1", NO, by="jun")
    submit_rating(store, "november", "call-1", YES, by="maria")
    assert {each.source.name for each in session_ratings(store, "november", by="maria")} == {"maria"}
    assert {each.source.name for each in evaluations_for(store, "call-1", "greeting", by="maria")} == {
        "maria",
        "qa_toolkit",
    }
    close_session(store, "november", by="lena")
    assert {each.source.name for each in session_ratings(store, "november", by="maria")} == {"jun", "maria"}


def test_a_lead_sees_sessions_but_waits_as_a_rater(store: Store) -> None:
    november(store, raters=["maria", "lars"], interactions=["call-1"])
    submit_rating(store, "november", "call-1", YES, by="maria")
    assert len(session_ratings(store, "november", by="lena")) == 1
    assert session_ratings(store, "november", by="lars") == ()
    assert evaluations_for(store, "call-1", "greeting", by="lars") == ()
    with pytest.raises(PermissionRefusedError, match="'jun' is not a rater of session 'november'"):
        session_ratings(store, "november", by="jun")
    assert {each.source.name for each in evaluations_for(store, "call-1", "greeting", by="jun")} == {
        "qa_toolkit"
    }
    for who in ("ana", "aud", "root"):
        with pytest.raises(PermissionRefusedError):
            session_ratings(store, "november", by=who)


def test_a_rating_is_given_once_and_never_counts(store: Store) -> None:
    november(store)
    before = store.people.counting_scores()
    submit_rating(store, "november", "call-1", NO, by="maria")
    with pytest.raises(ConflictError, match="'maria' has submitted it before"):
        submit_rating(store, "november", "call-1", YES, by="maria")
    assert store.people.counting_scores() == before
    (rating,) = session_ratings(store, "november", by="maria")
    assert (rating.session, rating.blind, rating.percent) == ("november", True, 0.0)
    counting = store.latest_evaluation("call-1", "greeting")
    assert counting is not None
    assert counting.source.kind == "machine"
    # An ordinary review of the same person counts, and is not taken for a rating.
    review = submit_review(store, "call-1", "greeting", GivenReview({}), by="maria", based_on=counting.id)
    assert [each.id for each in session_ratings(store, "november", by="maria")] == [rating.id]
    assert store.people.counting_scores(rubric="greeting")[0].evaluation == review.evaluation_id


def test_closing_ends_the_work_and_comes_once(store: Store) -> None:
    november(store)
    submit_rating(store, "november", "call-1", NO, by="maria")
    store.work.save_draft("call-2", "greeting", by="maria", json="{}")
    closed = close_session(store, "november", by="lena")
    assert (closed.state, closed.closed_by, closed.version) == ("closed", "lena", 2)
    assert queue(store, by="maria") == ()
    assert store.work.draft("call-2", "greeting", by="maria") is None
    with pytest.raises(ConflictError, match="was closed by lena at 20"):
        submit_rating(store, "november", "call-2", NO, by="maria")
    with pytest.raises(ConflictError, match=r"session 'november' was closed by lena at 20.* UTC"):
        close_session(store, "november", by="lars", seen=1)
    assert [each.submitted for each in store.calibration.progress("november")].count(True) == 1
    assert len(session_ratings(store, "november", by="jun")) == 1, "a rater who gave nothing sees it, too"


def test_what_comes_of_a_session(store: Store) -> None:
    november(store)
    with pytest.raises(InputError, match="close it before"):
        agree(store, "november", "call-1", "G-1", "no", by="lena")
    close_session(store, "november", by="lena")
    add_note(store, "november", "We heard a name.", by="maria", interaction="call-1", criterion="G-2")
    first = agree(store, "november", "call-1", "G-2", "no", by="lena", text="No name.")
    with pytest.raises(ConflictError, match=rf"lena wrote down an agreed answer .* \(remark {first.id}\)"):
        agree(store, "november", "call-1", "G-2", "yes", by="lars")
    agree(store, "november", "call-1", "G-2", "na", by="lars", supersedes=first.id)
    with pytest.raises(ConflictError, match=f"lars replaced remark {first.id}"):
        agree(store, "november", "call-1", "G-2", "yes", by="lena", supersedes=first.id)
    record_effect(store, "november", "G-2", "clarify", by="lena", text="Say what a name is.")
    found = session_remarks(store, "november", by="jun")
    assert [(each.kind, each.criterion, each.answer, each.code) for each in found] == [
        ("note", "G-2", None, None),
        ("agreed", "G-2", "na", None),
        ("effect", "G-2", None, "clarify"),
    ]
    assert [each.text for each in store.calibration.effects("greeting")] == ["Say what a name is."]
    log = [entry.action for entry in store.audit.entries(kind="calibration", record="november")]
    assert log == [
        "calibration.open",
        "calibration.close",
        *(f"calibration.{kind}" for kind in ("note", "agreed", "agreed", "effect")),
    ]
    assert "Say what" not in str([*store.audit.entries()])
    assert store.audit.verify().whole


def test_the_answers_go_into_the_statistics(store: Store) -> None:
    november(store, expert="lena")
    for who, answers in (("maria", YES), ("jun", NO), ("lena", YES)):
        for interaction in ("call-1", "call-2"):
            submit_rating(store, "november", interaction, answers, by=who)
    close_session(store, "november", by="lars")
    found = calibrate(session_evaluations(store, "november", by="lars"), expert="lena")
    by_name = {each.rater.name: each for each in found.raters}
    assert by_name["maria"].with_expert is not None
    assert by_name["maria"].with_expert.estimate == 1.0
    assert found.warnings == ("2 interactions are too few for reliable intervals",)
    with_machine = session_evaluations(store, "november", by="lars", machine=True)
    assert [each.source.kind for each in with_machine].count("machine") == 2


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"by": "maria"}, PermissionRefusedError, "may not lead calibration"),
    ({"raters": ["maria"]}, UsageError, "1 raters and 2 interactions"),
    ({"interactions": []}, UsageError, "0 interactions"),
    ({"raters": ["maria", "ana"]}, PermissionRefusedError, "'ana' may not rate"),
    ({"interactions": ["nowhere"]}, InputError, "'nowhere' is not in the store"),
    ({"rubric": "other"}, UsageError, "no rubric 'other'"),
    ({"rubric": "greeting@9.9.9"}, UsageError, "no rubric 'greeting@9.9.9'"),
    ({"due_on": "soon"}, UsageError, "not a day"),
]


@pytest.mark.parametrize(("changed", "error", "message"), WRONG)
def test_what_is_no_session_leaves_nothing_behind(
    store: Store, changed: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        november(store, **changed)
    assert (store.calibration.all(), store.work.assignments()) == ((), ())


@pytest.mark.parametrize("name", ["", "dispute-3", "a b", "../x", "x" * 81])
def test_names_that_could_be_taken_for_something_else(store: Store, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        open_session(
            store, name, rubric="greeting", interactions=["call-1"], raters=["maria", "jun"], by="lena"
        )


def test_a_taken_name_and_open_work_are_conflicts(store: Store) -> None:
    november(store)
    with pytest.raises(ConflictError, match="lena made session 'november' at 20"):
        november(store, by="lars")
    with pytest.raises(ConflictError, match="maria has 'call-1' open already"):
        open_session(
            store, "other", rubric="greeting", interactions=["call-1"], raters=["maria", "mo"], by="lena"
        )
    assert len(store.calibration.all()) == 1


def test_work_that_was_assigned_meanwhile_is_not_filed_as_something_else(store: Store) -> None:
    """A reviewer's page was loaded before the session took the interaction."""
    original: Callable[..., Any] = store.work.open_assignment
    store.work.open_assignment = lambda *_: None  # type: ignore[method-assign]  # the page saw no assignment
    try:
        assign(store, ["call-1"], "greeting", ["maria"], by="lena", blind=True)
        with pytest.raises(ConflictError, match="lena assigned it to you"):
            submit_review(store, "call-1", "greeting", GivenReview({}), by="maria", based_on="1")
    finally:
        store.work.open_assignment = original  # type: ignore[method-assign]


def test_remarks_are_never_changed(store: Store) -> None:
    november(store)
    add_note(store, "november", "A note.", by="maria")
    for statement in ("UPDATE calibration_remarks SET text = 'x'", "DELETE FROM calibration_remarks"):
        with pytest.raises(DBAPIError, match="append-only"), store.database.engine.begin() as connection:
            connection.execute(text(statement))
