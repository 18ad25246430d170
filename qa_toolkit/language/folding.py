"""Folds text character by character and cuts it into pieces, each with its place in the original.

Folding is compatibility decomposition (NFKD, which holds what NFKC joins), case folding and the removal of
accents, so that ``Sí``, ``si`` and ``SI`` are one word. Every folded character remembers which characters of
the original it comes from.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

PieceKind = Literal["word", "letters", "digits", "decimal", "ordinal", "currency"]

_APOSTROPHES = dict.fromkeys("’‘‛ʼʻ＇`´′", "'")
_DASHES = dict.fromkeys("‐‑‒–—―−", "-")
_STROKED = {"đ": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe"}
_AS_THEY_ARE = _APOSTROPHES | _DASHES | _STROKED

_REMARK = (
    r"\[[^\[\]]{0,80}\]"
    r"|<[^<>\s\d][^<>]{0,40}>"
    r"|\{[^{}]{0,60}\}"
    r"|\((?:laugh|chuckl|cough|sigh|sneez|nois|music|inaudibl|unintelligib|indiscernib|silen|pause|crosstalk|"
    r"cross talk|overlap|background|breath|hold music|ruido|risa|musica|inaudible|ininteligible|silencio)"
    r"[^()]{0,40}\)"
    r"|[^\W_]*[^\W\d_]~+"
)
_LEXER = re.compile(
    rf"(?P<remark>{_REMARK})"
    r"|(?P<clock>\d{1,2}):00(?![:\d])"
    r"|(?P<ordinal>\d+)(?:st|nd|rd|th)(?![^\W_])"
    r"|(?P<grouped>\d{1,3}(?:,\d{3})+(?:\.\d+)?)(?![\d,])"
    r"|(?P<chain>\d+(?:\.\d+){2,})"
    r"|(?P<decimal>\d+\.\d+)"
    r"|(?P<digits>\d+)"
    r"|(?<![^\W_])(?P<dotted>[^\W\d_](?:\.[^\W\d_])+\.?)(?![^\W_])"
    r"|(?<![^\W_])(?P<hyphened>[^\W\d_](?:-[^\W\d_])+)(?![^\W_'])"
    r"|(?<![^\W_])(?P<elided>'(?:cause|cuz|em|til|bout))(?![^\W_'])"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<currency>[$€£])"
    r"|(?P<symbol>[%&@¢])"
    r"|(?P<dot>(?<=[^\W_])\.(?=[^\W_]))"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; character ``i`` of it comes from ``original[starts[i]:ends[i]]``."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The slice of the original under a non-empty slice of the folded text."""
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, a number or a sign, before any rule is applied.

    Attributes:
        start, end: place in the original text.
        gap: what stands between the piece before (or the start) and this one, folded.
        upper: the original is in capitals.
        places: for digits, the place of every character in the original.
    """

    text: str
    start: int
    end: int
    kind: PieceKind = "word"
    gap: str = ""
    upper: bool = False
    places: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=8192)
def fold_character(character: str) -> str:
    """The folded form of one character; empty for accents and invisible format characters."""
    text = character
    for _ in range(4):
        before = text
        text = _AS_THEY_ARE.get(text) or unicodedata.normalize("NFKD", text).casefold()
        text = "".join(_plain(part) for part in text)
        if text == before:
            break
    return text


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "M" or category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return _AS_THEY_ARE.get(character, character)


def fold(text: str) -> Folded:
    """Folds a text and keeps the place of every character."""
    one_by_one = [fold_character(character) for character in text]
    if all(len(folded) == 1 for folded in one_by_one):
        count = len(text)
        return Folded("".join(one_by_one), tuple(range(count)), tuple(range(1, count + 1)))
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, (character, folded) in enumerate(zip(text, one_by_one, strict=True)):
        if not folded and ends and ends[-1] == index and unicodedata.category(character)[0] == "M":
            ends[-1] = index + 1
        for part in folded:
            characters.append(part)
            starts.append(index)
            ends.append(index + 1)
    return Folded("".join(characters), tuple(starts), tuple(ends))


def pieces_of(text: str, *, decimal_comma: bool = False) -> list[Piece]:
    """Cuts a text into pieces; bracketed remarks, partial words (``wan~``) and punctuation are left out.

    Args:
        decimal_comma: ``2,5`` is two and a half and ``1.200`` is twelve hundred (Spanish); grouping by commas
            (``1,200``), usual in the United States in both languages, is understood either way.
    """
    folded = fold(text)
    searched = _with_decimal_point(folded.text) if decimal_comma else folded.text
    pieces: list[Piece] = []
    last_end = 0
    for match in _LEXER.finditer(searched):
        name = match.lastgroup or "word"
        if name == "remark":
            continue
        pieces.append(_piece(name, match, folded, text, searched[last_end : match.start()]))
        last_end = match.end()
    return pieces


def _with_decimal_point(text: str) -> str:
    """The same length of text, with Spanish number punctuation turned into the English one."""
    text = re.sub(r"(?<![\d.])\d{1,3}(?:\.\d{3})+(?![\d.])", lambda m: m[0].replace(".", ","), text)
    return re.sub(r"(?<![\d,])(\d+),(\d{1,2})(?![\d,])", r"\1.\2", text)


def _piece(name: str, match: re.Match[str], folded: Folded, text: str, gap: str) -> Piece:
    content = match[name]
    start, end = folded.span(match.start(name), match.end(name))
    original = text[start:end]
    if name in {"dotted", "hyphened"}:
        letters = content.replace(".", "").replace("-", "")
        return Piece(letters, start, end, "letters", gap, original.isupper())
    if name in {"clock", "digits", "chain", "grouped", "decimal"}:
        return _number(content, match.start(name), folded, gap)
    if name == "ordinal":
        return Piece(content, start, folded.span(match.start(), match.end())[1], "ordinal", gap)
    if name == "currency":
        return Piece(content, start, end, "currency", gap)
    return Piece(content, start, end, "word", gap, original.isupper())


def _number(content: str, offset: int, folded: Folded, gap: str) -> Piece:
    is_decimal = content.count(".") == 1
    kept = [(c, i) for i, c in enumerate(content) if c.isdigit() or (is_decimal and c == ".")]
    places = tuple(folded.span(offset + i, offset + i + 1) for _, i in kept)
    digits = "".join(c for c, _ in kept)
    start, end = folded.span(offset, offset + len(content))
    return Piece(digits, start, end, "decimal" if is_decimal else "digits", gap, places=places)
