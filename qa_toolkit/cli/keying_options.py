"""Options and look-ups the commands of ``qa keying`` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_error, print_warning
from qa_toolkit.cli.options import configuration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa_toolkit.domain.keying import Rejected
    from qa_toolkit.keying import LoadedLayout

Layout = Annotated[
    str, typer.Option("--layout", metavar="L", help="A layout's id or file.", show_default=False)
]
Keyed = Annotated[Path, typer.Argument(metavar="KEYED", help="Records as keyed: CSV, JSON, .xlsx, Parquet.")]
Reference = Annotated[Path, typer.Argument(metavar="REFERENCE", help="The records taken as true.")]
Encoding = Annotated[str, typer.Option("--encoding", help="Of CSV files, such as utf-8 or cp1252.")]
Identifiers = Annotated[
    bool,
    typer.Option("--show-identifiers", help="Social Security numbers in full, not their last four digits."),
]


def find_layout(name: str) -> LoadedLayout:
    """The layout of that id or file; the configured rubrics folder is searched, too."""
    from qa_toolkit.keying import load_layout

    return load_layout(layout_file(name))


def layout_file(name: str) -> Path:
    """The file behind an id or a path, also when the layout in it is faulty."""
    from qa_toolkit.keying.layout_files import layout_path

    folder = configuration().settings.rubrics_dir
    if Path(name).is_file():
        return Path(name)
    return layout_path(name, search=(folder, folder / "layouts") if folder else ())


def end_with(rejected: Sequence[Rejected], warnings: Sequence[str] = ()) -> None:
    """Says what a reader must know besides the result; exit code 1 when something could not be compared."""
    for warning in warnings:
        print_warning(warning)
    for each in rejected:
        print_error(each.reason, f"{each.input}, record {each.record}" if each.record else each.input)
    if rejected:
        raise typer.Exit(1)


def rate_text(value: float | None) -> str:
    """``12.3``, or a dash where there is no rate."""
    return "–" if value is None else f"{value:.1f}"


def percent_text(share: float | None, digits: int = 2) -> str:
    """A fraction as ``12.34 %``, or a dash."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def range_text(interval: tuple[float, float] | None, factor: float = 1.0) -> str:
    """``1.2 to 3.4``, or a dash; ``factor`` 100 for fractions shown as percent."""
    return "–" if interval is None else f"{factor * interval[0]:.1f} to {factor * interval[1]:.1f}"
