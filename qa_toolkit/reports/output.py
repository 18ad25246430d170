"""A report as a file: HTML, XLSX, CSV, Parquet, JSON Lines or JSON, by the ending of its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_toolkit.domain.contract import canonical_json
from qa_toolkit.errors import InputError, UsageError
from qa_toolkit.reports.rendering import render
from qa_toolkit.reports.spreadsheets import Value, csv_text, json_lines, parquet_bytes, xlsx_bytes
from qa_toolkit.reports.tables import Cell, Figure, QualityReport, Table, as_json, long_rows, number_text
from qa_toolkit.reports.translation import say, translated
from qa_toolkit.whole_files import write_whole

ENDINGS = (".html", ".xlsx", ".csv", ".parquet", ".jsonl", ".json")

_PARTS = ("low", "high", "n", "note")

LONG_COLUMNS = ("table", "rubric", "row", "column", "value", "low", "high", "n", "unit", "definition", "text")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A cell as the page shows it; ``at``, ``low`` and ``high`` are places in the picture of the interval."""

    text: str
    interval: str = ""
    n: int | None = None
    note: str = ""
    number: bool = False
    at: float | None = None
    low: float | None = None
    high: float | None = None


def report_bytes(report: QualityReport, ending: str) -> bytes:
    """The report in the form of a file ending.

    Raises:
        UsageError: there is no such form.
        MissingExtraError: the form needs a package that is not installed.
    """
    if ending == ".html":
        return report_html(report).encode()
    if ending == ".xlsx":
        return xlsx_bytes(_sheets(report))
    if ending == ".csv":
        return csv_text(LONG_COLUMNS, long_rows(report)).encode()
    if ending == ".parquet":
        return parquet_bytes(LONG_COLUMNS, long_rows(report))
    if ending == ".jsonl":
        return json_lines(LONG_COLUMNS, long_rows(report)).encode()
    if ending == ".json":
        return canonical_json(as_json(report)).encode()
    raise UsageError(f"no report is written as '{ending}'", None, f"end the name in {', '.join(ENDINGS)}")


def write_report(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all; an older file stays until the new one is there.

    Raises:
        InputError: it cannot be written.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise InputError(
            f"the file cannot be written ({error.strerror})", str(path), "choose another place"
        ) from error


def report_html(report: QualityReport) -> str:
    """The report as one page that needs nothing else; the same report gives the same text."""
    from markupsafe import Markup

    blocks: dict[str | None, list[Mapping[str, object]]] = {}
    for table in report.tables:
        # The charts are our own and escape every name that is put into them.
        chart = Markup(table.chart) if table.chart else None  # noqa: S704
        shown = {
            "title": table.title,
            "note": table.note,
            "chart": chart,
            "heads": [(heading, _is_number(table, key)) for key, heading in table.columns],
            "rows": [[_shown(row.get(key)) for key, _ in table.columns] for row in table.rows],
        }
        blocks.setdefault(table.rubric, []).append(shown)
    return render("quality.html.j2", {"report": report, "blocks": list(blocks.items())})


def _is_number(table: Table, key: str) -> bool:
    return any(isinstance(row.get(key), Figure | int | float) for row in table.rows)


def cell_text(cell: Cell) -> str:
    """A cell in one line, for a terminal."""
    shown = _shown(cell)
    parts = [shown.text]
    if shown.interval:
        parts.append(f"({shown.interval})")
    if shown.n is not None:
        parts.append(f"n {shown.n}")
    return " ".join(parts)


def _shown(cell: Cell) -> _Shown:
    if cell is None:
        return _Shown("")
    if isinstance(cell, str):
        return _Shown(cell)
    if isinstance(cell, int):
        return _Shown(f"{cell:,}".replace(",", "\u202f"), number=True)
    if isinstance(cell, float):
        return _Shown(number_text(cell), number=True)
    return _figure(cell)


def _figure(cell: Figure) -> _Shown:
    scale, digits = cell.scale, cell.digits
    end = {"rate": " %", "percent": " %", "points": f" {say('points')}"}.get(cell.unit, "")
    sign = "+" if cell.unit == "points" else ""
    text = "–" if cell.estimate is None else f"{scale * cell.estimate:{sign}.{digits}f}{end}"
    interval = ""
    if cell.low is not None and cell.high is not None:
        low, high = (f"{scale * each:.{digits}f}" for each in (cell.low, cell.high))
        interval = say("{low} to {high}", low=low, high=high)
    places: Mapping[str, float | None] = {"at": None, "low": None, "high": None}
    if cell.unit in {"rate", "percent"} and interval:
        edges = {"at": cell.estimate, "low": cell.low, "high": cell.high}
        places = {key: _place(scale * value) for key, value in edges.items() if value is not None}
    return _Shown(text, interval, cell.n, cell.note or "", number=True, **places)


def _place(percent: float) -> float:
    return round(5 + 1.2 * min(max(percent, 0.0), 100.0), 1)


def _sheets(report: QualityReport) -> Iterator[tuple[str, tuple[str, ...], list[Mapping[str, Value]]]]:
    many = len({table.rubric for table in report.tables}) > 1
    about: list[Mapping[str, Value]] = [{"name": say("Report"), "value": report.title}]
    about += [{"name": name, "value": value} for name, value in report.facts]
    yield _worded("about", ("name", "value"), about)
    advice: list[Mapping[str, Value]] = [
        {
            "rubric": r.rubric,
            "kind": r.kind,
            "about": r.about,
            "recommendation": r.text,
            "figure": r.figure.estimate,
            **{f"figure {part}": getattr(r.figure, part) for part in ("low", "high", "n")},
        }
        for r in report.recommendations
    ]
    yield _worded(
        "recommendations",
        ("rubric", "kind", "about", "recommendation", "figure", "figure low", "figure high", "figure n"),
        advice,
    )
    for table in report.tables:
        name = f"{table.id} {table.rubric}" if many else table.id
        rows: list[Mapping[str, Value]] = [
            {k: v for key, heading in table.columns for k, v in _wide(heading, row.get(key)).items()}
            for row in table.rows
        ]
        yield name, _headings(table), rows
    definitions: list[Mapping[str, Value]] = [
        {"name": name, "definition": text} for name, text in report.definitions.items()
    ]
    yield _worded("definitions", ("name", "definition"), definitions)


def _worded(
    sheet: str, columns: Sequence[str], rows: Sequence[Mapping[str, Value]]
) -> tuple[str, tuple[str, ...], list[Mapping[str, Value]]]:
    """A sheet with the heads of its columns in the language spoken."""
    heads = {column: translated(column) for column in columns}
    return sheet, tuple(heads.values()), [{heads[k]: v for k, v in row.items()} for row in rows]


def _headings(table: Table) -> tuple[str, ...]:
    found: list[str] = []
    for key, heading in table.columns:
        figures = [row[key] for row in table.rows if isinstance(row.get(key), Figure)]
        found += [heading, *(f"{heading} {translated(part)}" for part in _PARTS if figures)]
    return tuple(found)


def _wide(heading: str, cell: Cell) -> dict[str, Value]:
    if not isinstance(cell, Figure):
        return {heading: cell}
    return {
        heading: cell.estimate,
        **{f"{heading} {translated(part)}": getattr(cell, part) for part in _PARTS},
    }
