"""Options and look-ups the commands of ``qa keying`` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.options import configuration

if TYPE_CHECKING:
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
