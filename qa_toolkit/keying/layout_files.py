"""Reads record layouts: finds the file, refuses anything doubtful, and names every fault with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from qa_toolkit import resources
from qa_toolkit.authored.faults import choices, faults_of, locate
from qa_toolkit.authored.files import AuthoredKind
from qa_toolkit.authored.yaml_source import Fault, Loc, Node, decode, path_text, read_tree
from qa_toolkit.errors import LayoutError
from qa_toolkit.keying.layout import LANGUAGES, FieldSpec, GroupSpec, RecordLayout

SUFFIXES = (".yaml", ".yml")
LAYOUT_FILES = AuthoredKind("layout", LayoutError, "qa keying layout lint")


@dataclass(frozen=True, slots=True)
class LoadedLayout:
    """A layout that passed every check; ``sha256`` is the hash of the bytes of its file."""

    layout: RecordLayout
    sha256: str
    path: Path | None
    text: str


def layouts_dir() -> Path:
    """Folder of the shipped layouts."""
    return resources.rubrics_dir() / "layouts"


def load_layout(source: Path | str, *, search: Sequence[Path] = ()) -> LoadedLayout:
    """The layout of a file or an id (looked up in ``search``, then among the shipped ones).

    Raises:
        LayoutError: no such layout, or the file has faults (``faults`` holds one line for each).
    """
    path = layout_path(source, search=search)
    data = LAYOUT_FILES.read(path)
    text, faults = decode(data)
    layout = None
    if not faults:
        layout, _, faults = examine(text)
    if faults or layout is None:
        raise LAYOUT_FILES.refusal(faults, path.name)
    return LoadedLayout(layout, hashlib.sha256(data).hexdigest(), path, text)


def layout_path(source: Path | str, *, search: Sequence[Path] = ()) -> Path:
    """The file behind a path or an id; the file may have faults.

    Raises:
        LayoutError: there is no such layout.
    """
    text = str(source)
    if isinstance(source, Path) or text.endswith(SUFFIXES) or "/" in text or "\\" in text:
        return Path(source)
    known = {path.stem: path for folder in (layouts_dir(), *search) for path in _files(folder)}
    if text not in known:
        raise LayoutError(f"no layout '{text}'", None, choices(text, sorted(known)))
    return known[text]


def parse_layout(text: str, filename: str = "<text>") -> LoadedLayout:
    """A layout from its text.

    Raises:
        LayoutError: every fault of the text, one line each in ``faults``.
    """
    layout, _, faults = examine(text)
    if faults or layout is None:
        raise LAYOUT_FILES.refusal(faults, filename)
    return LoadedLayout(layout, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), None, text)


def lint_layout(path: Path) -> list[Fault]:
    """Faults (level error) of a layout file or, where there is none, its doubts (level warning).

    Raises:
        LayoutError: the file is missing, cannot be read or is too large.
    """
    text, faults = decode(LAYOUT_FILES.read(path))
    if not faults:
        layout, root, faults = examine(text)
        if layout is not None and root is not None and not faults:
            faults = list(_doubts(layout, root))
    return [replace(fault, file=path.name) for fault in faults]


def layout_schema() -> dict[str, Any]:
    """The JSON Schema of layout files, for completion and checks in an editor."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:qa-toolkit:schema:layout:1",
        **RecordLayout.model_json_schema(mode="validation", by_alias=True),
    }


def examine(text: str) -> tuple[RecordLayout | None, Node | None, list[Fault]]:
    """The layout (if it can be built), its tree, and all faults of level error, in order of lines."""
    root, faults = read_tree(text)
    if root is None:
        return None, None, faults
    if not isinstance(root.value, dict):
        return (
            None,
            root,
            [*faults, Fault("error", root.line, "(file)", "not a mapping: accepted: id, version, …")],
        )
    layout: RecordLayout | None = None
    try:
        layout = RecordLayout.model_validate(root.plain())
    except ValidationError as error:
        faults = [*faults, *faults_of(error, RecordLayout, root)]
    else:
        faults = [*faults, *_between_parts(layout, root)]
    return layout, root, sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.path))


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES) if folder.is_dir() else []


def _fault(root: Node, loc: Loc, message: str, *, doubt: bool = False) -> Fault:
    path, line = locate(root, loc)
    return Fault("warning" if doubt else "error", line, path_text(path), message)


def _between_parts(layout: RecordLayout, root: Node) -> Iterator[Fault]:
    """Faults that lie between the parts of a layout: ids that clash, names that lead nowhere."""
    seen: set[str] = set()
    for g, group in enumerate(layout.groups):
        loc: Loc = ("groups", g)
        if group.id in seen:
            yield _fault(root, (*loc, "id"), f"two groups are called '{group.id}': accepted: one")
        seen.add(group.id)
        yield from _group_faults(layout, group, loc, root)
    for name, place in layout.metadata_fields.items():
        group_id, _, field_id = place.partition(".")
        target = layout.by_id.get(group_id)
        if target is None or target.repeated or field_id not in target.by_id:
            singles = [f"{g.id}.{s.id}" for g, s in layout.fields() if not g.repeated]
            what = f"no field '{place}': {choices(place, singles)[:400]}"
            yield _fault(root, ("metadata_fields", name), what)
    wide = layout.wide.group
    if wide is not None and not (wide in layout.by_id and layout.by_id[wide].repeated):
        repeated = [group.id for group in layout.groups if group.repeated]
        yield _fault(root, ("wide", "group"), f"'{wide}' is not a repeated group: {choices(wide, repeated)}")


