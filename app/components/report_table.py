"""Tables of a report with their pictures; figures with limits and n; a way down to the calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from words import t

from components import pictures
from components.plain import plain
from qa_toolkit.reports.tables import Cell, Figure, QualityReport, Table

_DRILL = {"agent": "agent", "site": "site", "rubric": "rubric", "language": "language"}
"""Columns whose value is a filter of the list of calls."""


def show(report: QualityReport) -> None:
    """Every table of the report."""
    for number, table in enumerate(report.tables):
        head = f"{table.title} · {table.rubric}" if table.rubric else table.title
        st.subheader(plain(head), anchor=False)
        if table.note:
            st.caption(plain(table.note))
        if table.chart:
            pictures.show_svg(table.chart, head)
        _table(table, number)


def _table(table: Table, number: int) -> None:
    if not table.rows:
        st.caption(t("No rows (n = 0)."))
        return
    rows = [{head: shown(row.get(key)) for key, head in table.columns} for row in table.rows]
    drill = next((key for key, _ in table.columns if key in _DRILL), None)
    name = f"report_{number}_{table.id}_{table.rubric}"
    if drill is None:
        st.dataframe(rows, hide_index=True, key=name)
        return
    chosen = st.dataframe(rows, hide_index=True, key=name, on_select="rerun", selection_mode="single-row")
    if chosen.selection.rows:
        _open(table.rows[chosen.selection.rows[0]], drill)


def _open(row: Mapping[str, Cell], drill: str) -> None:
    value = row.get(drill)
    if isinstance(value, str) and value:
        st.session_state[f"filter_{_DRILL[drill]}"] = value
        st.switch_page("views/calls.py")


def shown(cell: Cell) -> Any:
    """A cell as the table shows it."""
    if cell is None:
        return ""
    return figure_text(cell) if isinstance(cell, Figure) else cell


def figure_text(found: Figure) -> str:
    """A figure with its limits and n; why there is none where there is none."""
    if found.estimate is None:
        return f"– ({found.note or t('none')}; n = {found.n})"
    scale, unit = (100, " %") if found.unit == "rate" else (1, "")
    text = f"{scale * found.estimate:.1f}{unit}"
    if found.low is not None and found.high is not None:
        text += f" ({scale * found.low:.1f}–{scale * found.high:.1f})"
    note = f"; {found.note}" if found.note else ""
    return f"{text}, n = {found.n}{note}"
