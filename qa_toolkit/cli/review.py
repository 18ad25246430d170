"""``qa review``: what reviewers, leads and agents do, for scripts."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import (
    ANSWERS,
    ActingUser,
    Json,
    RubricName,
    StoreUrl,
    acting_user,
    configuration,
    open_store,
)
from qa_toolkit.errors import InputError, UsageError
from qa_toolkit.json_files import read_json

if TYPE_CHECKING:
    from qa_toolkit.review import GivenReview
    from qa_toolkit.store.people_records import Dispute

commands = typer.Typer(help="Queues, reviews, disputes, acknowledgement.", no_args_is_help=True)

InteractionId = Annotated[str, typer.Argument(metavar="INTERACTION", help="Id of the interaction.")]
EvaluationId = Annotated[str, typer.Argument(metavar="EVALUATION", help="Number of the evaluation.")]
DisputeId = Annotated[int, typer.Argument(metavar="DISPUTE", help="Number of the dispute.")]
Text = Annotated[str, typer.Option("--text", help="In a sentence or more.")]
Criterion = Annotated[
    list[str] | None, typer.Option("--criterion", help="Criterion concerned.", show_default=False)
]
OptionalText = Annotated[str | None, typer.Option("--text", help="Why.", show_default=False)]


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="review")


@commands.command("list")
def list_queue(
    reviewer: Annotated[
        str | None, typer.Option(help="Somebody else, or * for all.", show_default=False)
    ] = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Prints what is to be reviewed, and the disputes that are open."""
    from qa_toolkit.review import queue

    with open_store(store, "review list") as opened:
        waiting = queue(opened, by=acting_user(user), reviewer=reviewer)
        disputes = opened.disputes.all(state="open")
    if json:
        listed = [{**asdict(each), "assigned_at": each.assigned_at.isoformat()} for each in waiting]
        print_json({"assignments": listed, "disputes": [_dispute_data(each) for each in disputes]})
        return
    rows = [[a.interaction, a.rubric, a.reviewer, "blind" if a.blind else "", a.due_on] for a in waiting]
    print_table("To review", ["interaction", "rubric", "reviewer", "how", "due"], rows)
    open_ones = [[d.id, d.interaction, d.rubric, d.raised_by, d.steps[0].at.date()] for d in disputes]
    print_table("Open disputes", ["number", "interaction", "rubric", "by", "since"], open_ones)


