"""``qa audit list | verify | head``: the log of who did what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_error, print_json, print_table
from qa_toolkit.cli.options import (
    ActingUser,
    FromDay,
    Json,
    StoreUrl,
    UntilDay,
    acting_user,
    open_store,
)
from qa_toolkit.errors import InputError

if TYPE_CHECKING:
    from qa_toolkit.store import AuditHead

commands = typer.Typer(help="The audit log.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="audit")


@commands.command("list")
def list_rows(
    who: Annotated[str | None, typer.Option(help="Only of this user.", show_default=False)] = None,
    action: Annotated[
        str | None, typer.Option(help="Such as audio.play; rubric. for all of rubrics.", show_default=False)
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Kind of record.", show_default=False)] = None,
    record: Annotated[str | None, typer.Option(help="Id of the record.", show_default=False)] = None,
    first: FromDay = None,
    last: UntilDay = None,
    limit: Annotated[int, typer.Option(help="Rows at most.", min=1)] = 50,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Prints who did what to which record, the newest first."""
    from dataclasses import asdict

    from qa_toolkit.review.permissions import Action, permit_among_users
    from qa_toolkit.review.reviewing import check_day
    from qa_toolkit.store.audit import AuditFilter

    for day in (first, last):
        if day is not None:
            check_day(day)
    wanted = AuditFilter(who, action, kind, record, first, last)
    with open_store(store, "audit list") as opened:
        by = acting_user(user)
        permit_among_users(opened, by, Action.VIEW_AUDIT)
        found = opened.audit.page(wanted, limit=limit)
        opened.audit.record("audit.view", "audit", "log", by=by, rows=len(found.rows))
    if json:
        print_json({"total": found.total, "rows": [asdict(row) for row in found.rows]})
        return
    rows = [[e.id, e.at[:19], e.who, e.action, e.record_kind, e.record, e.facts] for e in found.rows]
    title = f"{len(rows)} of {found.total} rows"
    print_table(title, ["row>", "at (UTC)", "who", "action", "kind", "record", "facts"], rows)


@commands.command()
def verify(
    anchor: Annotated[
        Path | None,
        typer.Option(help="File of heads written by 'qa audit head --append'.", show_default=False),
    ] = None,
    json: Json = False,
    store: StoreUrl = None,
) -> None:
    """Checks the log's chain of hashes; exit code 1 names the first broken row."""
    anchors = () if anchor is None else read_anchors(anchor)
    with open_store(store, "audit") as opened:
        where = opened.database.where
        found = opened.audit.verify(anchors)
    if json:
        print_json(
            {
                "whole": found.whole,
                "rows": found.rows,
                "head": None if found.head is None else {"row": found.head.id, "hash": found.head.hash},
                "broken": found.broken,
                "reason": found.reason,
                "anchors": len(anchors),
            }
        )
    elif found.whole:
        kept = (
            f", {len(anchors)} anchors found in it"
            if anchors
            else "; without an anchor nothing shows a cut end"
        )
        typer.echo(f"{found.rows} rows, the chain is whole{kept}")
    if not found.whole:
        print_error(
            f"row {found.broken} of the audit log is broken: {found.reason}", where, "ask who had access"
        )
        raise typer.Exit(1)


@commands.command("head")
def show_head(
    append: Annotated[
        Path | None, typer.Option(help="File to add the head to; keep it elsewhere.", show_default=False)
    ] = None,
    json: Json = False,
    store: StoreUrl = None,
) -> None:
    """Prints the last row's number and hash, to be kept where the database's owner cannot write."""
    with open_store(store, "audit") as opened:
        found = opened.audit.head()
        where = opened.database.where
    if found is None:
        raise InputError("the audit log is empty", where, "it begins with the first change")
    if append is not None:
        try:
            with append.open("a", encoding="utf-8") as file:
                file.write(f"{found.id} {found.hash}\n")
        except OSError as error:
            raise InputError(f"the head cannot be written ({error.strerror})", str(append)) from error
    if json:
        print_json({"row": found.id, "hash": found.hash})
    else:
        typer.echo(f"{found.id} {found.hash}")


def read_anchors(path: Path) -> tuple[AuditHead, ...]:
    """Heads kept in a file, one a line: number and hash.

    Raises:
        InputError: the file cannot be read, holds no head, or a line is none.
    """
    from qa_toolkit.store import AuditHead

    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the file of anchors cannot be read", str(path), "name another file") from error
    heads = []
    for number, line in enumerate(lines, start=1):
        parts = line.split()
        if not parts:
            continue
        good = len(parts) == 2 and parts[0].isascii() and parts[0].isdigit() and len(parts[1]) == 64
        if not good:
            raise InputError("the line is not a head", f"{path.name}:{number}", "expected: number and hash")
        heads.append(AuditHead(int(parts[0]), parts[1]))
    if not heads:
        raise InputError("the file holds no anchor", str(path), "write one with 'qa audit head --append'")
    return tuple(heads)
