"""One call: score, answers with evidence, timeline, transcript, recording, history."""

from __future__ import annotations

import json

import state
import streamlit as st
from components import address, answers, header, notes, player, responses, timeline, transcript
from components.plain import plain
from words import report_language, t

from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.domain.metrics import ConversationMetrics
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.errors import PermissionRefusedError, RubricError
from qa_toolkit.reports.call_page import CallPage, ReportCall, call_page
from qa_toolkit.reports.translation import speaking
from qa_toolkit.review import Access, Action, evaluations_for, may, record_access
from qa_toolkit.store import EvaluationRecord, InputRecord, Store


def show() -> None:
    header.show(t("Call"))
    notes.show()
    store = state.open_store()
    back_to_list()
    name = st.text_input(
        t("Interaction id"), value=state.asked_for(state.INTERACTION) or "", key="interaction_id"
    )
    if not name:
        st.info(t("Choose a call on the page Calls, or type its interaction id."))
        return
    interaction = store.interaction(name)
    if interaction is None:
        st.error(t("The store has no interaction '{name}'.", name=plain(name)))
        return
    record = choose_evaluation(store, name)
    if record is None:
        st.info(t("There is no evaluation of this interaction that you may see."))
        return
    if not permitted(store, name, record):
        return
    call = read_call(store, record)
    with speaking(report_language()):
        page = call_page(call)
    st.caption(" · ".join(f"{plain(fact.name)}: {plain(fact.value)}" for fact in page.facts))
    person = state.user()
    if person is not None and may(person, Action.REVIEW):
        target = {state.INTERACTION: name, state.RUBRIC: record.rubric.id}
        if st.button(t("Review this call"), type="primary", key="review_this"):
            st.switch_page("views/review.py", query_params=target)
    answers.show_score(page)
    if person is not None:
        responses.show(store, person, record, call.evaluation)
    playable = player.show(name, interaction.agent, input_of(store, record))
    if page.timeline is not None:
        timeline.show(page.timeline)
    show_tabs(store, page, call, record, playable=playable)


def back_to_list() -> None:
    """The way back to the list of calls as it was left; nothing for who came another way."""
    left = address.left("calls")
    if left is not None and st.button(t("Back to the list of calls"), key="back_to_list", type="tertiary"):
        st.switch_page("views/calls.py", query_params=left)


def choose_evaluation(store: Store, interaction: str) -> EvaluationRecord | None:
    """The evaluation that counts under the rubric chosen."""
    rubrics = list(dict.fromkeys(record.rubric.id for record in store.revisions(interaction)))
    if not rubrics:
        return None
    asked = state.asked_for(state.RUBRIC)
    place = rubrics.index(asked) if asked in rubrics else 0
    chosen = (
        st.selectbox(t("Rubric"), rubrics, index=place, key="rubric_id") if len(rubrics) > 1 else rubrics[0]
    )
    person = state.user()
    if person is None:
        return store.latest_evaluation(interaction, chosen)
    try:
        visible = evaluations_for(store, interaction, chosen, by=person.id)
    except PermissionRefusedError as error:
        st.error(plain(str(error)))
        st.stop()
    counting = store.latest_evaluation(interaction, chosen)
    counts = [found for found in visible if counting and found.id == counting.id]
    return (counts or list(visible) or [None])[-1]


def permitted(store: Store, interaction: str, record: EvaluationRecord) -> bool:
    """Whether whoever is signed in may see it; that they did is in the audit log, once a session."""
    person = state.user()
    seen = st.session_state.setdefault("seen_evaluations", set())
    if person is None or (person.id, record.id) in seen:
        return True
    try:
        record_access(store, Access.VIEW, interaction, by=person.id, evaluation=record.id)
    except PermissionRefusedError as error:
        st.error(plain(str(error)))
        return False
    seen.add((person.id, record.id))
    return True


def read_call(store: Store, record: EvaluationRecord) -> ReportCall:
    """Everything the page shows, from what the evaluation rests on."""
    said = store.transcript_json(record.interaction, evaluation=record.id)
    measured = store.metrics_json(record.interaction, evaluation=record.id)
    return ReportCall(
        evaluation=from_contract(Evaluation, json.loads(record.json)),
        transcript=from_contract(Transcript, json.loads(said)) if said else None,
        metrics=from_contract(ConversationMetrics, json.loads(measured)) if measured else None,
        rubric=rubric_of(store, record),
        interaction=store.interaction(record.interaction),
    )


def rubric_of(store: Store, record: EvaluationRecord) -> Rubric | None:
    """The rubric version it was made with; None where this version of the toolkit cannot read it."""
    from qa_toolkit.evaluation import parse_rubric

    wanted = (record.rubric.id, record.rubric.version)
    text = next(found.text for found in store.rubrics() if (found.id, found.version) == wanted)
    try:
        return parse_rubric(text).rubric
    except RubricError:
        return None


def input_of(store: Store, record: EvaluationRecord) -> InputRecord | None:
    """The file that the evaluation was made from."""
    return next(
        (found for found in store.inputs(record.interaction) if found.sha256 == record.input_sha256), None
    )


def show_tabs(
    store: Store, page: CallPage, call: ReportCall, record: EvaluationRecord, *, playable: bool
) -> None:
    questions, words, measures, history = st.tabs([t("Answers"), t("Transcript"), t("Metrics"), t("History")])
    with questions:
        answers.show_answers(page, call.evaluation, call.transcript, playable=playable)
    with words:
        if page.turns:
            transcript.show(page.turns)
        else:
            st.info(t("There is no transcript: the interaction is not a conversation."))
    with measures:
        show_metrics(page)
    with history:
        st.dataframe(
            [
                {
                    t("Filed"): found.created_at.strftime("%Y-%m-%d %H:%M UTC"),
                    t("By"): found.created_by,
                    t("Source"): f"{t(found.source.kind)} ({found.source.name})",
                    t("Rubric"): f"{found.rubric.id} {found.rubric.version}",
                    t("Revision"): found.revision,
                    t("Score, %"): found.percent,
                    t("Counts"): found.id == record.id,
                }
                for found in store.revisions(record.interaction)
            ],
            hide_index=True,
        )


def show_metrics(page: CallPage) -> None:
    if not page.metrics:
        st.info(t("Nothing was measured."))
        return
    st.dataframe(
        [
            {
                t("Metric"): row.name,
                t("Value"): ", ".join(f"{fact.name} {fact.value}" for fact in row.values),
                t("Not measured because"): row.missing or "",
                t("Definition"): row.definition,
                t("Measured from"): row.measured_from,
            }
            for row in page.metrics
        ],
        hide_index=True,
    )


show()
