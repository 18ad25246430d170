"""A keyed form as an interaction: what evaluators see of it, so that it is scored like a call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qa_toolkit.domain.case import Case, Interaction
from qa_toolkit.domain.keying import Rejected
from qa_toolkit.domain.transcript import Scalar
from qa_toolkit.keying.comparison import RecordComparer, RecordComparison
from qa_toolkit.keying.files import read_pairs
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.records import Record
from qa_toolkit.keying.rules import LayoutRules

WORK_AREA = "paper_keying"


def case_of(keyed: Record, reference: Record, comparison: RecordComparison, rules: LayoutRules) -> Case:
    """The case of one form: metadata, the values of both sides by ``group.member.field``, the discrepancies.

    Identifiers are masked; a place the paper leaves open holds its state in brackets. Members of each
    repeated group are counted in metadata of the group's name with an ``s``.
    """
    metadata: dict[str, Scalar] = dict(comparison.metadata)
    for group in rules.layout.groups:
        if group.repeated:
            metadata[f"{group.id}s"] = len(reference.groups.get(group.id, {}))
    agent = comparison.metadata.get("operator") or comparison.metadata.get("agent")
    interaction = Interaction(
        id=reference.id,
        kind="record",
        agent=agent,
        site=comparison.metadata.get("site"),
        started_at=comparison.metadata.get("started"),
        work_area=WORK_AREA,
        metadata={**metadata, "work_area": WORK_AREA},
    )
    return Case(
        interaction,
        record=_values(keyed, rules),
        reference=_values(reference, rules),
        discrepancies=comparison.discrepancies,
    )


def _values(record: Record, rules: LayoutRules) -> dict[str, Scalar]:
    made: dict[str, Scalar] = {}
    for group, member, name, entry in record.entries():
        if entry.value or entry.state not in ("blank", "present", "unusable"):
            place = ".".join(part for part in (group, member, name) if part)
            shown = rules.fields[group][name].shown(entry.value)
            made[place] = shown if entry.state == "present" else f"({entry.state})"
    return made


def cases_of_files(
    keyed: Path, reference: Path, layout: RecordLayout, rejected: list[Rejected] | None = None
) -> Iterator[Case]:
    """The cases of all records that both files have; ``rejected`` gets what is left out, with the reason."""
    comparer = RecordComparer(layout)
    for k, r in read_pairs(keyed, reference, layout, rejected=rejected):
        yield case_of(k, r, comparer.compare(k, r), comparer.rules)


def case_document(case: Case) -> dict[str, Any]:
    """The case as the JSON document that ``qa evaluate`` and ``qa score`` read."""
    interaction = case.interaction
    known = {"agent": interaction.agent, "site": interaction.site, "started_at": interaction.started_at}
    return {
        "kind": "record",
        "id": interaction.id,
        "metadata": {**interaction.metadata, **{k: v for k, v in known.items() if v is not None}},
        "fields": dict(case.record or {}),
        "reference": dict(case.reference or {}),
        "discrepancies": [asdict(discrepancy) for discrepancy in case.discrepancies or ()],
    }
