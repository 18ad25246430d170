"""``qa people import | list``: who works with the store, and where agents work."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import ActingUser, Json, StoreUrl, acting_user, open_store

commands = typer.Typer(help="Users, agents and their teams.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="people")


@commands.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Users, or agents with their teams.")],
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Takes over a CSV file, all of it or nothing; a row that cannot be used is one line."""
    from qa_toolkit.review import import_people

    with open_store(store, "people import", create=True) as opened:
        change = import_people(opened, file, by=acting_user(user))
    if json:
        print_json(asdict(change))
    else:
        typer.echo(f"{change.added} added, {change.changed} changed, {change.unchanged} as before")


@commands.command("list")
def list_people(json: Json = False, store: StoreUrl = None, user: ActingUser = None) -> None:
    """Prints the users, and the agents with their teams."""
    from qa_toolkit.review.permissions import Action, permit_among_users

    with open_store(store, "people list") as opened:
        permit_among_users(opened, acting_user(user), Action.VIEW_PEOPLE)
        users, placements = opened.people.users(), opened.people.placements()
    if json:
        print_json(
            {"users": [asdict(each) for each in users], "placements": [asdict(each) for each in placements]}
        )
        return
    rows = [
        [each.id, each.role, each.name, each.agent, "" if each.active else "not active"] for each in users
    ]
    print_table("Users", ["user", "role", "name", "agent", "state"], rows)
    places = [[p.agent, p.name, p.team, p.site, p.vendor, p.valid_from, p.valid_until] for p in placements]
    print_table("Agents", ["agent", "name", "team", "site", "vendor", "from", "until"], places)
