"""Queues and reviews: what a person files, on what it rests, and who is refused; both databases."""

from __future__ import annotations

import json

import pytest
from review_examples import save_call
from sqlalchemy import event

from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.errors import ConflictError, InputError, PermissionRefusedError, UsageError
from qa_toolkit.review import GivenReview, assign, queue, submit_review
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import Override, Remarks, RootCause
from qa_toolkit.store.tables import EvaluationRow

NO_GREETING = GivenReview(
    {"G-1": "no"}, {"G-1": ("judgement", "It was no greeting.")}, {"G-1": ("attention", None)}
)


def filed(store: Store, evaluation: str) -> Evaluation:
    record = store.evaluation(evaluation)
    assert record is not None
    return from_contract(Evaluation, json.loads(record.json))


def test_a_review_is_an_evaluation_of_its_own_that_names_the_machines_and_counts(store: Store) -> None:
    saved = submit_review(store, "call-1", "greeting", NO_GREETING, by="maria", based_on="1")
    counting = store.latest_evaluation("call-1", "greeting")
    assert counting is not None
    assert (counting.id, counting.based_on, counting.blind) == (saved.evaluation_id, "1", False)
    assert counting.percent == 0.0
    made = filed(store, saved.evaluation_id)
    assert (made.source.kind, made.source.name) == ("reviewer", "maria")
    assert [answer.answer for answer in made.answers] == ["no", "no"]
    assert made.answer("G-2").evidence == filed(store, "1").answer("G-2").evidence, (
        "kept with what it rests on"
    )
    assert made.answer("G-1").evidence == ()
    assert store.work.remarks(saved.evaluation_id) == Remarks(
        (Override("G-1", "judgement", "It was no greeting."),), (RootCause("G-1", "attention"),)
    )
    (score,) = store.people.counting_scores()
    assert (score.basis, score.team) == ("review", "Blue")
    assert filed(store, "1").answer("G-1").answer == "yes", "the machine's stays as it was"


def test_the_second_writer_sees_who_and_when(store: Store) -> None:
    submit_review(store, "call-1", "greeting", NO_GREETING, by="maria", based_on="1")
    with pytest.raises(
        ConflictError, match=r"maria filed evaluation 2 at 20\d\d-.* UTC, yours is based on 1"
    ):
        submit_review(store, "call-1", "greeting", NO_GREETING, by="jun", based_on="1")
    back = GivenReview({"G-1": "yes"}, {"G-1": ("judgement", "It was one.")})
    assert submit_review(store, "call-1", "greeting", back, by="jun", based_on="2").evaluation_id == "3"
    assert len(store.revisions("call-1")) == 3


def test_a_new_evaluation_by_the_machine_makes_a_review_of_the_old_one_stale(store: Store) -> None:
    save_call(store, percent=60.0)
    with pytest.raises(ConflictError, match="night filed evaluation 2"):
        submit_review(store, "call-1", "greeting", NO_GREETING, by="maria", based_on="1")
    with pytest.raises(ConflictError, match="yours is based on none"):
        submit_review(store, "call-1", "greeting", NO_GREETING_BLIND, by="maria")


NO_GREETING_BLIND = GivenReview({"G-1": "no", "G-2": "no"})

REFUSED = [
    (GivenReview({"G-1": "no"}), "G-1 changed without a reason, .*misheard"),
    (GivenReview({"G-1": "na"}), "G-1 changed without a reason"),
    (GivenReview({"G-1": None}), "G-1 changed without a reason"),
    (
        GivenReview({"G-1": "no"}, {"G-1": ("because", "x")}),
        "'because' is not known, reason of G-1, accepted",
    ),
    (GivenReview({"G-1": "no"}, {"G-1": ("judgement", " ")}), "the reason of G-1 has no text"),
    (GivenReview({}, {"G-1": ("judgement", "x")}), "G-1 is not changed, yet has a reason"),
    (GivenReview({}, {}, {"G-2": ("laziness", None)}), "'laziness' is not known, root cause of G-2"),
    (GivenReview({}, {}, {"G-9": ("skill", None)}), "unknown criterion 'G-9'"),
    (GivenReview({"G-9": "no"}), "unknown criterion 'G-9'"),
    (GivenReview({"G-1": "perhaps"}), "'perhaps' is not an answer of G-1"),
]


def test_what_does_not_fit_is_refused_and_nothing_is_filed(store: Store) -> None:
    for given, message in REFUSED:
        with pytest.raises(InputError, match=message):
            submit_review(store, "call-1", "greeting", given, by="maria", based_on="1")
    for by in ("lara", "ana", "aud", "root", "mo", "gone"):
        with pytest.raises(PermissionRefusedError):
            submit_review(store, "call-1", "greeting", NO_GREETING, by=by, based_on="1")
    with pytest.raises(InputError, match="has no evaluation 7"):
        submit_review(store, "call-1", "greeting", NO_GREETING, by="maria", based_on="7")
    with pytest.raises(UsageError, match="no rubric 'other'"):
        submit_review(store, "call-1", "other", NO_GREETING, by="maria")
    assert len(store.revisions("call-1")) == 1


