"""Numbers that identify people, and birth dates, by their digits and what was said around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from qa_toolkit.language.heard_words import DIGITS, HeardWords
from qa_toolkit.language.identifier_cues import counts_in, cues_in
from qa_toolkit.language.identifier_dates import NamedDates, written_dates
from qa_toolkit.language.identifier_shapes import (
    KINDS,
    LATEST_UNNAMED_BIRTH,
    Identifier,
    Number,
    date_of,
    is_toll_free,
    probability,
)
from qa_toolkit.language.identifier_words import (
    CUES,
    IS_MY,
    JOINERS,
    MARKS,
    MONTHS,
    MOST_JOINERS,
    OTHER,
    OTHER_DATES,
    OWN_PHONE,
    UNITS,
)

LEAST_DIGITS: Final = 4
"""Fewer digits are no number of a person."""
_REACH: Final = 30
_COMPLETE: Final = 0.5
_NUMBERS: Final = tuple(kind for kind in KINDS if kind not in ("birth_date", "address", "email"))
_WITHIN: Final = JOINERS | MARKS
_NAMES_OF_FOUR: Final = frozenset(phrase[0] for phrase, kind in CUES if kind in ("birth_date", "case_number"))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Digits without a break that could part two numbers; ``sizes`` between its marks and pauses."""

    first: int
    last: int
    sizes: tuple[int, ...]
    by_word: bool


class Context:
    """The words of a speaker with the cues around them."""

    def __init__(self, words: HeardWords, lead: Sequence[str], *, of_office: bool) -> None:
        self.words = words
        self._lead = list(lead)[-_REACH:]
        self._all = [*self._lead, *words.texts]
        self._shift = len(self._lead)
        self._own = OTHER if of_office else "phone"
        self._offices: set[str] = set()

    @cached_property
    def _counts(self) -> set[int]:
        return counts_in(self.words)

    @cached_property
    def _cues(self) -> list[tuple[int, int, str]]:
        return cues_in(self._all)

    @cached_property
    def _date_edges(self) -> frozenset[int]:
        return frozenset(edge for date in written_dates(self.words) for edge in date)

    def numbers(self, used: set[int]) -> list[Identifier]:
        """Identifiers that are digits, outside the words already used."""
        found: list[Identifier] = []
        for first, last in self._dictations():
            for pieces in self._runs(first, last, used):
                found += self._split(pieces)
        return [identifier for identifier in found if identifier.value not in self._offices]

    def _dictations(self) -> Iterator[tuple[int, int]]:
        """Digits with nothing between that ends a number, where they may be an identifier."""
        digits, texts, first = self.words.digits, self.words.texts, 0
        for n in range(1, len(digits) + 1):
            if n < len(digits):
                between = texts[digits[n - 1] + 1 : digits[n]]
                if not between or _WITHIN.issuperset(between):
                    continue
            if n - first > LEAST_DIGITS or (n - first == LEAST_DIGITS and self._is_odd(digits[first:n])):
                yield digits[first], digits[n - 1] + 1
            first = n

    def _is_odd(self, four: Sequence[int]) -> bool:
        """Whether four digits may be more than a year.

        That is a case number with letters before them or three groups of a birth date. Both have to be named,
        but for a date with slashes.
        """
        if _NAMES_OF_FOUR.isdisjoint(self._all) and not self.words.written("/"):
            return False
        parted = [after - n > 1 or self.words.gap(after) != "" for n, after in pairwise(four)]
        return sum(parted) > 1 or self._letters(four[0]) != ""

    def _runs(self, position: int, end: int, used: set[int]) -> Iterator[list[_Piece]]:
        """Digits from a position to an end that may belong together, in pieces."""
        run: list[_Piece] = []
        while position < end:
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
            and self.words.texts[position] in DIGITS
        )

    def _piece(self, first: int, used: set[int]) -> tuple[int, tuple[int, ...]]:
        """Where the piece that begins here ends, and how many digits stand between its marks."""
        position, sizes = first + 1, [1]
        while True:
            marked = position
            while marked < len(self.words) and self.words.texts[marked] in MARKS:
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
        return self.words.pause_before(position)

    def _joined(self, last: int, used: set[int]) -> int | None:
        """Where the number goes on after a piece; None when it does not, nor does a written date."""
        if last in self._date_edges:
            return None
        for position in range(last, min(last + MOST_JOINERS, len(self.words)) + 1):
            if self._is_digit(position, used):
                return None if position in self._date_edges else position
            if position >= len(self.words) or (
                self.words.texts[position] not in JOINERS and position not in self._counts
            ):
                return None
        return None

    def _worded(self, last: int, first: int) -> bool:
        return not MARKS.issuperset(self.words.texts[last:first])

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
        texts = self.words.texts
        return "".join(t for piece in pieces for t in texts[piece.first : piece.last] if t in DIGITS)

    def _classify(self, pieces: Sequence[_Piece]) -> Identifier | None:
        digits = self._digits(pieces)
        if len(digits) < LEAST_DIGITS:
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
        words = [word for word in self.words.between(first, last) if word.digit]
        together = [word.gap == "" for word in words[1:]]
        return len(number.sizes) == 3 or (True in together and False in together)

    def _unnamed(self, number: Number, first: int, last: int) -> Identifier | None:
        day = date_of(number.digits, number.sizes) if len(number.sizes) == 3 else None
        if day and "/" in (self.words.gap(first + number.sizes[0]) or ""):
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
        text = self.words.texts[first - 1] if first else ""
        gap = self.words.gap(first)
        if len(text) > 3 or not text.isalpha() or gap is None:
            return ""
        source = self.words.source(first - 1)
        return text if source.isupper() or gap == "" or len(source) > len(text) else ""

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

    def births(self) -> Iterator[Identifier]:
        """Birth dates with a named month."""
        if MONTHS.keys().isdisjoint(self.words.texts):
            return
        for date in NamedDates(self.words).all():
            sure = self._birth(date.first, date.last, int(date.day[:4]))
            if sure:
                yield Identifier("birth_date", date.day, date.first, date.last, sure)

    def _birth(self, first: int, last: int, year: int) -> float | None:
        """How likely a full date is a birth date, by the nearest word of birth or of another date."""
        at = first + self._shift
        born = [distance for kind, distance in self._near(first, last) if kind == "birth_date"]
        others = [at - n for n in range(max(0, at - 12), at) if self._all[n] in OTHER_DATES]
        if born and (not others or min(born) < min(others)):
            return 0.95
        if others or year > LATEST_UNNAMED_BIRTH:
            return None
        return 0.75
