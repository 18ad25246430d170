"""The score of a call and its answers with their evidence."""

from __future__ import annotations

import state
import streamlit as st
from words import t

from components.plain import plain
from qa_toolkit.domain.evaluation import Evaluation, SpanEvidence
from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.reports.call_page import AnswerRow, CallPage, SectionBlock
from qa_toolkit.reports.wording import clock

_COLOURS = {"good": "green", "bad": "red", "part": "orange", "open": "violet", "error": "orange"}


def show_score(page: CallPage) -> None:
    """The verdict, the critical families beside it, and what failed the call."""
    columns = st.columns([3, 2, 2, 2])
    columns[0].metric(t("Score"), page.verdict.percent, help=page.verdict.detail)
    columns[0].markdown(f"**{page.verdict.label}** · {page.verdict.detail}")
    for column, (family, found) in zip(columns[1:], page.families, strict=True):
        column.metric(
            t("{family}-critical failed", family=t(family.capitalize())),
            t("{n} of {all}", n=found.failed, all=found.applicable),
        )
    for failed in page.auto_failed:
        st.error(f"{t('Automatic fail.')} {plain(failed)} {plain(page.auto_fail_note)}")
    for warning in page.warnings:
        st.warning(plain(warning))


def show_answers(
    page: CallPage, evaluation: Evaluation, transcript: Transcript | None, *, playable: bool
) -> None:
    """Each section with its percentage and its answers; a click on a quotation plays it."""
    for section in page.sections:
        st.subheader(f"{plain(section.title)} · {section.shown}", anchor=False)
        if section.auto_failed:
            st.caption(t("An answer of this section is an automatic fail."))
        _show_section(section, evaluation, transcript, playable=playable)


def _show_section(
    section: SectionBlock, evaluation: Evaluation, transcript: Transcript | None, *, playable: bool
) -> None:
    for row in section.rows:
        colour = _COLOURS.get(row.kind, "gray")
        label = f":{colour}[**{plain(row.answer)}**] · {plain(f'{row.criterion} {row.question}')}"
        with st.expander(label, expanded=row.kind in {"bad", "error"}):
            st.caption(" · ".join(plain(fact) for fact in _facts(row)))
            if row.reason:
                st.text(row.reason)
            _show_evidence(row, evaluation, transcript, playable=playable)


def _facts(row: AnswerRow) -> list[str]:
    facts = [t("{n} points", n=row.points)] if row.points else [t("does not count")]
    facts += [t("{family}-critical", family=t(row.critical))] if row.critical else []
    facts += [t("confidence {n}", n=row.confidence)] if row.confidence else []
    return facts + ([row.evaluator] if row.evaluator else [])


def _show_evidence(
    row: AnswerRow, evaluation: Evaluation, transcript: Transcript | None, *, playable: bool
) -> None:
    evidence = evaluation.answers[row.position].evidence
    for number, (line, found) in enumerate(zip(row.evidence, evidence, strict=True)):
        text, button = st.columns([4, 1], vertical_alignment="center")
        if line.kind == "window":
            text.text(f"{t('Looked for, not found: {what}', what=line.text)} ({line.when})")
        elif line.kind == "value":
            text.text(line.text)
        else:
            text.text(f"{line.who} “{line.text}”".strip())
        seconds = _start_of(found, transcript) if isinstance(found, SpanEvidence) else None
        if playable and seconds is not None:
            button.button(
                f"{t('Play')} {clock(seconds)}",
                key=f"play_{row.position}_{number}",
                on_click=state.play_from,
                args=(evaluation.interaction, seconds),
            )


def _start_of(evidence: SpanEvidence, transcript: Transcript | None) -> float | None:
    if evidence.start_s is not None or transcript is None:
        return evidence.start_s
    return next((turn.start_s for turn in transcript.turns if turn.id == evidence.turn), None)