def test_assignments_go_round_have_a_day_and_are_done_by_the_review(store: Store) -> None:
    for number in range(2, 6):
        save_call(store, f"call-{number}")
    names = [f"call-{number}" for number in range(1, 6)]
    made = assign(store, names, "greeting", ["maria", "jun"], by="lena", due_on="2026-12-01")
    assert len(made) == 5
    assert assign(store, names[:2], "greeting", ["maria", "jun"], by="lena") == (), "open already"
    (early,) = assign(store, ["call-2"], "greeting", ["maria"], by="mo", due_on="2026-11-30")
    assert [each.interaction for each in queue(store, by="maria")] == ["call-2", "call-1", "call-3", "call-5"]
    assert len(queue(store, by="lena", reviewer="*")) == 6
    saved = submit_review(store, "call-2", "greeting", NO_GREETING, by="maria", based_on="2")
    assert early not in [each.id for each in queue(store, by="maria")]
    (done,) = store.work.assignments(state="done")
    assert (done.id, done.evaluation) == (early, saved.evaluation_id)
    with pytest.raises(PermissionRefusedError, match="'jun' may not view the queues of others"):
        queue(store, by="jun", reviewer="maria")


def test_what_cannot_be_assigned_is_refused_as_a_whole(store: Store) -> None:
    with pytest.raises(InputError, match="'absent' is not in the store"):
        assign(store, ["call-1", "absent"], "greeting", ["maria"], by="lena")
    for day in ("tomorrow", "20261201", "2026-13-01"):
        with pytest.raises(UsageError, match="is not a day"):
            assign(store, ["call-1"], "greeting", ["maria"], by="lena", due_on=day)
    with pytest.raises(UsageError, match="nothing to assign"):
        assign(store, [], "greeting", ["maria"], by="lena")
    with pytest.raises(PermissionRefusedError, match="'aud' may not review"):
        assign(store, ["call-1"], "greeting", ["maria", "aud"], by="lena")
    with pytest.raises(PermissionRefusedError, match="'jun' may not assign"):
        assign(store, ["call-1"], "greeting", ["maria"], by="jun")
    assert store.work.assignments(state=None) == ()


def test_a_blind_reviewer_is_given_nothing_of_others_by_the_database(store: Store) -> None:
    assign(
        store, ["call-1", "call-1"], "greeting", ["maria", "jun"], by="lena", blind=True, session="week 45"
    )
    loaded: list[EvaluationRow] = []

    @event.listens_for(EvaluationRow, "load")
    def _loaded(row: EvaluationRow, context: object) -> None:
        loaded.append(row)

    try:
        see = store.work.visible_evaluations
        assert see("call-1", "greeting", viewer="maria") == ()
        assert see("call-1", "greeting", viewer="maria", all_sessions=True) == (), (
            "a lead who rates is blind too"
        )
        with pytest.raises(UsageError, match="assigned blind"):
            submit_review(store, "call-1", "greeting", NO_GREETING, by="jun", based_on="1")
        submit_review(store, "call-1", "greeting", NO_GREETING_BLIND, by="jun")
        loaded.clear()
        assert see("call-1", "greeting", viewer="maria") == ()
        assert loaded == [], "no row of others leaves the database before submission"
        assert [record.id for record in see("call-1", "greeting", viewer="jun")] == ["1", "2"]
        assert [record.id for record in see("call-1", "greeting", viewer="lars")] == ["1"]
        assert len(see("call-1", "greeting", viewer="lars", all_sessions=True)) == 2
        submit_review(store, "call-1", "greeting", NO_GREETING_BLIND, by="maria")
        assert len(see("call-1", "greeting", viewer="maria")) == 3
    finally:
        event.remove(EvaluationRow, "load", _loaded)
    counting = store.latest_evaluation("call-1", "greeting")
    assert counting is not None
    assert counting.id == "1", "ratings of a session never count"


def test_a_draft_is_kept_refused_when_stale_and_gone_when_submitted(store: Store) -> None:
    work = store.work
    first = work.save_draft("call-1", "greeting", by="maria", json='{"G-1": "no"}')
    assert work.draft("call-1", "greeting", by="maria") == first
    assert work.draft("call-1", "greeting", by="jun") is None
    second = work.save_draft("call-1", "greeting", by="maria", json="{}", version=first.version)
    with pytest.raises(ConflictError, match="saved elsewhere at"):
        work.save_draft("call-1", "greeting", by="maria", json="{}", version=first.version)
    submit_review(store, "call-1", "greeting", NO_GREETING, by="maria", based_on="1")
    assert work.draft("call-1", "greeting", by="maria") is None
    with pytest.raises(ConflictError, match="submitted or dropped"):
        work.save_draft("call-1", "greeting", by="maria", json="{}", version=second.version)


def test_the_log_has_codes_and_no_words(store: Store) -> None:
    assign(store, ["call-1"], "greeting", ["maria"], by="lena")
    submit_review(store, "call-1", "greeting", NO_GREETING, by="maria", based_on="1")
    rows = [*store.audit.entries()][-4:]
    assert [(row.who, row.action) for row in rows] == [
        ("lena", "assignment.make"),
        ("maria", "evaluation.file"),
        ("maria", "review.remarks"),
        ("maria", "assignment.done"),
    ]
    assert json.loads(rows[2].facts) == {
        "overrides": {"G-1": "judgement"},
        "root_causes": {"G-1": "attention"},
    }
    assert store.audit.verify().whole
