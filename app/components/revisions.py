"""What was filed before of an interaction, and the way back to it."""

from __future__ import annotations

import streamlit as st
from review_work import Task
from words import t

from components.plain import plain
from qa_toolkit.errors import QAToolkitError
from qa_toolkit.reports.wording import percent
from qa_toolkit.review import evaluations_for, revert_review
from qa_toolkit.store import EvaluationRecord, Store


def show(store: Store, task: Task) -> None:
    """The evaluations one may see, newest first; each earlier one can be filed again as a new revision."""
    records = evaluations_for(store, task.interaction, task.rubric, by=task.user)
    if not records:
        return
    with st.expander(t("History ({n})", n=len(records))):
        for record in reversed(records):
            _line(store, task, record)


def _line(store: Store, task: Task, record: EvaluationRecord) -> None:
    said, button = st.columns([4, 2], vertical_alignment="center")
    when = record.created_at.strftime("%Y-%m-%d %H:%M UTC")
    said.text(
        f"{when} · {record.created_by} · {record.source.kind} · {t('revision')} {record.revision}"
        f" · {percent(record.percent)}"
    )
    if task.base is None or record.id == task.base.id:
        return
    with button.popover(t("Revert to this")):
        with st.form(f"revert_{record.id}", border=False):
            text = st.text_input(t("Why?"))
            asked = st.form_submit_button(t("File these answers again"))
        if asked:
            try:
                revert_review(store, record.id, by=task.user, based_on=task.base.id, text=text)
            except QAToolkitError as error:
                st.error(plain(str(error)))
                return
            st.session_state.pop("review_open", None)
            st.rerun()
