"""Places the fields of a layout on pages: what is drawn where, in millimetres, for every language alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from qa_toolkit.errors import UsageError
from qa_toolkit.keying.layout import LANGUAGES, FieldSpec, GroupSpec, RecordLayout
from qa_toolkit.keying.records import SINGLE
from qa_toolkit.keying.scans.page_code import COLUMNS, ROWS
from qa_toolkit.keying.scans.template import (
    PAGES_MOST,
    BoxKind,
    CodeStrip,
    Fiducials,
    FormTemplate,
    LayoutName,
    PageSize,
    TemplateBox,
    TemplatePage,
    code_of,
)

PAGE_MM: Final = (215.9, 279.4)
"""US letter."""

FIDUCIAL_MM: Final = 8.0
CENTRE_MM: Final = 12.0
"""Of a fiducial, from both edges: outside the margin most printers leave."""

CELL_MM: Final = 2.5
STRIP: Final = ((PAGE_MM[0] - COLUMNS * CELL_MM) / 2, 9.5, COLUMNS * CELL_MM, ROWS * CELL_MM)
LEFT, TOP, RIGHT, BOTTOM = 16.0, 28.0, PAGE_MM[0] - 16.0, PAGE_MM[1] - 19.0
UNITS: Final = 12
UNIT: Final = (RIGHT - LEFT) / UNITS
GUTTER: Final = 2.2
LABEL_MM: Final = 3.4
FIELD_MM: Final = 7.0
ROW_GAP: Final = 1.6
HEADING_MM: Final = 8.5
MARK_MM: Final = 4.2
LABEL_PT: Final = 6.8
OPTION_PT: Final = 7.2
POINTS_PER_MM: Final = 72 / 25.4
MANY_MEMBERS: Final = 2
"""Members drawn of a repeated group that does not say how many it has room for."""

_UNITS_BY_RULE: Final[Mapping[str, int]] = {
    "name": 4, "suffix": 2, "date": 3, "ssn": 3, "itin": 3, "atin": 3, "phone": 3, "email": 6, "street": 6,
    "unit": 2, "city": 4, "state": 2, "zip": 2, "county": 4, "money": 3, "number": 2, "docnum": 4,
    "a_number": 3, "code": 4, "text": 6, "frequency": 4, "checkbox_set": 6, "yes_no": 2,
}  # fmt: skip
_YES_NO: Final = {"yes": {"en": "Yes", "es": "Sí"}, "no": {"en": "No", "es": "No"}}
_SIGNED: Final = frozenset(["present", "absent"])


@dataclass(frozen=True, slots=True)
class Heading:
    """The title over the fields of a group or member."""

    group: GroupSpec
    member: str
    y: float


@dataclass(frozen=True, slots=True)
class PlacedField:
    """A field on a page: its corner, its width, and its boxes (one, or one an option)."""

    group: GroupSpec
    member: str
    spec: FieldSpec
    x: float
    y: float
    width: float
    boxes: tuple[TemplateBox, ...]


@dataclass(slots=True)
class ArrangedPage:
    """One page as it is drawn."""

    number: int
    headings: list[Heading] = field(default_factory=list)
    fields: list[PlacedField] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """All pages of a form with its template."""

    layout: RecordLayout
    pages: tuple[ArrangedPage, ...]
    template: FormTemplate


def arrange(
    layout: RecordLayout,
    *,
    members: Mapping[str, int] | None = None,
    groups: Sequence[str] = (),
    core: bool = False,
) -> Arrangement:
    """The form of a layout.

    Args:
        members: how many members of a repeated group are drawn; by default as the layout says, or two.
        groups: only these groups.
        core: only fields of the set that is audited by default.

    Raises:
        UsageError: a group that the layout does not have, or more pages than can be numbered.
    """
    chosen = _chosen(layout, groups, members or {})
    known = frozenset(layout.metadata_fields.values())
    flow = _Flow()
    for group in chosen:
        specs = [s for s in group.fields if (s.core or not core) and f"{group.id}.{s.id}" not in known]
        if specs:
            for member in _labels(group, members or {}):
                flow.block(group, member, specs)
    if not flow.pages:
        raise UsageError("nothing is left to draw", layout.id, "choose other groups or leave out --core")
    if len(flow.pages) > PAGES_MOST:
        raise UsageError(f"{len(flow.pages)} pages", layout.id, f"at most {PAGES_MOST}: draw fewer members")
    pages = [
        TemplatePage(number=page.number, boxes=tuple(b for f in page.fields for b in f.boxes))
        for page in flow.pages
    ]
    boxes = [(page.number, each) for page in pages for each in page.boxes]
    template = FormTemplate(
        id=f"{layout.id}_form",
        version=layout.version,
        layout=LayoutName(id=layout.id, version=layout.version),
        page=PageSize(width=PAGE_MM[0], height=PAGE_MM[1]),
        code=code_of(layout, iter(boxes)),
        fiducials=Fiducials(size=FIDUCIAL_MM, centres=_corners()),
        strip=CodeStrip(box=_rounded(*STRIP)),
        pages=tuple(pages),
    )
    return Arrangement(layout, tuple(flow.pages), template)


def option_labels(spec: FieldSpec, language: str) -> dict[str, str]:
    """Printed text of each option a field has boxes for; empty for fields that are written."""
    if spec.rule == "yes_no":
        return {code: texts.get(language, texts["en"]) for code, texts in _YES_NO.items()}
    if set(spec.options) == _SIGNED or not spec.options:
        return {}
    found = {}
    for code in spec.options:
        texts = spec.option_labels.get(code, {})
        found[code] = texts.get(language) or texts.get("en") or code.replace("_", " ").capitalize()
    return found


def is_signature(spec: FieldSpec) -> bool:
    """Whether only the presence of something written counts."""
    return set(spec.options) == _SIGNED


def text_width_mm(text: str, points: float, font: str = "Helvetica") -> float:
    """How wide a text is printed."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(text, font, points)) / POINTS_PER_MM


