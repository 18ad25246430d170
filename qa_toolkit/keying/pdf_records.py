"""Records in fillable PDF forms (AcroForm): one file, one record.

Field names are matched to the layout whatever stands between their parts: ``person/2/first_name``,
``person[1].first_name`` (numbers in square brackets count from 0, others from 1) and ``First Name 2`` all
name the first name of the second person, the last if the layout gives that field the ``column`` "First Name".
A box to mark ends in its option (``person/2/pregnant/yes``) or exports it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from qa_toolkit.errors import MissingExtraError, RecordError
from qa_toolkit.keying.layout import FieldSpec, GroupSpec, RecordLayout
from qa_toolkit.keying.normalisers import rule_for
from qa_toolkit.keying.records import SINGLE, Record, RecordBuilder, Rejection, entry_of

RECORD_FIELDS: Final = ("record", "recordid")
"""Names of a field with the record's id; without one the file's name is the id."""

MOST_NAMED: Final = 8
MOST_MEMBERS: Final = 20
SIGNED: Final = frozenset(["present", "absent"])
_OFF: Final = frozenset(["", "off"])
_CHECKED: Final = frozenset(["on", "yes", "1", "true", "x", "checked", "si", "sí"])
_BRACKETED: Final = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Widget:
    """One field of a PDF form.

    Attributes:
        kind: text, button (a box or a row of boxes of which one holds), choice or signature.
        value: what is filled in; of buttons the export value that is on.
        states: export values a button can have.
    """

    name: str
    kind: str
    value: str
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a form field belongs in the layout."""

    group: GroupSpec
    member: str
    spec: FieldSpec
    option: str | None = None


