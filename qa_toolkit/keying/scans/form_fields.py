"""A template from the fillable PDF of a form: its widgets say where every field is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa_toolkit.errors import InputError, MissingExtraError
from qa_toolkit.keying.layout import FieldSpec, RecordLayout
from qa_toolkit.keying.normalisers import rule_for
from qa_toolkit.keying.pdf_records import Target, plain_name, read_widgets, target_names
from qa_toolkit.keying.scans.arrangement import POINTS_PER_MM, is_signature
from qa_toolkit.keying.scans.template import FormTemplate, LayoutName, PageSize, TemplateBox, TemplatePage


def template_of_pdf(path: Path, layout: RecordLayout) -> tuple[FormTemplate, list[str]]:
    """The template of a fillable PDF, registered by its print, and names of widgets the layout does not have.

    Raises:
        RecordError: no PDF, or one without form fields.
        InputError: no widget has a name of the layout.
        MissingExtraError: the extra ``forms`` is not installed.
    """
    try:
        import pypdf
    except ImportError as error:
        raise MissingExtraError.of("forms", "reading PDF forms") from error
    read_widgets(path)
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    reader, names = pypdf.PdfReader(path), target_names(layout)
    unknown: list[str] = []
    pages = []
    width, height = (float(side) / POINTS_PER_MM for side in reader.pages[0].mediabox[2:])
    for number, page in enumerate(reader.pages, start=1):
        boxes = tuple(_boxes(page, names, unknown))
        pages.append(TemplatePage(number=number, blank=path.name, blank_page=number, boxes=boxes))
    if not any(page.boxes for page in pages):
        raise InputError(
            "no form field has a name of the layout",
            path.name,
            "name them group/member/field, or give columns",
        )
    template = FormTemplate(
        id=f"{layout.id}_pdf",
        version=layout.version,
        layout=LayoutName(id=layout.id, version=layout.version),
        page=PageSize(width=round(width, 2), height=round(height, 2)),
        pages=tuple(pages),
    )
    return template, unknown


def _boxes(page: Any, names: dict[str, Target], unknown: list[str]) -> Iterator[TemplateBox]:
    height = float(page.mediabox[3])
    for reference in page.get("/Annots") or ():
        widget = reference.get_object()
        if widget.get("/Subtype") != "/Widget":
            continue
        name, kind = _inherited(widget)
        target = names.get(plain_name(name))
        if target is None:
            unknown.append(name)
            continue
        option = _option(widget, target) if kind == "/Btn" else None
        if kind == "/Btn" and option is None:
            unknown.append(name)
            continue
        left, low, right, high = sorted_rect([float(value) for value in widget["/Rect"]])
        k = POINTS_PER_MM
        box = (left / k, (height - high) / k, (right - left) / k, (high - low) / k)
        x, y, w, h = (round(max(value, 0.0), 2) for value in box)
        written = "signature" if is_signature(target.spec) else "text"
        yield TemplateBox(
            group=target.group.id,
            member=target.member,
            field=target.spec.id,
            kind="mark" if kind == "/Btn" else written,
            option=option,
            box=(x, y, w, h),
        )


def sorted_rect(rect: list[float]) -> tuple[float, float, float, float]:
    """Left, low, right, high, whichever corners a PDF names."""
    return min(rect[0], rect[2]), min(rect[1], rect[3]), max(rect[0], rect[2]), max(rect[1], rect[3])


def _inherited(widget: Any) -> tuple[str, str]:
    """Full name and kind of a widget, parts of which may stand in its parents."""
    parts, kind, node = [], None, widget
    while node is not None:
        if "/T" in node:
            parts.append(str(node["/T"]))
        kind = kind or node.get("/FT")
        parent = node.get("/Parent")
        node = None if parent is None else parent.get_object()
    return ".".join(reversed(parts)), str(kind)


def _option(widget: Any, target: Target) -> str | None:
    """What a marked box means: the option in its name, or the value it exports."""
    if target.option is not None:
        return target.option
    shown = widget.get("/AP", {}).get("/N", {})
    states = [str(state)[1:] for state in shown if str(state).casefold() != "/off"]
    return _meant(states[0], target.spec) if states else None


def _meant(state: str, spec: FieldSpec) -> str:
    rule = rule_for(spec)
    options = spec.options or (("yes", "no") if spec.rule == "yes_no" else ())
    return next((option for option in options if rule(option).key == rule(state).key), state)
