"""The queue: what is to be reviewed, rated and judged, what is due first at the head."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import state
import streamlit as st
from components import header, queue_filter
from components.plain import plain
from words import t

from qa_toolkit.review import Action, may
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User
from qa_toolkit.store.queues import AssignmentFilter, QueueRow

PAGE_SIZE = 100


def show() -> None:
    header.show(t("Queue"))
    store, user = state.open_store(), state.user()
    if user is None:
        st.info(t("Nobody is signed in."))
        return
    _due(store, user)
    wanted = queue_filter.show(store, user)
    st.session_state[state.QUEUE] = wanted
    number = int(st.session_state.get("queue_page", 1))
    page = store.work.page(wanted, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    if page.total == 0:
        st.info(t("Nothing is open here (n = 0)."))
        return
    pages = max(1, -(-page.total // PAGE_SIZE))
    if number > pages:  # the filter has become narrower
        st.session_state["queue_page"] = pages
        st.rerun()
    first = (number - 1) * PAGE_SIZE + 1
    counted = st.columns([3, 1], vertical_alignment="center")
    counted[0].markdown(
        t("n = {n}; shown {first} to {last}.", n=page.total, first=first, last=first + len(page.rows) - 1)
    )
    mine = [row for row in page.rows if row.assignment.reviewer == user.id]
    if mine and may(user, Action.REVIEW) and counted[1].button(t("Start with the first"), type="primary"):
        _open(mine[0])
    chosen = st.dataframe(
        [shown(row) for row in page.rows],
        key="queue_table",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
    )
    if pages > 1:
        st.number_input(t("Page"), 1, pages, key="queue_page")
    if chosen.selection.rows:
        row = page.rows[chosen.selection.rows[0]]
        if row.assignment.reviewer == user.id:
            _open(row)
        st.info(t("This is in the queue of {who}.", who=plain(row.assignment.reviewer)))


def _due(store: Store, user: User) -> None:
    """What waits besides reviews: disputes to be judged, sessions to be rated."""
    tiles: list[tuple[str, int, dict[str, str] | str]] = []
    today = datetime.now(tz=UTC).date().isoformat()
    if may(user, Action.REVIEW):
        late = store.work.page(AssignmentFilter(reviewer=user.id, due_by=today), limit=1)
        tiles.append((t("Due today or late"), late.total, {"due_by": today}))
        begun = store.work.page(AssignmentFilter(reviewer=user.id, begun=True), limit=1)
        tiles.append((t("Drafts begun"), begun.total, {"kind": "begun"}))
    if may(user, Action.JUDGE_DISPUTE):
        tiles.append((t("Open disputes"), len(store.disputes.all(state="open")), "views/disputes.py"))
    if may(user, Action.RATE_CALIBRATION):
        mine = store.calibration.all(state="open", rater=user.id)
        open_tasks = [
            task for one in mine for task in store.calibration.progress(one.id) if task.rater == user.id
        ]
        count = sum(not task.submitted for task in open_tasks)
        tiles.append((t("Calibrations to rate"), count, {"kind": "calibration"}))
    for column, tile in zip(st.columns(max(1, len(tiles))), tiles, strict=False):
        with column:
            _tile(*tile)


def _tile(label: str, count: int, where: dict[str, str] | str) -> None:
    """A number, and the way to what it counts: a filter of this page, or another page."""
    st.metric(label, count)
    if not count:
        return
    if isinstance(where, str):
        st.page_link(where, label=t("Show: {what}", what=label))
    else:
        label = t("Show: {what}", what=label)
        st.button(label, key=f"tile_{label}", on_click=queue_filter.ask, kwargs=where, type="tertiary")


def shown(row: QueueRow) -> dict[str, Any]:
    """One line of the table; never a score: a blind reviewer reads this list too."""
    task = row.assignment
    return {
        t("Interaction"): task.interaction,
        t("Rubric"): task.rubric,
        t("Due"): task.due_on or "",
        t("Kind"): t("calibration") if task.session else t("blind") if task.blind else t("review"),
        t("Draft"): t("begun") if row.has_draft else "",
        t("Agent"): row.agent,
        t("Site"): row.site,
        t("Language"): row.language,
        t("Started"): (row.started_at or "")[:16].replace("T", " "),
        t("Reviewer"): task.reviewer,
    }


def _open(row: QueueRow) -> None:
    st.switch_page(
        "views/review.py",
        query_params={state.INTERACTION: row.assignment.interaction, state.RUBRIC: row.assignment.rubric},
    )


show()
