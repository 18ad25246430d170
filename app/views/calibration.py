"""Calibration: the same interactions answered blind by several people, then compared and discussed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import state
import streamlit as st
from components import calibration_table, header, notes
from components.plain import plain
from words import t

from qa_toolkit.errors import QAToolkitError
from qa_toolkit.review import Action, close_session, may, open_session
from qa_toolkit.review.session_report import session_report
from qa_toolkit.store import InteractionFilter, Store
from qa_toolkit.store.desk_records import CalibrationSession
from qa_toolkit.store.people_records import User

SESSION = "session"
_MOST = 200


def show() -> None:
    header.show(t("Calibration"))
    notes.show()
    store, user = state.open_store(), state.user()
    if user is None:
        st.info(t("Nobody is signed in."))
        return
    leads = may(user, Action.LEAD_CALIBRATION)
    if leads:
        set_up(store, user)
    sessions = store.calibration.all(rater=None if leads else user.id)
    if not sessions:
        st.info(t("There is no calibration session yet (n = 0)."))
        return
    names = [each.id for each in sessions]
    asked = state.asked_for(SESSION)
    place = names.index(asked) if asked in names else 0
    chosen = st.selectbox(t("Session"), names, index=place, format_func=lambda name: _label(sessions, name))
    st.query_params[SESSION] = chosen
    session = sessions[names.index(chosen)]
    progress(store, user, session)
    discuss(store, user, session)


def _label(sessions: Sequence[CalibrationSession], name: str) -> str:
    found = next(each for each in sessions if each.id == name)
    return f"{found.title or found.id} · {found.rubric}@{found.rubric_version} · {t(found.state)}"


def set_up(store: Store, user: User) -> None:
    """The form of a new session."""
    with st.expander(t("Set up a session")):
        rubrics = [f"{each.id}@{each.version}" for each in store.rubrics()]
        people = [
            each.id for each in store.people.users() if each.active and may(each, Action.RATE_CALIBRATION)
        ]
        with st.form("new_session", border=False):
            name = st.text_input(t("Name (letters, digits, - and _)"))
            title = st.text_input(t("Title"))
            rubric = st.selectbox(t("Rubric"), rubrics)
            ids = [row.interaction.id for row in store.interactions(InteractionFilter(), limit=_MOST).rows]
            interactions = st.multiselect(t("Interactions"), ids, accept_new_options=True)
            raters = st.multiselect(t("Raters"), people)
            expert = st.selectbox(t("Expert, if there is one"), ["", *people])
            reveal = st.radio(
                t("Answers of others are shown"),
                ["submitted", "closed"],
                format_func=_reveal,
                horizontal=True,
            )
            due = st.date_input(t("Due"), value=None, min_value=date(2000, 1, 1))
            if st.form_submit_button(t("Set up"), type="primary"):
                notes.attempt(
                    lambda: open_session(
                        store,
                        name.strip(),
                        rubric=rubric or "",
                        interactions=interactions,
                        raters=raters,
                        by=user.id,
                        expert=expert or None,
                        title=title.strip() or None,
                        reveal=reveal,
                        due_on=due.isoformat() if due else None,
                    ),
                    t("Session {name} is set up; it stands in the queue of every rater.", name=name),
                )


def _reveal(name: str) -> str:
    return t("when one's own are in") if name == "submitted" else t("when the session is closed")


def progress(store: Store, user: User, session: CalibrationSession) -> None:
    """Who has submitted how much, and one's own tasks."""
    tasks = store.calibration.progress(session.id)
    st.dataframe(
        [
            {
                t("Rater"): rater + (f" ({t('expert')})" if rater == session.expert else ""),
                t("Submitted"): sum(each.submitted for each in tasks if each.rater == rater),
                t("Of"): len(session.interactions),
            }
            for rater in session.raters
        ],
        hide_index=True,
    )
    mine = [each for each in tasks if each.rater == user.id and not each.submitted]
    if session.state == "open" and mine:
        st.info(t("{n} of yours are not answered yet.", n=len(mine)))
        if st.button(t("Rate {name}", name=plain(mine[0].interaction)), type="primary"):
            target = {state.INTERACTION: mine[0].interaction, state.RUBRIC: session.rubric}
            st.switch_page("views/review.py", query_params=target)
    if session.state == "open" and may(user, Action.LEAD_CALIBRATION):
        with st.popover(t("Close the session")):
            st.write(t("Nothing more is submitted, and its raters see everything."))
            if st.button(t("Close it")):
                notes.attempt(
                    lambda: close_session(store, session.id, by=user.id, seen=session.version),
                    t("The session is closed."),
                )


def discuss(store: Store, user: User, session: CalibrationSession) -> None:
    """What may be seen of the answers: side by side, statistics, notes, what was agreed, effects."""
    try:
        report = session_report(store, session.id, by=user.id)
    except QAToolkitError as error:
        st.error(plain(str(error)))
        return
    seen = st.session_state.setdefault("seen_sessions", set())
    stamp = (user.id, session.id, len(report.rows))
    if stamp not in seen:
        store.audit.record("calibration.view", "calibration", session.id, by=user.id)
        seen.add(stamp)
    calibration_table.show(store, user, report)


show()
