"""``qa rubric tune``: from which confidence on machine answers are accepted, chosen from labels."""

from __future__ import annotations

import hashlib
import json as json_module
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_error, print_json, print_table, progress
from qa_toolkit.cli.options import Json, configuration

if TYPE_CHECKING:
    from qa_toolkit.domain.case import Case
    from qa_toolkit.evaluation import EvaluationSettings, LoadedRubric
    from qa_toolkit.evaluation.thresholds import Threshold, Thresholds
    from qa_toolkit.evaluation.tuning import LabelledAnswer

Labelled = tuple["Case", Mapping[str, str]]


def register(commands: typer.Typer) -> None:
    commands.command("tune")(tune)


def tune(
    rubric: Annotated[str, typer.Argument(metavar="RUBRIC", help="A rubric's id, id@version, or file.")],
    labels: Annotated[
        list[Path], typer.Option("--labels", metavar="DIR", help="Interactions (JSON) that carry labels.")
    ],
    word_error_rate: Annotated[
        list[float] | None,
        typer.Option(
            "--word-error-rate",
            min=0,
            max=1,
            help="Judge them with so many simulated recognition errors, too; repeat for several rates.",
        ),
    ] = None,
    target: Annotated[
        float, typer.Option("--error", min=0.001, max=0.5, help="Wrong answers among accepted ones, at most.")
    ] = 0.05,
    confidence: Annotated[
        float, typer.Option("--confidence", min=0.5, max=0.999, help="How sure that bound is.")
    ] = 0.95,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Rubric folder to write to; else rubrics_dir or here."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Choose and print, but write nothing.")] = False,
    json: Json = False,
) -> None:
    """Chooses thresholds so that accepted answers keep an error bound; prints bound and coverage."""
    from qa_toolkit.cli.rubrics import evaluation_settings, find_rubric
    from qa_toolkit.evaluation.thresholds import thresholds_name

    current = configuration()
    loaded = find_rubric(rubric, current)
    rates = tuple(sorted({rate for rate in word_error_rate or () if rate > 0}))
    interactions, unread = _interactions(labels, loaded)
    answers = _judged(interactions, loaded, evaluation_settings(current), rates)
    found = _thresholds(loaded, labels, interactions, answers, rates, target=target, confidence=confidence)
    path = (out or current.settings.rubrics_dir or Path()) / thresholds_name(loaded.rubric.id)
    if not check:
        _write(found, path)
    if json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        _show(found, answers, rates)
        if not check:
            typer.echo(f"written to {path}; part of every result while the rubric judges by the same")
    for line in unread:
        print_error(line)
    if unread:
        raise typer.Exit(1)


def _interactions(folders: Sequence[Path], rubric: LoadedRubric) -> tuple[list[Labelled], list[str]]:
    """Cases the rubric applies to, with their labels, and a line for every file that could not be read."""
    from qa_toolkit.cli.inputs import DOCUMENT_SUFFIXES, expand, reason
    from qa_toolkit.errors import ApplicabilityError, InputError, UsageError
    from qa_toolkit.evaluation.applicability import check_applies
    from qa_toolkit.evaluation.labelled import labels_of
    from qa_toolkit.pipeline import read_case, read_json

    found: list[Labelled] = []
    unread = []
    known = {criterion.id for criterion in rubric.rubric.criteria}
    for item in (item for folder in folders for item in expand([folder], DOCUMENT_SUFFIXES)[0]):
        try:
            labels = labels_of(read_json(item.path), item.name)
            own = {name: str(label) for name, label in labels.items() if name in known}
            if own:
                case = read_case(item.path)
                list(check_applies(case, rubric.rubric))
                found.append((case, own))
        except ApplicabilityError:
            continue
        except InputError as error:
            unread.append(f"{item.name}: {reason(item, error)}")
    if not found:
        where = ", ".join(str(folder) for folder in folders)
        raise UsageError("no file carries a label of this rubric", where, 'labels: {"ID": "yes"}')
    return found, unread


