"""``qa db upgrade | backup``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.options import ActingUser, StoreUrl, acting_user, configuration

commands = typer.Typer(help="The store's database.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="db")


@commands.command()
def upgrade(store: StoreUrl = None) -> None:
    """Brings the store to the version of this toolkit; a SQLite file is copied first."""
    from qa_toolkit.store import upgrade as upgrade_store

    url = configuration(store=store).store_url
    typer.echo(upgrade_store(url))


@commands.command()
def backup(
    target: Annotated[Path, typer.Argument(help="File to write; must not exist.")],
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Copies a SQLite store while it may be in use."""
    from qa_toolkit.store import backup as backup_store

    backup_store(configuration(store=store).store_url, target, by=acting_user(user))
    typer.echo(str(target))
