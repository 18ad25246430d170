"""Trying a rubric: its examples, the stored interactions, and the difference to the active version."""

from __future__ import annotations

from typing import Any

import state
import stores
import streamlit as st
from words import t

from components import figures
from components.plain import plain
from qa_toolkit.errors import QAToolkitError
from qa_toolkit.evaluation import LoadedRubric, parse_rubric
from qa_toolkit.evaluation.difference import rubric_changes
from qa_toolkit.store import Store

_MOST = 200


def show(store: Store, loaded: LoadedRubric) -> None:
    """Three ways to see what a text does."""
    names = [t("Examples"), t("Stored interactions"), t("Difference to the active version")]
    examples, trial, difference = st.tabs(names)
    with examples:
        if st.button(t("Run the examples")):
            _examples(loaded)
    with trial:
        number = st.number_input(t("The newest"), 1, _MOST, 20, key="trial_number")
        if st.button(t("Evaluate them again")):
            _trial(store, loaded, int(number))
    with difference:
        _difference(store, loaded)


def _examples(loaded: LoadedRubric) -> None:
    from qa_toolkit.evaluation.examples import run_examples
    from qa_toolkit.pipeline import with_metrics

    try:
        found = run_examples(loaded, prepare=with_metrics)
    except QAToolkitError as error:
        st.error(plain(str(error)))
        return
    failed = [each for each in found if not each.met]
    said = t("{passed} of {n} examples come out as expected.", passed=len(found) - len(failed), n=len(found))
    (st.error if failed else st.success)(said)
    if failed:
        st.dataframe(
            [
                {
                    t("Criterion"): each.criterion,
                    t("Example"): each.number,
                    t("Expected"): str(each.expected),
                    t("Got"): str(each.got),
                    t("Reason"): each.reason,
                }
                for each in failed
            ],
            hide_index=True,
        )


def _trial(store: Store, loaded: LoadedRubric, number: int) -> None:
    from qa_toolkit.cli.options import configuration
    from qa_toolkit.cli.rubric_backtest import judge_again
    from qa_toolkit.evaluation.backtest import summarise

    try:
        items, left_out = judge_again(store, loaded, configuration(store=stores.configured()), number)
    except QAToolkitError as error:
        st.error(plain(str(error)))
        return
    for reason, names in left_out.items():
        st.caption(plain(t("{n} left out: {reason}", n=len(names), reason=reason)))
    if not items:
        st.info(t("There is nothing stored that this rubric was used on (n = 0)."))
        return
    found = summarise(items, [criterion.id for criterion in loaded.rubric.criteria])
    changed = [each for each in found.criteria if each.changed.estimate]
    whole = found.overall
    said = t("{changed} of {n} interactions would change.", changed=whole.changed, n=whole.interactions)
    shift = t("Shift of the score: {shift} points.", shift=figures.interval(whole.shift, decimals=1))
    st.markdown(f"{said} {shift}")
    st.dataframe(
        [
            {
                t("Criterion"): each.criterion,
                t("Changed"): figures.share(each.changed),
                t("Answers"): _turns(each),
            }
            for each in changed
        ],
        hide_index=True,
    )


def _turns(change: Any) -> str:
    return "; ".join(f"{turn}: {n}" for turn, n in change.turns.items())


def _difference(store: Store, loaded: LoadedRubric) -> None:
    record = store.publications.record(loaded.rubric.id)
    if record is None:
        st.info(t("No version of this rubric is in the store yet."))
        return
    try:
        changes = rubric_changes(parse_rubric(record.text).rubric, loaded.rubric)
    except QAToolkitError as error:
        st.error(plain(str(error)))
        return
    st.caption(t("Against {name}: {n} places differ.", name=f"{record.id}@{record.version}", n=len(changes)))
    st.dataframe(
        [
            {
                t("Place"): each.path,
                t("Kind"): t(each.kind),
                t("Before"): str(each.old),
                t("After"): str(each.new),
            }
            for each in changes
        ],
        hide_index=True,
    )
    if st.button(t("Open the list of rubrics")):
        st.switch_page("views/rubrics.py", query_params={state.RUBRIC: record.id})
