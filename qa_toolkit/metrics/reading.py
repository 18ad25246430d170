"""How hard what a role says is to follow: Flesch-Kincaid in English, Fernández Huerta in Spanish."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.metrics.backchannels import words_of
from qa_toolkit.metrics.sheet import LANGUAGE_UNKNOWN, Sheet, language_of, nothing_said
from qa_toolkit.metrics.syllables import english_syllables, spanish_syllables

READERS = (Role.AGENT, Role.CUSTOMER)
NO_SENTENCES = "the text has no full stops or question marks, so its sentences are not known"

_SENTENCE_END = re.compile(r"[.?!…]+[\"')\]»”’]*(?=\s|$)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|st|ave|blvd|apt|no|vs|sr|sra|srta|dra|ud|uds|jr|inc|etc|e\.g|i\.e|[a-z]\.[a-z])|\b[a-z])\.$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class ReadingCounts:
    """What the formulas rest on."""

    sentences: int
    words: int
    syllables: int
    marks: int

    @property
    def words_a_sentence(self) -> float:
        """Mean length of a sentence in words; there must be a sentence."""
        return self.words / self.sentences

    @property
    def syllables_a_word(self) -> float:
        """Mean length of a word in syllables; there must be a word."""
        return self.syllables / self.words


def flesch_kincaid_grade(counts: ReadingCounts) -> float:
    """School grade (United States) of an English text: 0.39 w + 11.8 s - 15.59 (Kincaid and others 1975)."""
    return 0.39 * counts.words_a_sentence + 11.8 * counts.syllables_a_word - 15.59


def fernandez_huerta(counts: ReadingCounts) -> float:
    """Ease of a Spanish text, near 0 to 100: 206.84 - 60 s - 1.02 w (Fernández Huerta 1959).

    ``w`` is words a sentence; a common reprint that multiplies by sentences per 100 words is a known mistake
    (Law 2011).
    """
    return 206.84 - 60.0 * counts.syllables_a_word - 1.02 * counts.words_a_sentence


def reading_counts(texts: Iterable[str], syllables: Callable[[str], int]) -> ReadingCounts:
    """Sentences, words and syllables of texts; the end of a text ends a sentence.

    Words with digits are left out, since how they were spoken is not known.
    """
    total = ReadingCounts(0, 0, 0, 0)
    for text in texts:
        sentences = sentences_of(text)
        words = [word for part in sentences for word in _words(part)]
        total = ReadingCounts(
            total.sentences + sum(bool(_words(part)) for part in sentences),
            total.words + len(words),
            total.syllables + sum(map(syllables, words)),
            total.marks + len(_SENTENCE_END.findall(text)),
        )
    return total


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a text: up to a full stop, question or exclamation mark before a blank or the end.

    The stop of an abbreviation ("Dr.", "e.g.") or an initial ends none.
    """
    found: list[str] = []
    start = 0
    for mark in _SENTENCE_END.finditer(text):
        head = text[start : mark.end()]
        if mark.group() == "." and _ABBREVIATION.search(head) and mark.end() < len(text):
            continue
        found.append(head.strip())
        start = mark.end()
    rest = text[start:].strip()
    return tuple(part for part in (*found, rest) if part)


def add_reading(sheet: Sheet, transcript: Transcript) -> None:
    """Reading grade and ease of what agent and customer say."""
    language, limits = language_of(transcript), sheet.thresholds
    for role in READERS:
        turns = [turn for turn in transcript.turns if turn.role == role]
        for definition, needed, name, syllables, formula in (
            ("reading_grade/1", "en", "English", english_syllables, flesch_kincaid_grade),
            ("reading_ease_es/1", "es", "Spanish", spanish_syllables, fernandez_huerta),
        ):
            because = nothing_said(transcript, role)
            if because is None and language != needed:
                because = LANGUAGE_UNKNOWN if language is None else f"the formula is for {name}"
            counts = ReadingCounts(0, 0, 0, 0)
            if because is None:
                counts = reading_counts(_long_enough(turns, limits.reading_turn_words), syllables)
                because = _too_little(counts, limits.reading_words)
            sheet.add(definition, role, None if because else formula(counts), "turns", because)


def _too_little(counts: ReadingCounts, least: float) -> str | None:
    if counts.words < max(least, 1.0):
        return f"fewer than {least:g} words in turns that are long enough"
    return None if counts.marks else NO_SENTENCES


def _long_enough(turns: Iterable[Turn], least: float) -> list[str]:
    return [turn.text for turn in turns if len(_words(turn.text)) >= least]


def _words(text: str) -> list[str]:
    return [part for part in text.split() if words_of(part) and not _DIGIT.search(part)]
