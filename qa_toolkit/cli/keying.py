"""``qa keying``: the commands of the group register here, one a file."""

from __future__ import annotations

import typer

from qa_toolkit.cli import (
    keying_accept,
    keying_adjudicate,
    keying_audit,
    keying_chapman,
    keying_charts,
    keying_compare,
    keying_form,
    keying_layout,
    keying_read,
    keying_rekey,
    keying_report,
    keying_score,
    keying_worklist,
)

commands = typer.Typer(help="Paper keying: keyed records against their reference.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    for module in (
        keying_layout,
        keying_compare,
        keying_score,
        keying_accept,
        keying_form,
        keying_read,
        keying_worklist,
        keying_rekey,
        keying_audit,
        keying_adjudicate,
        keying_chapman,
        keying_charts,
        keying_report,
    ):
        module.register(commands)
    cli.add_typer(commands, name="keying")