@dataclass(frozen=True, slots=True)
class PdfRecords:
    """The record of one PDF, or those of the PDFs of a folder."""

    name: str
    layout: RecordLayout
    files: Mapping[str, Path]
    names: Mapping[str, Target]
    rejected: Sequence[Rejection] = ()
    warnings: Sequence[str] = ()

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the records, in the order of the file."""
        return list(self.files)

    def part(self, ids: Iterable[str]) -> PdfRecords:
        """The same source with these records only, to be read by another process."""
        return PdfRecords(self.name, self.layout, {each: self.files[each] for each in ids}, self.names)

    def read(self, record: str) -> tuple[Record | None, list[Rejection]]:
        """One record; None with the reasons where it cannot be used."""
        path = self.files[record]
        try:
            widgets = read_widgets(path)
        except RecordError as error:
            return None, [Rejection(path.name, record, str(error))]
        return _record(record, path.name, widgets, self)


def open_pdf_records(path: Path, layout: RecordLayout) -> PdfRecords:
    """The records of a fillable PDF, or of every PDF in a folder.

    Raises:
        RecordError: a single file cannot be read, or no field of it is in the layout; a folder without PDFs.
        MissingExtraError: the extra ``forms`` is not installed.
    """
    if path.is_dir():
        paths = sorted(p for p in path.iterdir() if p.suffix.lower() == ".pdf")
        if not paths:
            raise RecordError("no PDF in the folder", str(path), "give filled PDF forms")
    else:
        paths = [path]
    files: dict[str, Path] = {}
    names = target_names(layout)
    rejected: list[Rejection] = []
    warnings: list[str] = []
    for each in paths:
        try:
            widgets = read_widgets(each)
            unknown = _unknown(widgets, each.name, names)
        except RecordError as error:
            if not path.is_dir():
                raise
            rejected.append(Rejection(each.name, None, error.what))
            continue
        if unknown:
            named = ", ".join(unknown[:MOST_NAMED]) + (" …" if len(unknown) > MOST_NAMED else "")
            warnings.append(f"{each.name}: {len(unknown)} form fields are not in the layout: {named}")
        record = next(
            (w.value.strip() for w in widgets if plain_name(w.name) in RECORD_FIELDS and w.value), ""
        )
        name = record or each.stem
        if name in files:
            reason = f"the record '{name}' stands in {files[name].name}, too: it is not known which one holds"
            rejected.append(Rejection(each.name, name, reason))
            continue
        files[name] = each
    return PdfRecords(path.name, layout, files, names, rejected, warnings)


def read_widgets(path: Path) -> list[Widget]:
    """The fields of a PDF form with what is filled in.

    Raises:
        RecordError: no PDF, damaged, encrypted, without form fields, or with an XFA form only.
        MissingExtraError: the extra ``forms`` is not installed.
    """
    try:
        import pypdf
    except ImportError as error:
        raise MissingExtraError.of("forms", "reading PDF forms") from error
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        with path.open("rb") as stream:
            reader = pypdf.PdfReader(stream)
            if reader.is_encrypted and not reader.decrypt(""):
                raise RecordError("the PDF is encrypted", path.name, "save it without a password")
            fields = reader.get_fields() or {}
            xfa = bool(reader.xfa) if not fields else False
    except RecordError:
        raise
    except Exception as error:
        kind = type(error).__name__
        if kind in ("FileNotDecryptedError", "WrongPasswordError", "DependencyError"):
            raise RecordError("the PDF is encrypted", path.name, "save it without a password") from error
        raise RecordError(f"the PDF is damaged or no PDF ({kind})", path.name, "save it again") from error
    if not fields:
        what = "an XFA form, which only Adobe's reader fills" if xfa else "no form fields: a scan or flat PDF"
        raise RecordError(what, path.name, "save it as a plain PDF form, or read it with 'qa keying read'")
    return [widget for name, data in fields.items() if (widget := _widget(str(name), data)) is not None]


def _widget(name: str, data: Mapping[str, Any]) -> Widget | None:
    kinds = {"/Tx": "text", "/Btn": "button", "/Ch": "choice", "/Sig": "signature"}
    kind = kinds.get(str(data.get("/FT")))
    if kind is None or ("/Kids" in data and kind != "button"):
        return None
    value = data.get("/V")
    if kind == "signature":
        return Widget(name, kind, "present" if value is not None else "")
    states = tuple(_export(each) for each in data.get("/_States_", ()) or ())
    if isinstance(value, list | tuple):
        text = ";".join(_export(each) for each in value)
    else:
        text = "" if value is None else _export(value)
    return Widget(name, kind, text, tuple(state for state in states if state.casefold() not in _OFF))


def _export(value: Any) -> str:
    text = str(value)
    return text[1:] if text.startswith("/") else text


def plain_name(name: str) -> str:
    """A name without what stands between its parts; bracketed numbers counted from 1."""
    counted = _BRACKETED.sub(lambda match: f" {int(match[1]) + 1} ", name)
    return re.sub(r"[\W_]+", "", counted).casefold()


def target_names(layout: RecordLayout) -> dict[str, Target]:
    """Every name a form may give a place of the layout, without separators; ambiguous ones are left out."""
    found: dict[str, Target | None] = {}
    for group, spec in layout.fields():
        options = spec.options or (("yes", "no") if spec.rule == "yes_no" else ())
        for member in _labels(group):
            for option in (None, *options):
                target = Target(group, member, spec, option)
                for name in _names(group, member, spec, option):
                    key = plain_name(name)
                    same = found.get(key, target)
                    found[key] = target if same == target else None
    return {key: target for key, target in found.items() if target is not None}


def _labels(group: GroupSpec) -> list[str]:
    if not group.repeated:
        return [SINGLE]
    room = MOST_MEMBERS if group.repeats is True else max(MOST_MEMBERS, int(group.repeats))
    return [str(number) for number in range(1, room + 1)]


def _names(group: GroupSpec, member: str, spec: FieldSpec, option: str | None) -> Iterator[str]:
    last = f" {option}" if option else ""
    first = [f"{group.id} {member} {spec.id}", f"{group.id} {spec.id} {member}"]
    if spec.column:
        first += [f"{spec.column} {member}", f"{member} {spec.column}"]
        if member == "1":
            first.append(spec.column)
    for name in first:
        yield name + last


def _unknown(widgets: Sequence[Widget], file: str, names: Mapping[str, Target]) -> list[str]:
    unknown = [
        w.name for w in widgets if plain_name(w.name) not in names and plain_name(w.name) not in RECORD_FIELDS
    ]
    if len(unknown) == len(widgets):
        raise RecordError(
            "no form field has a name of the layout", file, "name them group/member/field, or give columns"
        )
    return unknown


def _record(
    record: str, file: str, widgets: Sequence[Widget], records: PdfRecords
) -> tuple[Record | None, list[Rejection]]:
    builder, rejected = RecordBuilder(record, records.layout), list[Rejection]()
    marks: dict[tuple[str, str, str], list[str]] = {}
    for widget in widgets:
        target = records.names.get(plain_name(widget.name))
        if target is None:
            continue
        place = (target.group.id, target.member, target.spec.id)
        if widget.kind == "button" and (target.option is not None or target.spec.type == "checkbox"):
            marks.setdefault(place, []).extend(_marked(widget, target))
            continue
        try:
            builder.add(*place, entry_of(_written(widget, target.spec)))
        except ValueError as error:
            rejected.append(Rejection(f"{file}:{widget.name}", record, str(error)))
            if getattr(error, "same", True) is False:
                return None, rejected
    for place, chosen in marks.items():
        state = _state(place, chosen, records.layout)
        try:
            builder.add(*place, entry_of(";".join(dict.fromkeys(chosen)), state))
        except ValueError as error:
            return None, [*rejected, Rejection(file, record, str(error))]
    _without_place(builder, _drawn(widgets, records.names))
    return builder.build(), rejected


def _drawn(widgets: Sequence[Widget], names: Mapping[str, Target]) -> set[tuple[str, str]]:
    """Group and field of everything the form has a place for."""
    found = (names.get(plain_name(widget.name)) for widget in widgets)
    return {(target.group.id, target.spec.id) for target in found if target is not None}


def _without_place(builder: RecordBuilder, drawn: set[tuple[str, str]]) -> None:
    """Nobody could fill in what the form has no place for: nothing is said of those fields."""
    for group in builder.layout.groups:
        labels = list(builder.groups.get(group.id, ())) if group.repeated else [SINGLE]
        for spec in group.fields:
            if (group.id, spec.id) not in drawn:
                for label in labels:
                    builder.spoil(group.id, label, spec.id)


def _written(widget: Widget, spec: FieldSpec) -> str:
    """What is filled in; in place of a signature only whether something is."""
    if widget.kind == "button" and widget.value.casefold() in _OFF:
        return ""
    if set(spec.options) == SIGNED and widget.value.strip() and widget.value.strip().casefold() not in SIGNED:
        return "present"
    return widget.value


def _marked(widget: Widget, target: Target) -> list[str]:
    """What a box or a row of boxes says; a box that is on and exports nothing telling means its option."""
    if widget.value.casefold() in _OFF:
        return []
    if target.option is not None:
        return [target.option]
    if widget.value.casefold() in _CHECKED:
        return ["yes"]
    return [widget.value]


def _state(place: tuple[str, str, str], chosen: Sequence[str], layout: RecordLayout) -> str:
    """Two boxes where the question takes one are an ambiguous mark."""
    spec = layout.by_id[place[0]].by_id[place[2]]
    keys = {rule_for(spec)(value).key for value in chosen}
    takes_several = spec.type == "checkbox" and spec.rule != "yes_no"
    return "ambiguous_mark" if len(keys) > 1 and not takes_several else ""
