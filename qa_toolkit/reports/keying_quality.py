"""The report on keying operators: out of keyed records beside their reference, and the lots of a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa_toolkit.domain.keying import Rejected
from qa_toolkit.errors import UsageError
from qa_toolkit.keying import AccuracyCount, LoadedLayout
from qa_toolkit.keying.forms import KeyedForm, compared_forms
from qa_toolkit.reports.keying_page import field_names
from qa_toolkit.reports.keying_report import day_of
from qa_toolkit.reports.operators import KeyedWork, lot_table, operator_tables
from qa_toolkit.reports.quality_report import ReportRequest, report_of, title_of
from qa_toolkit.reports.tables import Cell, QualityReport, Table
from qa_toolkit.reports.translation import say, span_of_days, spoken

if TYPE_CHECKING:
    from qa_toolkit.store import Store


@dataclass(frozen=True, slots=True)
class KeyedFiles:
    """Records as keyed, and those taken as true."""

    keyed: Path
    reference: Path
    loaded: LoadedLayout
    encoding: str = "utf-8"


def keying_report(request: ReportRequest, files: KeyedFiles | None, store: Store | None) -> QualityReport:
    """How well operators keyed, by fields, characters and forms; and the lots the store knows.

    Args:
        request: ``name`` is an operator; then only that one's forms are in it and nobody else is named.

    Raises:
        UsageError: there are neither files nor lots, or the operator keyed none of the forms.
        RecordError: a file cannot be read at all.
    """
    tables: list[Table] = []
    facts: list[tuple[str, str]] = []
    if files is not None:
        work, rejected = _read(files, request.name)
        if not work.own:
            who = "" if request.name is None else f" by operator '{request.name}'"
            raise UsageError(
                f"no form{who} could be compared", str(files.keyed), "check the ids of both files"
            )
        tables += operator_tables(work, request.period)
        facts += _facts(work, files, rejected)
        if rejected and request.name is None:
            tables.append(_rejected(rejected))
    lots = lot_table(store.keying.lots()) if store is not None and request.name is None else None
    if lots is not None:
        tables.append(lots)
    if not tables:
        raise UsageError(
            "there is nothing keyed to report on", None, "give --keyed and --reference, or record lots"
        )
    head = None if store is None else store.audit.head()
    if head is not None:
        facts.append((say("Audit log up to"), say("row {row}, {hash}", row=head.id, hash=head.hash[:16])))
    return report_of(request, title_of(request), tables, (), facts)


def _read(files: KeyedFiles, operator: str | None) -> tuple[KeyedWork, list[Rejected]]:
    count = AccuracyCount(files.loaded)
    forms: list[KeyedForm] = []
    rejected: list[Rejected] = []
    for found in compared_forms(files.keyed, files.reference, files.loaded, encoding=files.encoding):
        if isinstance(found, Rejected):
            rejected.append(found)
            continue
        compared, form = found
        forms.append(form)
        if operator in (None, form.facts.get("operator")):
            count.add(compared)
    names = field_names(files.loaded.layout, spoken())
    return KeyedWork(tuple(forms), count.result(), names, operator), rejected


def _facts(work: KeyedWork, files: KeyedFiles, rejected: Sequence[Rejected]) -> list[tuple[str, str]]:
    layout = files.loaded.layout
    title = layout.title.get(spoken()) or layout.title.get("en") or layout.id
    days = sorted(day for form in work.own if (day := day_of(form.facts)))
    facts = [
        (say("Form"), f"{title} ({layout.id} {layout.version})"),
        (say("Period"), span_of_days(days)),
        (say("Forms compared"), str(len(work.own))),
    ]
    if rejected and work.operator is None:
        facts.append((say("Not compared"), say("{n} rows or records", n=len(rejected))))
    return facts


def _rejected(rejected: Sequence[Rejected]) -> Table:
    rows: tuple[dict[str, Cell], ...] = tuple(
        {"name": each.record or each.input, "input": each.input, "reason": each.reason} for each in rejected
    )
    columns = (("name", "Form"), ("input", "File"), ("reason", "Reason"))
    return Table("keying_rejected", "Not compared", None, columns, rows, "In none of the figures.")
