"""``qa keying compare``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table, progress
from qa_toolkit.cli.keying_options import (
    Encoding,
    Identifiers,
    Keyed,
    Layout,
    Reference,
    end_with,
    find_layout,
    percent_text,
    range_text,
    rate_text,
)
from qa_toolkit.cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa_toolkit.domain.keying import KeyingAccuracy, KeyingShare

SHOWN = 40
"""Errors the text table lists; ``--json`` lists all."""


def register(commands: typer.Typer) -> None:
    commands.command()(compare)


def compare(
    keyed: Keyed,
    reference: Reference,
    layout: Layout,
    json: Json = False,
    encoding: Encoding = "utf-8",
    show_identifiers: Identifiers = False,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that compare.")] = 1,
) -> None:
    """Compares keyed records with their reference; exit code 1 when a row or record could not be compared."""
    from qa_toolkit.keying import compare_files

    loaded = find_layout(layout)
    with progress("comparing", 1) as bar:
        accuracy = compare_files(
            keyed,
            reference,
            loaded,
            encoding=encoding,
            show_identifiers=show_identifiers,
            workers=workers,
            on_record=lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total),
        )
    if json:
        from qa_toolkit.domain.contract import to_contract

        print_json(to_contract(accuracy))
    else:
        _show(accuracy)
    end_with(accuracy.rejected, accuracy.warnings)


def _show(accuracy: KeyingAccuracy) -> None:
    title = f"{accuracy.records} records, layout {accuracy.layout.id} {accuracy.layout.version}"
    print_table(title, ["", "n>", "wrong>", "per 10,000 or %>", "95 %>"], _accuracy_rows(accuracy))
    _show_counts(accuracy)
    for name in ("operator", "site"):
        _show_people(name, accuracy.by.get(name, ()))
    for name in ("kind", "field"):
        _show_causes(name, accuracy.by.get(name, ())[:12])
    _show_discrepancies(accuracy)


def _accuracy_rows(accuracy: KeyingAccuracy) -> list[list[object]]:
    fields, critical = accuracy.fields, accuracy.critical
    forms, characters = accuracy.forms, accuracy.characters
    every = "active fields" if accuracy.counting == "active" else "all fields"
    with_error = percent_text(forms.rate), range_text(forms.interval, 100.0)
    with_critical = percent_text(forms.critical_rate), range_text(forms.critical_interval, 100.0)
    return [
        [every, fields.active, fields.errors, rate_text(fields.per_10000), range_text(fields.interval)],
        [
            "critical fields",
            critical.active,
            critical.errors,
            rate_text(critical.per_10000),
            range_text(critical.interval),
        ],
        ["forms with an error", forms.n, forms.with_error, *with_error],
        ["forms with a critical error", forms.n, forms.with_critical_error, *with_critical],
        ["characters", characters.n, characters.errors, percent_text(characters.rate), ""],
    ]


def _show_counts(accuracy: KeyingAccuracy) -> None:
    """What the rates count, and what they leave out."""
    fields = accuracy.fields
    parts = f"{fields.missing} missing, {fields.extra} extra, {fields.wrong} otherwise wrong"
    typer.echo(f"{fields.errors} wrong fields ({parts}) from {fields.root_errors} root errors")
    left_open = f"{accuracy.source_marks} left open by the paper"
    guessed = f"{accuracy.procedure_errors} guessed where illegible"
    typer.echo(f"not counted: {accuracy.format_only} of format only, {left_open}, {guessed}")
    if accuracy.yearly.compared:
        differ = f"{accuracy.yearly.wrong} of {accuracy.yearly.compared}"
        typer.echo(f"yearly amounts (amount times periods, by person): {differ} differ")
    if fields.interval is None and fields.interval_method:
        typer.echo(f"no interval: {fields.interval_method}")


def _show_people(name: str, shares: Sequence[KeyingShare]) -> None:
    """Operators or sites, each with its rate and speed."""
    if not shares:
        return
    columns = [name, "forms>", "fields>", "wrong>", "root errors>", "per 10,000>", "95 %>", "fields/hour>"]
    rows = [
        [
            each.name,
            each.forms,
            each.active,
            each.errors,
            each.root_errors,
            rate_text(each.per_10000),
            range_text(each.interval),
            rate_text(each.fields_per_hour),
        ]
        for each in shares
    ]
    print_table(None, columns, rows)


def _show_causes(name: str, shares: Sequence[KeyingShare]) -> None:
    """Kinds or fields by how many root errors they account for."""
    if not shares:
        return
    columns = [name, "root errors>", "share>", "so far>", "in all>"]
    rows = [
        [each.name, each.root_errors, percent_text(each.share), percent_text(each.cumulative), each.errors]
        for each in shares
    ]
    print_table(None, columns, rows)


def _show_discrepancies(accuracy: KeyingAccuracy) -> None:
    roots = [d for d in accuracy.discrepancies if d.root is None and d.kind != "format_only"]
    rows = [
        [
            d.record,
            ".".join(part for part in (d.group, d.member, d.field) if part),
            d.kind,
            d.keyed,
            d.reference,
            d.criticality,
            d.detail,
        ]
        for d in roots[:SHOWN]
    ]
    if rows:
        columns = ["record", "field", "kind", "keyed", "reference", "criticality", "detail"]
        print_table(None, columns, rows)
    if len(roots) > SHOWN:
        typer.echo(f"and {len(roots) - SHOWN} more; --json lists all")
