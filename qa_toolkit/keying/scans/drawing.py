"""Draws an arranged form as PDF: to print, to fill in on a screen, or filled in already."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qa_toolkit.errors import InputError, MissingExtraError, UsageError
from qa_toolkit.keying.layout import FieldSpec
from qa_toolkit.keying.normalisers import rule_for
from qa_toolkit.keying.records import BLANK, Entry, Record
from qa_toolkit.keying.scans.arrangement import (
    CELL_MM,
    LABEL_PT,
    MARK_MM,
    OPTION_PT,
    POINTS_PER_MM,
    ArrangedPage,
    Arrangement,
    Heading,
    PlacedField,
    is_signature,
    option_labels,
    text_width_mm,
)
from qa_toolkit.keying.scans.page_code import COLUMNS, SERIAL_MOST, PageCode, cells_of
from qa_toolkit.keying.scans.pens import PRINTED, Pen, font_file
from qa_toolkit.keying.scans.template import TemplateBox
from qa_toolkit.whole_files import write_whole

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FRAME_GREY: Final = 0.45
_WORDS: Final = {
    "en": {"page": "Page {page} of {pages}", "member": "{title} {member}", "number": "No. {serial}",
           "hint": "Write inside the boxes. Mark one box with X."},
    "es": {"page": "Página {page} de {pages}", "member": "{title} {member}", "number": "N.º {serial}",
           "hint": "Escriba dentro de los recuadros. Marque con X."},
}  # fmt: skip


def draw_form(
    arrangement: Arrangement,
    *,
    language: str = "en",
    fillable: bool = False,
    record: Record | None = None,
    serial: int = 0,
    pen: Pen | None = None,
) -> bytes:
    """The form as a PDF; the same arguments give the same bytes.

    Args:
        language: of the labels, en or es.
        fillable: with AcroForm fields named ``group/member/field`` (and ``/option`` for boxes).
        record: values to fill in.
        serial: number of the application in the page code; 0 for none.
        pen: how the values are written; printed by default.

    Raises:
        MissingExtraError: the extra ``forms`` is not installed.
        UsageError: the language or the serial is not possible.
    """
    try:
        from reportlab.pdfgen.canvas import Canvas
    except ImportError as error:
        raise MissingExtraError.of("forms", "drawing forms") from error
    if language not in _WORDS:
        raise UsageError(f"no labels in '{language}'", None, f"accepted: {', '.join(_WORDS)}")
    if not 0 <= serial <= SERIAL_MOST:
        raise UsageError(f"the serial {serial} does not fit the page code", None, f"0 to {SERIAL_MOST}")
    stream = io.BytesIO()
    size = arrangement.template.page
    canvas = Canvas(stream, (size.width * POINTS_PER_MM, size.height * POINTS_PER_MM), invariant=1)
    canvas.setTitle(_title(arrangement.layout.title, language))
    canvas.setCreator("qa-toolkit")
    form = _Form(canvas, arrangement, language, record=record, pen=pen or Pen(), fillable=fillable)
    for page in arrangement.pages:
        form.page(page, serial)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _title(label: Mapping[str, str], language: str) -> str:
    return label.get(language) or label.get("en") or next(iter(label.values()), "")


class _Form:
    """One PDF while it is drawn; places are millimetres from the top left."""

    def __init__(
        self,
        canvas: Canvas,
        arrangement: Arrangement,
        language: str,
        *,
        record: Record | None,
        pen: Pen,
        fillable: bool,
    ) -> None:
        self.canvas, self.arrangement, self.language = canvas, arrangement, language
        self.record, self.pen, self.fillable = record, pen, fillable
        self.height = arrangement.template.page.height
        if pen.face != PRINTED:
            from reportlab.pdfbase.pdfmetrics import registerFont
            from reportlab.pdfbase.ttfonts import TTFont

            registerFont(TTFont(pen.face, str(font_file(pen.face))))

    def page(self, page: ArrangedPage, serial: int) -> None:
        """Marks, code, title and fields of one page."""
        self._registration(page.number, serial)
        self._words(page.number, serial)
        for heading in page.headings:
            self._heading(heading)
        for placed in page.fields:
            self._field(placed)

    def _rect(self, x: float, y: float, width: float, height: float, **how: Any) -> None:
        k = POINTS_PER_MM
        self.canvas.rect(x * k, (self.height - y - height) * k, width * k, height * k, **how)

    def _text(self, x: float, y: float, text: str, points: float, *, bold: bool = False) -> None:
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", points)
        self.canvas.drawString(x * POINTS_PER_MM, (self.height - y) * POINTS_PER_MM, text)

    def _registration(self, number: int, serial: int) -> None:
        canvas, template = self.canvas, self.arrangement.template
        if template.fiducials is None or template.strip is None or template.code is None:
            return
        size = template.fiducials.size
        for x, y in template.fiducials.centres:
            for width, white in ((size, 0), (size * 5 / 7, 1), (size * 3 / 7, 0)):
                canvas.setFillGray(white)
                self._rect(x - width / 2, y - width / 2, width, width, stroke=0, fill=1)
        canvas.setFillGray(0)
        left, top, _, _ = template.strip.box
        for at, black in enumerate(cells_of(PageCode(template.code, number, serial))):
            if black:
                row, column = divmod(at, COLUMNS)
                self._rect(left + column * CELL_MM, top + row * CELL_MM, CELL_MM, CELL_MM, stroke=0, fill=1)

    def _words(self, number: int, serial: int) -> None:
        words, layout = _WORDS[self.language], self.arrangement.layout
        left, right = 18.0, self.arrangement.template.page.width - 18.0
        self.canvas.setFillGray(0)
        self._text(left, 23.5, _title(layout.title, self.language), 12, bold=True)
        if serial:
            text = words["number"].format(serial=f"{serial:06d}")
            self._text(right - text_width_mm(text, 10), 23.5, text, 10)
        self.canvas.setFillGray(0.3)
        self._text(left + 10, self.height - 11, f"{layout.id} {layout.version}   {words['hint']}", 7.5)
        foot = words["page"].format(page=number, pages=len(self.arrangement.pages))
        self._text(right - 10 - text_width_mm(foot, 8), self.height - 11, foot, 8)

    def _heading(self, heading: Heading) -> None:
        title = _title(heading.group.title, self.language) or heading.group.id
        if heading.member:
            title = _WORDS[self.language]["member"].format(title=title, member=heading.member)
        self.canvas.setFillGray(0)
        self._text(16, heading.y + 5.5, title, 9.5, bold=True)
        self.canvas.setStrokeGray(0.6)
        self.canvas.setLineWidth(0.4)
        level = (self.height - heading.y - 6.8) * POINTS_PER_MM
        right = self.arrangement.template.page.width - 18
        self.canvas.line(16 * POINTS_PER_MM, level, right * POINTS_PER_MM, level)

    def _field(self, placed: PlacedField) -> None:
        spec = placed.spec
        label = _title(spec.label, self.language) or spec.id.replace("_", " ").capitalize()
        points = min(LABEL_PT, LABEL_PT * placed.width / max(text_width_mm(label, LABEL_PT), 0.1))
        self.canvas.setFillGray(0.1)
        self._text(placed.x, placed.y + 2.6, label, points)
        entry = BLANK
        if self.record is not None:
            entry = self.record.entry(placed.group.id, placed.member, spec.id)
        options = option_labels(spec, self.language)
        marked = _marked(spec, entry)
        for box in placed.boxes:
            self._frame(box)
            if box.option is not None:
                x, y, _, _ = box.box
                self.canvas.setFillGray(0.1)
                self._text(x + MARK_MM + 1.2, y + 3.2, options.get(box.option, box.option), OPTION_PT)
            if self.fillable:
                self._widget(box, entry, marked)
            elif box.option is not None:
                if box.option in marked:
                    self._mark(box)
            else:
                self._write(box, entry)

    def _frame(self, box: TemplateBox) -> None:
        self.canvas.setStrokeGray(0 if box.kind == "mark" else FRAME_GREY)
        self.canvas.setLineWidth(0.7 if box.kind == "mark" else 0.5)
        self._rect(*box.box, stroke=1, fill=0)

    def _widget(self, box: TemplateBox, entry: Entry, marked: frozenset[str]) -> None:
        k, (x, y, width, height) = POINTS_PER_MM, box.box
        from reportlab.lib.colors import black, white

        form, low = self.canvas.acroForm, (self.height - y - height) * k
        name = "/".join(part for part in (*box.place, box.option) if part)
        if box.option is not None:
            form.checkbox(
                name=name, x=x * k, y=low, size=width * k, checked=box.option in marked, borderWidth=0.7,
                buttonStyle="cross", tooltip=name, fillColor=white, borderColor=black, textColor=black,
            )  # fmt: skip
            return
        form.textfield(
            name=name, x=x * k, y=low, width=width * k, height=height * k, value=entry.value, fontSize=10,
            borderWidth=0.5, tooltip=name, maxlen=500, fillColor=white, borderColor=black, textColor=black,
        )  # fmt: skip

    def _write(self, box: TemplateBox, entry: Entry) -> None:
        x, y, width, height = box.box
        if entry.state == "illegible":
            self._scribble(x + 2, y + height / 2, min(width - 4, 30))
        if not entry.value:
            return
        signed = box.kind == "signature"
        if signed and signature_of(entry.value) == "absent":
            return
        text = "~ Ana M. ~" if signed else entry.value
        pen, canvas = self.pen, self.canvas
        face = pen.face
        points = pen.size * (1 + pen.shift(0.06))
        room = width - 3.0
        points = min(points, points * room / max(text_width_mm(text, points, face), 0.1))
        canvas.saveState()
        canvas.setFillGray(pen.ink)
        left = x + 1.5 + abs(pen.shift(1.0)) * (room > text_width_mm(text, points, face) + 2)
        baseline = y + height - 2.1 + pen.shift(0.5)
        canvas.translate(left * POINTS_PER_MM, (self.height - baseline) * POINTS_PER_MM)
        canvas.rotate(pen.shift(0.8))
        canvas.setFont(face, points)
        canvas.drawString(0, 0, text)
        if entry.state == "crossed_out":
            end = text_width_mm(text, points, face) * POINTS_PER_MM
            canvas.setLineWidth(1.0)
            canvas.setStrokeGray(pen.ink)
            canvas.line(-2, points * 0.3, end + 2, points * 0.3 + pen.shift(1.0))
        canvas.restoreState()

    def _scribble(self, x: float, y: float, width: float) -> None:
        canvas, pen, k = self.canvas, self.pen, POINTS_PER_MM
        path = canvas.beginPath()
        path.moveTo(x * k, (self.height - y) * k)
        for step in range(1, 25):
            rise = pen.random.uniform(-2.0, 2.0)
            path.lineTo((x + width * step / 24) * k, (self.height - y + rise) * k)
        canvas.setStrokeGray(pen.ink)
        canvas.setLineWidth(1.1)
        canvas.drawPath(path, stroke=1, fill=0)

    def _mark(self, box: TemplateBox) -> None:
        """A cross, a tick, a filled box or a dot, as people make them."""
        canvas, pen, k = self.canvas, self.pen, POINTS_PER_MM
        x, y, size, _ = box.box
        canvas.saveState()
        canvas.setStrokeGray(pen.ink)
        canvas.setFillGray(pen.ink)
        canvas.setLineWidth(1.3)
        canvas.translate((x + pen.shift(0.3)) * k, (self.height - y - size + pen.shift(0.3)) * k)
        side = size * k
        style = pen.random.choice(("cross", "cross", "tick", "fill")) if pen.tremble else "cross"
        if style == "cross":
            over = side * (0.12 + pen.shift(0.2))
            canvas.line(over, over, side - over, side - over)
            canvas.line(over, side - over, side - over, over)
        elif style == "tick":
            path = canvas.beginPath()
            path.moveTo(side * 0.1, side * 0.5)
            path.lineTo(side * 0.4, side * 0.1)
            path.lineTo(side * (1.1 + pen.shift(0.1)), side * 1.1)
            canvas.drawPath(path, stroke=1, fill=0)
        else:
            canvas.rect(side * 0.1, side * 0.1, side * 0.8, side * 0.8, stroke=0, fill=1)
        canvas.restoreState()


def signature_of(value: str) -> str:
    """``present`` or ``absent`` from what a record says of a signature."""
    word = value.strip().casefold()
    return "absent" if word in ("absent", "no", "n", "none", "0") else "present"


def _marked(spec: FieldSpec, entry: Entry) -> frozenset[str]:
    """Options that are marked; both of a question the paper leaves open."""
    if is_signature(spec) or not (spec.options or spec.rule == "yes_no"):
        return frozenset()
    rule = rule_for(spec)
    keys = {rule(option).key: option for option in (spec.options or ("yes", "no"))}
    if entry.state == "ambiguous_mark" and not entry.value:
        return frozenset(list(keys.values())[:2])
    if entry.state not in ("present", "ambiguous_mark"):
        return frozenset()
    return frozenset(keys[part] for part in rule(entry.value).key.split(";") if part in keys)


def write_paper(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    try:
        write_whole(path, data)
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror})", str(path), "choose another place"
        ) from error