def _judged(
    interactions: Sequence[Labelled],
    rubric: LoadedRubric,
    settings: EvaluationSettings,
    rates: Sequence[float],
) -> list[LabelledAnswer]:
    from qa_toolkit.evaluation.tuning import labelled_answers
    from qa_toolkit.pipeline import with_metrics
    from qa_toolkit.testing.recognition_errors import with_word_errors

    answers = []
    with progress("judging", len(interactions) * (1 + len(rates))) as bar:
        for case, labels in interactions:
            for rate in (0.0, *rates):
                heard = case
                if rate and case.transcript is not None:
                    heard = replace(case, transcript=with_word_errors(case.transcript, rate))
                made = labelled_answers(with_metrics(heard), rubric, labels, settings=settings)
                answers += [replace(answer, word_error_rate=rate) for answer in made]
                bar.advance(bar.task_ids[0])
    return answers


def _thresholds(
    rubric: LoadedRubric,
    folders: Sequence[Path],
    interactions: Sequence[Labelled],
    answers: Sequence[LabelledAnswer],
    rates: tuple[float, ...],
    *,
    target: float,
    confidence: float,
) -> Thresholds:
    from qa_toolkit.evaluation.thresholds import Thresholds, judging_sha256
    from qa_toolkit.evaluation.tuning import choose

    said = sorted((case.interaction.id, sorted(labels.items())) for case, labels in interactions)
    return Thresholds(
        rubric=rubric.rubric.id,
        version=rubric.rubric.version,
        judging_sha256=judging_sha256(rubric),
        tuned_on=", ".join(folder.resolve().name for folder in folders),
        interactions=len(interactions),
        labels_sha256=hashlib.sha256(json_module.dumps(said).encode()).hexdigest(),
        word_error_rates=rates,
        error_target=target,
        confidence=confidence,
        criteria=choose(answers, rubric.rubric.criteria, target=target, confidence=confidence),
    )


def _write(found: Thresholds, path: Path) -> None:
    from qa_toolkit.errors import UsageError
    from qa_toolkit.evaluation.thresholds import write_thresholds

    try:
        write_thresholds(found, path)
    except OSError as error:
        raise UsageError(
            f"the file cannot be written ({error.strerror})", str(path), "choose --out"
        ) from error


def _show(found: Thresholds, answers: Sequence[LabelledAnswer], rates: Sequence[float]) -> None:
    rows = []
    for criterion, threshold in found.criteria.items():
        own = [a for a in answers if a.criterion == criterion and a.word_error_rate == 0.0]
        taken = [a for a in own if a.accepted(threshold.threshold)]
        wrong = sum(not a.right for a in taken)
        bound = "-" if threshold.error_bound is None else f"{threshold.error_bound:.1%}"
        pooled = f"{threshold.wrong} of {threshold.accepted}"
        rows.append(
            [
                criterion,
                len(own),
                len(taken),
                wrong,
                f"{threshold.threshold:g}",
                threshold.pool,
                pooled,
                bound,
            ]
        )
    columns = ["criterion", "labels>", "accepted>", "wrong>", "from>", "chosen by", "wrong there>", "bound>"]
    print_table(f"{found.rubric} {found.version}", columns, rows)
    for rate in (0.0, *rates):
        typer.echo(_line(rate, [a for a in answers if a.word_error_rate == rate], found.criteria))
    typer.echo(f"in-sample: {found.interactions} interactions; bound with {found.confidence:.0%} confidence")


def _line(rate: float, answers: Sequence[LabelledAnswer], criteria: Mapping[str, Threshold]) -> str:
    taken = [a for a in answers if a.accepted(criteria[a.criterion].threshold)]
    right = sum(a.right for a in taken)
    share = f" ({right / len(taken):.1%})" if taken else ""
    name = "as they are" if rate == 0 else f"at {rate:.0%} simulated word errors"
    coverage = len(taken) / len(answers)
    return f"{name}: {len(taken)} of {len(answers)} labels accepted ({coverage:.1%}), {right} right{share}"
