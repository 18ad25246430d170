"""What people say to an evaluation: seen, disputed, coached. Shown on the page of a call."""

from __future__ import annotations

import stores
import streamlit as st
from words import t

from components import notes
from components.plain import plain
from qa_toolkit.cli.options import configuration
from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.review import Action, acknowledge, coach, may, raise_dispute
from qa_toolkit.store import EvaluationRecord, Store
from qa_toolkit.store.people_records import User

_MOST_LETTERS = 3072


def show(store: Store, user: User, record: EvaluationRecord, evaluation: Evaluation) -> None:
    """What was said so far, and what this person may add."""
    found = store.interaction(record.interaction)
    agent = None if found is None else found.agent
    criteria = [answer.criterion for answer in evaluation.answers]
    for seen in store.feedback.acknowledgements(record.id):
        comment = f": {seen.comment}" if seen.comment else ""
        st.text(f"{seen.at:%Y-%m-%d %H:%M UTC} · {t('seen by {who}', who=seen.who)}{comment}")
    for dispute in store.disputes.all(interaction=record.interaction):
        said = next((step.text for step in dispute.steps if step.text), "")
        head = f"{t('Dispute {number}', number=dispute.id)} · {t(dispute.state)}"
        st.text(f"{head} · {dispute.raised_by}: {said}")
    for note in store.feedback.notes(evaluation=record.id):
        st.text(f"{note.at:%Y-%m-%d} · {t('coaching')} {note.criterion or ''} · {note.who}: {note.text}")
    row = st.container(horizontal=True)
    if may(user, Action.ACKNOWLEDGE, agent=agent):
        with row.popover(t("I have seen this")):
            _acknowledge(store, user, record)
    if may(user, Action.DISPUTE, agent=agent):
        with row.popover(t("Dispute this")):
            _dispute(store, user, record, criteria)
    if may(user, Action.COACH) and agent is not None:
        with row.popover(t("Write a coaching note")):
            _coach(store, user, record, criteria)


def _acknowledge(store: Store, user: User, record: EvaluationRecord) -> None:
    st.write(t("This says that you have seen it, not that you agree."))
    with st.form(f"acknowledge {record.id}", border=False):
        comment = st.text_area(t("Comment, if you like"), max_chars=_MOST_LETTERS, key="acknowledge_comment")
        if st.form_submit_button(t("I have seen it")):
            notes.attempt(
                lambda: acknowledge(store, record.id, by=user.id, comment=comment.strip() or None),
                t("Noted that you have seen it."),
            )


def _dispute(store: Store, user: User, record: EvaluationRecord, criteria: list[str]) -> None:
    with st.form(f"dispute {record.id}", border=False):
        chosen = st.multiselect(t("Criteria"), criteria, key="dispute_criteria")
        text = st.text_area(t("What is not right?"), key="dispute_text")
        if st.form_submit_button(t("Raise the dispute")):
            days = configuration(store=stores.configured()).settings.review.dispute_days
            given = {"by": user.id, "text": text, "criteria": chosen, "window_days": days}
            notes.attempt(
                lambda: raise_dispute(store, record.interaction, record.rubric.id, **given),
                t("The dispute is raised. Somebody else than the reviewer judges it."),
            )


def _coach(store: Store, user: User, record: EvaluationRecord, criteria: list[str]) -> None:
    with st.form(f"coach {record.id}", border=False):
        criterion = st.selectbox(t("Criterion"), ["", *criteria], key="coach_criterion")
        text = st.text_area(t("Advice to the agent"), key="coach_text")
        if st.form_submit_button(t("Keep the note")):
            notes.attempt(
                lambda: coach(store, record.id, by=user.id, text=text, criterion=criterion or None),
                t("The note is kept: {text}", text=plain(text[:60])),
            )
