"""``qa rubric backtest``: a rubric version over the interactions in the store."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import print_json, print_table, print_warning, progress
from qa_toolkit.cli.options import Json, StoreUrl, configuration

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration
    from qa_toolkit.domain.case import Case, Interaction
    from qa_toolkit.domain.evaluation import Evaluation
    from qa_toolkit.evaluation import LoadedRubric
    from qa_toolkit.evaluation.backtest import Backtest, Backtested, GroupChange
    from qa_toolkit.statistics import Interval

_PAGE = 200


def register(commands: typer.Typer) -> None:
    commands.command("backtest")(backtest)


def backtest(
    rubric: Annotated[str, typer.Argument(metavar="RUBRIC", help="A rubric's id, id@version, or file.")],
    store: StoreUrl = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="The newest N interactions only.")
    ] = None,
    json: Json = False,
) -> None:
    """Evaluates stored interactions again, and shows what would change by agent, site and criterion."""
    from qa_toolkit.cli.rubrics import find_rubric
    from qa_toolkit.errors import InputError
    from qa_toolkit.evaluation.backtest import summarise
    from qa_toolkit.store import Store

    current = configuration(store=store)
    loaded = find_rubric(rubric, current)
    with Store.open(current.store_url, create=False) as opened:
        items, left_out = judge_again(opened, loaded, current, limit)
        where = opened.database.where
    if not items and not left_out:
        what = f"the store has no evaluation by '{loaded.rubric.id}'"
        raise InputError(what, where, "score something with it first")
    found = summarise(items, [criterion.id for criterion in loaded.rubric.criteria])
    for reason, names in left_out.items():
        print_warning(
            f"{len(names)} left out: {reason} ({', '.join(names[:3])}{' …' if len(names) > 3 else ''})"
        )
    if json:
        print_json(_document(loaded, items, found, left_out))
    else:
        _show(found)


def judge_again(
    store: Any, rubric: LoadedRubric, current: Configuration, limit: int | None
) -> tuple[list[Backtested], dict[str, list[str]]]:
    """Every stored interaction of the rubric judged again, and those left out by reason."""
    from qa_toolkit.cli.rubrics import evaluation_settings, metric_thresholds
    from qa_toolkit.errors import ApplicabilityError
    from qa_toolkit.pipeline import judge

    settings, thresholds = evaluation_settings(current), metric_thresholds(current)
    items: list[Backtested] = []
    left_out: dict[str, list[str]] = {}
    interactions = list(stored_interactions(store, rubric.rubric.id, limit))
    with progress("evaluating again", len(interactions)) as bar:
        for interaction in interactions:
            bar.advance(bar.task_ids[0])
            machine, person = filed_evaluations(store, interaction.id, rubric.rubric.id)
            case = _case(store, interaction, thresholds)
            if machine is None or case is None:
                why = "no transcript is stored" if machine else "the machine never answered"
                left_out.setdefault(why, []).append(interaction.id)
                continue
            try:
                items.append(_item(case, machine, judge(case, rubric, settings=settings), person))
            except ApplicabilityError:
                left_out.setdefault("the rubric does not apply any more", []).append(interaction.id)
    return items, left_out


def stored_interactions(store: Any, rubric: str, limit: int | None) -> Iterator[Interaction]:
    """Interactions with an evaluation by that rubric, the newest first."""
    from qa_toolkit.store import InteractionFilter

    wanted = InteractionFilter(rubric=rubric)
    offset = 0
    while limit is None or offset < limit:
        size = _PAGE if limit is None else min(_PAGE, limit - offset)
        page = store.interactions(wanted, limit=size, offset=offset)
        yield from (row.interaction for row in page.rows)
        offset += size
        if offset >= page.total:
            return


def filed_evaluations(
    store: Any, interaction: str, rubric: str
) -> tuple[Evaluation | None, Evaluation | None]:
    """The machine's last evaluation and a person's, without ratings of calibration sessions."""
    from qa_toolkit.domain.contract import from_contract
    from qa_toolkit.domain.evaluation import Evaluation

    last: dict[str, str] = {}
    for record in store.revisions(interaction, rubric):
        if record.session is None:
            last[record.source.kind] = record.json
    machine, person = (
        from_contract(Evaluation, json_module.loads(last[kind])) if kind in last else None
        for kind in ("machine", "reviewer")
    )
    return machine, person


def _case(store: Any, interaction: Interaction, thresholds: Any) -> Case | None:
    from qa_toolkit.domain.contract import from_contract
    from qa_toolkit.domain.transcript import Transcript
    from qa_toolkit.pipeline import case_of

    text = store.transcript_json(interaction.id)
    if text is None:
        return None
    transcript = from_contract(Transcript, json_module.loads(text))
    return case_of(transcript, metadata=interaction.metadata, thresholds=thresholds)


def _item(case: Case, old: Evaluation, new: Evaluation, person: Evaluation | None) -> Backtested:
    from qa_toolkit.evaluation.backtest import Backtested
    from qa_toolkit.evaluation.difference import case_change
    from qa_toolkit.evaluation.examples import answer_text

    def answers(evaluation: Evaluation | None) -> dict[str, str | float]:
        return {a.criterion: answer_text(a) for a in evaluation.answers} if evaluation else {}

    return Backtested(case_change(old, new, case), answers(old), answers(new), answers(person))


def _document(
    rubric: LoadedRubric, items: list[Backtested], found: Backtest, left_out: dict[str, list[str]]
) -> dict[str, Any]:
    from dataclasses import asdict

    from qa_toolkit.cli.rubric_changes import case_row

    return {
        "rubric": {"id": rubric.rubric.id, "version": rubric.rubric.version, "sha256": rubric.sha256},
        "overall": asdict(found.overall),
        "agents": [asdict(group) for group in found.agents],
        "sites": [asdict(group) for group in found.sites],
        "criteria": [asdict(criterion) for criterion in found.criteria],
        "interactions": [case_row(item.change) for item in items if item.change.changed],
        "left_out": left_out,
    }


def _show(found: Backtest) -> None:
    columns = ["", "interactions>", "changed>", "old mean>", "new mean>", "shift, 95 % interval>"]
    print_table("Scores", columns, [_group_row(found.overall)])
    print_table("By site", columns, [_group_row(group) for group in found.sites])
    print_table("By agent", columns, [_group_row(group) for group in found.agents])
    rows = [
        [
            c.criterion,
            _rate(c.changed),
            c.opened,
            c.settled,
            "; ".join(f"{turn}: {n}" for turn, n in c.turns.items()),
            _rate(c.agreement_old),
            _rate(c.agreement_new),
        ]
        for c in found.criteria
    ]
    heads = ["criterion", "changed>", "to a person>", "now answered>", "answers", "as reviewer, old>", "new>"]
    print_table("By criterion", heads, rows)


def _group_row(group: GroupChange) -> list[Any]:
    return [
        group.name,
        group.interactions,
        group.changed,
        _number(group.old_mean),
        _number(group.new_mean),
        _shift(group.shift),
    ]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _shift(shift: Interval) -> str:
    if shift.estimate is None:
        return "–"
    if shift.low is None or shift.high is None:
        return f"{shift.estimate:+.1f} (n = {shift.n}, no interval)"
    return f"{shift.estimate:+.1f} ({shift.low:+.1f} to {shift.high:+.1f})"


def _rate(rate: Interval) -> str:
    if rate.estimate is None or rate.low is None or rate.high is None:
        return "–"
    return f"{rate.estimate:.0%} of {rate.n} ({rate.low:.0%} to {rate.high:.0%})"
