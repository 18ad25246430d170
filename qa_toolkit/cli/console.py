"""What the commands print: JSON alone on stdout, everything else where it does not disturb it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

LONGEST_LINE = 2000
"""Characters of an error that are printed: enough for every list of accepted values."""


def print_error(*parts: str) -> None:
    """One line on stderr: ``error: what, where, what to do``; what quotes a whole file is cut short."""
    line = ", ".join(" ".join(part.split()) for part in parts if part)
    shown = line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} …"
    sys.stderr.write(f"error: {shown}\n")


def print_warning(text: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"warning: {' '.join(text.split())}\n")


def print_json(data: object) -> None:
    """Canonical JSON on stdout."""
    from qa_toolkit.domain.contract import canonical_json

    sys.stdout.write(canonical_json(data))


def stdout() -> Console:
    """A console for tables; plain text when stdout is not a terminal."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 120)


def stderr() -> Console:
    """A console for progress and notes."""
    from rich.console import Console

    return Console(file=sys.stderr, highlight=False)


def print_table(title: str | None, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table on stdout; columns whose name ends in ``>`` are right-aligned."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(column.rstrip(">"), justify="right" if column.endswith(">") else "left")
    for row in rows:
        table.add_row(
            *[cell if isinstance(cell, Text) else Text("" if cell is None else str(cell)) for cell in row]
        )
    stdout().print(table)


@contextmanager
def progress(description: str, total: float) -> Iterator[Progress]:
    """A progress bar on stderr with one task (id 0); silent when stderr is not a terminal."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=stderr(), disable=not sys.stderr.isatty()) as bar:
        bar.add_task(description, total=total)
        yield bar


def percent(value: float | None) -> str:
    """``87.5 %``, or a dash where there is no score."""
    return "–" if value is None else f"{value:.1f} %"
