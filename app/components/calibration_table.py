"""What a calibration session shows: answers side by side, agreement, what was said and what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import state
import streamlit as st
from words import t, told

from components import figures, notes
from components.plain import plain
from qa_toolkit.calibration import Calibration
from qa_toolkit.review import RUBRIC_EFFECTS, Action, add_note, agree, may, record_effect
from qa_toolkit.review.session_report import MACHINE, SessionReport, SessionRow
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User


def show(store: Store, user: User, report: SessionReport) -> None:
    """Draws all of it; what may not be seen yet is not in the report."""
    if report.reason:
        st.info(plain(report.reason))
    names = {rater for row in report.rows for rater in row.answers}
    raters = sorted(names, key=lambda name: (name == MACHINE, name))
    if raters:
        side_by_side(report.rows, raters)
    if report.calibration is not None:
        agreement(report, report.calibration)
        people(report.calibration)
    remarks(store, user, report)


def side_by_side(rows: Sequence[SessionRow], raters: Sequence[str]) -> None:
    """Criterion by rater, the most divided first if wanted."""
    st.subheader(t("Answers side by side"), anchor=False)
    divided = st.toggle(t("Only where people differ"))
    shown = [row for row in rows if not divided or (row.share is not None and row.share < 1)]
    st.dataframe(
        [
            {
                t("Interaction"): row.interaction,
                t("Criterion"): row.criterion,
                **{_head(rater): figures.answer(row.answers.get(rater)) for rater in raters},
                t("Spread"): _spread(row),
                t("Alike, %"): "" if row.share is None else f"{100 * row.share:.0f}",
                t("Agreed"): "" if row.agreed is None else figures.answer(row.agreed),
            }
            for row in shown
        ],
        hide_index=True,
    )
    st.caption(t("n = {n} rows", n=len(shown)))


def _head(rater: str) -> str:
    return t("machine") if rater == MACHINE else rater


def _spread(row: SessionRow) -> str:
    given = [each for rater, each in row.answers.items() if rater != MACHINE and each is not None]
    counted = Counter(figures.answer(each) for each in given).most_common()
    return ", ".join(f"{count}× {name}" for name, count in counted)


def agreement(report: SessionReport, found: Calibration) -> None:
    """Coefficients by criterion, each with its limits, and the machine beside them."""
    st.subheader(t("Agreement by criterion"), anchor=False)
    st.dataframe(
        [
            {
                t("Criterion"): each.criterion,
                "n": figures.units(each.figures["percent_agreement"].units),
                t("Agreement"): figures.share(each.figures["percent_agreement"]),
                "AC1": figures.interval(each.figures.get("gwet_ac1")),
                "Krippendorff α": figures.interval(each.figures.get("krippendorff_alpha")),
                t("Most divided"): ", ".join(each.split[:3]),
                t("Machine"): told(report.machine[each.criterion].says)
                if each.criterion in report.machine
                else "",
            }
            for each in found.criteria
        ],
        hide_index=True,
    )
    for warning in found.warnings:
        st.caption(plain(told(warning)))


def people(found: Calibration) -> None:
    """Raters: how alike they are, and how strict."""
    st.subheader(t("Raters"), anchor=False)
    severity = {each.rater: each for each in found.severity.severities}
    rows = []
    for each in found.raters:
        strict = severity.get(each.rater.name)
        points = "" if strict is None else told(strict.reason or "")
        if strict is not None and strict.points is not None:
            points = f"{strict.points:+.1f}"
            if strict.low is not None and strict.high is not None:
                points += f" ({strict.low:+.1f} – {strict.high:+.1f})"
        rows.append(
            {
                t("Rater"): each.rater.name,
                t("Answers"): each.answers,
                t("Like the others"): figures.share(each.with_others),
                t("Like the expert"): figures.share(each.with_expert),
                t("Severity, points of 100"): points,
            }
        )
    st.dataframe(rows, hide_index=True)


def remarks(store: Store, user: User, report: SessionReport) -> None:
    """Notes of the discussion, agreed answers, effects on the rubric; and the forms to add them."""
    session = report.session
    st.subheader(t("Discussion"), anchor=False)
    for number, each in enumerate(report.remarks):
        place = " ".join(part for part in (each.interaction, each.criterion) if part)
        what = {"note": t("note"), "agreed": t("agreed"), "effect": t("effect on the rubric")}[each.kind]
        said = [figures.answer(each.answer)] if each.answer is not None else []
        said += [t(RUBRIC_EFFECTS[each.code])] if each.code in RUBRIC_EFFECTS else []
        said += [each.text] if each.text else []
        st.text(f"{each.at:%Y-%m-%d %H:%M} · {each.who} · {what} {place}: {' – '.join(said)}")
        if each.kind == "effect" and each.criterion:
            label = t("Open {criterion} in the rubric", criterion=each.criterion)
            if st.button(plain(label), key=f"effect_of_{number}", type="tertiary"):
                _to_criterion(report, each.criterion)
    criteria = list(dict.fromkeys(row.criterion for row in report.rows))
    row = st.container(horizontal=True)
    with row.popover(t("Add a note")):
        interaction = st.selectbox(t("Interaction"), ["", *session.interactions], key="note_interaction")
        criterion = st.selectbox(t("Criterion"), ["", *criteria], key="note_criterion")
        text = st.text_area(t("What was said"), key="note_text")
        if st.button(t("Add"), key="note_add"):
            notes.attempt(
                lambda: add_note(
                    store,
                    session.id,
                    text,
                    by=user.id,
                    interaction=interaction or None,
                    criterion=criterion or None,
                ),
                t("The note is kept."),
            )
    if not may(user, Action.LEAD_CALIBRATION) or session.state != "closed" or not criteria:
        return
    with row.popover(t("Agreed answer")):
        _agreed(store, user, report, criteria)
    with row.popover(t("Effect on the rubric")):
        _effect(store, user, report, criteria)


def _agreed(store: Store, user: User, report: SessionReport, criteria: Sequence[str]) -> None:
    session = report.session
    interaction = st.selectbox(t("Interaction"), session.interactions, key="agreed_interaction")
    criterion = st.selectbox(t("Criterion"), criteria, key="agreed_criterion")
    given = {
        figures.answer(each): each
        for row in report.rows
        if row.criterion == criterion
        for each in row.answers.values()
        if each is not None
    }
    options = list(dict.fromkeys([*given, "na"]))
    chosen = st.selectbox(t("Answer"), options, key="agreed_answer")
    text = st.text_input(t("Why"), key="agreed_text") or None
    answer = given.get(chosen, chosen)
    if st.button(t("Keep"), key="agreed_keep"):
        notes.attempt(
            lambda: agree(store, session.id, interaction, criterion, answer, by=user.id, text=text),
            t("The agreed answer is kept; it changes nobody's evaluation."),
        )


def _effect(store: Store, user: User, report: SessionReport, criteria: Sequence[str]) -> None:
    criterion = st.selectbox(t("Criterion"), criteria, key="effect_criterion")
    code = st.selectbox(
        t("What changes"),
        list(RUBRIC_EFFECTS),
        format_func=lambda name: t(RUBRIC_EFFECTS[name]),
        key="effect_code",
    )
    text = st.text_input(t("In a sentence"), key="effect_text")
    if st.button(t("Keep"), key="effect_keep"):
        notes.attempt(
            lambda: record_effect(store, report.session.id, criterion, code, by=user.id, text=text or None),
            t("The effect is kept."),
        )
    if st.button(t("Open the rubric at this criterion"), key="effect_open"):
        _to_criterion(report, criterion)


def _to_criterion(report: SessionReport, criterion: str) -> None:
    version = f"{report.session.rubric}@{report.session.rubric_version}"
    st.switch_page("views/studio.py", query_params={state.RUBRIC: version, "criterion": criterion})
