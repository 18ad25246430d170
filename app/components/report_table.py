"""Tables of a report with their pictures; figures with limits and n; a way down to what is behind a row."""

from __future__ import annotations

from typing import Any

import streamlit as st
from words import t

from components import behind, pictures
from components.plain import plain
from components.svg_colours import coloured
from qa_toolkit.reports.tables import Cell, Figure, QualityReport, Table, number_text
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User


def show(report: QualityReport, store: Store, user: User) -> None:
    """Every table of the report, and at the end a choice of rows to look behind by keys alone."""
    for number, table in enumerate(report.tables):
        st.subheader(plain(head_of(table)), anchor=False)
        if table.note:
            st.caption(plain(table.note))
        if table.chart:
            pictures.show_svg(coloured(table.chart), head_of(table))
        _table(table, number, store, user)
    _look_behind(report, store, user)


def head_of(table: Table) -> str:
    """The title of a table with the rubric it is about."""
    return f"{table.title} · {table.rubric}" if table.rubric else table.title


def _table(table: Table, number: int, store: Store, user: User) -> None:
    if not table.rows:
        st.caption(t("No rows (n = 0)."))
        return
    rows = _grid(table)
    name = f"report_{number}_{table.id}_{table.rubric}"
    if not table.behind:
        st.dataframe(rows, hide_index=True, key=name)
        return
    chosen = st.dataframe(rows, hide_index=True, key=name, on_select="rerun", selection_mode="single-row")
    places = [place for place in chosen.selection.rows if place < len(table.behind)]
    if places:
        behind.show(store, user, row_name(table, places[0]), table.behind[places[0]], f"{name}_behind")


def _grid(table: Table) -> list[dict[str, Any]]:
    """The cells as they are shown; a column with a text or a gap in it is text throughout."""
    columns = {head: [shown(row.get(key)) for row in table.rows] for key, head in table.columns}
    for head, cells in columns.items():
        if any(cell is None or isinstance(cell, str) for cell in cells):
            columns[head] = ["" if cell is None else str(cell) for cell in cells]
    return [{head: cells[place] for head, cells in columns.items()} for place in range(len(table.rows))]


def row_name(table: Table, place: int) -> str:
    """What a row is called: its first cell, and how people answered where that tells rows apart."""
    row = table.rows[place]
    parts = [row.get(table.columns[0][0]), row.get("how"), row.get("criterion")]
    return " · ".join(str(part) for part in parts if isinstance(part, str | int) and part != "")


def _look_behind(report: QualityReport, store: Store, user: User) -> None:
    """The same by two boxes: a row of a table is chosen with the mouse alone."""
    tables = [table for table in report.tables if table.behind and table.rows]
    if not tables:
        return
    st.subheader(t("Look behind a row"), anchor=False)
    left, right = st.columns(2)
    place = left.selectbox(
        t("Table"), range(len(tables)), format_func=lambda each: head_of(tables[each]), key="behind_table"
    )
    table = tables[place]
    row = right.selectbox(
        t("Row"),
        range(len(table.rows)),
        index=None,
        placeholder=t("Choose one"),
        format_func=lambda each: row_name(table, each),
        key=f"behind_row_{place}",
    )
    if row is not None:
        behind.show(store, user, row_name(table, row), table.behind[row], "behind_chosen")


def shown(cell: Cell) -> Any:
    """A cell as the table shows it."""
    if isinstance(cell, float):
        return number_text(cell)
    return figure_text(cell) if isinstance(cell, Figure) else cell


def figure_text(found: Figure) -> str:
    """A figure with its limits and n; why there is none where there is none."""
    if found.estimate is None:
        return f"– ({found.note or t('none')}; n = {found.n})"
    scale, digits = found.scale, found.digits
    unit = " %" if found.unit in ("rate", "percent") else ""
    text = f"{scale * found.estimate:.{digits}f}{unit}"
    if found.low is not None and found.high is not None:
        text += f" ({scale * found.low:.{digits}f}–{scale * found.high:.{digits}f})"
    note = f"; {found.note}" if found.note else ""
    return f"{text}, n = {found.n}{note}"
