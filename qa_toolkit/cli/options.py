"""Options that several commands share, and the configuration they lead to."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration


Json = Annotated[bool, typer.Option("--json", help="JSON on stdout and nothing else.")]
RubricName = Annotated[
    str, typer.Option("--rubric", metavar="R", help="A rubric's id, id@version, or file.", show_default=False)
]
Inputs = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="Files or folders.", show_default=False)
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder to write to.", show_default=False)
]
StoreUrl = Annotated[
    str | None, typer.Option("--store", metavar="URL", help="Database URL or file.", show_default=False)
]
ActingUser = Annotated[
    str | None, typer.Option("--as", metavar="USER", help="Whom the store records.", show_default=False)
]
Model = Annotated[
    str | None, typer.Option("--model", help="Recogniser, see 'qa models list'.", show_default=False)
]
Engine = Annotated[
    str | None, typer.Option("--engine", help="Recogniser; whisper when absent.", show_default=False)
]
Vocabulary = Annotated[
    Path | None,
    typer.Option(
        "--vocabulary",
        metavar="FILE",
        help="Names to expect, one a line (agency, plans).",
        show_default=False,
    ),
]
Profile = Annotated[str | None, typer.Option("--profile", help="accurate or draft.", show_default=False)]
Language = Annotated[
    str | None, typer.Option("--language", help="Spoken language, for example en or es; found when absent.")
]
Channels = Annotated[
    str | None,
    typer.Option("--channels", metavar="ROLES", help="Role of each channel, for example agent,customer."),
]
Device = Annotated[str | None, typer.Option("--device", help="cpu or cuda.", show_default=False)]
Speakers = Annotated[
    str | None,
    typer.Option(
        "--speakers",
        metavar="N",
        help="Speakers on a mono recording; off = not told apart.",
        show_default=False,
    ),
]
Words = Annotated[
    bool | None,
    typer.Option(
        "--words/--no-words",
        help="Times of their own for words; without them they are spread over the speech.",
        show_default=False,
    ),
]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Parallel workers; 0 = one a core.", min=0, show_default=False)
]


def configuration(**flags: object) -> Configuration:
    """The configuration with these flags (``transcription__model`` for ``transcription.model``) on top."""
    from qa_toolkit.config import load_configuration

    return load_configuration({name.replace("__", "."): value for name, value in flags.items()})


def acting_user(given: str | None) -> str:
    """Who the store records: ``--as``, else the operating-system user."""
    if given:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
