"""The list of calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import state
import streamlit as st
from components import call_filter, header
from words import t

from qa_toolkit.review.permissions import Action, Scope, scope_of
from qa_toolkit.store import ScoredInteraction, Store

PAGE_SIZE = 100
TABLE = "calls_table"


def show() -> None:
    header.show(t("Calls"))
    store = state.open_store()
    if store.counts().interactions == 0:
        st.info(t("The store holds no calls yet. Score some with `qa score`, or try `qa demo`."))
        return
    wanted = call_filter.show(store)
    person = state.user()
    if person is not None and scope_of(person, Action.VIEW_CONTENT) is Scope.OWN:
        wanted = replace(wanted, agent=person.agent or "")
    number = int(st.session_state[call_filter.PAGE_NUMBER])
    page = store.interactions(wanted, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    pages = max(1, -(-page.total // PAGE_SIZE))
    if number > pages:  # the filter has become narrower
        number = st.session_state[call_filter.PAGE_NUMBER] = pages
        page = store.interactions(wanted, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    call_filter.keep_page(number)
    if page.total == 0:
        st.info(t("No call matches the filter (n = 0)."))
        return
    first = (number - 1) * PAGE_SIZE + 1
    st.markdown(
        t("n = {n}; shown {first} to {last}.", n=page.total, first=first, last=first + len(page.rows) - 1)
        + " "
        + t("Choose a row to open the call.")
    )
    blind = read_blind(store)
    chosen = st.dataframe(
        [shown(hide_blind(row, blind)) for row in page.rows],
        key=TABLE,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={t("Score"): st.column_config.NumberColumn(format="%.1f %%")},
    )
    if pages > 1:
        st.number_input(t("Page"), 1, pages, key=call_filter.PAGE_NUMBER)
    if chosen.selection.rows:
        open_call(page.rows[chosen.selection.rows[0]])


def read_blind(store: Store) -> set[tuple[str, str]]:
    """Interactions and rubrics of which whoever is signed in may not see what others answered."""
    person = state.user()
    mine = store.work.assignments(reviewer=person.id) if person else ()
    return {(each.interaction, each.rubric) for each in mine if each.blind or each.session}


def hide_blind(row: ScoredInteraction, blind: set[tuple[str, str]]) -> ScoredInteraction:
    """The row without its evaluation where that must not be seen."""
    found = row.evaluation
    hidden = found is not None and (row.interaction.id, found.rubric.id) in blind
    return replace(row, evaluation=None) if hidden else row


def shown(row: ScoredInteraction) -> dict[str, Any]:
    """One line of the table."""
    about, found = row.interaction, row.evaluation
    line: dict[str, Any] = {
        t("Interaction"): about.id,
        t("Started"): (about.started_at or "")[:16].replace("T", " "),
        t("Agent"): about.agent,
        t("Site"): about.site,
        t("Rubric"): f"{found.rubric.id} {found.rubric.version}" if found else None,
        t("Score"): found.percent if found else None,
        t("Result"): t("not evaluated"),
        t("Open answers"): found.open if found else None,
        t("Answered by"): t(found.source.kind) if found else None,
    }
    if found:
        line[t("Result")] = (
            t("auto-failed")
            if found.auto_failed
            else t("incomplete")
            if not found.complete
            else t("complete")
        )
        if found.complete and not found.auto_failed and found.passed is not None:
            line[t("Result")] = t("passed") if found.passed else t("failed")
    return line


def open_call(row: ScoredInteraction) -> None:
    """Goes to the page of a call."""
    parameters = {state.INTERACTION: row.interaction.id}
    if row.evaluation:
        parameters[state.RUBRIC] = row.evaluation.rubric.id
    st.switch_page("views/call.py", query_params=parameters)


show()