@commands.command()
def submit(
    interaction: InteractionId,
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS.json", help="Answers, overrides, root causes.")],
    rubric: RubricName,
    based_on: Annotated[
        str | None,
        typer.Option("--based-on", metavar="ID", help="The evaluation that was seen.", show_default=False),
    ] = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Files a review: a person's own evaluation, based on the one that counts or blind."""
    from qa_toolkit.review import submit_review

    given = read_given(answers)
    with open_store(store, "review submit") as opened:
        by = acting_user(user)
        saved = submit_review(opened, interaction, rubric, given, by=by, based_on=based_on)
        record = opened.evaluation(saved.evaluation_id)
        counting = opened.latest_evaluation(interaction, rubric)
    if json:
        filed: dict[str, Any] = json_module.loads(record.json) if record else {}
        known = {
            "id": saved.evaluation_id,
            "revision": saved.revision,
            "based_on": based_on,
            "blind": record.blind if record else None,
            "session": record.session if record else None,
        }
        print_json({**filed, **known})
    else:
        counts = counting is not None and counting.id == saved.evaluation_id
        typer.echo(f"evaluation {saved.evaluation_id}, {'counts' if counts else 'does not count'}")


@commands.command()
def dispute(
    interaction: InteractionId,
    rubric: RubricName,
    text: Text,
    criterion: Criterion = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Disputes the evaluation that counts; agents that of their own interactions."""
    from qa_toolkit.review import raise_dispute

    days = configuration().settings.review.dispute_days
    with open_store(store, "review dispute") as opened:
        by = acting_user(user)
        made = raise_dispute(
            opened, interaction, rubric, by=by, text=text, criteria=criterion or (), window_days=days
        )
    _show(made, json=json)


@commands.command()
def judge(
    number: DisputeId,
    text: Text,
    uphold: Annotated[bool, typer.Option("--uphold", help="The evaluation stands.")] = False,
    change: Annotated[
        Path | None,
        typer.Option("--change", metavar="ANSWERS.json", help="Other answers.", show_default=False),
    ] = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Settles a dispute: the evaluation stands, or other answers take its place."""
    from qa_toolkit import review

    if uphold == (change is not None):
        raise UsageError("say how the dispute ends", None, "give --uphold or --change ANSWERS.json")
    with open_store(store, "review judge") as opened:
        by = acting_user(user)
        if change is None:
            made = review.uphold(opened, number, by=by, text=text)
        else:
            made = review.change(opened, number, read_given(change), by=by, text=text)
    _show(made, json=json)


@commands.command()
def reading(
    number: DisputeId,
    to: Annotated[str, typer.Option("--to", metavar="USER", help="Who reads it blind.")],
    due: Annotated[str | None, typer.Option(help="Last day, as YYYY-MM-DD.", show_default=False)] = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Asks somebody for a second, blind reading before a dispute is judged."""
    from qa_toolkit.review import ask_reading

    with open_store(store, "review reading") as opened:
        made = ask_reading(opened, number, reader=to, by=acting_user(user), due_on=due)
    _show(made, json=json)


@commands.command()
def withdraw(
    number: DisputeId,
    text: OptionalText = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Takes a dispute of one's own back."""
    from qa_toolkit import review

    with open_store(store, "review withdraw") as opened:
        made = review.withdraw(opened, number, by=acting_user(user), text=text)
    _show(made, json=json)


@commands.command()
def revert(
    evaluation: EvaluationId,
    based_on: Annotated[str, typer.Option("--based-on", metavar="ID", help="The evaluation that counts.")],
    text: Text,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Files the answers of an earlier evaluation again, as a new revision."""
    from qa_toolkit.review import revert_review

    with open_store(store, "review revert") as opened:
        saved = revert_review(opened, evaluation, by=acting_user(user), based_on=based_on, text=text)
    if json:
        print_json({"id": saved.evaluation_id, "revision": saved.revision, "based_on": based_on})
    else:
        typer.echo(f"evaluation {saved.evaluation_id}, as evaluation {evaluation}")


@commands.command()
def correct(
    interaction: InteractionId,
    turn: Annotated[int, typer.Argument(metavar="TURN", help="Number of the turn.")],
    text: OptionalText = None,
    machine: Annotated[bool, typer.Option("--machine", help="The machine's words are right.")] = False,
    seen: Annotated[
        int | None, typer.Option(help="Number of the turn's last correction.", show_default=False)
    ] = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Keeps the words of a turn as a person heard them, beside the machine's."""
    from qa_toolkit.review import correct_turn

    if machine == (text is not None):
        raise UsageError("say what was said", None, "give --text, or --machine")
    with open_store(store, "review correct") as opened:
        made = correct_turn(opened, interaction, turn, text, by=acting_user(user), seen=seen)
    if json:
        print_json({**asdict(made), "at": made.at.isoformat()})
    else:
        typer.echo(f"correction {made.number} of turn {made.turn}")


@commands.command()
def acknowledge(
    evaluation: EvaluationId,
    comment: Annotated[
        str | None, typer.Option(help="What the agent says to it.", show_default=False)
    ] = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Notes that the agent has seen an evaluation of their own."""
    from qa_toolkit import review

    with open_store(store, "review acknowledge") as opened:
        made = review.acknowledge(opened, evaluation, by=acting_user(user), comment=comment)
    if json:
        print_json({**asdict(made), "at": made.at.isoformat()})
    else:
        typer.echo(f"evaluation {made.evaluation} acknowledged by {made.who}")


@commands.command()
def coach(
    evaluation: EvaluationId,
    text: Text,
    criterion: Annotated[
        str | None, typer.Option("--criterion", help="Criterion concerned.", show_default=False)
    ] = None,
    revises: Annotated[int | None, typer.Option(help="Note this one replaces.", show_default=False)] = None,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Writes advice to the agent of an evaluation."""
    from qa_toolkit import review

    with open_store(store, "review coach") as opened:
        by = acting_user(user)
        made = review.coach(opened, evaluation, by=by, text=text, criterion=criterion, revises=revises)
    if json:
        print_json({**asdict(made), "at": made.at.isoformat()})
    else:
        typer.echo(f"note {made.id} to {made.agent}")


def read_given(path: Path) -> GivenReview:
    """A review out of a file: bare answers, or ``answers``, ``overrides``, ``root_causes`` and ``evidence``.

    Overrides are ``{"IN-03": {"reason": code, "text": …}}``, root causes ``{"IN-03": {"cause": code}}``,
    evidence ``{"IN-03": [4, 5]}``: the turns that show it.

    Raises:
        InputError: it is not such a file.
    """
    from qa_toolkit.review import GivenReview

    data = read_json(path, ANSWERS)
    if not isinstance(data, dict):
        raise InputError("the answers are not an object", str(path), ANSWERS)
    if "answers" not in data:
        return GivenReview(data)
    wrong = sorted(set(data) - {"answers", "overrides", "root_causes", "evidence"})
    if wrong or not all(isinstance(part, dict) for part in data.values()):
        raise InputError(
            f"the file does not fit ({', '.join(wrong) or 'a part is no object'})",
            str(path),
            "accepted: answers, overrides, root_causes, evidence",
        )
    overrides = _pairs(data.get("overrides", {}), "reason", path)
    causes = _pairs(data.get("root_causes", {}), "cause", path)
    texts = {name: (code, text or "") for name, (code, text) in overrides.items()}
    return GivenReview(data["answers"], texts, causes, _turns(data.get("evidence", {}), path))


def _turns(data: dict[str, Any], path: Path) -> dict[str, list[int]]:
    for name, turns in data.items():
        if not isinstance(turns, list) or not all(type(turn) is int for turn in turns):
            raise InputError(f"evidence of {name} does not fit", str(path), "expected: numbers of turns")
    return data


def _pairs(data: dict[str, Any], code: str, path: Path) -> dict[str, tuple[str, str | None]]:
    found = {}
    for name, item in data.items():
        good = isinstance(item, dict) and set(item) <= {code, "text"} and isinstance(item.get(code), str)
        if not good or not isinstance(item.get("text"), str | None):
            raise InputError(f"{name} does not fit", str(path), f'expected: {{"{code}": …, "text": …}}')
        found[name] = (item[code], item.get("text"))
    return found


def _dispute_data(found: Dispute) -> dict[str, Any]:
    steps = [{**asdict(step), "at": step.at.isoformat()} for step in found.steps]
    return {**asdict(found), "steps": steps}


def _show(found: Dispute, *, json: bool) -> None:
    if json:
        print_json(_dispute_data(found))
    else:
        counts = f", evaluation {found.outcome} counts" if found.outcome else ""
        typer.echo(f"dispute {found.id} {found.state}{counts}")
