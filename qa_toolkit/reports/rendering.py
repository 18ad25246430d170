"""Templates to pages. Every page is one file: no script, style, font or picture is fetched from anywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from qa_toolkit.reports.translation import say, spoken

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["relative_link"] = _relative_link
    environment.globals["say"] = say
    environment.globals["spoken"] = spoken
    environment.globals["style"] = _own_text("style.css")
    environment.globals["script"] = _own_text("sorting.js")
    environment.globals["shade_names"] = [
        ("hold", "Hold"),
        ("silence", "Silence of 3 s or more"),
        ("dead_air", "Dead air"),
        ("overlap", "Both speak"),
    ]
    return environment


def _relative_link(name: str) -> str:
    """A file name as the target of a link that stays below or beside the page, whatever the name holds."""
    return quote(name.lstrip("/"), errors="replace") or "."


def _own_text(name: str) -> str:
    """A shipped text that is put into a page as it is."""
    from markupsafe import Markup

    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file, no user text


def render(template: str, page: object) -> str:
    """The page as HTML; whatever comes from outside is escaped.

    Characters that no HTML document may hold are shown as U+FFFD.
    """
    text = _environment().get_template(template).render(page=page)
    return "".join(c if _allowed(c) else "\ufffd" for c in text)


def _allowed(character: str) -> bool:
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE:
        return False
    return character in "\t\n\r" or (code >= 0x20 and not 0x7F <= code <= 0x9F)
