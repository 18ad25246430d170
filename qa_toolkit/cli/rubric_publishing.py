"""``qa rubric publish | retire | states``: which version of a rubric is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import ActingUser, Json, StoreUrl, acting_user, configuration, open_store
from qa_toolkit.errors import UsageError

if TYPE_CHECKING:
    from qa_toolkit.store.desk_records import RubricStanding

Note = Annotated[str | None, typer.Option("--note", help="Why, in a sentence.", show_default=False)]


def register(commands: typer.Typer) -> None:
    commands.command("publish")(publish)
    commands.command("retire")(retire)
    commands.command("states")(states)


def publish(
    rubric: Annotated[str, typer.Argument(metavar="RUBRIC", help="A file, an id, or id@version.")],
    draft: Annotated[bool, typer.Option("--draft", help="Keep it as a draft that may still change.")] = False,
    stored: Annotated[bool, typer.Option("--stored", help="RUBRIC is id@version of the store.")] = False,
    note: Note = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Makes a version the active one of its id in the store; the one before it is retired."""
    from qa_toolkit import review
    from qa_toolkit.cli.rubrics import find_rubric
    from qa_toolkit.evaluation import parse_rubric

    with open_store(store, "rubric publish", create=True) as opened:
        by = acting_user(user)
        if stored:
            loaded = parse_rubric(review.stored_text(opened, rubric), rubric)
        else:
            loaded = find_rubric(rubric, configuration())
        if draft:
            known = opened.publications.draft(loaded.rubric.id, loaded.rubric.version)
            seen = None if known is None else known.version
            review.save_rubric_draft(opened, loaded, by=by, version=seen)
            found = opened.publications.standings(loaded.rubric.id)
            standing = next(each for each in found if each.rubric_version == loaded.rubric.version)
        else:
            standing = review.publish_rubric(opened, loaded, by=by, note=note)
    _show(standing, json=json)


def retire(
    rubric: Annotated[str, typer.Argument(metavar="RUBRIC", help="id@version.")],
    note: Note = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Takes a version out of use: nothing new is scored with it, what was filed under it stays."""
    from qa_toolkit.review import retire_rubric

    name, _, version = rubric.partition("@")
    if not version:
        raise UsageError(f"'{rubric}' names no version", None, "write id@version")
    with open_store(store, "rubric retire") as opened:
        standing = retire_rubric(opened, name, version, by=acting_user(user), note=note)
    _show(standing, json=json)


def states(
    rubric: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A rubric; all when absent.", show_default=False),
    ] = None,
    json: Json = False,
    store: StoreUrl = None,
) -> None:
    """Prints how every version stands in the store: draft, registered, active or retired."""
    with open_store(store, "rubric states") as opened:
        found = opened.publications.standings(rubric)
    if json:
        print_json([_data(each) for each in found])
        return
    rows = [[s.rubric, s.rubric_version, s.state, s.who, f"{s.at:%Y-%m-%d}", s.sha256[:12]] for s in found]
    print_table(None, ["rubric", "version", "state", "by", "since", "sha256"], rows)


def _data(found: RubricStanding) -> dict[str, Any]:
    return {
        "rubric": found.rubric,
        "version": found.rubric_version,
        "state": found.state,
        "sha256": found.sha256,
        "by": found.who,
        "at": found.at.isoformat(),
        "note": found.text,
    }


def _show(found: RubricStanding, *, json: bool) -> None:
    if json:
        print_json(_data(found))
    else:
        typer.echo(f"{found.rubric} {found.rubric_version} is {found.state}")
