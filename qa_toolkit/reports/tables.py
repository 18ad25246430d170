"""A report as plain tables: what the page draws, what spreadsheets and other programs read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from qa_toolkit.reports.translation import reason_of, say, translated
from qa_toolkit.statistics import FEW_UNITS, SMALL_N, Interval

Unit = Literal["rate", "percent", "points", "count", "ratio"]
"""``rate``: a fraction 0-1; ``percent``: a score 0-100; ``points``: a difference of rates, a fraction too."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the number of items behind it, its interval and the name of its definition.

    Attributes:
        estimate, low, high: None where they cannot be given; ``note`` says why, or warns of a small n.
        definition: name in :data:`qa_toolkit.reports.definitions.DEFINITIONS`.
    """

    estimate: float | None
    low: float | None
    high: float | None
    n: int
    definition: str
    unit: Unit = "rate"
    note: str | None = None

    @property
    def scale(self) -> float:
        """By what its numbers are multiplied to be read: fractions are read as percent."""
        return 100.0 if self.unit in ("rate", "points") else 1.0

    @property
    def digits(self) -> int:
        """Decimals it is read to: more for what is close to 1, or to 0, by its nature."""
        if self.definition == "psi/1":
            return 3
        return 2 if self.unit == "ratio" or self.definition in _FINE else 1


_FINE = frozenset({"critical_accuracy/1", "characters/1"})

Cell = Figure | str | int | float | None

MOST_BEHIND = 100
"""Interactions named behind a row; how many there are in all is always said."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What a row rests on: interactions, or keyed forms, those to look at first in front.

    Attributes:
        items: ids, at most :data:`MOST_BEHIND`.
        telling: how many are those to look at, such as calls that missed the criterion; they come first.
        total: all of them.
    """

    items: tuple[str, ...]
    telling: int
    total: int
    kind: Literal["interaction", "form"] = "interaction"


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a report.

    Attributes:
        id: name for programs, such as ``criteria``.
        rubric: whose calls it is about; None for what is about all.
        columns: key and heading of each column; every row has a cell for each key, or None.
        note: how to read it.
        chart: the same as a picture (SVG), or None.
        behind: what each row rests on, in the order of the rows; empty where nothing is named.
    """

    id: str
    title: str
    rubric: str | None
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Mapping[str, Cell], ...]
    note: str = ""
    chart: str | None = None
    behind: tuple[Behind, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Something to do, said only where the interval supports it, with the figure it rests on."""

    text: str
    kind: str
    about: str
    figure: Figure
    rubric: str | None = None


@dataclass(frozen=True, slots=True)
class QualityReport:
    """A dated, reproducible summary of what counts.

    Attributes:
        kind: agent, team, site, vendor, rubric, criterion, unit, day, machine, drift or keying; ``name`` says
            which one, if any.
        facts: the period, what was left out, and the head of the audit log.
    """

    kind: str
    name: str | None
    title: str
    facts: tuple[tuple[str, str], ...]
    recommendations: tuple[Recommendation, ...]
    tables: tuple[Table, ...]
    definitions: Mapping[str, str] = field(default_factory=dict)


def number_text(value: float) -> str:
    """A number of a table that is no figure: fractions as percent."""
    return f"{100 * value:.1f} %" if abs(value) <= 1 else f"{value:.1f}"


def figure(found: Interval, definition: str, unit: Unit = "rate") -> Figure:
    """The figure of an interval; a small n is said."""
    note = reason_of(found.reason)
    if note is None and found.n < SMALL_N:
        note = say("n under {n}", n=FEW_UNITS if found.n < FEW_UNITS else SMALL_N)
    return Figure(found.estimate, found.low, found.high, found.n, definition, unit, note)


def long_rows(report: QualityReport) -> Iterator[dict[str, str | int | float | None]]:
    """Every cell as a row of its own, the form that CSV, Parquet and JSON Lines share."""
    for rank, each in enumerate(report.recommendations, start=1):
        yield _long("recommendations", each.rubric, each.about, str(rank), each.figure, text=each.text)
    for table in report.tables:
        first = table.columns[0][0]
        for number, row in enumerate(table.rows, start=1):
            name = row.get(first)
            label = str(number) if name is None or isinstance(name, Figure) else str(name)
            for key, _ in table.columns:
                if key != first and row.get(key) is not None:
                    yield _long(table.id, table.rubric, label, key, row.get(key))


def _long(
    table: str, rubric: str | None, row: str, column: str, cell: Cell, *, text: str | None = None
) -> dict[str, str | int | float | None]:
    found = cell if isinstance(cell, Figure) else None
    plain = cell if isinstance(cell, int | float) else None
    told = text or (found.note if found else cell if isinstance(cell, str) else None)
    return {
        "table": table,
        "rubric": rubric,
        "row": row,
        "column": column,
        "value": found.estimate if found else None if plain is None else float(plain),
        "low": found.low if found else None,
        "high": found.high if found else None,
        "n": found.n if found else None,
        "unit": found.unit if found else None,
        "definition": found.definition if found else None,
        "text": told,
    }


def as_json(report: QualityReport, *, named: bool = False) -> dict[str, Any]:
    """The report as ``qa-toolkit/report/1``; charts are left out, they say the same as their tables.

    Args:
        named: name the interactions (or forms) behind every row, too.
    """
    return {
        "schema": "qa-toolkit/report/1",
        "kind": report.kind,
        "name": report.name,
        "title": report.title,
        "facts": dict(report.facts),
        "recommendations": [
            {
                "text": each.text,
                "kind": each.kind,
                "about": each.about,
                "rubric": each.rubric,
                "figure": _cell(each.figure),
            }
            for each in report.recommendations
        ],
        "tables": [
            {
                "id": table.id,
                "title": table.title,
                "rubric": table.rubric,
                "note": table.note,
                "columns": dict(table.columns),
                "rows": [{key: _cell(row.get(key)) for key, _ in table.columns} for row in table.rows],
                **({"behind": [_behind(each) for each in table.behind]} if named else {}),
            }
            for table in report.tables
        ],
        "definitions": dict(report.definitions),
    }


def in_words(table: Table) -> Table:
    """The table with title, headings and note in the language spoken; what is in its cells stays."""
    heads = tuple((key, translated(heading)) for key, heading in table.columns)
    return replace(table, title=translated(table.title), columns=heads, note=translated(table.note))


def behind(
    items: Sequence[str],
    telling: Sequence[bool] | None = None,
    *,
    kind: Literal["interaction", "form"] = "interaction",
) -> Behind:
    """What a row rests on: the telling ones first, else in the order given."""
    marks = telling if telling is not None else [True] * len(items)
    first = [each for each, mark in zip(items, marks, strict=True) if mark]
    rest = [each for each, mark in zip(items, marks, strict=True) if not mark]
    return Behind(tuple([*first, *rest][:MOST_BEHIND]), len(first), len(items), kind)


def _behind(each: Behind) -> dict[str, Any]:
    return {"kind": each.kind, "items": list(each.items), "telling": each.telling, "total": each.total}


def _cell(cell: Cell) -> Any:
    if not isinstance(cell, Figure):
        return cell
    return {
        "value": cell.estimate,
        "low": cell.low,
        "high": cell.high,
        "n": cell.n,
        "unit": cell.unit,
        "definition": cell.definition,
        "note": cell.note,
    }


def used_definitions(
    tables: Sequence[Table], recommendations: Sequence[Recommendation], known: Mapping[str, str]
) -> dict[str, str]:
    """The definitions of the figures that are printed, in the order they are met."""
    names: dict[str, None] = dict.fromkeys(each.figure.definition for each in recommendations)
    for table in tables:
        for row in table.rows:
            names.update((cell.definition, None) for cell in row.values() if isinstance(cell, Figure))
    return {name: known[name] for name in names}
