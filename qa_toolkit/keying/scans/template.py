"""A form template as people write it: where the fields of a form are, in millimetres from the top left."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from qa_toolkit.authored.faults import choices, faults_of
from qa_toolkit.authored.yaml_source import MAX_BYTES, Fault, decode, read_tree
from qa_toolkit.domain.rubric import Authored, Identifier, Number, Version
from qa_toolkit.errors import LayoutError
from qa_toolkit.keying.layout import RecordLayout

BoxKind = Literal["text", "mark", "signature"]
Millimetres = Annotated[Number, Field(ge=0, le=2000)]
Box = Annotated[tuple[Millimetres, Millimetres, Millimetres, Millimetres], Field()]
"""Left, top, width, height."""
Point = tuple[Millimetres, Millimetres]

PAGES_MOST: Final = 255
CODE_BITS: Final = 16


class LayoutName(Authored):
    """The record layout whose fields a template places."""

    id: Identifier
    version: Version


class PageSize(Authored):
    """Of the paper, upright."""

    width: Annotated[Number, Field(gt=0, le=2000)]
    height: Annotated[Number, Field(gt=0, le=2000)]


class Fiducials(Authored):
    """Marks at the corners of every page: a square ring with a square in it, 7 : 5 : 3 wide.

    Attributes:
        size: outer width of a mark.
        centres: top left, top right, bottom left, bottom right.
    """

    size: Annotated[Number, Field(gt=0, le=100)]
    centres: tuple[Point, Point, Point, Point]


class CodeStrip(Authored):
    """Where the machine-readable number of form, page and application is printed: two rows of 32 cells."""

    box: Box


class TemplateBox(Authored):
    """One place to write or mark.

    Attributes:
        kind: written text, a box to mark, or a signature (of which only the presence is read).
        option: what a marked box means.
    """

    group: Identifier
    member: str = ""
    field: Identifier
    kind: BoxKind
    option: str | None = None
    box: Box

    @property
    def place(self) -> tuple[str, str, str]:
        """Group, member and field."""
        return self.group, self.member, self.field


class TemplatePage(Authored):
    """One page.

    Attributes:
        blank: file beside the template with a picture of the unfilled page; for forms without fiducials.
        blank_page: page of that file.
    """

    number: Annotated[int, Field(ge=1, le=PAGES_MOST)]
    blank: str | None = None
    blank_page: Annotated[int, Field(ge=1)] = 1
    boxes: tuple[TemplateBox, ...]


class FormTemplate(Authored):
    """The pages of a form.

    Attributes:
        code: number in the code strip by which a page is known to be of this form.
    """

    id: Identifier
    version: Version
    layout: LayoutName
    page: PageSize
    code: Annotated[int, Field(ge=0, lt=1 << CODE_BITS)] | None = None
    fiducials: Fiducials | None = None
    strip: CodeStrip | None = None
    pages: Annotated[tuple[TemplatePage, ...], Field(min_length=1, max_length=PAGES_MOST)]

    @model_validator(mode="after")
    def _can_be_registered(self) -> Self:
        known = [self.code, self.fiducials, self.strip]
        if any(each is not None for each in known) and None in known:
            raise ValueError("code, fiducials and strip belong together: accepted: all three or none")
        if self.fiducials is None:
            bare = [str(page.number) for page in self.pages if page.blank is None]
            if bare:
                raise ValueError(
                    f"page {bare[0]} has neither fiducials nor a picture: accepted: blank: a PDF or picture"
                    " of the unfilled page"
                )
        numbers = [page.number for page in self.pages]
        if sorted(set(numbers)) != list(range(1, len(numbers) + 1)):
            raise ValueError("pages are not numbered 1, 2, 3, …: accepted: every number once")
        for page in self.pages:
            for each in page.boxes:
                x, y, width, height = each.box
                if x + width > self.page.width or y + height > self.page.height or not width or not height:
                    name = ".".join(part for part in each.place if part)
                    raise ValueError(
                        f"the box of {name} on page {page.number} leaves the paper: accepted: inside"
                    )
                if (each.kind == "mark") != (each.option is not None):
                    raise ValueError(f"{each.field}: accepted: option on boxes of kind mark, and only there")
        return self

    @cached_property
    def by_number(self) -> dict[int, TemplatePage]:
        """Pages by their numbers."""
        return {page.number: page for page in self.pages}

    def places(self) -> Iterator[tuple[int, TemplateBox]]:
        """Every box with the number of its page."""
        for page in self.pages:
            for each in page.boxes:
                yield page.number, each

    def members(self) -> dict[str, list[str]]:
        """Members of each group that have a place, in the order of the form."""
        found: dict[str, list[str]] = {}
        for _, each in self.places():
            labels = found.setdefault(each.group, [])
            if each.member not in labels:
                labels.append(each.member)
        return found


def code_of(layout: RecordLayout, boxes: Iterator[tuple[int, TemplateBox]]) -> int:
    """A number that changes when a box moves: pages are never read by the template of another form."""
    text = [layout.id]
    for page, each in boxes:
        text.append(f"{page} {'.'.join(each.place)} {each.kind} {each.option} {each.box}")
    return zlib.crc32("\n".join(text).encode()) & ((1 << CODE_BITS) - 1)


def template_text(template: FormTemplate) -> str:
    """The template as YAML, one box a line."""
    size, lines = template.page, [f"id: {template.id}", f"version: {template.version}"]
    lines.append(f"layout: {{id: {template.layout.id}, version: {template.layout.version}}}")
    lines.append(f"page: {{width: {size.width:g}, height: {size.height:g}}}       # millimetres, upright")
    if template.fiducials is not None and template.strip is not None:
        centres = ", ".join(f"[{x:g}, {y:g}]" for x, y in template.fiducials.centres)
        lines.append(f"code: {template.code}")
        lines.append(f"fiducials: {{size: {template.fiducials.size:g}, centres: [{centres}]}}")
        lines.append(f"strip: {{box: {_numbers(template.strip.box)}}}")
    lines.append("pages:")
    for page in template.pages:
        lines.append(f"  - number: {page.number}")
        if page.blank is not None:
            lines.append(f"    blank: {_quoted(page.blank)}")
            lines.append(f"    blank_page: {page.blank_page}")
        lines.append("    boxes:" if page.boxes else "    boxes: []")
        lines += [f"      - {{{_box_text(each)}}}" for each in page.boxes]
    return "\n".join(lines) + "\n"


def _box_text(each: TemplateBox) -> str:
    member = f"member: {_quoted(each.member)}, " if each.member else ""
    option = f"option: {_quoted(each.option)}, " if each.option is not None else ""
    box = _numbers(each.box)
    return f"group: {each.group}, {member}field: {each.field}, kind: {each.kind}, {option}box: {box}"


def _numbers(box: tuple[float, ...]) -> str:
    return "[" + ", ".join(f"{value:g}" for value in box) + "]"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def load_template(path: Path, layout: RecordLayout) -> FormTemplate:
    """The template of a file, checked against the layout it places.

    Raises:
        LayoutError: the file is missing or has faults (``faults`` holds one line for each).
    """
    try:
        if not path.is_file():
            raise LayoutError("no such template file", str(path), "write one with 'qa keying form'")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise LayoutError(f"the template cannot be read ({error})", str(path)) from error
    if len(data) > MAX_BYTES:
        raise LayoutError("the template is too large", path.name, f"at most {MAX_BYTES // 1024} KiB")
    text, faults = decode(data)
    template = None
    if not faults:
        template, faults = examine_template(text, layout)
    if faults or template is None:
        lines = tuple(f"{path.name}:{f.line}: {f.path}: {f.message}" for f in faults)
        raise LayoutError(f"{len(lines)} faults in the template", path.name, "mend them", lines)
    return template


def examine_template(text: str, layout: RecordLayout) -> tuple[FormTemplate | None, list[Fault]]:
    """The template of a text, if it can be built, and every fault of it."""
    root, faults = read_tree(text)
    if root is None:
        return None, faults
    if not isinstance(root.value, dict):
        return None, [*faults, Fault("error", root.line, "(file)", "not a mapping: accepted: id, version, …")]
    try:
        template = FormTemplate.model_validate(root.plain())
    except ValidationError as error:
        return None, [*faults, *faults_of(error, FormTemplate, root)]
    return template, [*faults, *_misfits(template, layout, root.line)]


def _misfits(template: FormTemplate, layout: RecordLayout, line: int) -> Iterator[Fault]:
    """Boxes the layout has no field for."""
    if template.layout.id != layout.id:
        message = f"the template is of the layout '{template.layout.id}': accepted: {layout.id}"
        yield Fault("error", line, "layout.id", message)
        return
    seen: set[tuple[str, str]] = set()
    for _, each in template.places():
        if (each.group, each.field) in seen:
            continue
        seen.add((each.group, each.field))
        group = layout.by_id.get(each.group)
        if group is None:
            yield Fault(
                "error", line, "pages", f"no group '{each.group}': {choices(each.group, layout.by_id)}"
            )
        elif each.field not in group.by_id:
            message = f"no field '{each.field}' in '{each.group}': {choices(each.field, group.by_id)}"
            yield Fault("error", line, "pages", message)
        elif group.repeated == (not each.member):
            wanted = "a member's label" if group.repeated else "no member"
            yield Fault("error", line, "pages", f"{each.group}.{each.field}: accepted: {wanted}")
