"""The way down: the calls, or keyed forms, behind a row of a report."""

from __future__ import annotations

from typing import Any

import state
import streamlit as st
from words import t

from components.plain import plain
from qa_toolkit.reports.tables import Behind
from qa_toolkit.review import Action, may
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User


def show(store: Store, user: User, name: str, found: Behind, key: str) -> None:
    """The list behind a row; a click opens the call, or the form on the keying page."""
    with st.container(border=True):
        st.markdown(f"**{t('Behind “{row}”', row=plain(name))}**")
        if not found.items:
            st.caption(t("No rows (n = 0)."))
            return
        st.caption(told(found))
        forms = found.kind == "form"
        rows = [{t("Form"): item} if forms else _about(store, item) for item in found.items]
        opens = not forms or may(user, Action.ADJUDICATE_KEYING)
        if not opens:
            st.dataframe(rows, hide_index=True, key=key)
            return
        chosen = st.dataframe(rows, hide_index=True, key=key, on_select="rerun", selection_mode="single-row")
        if chosen.selection.rows:
            _open(found.items[chosen.selection.rows[0]], forms=forms)


def told(found: Behind) -> str:
    """How many there are, and how many of them are to be looked at first."""
    shown = t("n = {n}; {telling} of them stand first.", n=found.total, telling=found.telling)
    if found.total > len(found.items):
        shown += " " + t("The first {shown} are listed.", shown=len(found.items))
    return shown


def _about(store: Store, item: str) -> dict[str, Any]:
    found = store.interaction(item)
    facts = {t("Interaction"): item}
    if found is None:
        return facts
    return facts | {
        t("Started"): found.started_at,
        t("Agent"): found.agent,
        t("Site"): found.site,
        t("Language"): found.language,
    }


def _open(item: str, *, forms: bool) -> None:
    if forms:
        st.switch_page("views/keying.py", query_params={state.RECORD: item})
    st.switch_page("views/call.py", query_params={state.INTERACTION: item})
