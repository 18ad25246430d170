"""``qa keying compare | score | accept`` and ``qa keying layout lint | show``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa_toolkit.cli.console import percent, print_error, print_json, print_table, print_warning, progress
from qa_toolkit.cli.options import Json, Out, configuration

if TYPE_CHECKING:
    from qa_toolkit.domain.keying import KeyingAccuracy

SHOWN = 40
"""Errors the text table lists; ``--json`` lists all."""

commands = typer.Typer(help="Paper keying: keyed records against their reference.", no_args_is_help=True)
layout_commands = typer.Typer(help="Record layouts: what there is to key.", no_args_is_help=True)
commands.add_typer(layout_commands, name="layout")

Layout = Annotated[
    str, typer.Option("--layout", metavar="L", help="A layout's id or file.", show_default=False)
]
Keyed = Annotated[Path, typer.Argument(metavar="KEYED", help="Records as keyed: CSV, JSON, .xlsx, Parquet.")]
Reference = Annotated[Path, typer.Argument(metavar="REFERENCE", help="The records taken as true.")]
Encoding = Annotated[str, typer.Option("--encoding", help="Of CSV files, such as utf-8 or cp1252.")]
Identifiers = Annotated[
    bool,
    typer.Option("--show-identifiers", help="Social Security numbers in full, not their last four digits."),
]


def register(cli: typer.Typer) -> None:
    cli.add_typer(commands, name="keying")


@commands.command()
def compare(
    keyed: Keyed,
    reference: Reference,
    layout: Layout,
    json: Json = False,
    encoding: Encoding = "utf-8",
    show_identifiers: Identifiers = False,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that compare.")] = 1,
) -> None:
    """Compares keyed records with their reference; exit code 1 when a row or record could not be compared."""
    from qa_toolkit.keying import compare_files

    loaded = find_layout(layout)
    with progress("comparing", 1) as bar:
        accuracy = compare_files(
            keyed,
            reference,
            loaded,
            encoding=encoding,
            show_identifiers=show_identifiers,
            workers=workers,
            on_record=lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total),
        )
    if json:
        from qa_toolkit.domain.contract import to_contract

        print_json(to_contract(accuracy))
    else:
        _show(accuracy)
    for warning in accuracy.warnings:
        print_warning(warning)
    for each in accuracy.rejected:
        print_error(each.reason, f"{each.input}, record {each.record}" if each.record else each.input)
    if accuracy.rejected:
        raise typer.Exit(1)


@commands.command()
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
    """Scores every keyed record with a rubric; --out writes the cases for 'qa evaluate'."""
    from qa_toolkit.cli.rubrics import evaluation_settings, find_rubric
    from qa_toolkit.domain.contract import canonical_json, to_contract
    from qa_toolkit.keying.cases import case_document, cases_of_files
    from qa_toolkit.pipeline import judge

    current = configuration()
    loaded, settings = find_rubric(rubric, current), evaluation_settings(current)
    evaluations = []
    for case in cases_of_files(keyed, reference, find_layout(layout).layout):
        evaluations.append(judge(case, loaded, settings=settings))
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            name = "".join(c if c.isalnum() or c in "-_" else "_" for c in case.interaction.id)
            (out / f"{name}.json").write_text(canonical_json(case_document(case)), encoding="utf-8")
    if json:
        print_json([to_contract(evaluation) for evaluation in evaluations])
        return
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
    print_table(loaded.rubric.title, ["record", "score>", "open>", "missed", "auto-fail"], rows)


@commands.command()
def accept(
    lot_size: Annotated[int, typer.Option("--lot-size", help="Items of the lot.")],
    aql: Annotated[float, typer.Option("--aql", help="Percent faulty; above 10, faults per 100 items.")],
    level: Annotated[str, typer.Option("--level", help="General level I, II or III.")] = "II",
    tightened: Annotated[bool, typer.Option("--tightened", help="Tightened inspection.")] = False,
    faults: Annotated[int | None, typer.Option("--faults", help="Faulty items found in the sample.")] = None,
    inspected: Annotated[int | None, typer.Option("--inspected", help="Items looked at, when not n.")] = None,
    result: Annotated[
        Path | None, typer.Option("--result", help="The JSON of a compare: its forms are the sample.")
    ] = None,
    critical: Annotated[
        bool, typer.Option("--critical", help="Only critical errors make a form faulty.")
    ] = False,
    json: Json = False,
) -> None:
    """Sampling plan of MIL-STD-105E with its operating characteristic; the decision when faults are given.

    Exit code 1 when the lot is rejected.
    """
    from qa_toolkit.keying.lots import judge_lot, sampled_forms
    from qa_toolkit.statistics.acceptance import acceptance_plan

    plan = acceptance_plan(lot_size, aql, level, "tightened" if tightened else "normal")  # type: ignore[arg-type]
    if result is not None:
        inspected, faults = sampled_forms(result, critical=critical)
    judged = judge_lot(plan, faults=faults, inspected=inspected)
    if json:
        print_json(judged)
    else:
        _show_plan(judged)
    if judged["decision"] == "rejected":
        raise typer.Exit(1)


def _show_plan(judged: dict[str, Any]) -> None:
    moved = "" if judged["letter"] == judged["letter_used"] else f", by its arrow {judged['letter_used']}"
    typer.echo(f"{judged['standard']}, level {judged['level']}, {judged['inspection']} inspection")
    numbers = f"inspect {judged['n']}, accept up to {judged['accept']}, reject from {judged['reject']}"
    typer.echo(
        f"lot of {judged['lot_size']}, AQL {judged['aql']:g}: letter {judged['letter']}{moved}: {numbers}"
    )
    points = judged["operating_characteristic"]
    rows = [[f"{100 * p['accepted']:.1f} %", f"{100 * p['rate']:.2f}"] for p in points]
    print_table(None, ["lots accepted>", "true faults per 100>"], rows)
    if judged["decision"]:
        typer.echo(f"{judged['faults']} faults in {judged['inspected']}: {judged['decision']}")


@layout_commands.command()
def lint(
    layouts: Annotated[list[str], typer.Argument(metavar="LAYOUT...", help="Files or ids.")],
    json: Json = False,
) -> None:
    """Checks record layouts; exit code 1 when one has an error (warnings are printed too)."""
    from dataclasses import asdict

    from qa_toolkit.keying import lint_layout

    found = [fault for name in layouts for fault in lint_layout(layout_file(name))]
    errors = sum(fault.level == "error" for fault in found)
    if json:
        print_json([asdict(fault) for fault in found])
    else:
        for fault in found:
            typer.echo(f"{fault.file}:{fault.line}: {fault.level}: {fault.path}: {fault.message}")
        typer.echo(f"{len(layouts)} checked, {errors} errors, {len(found) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@layout_commands.command()
def show(
    layout: Annotated[str, typer.Argument(help="A layout's id or file.")],
    language: Annotated[str, typer.Option("--language", help="Of the labels: en or es.")] = "en",
    json: Json = False,
) -> None:
    """Shows the groups and fields of a record layout."""
    loaded = find_layout(layout)
    if json:
        print_json(loaded.layout.model_dump(mode="json", exclude_defaults=True))
        return
    rows: list[list[Any]] = []
    for group, spec in loaded.layout.fields():
        rule = "" if spec.normaliser is None else spec.rule
        repeats = "*" if group.repeated else ""
        label = spec.label.get(language) or spec.label.get("en")
        when = ", ".join(
            f"{name}: {'|'.join(values) or 'filled'}" for name, values in spec.active_when.items()
        )
        rows.append([f"{group.id}{repeats}.{spec.id}", spec.type, rule, spec.weighs, when, label])
    title = loaded.layout.title.get(language) or loaded.layout.title.get("en")
    columns = ["field", "type", "normaliser", "criticality", "active when", "label"]
    print_table(f"{title} ({loaded.layout.id} {loaded.layout.version})", columns, rows)
    critical = sum(spec.weighs == "A" for _, spec in loaded.layout.fields())
    typer.echo(
        f"{len(rows)} fields in {len(loaded.layout.groups)} groups (* repeats), {critical} of criticality A"
    )


def find_layout(name: str) -> Any:
    """The layout of that id or file; the configured rubrics folder is searched, too."""
    from qa_toolkit.keying import load_layout

    return load_layout(layout_file(name))


def layout_file(name: str) -> Path:
    """The file behind an id or a path, also when the layout in it is faulty."""
    from qa_toolkit.keying.layout_files import layout_path

    folder = configuration().settings.rubrics_dir
    if Path(name).is_file():
        return Path(name)
    return layout_path(name, search=(folder, folder / "layouts") if folder else ())


def _show(accuracy: KeyingAccuracy) -> None:
    fields, forms, characters = accuracy.fields, accuracy.forms, accuracy.characters
    rows = [
        [
            f"{'active' if accuracy.counting == 'active' else 'all'} fields",
            fields.active,
            fields.errors,
            _rate(fields.per_10000),
            _range(fields.interval),
        ],
        [
            "critical fields",
            accuracy.critical.active,
            accuracy.critical.errors,
            _rate(accuracy.critical.per_10000),
            _range(accuracy.critical.interval),
        ],
        [
            "forms with an error",
            forms.n,
            forms.with_error,
            _percent(forms.rate),
            _range(forms.interval, 100.0),
        ],
        ["forms with a critical error", forms.n, forms.with_critical_error, "", ""],
        ["characters", characters.n, characters.errors, _percent(characters.rate), ""],
    ]
    title = f"{accuracy.records} records, layout {accuracy.layout.id} {accuracy.layout.version}"
    print_table(title, ["", "n>", "wrong>", "per 10,000 or %>", "95 %>"], rows)
    parts = f"{fields.missing} missing, {fields.extra} extra, {fields.wrong} otherwise wrong"
    typer.echo(f"{fields.errors} wrong fields ({parts}) from {fields.root_errors} root errors")
    left_open = f"{accuracy.source_marks} left open by the paper"
    guessed = f"{accuracy.procedure_errors} guessed where illegible"
    typer.echo(f"not counted: {accuracy.format_only} of format only, {left_open}, {guessed}")
    if fields.interval is None and fields.interval_method:
        typer.echo(f"no interval: {fields.interval_method}")
    for name in ("operator", "site"):
        shares = accuracy.by.get(name, ())
        if shares:
            columns = [name, "forms>", "fields>", "wrong>", "root errors>", "per 10,000>", "95 %>"]
            columns.append("fields/hour>")
            table = [
                [
                    s.name,
                    s.forms,
                    s.active,
                    s.errors,
                    s.root_errors,
                    _rate(s.per_10000),
                    _range(s.interval),
                    _rate(s.fields_per_hour),
                ]
                for s in shares
            ]
            print_table(None, columns, table)
    for name in ("kind", "field"):
        shares = accuracy.by.get(name, ())[:12]
        if shares:
            columns = [name, "root errors>", "share>", "so far>", "in all>"]
            table = [
                [s.name, s.root_errors, _percent(s.share), _percent(s.cumulative), s.errors] for s in shares
            ]
            print_table(None, columns, table)
    _show_discrepancies(accuracy)


def _show_discrepancies(accuracy: KeyingAccuracy) -> None:
    roots = [d for d in accuracy.discrepancies if d.root is None and d.kind != "format_only"]
    rows = [
        [
            d.record,
            ".".join(part for part in (d.group, d.member, d.field) if part),
            d.kind,
            d.keyed,
            d.reference,
            d.criticality,
            d.detail,
        ]
        for d in roots[:SHOWN]
    ]
    if rows:
        columns = ["record", "field", "kind", "keyed", "reference", "criticality", "detail"]
        print_table(None, columns, rows)
    if len(roots) > SHOWN:
        typer.echo(f"and {len(roots) - SHOWN} more; --json lists all")


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"


def _range(interval: tuple[float, float] | None, factor: float = 1.0) -> str:
    return "–" if interval is None else f"{factor * interval[0]:.1f} to {factor * interval[1]:.1f}"
