"""``qa report``: reports of the unit, its sites, teams, agents and rubrics, and pages of a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import ActingUser, FromDay, Json, StoreUrl, UntilDay, acting_user, open_store
from qa_toolkit.errors import InputError, UsageError

if TYPE_CHECKING:
    from qa_toolkit.reports.keying_quality import KeyedFiles
    from qa_toolkit.reports.quality_report import ReportRequest
    from qa_toolkit.reports.tables import QualityReport
    from qa_toolkit.store import Store

_RUN = "run"
_PRINTED = (
    *("overview", "basis", "families", "sites", "site_mix", "vendors", "teams", "day"),
    *("machine_overview", "machine_coverage", "machine_seen", "machine_blind", "machine_missed"),
    *("drift", "drift_changes", "drift_answers"),
    *("keying_overview", "keying_operator", "keying_site", "keying_lots", "keying_rejected"),
)


class PeriodName(StrEnum):
    """Stretches of time of the trend."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


What = Annotated[
    str | None,
    typer.Argument(
        metavar="[WHAT]",
        help="unit, site, vendor, team, agent, rubric, criterion, day, machine, drift or keying; or the"
        " number of a run (the newest run when absent).",
    ),
]
Name = Annotated[str | None, typer.Argument(metavar="[NAME]", help="Which one; all of them when absent.")]
OutFile = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="File to write: .html, .xlsx, .csv, .parquet, .jsonl or .json; of a run, a folder.",
        show_default="of a run: qa-report",
    ),
]
OnlyRubric = Annotated[
    str | None, typer.Option("--rubric", metavar="ID", help="Only this rubric.", show_default=False)
]
Measure = Annotated[
    str | None,
    typer.Option(
        help="What groups are compared by: passed, no_auto_fail, customer, business, compliance or"
        " criterion:ID.",
        show_default="the most telling one",
    ),
]
Targets = Annotated[
    list[str] | None,
    typer.Option(metavar="[MEASURE=]RATE", help="A fraction; may be repeated.", show_default=False),
]
Periods = Annotated[PeriodName | None, typer.Option("--by", help="Periods of the trend.", show_default=False)]
WorkMix = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN,…",
        help="What tells kinds of work apart; '' adjusts for nothing.",
        show_default="transaction,caller_type,language,direction,queue",
    ),
]
Fairness = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN,…",
        help="Whose groups are held against each other.",
        show_default="language,interpreter,audio_quality",
    ),
]
FailureDay = Annotated[
    str | None, typer.Option(metavar="DAY", help="Day of the list of failures.", show_default="the last")
]
Unmasked = Annotated[
    bool,
    typer.Option(
        "--unmasked",
        help="Of a run: show identifiers of people in quoted words; written into the audit log.",
    ),
]
KeyedFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Of keying: records as keyed.", show_default=False)
]
ReferenceFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Of keying: the records taken as true.", show_default=False),
]
KeyedLayout = Annotated[str, typer.Option("--layout", metavar="L", help="Of keying: a layout's id or file.")]
ReportLanguage = Annotated[
    str, typer.Option("--language", help="Of titles, headings, notes and sentences: en or es.")
]
Named = Annotated[
    bool, typer.Option("--behind", help="With --json: name the calls or forms behind every row, too.")
]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The command line, as far as it says what a report is about."""

    kind: str
    name: str | None
    measure: str | None
    targets: tuple[str, ...]
    by: PeriodName | None
    mix: str | None
    fairness: str | None
    day: str | None


def register(cli: typer.Typer) -> None:
    cli.command("report")(report)


def report(
    what: What = None,
    name: Name = None,
    out: OutFile = None,
    rubric: OnlyRubric = None,
    first_day: FromDay = None,
    last_day: UntilDay = None,
    measure: Measure = None,
    target: Targets = None,
    by: Periods = None,
    mix: WorkMix = None,
    fairness: Fairness = None,
    day: FailureDay = None,
    unmasked: Unmasked = False,
    keyed: KeyedFile = None,
    reference: ReferenceFile = None,
    layout: KeyedLayout = "covered_application",
    language: ReportLanguage = "en",
    behind: Named = False,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Says how calls were handled and forms keyed: rates with n and interval, trends, and what to do."""
    from qa_toolkit.reports.translation import speaking

    kind = what or _RUN
    if kind == "rubric":
        name, rubric = None, name or rubric
    elif kind == "day":
        name, day = None, name or day
    of_run = kind == _RUN or kind.isdigit()
    if unmasked and not of_run:
        raise UsageError("only pages of a run quote words", None, "leave --unmasked out")
    if of_run and language != "en":
        raise UsageError("pages of a run are written in English", None, "leave --language out")
    who = acting_user(user)
    files = _keyed_files(kind, keyed, reference, layout)
    with speaking(language), open_store(store, "report", create=files is not None) as opened:
        if of_run:
            number = kind if kind.isdigit() else name
            _run_pages(opened, number, out or Path("qa-report"), who, unmasked=unmasked)
            return
        asked = _Asked(kind, name, measure, tuple(target or ()), by, mix, fairness, day)
        found = _made(opened, _request(asked), (rubric, first_day, last_day), files)
        written = _write(found, out)
        opened.audit.record("report.write", "report", f"{kind}:{name or '*'}", by=who, digest=written)
    with speaking(language):
        _print(found, out, json=json, behind=behind)


