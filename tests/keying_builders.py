"""Short ways to write records of the shipped layout for the tests of keying."""

from __future__ import annotations

from functools import cache

from qa_toolkit.domain.case import Discrepancy
from qa_toolkit.keying import (
    LoadedLayout,
    Record,
    RecordBuilder,
    RecordComparison,
    RecordLayout,
    compare_records,
    entry_of,
    load_layout,
)


@cache
def shipped() -> LoadedLayout:
    return load_layout("covered_application")


def layout() -> RecordLayout:
    return shipped().layout


def record(values: dict[str, str], record_id: str = "R", of: RecordLayout | None = None) -> Record:
    """``{"person.1.first_name": "Ana", "contact.phone": "(illegible)"}``; a state stands in brackets."""
    builder = RecordBuilder(record_id, of or layout())
    for name, text in values.items():
        group, _, rest = name.partition(".")
        member, _, field = rest.rpartition(".")
        state = (
            text[1:-1] if text.startswith("(") and text.endswith(")") and text[1:-1].isidentifier() else ""
        )
        builder.add(group, member, field, entry_of("" if state else text, state))
    return builder.build()


def compared(
    keyed: dict[str, str], reference: dict[str, str], of: RecordLayout | None = None
) -> RecordComparison:
    return compare_records(record(keyed, of=of), record(reference, of=of), of or layout())


def place(discrepancy: Discrepancy) -> str:
    return ".".join(p for p in (discrepancy.group, discrepancy.member, discrepancy.field) if p)


def kinds(comparison: RecordComparison, *, roots_only: bool = True) -> dict[str, str]:
    """Place -> kind; by default without what follows from another error."""
    return {place(d): d.kind for d in comparison.discrepancies if d.root is None or not roots_only}
