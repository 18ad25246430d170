"""``qa calibration``: sessions set up, answered blind, closed, discussed, and what comes of them."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.calibration_tables import plain, report_data, session_data, show_drift, show_report
from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import (
    ANSWERS,
    ActingUser,
    DueDay,
    FromDay,
    InteractionIds,
    Json,
    RubricName,
    SampleFile,
    StoreUrl,
    UntilDay,
    acting_user,
    open_store,
)
from qa_toolkit.errors import InputError
from qa_toolkit.json_files import read_json

if TYPE_CHECKING:
    from qa_toolkit.store.desk_records import CalibrationSession, SessionRemark

commands = typer.Typer(
    help="Calibration of reviewers: the same interactions answered blind.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="SESSION", help="Name of the session.")]
Interaction = Annotated[
    str | None, typer.Option("--interaction", help="Interaction concerned.", show_default=False)
]
Criterion = Annotated[
    str | None, typer.Option("--criterion", help="Criterion concerned.", show_default=False)
]
Replaces = Annotated[
    int | None, typer.Option("--replaces", metavar="NUMBER", help="Remark it replaces.", show_default=False)
]
OptionalText = Annotated[str | None, typer.Option("--text", help="In a sentence.", show_default=False)]


class RevealName(StrEnum):
    """When raters see the answers of others."""

    SUBMITTED = "submitted"
    CLOSED = "closed"


class EveryName(StrEnum):
    """What makes a point of a chart."""

    WEEK = "week"
    MONTH = "month"
    SESSION = "session"


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="calibration")


@commands.command()
def new(
    name: Name,
    rubric: RubricName,
    raters: Annotated[str, typer.Option("--raters", metavar="USERS", help="Such as maria,jun.")],
    interactions: InteractionIds = None,
    sample: SampleFile = None,
    expert: Annotated[
        str | None, typer.Option(help="Rater whose answers are the reference.", show_default=False)
    ] = None,
    title: Annotated[str | None, typer.Option(help="For people.", show_default=False)] = None,
    reveal: Annotated[
        RevealName,
        typer.Option(help="Others' answers are shown when one's own are in, or when it is closed."),
    ] = RevealName.SUBMITTED,
    due: DueDay = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Sets up a session: every rater finds every interaction in their queue, blind."""
    from qa_toolkit.cli.assign import read_ids
    from qa_toolkit.review import open_session

    with open_store(store, "calibration new") as opened:
        made = open_session(
            opened,
            name,
            rubric=rubric,
            interactions=[*(interactions or []), *(read_ids(sample) if sample is not None else [])],
            raters=[each.strip() for each in raters.split(",") if each.strip()],
            by=acting_user(user),
            expert=expert,
            title=title,
            reveal=reveal.value,
            due_on=due,
        )
    _show_session(made, json=json)


@commands.command("list")
def list_sessions(json: Json = False, store: StoreUrl = None, user: ActingUser = None) -> None:
    """Prints the sessions one rates in; all of them for whoever leads sessions."""
    from qa_toolkit.review import Action, may, permit

    with open_store(store, "calibration list") as opened:
        known = permit(opened, acting_user(user), Action.RATE_CALIBRATION)
        rater = None if may(known, Action.LEAD_CALIBRATION) else known.id
        found = opened.calibration.all(rater=rater)
    if json:
        print_json([session_data(each) for each in found])
        return
    rows = [
        [
            s.id,
            s.title,
            f"{s.rubric}@{s.rubric_version}",
            len(s.interactions),
            len(s.raters),
            s.due_on,
            s.state,
        ]
        for s in found
    ]
    columns = ["session", "title", "rubric", "interactions>", "raters>", "due", "state"]
    print_table(None, columns, rows)


