"""``qa keying audit draw | score``: keyed records held against the paper, with known errors among them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.keying_drawing import (
    Checker,
    Count,
    Scope,
    Seed,
    Share,
    Sheet,
    Strata,
    draw_records,
    show_draw,
)
from qa_toolkit.cli.keying_options import (
    Keyed,
    Layout,
    end_with,
    find_layout,
    percent_text,
    range_text,
    rate_text,
)
from qa_toolkit.cli.options import Json
from qa_toolkit.errors import RecordError, UsageError

if TYPE_CHECKING:
    from qa_toolkit.domain.keying_checks import KeyingCheck

commands = typer.Typer(help="Source-to-record audit, and how well the auditors see.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    commands.command()(draw)
    commands.command()(score)
    parent.add_typer(commands, name="audit")


def draw(
    keyed: Keyed,
    layout: Layout,
    out: Sheet,
    count: Count = None,
    share: Share = None,
    seed: Seed = 1,
    strata: Strata = "",
    fields: Scope = "core",
    planted: Annotated[
        int, typer.Option("--plant", min=0, help="Known errors put among the values, to measure the checker.")
    ] = 0,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="KEY.json", help="Where the known errors are; not for the checker."),
    ] = None,
    json: Json = False,
) -> None:
    """Draws records and writes a sheet of what was keyed, for a person with the paper."""
    from qa_toolkit.domain.keying_checks import KeyingDraw
    from qa_toolkit.keying.checks.auditing import audit_rows, plant, plant_document
    from qa_toolkit.keying.checks.scope import fields_in
    from qa_toolkit.keying.checks.sheets import AUDIT_COLUMNS, write_sheet

    if bool(planted) != (key is not None):
        raise UsageError("--plant and --key belong together", None, "give both or none")
    loaded = find_layout(layout)
    scope = fields_in(loaded.layout, fields)
    drawn = draw_records(keyed, loaded, count=count, share=share, seed=seed, strata=strata)
    records, errors = plant(drawn.records, loaded.layout, scope, planted, Random(seed))  # noqa: S311 - repeatable
    warnings = list(drawn.warnings)
    if len(errors) < planted:
        warnings.append(f"only {len(errors)} known errors could be put in")
    if key is not None:
        _write_key(key, plant_document(errors, loaded.layout.id, seed))
    rows = write_sheet(out, AUDIT_COLUMNS, audit_rows(records, loaded.layout, scope))
    ids = tuple(record.id for record in drawn.records)
    made = KeyingDraw(
        "audit", loaded.layout.id, seed, drawn.of, ids, drawn.strata, rows, len(errors), tuple(warnings)
    )
    show_draw(
        made,
        f"{len(ids)} of {drawn.of} records, {rows} fields to check: {out}",
        "check: ok, wrong (with what stands on the paper), illegible, crossed_out, …; empty: not done",
        json=json,
    )


def _write_key(key: Path, document: object) -> None:
    from qa_toolkit.domain.contract import canonical_json
    from qa_toolkit.whole_files import write_whole

    try:
        write_whole(key, canonical_json(document))
    except OSError as error:
        what = f"the key cannot be written ({error.strerror})"
        raise RecordError(what, str(key), "give another --key") from error


def score(
    keyed: Keyed,
    sheet: Annotated[Path, typer.Argument(metavar="SHEET.csv", help="The sheet, filled in.")],
    layout: Layout,
    by: Checker,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="KEY.json", help="Where the known errors are.")
    ] = None,
    json: Json = False,
) -> None:
    """Accuracy of the keyed records by what was found on the paper, and how many known errors were found."""
    from qa_toolkit.domain.contract import to_contract
    from qa_toolkit.keying.checks.auditing import read_plant, score_audit

    known = read_plant(key) if key is not None else []
    check = score_audit(keyed, sheet, find_layout(layout), by, known)
    if json:
        print_json(to_contract(check))
    else:
        _show(check)
    end_with(check.rejected, check.warnings)


def _show(check: KeyingCheck) -> None:
    fields = check.accuracy.fields
    limits = "" if fields.interval is None else f" ({range_text(fields.interval)})"
    typer.echo(f"{check.records} records, {check.checked} rows checked by {check.checker}")
    rate = rate_text(fields.per_10000)
    typer.echo(f"{fields.errors} wrong of {fields.active} active fields: {rate}{limits} per 10,000")
    found = check.detection
    if found is None:
        return
    share = percent_text(found.rate, 1)
    between = "" if found.interval is None else f" ({range_text(found.interval, 100.0)} %)"
    typer.echo(f"known errors found: {found.found} of {found.planted}, {share}{between}")
    typer.echo(f"put right: {found.corrected}; not looked at: {found.not_looked_at}")
    rows = [[each.kind, each.planted, each.found] for each in found.by_kind]
    print_table(None, ["kind", "known>", "found>"], rows)
