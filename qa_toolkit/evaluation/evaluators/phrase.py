"""``phrase``: were certain words said, by whom, where in the conversation?

Sees words and their order, exact after normalisation or nearly so. Cannot see meaning: a paraphrase that
shares no listed wording is missed, and irony or a quotation is taken at its word. An absence is therefore
never certain (``absence_confidence``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer, Evidence, SpanEvidence, WindowEvidence
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import Criterion, Probability
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.matching import Hit, Pattern, compile_phrase, find_all
from qa_toolkit.evaluation.evaluators.meaning import is_asked, is_denied
from qa_toolkit.evaluation.evaluators.regular_expressions import Regex, RegularExpressions
from qa_toolkit.evaluation.evaluators.searchable import Place, Searchable, searchable
from qa_toolkit.evaluation.evaluators.texts import (
    ANY_LANGUAGE,
    AlternativesByLanguage,
    Roles,
    TextsByLanguage,
    TwoAnswers,
    language_of,
    settled,
    unanswered,
)
from qa_toolkit.evaluation.evaluators.token_patterns import TokenPattern, TokenPatterns
from qa_toolkit.evaluation.evaluators.windows import Count, Window, WindowLimits, open_window

_SHOWN = 3
_BETWEEN = " / "


class PhraseParameters(TwoAnswers, WindowLimits):
    """What to look for and where.

    Attributes:
        role: who must say it; absent = anyone.
        any: at least one of these (``at_least`` of them, counting each place).
        all: every item must be found; an item is a phrase or a list of alternatives.
        none: one of these turns the answer to ``missing``.
        regex: regular expressions (RE2 syntax) over the text of a turn as it stands, used like ``any``; needs
            the extra ``language``.
        pattern: spaCy token patterns (keys LOWER, LEMMA, POS, OP …), used like ``any``; needs the extra
            ``language``.
        fuzzy: least likeness of a phrase, 0-1; 1 = every word equal after normalisation.
        negated: ``skip`` passes over hits that are denied or merely supposed, ``count`` takes them.
        question: only hits in a sentence that asks.
        absence_confidence: how sure an answer is that rests on nothing having been found.
    """

    role: Roles = ()
    any: TextsByLanguage | None = None
    all: AlternativesByLanguage | None = None
    none: TextsByLanguage | None = None
    regex: tuple[Regex, ...] = ()
    pattern: tuple[TokenPattern, ...] = ()
    fuzzy: Probability = 0.9
    negated: Literal["skip", "count"] = "skip"
    question: bool = False
    at_least: Count = 1
    absence_confidence: Probability = 0.8

    @model_validator(mode="after")
    def _searchable(self) -> Self:
        if not (self.any or self.all or self.none or self.pattern or self.regex):
            raise ValueError("nothing to look for: accepted: any, all, none, regex or pattern")
        if self.fuzzy < 0.5:
            raise ValueError("fuzzy below 0.5 would match anything: accepted: 0.5 to 1")
        for by_language in (self.any, self.none):
            for language, texts in (by_language or {}).items():
                for text in texts:
                    compile_phrase(text, language or "en", self.fuzzy)
        for language, items in (self.all or {}).items():
            for text in (text for item in items for text in item):
                compile_phrase(text, language or "en", self.fuzzy)
        return self

    def roles(self) -> tuple[str, ...]:
        """Roles the answer depends on."""
        return tuple(role.value for role in self.role)


@dataclass(frozen=True, slots=True)
class _Found:
    """A hit with its quotation and how sure the words are."""

    first: Place
    spans: tuple[SpanEvidence, ...]
    confidence: float
    written: str


class Phrase:
    """Answers ``found`` or ``missing`` by the words said; finds events where they are said."""

    name: ClassVar[str] = "phrase"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"transcript"})
    Parameters: ClassVar[type[PhraseParameters]] = PhraseParameters

    def __init__(self, parameters: PhraseParameters, tools: Tools) -> None:
        del tools
        self._parameters = parameters
        self._compiled: dict[tuple[str, str], Pattern] = {}
        self._token_patterns = TokenPatterns(parameters.pattern) if parameters.pattern else None
        self._expressions = RegularExpressions(parameters.regex) if parameters.regex else None

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """``found`` with the words, or ``missing`` with the window that was searched."""
        parameters, search = self._parameters, self._search(case)
        if search.window.impossible:
            return unanswered(criterion, search.window.impossible)
        forbidden = search.of(parameters.none)
        if forbidden:
            spans = _spans(forbidden)
            sure = max(found.confidence for found in forbidden)
            reason = f"said: {_quoted(spans)}"
            return settled(criterion, parameters.missing, spans, confidence=sure, reason=reason)
        hits, lacking = self._positive(search)
        if lacking:
            reason = f"not found: {'; '.join(_brief(names) for names in lacking)}"
            evidence: list[Evidence] = [search.window_evidence("; ".join(lacking)), *_spans(hits)]
            missing_language = self._language_lacking(case)
            if missing_language:
                return unanswered(criterion, f"no phrases are listed for the language '{missing_language}'")
            return settled(
                criterion, parameters.missing, evidence, confidence=search.absence(parameters), reason=reason
            )
        if not hits:
            looked_for = _names(parameters.none)
            evidence = [search.window_evidence(looked_for)]
            reason = f"not said: {_brief(looked_for)}"
            return settled(
                criterion, parameters.found, evidence, confidence=search.absence(parameters), reason=reason
            )
        spans = _spans(hits)
        sure = min(found.confidence for found in hits)
        return settled(criterion, parameters.found, spans, confidence=sure, reason=f"said: {_quoted(spans)}")

    def find(self, kind: str, case: Case) -> Sequence[Event]:
        """Every place where the words are said; with ``all``, the place where the last item is first said."""
        search = self._search(case)
        if search.window.impossible or search.of(self._parameters.none):
            return ()
        hits, lacking = self._positive(search, every=True)
        if lacking:
            return ()
        if self._parameters.all:
            hits = [max(hits, key=lambda found: (found.first.turn, found.first.start))] if hits else []
        return tuple(search.event(kind, found) for found in hits)

    def _positive(self, search: _Search, *, every: bool = False) -> tuple[list[_Found], list[str]]:
        """Hits that speak for ``found``, and what is lacking."""
        parameters = self._parameters
        hits: list[_Found] = []
        lacking: list[str] = []
        if parameters.any or self._token_patterns is not None or self._expressions is not None:
            found = search.of(parameters.any)
            if self._token_patterns is not None:
                found = _in_order([*found, *search.of_tokens(self._token_patterns)])
            if self._expressions is not None:
                found = _in_order([*found, *search.of_expressions(self._expressions)])
            if len(found) < parameters.at_least:
                times = f" {parameters.at_least} times" if parameters.at_least > 1 else ""
                names = _BETWEEN.join(filter(None, (_names(parameters.any), *parameters.regex)))
                lacking.append((names or "the pattern") + times)
            hits += found if every else found[: max(_SHOWN, parameters.at_least)]
        if parameters.all:
            found, missing = search.of_all(parameters.all)
            hits += found
            lacking += missing
        return hits, lacking

    def _search(self, case: Case) -> _Search:
        return _Search(self._parameters, self._compiled, case)

    def _language_lacking(self, case: Case) -> str | None:
        """The language of the case, when texts are listed by language and this one is not among them."""
        language = language_of(case)
        for texts in (self._parameters.any, self._parameters.all):
            if texts and ANY_LANGUAGE not in texts and language not in texts:
                return language
        return None


class _Search:
    """The phrases of one evaluator looked for in one case."""

    def __init__(
        self, parameters: PhraseParameters, compiled: dict[tuple[str, str], Pattern], case: Case
    ) -> None:
        if case.transcript is None:
            raise ValueError("a transcript is needed")
        self._parameters, self._compiled, self._case = parameters, compiled, case
        self._transcript = case.transcript
        self._language = language_of(case)
        self._text = searchable(case.transcript, self._language)
        self.window: Window = open_window(parameters, parameters.role, case, self._text)

    def of(self, by_language: Any) -> list[_Found]:
        """Hits of any of the texts, in order."""
        found = []
        for key, texts in (by_language or {}).items():
            language = key or self._language
            for text in texts:
                found += self._hits(text, language)
        return _in_order(found)

    def of_all(self, by_language: Any) -> tuple[list[_Found], list[str]]:
        """The first hit of every item and what is lacking, in the language that lacks least."""
        best: tuple[list[_Found], list[str]] | None = None
        preferred = sorted(by_language, key=lambda key: key not in (self._language, ANY_LANGUAGE))
        for key in preferred:
            hits, lacking = [], []
            for alternatives in by_language[key]:
                found = self.of({key: alternatives})
                if found:
                    hits.append(found[0])
                else:
                    lacking.append(_BETWEEN.join(alternatives))
            if best is None or len(lacking) < len(best[1]):
                best = hits, lacking
        return best or ([], [])

    def of_tokens(self, patterns: TokenPatterns) -> list[_Found]:
        """Hits of token patterns."""
        return self._placed(lambda text: patterns.find(text, self._language), "pattern")

    def of_expressions(self, expressions: RegularExpressions) -> list[_Found]:
        """Hits of regular expressions."""
        return self._placed(expressions.find, "regex")

    def _placed(self, find: Callable[[str], list[tuple[int, int]]], written: str) -> list[_Found]:
        """What is found in the text of each turn of the role, inside the window."""
        found = []
        for position, turn in enumerate(self._text.turns):
            if self._parameters.role and turn.role not in self._parameters.role:
                continue
            for start, end in find(turn.text):
                place = Place(position, start, end)
                if self.window.holds(place):
                    sure = self._text.confidence([place])
                    found.append(_Found(place, self._text.quote([place]), sure, written))
        return found

    def absence(self, parameters: PhraseParameters) -> float:
        """How sure it is that nothing was said."""
        return parameters.absence_confidence * self._text.mean_confidence(parameters.role)

    def window_evidence(self, looked_for: str) -> WindowEvidence:
        """Where was searched, and for what."""
        start_s, end_s = self.window.bounds()
        return WindowEvidence(looked_for, start_s, end_s)

    def event(self, kind: str, found: _Found) -> Event:
        """A hit as an event; of a hit over two turns, the words of the first."""
        span = found.spans[0]
        role = self._text.turns[found.first.turn].role.value
        sure = round(found.confidence, 4)
        return Event(
            kind, role, span.start_s, span.end_s, sure, span.turn, span.channel, "phrase/1", span.text
        )

    def _hits(self, text: str, language: str) -> list[_Found]:
        pattern = self._compiled.get((text, language))
        if pattern is None:
            pattern = compile_phrase(text, language, self._parameters.fuzzy)
            self._compiled[text, language] = pattern
        source = self._text if language == self._language else searchable(self._transcript, language)
        return [self._found(hit, source) for hit in find_all(pattern, source) if self._counts(hit, source)]

    def _counts(self, hit: Hit, source: Searchable) -> bool:
        parameters = self._parameters
        stretch = source.stretches[hit.stretch]
        if parameters.role and stretch.role not in parameters.role:
            return False
        if not self.window.holds(stretch.places[hit.first]):
            return False
        if parameters.negated == "skip" and is_denied(hit, source):
            return False
        return not parameters.question or is_asked(hit, source)

    def _found(self, hit: Hit, source: Searchable) -> _Found:
        places = source.stretches[hit.stretch].places[hit.first : hit.last]
        sure = hit.similarity * source.confidence(places)
        return _Found(places[0], source.quote(places), sure, hit.pattern.written)


def _in_order(found: list[_Found]) -> list[_Found]:
    """Hits by place; of several at one place the one that quotes most."""
    ordered = sorted(found, key=lambda f: (f.first.turn, f.first.start, -len(f.spans[0].text)))
    kept: list[_Found] = []
    for hit in ordered:
        if not kept or (hit.first.turn, hit.first.start) != (kept[-1].first.turn, kept[-1].first.start):
            kept.append(hit)
    return kept


def _spans(found: Sequence[_Found]) -> tuple[SpanEvidence, ...]:
    return tuple(dict.fromkeys(span for hit in found for span in hit.spans))


def _quoted(spans: Sequence[SpanEvidence]) -> str:
    shown = ", ".join(f'"{span.text}"' for span in spans[:_SHOWN])
    return shown if len(spans) <= _SHOWN else f"{shown} and {len(spans) - _SHOWN} more"


def _brief(names: str) -> str:
    """A list of phrases cut short for the reason; the evidence holds all of them."""
    phrases = names.split(_BETWEEN)
    if len(phrases) <= _SHOWN + 1:
        return names
    return f"{_BETWEEN.join(phrases[:_SHOWN])} and {len(phrases) - _SHOWN} more"


def _names(by_language: Any) -> str:
    return _BETWEEN.join(text for texts in (by_language or {}).values() for text in texts)
