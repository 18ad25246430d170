"""Options that several commands share, and the configuration they lead to."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration
    from qa_toolkit.store import Store

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
FromDay = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="First day, as YYYY-MM-DD.", show_default=False)
]
UntilDay = Annotated[
    str | None, typer.Option("--to", metavar="DAY", help="Last day, as YYYY-MM-DD.", show_default=False)
]
DueDay = Annotated[
    str | None, typer.Option(metavar="DAY", help="Last day, as YYYY-MM-DD.", show_default=False)
]
InteractionIds = Annotated[
    list[str] | None, typer.Argument(metavar="[ID...]", help="Interactions.", show_default=False)
]
SampleFile = Annotated[
    Path | None,
    typer.Option("--from", metavar="SAMPLE", help="CSV with a column id, or sample/1.", show_default=False),
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

ANSWERS = '{"criterion id": answer, …} as JSON in UTF-8'
"""What a file of answers looks like."""


def configuration(**flags: object) -> Configuration:
    """The configuration with these flags (``transcription__model`` for ``transcription.model``) on top."""
    from qa_toolkit.config import load_configuration

    return load_configuration({name.replace("__", "."): value for name, value in flags.items()})


def open_store(address: str | None, command: str, *, create: bool = False) -> Store:
    """The store of ``--store`` or the configuration, for a command; the audit log names the command.

    Raises:
        StoreError: it cannot be opened, or there is none and ``create`` is not set.
    """
    from qa_toolkit.store import Store

    return Store.open(configuration(store=address).store_url, create=create, origin=f"qa {command}")


def acting_user(given: str | None) -> str:
    """Who the store records: ``--as``, else the operating-system user."""
    if given:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
