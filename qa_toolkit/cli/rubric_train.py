"""``qa rubric train``: sentence classifiers from banks and, where there are any, reviewed interactions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import print_json, print_table, progress
from qa_toolkit.cli.options import Json, StoreUrl, configuration

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration
    from qa_toolkit.evaluation.banks import LoadedBank
    from qa_toolkit.evaluation.classifiers import TrainedClassifier
    from qa_toolkit.evaluation.reviewed import ReviewedInteraction
    from qa_toolkit.evaluation.training import Measured
    from qa_toolkit.language.embeddings import SentenceEncoder


def register(commands: typer.Typer) -> None:
    commands.command("train")(train_classifiers)


def train_classifiers(
    events: Annotated[
        list[str] | None, typer.Argument(metavar="EVENT...", help="Events with a bank; all when absent.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="CODE", help="One language only.")
    ] = None,
    reviewed: Annotated[
        str | None,
        typer.Option(
            "--reviewed",
            metavar="RUBRIC",
            help="Learn from people's answers to this rubric, too: those in --store, or in --labelled.",
            show_default=False,
        ),
    ] = None,
    labelled: Annotated[
        Path | None,
        typer.Option(
            "--labelled", metavar="DIR", help="Interactions (JSON) that carry labels.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Rubric folder to write to; else rubrics_dir or here."),
    ] = None,
    words_only: Annotated[bool, typer.Option("--words-only", help="Train no second stage.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Train and measure, but write nothing.")] = False,
    store: StoreUrl = None,
    json: Json = False,
) -> None:
    """Trains classifiers from banks; prints how they do on sentences left out and on the held-back split."""
    from qa_toolkit.cli.rubric_reviewed import reviewed_interactions

    current = configuration(store=store)
    search = _search(current)
    banks = _banks(events or [], language, search)
    people = reviewed_interactions(reviewed, labelled, current) if reviewed else []
    target = out or current.settings.rubrics_dir or Path()
    rows = []
    with progress("training", len(banks)) as bar:
        for loaded in banks:
            rows.append(_one(loaded, people, search, words_only=words_only))
            if not check:
                _write(rows[-1][0], target)
            bar.advance(bar.task_ids[0])
    if json:
        print_json([_document(*row) for row in rows])
        return
    _show(rows)
    if not check:
        typer.echo(f"{len(rows)} classifiers in {target}; they are part of every result that uses them")


Row = tuple["TrainedClassifier", "Measured | None", int]


def _search(current: Configuration) -> tuple[Path, ...]:
    folder = current.settings.rubrics_dir
    return (folder,) if folder else ()


def _banks(events: Sequence[str], language: str | None, search: Sequence[Path]) -> list[LoadedBank]:
    """The banks asked for; all of a language are loaded, since they are one another's background."""
    from qa_toolkit.authored.faults import choices
    from qa_toolkit.errors import UsageError
    from qa_toolkit.evaluation.banks import bank_names, load_bank

    names = bank_names(search=search, language=language or "*")
    known = sorted({Path(name).stem for name in names})
    for event in events:
        if event not in known:
            apart = "" if search else "; own banks are looked for in rubrics_dir, which is not set"
            raise UsageError(f"no bank for the event '{event}'{apart}", None, choices(event, known))
    chosen = [name for name in names if not events or Path(name).stem in events]
    if not chosen:
        raise UsageError("no bank to train from", None, "write banks/LANGUAGE/EVENT.yaml beside the rubrics")
    return [load_bank(name, search=search) for name in chosen]


def _one(
    loaded: LoadedBank,
    people: Sequence[ReviewedInteraction],
    search: Sequence[Path],
    *,
    words_only: bool,
) -> Row:
    from qa_toolkit.evaluation.banks import held_back_of
    from qa_toolkit.evaluation.reviewed import utterances_of
    from qa_toolkit.evaluation.training import background_of, measure, train

    bank = loaded.bank
    encoder = None if words_only else _encoder(bank.language)
    reviewed = utterances_of(bank.event, bank.language, people)
    trained = train(loaded, encoder, background=background_of(loaded, search), reviewed=reviewed)
    return trained, measure(trained, held_back_of(loaded, search=search), encoder), len(reviewed)


def _encoder(language: str) -> SentenceEncoder:
    from qa_toolkit.evaluation.encoders import encoder_for

    return encoder_for(language)


def _write(trained: TrainedClassifier, target: Path) -> None:
    from qa_toolkit.errors import UsageError
    from qa_toolkit.evaluation.classifiers import classifier_name, write_classifier

    path = target / classifier_name(trained.event, trained.language)
    try:
        write_classifier(trained, path)
    except OSError as error:
        raise UsageError(
            f"the file cannot be written ({error.strerror})", str(path), "choose --out"
        ) from error


def _show(rows: Sequence[Row]) -> None:
    table = []
    for trained, measured, reviewed in rows:
        words, both = trained.card_words, trained.card
        held = ["-"] * 3
        if measured is not None:
            held = [
                f"{measured.both.positives}+{measured.both.negatives}",
                _rates(measured.words),
                _rates(measured.both),
            ]
        counts = "never" if trained.counts_from is None else f"{trained.counts_from:g}"
        size = f"{both.positives}+{both.negatives}" + (f", {reviewed} reviewed" if reviewed else "")
        table.append([trained.language, trained.event, size, _rates(words), _rates(both), *held, counts])
    columns = [
        "language",
        "event",
        "bank",
        "words, left out",
        "both",
        "held back",
        "words",
        "both",
        "alone from",
    ]
    print_table("recall / precision at 0.5", columns, table)


def _rates(card: Any) -> str:
    precision = "-" if card.precision is None else f"{card.precision:.2f}"
    return f"{card.recall:.2f} / {precision}"


def _document(trained: TrainedClassifier, measured: Measured | None, reviewed: int) -> dict[str, Any]:
    return {
        "event": trained.event,
        "language": trained.language,
        "bank_sha256": trained.bank_sha256,
        "reviewed": reviewed,
        "counts_from": trained.counts_from,
        "left_out": {
            "words": trained.card_words.model_dump(mode="json"),
            "both": trained.card.model_dump(mode="json"),
        },
        "held_back": None
        if measured is None
        else {
            "words": measured.words.model_dump(mode="json"),
            "both": measured.both.model_dump(mode="json"),
        },
    }
