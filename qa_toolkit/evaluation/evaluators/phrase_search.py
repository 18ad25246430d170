"""The words of one ``phrase`` evaluator looked for in one conversation: where, by whom, how surely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import SpanEvidence, WindowEvidence
from qa_toolkit.domain.events import Event
from qa_toolkit.evaluation.evaluators.assent import is_in_doubt
from qa_toolkit.evaluation.evaluators.matching import NEGATIONS, Hit, phrase_list
from qa_toolkit.evaluation.evaluators.meaning import WHOLE_CLAUSE, is_asked, is_denied, is_reported
from qa_toolkit.evaluation.evaluators.opinion import Judged, Opinion, judge, judge_at
from qa_toolkit.evaluation.evaluators.regular_expressions import RegularExpressions
from qa_toolkit.evaluation.evaluators.searchable import Place, Searchable, searchable, tokens_of
from qa_toolkit.evaluation.evaluators.texts import ANY_LANGUAGE, language_of
from qa_toolkit.evaluation.evaluators.token_patterns import TokenPatterns
from qa_toolkit.evaluation.evaluators.windows import Window, open_window

if TYPE_CHECKING:
    from qa_toolkit.evaluation.evaluators.phrase import PhraseParameters

BETWEEN = " / "
_DOUBTFUL = 0.5
"""The probability of a hit on which phrase and classifier disagree."""


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with its quotation and how sure the words are.

    ``reported``: they are told of somebody else; ``in_doubt``: they may not be meant, however they are heard.
    """

    first: Place
    spans: tuple[SpanEvidence, ...]
    confidence: float
    written: str
    reported: bool = False
    in_doubt: bool = False


