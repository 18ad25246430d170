"""``qa db upgrade | backup | restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.console import print_json
from qa_toolkit.cli.options import ActingUser, Json, StoreUrl, acting_user, configuration

commands = typer.Typer(help="The store's database.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="db")


@commands.command()
def upgrade(json: Json = False, store: StoreUrl = None) -> None:
    """Brings the store to the version of this toolkit; a SQLite file is copied first."""
    from qa_toolkit.store import upgrade as upgrade_store

    done = upgrade_store(configuration(store=store).store_url)
    if json:
        print_json({"done": done})
    else:
        typer.echo(done)


@commands.command()
def backup(
    target: Annotated[Path, typer.Argument(help="File to write; must not exist.")],
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Copies a store to a file while it may be in use; one in PostgreSQL, too."""
    from qa_toolkit.store import backup as backup_store

    backup_store(configuration(store=store).store_url, target, by=acting_user(user))
    if json:
        print_json({"file": str(target)})
    else:
        typer.echo(str(target))


@commands.command()
def restore(
    source: Annotated[Path, typer.Argument(help="File written by 'qa db backup'.")],
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Puts a backup into a store that is not there yet, or is empty; it never overwrites data."""
    from qa_toolkit.store import restore as restore_store

    done = restore_store(configuration(store=store).store_url, source, by=acting_user(user))
    if json:
        print_json({"done": done})
    else:
        typer.echo(done)
