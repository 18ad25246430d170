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
)
from qa_toolkit.cli.options import Json

if TYPE_CHECKING:
    from qa_toolkit.domain.keying import KeyingAccuracy

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
    fields, forms, characters = accuracy.fields, accuracy.forms, accuracy.characters
    rows = [
        [
            f"{'active' if accuracy.counting == 'active' else 'all'} fields",
            fields.active,
            fields.errors,
            _rate(fields.per_10000),
            _range(fields.interval),
        ],
        [
            "critical fields",
            accuracy.critical.active,
            accuracy.critical.errors,
            _rate(accuracy.critical.per_10000),
            _range(accuracy.critical.interval),
        ],
        [
            "forms with an error",
            forms.n,
            forms.with_error,
            _percent(forms.rate),
            _range(forms.interval, 100.0),
        ],
        [
            "forms with a critical error",
            forms.n,
            forms.with_critical_error,
            _percent(forms.critical_rate),
            _range(forms.critical_interval, 100.0),
        ],
        ["characters", characters.n, characters.errors, _percent(characters.rate), ""],
    ]
    title = f"{accuracy.records} records, layout {accuracy.layout.id} {accuracy.layout.version}"
    print_table(title, ["", "n>", "wrong>", "per 10,000 or %>", "95 %>"], rows)
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
    for name in ("operator", "site"):
        shares = accuracy.by.get(name, ())
        if shares:
            columns = [name, "forms>", "fields>", "wrong>", "root errors>", "per 10,000>", "95 %>"]
            columns.append("fields/hour>")
            table = [
                [
                    s.name,
                    s.forms,
                    s.active,
                    s.errors,
                    s.root_errors,
                    _rate(s.per_10000),
                    _range(s.interval),
                    _rate(s.fields_per_hour),
                ]
                for s in shares
            ]
            print_table(None, columns, table)
    for name in ("kind", "field"):
        shares = accuracy.by.get(name, ())[:12]
        if shares:
            columns = [name, "root errors>", "share>", "so far>", "in all>"]
            table = [
                [s.name, s.root_errors, _percent(s.share), _percent(s.cumulative), s.errors] for s in shares
            ]
            print_table(None, columns, table)
    _show_discrepancies(accuracy)


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


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"


def _range(interval: tuple[float, float] | None, factor: float = 1.0) -> str:
    return "–" if interval is None else f"{factor * interval[0]:.1f} to {factor * interval[1]:.1f}"