class PhraseSearch:
    """The phrases of one evaluator looked for in one case."""

    def __init__(self, parameters: PhraseParameters, case: Case) -> None:
        if case.transcript is None:
            raise ValueError("a transcript is needed")
        self._parameters, self._case = parameters, case
        self._transcript = case.transcript
        self._language = language_of(case)
        self._text = searchable(case.transcript, self._language)
        self.window: Window = open_window(parameters, parameters.role, case, self._text)

    def of(self, by_language: Any) -> list[Found]:
        """Hits of any of the texts, in order."""
        found = []
        for key, texts in (by_language or {}).items():
            language = key or self._language
            source = self._text if language == self._language else searchable(self._transcript, language)
            listed = phrase_list(tuple(texts), language, self._parameters.fuzzy)
            found += [self._found(hit, source) for hit in listed.hits(source) if self._counts(hit, source)]
        return in_order(found)

    def perhaps(self) -> list[Found]:
        """Hits of the texts that prove nothing but leave it to a person."""
        found = self.of(self._parameters.perhaps)
        return [replace(hit, confidence=min(hit.confidence, _DOUBTFUL), in_doubt=True) for hit in found]

    def weighed_perhaps(self, opinion: Opinion) -> tuple[list[Found], list[Found]]:
        """Hits of the texts that prove nothing, by the classifier: those that count, and those in doubt.

        It is heard on texts of the conversation's own language only. What it takes for something else is
        dropped, and what it would count by itself counts, since the words speak for it too.
        """
        trained = opinion.of(self._language)
        hits = self.perhaps()
        if trained is None or not hits:
            return [], hits
        texts = self._parameters.perhaps or {}
        own = {key: texts[key] for key in texts if key in (self._language, ANY_LANGUAGE)}
        places = [hit.first for hit in self.of(own)]
        judged = judge_at(trained, self._transcript, self._language, self._parameters.role, places)
        sure: list[Found] = []
        doubtful: list[Found] = []
        for hit in hits:
            holding = [sentence for sentence in judged if sentence.holds(hit.first)]
            best = max(holding, key=lambda sentence: sentence.probability, default=None)
            if best is None or hit.first not in places:
                doubtful.append(hit)
            elif trained.certain_of(best.probability) and not self._doubted(best.place):
                said = self._text.confidence([best.place])
                sure.append(replace(hit, confidence=best.probability * said, in_doubt=False))
            elif best.probability >= trained.denied_below:
                doubtful.append(hit)
        return sure, doubtful

    def of_all(self, by_language: Any) -> tuple[list[Found], list[str]]:
        """The first hit of every item and what is lacking, in the language that lacks least."""
        best: tuple[list[Found], list[str]] | None = None
        preferred = sorted(by_language, key=lambda key: key not in (self._language, ANY_LANGUAGE))
        for key in preferred:
            hits, lacking = [], []
            for alternatives in by_language[key]:
                found = self.of({key: alternatives})
                if found:
                    hits.append(found[0])
                else:
                    lacking.append(BETWEEN.join(alternatives))
            if best is None or len(lacking) < len(best[1]):
                best = hits, lacking
        return best or ([], [])

    def of_tokens(self, patterns: TokenPatterns) -> list[Found]:
        """Hits of token patterns."""
        return self._placed(lambda text: patterns.find(text, self._language), "pattern")

    def of_expressions(self, expressions: RegularExpressions) -> list[Found]:
        """Hits of regular expressions."""
        return self._placed(expressions.find, "regex")

    def _placed(self, find: Callable[[str], list[tuple[int, int]]], written: str) -> list[Found]:
        """What is found in the text of each turn of the role, inside the window."""
        found = []
        for position, turn in enumerate(self._text.turns):
            if self._parameters.role and turn.role not in self._parameters.role:
                continue
            for start, end in find(turn.text):
                place = Place(position, start, end)
                if self.window.holds(place):
                    sure = self._text.confidence([place])
                    found.append(Found(place, self._text.quote([place]), sure, written))
        return found

    def weighed(self, opinion: Opinion, hits: Sequence[Found]) -> tuple[list[Found], list[Found]]:
        """Hits that count and hits in doubt, by phrases and classifier together."""
        trained = opinion.of(self._language)
        if trained is None:
            clear = [hit for hit in hits if not hit.in_doubt]
            return clear, [replace(hit, confidence=_DOUBTFUL) for hit in hits if hit.in_doubt]
        roles = self._parameters.role
        places = [hit.first for hit in hits]
        judged = judge(
            trained,
            self._transcript,
            self._language,
            roles,
            hits=places,
            likely_from=opinion.parameters.likely_from,
            inside=self.window.holds,
            others=opinion.others(self._language),
            alone=opinion.parameters.alone != "ignored",
        )
        sure: list[Found] = []
        doubtful: list[Found] = []
        for hit in hits:
            likely = [sentence.probability for sentence in judged if sentence.holds(hit.first)]
            if hit.in_doubt or (likely and max(likely) < trained.denied_below):
                doubtful.append(replace(hit, confidence=min(hit.confidence, _DOUBTFUL)))
            else:
                sure.append(hit)
        for sentence in judged:
            if any(sentence.holds(place) for place in places) or not self._found_alone(opinion, sentence):
                continue
            said = self._text.confidence([sentence.place])
            sure_of_it = sentence.probability * said
            found = Found(sentence.place, self._text.quote([sentence.place]), sure_of_it, opinion.name)
            if not self._doubted(sentence.place) and opinion.counts_alone(
                sentence.probability, self._language
            ):
                sure.append(found)
            else:
                doubtful.append(replace(found, confidence=min(sure_of_it, _DOUBTFUL)))
        return in_order(sure), in_order(doubtful)

    def _found_alone(self, opinion: Opinion, sentence: Judged) -> bool:
        """Whether the classifier finds a sentence that no phrase finds."""
        if opinion.parameters.alone == "ignored" or sentence.probability < opinion.parameters.likely_from:
            return False
        return not sentence.claimed and self.window.holds(sentence.place)

    def absence(self, parameters: PhraseParameters) -> float:
        """How sure it is that nothing was said."""
        return parameters.absence_confidence * self._text.mean_confidence(parameters.role)

    def window_evidence(self, looked_for: str) -> WindowEvidence:
        """Where was searched, and for what."""
        start_s, end_s = self.window.bounds()
        return WindowEvidence(looked_for, start_s, end_s)

    def event(self, kind: str, found: Found) -> Event:
        """A hit as an event; of a hit over two turns, the words of the first."""
        span = found.spans[0]
        role = self._text.turns[found.first.turn].role.value
        sure = round(found.confidence, 4)
        return Event(
            kind, role, span.start_s, span.end_s, sure, span.turn, span.channel, "phrase/1", span.text
        )

    def _counts(self, hit: Hit, source: Searchable) -> bool:
        parameters = self._parameters
        stretch = source.stretches[hit.stretch]
        if parameters.role and stretch.role not in parameters.role:
            return False
        if self.window.limited and not self.window.holds(stretch.place(hit.first)):
            return False
        if parameters.negated == "skip" and is_denied(hit, source):
            return False
        return not parameters.question or is_asked(hit, source)

    def _found(self, hit: Hit, source: Searchable) -> Found:
        stretch = source.stretches[hit.stretch]
        spans, confidence = source.quoted(hit.stretch, hit.first, hit.last)
        doubt = self._parameters.meant and self._not_meant(
            _in_first_turn(stretch.places(hit.first, hit.last))
        )
        doubt = doubt or (self._parameters.negated == "doubt" and is_denied(hit, source, WHOLE_CLAUSE))
        sure = hit.similarity * confidence
        sure = min(sure, _DOUBTFUL) if doubt else sure
        written, reported = hit.pattern.written, is_reported(hit, source)
        return Found(stretch.place(hit.first), spans, sure, written, reported, doubt)

    def _doubted(self, sentence: Place) -> bool:
        """Whether a sentence that only the classifier finds is denied, or may not be meant."""
        text = self._text.turns[sentence.turn].text
        if self._not_meant(_place_of_end(text, sentence)):
            return True
        said = text[sentence.start : sentence.end]
        denied = any(token.text in NEGATIONS for token in tokens_of(said, self._language))
        return self._parameters.negated == "doubt" and denied and "?" not in said

    def _not_meant(self, place: Place) -> bool:
        """Whether words that must be meant may be asked, quoted, supposed or told of an earlier time."""
        text = self._text.turns[place.turn].text
        return self._parameters.meant and is_in_doubt(text, place, self._language)


def _place_of_end(text: str, sentence: Place) -> Place:
    """The empty place after the last word of a sentence."""
    end = sentence.start + len(text[sentence.start : sentence.end].rstrip(" .?!…\"'"))
    return Place(sentence.turn, end, end)


def _in_first_turn(places: Sequence[Place]) -> Place:
    """The words as far as they are said in the turn they begin in."""
    first = places[0]
    return Place(first.turn, first.start, max(place.end for place in places if place.turn == first.turn))


def in_order(found: list[Found]) -> list[Found]:
    """Hits by place; of several at one place the one that quotes most."""
    ordered = sorted(found, key=lambda f: (f.first.turn, f.first.start, -len(f.spans[0].text)))
    kept: list[Found] = []
    for hit in ordered:
        if not kept or (hit.first.turn, hit.first.start) != (kept[-1].first.turn, kept[-1].first.start):
            kept.append(hit)
    return kept


def names_of(by_language: Any) -> str:
    return BETWEEN.join(text for texts in (by_language or {}).values() for text in texts)