def _chosen(layout: RecordLayout, groups: Sequence[str], members: Mapping[str, int]) -> list[GroupSpec]:
    for name in (*groups, *members):
        if name not in layout.by_id:
            raise UsageError(f"no group '{name}'", layout.id, f"accepted: {', '.join(layout.by_id)}")
    for name, count in members.items():
        if not layout.by_id[name].repeated or count < 0:
            raise UsageError(f"{count} members of '{name}'", layout.id, "give a count for repeated groups")
    return [group for group in layout.groups if not groups or group.id in groups]


def _labels(group: GroupSpec, members: Mapping[str, int]) -> list[str]:
    if not group.repeated:
        return [SINGLE]
    room = MANY_MEMBERS if group.repeats is True else int(group.repeats)
    return [str(number) for number in range(1, members.get(group.id, room) + 1)]


def _corners() -> tuple[tuple[float, float], ...]:
    near, right, bottom = CENTRE_MM, PAGE_MM[0] - CENTRE_MM, PAGE_MM[1] - CENTRE_MM
    return tuple((round(x, 2), round(y, 2)) for y in (near, bottom) for x in (near, right))


def _rounded(*numbers: float) -> tuple[float, float, float, float]:
    x, y, width, height = (round(number, 2) for number in numbers)
    return x, y, width, height


@dataclass(slots=True)
class _Flow:
    """Fills pages from left to right and from top to bottom."""

    pages: list[ArrangedPage] = field(default_factory=list)
    y: float = BOTTOM
    used: int = 0
    row: float = 0.0

    def block(self, group: GroupSpec, member: str, specs: Sequence[FieldSpec]) -> None:
        """A heading with its fields; the heading comes again where the block goes on over the page."""
        self._end_row()
        self._room(HEADING_MM + _height(specs[0]))
        self._heading(group, member)
        for spec in specs:
            units, height = _units(spec), _height(spec)
            if self.used + units > UNITS:
                self._end_row()
            if self.y + max(self.row, height) > BOTTOM:
                self._end_row()
                self._page()
                self._heading(group, member)
            self._place(group, member, spec, units)
            self.used += units
            self.row = max(self.row, height)

    def _page(self) -> None:
        self.pages.append(ArrangedPage(len(self.pages) + 1))
        self.y, self.used, self.row = TOP, 0, 0.0

    def _room(self, height: float) -> None:
        if not self.pages or self.y + height > BOTTOM:
            self._page()

    def _end_row(self) -> None:
        self.y += self.row
        self.used, self.row = 0, 0.0

    def _heading(self, group: GroupSpec, member: str) -> None:
        self.pages[-1].headings.append(Heading(group, member, self.y))
        self.y += HEADING_MM

    def _place(self, group: GroupSpec, member: str, spec: FieldSpec, units: int) -> None:
        x, y, width = LEFT + self.used * UNIT, self.y, units * UNIT - GUTTER
        boxes = tuple(_boxes((group.id, member, spec), x, y + LABEL_MM, width))
        self.pages[-1].fields.append(PlacedField(group, member, spec, x, y, width, boxes))


def _units(spec: FieldSpec) -> int:
    """How wide a field is: what it usually holds, and its label in every language."""
    labels = [text_width_mm(_label(spec, language), LABEL_PT) for language in LANGUAGES]
    options = option_labels(spec, "en")
    wanted = [max(labels)]
    units = _UNITS_BY_RULE[spec.rule]
    if is_signature(spec):
        units = 6
    elif options:
        units, each = 2, _option_width(spec)
        wanted.append(min(len(options) * each, (RIGHT - LEFT) - GUTTER))
    needed = int(-(-(max(wanted) + GUTTER) // UNIT))
    return min(max(units, needed), UNITS)


def _option_width(spec: FieldSpec) -> float:
    texts = [text for language in LANGUAGES for text in option_labels(spec, language).values()]
    return MARK_MM + 1.2 + max(text_width_mm(text, OPTION_PT) for text in texts) + 2.0


def _label(spec: FieldSpec, language: str) -> str:
    return spec.label.get(language) or spec.label.get("en") or spec.id.replace("_", " ").capitalize()


def _lines(spec: FieldSpec) -> int:
    options = option_labels(spec, "en")
    if not options:
        return 1
    a_line = max(1, int((_units(spec) * UNIT - GUTTER) // _option_width(spec)))
    return -(-len(options) // a_line)


def _height(spec: FieldSpec) -> float:
    inside = FIELD_MM if not option_labels(spec, "en") else max(FIELD_MM, _lines(spec) * (MARK_MM + 1.8))
    return LABEL_MM + inside + ROW_GAP


def _boxes(place: tuple[str, str, FieldSpec], x: float, y: float, width: float) -> Iterator[TemplateBox]:
    group, member, spec = place
    options = option_labels(spec, "en")
    if not options:
        kind: BoxKind = "signature" if is_signature(spec) else "text"
        box = _rounded(x, y, width, FIELD_MM)
        yield TemplateBox(group=group, member=member, field=spec.id, kind=kind, box=box)
        return
    each = _option_width(spec)
    a_line = max(1, int(width // each))
    for number, option in enumerate(options):
        line, column = divmod(number, a_line)
        box = _rounded(x + column * each, y + 1.0 + line * (MARK_MM + 1.8), MARK_MM, MARK_MM)
        yield TemplateBox(group=group, member=member, field=spec.id, kind="mark", option=option, box=box)
