"""``qa keying score``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import percent, print_json, print_table
from qa_toolkit.cli.files import json_name, writing_to
from qa_toolkit.cli.keying_options import Keyed, Layout, Reference, end_with, find_layout
from qa_toolkit.cli.options import Json, Out, configuration
from qa_toolkit.whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa_toolkit.domain.evaluation import Evaluation
    from qa_toolkit.domain.keying import Rejected


def register(commands: typer.Typer) -> None:
    commands.command()(score)


def score(
    keyed: Keyed,
    reference: Reference,
    layout: Layout,
    rubric: Annotated[
        str, typer.Option("--rubric", metavar="R", help="A rubric's id or file.")
    ] = "paper_keying",
    out: Out = None,
    json: Json = False,
) -> None:
    """Scores keyed records with a rubric; --out writes cases for 'qa evaluate'; exit 1: some left out."""
    from qa_toolkit.cli.rubrics import evaluation_settings, find_rubric
    from qa_toolkit.domain.contract import canonical_json, to_contract
    from qa_toolkit.keying.cases import case_document, cases_of_files
    from qa_toolkit.pipeline import judge

    current = configuration()
    loaded, settings = find_rubric(rubric, current), evaluation_settings(current)
    evaluations = []
    taken: set[str] = set()
    rejected: list[Rejected] = []
    for case in cases_of_files(keyed, reference, find_layout(layout).layout, rejected):
        evaluations.append(judge(case, loaded, settings=settings))
        if out is not None:
            with writing_to(out):
                path = out / json_name(case.interaction.id, taken)
                write_whole(path, canonical_json(case_document(case)))
    if json:
        print_json([to_contract(evaluation) for evaluation in evaluations])
    else:
        _show(loaded.rubric.title, evaluations)
    end_with(rejected)


def _show(title: str, evaluations: Sequence[Evaluation]) -> None:
    rows = [
        [
            each.interaction,
            percent(each.score.percent),
            each.score.open,
            ", ".join(a.criterion for a in each.answers if a.answer == "no"),
            ", ".join(each.score.auto_failed_by),
        ]
        for each in evaluations
    ]
    print_table(title, ["record", "score>", "open>", "missed", "auto-fail"], rows)
