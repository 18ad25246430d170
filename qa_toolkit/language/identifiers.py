"""Finds spoken and written identifiers of people: numbers, birth dates, addresses, e-mail addresses.

A number alone says little, so its kind is decided by what was said around it, nearest first, and by its
shape: length, grouping, check digits. What was said before by the other side counts as well; callers hand it
in as ``lead``. The last four digits of anything are no identifier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, get_args

from qa_toolkit.language.identifier_cues import HeardWord, counts_in, cues_in, pause_between
from qa_toolkit.language.identifier_dates import NamedDates, written_dates
from qa_toolkit.language.identifier_places import addresses, emails
from qa_toolkit.language.identifier_shapes import (
    LATEST_UNNAMED_BIRTH,
    Number,
    date_of,
    is_toll_free,
    probability,
)
from qa_toolkit.language.identifier_words import (
    IS_MY,
    JOINERS,
    MARKS,
    MOST_JOINERS,
    OTHER,
    OTHER_DATES,
    OWN_PHONE,
    UNITS,
)
from qa_toolkit.language.normaliser import normalise_words

IdentifierKind = Literal[
    "ssn",
    "birth_date",
    "card",
    "bank_account",
    "phone",
    "address",
    "email",
    "case_number",
    "immigration_document",
]
__all__ = [
    "KINDS",
    "HeardWord",
    "Identifier",
    "IdentifierKind",
    "IdentifierSpan",
    "find_identifiers",
    "identifier_spans",
    "may_hold_identifier",
]

KINDS: Final[tuple[IdentifierKind, ...]] = get_args(IdentifierKind)

_DIGITS: Final = frozenset("0123456789")
_AT: Final = frozenset(("at", "arroba"))
_DOTS: Final = frozenset(("dot", "punto"))
_REACH: Final = 30
_SHORTEST: Final = 4
_COMPLETE: Final = 0.5
_NUMBERS: Final = tuple(kind for kind in KINDS if kind not in ("birth_date", "address", "email"))


@dataclass(frozen=True, slots=True)
class Identifier:
    """Words ``first`` to ``last`` (not included) are an identifier; ``value`` is its canonical form.

    ``probability`` below 0.5 means that something is there that is no complete identifier of the kind.
    """

    kind: IdentifierKind
    value: str
    first: int
    last: int
    probability: float


@dataclass(frozen=True, slots=True)
class IdentifierSpan:
    """An identifier in a text; ``original[start:end]`` holds it."""

    kind: IdentifierKind
    value: str
    start: int
    end: int
    probability: float


def identifier_spans(text: str, language: str = "en", *, lead: str = "") -> tuple[IdentifierSpan, ...]:
    """Every identifier of one text, in order.

    Args:
        text: any text.
        language: tag of the language; English and Spanish have number words.
        lead: what was said before, such as the question that the text answers.
    """
    tokens = normalise_words(text, language, drop_fillers=True)
    heard = tuple(
        HeardWord(t.text, text[t.start : t.end], text[tokens[i - 1].end : t.start] if i else "")
        for i, t in enumerate(tokens)
    )
    before = [t.text for t in normalise_words(lead, language, drop_fillers=True)] if lead else []
    return tuple(
        IdentifierSpan(f.kind, f.value, tokens[f.first].start, tokens[f.last - 1].end, f.probability)
        for f in find_identifiers(heard, before)
    )


def find_identifiers(
    words: Sequence[HeardWord], lead: Sequence[str] = (), *, of_office: bool = False
) -> tuple[Identifier, ...]:
    """Every identifier among the words of one speaker, in order, none overlapping another.

    Args:
        words: what the speaker said without anybody else really taking the floor.
        lead: the words before it, of anyone.
        of_office: the speaker speaks for an office, whose "call me at" gives no number of a person.
    """
    texts = [word.text for word in words]
    if not may_hold_identifier(texts):
        return ()
    found = [
        Identifier("email", value, first, last, sure) for value, first, last, sure in emails(words, lead)
    ]
    if _DIGITS.isdisjoint(texts):
        return tuple(sorted(found, key=lambda i: i.first))
    context = _Context(words, lead, of_office=of_office)
    for date in NamedDates(words).all():
        sure = context.birth(date.first, date.last, int(date.day[:4]))
        born = Identifier("birth_date", date.day, date.first, date.last, sure or 0.0)
        found += [born] if sure and not _taken(born, found) else []
    places = addresses(words, lead)
    found += [i for i in (Identifier("address", *place) for place in places) if not _taken(i, found)]
    if sum(text in _DIGITS for text in texts) >= _SHORTEST:
        used = {n for identifier in found for n in range(identifier.first, identifier.last)}
        found += context.numbers(used)
    return tuple(sorted(found, key=lambda i: i.first))


def may_hold_identifier(texts: Collection[str]) -> bool:
    """Whether a digit, or ``@`` and a dot, are among normalised words; else there is no identifier."""
    return not _DIGITS.isdisjoint(texts) or not (_AT.isdisjoint(texts) or _DOTS.isdisjoint(texts))


def _taken(one: Identifier, others: Sequence[Identifier]) -> bool:
    return any(one.first < other.last and other.first < one.last for other in others)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Digits without a break that could part two numbers; ``sizes`` between its marks and pauses."""

    first: int
    last: int
    sizes: tuple[int, ...]
    by_word: bool


