"""``qa assign``: interactions into the queues of reviewers."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.console import print_json
from qa_toolkit.cli.options import (
    ActingUser,
    DueDay,
    InteractionIds,
    Json,
    RubricName,
    SampleFile,
    StoreUrl,
    acting_user,
    open_store,
)
from qa_toolkit.errors import InputError
from qa_toolkit.json_files import read_json


def register(cli: typer.Typer) -> None:
    cli.command("assign")(assign)


def assign(
    rubric: RubricName,
    to: Annotated[str, typer.Option("--to", metavar="USERS", help="Reviewers, such as maria,jun.")],
    interactions: InteractionIds = None,
    sample: SampleFile = None,
    due: DueDay = None,
    blind: Annotated[bool, typer.Option("--blind", help="Reviewers see no other answers.")] = False,
    session: Annotated[
        str | None, typer.Option(help="Calibration session; never counts.", show_default=False)
    ] = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Puts interactions into queues, in turn: the first to the first reviewer, the second to the second."""
    from qa_toolkit import review

    names = [*(interactions or []), *(read_ids(sample) if sample is not None else [])]
    reviewers = [name.strip() for name in to.split(",") if name.strip()]
    with open_store(store, "assign") as opened:
        made = review.assign(
            opened,
            names,
            rubric,
            reviewers,
            by=acting_user(user),
            due_on=due,
            blind=blind,
            session=session,
        )
    if json:
        print_json({"assigned": list(made), "open_before": len(names) - len(made)})
    else:
        typer.echo(f"{len(made)} assigned, {len(names) - len(made)} were open already")


def read_ids(path: Path) -> list[str]:
    """The column ``id`` of a CSV file, or the items of a ``sample/1`` file."""
    if path.suffix.lower() == ".json":
        return _sampled(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if "id" not in (reader.fieldnames or ()):
                raise InputError(
                    "the file has no column id", str(path), "give one written by 'qa sample draw'"
                )
            return [row["id"] for row in reader if row["id"]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"the file cannot be read ({error})", str(path), "a CSV file in UTF-8") from error


def _sampled(path: Path) -> list[str]:
    fix = "give one written by 'qa sample draw'"
    data = read_json(path, fix)
    try:
        if data["schema"] != "qa-toolkit/sample/1":
            raise KeyError("schema")
        return [str(item["id"]) for item in data["items"]]
    except (KeyError, TypeError) as error:
        raise InputError("the file is no sample", str(path), fix) from error