def _keyed_files(kind: str, keyed: Path | None, reference: Path | None, layout: str) -> KeyedFiles | None:
    """The files of a report on keying; None where only the lots of the store are asked for."""
    if keyed is None and reference is None:
        return None
    if kind != "keying" or keyed is None or reference is None:
        raise UsageError(
            "keyed records are reported on with both files", None, "qa report keying --keyed F --reference F"
        )
    from qa_toolkit.cli.keying_options import find_layout
    from qa_toolkit.reports.keying_quality import KeyedFiles

    return KeyedFiles(keyed, reference, find_layout(layout))


def _print(found: QualityReport, out: Path | None, *, json: bool, behind: bool) -> None:
    if json:
        from qa_toolkit.reports.tables import as_json

        print_json(as_json(found, named=behind))
    elif out is not None:
        typer.echo(str(out))
    else:
        _show(found)


def _run_pages(store: Store, given: str | None, out: Path, user: str, *, unmasked: bool) -> None:
    from qa_toolkit.cli.files import writing_to
    from qa_toolkit.reports.pages import write_pages
    from qa_toolkit.review.permissions import Action, permit_among_users

    if given is not None and not given.isdigit():
        raise UsageError(f"'{given}' is no run", None, "give its number, or nothing for the newest")
    number = int(given) if given else next((found.id for found in store.runs(limit=1)), None)
    if number is None or store.run(number) is None:
        what = "the store has no runs" if given is None else f"the store has no run {given}"
        raise InputError(what, store.database.where, "score something with 'qa score'")
    if unmasked:
        permit_among_users(store, user, Action.UNMASK)
    with writing_to(out):
        store.audit.record("report.write", "run", str(number), by=user, unmasked=unmasked)
        typer.echo(str(write_pages(store, number, out, unmasked=unmasked)))


def _request(asked: _Asked) -> ReportRequest:
    from qa_toolkit.reports.quality_report import FAIRNESS, KINDS, WATCHING, WORK_MIX, ReportRequest

    every = (*KINDS, *WATCHING)
    known = next((each for each in every if each == asked.kind), None)
    if known is None:
        raise UsageError(
            f"there is no report '{asked.kind}'", None, f"use {', '.join(every)} or the number of a run"
        )
    if asked.name is not None and known == "unit":
        raise UsageError("a report of the unit takes no name", None, "leave the name out")
    return ReportRequest(
        kind=known,
        name=asked.name,
        measure=asked.measure,
        targets=dict(map(_target, asked.targets)),
        period=None if asked.by is None else asked.by.value,
        mix=WORK_MIX if asked.mix is None else _names(asked.mix),
        fairness=FAIRNESS if asked.fairness is None else _names(asked.fairness),
        day=asked.day,
    )


def _target(text: str) -> tuple[str, float]:
    name, sign, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0 < value < 1 or (sign and not name):
        raise UsageError(f"'{text}' is no target", None, "write a fraction: --target 0.9 or compliance=0.995")
    return name, value


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _made(
    store: Store,
    request: ReportRequest,
    scope: tuple[str | None, str | None, str | None],
    files: KeyedFiles | None,
) -> QualityReport:
    if request.kind == "keying":
        from qa_toolkit.reports.keying_quality import keying_report

        return keying_report(request, files, store)
    from qa_toolkit.reports.from_store import Scope, report_of_store

    return report_of_store(store, request, Scope(*scope))


def _write(found: QualityReport, out: Path | None) -> str | None:
    """Writes the file, if one is wanted; the hash of what was written."""
    import hashlib

    from qa_toolkit.reports.output import report_bytes, write_report

    if out is None:
        return None
    content = report_bytes(found, out.suffix.lower())
    write_report(out, content)
    return hashlib.sha256(content).hexdigest()


def _show(found: QualityReport) -> None:
    from qa_toolkit.reports.output import cell_text
    from qa_toolkit.reports.translation import say

    for name, value in found.facts:
        typer.echo(f"{name}: {value}")
    typer.echo(f"\n{say('Recommendations')}")
    for number, each in enumerate(found.recommendations, start=1):
        typer.echo(f"  {number}. {each.text}")
    if not found.recommendations:
        typer.echo(f"  {say('Nothing here is certain enough to recommend anything.')}")
    for table in found.tables:
        if table.id in _PRINTED or (found.name is not None and table.id == "criteria"):
            rows = [[cell_text(row.get(key)) for key, _ in table.columns] for row in table.rows[:40]]
            title = f"{table.title} ({table.rubric})" if table.rubric else table.title
            print_table(title, [heading for _, heading in table.columns], rows)
    typer.echo(say("Trends, criteria, causes and charts: --out report.html"))
