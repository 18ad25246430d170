"""``qa keying adjudicate``: a third person rules where two keyings differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.keying_options import Encoding, Keyed, Layout, end_with, find_layout
from qa_toolkit.cli.options import ActingUser, Json, StoreUrl, acting_user, open_store

if TYPE_CHECKING:
    from qa_toolkit.domain.keying_checks import KeyingRulings


def register(commands: typer.Typer) -> None:
    commands.command()(adjudicate)
    commands.command()(rulings)


def adjudicate(
    keyed: Keyed,
    sheet: Annotated[Path, typer.Argument(metavar="SHEET.csv", help="The second keying.")],
    rulings: Annotated[Path, typer.Argument(metavar="RULINGS.csv", help="The differences, ruled on.")],
    layout: Layout,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who keyed the sheet.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="REFERENCE.csv", help="The records as found to be.", show_default=False
        ),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record/--dry-run", help="Keep the rulings in the store, or only show them.")
    ] = True,
    supersede: Annotated[bool, typer.Option("--supersede", help="Replace rulings that hold.")] = False,
    json: Json = False,
    encoding: Encoding = "utf-8",
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Takes a third person's rulings: the accuracy of both keyings; who ruled why goes into the store."""
    from qa_toolkit.domain.contract import to_contract
    from qa_toolkit.keying.checks.rekeying import RekeyedFiles, rule, with_stored
    from qa_toolkit.keying.writing import write_records

    who = acting_user(user)
    found, references = rule(RekeyedFiles(keyed, sheet, find_layout(layout), by, encoding), rulings, who)
    if record and found.rulings:
        found = with_stored(found, _store(found, store, supersede=supersede))
    if out is not None:
        write_records(out, references)
    if json:
        print_json(to_contract(found))
    else:
        _show(found)
    end_with(found.rejected)


def _store(found: KeyingRulings, url: str | None, *, supersede: bool) -> tuple[int, ...]:
    from qa_toolkit import review
    from qa_toolkit.store.desk_records import KeyingAdjudication

    rows = [
        KeyingAdjudication(
            application=each.application,
            layout=found.layout,
            field_path=each.field_path,
            keyed=each.keyed,
            second=each.second,
            reference=each.reference,
            verdict=each.verdict,
            adjudicator=each.adjudicator,
            reason=each.reason,
            kind=each.kind,
            operator=each.operator,
            second_by=each.second_by,
            text=each.text,
        )
        for each in found.rulings
    ]
    with open_store(url, "keying adjudicate", create=True) as opened:
        if supersede:
            held = {
                (r.application, r.field_path): r.id for r in opened.keying.adjudications(layout=found.layout)
            }
            rows = [replace(r, supersedes=held.get((r.application, r.field_path))) for r in rows]
        return review.adjudicate(opened, rows, by=found.adjudicator)


def rulings(
    application: Annotated[
        str | None, typer.Argument(metavar="[RECORD]", help="Of one record.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Those that were superseded, too.")] = False,
    json: Json = False,
    store: StoreUrl = None,
) -> None:
    """Lists the rulings of the store: who found what on the paper, and why."""
    from dataclasses import asdict

    with open_store(store, "keying rulings") as opened:
        found = opened.keying.adjudications(application, current=not every)
    if json:
        print_json([{**asdict(r), "created_at": r.created_at and r.created_at.isoformat()} for r in found])
        return
    rows = [
        [
            r.id,
            r.application,
            r.field_path,
            r.keyed,
            r.second,
            r.reference,
            r.verdict,
            r.adjudicator,
            r.reason,
        ]
        for r in found
    ]
    columns = ["id>", "record", "field", "keyed", "second", "found", "verdict", "by", "reason"]
    print_table(None, columns, rows)


def _show(found: KeyingRulings) -> None:
    verdicts: dict[str, int] = {}
    for each in found.rulings:
        verdicts[each.verdict] = verdicts.get(each.verdict, 0) + 1
    counted = ", ".join(f"{name} {number}" for name, number in sorted(verdicts.items())) or "none"
    typer.echo(f"{len(found.rulings)} rulings by {found.adjudicator} ({counted}), {found.open} still open")
    rows = [
        [name, each.fields.active, each.fields.errors, each.critical.errors, each.forms.with_error]
        for name, each in (("first keying", found.first), ("second keying", found.second))
    ]
    print_table(None, ["", "fields>", "wrong>", "critical>", "forms with an error>"], rows)
    typer.echo(f"{found.both_wrong} fields that neither had right")
