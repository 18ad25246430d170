"""Spelling of what an agent writes in a chat: words that are in no word list, per hundred.

The word lists are simplemma's (inflected forms of English and Spanish). What may be a name, an abbreviation,
a number or an address is left out, so that a word counted is seldom right; a slip that makes another word
("form" for "from") and grammar are not seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from qa_toolkit.domain.transcript import Role, Transcript
from qa_toolkit.metrics.sheet import LANGUAGE_UNKNOWN, Sheet, language_of, nothing_said

NO_SPELLING = "what was said and not typed has no spelling: it is measured in chats"
NO_WORD_LIST = "the package simplemma is missing: pip install 'qa-toolkit[language]'"
NO_LIST_OF_LANGUAGE = "there are word lists for English and Spanish only"
LANGUAGES: Final = ("en", "es")

_PLACEHOLDER: Final = re.compile(r"\[[^\]\s][^\]]{0,40}\]|<[^>\s][^>]{0,40}>|\{[^}\s][^}]{0,40}\}")
_NO_WORD: Final = re.compile(r"[\d@/\\_#&=+*|~^$%]|www\.|[^\W\d_][.:][^\W\d_]", re.IGNORECASE)
_JOINTS: Final = re.compile(r"[-‐‑‒–—…,;!?()\"]+")
_POSSESSIVE: Final = re.compile(r"(?:'s|s'|')$")
_CONTRACTED: Final = re.compile(r"(?:'(?:d|ll|re|ve|m|s)|n't)+$")
_PRONOUNS: Final = re.compile(r"(?:(?:[mts]e|nos|os)?(?:l[aeo]s?)|[mts]e|nos|os)$")
_VERB: Final = re.compile(r"(?:[aei]r|ndo|[aeo]n?|[aei]d|mos)$")
_LEAST_KNOWN: Final = 0.6
"""A message with a smaller share of known words is in another language, or is no text."""
_LACKING: Final = """
    ahorita antes aptc asylee autopay calfresh calheers checkbox checkboxes coinsurance copay copays
    disenrollment dob dropdown effectuation eh ein email emails epo faq faqs fpl gonna greencard her
    hmo hotmail ipad iphone itin jamás login logins logout magi medi medicaid nonfiler payor paystub
    paystubs png ppo preauthorization recertification recertify redetermination redeterminations
    reenroll reenrolled reenrollment signup ssn subsidized tan unenroll unenrolled uscis username
    voicemail webpage
    """
_ALSO_RIGHT: Final = frozenset(_LACKING.split())
"""Words of the trade, of web sites and a few common ones that the word lists lack."""


@dataclass(frozen=True, slots=True)
class SpellingCounts:
    """How many words were looked up, and those of them that no list holds, in order."""

    words: int
    misspelt: tuple[str, ...]

    @property
    def per_hundred(self) -> float:
        """Misspelt words per hundred; there must be a word."""
        return 100.0 * len(self.misspelt) / self.words


def add_spelling(sheet: Sheet, transcript: Transcript) -> None:
    """Misspelt words per hundred of the agent's messages; only a chat has a spelling."""
    language, least = language_of(transcript), sheet.thresholds.spelling_words
    because = NO_SPELLING if transcript.kind != "chat" else nothing_said(transcript, Role.AGENT)
    if because is None and language not in LANGUAGES:
        because = LANGUAGE_UNKNOWN if language is None else NO_LIST_OF_LANGUAGE
    counts = None
    if because is None:
        counts = spelling_counts((t.text for t in transcript.turns if t.role == Role.AGENT), language or "")
        because = NO_WORD_LIST if counts is None else _too_few(counts, least)
    value = None if because or counts is None else counts.per_hundred
    sheet.add("misspelt_words/1", Role.AGENT, value, "turns", because)


def spelling_counts(texts: Iterable[str], language: str) -> SpellingCounts | None:
    """The words of messages that have a spelling, and those that are misspelt; None without word lists.

    Args:
        texts: messages as they were typed.
        language: ``en`` or ``es``.
    """
    listed = _listed()
    if listed is None:
        return None
    words, misspelt = 0, []
    for text in texts:
        judged = [(word, _is_right(word, language, listed)) for word in written_words(text)]
        wrong = [word for word, right in judged if not right and word.islower()]
        right = sum(right for _, right in judged)
        if right >= _LEAST_KNOWN * (right + len(wrong)):
            words += right + len(wrong)
            misspelt += wrong
    return SpellingCounts(words, tuple(misspelt))


def written_words(text: str) -> Iterator[str]:
    """The words of a message that have a spelling.

    Left out: placeholders in brackets, whatever holds a digit or a sign (numbers, addresses of pages and
    mail), single letters, abbreviations in capitals, names with a capital inside.
    """
    plain = _PLACEHOLDER.sub(" ", unicodedata.normalize("NFC", text)).replace("’", "'")
    for part in plain.split():
        if _NO_WORD.search(part):
            continue
        for piece in _JOINTS.split(part):
            word = piece.strip(".:'«»“”‘`´¿¡[]{}<>")
            if len(word) > 1 and word.replace("'", "").isalpha() and word[1:].islower():
                yield word


def _too_few(counts: SpellingCounts, least: float) -> str | None:
    return f"fewer than {least:g} words to look up" if counts.words < max(least, 1.0) else None


def _is_right(word: str, language: str, listed: Callable[[str, str], bool]) -> bool:
    small = word.casefold()
    if small in _ALSO_RIGHT or listed(small, language):
        return True
    if language == "en":
        stems = {_POSSESSIVE.sub("", small), _CONTRACTED.sub("", small)} - {small}
        return any(stem in _ALSO_RIGHT or listed(stem, language) for stem in stems)
    return any(listed(verb, language) for verb in _verbs(small))


def _verbs(word: str) -> set[str]:
    """Spanish verbs that a word may be with its pronouns taken off: ``enviar`` of ``enviárselo``."""
    found = set()
    stem = word
    for _ in range(2):
        shorter = _PRONOUNS.sub("", stem)
        if shorter == stem or len(shorter) < 2:
            break
        stem = shorter
        plain = "".join(c for c in unicodedata.normalize("NFD", stem) if c != "\u0301")
        found |= {form for form in (stem, unicodedata.normalize("NFC", plain)) if _VERB.search(form)}
    return found


@lru_cache(maxsize=1)
def _listed() -> Callable[[str, str], bool] | None:
    try:
        from simplemma import is_known
    except ImportError:
        return None

    @lru_cache(maxsize=20_000)
    def listed(word: str, language: str) -> bool:
        return bool(is_known(word, lang=language))

    return listed
