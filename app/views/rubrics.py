"""The rubrics that were used, as they were written."""

from __future__ import annotations

import state
import streamlit as st
from components import header
from components.plain import plain
from words import t

from qa_toolkit.domain.rubric import Criterion, Rubric
from qa_toolkit.errors import RubricError
from qa_toolkit.store import RubricRecord


def show() -> None:
    header.show(t("Rubrics"))
    known = state.open_store().rubrics()
    if not known:
        st.info(t("No rubric has been used yet. The first `qa score` registers its rubric here."))
        return
    st.dataframe([listed(record) for record in known], hide_index=True)
    names = [f"{record.id} {record.version}" for record in known]
    chosen = st.selectbox(t("Show"), names, index=len(names) - 1, key="rubric_version")
    show_rubric(known[names.index(chosen)])


def listed(record: RubricRecord) -> dict[str, object]:
    """One line of the table."""
    return {
        t("Rubric"): record.id,
        t("Version"): record.version,
        t("Title"): record.title,
        t("Evaluations"): record.evaluations,
        t("First used"): record.registered_at.strftime("%Y-%m-%d %H:%M UTC"),
        t("By"): record.registered_by,
        "sha256": record.sha256[:16],
    }


def show_rubric(record: RubricRecord) -> None:
    from qa_toolkit.evaluation import parse_rubric

    form, text = st.tabs([t("Form"), t("File")])
    with text:
        st.code(record.text, language="yaml")
    with form:
        try:
            show_form(parse_rubric(record.text).rubric)
        except RubricError as error:
            said = t("This version of the toolkit cannot read the file: {reason}", reason=plain(str(error)))
            st.warning(said)


def show_form(rubric: Rubric) -> None:
    """Sections and criteria in the order of the form."""
    passed = rubric.scoring.pass_percent
    limit = t("passed from {n} %", n=f"{passed:g}") if passed is not None else t("without a pass mark")
    st.markdown(f"**{plain(rubric.title)}** · {t(rubric.scoring.method.value.replace('_', ' '))}, {limit}")
    for section in rubric.sections:
        st.subheader(plain(section.title), anchor=False)
        st.dataframe([asked(criterion) for criterion in section.criteria], hide_index=True)


def asked(criterion: Criterion) -> dict[str, object]:
    """One criterion in a line."""
    return {
        t("Criterion"): criterion.id,
        t("Question"): criterion.question,
        t("Weight"): criterion.weight,
        t("Critical"): t(criterion.critical),
        t("Answers"): ", ".join(criterion.answers) or t("{n} ranges", n=len(criterion.ranges)),
        t("Answered by"): criterion.evaluator.name,
    }


show()