def _group_faults(layout: RecordLayout, group: GroupSpec, loc: Loc, root: Node) -> Iterator[Fault]:
    if group.align_on and not group.repeated:
        yield _fault(root, (*loc, "align_on"), "the group does not repeat: accepted: on repeated groups")
    for name in group.align_on:
        if name not in group.by_id:
            what = f"no field '{name}' in the group '{group.id}': {choices(name, group.by_id)}"
            yield _fault(root, (*loc, "align_on", name), what)
    yield from _owner_faults(layout, group, loc, root)
    seen: set[str] = set()
    for f, spec in enumerate(group.fields):
        here: Loc = (*loc, "fields", f)
        if spec.id in seen:
            yield _fault(root, (*here, "id"), f"two fields are called '{spec.id}': accepted: one")
        seen.add(spec.id)
        yield from _field_faults(layout, group, spec, here, root)


def _owner_faults(layout: RecordLayout, group: GroupSpec, loc: Loc, root: Node) -> Iterator[Fault]:
    owners = group.belongs_to
    if owners is None:
        return
    here: Loc = (*loc, "belongs_to")
    known = [g.id for g in layout.groups if g.repeated and g.id != group.id]
    if not group.repeated:
        yield _fault(root, here, "the group does not repeat: accepted: on repeated groups")
    if owners.group not in known:
        what = f"'{owners.group}' is no other repeated group: {choices(owners.group, known)}"
        yield _fault(root, (*here, "group"), what)
        return
    theirs = layout.by_id[owners.group].by_id
    for mine, name in owners.by.items():
        if mine not in group.by_id:
            what = f"no field '{mine}' in the group '{group.id}': {choices(mine, group.by_id)}"
            yield _fault(root, (*here, "by", mine), what)
        if name not in theirs:
            what = f"no field '{name}' in the group '{owners.group}': {choices(name, theirs)[:400]}"
            yield _fault(root, (*here, "by", mine), what)


def _relation_faults(group: GroupSpec, spec: FieldSpec, loc: Loc, root: Node) -> Iterator[Fault]:
    named = [other.refers_to for other in group.references]
    if spec.inverse and (len(named) != 2 or named[0] != named[1]):
        what = "it takes two members to have an inverse: accepted: beside two fields that refer to one group"
        yield _fault(root, (*loc, "inverse"), what)
    for word, other in spec.inverse.items():
        if spec.inverse.get(other) != word:
            what = f"'{other}' does not lead back to '{word}': accepted: pairs (child: parent, parent: child)"
            yield _fault(root, (*loc, "inverse", word), what)
    numbers = [s.id for s in group.fields if s.type == "number"]
    for word, name in spec.per_week.items():
        if name not in numbers:
            what = f"'{name}' is no number of the group: {choices(name, numbers)}"
            yield _fault(root, (*loc, "per_week", word), what)


def _field_faults(
    layout: RecordLayout, group: GroupSpec, spec: FieldSpec, loc: Loc, root: Node
) -> Iterator[Fault]:
    for name in spec.active_when:
        if name == spec.id:
            yield _fault(root, (*loc, "active_when"), "the field depends on itself: accepted: another field")
        elif condition_field(layout, group, name) is None:
            singles = [f"{g.id}.{s.id}" for g, s in layout.fields() if not g.repeated]
            what = f"no field '{name}': {choices(name, [*group.by_id, *singles])[:400]}"
            yield _fault(root, (*loc, "active_when", name), what)
    if spec.amount_of is not None:
        money = [s.id for s in group.fields if s.type == "money"]
        if spec.amount_of not in money:
            yield _fault(
                root,
                (*loc, "amount_of"),
                f"'{spec.amount_of}' is not money: {choices(spec.amount_of, money)}",
            )
    yield from _relation_faults(group, spec, loc, root)
    if spec.refers_to is not None:
        repeated = [g.id for g in layout.groups if g.repeated and g.id != group.id]
        if spec.refers_to not in repeated:
            what = f"'{spec.refers_to}' is no other repeated group: {choices(spec.refers_to, repeated)}"
            yield _fault(root, (*loc, "refers_to"), what)


def condition_field(layout: RecordLayout, group: GroupSpec, name: str) -> tuple[GroupSpec, FieldSpec] | None:
    """The field a condition names: one of the group itself, or ``group.field`` of a group without members."""
    if name in group.by_id:
        return group, group.by_id[name]
    group_id, _, field_id = name.partition(".")
    other = layout.by_id.get(group_id)
    if other is None or other.repeated or field_id not in other.by_id:
        return None
    return other, other.by_id[field_id]


def _doubts(layout: RecordLayout, root: Node) -> Iterator[Fault]:
    for g, group in enumerate(layout.groups):
        loc: Loc = ("groups", g)
        if group.repeated and not group.align_on:
            yield _fault(
                root, loc, f"'{group.id}' repeats without align_on: all fields weigh the same", doubt=True
            )
        for f, spec in enumerate(group.fields):
            here: Loc = (*loc, "fields", f)
            missing = [language for language in LANGUAGES if language not in spec.label]
            if missing:
                yield _fault(root, here, f"'{spec.id}' has no label in {' or '.join(missing)}", doubt=True)
            if spec.type == "frequency" and spec.amount_of is None:
                yield _fault(root, here, f"'{spec.id}' says of no amount whose period it is", doubt=True)
            if spec.weighs != spec.criticality:
                what = f"'{spec.id}' counts as A: a wrong period changes the yearly amount"
                yield _fault(root, (*here, "criticality"), what, doubt=True)
