"""The words of reports: English in the code, other languages in ``translations/``.

``say("{n} forms", n=3)`` gives the words in the language that :func:`speaking` set for what runs inside it;
without it that is English. A text without a translation stays English, and a test names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

from qa_toolkit.errors import UsageError

_FOLDER: Final = Path(__file__).resolve().parent / "translations"
_SPOKEN: ContextVar[str] = ContextVar("language_of_reports", default="en")

FILLED: Final = ("{n} are too few to say what is usual among them",)
"""Texts of other packages that hold a number, as they are before it is filled in."""


def languages() -> tuple[str, ...]:
    """The languages reports can be written in, English first."""
    return ("en", *sorted(path.stem for path in _FOLDER.glob("*.json")))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Reports made, drawn and written inside are in this language.

    Raises:
        UsageError: there is no such language.
    """
    if language not in languages():
        raise UsageError(f"no report is written in '{language}'", None, f"one of {', '.join(languages())}")
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def spoken() -> str:
    """The language that is spoken here."""
    return _SPOKEN.get()


def say(text: str, /, **values: object) -> str:
    """A text of the toolkit in the language spoken here, its places filled in."""
    return catalogue(spoken()).get(text, text).format(**values)


def translated(text: str) -> str:
    """A text made elsewhere in the toolkit, or a name that may be one of ours; as it is where it is not."""
    words = catalogue(spoken())
    if text in words:
        return words[text]
    found = filled_in(text, FILLED)
    return text if found is None else say(found[0], **found[1])


def filled_in(text: str, patterns: Sequence[str]) -> tuple[str, dict[str, str]] | None:
    """Which of the patterns gave a text, and with what in its places; None where none did."""
    for pattern in patterns:
        found = _pattern(pattern).fullmatch(text)
        if found is not None:
            return pattern, found.groupdict()
    return None


def reason_of(text: str | None) -> str | None:
    """Why there is no figure, as statistics say it, in the language spoken here."""
    return None if text is None else translated(text)


def in_plain_words(name: str) -> str:
    """An identifier as words: ``audio_quality`` is ``audio quality``; translated where it is one of ours."""
    return translated(name.replace("_", " "))


def span_of_days(days: Sequence[str]) -> str:
    """The first and the last of sorted days."""
    return say("{first} to {last}", first=days[0], last=days[-1]) if days else say("no dates")


def first_upper(text: str) -> str:
    """The text with a capital in front, the rest as it is."""
    return text[:1].upper() + text[1:]


@cache
def catalogue(language: str) -> dict[str, str]:
    """The translations of a language by the English text; English has none."""
    path = _FOLDER / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@cache
def _pattern(filled: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(filled)))
