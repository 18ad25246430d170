"""The text normaliser: one form for everything a person would call the same words.

Rules, in this order: folding (capitals, accents, typographic signs), bracketed remarks and partial words
out, punctuation out, letters spelled one by one joined (``M-E-D-I`` is ``medi``), contractions opened,
variants and British spellings joined, numbers written digit by digit (see
:mod:`qa_toolkit.language.numbers`), money and percent in words. The whole is repeated until nothing changes,
so that normalising twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import pairwise

from qa_toolkit.language.folding import Piece, pieces_of
from qa_toolkit.language.numbers import NormalisedToken, NumberReader
from qa_toolkit.language.parts import InParts, Normalised
from qa_toolkit.language.spelling import american_spelling
from qa_toolkit.language.words import (
    ENGLISH,
    HAS_OR_HAD,
    IS_AFTER,
    IS_BEFORE,
    SPOKEN_SIGNS,
    TOP_LEVEL_DOMAINS,
    LanguageWords,
    NumberWords,
    words_of,
)

NORMALISER_VERSION = "1"
"""Changes whenever any text may normalise differently; printed with every word error rate."""

_MOST_PASSES = 8
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_WORDY = frozenset(("word", "letters"))
_NOTHING: tuple[str, frozenset[str]] = ("", frozenset())


def normalise(text: str, language: str = "en", *, drop_fillers: bool = False) -> str:
    """The normalised tokens of a text, joined by spaces.

    Args:
        text: any text.
        language: tag such as ``en`` or ``es-MX``; English and Spanish have rules for numbers, contractions
            and variants, any other language is folded and stripped of punctuation only.
        drop_fillers: leave out sounds without meaning (``um``, ``uh``, ``er``, ``mm``), as word error
            rates do. They stay by default, since they are words somebody said. ``uh-huh`` and ``mm-hmm`` are
            answers and always stay.
    """
    return " ".join(t.text for t in normalise_words(text, language, drop_fillers=drop_fillers))


def normalise_words(
    text: str, language: str = "en", *, drop_fillers: bool = False
) -> tuple[NormalisedToken, ...]:
    """The normalised tokens, each with its place in the original text.

    ``text[token.start:token.end]`` is the contiguous part a token was made from (end exclusive). Places never
    go backwards. Tokens made together share one place: all digits of ``eighty-six``, both words of ``gonna``,
    the whole of ``$12.50``; so a quotation from the start of one token to the end of another is always whole.
    """
    return normalised(text, language, drop_fillers=drop_fillers).tokens


@lru_cache(maxsize=8192)
def normalised(text: str, language: str = "en", *, drop_fillers: bool = False) -> Normalised:
    """The same, with the places worked out only when they are asked for."""
    return _in_parts(words_of(language), drop_fillers=drop_fillers).read(text)


@lru_cache(maxsize=8)
def _in_parts(words: LanguageWords, *, drop_fillers: bool) -> InParts:
    return InParts(words, partial(_whole, words=words, drop_fillers=drop_fillers))


def _whole(text: str, *, words: LanguageWords, drop_fillers: bool) -> tuple[NormalisedToken, ...]:
    """The tokens of a text by all rules at once."""
    tokens = tuple(_one_pass(text, words))
    for _ in range(_MOST_PASSES):
        if _stays(tokens, words):
            break
        again = _again(tokens, words)
        if [t.text for t in again] == [t.text for t in tokens]:
            break
        tokens = again
    if not drop_fillers:
        return tokens
    kept = _without_fillers(tokens, words)
    if len(kept) == len(tokens):
        return tokens
    return kept if _stays(kept, words) else _without_fillers(_again(kept, words), words)


def _without_fillers(
    tokens: tuple[NormalisedToken, ...], words: LanguageWords
) -> tuple[NormalisedToken, ...]:
    fillers = {text for text in {token.text for token in tokens} if _is_filler(text, words.fillers)}
    return tuple(token for token in tokens if token.text not in fillers) if fillers else tokens


@lru_cache(maxsize=1 << 14)
def _is_filler(word: str, fillers: re.Pattern[str]) -> bool:
    return fillers.fullmatch(word) is not None


def _stays(tokens: Sequence[NormalisedToken], words: LanguageWords) -> bool:
    """Whether another pass is sure to change nothing: plain words and digits for which no rule is left."""
    texts = [token.text for token in tokens]
    said = frozenset(texts)
    if not (_are_plain(said) and said.isdisjoint(words.opened)):
        return False
    if words is ENGLISH and not said.isdisjoint(american_spelling()):
        return False
    if not (said.isdisjoint(words.money_joiners) or said.isdisjoint(words.money_parts)):
        return False
    if not said.isdisjoint(words.sequence_starts) and any(p in words.sequences for p in pairwise(texts)):
        return False
    return not _spells(texts, said, words) and (
        words.numbers is None or _numbers_stay(texts, said, words.numbers)
    )


def _are_plain(said: frozenset[str]) -> bool:
    """Whether all are words of the letters a to z, or single digits."""
    letters = "".join(said)
    if letters.isascii() and letters.isalpha():
        return True
    return all(t.isascii() and (t.isalpha() or (len(t) == 1 and t.isdigit())) for t in said)


def _spells(texts: Sequence[str], said: frozenset[str], words: LanguageWords) -> bool:
    """Whether letters stand side by side that are not both words of the language."""
    letters, function = said & _LETTERS, words.function_letters
    return not letters <= function and any(
        one in letters and other in letters and not (one in function and other in function)
        for one, other in pairwise(texts)
    )


def _numbers_stay(texts: Sequence[str], said: frozenset[str], numbers: NumberWords) -> bool:
    """Whether no digit, and no word with which a number may begin, is read otherwise the next time."""
    openers = said & numbers.openers
    inert = numbers.one_before_scale | numbers.oh
    if not openers <= inert | numbers.ordinals.keys():
        return False
    if not (openers <= inert or said.isdisjoint(numbers.months)):
        return False
    if not said.isdisjoint(numbers.multipliers) and any(
        other in numbers.multipliers and (one.isdigit() or one in numbers.one_before_scale)
        for one, other in pairwise(texts)
    ):
        return False
    return said.isdisjoint(numbers.oh) or not any(
        (one in numbers.oh and other in numbers.spoken) or (other in numbers.oh and one in numbers.spoken)
        for one, other in pairwise(texts)
    )


def _again(tokens: Sequence[NormalisedToken], words: LanguageWords) -> tuple[NormalisedToken, ...]:
    """Normalises the joined tokens once more and maps the places back to the original."""
    owners = [i for i, token in enumerate(tokens) for _ in range(len(token.text) + 1)]
    again = _one_pass(" ".join(token.text for token in tokens), words)
    return tuple(
        NormalisedToken(t.text, tokens[owners[t.start]].start, tokens[owners[t.end - 1]].end) for t in again
    )


def _one_pass(text: str, words: LanguageWords) -> list[NormalisedToken]:
    pieces: Sequence[Piece] = pieces_of(text, decimal_comma=words.decimal_comma)
    said = {piece.text for piece in pieces}
    if "." in said:
        pieces = _mark_dots([*pieces], words)
    if any(len(text) == 1 for text in said):
        pieces = _join_letters(pieces, words)
    return _join_money(_tokens(_open_words(pieces, words), words), words)


def _mark_dots(pieces: list[Piece], words: LanguageWords) -> list[Piece]:
    """Keeps the dots of names such as ``example.com`` as words; drops all others."""
    kept: list[Piece] = []
    for index, piece in enumerate(pieces):
        if piece.text != ".":
            kept.append(piece)
            continue
        after = index + 1
        while after + 1 < len(pieces) and pieces[after + 1].text == "." and not pieces[after + 1].gap:
            after += 2
        if words.dot and after < len(pieces) and pieces[after].text in TOP_LEVEL_DOMAINS:
            kept.append(piece._replace(text=words.dot))
        elif after < len(pieces):
            pieces[index + 1] = pieces[index + 1]._replace(gap=piece.gap + "." + pieces[index + 1].gap)
    return kept


def _join_letters(pieces: Sequence[Piece], words: LanguageWords) -> Sequence[Piece]:
    """Joins letters spelled one by one; single letters that are words of the language stay apart."""
    alone = {index for index, piece in enumerate(pieces) if len(piece.text) == 1}
    if not any(i + 1 in alone and _is_letter(pieces[i]) and _is_letter(pieces[i + 1]) for i in alone):
        return pieces
    joined: list[Piece] = []
    index = 0
    while index < len(pieces):
        stop = index
        while (
            stop < len(pieces) and _is_letter(pieces[stop]) and (stop == index or _spelled_on(pieces[stop]))
        ):
            stop += 1
        first, last = _trimmed(pieces, index, stop, words)
        if last - first >= 2:
            run = pieces[first:last]
            whole = run[0]._replace(
                text="".join(p.text for p in run), end=run[-1].end, kind="letters", upper=True
            )
            joined += [*pieces[index:first], whole, *pieces[last:stop]]
        else:
            joined += pieces[index:stop]
        if stop == index:
            joined.append(pieces[index])
            stop += 1
        index = stop
    return joined


def _is_letter(piece: Piece) -> bool:
    return len(piece.text) == 1 and piece.kind in _WORDY and piece.text.isalpha()


def _spelled_on(piece: Piece) -> bool:
    return bool(piece.gap) and not piece.gap.strip(" .,-")


def _trimmed(pieces: Sequence[Piece], first: int, last: int, words: LanguageWords) -> tuple[int, int]:
    letters = words.function_letters
    while first < last and pieces[first].text in letters and not pieces[first].upper:
        first += 1
    while last > first and pieces[last - 1].text in letters and not pieces[last - 1].upper:
        if pieces[last - 1].text == "i" and last - first > 2:
            break
        last -= 1
    if last - first == 2 and words is ENGLISH and pieces[last - 1].text == "i":
        return first, first
    return first, last


def _open_words(pieces: Sequence[Piece], words: LanguageWords) -> Sequence[Piece]:
    """Opens contractions and joins variants; every piece that comes out is one plain word or a number."""
    said = {piece.text for piece in pieces}
    if not said.isdisjoint(words.opened) or "'" in "".join(said):
        pieces = [part for index in range(len(pieces)) for part in _opened(pieces, index, words)]
        said = {piece.text for piece in pieces}
    if words is ENGLISH:
        american = american_spelling()
        if not said.isdisjoint(american):
            pieces = [p._replace(text=american[p.text]) if p.text in american else p for p in pieces]
        if not said.isdisjoint(HAS_OR_HAD):
            pieces = _decide_is_or_has(pieces)
    return pieces if said.isdisjoint(words.sequence_starts) else _join_sequences(pieces, words)


def _opened(pieces: Sequence[Piece], index: int, words: LanguageWords) -> Sequence[Piece]:
    piece = pieces[index]
    text = piece.text
    if piece.kind not in _WORDY:
        return (piece,)
    parts = words.symbols.get(text) or words.expansions.get(text)
    if parts:
        return [piece._replace(text=part, gap=piece.gap if i == 0 else "") for i, part in enumerate(parts)]
    if "'" in text:
        return _open_apostrophe(piece, _following(pieces, index), words)
    return () if text in SPOKEN_SIGNS else (piece,)


def _following(pieces: Sequence[Piece], index: int) -> str:
    """The next word of the same sentence, empty when there is none."""
    if index + 1 >= len(pieces) or set(pieces[index + 1].gap) & set(".?!,;:"):
        return ""
    return pieces[index + 1].text


def _open_apostrophe(piece: Piece, following: str, words: LanguageWords) -> list[Piece]:
    text = piece.text
    stem, _, ending = text.rpartition("'")
    if words.clitics and text.endswith("n't") and len(text) > 3:
        return _split(piece, len(text) - 3, (text[:-3], "not"))
    if words.clitics and ending in words.clitics and "'" not in stem:
        return _split(piece, len(stem), (stem, words.clitics[ending]))
    if words.clitics and ending == "s" and (stem in IS_AFTER or following in IS_BEFORE):
        return _split(piece, len(stem), (stem, "is"))
    return [piece._replace(text=text.replace("'", ""))]


def _split(piece: Piece, at: int, texts: tuple[str, str]) -> list[Piece]:
    """Two pieces out of one; both keep the whole place when folding changed the number of characters."""
    if piece.end - piece.start != len(piece.text):
        return [piece._replace(text=texts[0]), piece._replace(text=texts[1], gap="")]
    middle = piece.start + at
    return [piece._replace(text=texts[0], end=middle), piece._replace(text=texts[1], start=middle, gap="")]


def _decide_is_or_has(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """``it's been`` is ``it has been``, ``I'd better`` is ``I had better``: only where it was contracted."""
    decided = list(pieces)
    for index, piece in enumerate(pieces):
        becomes, before = HAS_OR_HAD.get(piece.text, _NOTHING)
        if not before or piece.gap or piece.kind != "word" or not 0 < index < len(pieces) - 1:
            continue
        if piece.start >= pieces[index - 1].start and pieces[index + 1].text in before:
            decided[index] = piece._replace(text=becomes)
    return decided


def _join_sequences(pieces: Sequence[Piece], words: LanguageWords) -> list[Piece]:
    joined: list[Piece] = []
    index = 0
    while index < len(pieces):
        pair = tuple(piece.text for piece in pieces[index : index + 2])
        target = words.sequences.get(pair)
        if target and not pieces[index + 1].gap.strip(" -"):
            first, last = pieces[index], pieces[index + 1]
            joined += [first._replace(text=word, end=last.end) for word in target]
            index += 2
        else:
            joined.append(pieces[index])
            index += 1
    return joined


def _tokens(pieces: Sequence[Piece], words: LanguageWords) -> list[NormalisedToken]:
    openers = words.numbers.openers if words.numbers else frozenset()
    if openers.isdisjoint([p.text for p in pieces]) and _WORDY.issuperset([p.kind for p in pieces]):
        return [NormalisedToken(p.text, p.start, p.end) for p in pieces]
    reader = NumberReader(pieces, words, words.numbers) if words.numbers else None
    tokens: list[NormalisedToken] = []
    stop = 0
    for index, piece in enumerate(pieces):
        if index < stop:
            continue
        kind = piece.kind
        reading = reader.read(index) if reader and (kind not in _WORDY or piece.text in openers) else None
        if reading:
            tokens += reading.tokens
            stop = reading.stop
        elif kind in _WORDY:
            tokens.append(NormalisedToken(piece.text, piece.start, piece.end))
        elif kind in {"digits", "decimal"}:
            digits = zip(piece.text, piece.places, strict=True)
            tokens += [NormalisedToken(c, *place) for c, place in digits if c != "."]
        elif kind == "ordinal":
            tokens += [NormalisedToken(c, piece.start, piece.end) for c in piece.text]
    return tokens


def _join_money(tokens: list[NormalisedToken], words: LanguageWords) -> list[NormalisedToken]:
    """``twelve dollars and fifty cents`` loses its ``and``, as ``$12.50`` has none."""
    if words.money_parts.isdisjoint([token.text for token in tokens]):
        return tokens
    kept = list(tokens)
    for index in range(len(kept) - 3, 0, -1):
        if kept[index].text not in words.money_joiners or kept[index - 1].text not in words.money_wholes:
            continue
        after = index + 1
        while after < len(kept) and kept[after].text.isdigit():
            after += 1
        if index + 1 < after <= index + 3 and after < len(kept) and kept[after].text in words.money_parts:
            del kept[index]
    return kept
