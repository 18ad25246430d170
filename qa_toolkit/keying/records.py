"""Keyed and reference records as they are compared: groups of members of entries, the text as written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, get_args

from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.language.values import without_invisible

State = Literal[
    "present",
    "blank",
    "illegible",
    "ambiguous_mark",
    "crossed_out",
    "source_conflict",
    "not_applicable",
    "unusable",
]
"""What stands at a place of the form; ``unusable``: its row was rejected, nothing can be said of it."""

STATES: Final = tuple(name for name in get_args(State) if name != "unusable")
MARKS: Final = ("illegible", "ambiguous_mark", "crossed_out", "source_conflict")
"""States of the paper that are charged to nobody."""

SINGLE: Final = ""
"""Member label of groups without members."""


class Entry(NamedTuple):
    """What was written (or keyed) in one field; ``value`` without surrounding spaces."""

    value: str
    state: State


BLANK: Final = Entry("", "blank")

Members = Mapping[str, Mapping[str, Entry]]
"""Member label -> field id -> entry."""


@dataclass(frozen=True, slots=True)
class Record:
    """One form, keyed or taken as true. ``metadata`` holds operator, site, times and whatever came along."""

    id: str
    groups: Mapping[str, Members]
    metadata: Mapping[str, str] = field(default_factory=dict)

    def entry(self, group: str, member: str, name: str) -> Entry:
        """The entry of a field; blank when there is none."""
        return self.groups.get(group, {}).get(member, {}).get(name, BLANK)

    def entries(self) -> Iterator[tuple[str, str, str, Entry]]:
        """Group, member, field and entry of everything in the record."""
        for group, members in self.groups.items():
            for member, values in members.items():
                for name, entry in values.items():
                    yield group, member, name, entry


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row, record or file that could not be used, and why; ``input`` is ``file:line`` without a folder."""

    input: str
    record: str | None
    reason: str


def entry_of(value: str, state: str = "") -> Entry:
    """An entry from a value and a state as files have them (empty state: present, or blank without a value).

    Raises:
        ValueError: no such state, or one that contradicts the value.
    """
    text = value.strip()
    if not text.isascii() and not without_invisible(text).strip():
        text = ""
    word = state.strip().casefold().replace(" ", "_").replace("-", "_")
    if not word:
        return Entry(text, "present") if text else BLANK
    if word not in STATES:
        raise ValueError(f"'{state}' is not a state: accepted: empty, {', '.join(STATES)}")
    if word in ("blank", "not_applicable") and text:
        raise ValueError(f"state '{word}' beside the value '{text}': accepted: one of the two")
    if word == "present" and not text:
        return BLANK
    return Entry(text, word)  # type: ignore[arg-type]


@dataclass(slots=True)
class RecordBuilder:
    """Collects the entries of one record, whatever the file; faults are raised as ``ValueError``."""

    id: str
    layout: RecordLayout
    groups: dict[str, dict[str, dict[str, Entry]]] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)

    def add(self, group_id: str, member: str, name: str, entry: Entry) -> None:
        """Adds one entry.

        Raises:
            ValueError: the layout has no such place, or another value stands there already.
        """
        group = self.layout.by_id.get(group_id)
        if group is None:
            raise ValueError(f"no group '{group_id}': accepted: {', '.join(self.layout.by_id)}")
        if name not in group.by_id:
            raise ValueError(f"no field '{name}' in the group '{group_id}': see `qa keying layout show`")
        label = member.strip()
        if not group.repeated:
            if label not in (SINGLE, "1"):
                raise ValueError(f"member '{label}' of '{group_id}', which has no members: accepted: empty")
            label = SINGLE
        elif not label:
            raise ValueError(f"no member for '{group_id}.{name}': accepted: a label such as 1")
        values = self.groups.setdefault(group_id, {}).setdefault(label, {})
        if name in values and values[name].state != "unusable":
            raise TwiceError(group_id, label, name, same=values[name] == entry)
        values[name] = entry

    def spoil(self, group_id: str, member: str, name: str) -> None:
        """Marks a field whose row was rejected, unless it has a good one, so that it is not compared."""
        group = self.layout.by_id.get(group_id)
        if group is not None and name in group.by_id:
            label = member.strip() if group.repeated else SINGLE
            if label or not group.repeated:
                values = self.groups.setdefault(group_id, {}).setdefault(label, {})
                values.setdefault(name, Entry("", "unusable"))

    def describe(self, values: Mapping[str, str]) -> None:
        """Adds metadata; empty values say nothing.

        Raises:
            ValueError: one name with two values.
        """
        for name, value in values.items():
            text = value.strip()
            if text and self.metadata.setdefault(name, text) != text:
                raise ValueError(
                    f"{name} is '{text}' here and '{self.metadata[name]}' before: accepted: one value"
                )

    def build(self) -> Record:
        """The record."""
        return Record(self.id, self.groups, self.metadata)


class TwiceError(ValueError):
    """One field of a record stands twice in a file."""

    def __init__(self, group: str, member: str, name: str, *, same: bool) -> None:
        self.same = same
        place = ".".join(part for part in (group, member, name) if part)
        how = "with the same value" if same else "with different values: it is not known which one holds"
        super().__init__(f"{place} stands twice in the record, {how}")
