"""Compared forms one by one, for figures by operator, batch or whatever else a record says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from qa_toolkit.domain.keying import CHARGED, Rejected
from qa_toolkit.keying.comparison import RecordComparer, RecordComparison
from qa_toolkit.keying.files import only_in_one, paired_ids, with_metadata
from qa_toolkit.keying.layout_files import LoadedLayout
from qa_toolkit.keying.record_files import open_records


@dataclass(frozen=True, slots=True)
class KeyedForm:
    """What comparing one form gave.

    Attributes:
        facts: metadata of the record, such as operator, site and batch.
        errors, active: wrong active fields of active fields; ``critical_…`` those of criticality A.
        character_errors: edits, at most as many as there are characters.
        wrong, critically_wrong: whether anything is charged, and anything of criticality A.
        wrong_fields: ``group.field`` of what is wrong.
    """

    id: str
    facts: Mapping[str, str]
    errors: int
    active: int
    critical_errors: int
    critical_active: int
    character_errors: int
    characters: int
    root_errors: int
    wrong: bool
    critically_wrong: bool
    wrong_fields: frozenset[str]


def compared_forms(
    keyed: Path, reference: Path, loaded: LoadedLayout, *, encoding: str = "utf-8"
) -> Iterator[tuple[RecordComparison, KeyedForm] | Rejected]:
    """Every form that both files have, in the order of the reference, and what could not be compared.

    Raises:
        RecordError: a file cannot be read at all.
        MissingExtraError: a format needs the extra ``tables``.
    """
    one, other = (open_records(path, loaded.layout, encoding=encoding) for path in (keyed, reference))
    for file in (one, other):
        yield from (Rejected(r.input, r.record, r.reason) for r in file.rejected)
    yield from only_in_one(one, other)
    comparer = RecordComparer(loaded.layout)
    for each in paired_ids(one, other):
        (mine, faults), (true, others) = one.read(each), other.read(each)
        yield from (Rejected(r.input, r.record, r.reason) for r in (*faults, *others))
        record = with_metadata(mine, loaded.layout)
        if record is not None and true is not None:
            compared = comparer.compare(record, true)
            yield compared, form_of(compared)


def form_of(compared: RecordComparison) -> KeyedForm:
    """The counts of one comparison."""
    charged = [each for each in compared.discrepancies if each.kind in CHARGED]
    facts = dict(compared.metadata)
    if not facts.get("operator") and facts.get("agent"):
        facts["operator"] = facts["agent"]
    return KeyedForm(
        id=compared.record,
        facts=facts,
        errors=compared.errors.total(),
        active=compared.active.total(),
        critical_errors=sum(each.criticality == "A" and each.field != "" for each in charged),
        critical_active=compared.critical_active,
        character_errors=min(compared.character_errors, compared.characters),
        characters=compared.characters,
        root_errors=sum(each.root is None for each in charged),
        wrong=bool(charged),
        critically_wrong=any(each.criticality == "A" for each in charged),
        wrong_fields=frozenset(".".join(place) for place, wrong in compared.errors.items() if wrong),
    )
