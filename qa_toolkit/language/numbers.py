"""Reads numbers out of pieces of text: ``nineteen eighty six``, ``double five``, ``$12.50``, ``March 14th``.

A number is written digit by digit, each digit a token of its own. Then ``nine five eight one six``,
``95816`` and ``9 5 8 1 6`` are the same five tokens, and ``nineteen eighty six`` the same four as ``1986``,
without guessing where one number ends and the next begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from qa_toolkit.language.folding import Piece
from qa_toolkit.language.words import VERB_MAY_AFTER, LanguageWords, NumberWords

_Read = Callable[[int], tuple[int, int] | None]

_NO_BREAK = frozenset({"", "-"})
_SENTENCE_ENDS = frozenset(".?!;")


class NormalisedToken(NamedTuple):
    """One token; ``original[start:end]`` is what it was made from.

    Tokens made together from several words (``eighty-six`` gives ``8`` and ``6``) share one place.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Tokens read from the pieces up to, not including, ``stop``."""

    tokens: tuple[NormalisedToken, ...]
    stop: int


_WORDY: Final = frozenset(("word", "letters"))


class NumberReader:
    """Reads the numbers of one text."""

    def __init__(self, pieces: Sequence[Piece], words: LanguageWords, numbers: NumberWords) -> None:
        self._pieces, self._words, self._numbers = pieces, words, numbers

    def read(self, at: int) -> Reading | None:
        """The number, ordinal or amount of money that starts at this piece; None when none does."""
        piece = self._pieces[at]
        if piece.kind in _WORDY and piece.text not in self._numbers.openers:
            return None
        return self._money(at) or self._repeated(at) or self._ordinal(at) or self._quantity(at)

    # Pieces

    def _text(self, at: int) -> str:
        return self._pieces[at].text if 0 <= at < len(self._pieces) else ""

    def _follows(self, at: int, *, allow: str = "") -> bool:
        """Whether piece ``at`` exists and follows the one before it without a break."""
        if not 0 < at < len(self._pieces):
            return False
        gap = "".join(self._pieces[at].gap.split())
        return gap in _NO_BREAK or (bool(allow) and gap == allow)

    def _together(self, texts: Sequence[str], first: int, stop: int) -> Reading:
        start, end = self._pieces[first].start, self._pieces[stop - 1].end
        return Reading(tuple(NormalisedToken(text, start, end) for text in texts), stop)

    # Whole numbers in words

    def _unit(self, at: int) -> int | None:
        return self._numbers.units.get(self._text(at))

    def _below_hundred(self, at: int) -> tuple[int, int] | None:
        text = self._text(at)
        value = self._numbers.tens.get(text)
        if value is None and text == "diez" and self._text(at + 1) == self._numbers.unit_joiner:
            value = 10
        if value is not None:
            joined = at + 1
            if self._numbers.unit_joiner and self._text(joined) == self._numbers.unit_joiner:
                joined += 1 if self._follows(joined) else 0
            unit = self._unit(joined) or (
                1 if joined > at + 1 and self._text(joined) in self._numbers.one_before_scale else None
            )
            joins = joined > at + 1 or self._numbers.unit_joiner is None
            if unit and joins and self._follows(joined):
                return value + unit, joined + 1
            return value, at + 1
        value = self._numbers.teens.get(text)
        value = self._unit(at) if value is None else value
        return None if value is None else (value, at + 1)

    def _below_thousand(self, at: int) -> tuple[int, int] | None:
        numbers, text = self._numbers, self._text(at)
        if text in numbers.hundreds:
            value, stop = numbers.hundreds[text], at + 1
        elif text in numbers.one_before_scale and self._multiplies(at + 1):
            if self._text(at + 1) in numbers.scales:
                return 1, at + 1
            value, stop = 100, at + 2
        else:
            small = self._below_hundred(at) or self._literal_before_scale(at)
            if small is None or not (self._follows(small[1]) and self._text(small[1]) in numbers.hundred):
                return small
            value, stop = small[0] * 100, small[1] + 1
        rest = self._tail(stop, self._below_hundred)
        return (value + rest[0], rest[1]) if rest else (value, stop)

    def _tail(self, at: int, read: _Read, *, allow: str = "") -> tuple[int, int] | None:
        """What may follow hundreds: ``five``, ``and five``; not the start of another number."""
        if not self._follows(at, allow=allow):
            return None
        joined = self._numbers.tail_joiner is not None and self._text(at) == self._numbers.tail_joiner
        first = at + 1 if joined else at
        if joined and not self._follows(first):
            return None
        found = read(first)
        if found is None or (self._text(found[1]) in self._numbers.hundred and self._follows(found[1])):
            return None
        return found

    def _multiplies(self, at: int) -> bool:
        text = self._text(at)
        return self._follows(at) and (text in self._numbers.hundred or text in self._numbers.scales)

    def _literal_before_scale(self, at: int) -> tuple[int, int] | None:
        if at < len(self._pieces) and self._pieces[at].kind == "digits" and self._multiplies(at + 1):
            return int(self._text(at)), at + 1
        return None

    def _whole(self, at: int) -> tuple[int, int] | None:
        """A whole number in words, or in digits before ``hundred``, ``thousand``, ``million``."""
        numbers = self._numbers
        total, last_scale, stop = 0, 0, at
        if self._text(at) in numbers.scale_may_lead:
            total, last_scale, stop = numbers.scales[self._text(at)], numbers.scales[self._text(at)], at + 1
        while True:
            found = (
                self._below_thousand(stop)
                if stop == at
                else self._tail(stop, self._below_thousand, allow=",")
            )
            if found is None and last_scale > 1000 and self._follows(stop):
                leads = self._text(stop) in numbers.scale_may_lead
                found = (1, stop) if leads else None
            if found is None:
                break
            value, after = found
            scale = numbers.scales.get(self._text(after), 0) if self._follows(after) else 0
            if last_scale and (scale >= last_scale or (scale == 0 and value >= last_scale)):
                break
            total, stop = total + value * (scale or 1), after + (1 if scale else 0)
            last_scale = scale
            if not scale:
                break
        return (total, stop) if stop > at else None

    # Everything that is read

    def _money(self, at: int) -> Reading | None:
        if self._pieces[at].kind != "currency" or not self._follows(at + 1):
            return None
        whole_name, part_name = self._words.currencies.get(self._text(at), ("", ""))
        amount = self._quantity(at + 1)
        if amount is None or not whole_name:
            return None
        texts = [token.text for token in amount.tokens]
        point = self._numbers.point
        if point in texts and len(texts) - texts.index(point) == 3:
            whole, part = texts[: texts.index(point)], texts[-2:]
            cents = [] if part == ["0", "0"] else [*part, part_name]
            texts = cents if whole == ["0"] and cents else [*whole, whole_name, *cents]
        else:
            texts = [*texts, whole_name]
        return self._together(texts, at, amount.stop)

    def _repeated(self, at: int) -> Reading | None:
        times = self._numbers.repeats.get(self._text(at))
        if not times or not self._follows(at + 1):
            return None
        following = self._text(at + 1)
        unit = 0 if following in self._numbers.zero | self._numbers.oh else self._unit(at + 1)
        if unit is None and self._pieces[at + 1].kind == "digits" and len(following) == 1:
            alone = at + 2 >= len(self._pieces) or self._pieces[at + 2].kind != "digits"
            unit = int(following) if alone else None
        return None if unit is None else self._together([str(unit)] * times, at, at + 2)

    def _ordinal(self, at: int) -> Reading | None:
        found = self._ordinal_value(at)
        if found is None:
            return None
        value, stop = found
        if self._in_date(at, stop, value):
            return self._together(list(str(value)), at, stop)
        if self._words.numbers is not None and self._numbers.unit_joiner is None:
            return self._together([ordinal_text(value)], at, stop)
        return None

    def _ordinal_value(self, at: int) -> tuple[int, int] | None:
        ordinals = self._numbers.ordinals
        piece = self._pieces[at]
        if piece.kind == "ordinal":
            return int(piece.text), at + 1
        tens = self._numbers.tens.get(piece.text)
        unit = ordinals.get(self._text(at + 1), 0)
        if tens and 0 < unit < 10 and self._follows(at + 1):
            # "Thirty second hold" is half a minute: a compound with "second" needs a hyphen or a date.
            hyphened = "-" in self._pieces[at + 1].gap
            if unit != 2 or hyphened or self._in_date(at, at + 2, tens + unit):
                return tens + unit, at + 2
        value = ordinals.get(piece.text)
        if value is None or (value == 2 and not self._in_date(at, at + 1, value)):
            return None
        return value, at + 1

    def _in_date(self, at: int, stop: int, day: int) -> bool:
        months = self._numbers.months
        if not 1 <= day <= 31:
            return False
        before = self._text(at - 1) if self._follows(at) or self._text(at - 1) == "the" else ""
        if before == "the":
            before = self._text(at - 2)
        if before == "may" and self._text(at - 2) in VERB_MAY_AFTER:
            before = ""
        of = self._text(stop) == self._numbers.date_joiner and self._follows(stop)
        return before in months or (of and self._text(stop + 1) in months)

    def _quantity(self, at: int) -> Reading | None:
        """Digits, a whole number in words, a decimal number, a digit string."""
        piece = self._pieces[at]
        if piece.kind == "decimal":
            return self._scaled_decimal(piece.text, at, at + 1) or self._literal(piece, at)
        if self._is_zero(at):
            found: tuple[int, int] | None = (0, at + 1)
        else:
            found = self._whole(at)
        if found is None:
            if piece.kind != "digits":
                return None
            found = int(piece.text) if len(piece.text) < 400 else 0, at + 1
        value, stop = found
        fraction = self._fraction(stop)
        if fraction:
            digits, after = fraction
            whole = piece.text if piece.kind == "digits" and stop == at + 1 else str(value)
            scaled = self._scaled_decimal(f"{whole}.{digits}", at, after)
            return scaled or self._together([*whole, self._numbers.point, *digits], at, after)
        if piece.kind == "digits" and stop == at + 1:
            return self._literal(piece, at)
        return self._together(list(str(value)), at, stop)

    def _literal(self, piece: Piece, at: int) -> Reading:
        tokens = (
            NormalisedToken(self._numbers.point if c == "." else c, start, end)
            for c, (start, end) in zip(piece.text, piece.places, strict=True)
        )
        return Reading(tuple(tokens), at + 1)

    def _fraction(self, at: int) -> tuple[str, int] | None:
        """``point five two``: the digits after a spoken point, one by one."""
        if self._text(at) not in self._numbers.point_words or not self._follows(at):
            return None
        digits, stop = "", at + 1
        while self._follows(stop):
            unit = 0 if self._text(stop) in self._numbers.zero | self._numbers.oh else self._unit(stop)
            if unit is not None:
                digits += str(unit)
            elif self._pieces[stop].kind == "digits":
                digits += self._text(stop)
            else:
                break
            stop += 1
        return (digits, stop) if digits else None

    def _scaled_decimal(self, number: str, at: int, stop: int) -> Reading | None:
        """``2.5 million`` as the whole number it is."""
        scale = self._numbers.scales.get(self._text(stop)) if self._follows(stop) else None
        if scale is None or len(number) > 30:
            return None
        value = Decimal(number) * scale
        if value != value.to_integral_value():
            return None
        return self._together(list(str(int(value))), at, stop + 1)

    def _is_zero(self, at: int) -> bool:
        """Zero in words; ``oh`` only beside spoken digits (``oh four``; not ``oh, one moment``)."""
        text = self._text(at)
        if text in self._numbers.zero:
            return True
        if text not in self._numbers.oh:
            return False
        follows = self._follows(at + 1) and self._spoken(at + 1)
        beyond = self._follows(at + 2, allow=",") and self._spoken(at + 2)
        if at and self._spoken(at - 1) and not _SENTENCE_ENDS & set(self._pieces[at].gap):
            return follows or beyond or at + 1 == len(self._pieces) or self._ends_sentence(at + 1)
        return follows and (self._text(at + 1) != "one" or beyond)

    def _ends_sentence(self, at: int) -> bool:
        return bool(_SENTENCE_ENDS & set(self._pieces[at].gap))

    def _spoken(self, at: int) -> bool:
        return self._text(at) in self._numbers.spoken


def ordinal_text(value: int) -> str:
    """``first``, ``second``, ``third``, then ``4th``, ``21st``: the form ordinals are compared in."""
    words = {1: "first", 2: "second", 3: "third"}
    if value in words:
        return words[value]
    ending = "th" if value // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"
