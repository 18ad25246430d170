"""The filter of a queue, kept in the address so that a link is a view; named views are kept in the store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st
from words import t

from components import address
from components.plain import plain
from qa_toolkit.errors import QAToolkitError
from qa_toolkit.review import Action, may
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User
from qa_toolkit.store.queues import AssignmentFilter

PAGE = "queue"
EVERYBODY = "*"
_FIELDS = ("reviewer", "rubric", "site", "agent", "language", "kind", "due_by", "text")
KINDS: dict[str, dict[str, bool]] = {
    "begun": {"begun": True},
    "review": {"blind": False, "rating": False},
    "blind": {"blind": True, "rating": False},
    "calibration": {"rating": True},
}
"""What the filter *kind* asks for."""


def show(store: Store, user: User) -> AssignmentFilter:
    """Asks; what is asked for stands in the address."""
    address.restore(PAGE, _FIELDS)
    _views(store, user)
    found = {name: st.query_params.get(name) or None for name in _FIELDS}
    with st.expander(t("Filter"), expanded=any(found.values())):
        columns = st.columns(4)
        if may(user, Action.VIEW_QUEUES):
            people = [each.id for each in store.people.users() if each.active]
            found["reviewer"] = _choice(columns[0], "reviewer", t("Reviewer"), [EVERYBODY, *people], found)
        for column, name, label in (
            (columns[1], "rubric", t("Rubric")),
            (columns[2], "site", t("Site")),
            (columns[3], "language", t("Language of the call")),
        ):
            found[name] = _choice(column, name, label, list(store.values_of(name)), found)
        second = st.columns(4)
        found["agent"] = second[0].text_input(t("Agent"), found["agent"] or "", key="queue_agent") or None
        found["text"] = second[1].text_input(t("Id contains"), found["text"] or "", key="queue_text") or None
        found["kind"] = _choice(second[2], "kind", t("Kind"), list(KINDS), found)
        found["due_by"] = (
            second[3].text_input(t("Due until (YYYY-MM-DD)"), found["due_by"] or "", key="queue_due_by")
            or None
        )
    address.keep(PAGE, _FIELDS, found)
    reviewer, kind = found.pop("reviewer"), found.pop("kind")
    wanted = replace(AssignmentFilter(**found), **KINDS.get(kind or "", {}))
    if reviewer == EVERYBODY and may(user, Action.VIEW_QUEUES):
        return wanted
    return replace(wanted, reviewer=reviewer if reviewer and may(user, Action.VIEW_QUEUES) else user.id)


def _choice(place: Any, name: str, label: str, values: list[str], found: dict[str, str | None]) -> str | None:
    options = ["", *values]
    now = found[name] or ""
    index = options.index(now) if now in options else 0
    chosen: str = place.selectbox(label, options, index=index, format_func=_shown, key=f"queue_{name}")
    return chosen or None


def _shown(value: str) -> str:
    known = {"": t("any"), EVERYBODY: t("everybody"), **{kind: t(kind) for kind in KINDS}}
    return known.get(value, value)


def ask(**wanted: str) -> None:
    """Sets the filter to just this, as if it had been chosen."""
    for name in _FIELDS:
        st.session_state.pop(f"queue_{name}", None)
    address.keep(PAGE, _FIELDS, {name: wanted.get(name) for name in _FIELDS})


def _views(store: Store, user: User) -> None:
    kept = store.views.all(PAGE, by=user.id)
    row = st.container(horizontal=True, vertical_alignment="bottom")
    names = [view.name for view in kept]
    chosen = row.pills(t("Saved views"), names, key="queue_view") if names else None
    if chosen and st.session_state.get("queue_view_shown") != chosen:
        st.session_state["queue_view_shown"] = chosen
        filters = next(view.filters for view in kept if view.name == chosen)
        ask(**{name: str(filters[name]) for name in _FIELDS if filters.get(name)})
        st.rerun()
    with row.popover(t("Keep this filter")):
        name = st.text_input(t("Name"), key="queue_view_name")
        if st.button(t("Keep"), disabled=not name.strip(), key="queue_view_keep"):
            filters = {each: st.query_params[each] for each in _FIELDS if each in st.query_params}
            old = next((view.version for view in kept if view.name == name), None)
            try:
                store.views.save(PAGE, name.strip(), filters, by=user.id, version=old)
            except QAToolkitError as error:
                st.error(plain(str(error)))
            else:
                st.rerun()
    if chosen and row.button(t("Forget"), key="queue_view_forget"):
        store.views.drop(PAGE, chosen, by=user.id)
        st.session_state.pop("queue_view_shown", None)
        st.rerun()
