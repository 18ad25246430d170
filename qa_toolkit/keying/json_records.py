"""Records in JSON: objects with their groups, or the rows of the CSV form as objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_toolkit.errors import RecordError
from qa_toolkit.json_files import read_json
from qa_toolkit.keying.layout import RecordLayout
from qa_toolkit.keying.records import SINGLE, Record, RecordBuilder, Rejection, entry_of

_NOT_GROUPS = frozenset({"id", "record", "kind", "schema", "metadata", "groups", "fields"})


@dataclass(frozen=True, slots=True)
class JsonRecords:
    """Records of a JSON file, held in memory."""

    name: str
    layout: RecordLayout
    objects: Mapping[str, Sequence[Mapping[str, Any]]]
    rejected: Sequence[Rejection] = ()
    warnings: Sequence[str] = ()

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the records, in the order of the file."""
        return list(self.objects)

    def part(self, ids: Iterable[str]) -> JsonRecords:
        """The same source with these records only, to be read by another process."""
        return JsonRecords(self.name, self.layout, {each: self.objects[each] for each in ids})

    def read(self, record: str) -> tuple[Record | None, list[Rejection]]:
        """One record; None with the reasons where it cannot be used."""
        objects = self.objects[record]
        rows = [item for item in objects if _is_row(item)]
        if len(objects) - len(rows) > 1 or (rows and len(rows) != len(objects)):
            reason = f"{len(objects)} records have this id: it is not known which one holds"
            return None, [Rejection(self.name, record, reason)]
        builder = RecordBuilder(record, self.layout)
        rejected: list[Rejection] = []
        entries = _row_entries(rows) if rows else _entries(objects[0], self.layout)
        try:
            for group, member, name, value, state in entries:
                try:
                    builder.add(group, member, name, entry_of(_text(value), _text(state)))
                except ValueError as error:
                    rejected.append(Rejection(self.name, record, str(error)))
                    if getattr(error, "same", True) is False:
                        return None, rejected
                    builder.spoil(group, member, name)
            if not rows:
                builder.describe(_described(objects[0]))
        except (ValueError, TypeError, AttributeError) as error:
            return None, [*rejected, Rejection(self.name, record, f"not the shape of a record ({error})")]
        return builder.build(), rejected


def read_json_records(path: Path, layout: RecordLayout) -> JsonRecords:
    """The records of a JSON file.

    A record is ``{"id", "metadata", "groups": {"contact": {field: value}, "person": [{"member": "1", …}]}}``;
    the groups may also stand beside the id, members may be a mapping from their labels, a value may be
    ``{"value", "state"}``, and ``fields`` may hold ``group.member.field`` names or a list of rows. Plain
    values beside the groups are metadata. A file is one record, a list of them, ``{"records": […]}``, or a
    list of rows with the columns of the CSV form.

    Raises:
        RecordError: the file is not JSON or holds no list of records.
    """
    data = read_json(path, "give the records as JSON in UTF-8", RecordError)
    if isinstance(data, Mapping):
        data = data.get("records", [data])
    if not isinstance(data, list):
        raise RecordError("no list of records", path.name, 'give [{"id": …, "groups": {…}}, …]')
    objects: dict[str, list[Mapping[str, Any]]] = {}
    rejected = []
    for number, item in enumerate(data, start=1):
        where = f"{path.name}:record {number}"
        if not isinstance(item, Mapping):
            rejected.append(Rejection(where, None, "not an object"))
            continue
        key = item.get("record", item.get("id"))
        if not isinstance(key, str | int) or isinstance(key, bool) or key == "":
            rejected.append(Rejection(where, None, "no record id"))
            continue
        objects.setdefault(str(key).strip(), []).append(item)
    return JsonRecords(path.name, layout, objects, rejected)


def _is_row(item: Mapping[str, Any]) -> bool:
    return "field" in item and "group" in item


_Entry = tuple[str, str, str, Any, Any]


def _row_entries(rows: Iterable[Mapping[str, Any]]) -> Iterator[_Entry]:
    for row in rows:
        member, state = _text(row.get("member")), row.get("state")
        yield _text(row["group"]), member, _text(row["field"]), row.get("value"), state


def _entries(item: Mapping[str, Any], layout: RecordLayout) -> Iterator[_Entry]:
    groups = item.get("groups")
    if groups is None:
        groups = {
            name: value
            for name, value in item.items()
            if name not in _NOT_GROUPS and isinstance(value, Mapping | list)
        }
    for name, content in groups.items():
        group = layout.by_id.get(name)
        if group is None:
            raise ValueError(f"no group '{name}': accepted: {', '.join(layout.by_id)}")
        for label, values in _members(content, repeated=group.repeated):
            for field, value in values.items():
                if field != "member":
                    yield name, label, field, *_value(value)
    fields = item.get("fields") or {}
    if isinstance(fields, list):
        yield from _row_entries(fields)
        return
    for name, value in fields.items():
        group_id, _, rest = name.partition(".")
        label, _, field = rest.rpartition(".")
        yield group_id, label, field, *_value(value)


def _described(item: Mapping[str, Any]) -> dict[str, str]:
    """The metadata of a record: what stands under that name, and plain values beside the groups."""
    beside = {k: v for k, v in item.items() if k not in _NOT_GROUPS and not isinstance(v, Mapping | list)}
    return {str(key): _text(value) for key, value in {**beside, **(item.get("metadata") or {})}.items()}


def _members(content: Any, *, repeated: bool) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not repeated:
        yield SINGLE, content
    elif isinstance(content, Mapping):
        yield from ((str(label), values) for label, values in content.items())
    else:
        for number, values in enumerate(content or (), start=1):
            yield _text(values.get("member")) or str(number), values


def _value(value: Any) -> tuple[Any, Any]:
    if isinstance(value, Mapping):
        return value.get("value"), value.get("state")
    return value, None


def _text(value: Any) -> str:
    """A JSON value as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list | tuple):
        return ";".join(_text(item) for item in value)
    if isinstance(value, Mapping):
        raise ValueError("an object where a value is expected")  # noqa: TRY004
    return str(value)
