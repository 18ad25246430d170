"""Two keyings of one paper: where they differ a third person rules, without knowing whose value is whose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from qa_toolkit.domain.keying import CHARGED, GUESSED, MEMBER_KINDS, SOURCE_KINDS
from qa_toolkit.keying.checks.scope import path_of
from qa_toolkit.keying.comparison import RecordComparer, RecordComparison
from qa_toolkit.keying.records import BLANK, Entry, Record, entry_of
from qa_toolkit.keying.rules import LayoutRules

RULING_COLUMNS: Final = (
    "record", "group", "member", "field", "label", "page", "one", "other", "choice", "paper", "state",
    "reason", "note",
)  # fmt: skip
CHOICES: Final = ("one", "other", "neither")

Partner = Mapping[tuple[str, str], str]
"""Group and label of the second keying -> label of the first."""

Verdict = Literal["first", "second", "other", "unreadable", "source_conflict"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where two keyings differ; an empty field is a whole member (missed, too many, exchanged)."""

    record: str
    group: str
    member: str
    field: str
    kind: str
    first: str
    second: str

    @property
    def first_is_one(self) -> bool:
        """Whether the first keying stands under ``one``: by the place alone, so always the same."""
        text = f"{self.record}\x1f{path_of(self.group, self.member, self.field)}"
        return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the third person found; ``entry`` is what stands on the paper when it is neither value."""

    mismatch: Mismatch
    verdict: Verdict
    entry: Entry | None
    reason: str
    note: str


_DECIDED: Final = frozenset((*CHARGED, GUESSED, *SOURCE_KINDS))
_WHOLE: Final = {
    "missed_member": ("(not keyed)", "(keyed)"),
    "extra_member": ("(keyed)", "(not keyed)"),
    "duplicated_member": ("(keyed twice)", "(keyed once)"),
    "column_swap": ("(in one another's place)", "(in their own places)"),
}


def mismatches(comparison: RecordComparison) -> Iterator[Mismatch]:
    """Every difference a person has to decide; fields that follow a member-level difference come with it."""
    for found in comparison.discrepancies:
        if found.kind in _DECIDED and not (found.root or "").startswith(MEMBER_KINDS):
            values = (found.keyed or "(blank)", found.reference or "(blank)")
            first, second = _WHOLE.get(found.kind, values)
            place = (found.record, found.group, found.member or "", found.field)
            yield Mismatch(*place, found.kind, first, second)


def ruling_rows(
    found: Sequence[Mismatch], rules: LayoutRules, language: str = "en"
) -> Iterator[Mapping[str, str]]:
    """The rows of the sheet for the third person."""
    for each in found:
        spec = rules.layout.by_id[each.group].by_id.get(each.field)
        one, other = (each.first, each.second) if each.first_is_one else (each.second, each.first)
        yield {
            "record": each.record,
            "group": each.group,
            "member": each.member,
            "field": each.field,
            "label": (spec.label.get(language) or "") if spec else "(the whole member)",
            "page": str(spec.page or "") if spec else "",
            "one": one,
            "other": other,
        }


def read_ruling(row: Mapping[str, str], mismatch: Mismatch) -> Ruling | None:
    """The ruling of a row; None where nothing was decided yet.

    Raises:
        ValueError: no such choice, a value missing or not expected, or no reason.
    """
    choice = row["choice"].strip().casefold()
    if not choice:
        if row["paper"] or row["state"]:
            raise ValueError("a value without a choice: accepted: choice 'neither'")
        return None
    if choice not in CHOICES:
        raise ValueError(f"'{row['choice']}' is no choice: accepted: {', '.join(CHOICES)}, or empty")
    if not row["reason"].strip():
        raise ValueError("a ruling without a reason: accepted: a short code, such as paper_clear")
    entry: Entry | None = None
    if choice == "neither":
        if not mismatch.field:
            raise ValueError("'neither' for a whole member: accepted: one or other")
        entry = entry_of(row["paper"], row["state"])
    elif row["paper"].strip() or row["state"].strip():
        raise ValueError(f"a value beside the choice '{choice}': accepted: only with 'neither'")
    verdict = _verdict(choice, entry, mismatch)
    return Ruling(mismatch, verdict, entry, row["reason"].strip(), row["note"].strip())


def _verdict(choice: str, entry: Entry | None, mismatch: Mismatch) -> Verdict:
    if entry is not None:
        if entry.state == "source_conflict":
            return "source_conflict"
        return "unreadable" if entry.state in ("illegible", "ambiguous_mark", "crossed_out") else "other"
    return "first" if (choice == "one") == mismatch.first_is_one else "second"


Groups = dict[str, dict[str, dict[str, Entry]]]
_OPEN: Final = Entry("", "unusable")


def ruled(
    first: Record,
    second: Record,
    comparer: RecordComparer,
    rulings: Sequence[Ruling],
    still_open: Sequence[Mismatch],
) -> tuple[Record, Record, Record]:
    """Both keyings and the reference: what they agree on with the rulings put in.

    Members of the reference have the labels of the second keying. Places that are still open are taken out of
    all three, so that they are in no comparison.
    """
    alignments = comparer.compare(first, second).alignments
    partner = {(g, r): k for g, each in alignments.items() for r, k in each.pairs}
    one, other = _copy(first), _copy(second)
    for each in still_open:
        _leave_open(one, other, each, partner)
    found = {g: {m: dict(values) for m, values in members.items()} for g, members in other.items()}
    for ruling in sorted(rulings, key=lambda r: r.mismatch.field == ""):
        _put_in(found, ruling, first, partner)
    sides = ((first, one), (second, other), (second, found))
    made = [Record(record.id, groups, record.metadata) for record, groups in sides]
    return made[0], made[1], made[2]


def _copy(record: Record) -> Groups:
    return {g: {m: dict(values) for m, values in members.items()} for g, members in record.groups.items()}


def _put_in(found: Groups, ruling: Ruling, first: Record, partner: Partner) -> None:
    place = ruling.mismatch
    members = found.setdefault(place.group, {})
    if not place.field:
        if ruling.verdict == "first":
            _take_members(members, first, place, partner)
        return
    if ruling.verdict == "first":
        label = partner.get((place.group, place.member), place.member)
        chosen = first.groups.get(place.group, {}).get(label, {}).get(place.field, BLANK)
        members.setdefault(place.member, {})[place.field] = chosen
    elif ruling.entry is not None:
        members.setdefault(place.member, {})[place.field] = ruling.entry


def _leave_open(one: Groups, other: Groups, place: Mismatch, partner: Partner) -> None:
    if place.field:
        other.setdefault(place.group, {}).setdefault(place.member, {})[place.field] = _OPEN
        return
    for label in place.member.split("+"):
        if place.kind not in ("extra_member", "duplicated_member"):
            other.get(place.group, {}).pop(label, None)
        if place.kind != "missed_member":
            one.get(place.group, {}).pop(partner.get((place.group, label), label), None)


def _take_members(
    members: dict[str, dict[str, Entry]], first: Record, place: Mismatch, partner: Partner
) -> None:
    """The members as the first keying has them."""
    if place.kind == "missed_member":
        members.pop(place.member, None)
    elif place.kind == "column_swap":
        cycle = [label for label in place.member.split("+") if label in members]
        members |= {partner.get((place.group, label), label): members[label] for label in cycle}
    else:
        label, number = place.member, 1
        while any(entry.state != "blank" for entry in members.get(label, {}).values()):
            number += 1
            label = f"{place.member}-{number}"
        members[label] = dict(first.groups.get(place.group, {}).get(place.member, {}))


def kept_values(
    ruling: Ruling, reference: Record, rules: LayoutRules
) -> tuple[str | None, str | None, str | None]:
    """First, second and found value of a ruling as they may be kept, identifiers masked; None: no value."""
    place = ruling.mismatch
    fit = rules.fields[place.group].get(place.field)
    if fit is None:
        return place.first, place.second, place.first if ruling.verdict == "first" else place.second
    entry = reference.entry(place.group, place.member, place.field)
    value = entry.value if entry.state == "present" else f"({entry.state})"
    return fit.shown(place.first), fit.shown(place.second), fit.shown(value)
