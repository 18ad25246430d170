"""Folds text character by character and cuts it into pieces, each with its place in the original.

Folding is compatibility decomposition (NFKD, which holds what NFKC joins), case folding and the removal of
accents, so that ``Sí``, ``si`` and ``SI`` are one word. Every folded character remembers which characters of
the original it comes from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

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
_NUMBERS = (
    r"(?P<clock>\d{1,2}):00(?![:\d])"
    r"|(?P<ordinal>\d+)(?:st|nd|rd|th)(?![^\W_])"
    r"|(?P<grouped>\d{1,3}(?:,\d{3})+(?:\.\d+)?)(?![\d,])"
    r"|(?P<chain>\d+(?:\.\d+){2,})"
    r"|(?P<decimal>\d+\.\d+)"
    r"|(?P<digits>\d+)"
)
_WORDS = (
    r"(?<![^\W_])(?P<dotted>[^\W\d_](?:\.[^\W\d_])+\.?)(?![^\W_])"
    r"|(?<![^\W_])(?P<hyphened>[^\W\d_](?:-[^\W\d_])+)(?![^\W_'])"
    r"|(?<![^\W_])(?P<elided>'(?:cause|cuz|em|til|bout))(?![^\W_'])"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<currency>[$€£])"
    r"|(?P<symbol>[%&@¢])"
    r"|(?P<dot>(?<=[^\W_])\.(?=[^\W_]))"
)
_LEXER = re.compile(rf"(?P<remark>{_REMARK})|{_NUMBERS}|{_WORDS}")
_WORD_LEXER = re.compile(_WORDS)
_NEEDS_WHOLE_LEXER = re.compile(r"[\d\[<{(~]")
"""What a text without these cannot hold: remarks, partial words, numbers. Most turns hold none of them."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; character ``i`` of it comes from ``original[starts[i]:ends[i]]``."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The slice of the original under a non-empty slice of the folded text."""
        return self.starts[start], self.ends[end - 1]


class Piece(NamedTuple):
    """A word, a number or a sign, before any rule is applied; a tuple, as a call is cut into thousands.

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


def _one_for_one(characters: str) -> dict[int, str]:
    """The folded forms of those characters that fold to exactly one."""
    folded = {character: fold_character(character) for character in characters}
    return {ord(character): form for character, form in folded.items() if len(form) == 1}


_COMMON = _one_for_one("".join(map(chr, (*range(0x250), *range(0x1E00, 0x1F00), *range(0x2010, 0x2020)))))
_COMMON_CHARACTERS = frozenset(map(chr, _COMMON))
"""Those of languages in Latin letters as usually written: folded in one go, every one in its place."""


def fold_in_place(text: str) -> str | None:
    """The folded text, when every character is a common one and stays in its place; else None."""
    return text.translate(_COMMON) if _COMMON_CHARACTERS.issuperset(text) else None


def fold(text: str) -> Folded:
    """Folds a text and keeps the place of every character."""
    count = len(text)
    in_place = fold_in_place(text)
    if in_place is not None:
        return Folded(in_place, range(count), range(1, count + 1))
    one_by_one = [fold_character(character) for character in text]
    if all(len(folded) == 1 for folded in one_by_one):
        return Folded("".join(one_by_one), range(count), range(1, count + 1))
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


def pieces_of(text: str, *, decimal_comma: bool = False) -> tuple[Piece, ...]:
    """Cuts a text into pieces; bracketed remarks, partial words (``wan~``) and punctuation are left out.

    Args:
        decimal_comma: ``2,5`` is two and a half and ``1.200`` is twelve hundred (Spanish); grouping by commas
            (``1,200``), usual in the United States in both languages, is understood either way.
    """
    return _cut(text, decimal_comma=decimal_comma and _HAS_DIGIT.search(text) is not None)


_HAS_DIGIT = re.compile(r"[\d¹²³¼½¾]|[^\x00-\u024f‘’“”–—…]")
"""A digit, or a character that may fold to one."""


@lru_cache(maxsize=512)
def _cut(text: str, *, decimal_comma: bool) -> tuple[Piece, ...]:
    """The pieces; kept, as every language that a conversation is searched in begins with the same ones."""
    folded = fold(text)
    searched = _with_decimal_point(folded.text) if decimal_comma else folded.text
    lexer = _LEXER if _NEEDS_WHOLE_LEXER.search(searched) else _WORD_LEXER
    starts, ends = folded.starts, folded.ends
    pieces: list[Piece] = []
    last_end = 0
    for match in lexer.finditer(searched):
        name = match.lastgroup or "word"
        if name == "remark":
            continue
        first, last = match.span()
        gap = searched[last_end:first]
        last_end = last
        if name == "word":
            start, end = starts[first], ends[last - 1]
            pieces.append(Piece(match[0], start, end, "word", gap, text[start:end].isupper()))
        else:
            pieces.append(_piece(name, match, folded, text, gap))
    return tuple(pieces)


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
