"""A small paper form and scans of it, for the tests of keying from paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from qa_toolkit.keying import LoadedLayout, Record, parse_layout
from qa_toolkit.keying.scans.arrangement import Arrangement, arrange
from qa_toolkit.keying.scans.drawing import draw_form
from qa_toolkit.keying.scans.made_scans import Wear, pages_of_pdf, worn
from qa_toolkit.keying.scans.pens import Pen
from qa_toolkit.keying.scans.recognition import ReadText, RecogniserName

if TYPE_CHECKING:
    from qa_toolkit.keying.scans.images import Grey

LAYOUT = """
id: small_form
version: 1.0.0
title: {en: Small form, es: Formulario breve}
groups:
  - id: contact
    title: {en: Contact, es: Contacto}
    fields:
      - {id: first_name, type: name, criticality: A, label: {en: First name, es: Nombre}}
      - {id: last_name, type: name, criticality: A, label: {en: Last name, es: Apellido}}
      - {id: phone, type: phone, criticality: B}
      - {id: reach, type: checkbox, options: [phone, mail], option_labels: {mail: {en: By mail, es: Por correo}}}
  - id: person
    repeats: 2
    align_on: {first_name: 0.5, birth_date: 0.5}
    fields:
      - {id: first_name, type: name, criticality: A}
      - {id: birth_date, type: date, criticality: A}
      - {id: ssn, type: ssn, criticality: A}
      - {id: pregnant, type: checkbox, normaliser: yes_no, criticality: A, label: {en: Pregnant, es: Embarazada}}
      - {id: status, type: code, options: [single, married, widowed]}
      - {id: income, type: money, criticality: A}
      - {id: street, type: address}
      - {id: notes, type: text}
  - id: signature
    fields:
      - {id: applicant, type: code, options: [present, absent]}
      - {id: signed_on, type: date}
"""

VALUES = {
    "contact.first_name": "Inés",
    "contact.last_name": "O'Connor",
    "contact.phone": "(916) 555-0142",
    "contact.reach": "mail",
    "person.1.first_name": "Inés",
    "person.1.birth_date": "02/28/1986",
    "person.1.pregnant": "no",
    "person.1.status": "married",
    "person.1.income": "1454.72",
    "person.2.first_name": "Jun",
    "person.2.birth_date": "11/03/2011",
    "person.2.ssn": "912-34-5678",
    "person.2.pregnant": "no",
    "signature.applicant": "present",
    "signature.signed_on": "10/02/2025",
}


@cache
def small() -> LoadedLayout:
    return parse_layout(LAYOUT)


@cache
def form() -> Arrangement:
    return arrange(small().layout)


def scanned(record: Record, wear: Wear | None = None, *, seed: int = 1, pen: Pen | None = None) -> list[Grey]:
    """Pages of the small form, filled in and scanned."""
    wear = wear or Wear()
    pdf = draw_form(form(), record=record, pen=pen or Pen())
    return [worn(page, wear, seed + at) for at, page in enumerate(pages_of_pdf(pdf, wear.dpi))]


@dataclass(frozen=True)
class Reads:
    """A recogniser that reads whatever it is told to."""

    say: Callable[[Grey], ReadText] = lambda crop: ReadText("anything", 0.99)

    @property
    def name(self) -> RecogniserName:
        return RecogniserName("told", "none")

    def read(self, crops: object) -> list[ReadText]:
        return [self.say(crop) for crop in crops]  # type: ignore[attr-defined]