class _Context:
    """The words of a speaker with the cues around them."""

    def __init__(self, words: Sequence[HeardWord], lead: Sequence[str], *, of_office: bool) -> None:
        self.words = words
        self._lead = list(lead)[-_REACH:]
        self._all = [*self._lead, *(word.text for word in words)]
        self._shift = len(self._lead)
        self._counts = counts_in(words)
        self._own = OTHER if of_office else "phone"
        self._offices: set[str] = set()

    @cached_property
    def _cues(self) -> list[tuple[int, int, str]]:
        return cues_in(self._all)

    @cached_property
    def _date_edges(self) -> frozenset[int]:
        return frozenset(edge for date in written_dates(self.words) for edge in date)

    def numbers(self, used: set[int]) -> list[Identifier]:
        """Identifiers that are digits, outside the words already used."""
        found: list[Identifier] = []
        for pieces in self._runs(used):
            found += self._split(pieces)
        return [identifier for identifier in found if identifier.value not in self._offices]

    def _runs(self, used: set[int]) -> Iterator[list[_Piece]]:
        """Digits that may belong together, in pieces."""
        run: list[_Piece] = []
        position, words = 0, self.words
        while position < len(words):
            if not self._is_digit(position, used):
                position += 1
                continue
            last, sizes = self._piece(position, used)
            run.append(
                _Piece(position, last, sizes, by_word=bool(run) and self._worded(run[-1].last, position))
            )
            following = self._joined(last, used)
            if following is None:
                yield self._without_amount(run)
                run, position = [], last
            else:
                position = following
        if run:
            yield self._without_amount(run)

    def _is_digit(self, position: int, used: set[int]) -> bool:
        return (
            position < len(self.words)
            and position not in used
            and position not in self._counts
            and self.words[position].digit
        )

    def _piece(self, first: int, used: set[int]) -> tuple[int, tuple[int, ...]]:
        """Where the piece that begins here ends, and how many digits stand between its marks."""
        position, sizes = first + 1, [1]
        while True:
            marked = position
            while marked < len(self.words) and self.words[marked].text in MARKS:
                marked += 1
            if not self._is_digit(marked, used):
                return position, tuple(sizes)
            break_level = self._pause_before(marked)
            if break_level == 2 and marked == position:
                return position, tuple(sizes)
            if break_level or marked > position:
                sizes.append(0)
            sizes[-1] += 1
            position = marked + 1

    def _pause_before(self, position: int) -> int:
        """What parts a word from the one before; a written date is whole, whatever stands beside it."""
        if position in self._date_edges:
            return 2
        return pause_between(self.words[position - 1], self.words[position])

    def _joined(self, last: int, used: set[int]) -> int | None:
        """Where the number goes on after a piece; None when it does not, nor does a written date."""
        if last in self._date_edges:
            return None
        for position in range(last, min(last + MOST_JOINERS, len(self.words)) + 1):
            if self._is_digit(position, used):
                return None if position in self._date_edges else position
            if position >= len(self.words) or (
                self.words[position].text not in JOINERS and position not in self._counts
            ):
                return None
        return None

    def _worded(self, last: int, first: int) -> bool:
        return any(self.words[i].text not in MARKS for i in range(last, first))

    def _without_amount(self, run: list[_Piece]) -> list[_Piece]:
        """A run without a last piece that is an amount ("... 30 days")."""
        after = self.words[run[-1].last] if run[-1].last < len(self.words) else None
        amount = after is not None and after.text in UNITS and after.gap is not None and "." not in after.gap
        return run[:-1] if amount else run

    def _split(self, pieces: Sequence[_Piece]) -> Iterator[Identifier]:
        """Cuts a run into identifiers: the most pieces first, never within a piece."""
        start = 0
        while start < len(pieces):
            best: tuple[Identifier, int] | None = None
            office = next(
                (n for n in range(len(pieces), start, -1) if self._is_offices(pieces[start:n])), None
            )
            if office is not None:
                start = office
                continue
            for stop in range(len(pieces), start, -1):
                found = self._classify(pieces[start:stop])
                if found and (best is None or self._better(found, best[0], pieces[start : best[1]])):
                    best = found, stop
            if best is None:
                start += 1
                continue
            yield best[0]
            start = best[1]

    def _is_offices(self, pieces: Sequence[_Piece]) -> bool:
        return is_toll_free(self._digits(pieces))

    def _better(self, found: Identifier, best: Identifier, pieces: Sequence[_Piece]) -> bool:
        """Whether fewer pieces make a better identifier: a birth date before other digits, a surer one."""
        grouped = tuple(size for piece in pieces for size in piece.sizes) == (3, 2, 4)
        if found.kind == "birth_date" and best.kind == "ssn" and not grouped:
            return True
        return found.probability > best.probability + 0.2

    def _digits(self, pieces: Sequence[_Piece]) -> str:
        words = [word for piece in pieces for word in self.words[piece.first : piece.last]]
        return "".join(word.text for word in words if word.digit)

    def _classify(self, pieces: Sequence[_Piece]) -> Identifier | None:
        digits = self._digits(pieces)
        if len(digits) < _SHORTEST:
            return None
        first, last = pieces[0].first, pieces[-1].last
        letters = self._letters(first)
        sizes = tuple(size for piece in pieces for size in piece.sizes)
        number = Number(digits, letters, sizes, in_one_go=not any(piece.by_word for piece in pieces[1:]))
        blocked, broken = False, None
        for kind, distance in self._near(first, last):
            if kind == OTHER or (blocked and kind != "birth_date"):
                blocked = blocked or distance <= _REACH // 3
                continue
            found = self._named(kind, number, first, last)
            if found and found.probability >= _COMPLETE:
                return found
            broken = broken or found
        if blocked:
            self._offices.add(digits)
            return None
        return broken or self._unnamed(number, first, last)

    def _named(self, kind: str, number: Number, first: int, last: int) -> Identifier | None:
        if kind == "birth_date":
            day = date_of(number.digits, number.sizes)
            fits = (
                day and not number.letters and (len(number.digits) != 5 or self._dated(first, last, number))
            )
            return Identifier("birth_date", day, first, last, 0.9) if day and fits else None
        sure = probability(kind, number, cued=True)
        return self._made(kind, number, first, last, sure) if sure else None

    def _dated(self, first: int, last: int, number: Number) -> bool:
        """Whether five digits are said like a date ("three fourteen eighty six") and not one by one."""
        words = [word for word in self.words[first:last] if word.digit]
        together = [word.gap == "" for word in words[1:]]
        return len(number.sizes) == 3 or (True in together and False in together)

    def _unnamed(self, number: Number, first: int, last: int) -> Identifier | None:
        day = date_of(number.digits, number.sizes) if len(number.sizes) == 3 else None
        if day and "/" in (self.words[first + number.sizes[0]].gap or ""):
            known = int(day[:4]) <= LATEST_UNNAMED_BIRTH and number.sizes[-1] == 4
            return Identifier("birth_date", day, first, last, 0.7) if known else None
        best: Identifier | None = None
        for kind in _NUMBERS:
            sure = probability(kind, number, cued=False)
            if sure and (best is None or sure > best.probability):
                best = self._made(kind, number, first, last, sure)
        return best

    def _made(self, kind: str, number: Number, first: int, last: int, sure: float) -> Identifier:
        lettered = kind in ("case_number", "immigration_document") and bool(number.letters)
        value = number.letters.upper() + number.digits if lettered else number.digits
        if kind == "phone" and len(value) == 11:
            value = value.removeprefix("1")
        return Identifier(kind, value, first - lettered, last, sure)  # type: ignore[arg-type]

    def _letters(self, first: int) -> str:
        """Letters right before a number: ``MSC``, ``A``; no ordinary word."""
        if not first or self.words[first].gap is None:
            return ""
        before = self.words[first - 1]
        text, source = before.text, before.source
        spelled = source.isupper() or self.words[first].gap == "" or len(source) > len(text)
        return text if len(text) <= 3 and text.isalpha() and spelled else ""

    def _near(self, first: int, last: int) -> list[tuple[str, int]]:
        """Kinds of the cues before a number, nearest first, and of one that follows it."""
        at = first + self._shift
        near = [(at - end, kind) for start, end, kind in self._cues if end <= at and at - end <= _REACH]
        after = last + self._shift
        for phrase in IS_MY:
            if tuple(self._all[after : after + len(phrase)]) == phrase:
                start = after + len(phrase)
                near += [(0, kind) for s, _, kind in self._cues if start <= s <= start + 1]
        near.sort(key=lambda item: item[0])
        return [(self._own if kind == OWN_PHONE else kind, distance) for distance, kind in near]

    def birth(self, first: int, last: int, year: int) -> float | None:
        """How likely a full date is a birth date, by the nearest word of birth or of another date."""
        at = first + self._shift
        born = [distance for kind, distance in self._near(first, last) if kind == "birth_date"]
        others = [at - n for n in range(max(0, at - 12), at) if self._all[n] in OTHER_DATES]
        if born and (not others or min(born) < min(others)):
            return 0.95
        if others or year > LATEST_UNNAMED_BIRTH:
            return None
        return 0.75
