"""Disputes: what is open, what was decided, and the judging of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import state
import streamlit as st
from components import header, notes
from components.plain import plain
from words import t

from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.domain.rubric import NOT_APPLICABLE, Rubric
from qa_toolkit.review import (
    OVERRIDE_REASONS,
    Action,
    GivenReview,
    Scope,
    ask_reading,
    change,
    may,
    uphold,
    withdraw,
)
from qa_toolkit.review.permissions import scope_of
from qa_toolkit.review.reviewing import rubric_of
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import Dispute, DisputeState, User

_DECIDED = "dispute_decided_last"
_STATES: tuple[DisputeState, ...] = ("open", "upheld", "changed", "withdrawn")


def show() -> None:
    header.show(t("Disputes"))
    notes.show()
    store, user = state.open_store(), state.user()
    if user is None:
        st.info(t("Nobody is signed in."))
        return
    chosen = st.segmented_control(t("State"), [*_STATES, "all"], default="open", format_func=t)
    wanted = next((each for each in _STATES if each == chosen), None)
    found = [each for each in store.disputes.all(state=wanted) if _visible(store, user, each)]
    if not found:
        st.info(t("There is none (n = 0)."))
        return
    st.caption(f"n = {len(found)}")
    shown = _current(found)
    if shown is None and any(each.state != "open" for each in found):
        st.success(t("None of these is open."))
    for dispute in found:
        head = f"{dispute.id} · {dispute.interaction} · {dispute.rubric} · {dispute.raised_by}"
        with st.expander(plain(head), expanded=len(found) == 1 or dispute.id == shown):
            _one(store, user, dispute)


def _current(found: list[Dispute]) -> int | None:
    """The open dispute to look at: the first after the one decided last, and then from the head on."""
    open_ones = [each.id for each in found if each.state == "open"]
    last = st.session_state.get(_DECIDED, 0)
    return next((each for each in open_ones if each > last), open_ones[0] if open_ones else None)


def _decide(do: Callable[[], object], dispute: Dispute, done: str) -> None:
    """Decides a dispute; the next open one is unfolded then."""

    def decided() -> None:
        do()
        st.session_state[_DECIDED] = dispute.id

    notes.attempt(decided, done)


def _visible(store: Store, user: User, dispute: Dispute) -> bool:
    if scope_of(user, Action.DISPUTE) is not Scope.OWN:
        return True
    found = store.interaction(dispute.interaction)
    return found is not None and user.agent is not None and found.agent == user.agent


def _one(store: Store, user: User, dispute: Dispute) -> None:
    if dispute.criteria:
        st.caption(plain(", ".join(dispute.criteria)))
    for step in dispute.steps:
        head = f"{step.at:%Y-%m-%d %H:%M UTC} · {step.who} · {t(step.kind.replace('_', ' '))}"
        st.text(f"{head}: {step.text or ''}")
    row = st.container(horizontal=True)
    if row.button(t("Open the call"), key=f"open_{dispute.id}"):
        target = {state.INTERACTION: dispute.interaction, state.RUBRIC: dispute.rubric}
        st.switch_page("views/call.py", query_params=target)
    if dispute.state != "open":
        return
    if user.id == dispute.raised_by:
        with row.popover(t("Withdraw")):
            if st.button(t("Withdraw it"), key=f"withdraw_{dispute.id}"):
                _decide(
                    lambda: withdraw(store, dispute.id, by=user.id), dispute, t("The dispute is withdrawn.")
                )
    if not may(user, Action.JUDGE_DISPUTE):
        return
    with row.popover(t("Second reading")):
        _reading(store, user, dispute)
    with row.popover(t("Uphold")):
        _uphold(store, user, dispute)
    with row.popover(t("Change")):
        _change(store, user, dispute)


def _reading(store: Store, user: User, dispute: Dispute) -> None:
    st.write(t("Somebody who has not judged it reads it blind; their reading does not count by itself."))
    readers = [
        each.id
        for each in store.people.users()
        if each.active and may(each, Action.REVIEW) and each.id != user.id
    ]
    reader = st.selectbox(t("Reader"), readers, key=f"reader_{dispute.id}")
    if st.button(t("Ask"), key=f"ask_{dispute.id}") and reader:
        notes.attempt(
            lambda: ask_reading(store, dispute.id, reader=reader, by=user.id),
            t("{who} is asked for a blind reading.", who=reader),
        )


def _uphold(store: Store, user: User, dispute: Dispute) -> None:
    with st.form(f"uphold {dispute.id}", border=False):
        text = st.text_area(t("Why it stays"), key=f"uphold_text_{dispute.id}")
        if st.form_submit_button(t("Uphold the evaluation")):
            _decide(
                lambda: uphold(store, dispute.id, by=user.id, text=text, seen=dispute.version),
                dispute,
                t("The evaluation is upheld."),
            )


def _change(store: Store, user: User, dispute: Dispute) -> None:
    record = store.evaluation(dispute.evaluation)
    if record is None:
        return
    evaluation = from_contract(Evaluation, json.loads(record.json))
    rubric = rubric_of(store, evaluation).rubric
    known = [criterion.id for criterion in rubric.criteria]
    chosen = st.multiselect(
        t("Criteria to change"), known, default=list(dispute.criteria), key=f"change_{dispute.id}"
    )
    answers = {name: _new_answer(rubric, name, dispute.id) for name in chosen}
    reason = st.selectbox(
        t("Reason"),
        list(OVERRIDE_REASONS),
        format_func=lambda code: t(OVERRIDE_REASONS[code]),
        key=f"change_reason_{dispute.id}",
    )
    text = st.text_area(t("Why it changes"), key=f"change_text_{dispute.id}")
    given = GivenReview(answers, dict.fromkeys(answers, (reason, text)))
    if st.button(t("Change the answers"), key=f"change_it_{dispute.id}"):
        _decide(
            lambda: change(store, dispute.id, given, by=user.id, text=text, seen=dispute.version),
            dispute,
            t("The evaluation is changed; this is what counts now."),
        )


def _new_answer(rubric: Rubric, name: str, dispute: int) -> Any:
    criterion = next(each for each in rubric.criteria if each.id == name)
    label = f"{name} {criterion.question}"
    if not criterion.answers:
        return st.number_input(plain(label), key=f"new_{dispute}_{name}")
    return st.radio(
        plain(label), [*criterion.answers, NOT_APPLICABLE], horizontal=True, key=f"new_{dispute}_{name}"
    )


show()
