"""The text normaliser: one form for everything a person would call the same words.

Rules, in this order: folding (capitals, accents, typographic signs), bracketed remarks and partial words
out, punctuation out, letters spelled one by one joined (``M-E-D-I`` is ``medi``), contractions opened,
variants and British spellings joined, numbers written digit by digit (see
:mod:`qa_toolkit.language.numbers`), money and percent in words. The whole is repeated until nothing changes,
so that normalising twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from qa_toolkit.language.folding import Piece, pieces_of
from qa_toolkit.language.numbers import NormalisedToken, NumberReader
from qa_toolkit.language.spelling import american_spelling
from qa_toolkit.language.words import ENGLISH, IS_AFTER, IS_BEFORE, TOP_LEVEL_DOMAINS, LanguageWords, words_of

NORMALISER_VERSION = "1"
"""Changes whenever any text may normalise differently; printed with every word error rate."""

_MOST_PASSES = 8


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


@lru_cache(maxsize=8192)
def normalise_words(
    text: str, language: str = "en", *, drop_fillers: bool = False
) -> tuple[NormalisedToken, ...]:
    """The normalised tokens, each with its place in the original text.

    ``text[token.start:token.end]`` is the contiguous part a token was made from (end exclusive). Places never
    go backwards. Tokens made together share one place: all digits of ``eighty-six``, both words of ``gonna``,
    the whole of ``$12.50``; so a quotation from the start of one token to the end of another is always whole.
    """
    words = words_of(language)
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
    kept = tuple(t for t in tokens if not words.fillers.fullmatch(t.text))
    settled = kept if len(kept) == len(tokens) or _stays(kept, words) else _again(kept, words)
    return tuple(t for t in settled if not words.fillers.fullmatch(t.text))


def _stays(tokens: Sequence[NormalisedToken], words: LanguageWords) -> bool:
    """Whether another pass is sure to change nothing: plain words only, for which there is no rule."""
    texts = [token.text for token in tokens]
    american = american_spelling() if words is ENGLISH else {}
    openers = words.numbers.openers if words.numbers else frozenset()
    single = False
    for text in texts:
        if not (text.isascii() and text.isalpha()) or (single and len(text) == 1):
            return False
        if text in openers or text in american or text in words.expansions or text in words.symbols:
            return False
        single = len(text) == 1
    return not any(pair in words.sequences for pair in pairwise(texts))


def _again(tokens: Sequence[NormalisedToken], words: LanguageWords) -> tuple[NormalisedToken, ...]:
    """Normalises the joined tokens once more and maps the places back to the original."""
    owners = [i for i, token in enumerate(tokens) for _ in range(len(token.text) + 1)]
    again = _one_pass(" ".join(token.text for token in tokens), words)
    return tuple(
        NormalisedToken(t.text, tokens[owners[t.start]].start, tokens[owners[t.end - 1]].end) for t in again
    )


def _one_pass(text: str, words: LanguageWords) -> Iterator[NormalisedToken]:
    pieces = pieces_of(text, decimal_comma=words.decimal_comma)
    pieces = _open_words(_join_letters(_mark_dots(pieces, words), words), words)
    yield from _join_money(_tokens(pieces, words), words)


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
            kept.append(replace(piece, text=words.dot))
        elif after < len(pieces):
            pieces[index + 1] = replace(pieces[index + 1], gap=piece.gap + "." + pieces[index + 1].gap)
    return kept


def _join_letters(pieces: list[Piece], words: LanguageWords) -> list[Piece]:
    """Joins letters spelled one by one; single letters that are words of the language stay apart."""
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
            whole = replace(
                run[0], text="".join(p.text for p in run), end=run[-1].end, kind="letters", upper=True
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
    return piece.kind in {"word", "letters"} and len(piece.text) == 1 and piece.text.isalpha()


def _spelled_on(piece: Piece) -> bool:
    return bool(piece.gap) and not piece.gap.strip(" .,-")


def _trimmed(pieces: list[Piece], first: int, last: int, words: LanguageWords) -> tuple[int, int]:
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


def _open_words(pieces: list[Piece], words: LanguageWords) -> list[Piece]:
    """Opens contractions and joins variants; every piece that comes out is one plain word or a number."""
    opened: list[Piece] = []
    for index, piece in enumerate(pieces):
        if piece.kind not in {"word", "letters"}:
            opened.append(piece)
            continue
        parts = words.symbols.get(piece.text) or words.expansions.get(piece.text)
        if parts:
            opened += [
                replace(piece, text=part, gap=piece.gap if i == 0 else "") for i, part in enumerate(parts)
            ]
        elif "'" in piece.text:
            opened += _open_apostrophe(piece, _following(pieces, index), words)
        elif piece.text not in {"@", "%", "&", "¢"}:
            opened.append(piece)
    if words is ENGLISH:
        american = american_spelling()
        opened = [replace(p, text=american[p.text]) if p.text in american else p for p in opened]
        opened = _decide_is_or_has(opened)
    return _join_sequences(opened, words)


def _following(pieces: list[Piece], index: int) -> str:
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
    return [replace(piece, text=text.replace("'", ""))]


def _split(piece: Piece, at: int, texts: tuple[str, str]) -> list[Piece]:
    """Two pieces out of one; both keep the whole place when folding changed the number of characters."""
    if piece.end - piece.start != len(piece.text):
        return [replace(piece, text=texts[0]), replace(piece, text=texts[1], gap="")]
    middle = piece.start + at
    return [
        replace(piece, text=texts[0], end=middle),
        replace(piece, text=texts[1], start=middle, gap=""),
    ]


def _decide_is_or_has(pieces: list[Piece]) -> list[Piece]:
    """``it's been`` is ``it has been``, ``I'd better`` is ``I had better``: only where it was contracted."""
    decided = list(pieces)
    for index in range(1, len(pieces) - 1):
        following, piece = pieces[index + 1].text, pieces[index]
        contracted = not piece.gap and piece.kind == "word" and piece.start >= pieces[index - 1].start
        if contracted and piece.text == "is" and following in {"been", "got", "gone", "had"}:
            decided[index] = replace(piece, text="has")
        elif contracted and piece.text == "would" and following in {"been", "better"}:
            decided[index] = replace(piece, text="had")
    return decided


def _join_sequences(pieces: list[Piece], words: LanguageWords) -> list[Piece]:
    joined: list[Piece] = []
    index = 0
    while index < len(pieces):
        pair = tuple(piece.text for piece in pieces[index : index + 2])
        target = words.sequences.get(pair)
        if target and not pieces[index + 1].gap.strip(" -"):
            first, last = pieces[index], pieces[index + 1]
            joined += [replace(first, text=word, end=last.end) for word in target]
            index += 2
        else:
            joined.append(pieces[index])
            index += 1
    return joined


def _tokens(pieces: list[Piece], words: LanguageWords) -> Iterator[NormalisedToken]:
    reader = NumberReader(pieces, words, words.numbers) if words.numbers else None
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        reading = reader.read(index) if reader else None
        if reading:
            yield from reading.tokens
            index = reading.stop
            continue
        if piece.kind in {"digits", "decimal"}:
            yield from (
                NormalisedToken(c, *place)
                for c, place in zip(piece.text, piece.places, strict=True)
                if c != "."
            )
        elif piece.kind == "ordinal":
            yield from (NormalisedToken(c, piece.start, piece.end) for c in piece.text)
        elif piece.kind != "currency":
            yield NormalisedToken(piece.text, piece.start, piece.end)
        index += 1


def _join_money(tokens: Iterator[NormalisedToken], words: LanguageWords) -> list[NormalisedToken]:
    """``twelve dollars and fifty cents`` loses its ``and``, as ``$12.50`` has none."""
    kept = list(tokens)
    wholes = {whole for whole, _ in words.currencies.values()}
    parts = {part for _, part in words.currencies.values()}
    for index in range(len(kept) - 3, 0, -1):
        if kept[index].text not in words.money_joiners or kept[index - 1].text not in wholes:
            continue
        after = index + 1
        while after < len(kept) and kept[after].text.isdigit():
            after += 1
        if index + 1 < after <= index + 3 and after < len(kept) and kept[after].text in parts:
            del kept[index]
    return kept
