"""Regular expressions on an engine whose time grows with the text only (google-re2).

Python's own engine tries every way to match and can take hours over one line; RE2 cannot, and refuses
what it could not do in linear time (backreferences, look-around).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from qa_toolkit.errors import MissingExtraError

_MEMORY_BYTES = 8 << 20


def _readable(pattern: str) -> str:
    """The pattern, once RE2 takes it; where RE2 is not installed, building the evaluator says so."""
    try:
        compiled = _compile(pattern)
    except MissingExtraError:
        return pattern
    if compiled.fullmatch("") is not None:
        raise ValueError(f"'{pattern}' fits nothing at all, too: accepted: a pattern that needs a character")
    return pattern


Regex = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_readable)]


class RegularExpressions:
    """Compiled patterns; letter case does not matter.

    Raises:
        MissingExtraError: google-re2 is not installed.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [_compile(pattern) for pattern in patterns]

    def find(self, text: str) -> list[tuple[int, int]]:
        """Character bounds of every match of every pattern, in order of place; empty ones are left out."""
        found = {match.span() for pattern in self._patterns for match in pattern.finditer(text)}
        return sorted(span for span in found if span[0] < span[1])


def _compile(pattern: str) -> Any:
    try:
        import re2
    except ImportError as error:
        raise MissingExtraError.of("language", "phrase with regex") from error
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY_BYTES
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        text = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"'{pattern}' is no pattern ({text}): accepted: RE2 syntax") from None