@commands.command()
def submit(
    name: Name,
    interaction: Annotated[str, typer.Argument(metavar="INTERACTION", help="Id of the interaction.")],
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS.json", help='{"IN-03": "yes", "IN-04": "na"}')],
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Files one's answers to one interaction; once, and they never count for anybody's average."""
    from qa_toolkit.review import submit_rating

    given = _answers(answers)
    with open_store(store, "calibration submit") as opened:
        by = acting_user(user)
        saved = submit_rating(opened, name, interaction, given, by=by)
        own = [each for each in opened.calibration.progress(name) if each.rater == by]
    left = sum(not each.submitted for each in own)
    if json:
        print_json({"id": saved.evaluation_id, "session": name, "interaction": interaction, "left": left})
    else:
        typer.echo(f"evaluation {saved.evaluation_id}; {left} of {len(own)} left")


@commands.command()
def status(name: Name, json: Json = False, store: StoreUrl = None, user: ActingUser = None) -> None:
    """Prints who has submitted what; never an answer."""
    from qa_toolkit.review import Action, permit, session_of

    with open_store(store, "calibration status") as opened:
        permit(opened, acting_user(user), Action.RATE_CALIBRATION)
        found = session_of(opened, name)
        tasks = opened.calibration.progress(name)
    if json:
        print_json({"session": session_data(found), "tasks": [asdict(each) for each in tasks]})
        return
    rows = []
    for rater in found.raters:
        done = [each.interaction for each in tasks if each.rater == rater and each.submitted]
        open_ones = [each for each in found.interactions if each not in done]
        rows.append([rater, "expert" if rater == found.expert else "", len(done), ", ".join(open_ones)])
    print_table(f"{name}: {found.state}", ["rater", "", "submitted>", "not submitted"], rows)


@commands.command()
def close(name: Name, json: Json = False, store: StoreUrl = None, user: ActingUser = None) -> None:
    """Closes a session: nothing more is submitted, its raters see everything."""
    from qa_toolkit.review import close_session

    with open_store(store, "calibration close") as opened:
        made = close_session(opened, name, by=acting_user(user))
    _show_session(made, json=json)


@commands.command()
def table(name: Name, json: Json = False, store: StoreUrl = None, user: ActingUser = None) -> None:
    """Prints answers side by side, agreement by criterion and rater, severity, machine against people."""
    from qa_toolkit.review.session_report import session_report

    with open_store(store, "calibration table") as opened:
        by = acting_user(user)
        found = session_report(opened, name, by=by)
        opened.audit.record("calibration.view", "calibration", name, by=by)
    if json:
        print_json(report_data(found))
    else:
        show_report(found)


@commands.command()
def note(
    name: Name,
    text: Annotated[str, typer.Option("--text", help="What was said.")],
    interaction: Interaction = None,
    criterion: Criterion = None,
    replaces: Replaces = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Writes down what was said about an interaction, a criterion or the session."""
    from qa_toolkit.review import add_note

    with open_store(store, "calibration note") as opened:
        made = add_note(
            opened,
            name,
            text,
            by=acting_user(user),
            interaction=interaction,
            criterion=criterion,
            supersedes=replaces,
        )
    _show_remark(made, json=json)


@commands.command()
def agree(
    name: Name,
    interaction: Annotated[str, typer.Argument(metavar="INTERACTION", help="Id of the interaction.")],
    criterion: Annotated[str, typer.Argument(metavar="CRITERION", help="Id of the criterion.")],
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help="An option, a number or na.")],
    text: OptionalText = None,
    replaces: Replaces = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Writes down the answer all agreed on; it changes nobody's evaluation."""
    from qa_toolkit import review

    with open_store(store, "calibration agree") as opened:
        made = review.agree(
            opened,
            name,
            interaction,
            criterion,
            _number_or_text(answer),
            by=acting_user(user),
            text=text,
            supersedes=replaces,
        )
    _show_remark(made, json=json)


@commands.command()
def effect(
    name: Name,
    criterion: Annotated[str, typer.Argument(metavar="CRITERION", help="Id of the criterion.")],
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE",
            help="none, clarify, examples, answers, applicability, evaluator, split or remove.",
        ),
    ],
    text: OptionalText = None,
    replaces: Replaces = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Writes down what the session changes in the rubric."""
    from qa_toolkit.review import record_effect

    with open_store(store, "calibration effect") as opened:
        made = record_effect(
            opened, name, criterion, code, by=acting_user(user), text=text, supersedes=replaces
        )
    _show_remark(made, json=json)


def _answers(path: Path) -> dict[str, object]:
    data = read_json(path, ANSWERS)
    given = data.get("answers", data) if isinstance(data, dict) else None
    if not isinstance(given, dict):
        raise InputError("the answers are not an object", str(path), ANSWERS)
    return given


def _number_or_text(answer: str) -> str | float:
    try:
        return float(answer)
    except ValueError:
        return answer


def _show_session(made: CalibrationSession, *, json: bool) -> None:
    if json:
        print_json(session_data(made))
        return
    work = f"{len(made.interactions)} interactions, {len(made.raters)} raters"
    typer.echo(f"session {made.id} {made.state}: {made.rubric}@{made.rubric_version}, {work}")


def _show_remark(made: SessionRemark, *, json: bool) -> None:
    if json:
        print_json(plain(made))
    else:
        typer.echo(f"remark {made.id}: {made.kind}")


@commands.command()
def drift(
    rubric: RubricName,
    every: Annotated[EveryName, typer.Option(help="week, month or session.")] = EveryName.MONTH,
    first: FromDay = None,
    last: UntilDay = None,
    blind: Annotated[bool, typer.Option("--blind", help="Only people who saw no other answers.")] = False,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Prints what left its control limits: failures, disagreement, severity; and what was changed."""
    from qa_toolkit.review.drifting import calibration_drift
    from qa_toolkit.review.reviewing import check_day

    for day in (first, last):
        if day is not None:
            check_day(day)
    with open_store(store, "calibration drift") as opened:
        found = calibration_drift(
            opened,
            rubric,
            by=acting_user(user),
            every=every.value,
            first_day=first,
            last_day=last,
            blind_only=blind,
        )
    if json:
        print_json({"schema": "qa-toolkit/calibration-drift/1", **plain(found)})
    else:
        show_drift(found)
