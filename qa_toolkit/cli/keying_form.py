"""``qa keying form``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_warning
from qa_toolkit.cli.keying_options import Encoding, Layout, find_layout
from qa_toolkit.cli.options import Json
from qa_toolkit.errors import UsageError

if TYPE_CHECKING:
    from qa_toolkit.keying import Record, RecordLayout


def register(commands: typer.Typer) -> None:
    commands.command()(form)


def form(
    layout: Layout,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="F.pdf", help="The PDF; the template gets its name with .yaml."),
    ] = None,
    language: Annotated[str, typer.Option("--language", help="Of the labels: en or es.")] = "en",
    fillable: Annotated[bool, typer.Option("--fillable", help="With fields to fill in on a screen.")] = False,
    members: Annotated[
        list[str] | None,
        typer.Option("--members", metavar="GROUP=N", help="Members drawn, such as person=2."),
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", metavar="GROUP", help="Only these groups.")
    ] = None,
    core: Annotated[bool, typer.Option("--core", help="Only the fields audited by default.")] = False,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="R", help="Records to fill in from: CSV, JSON, ….")
    ] = None,
    record_id: Annotated[
        str | None, typer.Option("--id", help="Which record, when there are several.")
    ] = None,
    from_pdf: Annotated[
        Path | None,
        typer.Option("--from-pdf", metavar="FORM.pdf", help="Draws nothing: the template of a fillable PDF."),
    ] = None,
    serial: Annotated[int, typer.Option("--serial", help="Number printed in the page code.")] = 0,
    encoding: Encoding = "utf-8",
    json: Json = False,
) -> None:
    """Draws a form of the layout to print or to fill in, with the template by which its scans are read."""
    from qa_toolkit.keying.scans.arrangement import arrange
    from qa_toolkit.keying.scans.drawing import draw_form, write_paper
    from qa_toolkit.keying.scans.template import template_text

    loaded = find_layout(layout).layout
    if from_pdf is not None:
        _template_of(from_pdf, loaded, out, json=json)
        return
    arrangement = arrange(loaded, members=_counts(members or []), groups=group or (), core=core)
    filled = None if record is None else _record(record, record_id, loaded, encoding)
    pdf = out or Path(f"{loaded.id}.pdf")
    if not pdf.name:
        raise UsageError("--out names no file", str(pdf), "such as form.pdf")
    data = draw_form(arrangement, language=language, fillable=fillable, record=filled, serial=serial)
    template = pdf.with_suffix(".yaml")
    write_paper(pdf, data)
    write_paper(template, template_text(arrangement.template).encode())
    pages, boxes = len(arrangement.pages), sum(len(page.boxes) for page in arrangement.template.pages)
    if json:
        print_json({"pdf": str(pdf), "template": str(template), "pages": pages, "boxes": boxes})
    else:
        typer.echo(f"{pdf}: {pages} pages, {boxes} boxes; template: {template}")


def _template_of(pdf: Path, layout: RecordLayout, out: Path | None, *, json: bool) -> None:
    """Writes the template of a fillable PDF, beside it: the PDF is its picture of the empty form."""
    from qa_toolkit.keying.scans.drawing import write_paper
    from qa_toolkit.keying.scans.form_fields import template_of_pdf
    from qa_toolkit.keying.scans.template import template_text

    template, unknown = template_of_pdf(pdf, layout)
    path = out or pdf.with_suffix(".yaml")
    if path.resolve().parent != pdf.resolve().parent or path.suffix != ".yaml":
        raise UsageError(
            "the template lies beside its PDF and ends in .yaml", str(path), "choose such an --out"
        )
    write_paper(path, template_text(template).encode())
    boxes = sum(len(page.boxes) for page in template.pages)
    for name in unknown:
        print_warning(f"the layout has no field for '{name}'")
    if json:
        found = {"pdf": str(pdf), "template": str(path), "pages": len(template.pages), "boxes": boxes}
        print_json({**found, "unknown": unknown})
    else:
        typer.echo(
            f"{path}: {len(template.pages)} pages, {boxes} boxes, {len(unknown)} fields not in the layout"
        )


def _counts(given: list[str]) -> dict[str, int]:
    found = {}
    for text in given:
        name, _, number = text.partition("=")
        if not number.isdigit():
            raise UsageError(f"'{text}' is not a number of members", "--members", "give GROUP=N")
        found[name.strip()] = int(number)
    return found


def _record(path: Path, wanted: str | None, layout: RecordLayout, encoding: str) -> Record:
    from qa_toolkit.errors import RecordError
    from qa_toolkit.keying import open_records

    records = open_records(path, layout, encoding=encoding)
    if wanted is None and len(records.ids) != 1:
        raise RecordError(f"{len(records.ids)} records", path.name, "choose one with --id")
    name = records.ids[0] if wanted is None else wanted
    if name not in records.ids:
        raise RecordError(f"no record '{name}'", path.name, "give the id of one that is there")
    record, faults = records.read(name)
    if record is None:
        raise RecordError(faults[0].reason if faults else "not readable", path.name, "mend the record")
    return record
