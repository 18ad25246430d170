"""Coaching notes: what agents were advised, by criterion; agents see their own."""

from __future__ import annotations

import state
import streamlit as st
from components import header, notes
from words import t

from qa_toolkit.errors import QAToolkitError
from qa_toolkit.review import Action, Scope, coach, may
from qa_toolkit.review.permissions import scope_of
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import CoachingNote, User


def show() -> None:
    header.show(t("Coaching"), t("A note is revised by another, never edited."))
    notes.show()
    store, user = state.open_store(), state.user()
    if user is None:
        st.info(t("Nobody is signed in."))
        return
    own = scope_of(user, Action.VIEW_CONTENT) is Scope.OWN
    agent = user.agent or "" if own else st.text_input(t("Agent"), key="coaching_agent") or None
    found = store.feedback.notes(agent=agent)
    if not found:
        st.info(t("There is no note (n = 0)."))
        return
    revised = {each.revises for each in found if each.revises is not None}
    current = [each for each in found if each.id not in revised]
    st.caption(t("n = {n} notes, {m} of them revised later", n=len(found), m=len(revised)))
    newest = list(reversed(current))
    chosen = st.dataframe(
        [_line(store, each) for each in newest],
        key="coaching_table",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
    )
    st.caption(t("Choose a row to open the call."))
    if chosen.selection.rows:
        record = store.evaluation(newest[chosen.selection.rows[0]].evaluation)
        if record is not None:
            target = {state.INTERACTION: record.interaction, state.RUBRIC: record.rubric.id}
            st.switch_page("views/call.py", query_params=target)
    if may(user, Action.COACH):
        _revise(store, user, current)


def _line(store: Store, note: CoachingNote) -> dict[str, str | None]:
    record = store.evaluation(note.evaluation)
    return {
        t("Day"): note.at.strftime("%Y-%m-%d"),
        t("Agent"): note.agent,
        t("Criterion"): note.criterion,
        t("Note"): note.text,
        t("By"): note.who,
        t("Interaction"): None if record is None else record.interaction,
    }


def _revise(store: Store, user: User, current: list[CoachingNote]) -> None:
    mine = [each for each in current if each.who == user.id]
    if not mine:
        return
    with st.popover(t("Revise one of mine")):
        chosen = st.selectbox(t("Note"), mine, format_func=lambda each: each.text[:80], key="revise_which")
        text = st.text_area(t("New text"), chosen.text if chosen else "", key="revise_text")
        if st.button(t("Keep the note"), key="revise_keep") and chosen is not None:
            try:
                about = {"criterion": chosen.criterion, "revises": chosen.id}
                coach(store, chosen.evaluation, by=user.id, text=text, **about)
            except QAToolkitError as error:
                st.error(str(error))
                return
            notes.good(t("The note is revised."))
            st.rerun()


show()
