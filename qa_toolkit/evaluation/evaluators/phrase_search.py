"""The words of one ``phrase`` evaluator looked for in one conversation: where, by whom, how surely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import SpanEvidence, WindowEvidence
from qa_toolkit.domain.events import Event
from qa_toolkit.evaluation.evaluators.assent import is_in_doubt
from qa_toolkit.evaluation.evaluators.conversation import Source, conversation_of
from qa_toolkit.evaluation.evaluators.matching import NEGATIONS, Hit
from qa_toolkit.evaluation.evaluators.meaning import WHOLE_CLAUSE
from qa_toolkit.evaluation.evaluators.opinion import Judged, Opinion, judge, judge_at
from qa_toolkit.evaluation.evaluators.phrase_texts import AllTexts, PhraseTexts
from qa_toolkit.evaluation.evaluators.regular_expressions import RegularExpressions
from qa_toolkit.evaluation.evaluators.searchable import Place, tokens_of
from qa_toolkit.evaluation.evaluators.texts import ANY_LANGUAGE
from qa_toolkit.evaluation.evaluators.token_patterns import TokenPatterns
from qa_toolkit.evaluation.evaluators.windows import Window, open_window

if TYPE_CHECKING:
    from qa_toolkit.evaluation.evaluators.phrase import PhraseParameters

_DOUBTFUL = 0.5
"""The probability of a hit on which phrase and classifier disagree."""

_FIRST = itemgetter(0)


class Found(NamedTuple):
    """Words found, quoted, and how sure they are.

    ``in_doubt``: they may not be meant, however they are heard. ``hit`` and ``source``: of a phrase.
    """

    first: Place
    spans: tuple[SpanEvidence, ...]
    confidence: float
    hit: Hit | None = None
    source: Source | None = None
    in_doubt: bool = False

    @property
    def reported(self) -> bool:
        """Whether they are told of somebody else."""
        if self.hit is None or self.source is None:
            return False
        return self.source.readings.is_reported(self.hit)

    def at_most_doubtful(self, *, in_doubt: bool) -> Found:
        """The same words, no surer than what phrase and classifier disagree on."""
        return self._replace(confidence=min(self.confidence, _DOUBTFUL), in_doubt=in_doubt)


class PhraseSearch:
    """The phrases of one evaluator looked for in one case."""

    def __init__(self, parameters: PhraseParameters, case: Case) -> None:
        self._parameters = parameters
        self._known = conversation_of(case)
        self._text, self._language = self._known.text, self._known.language
        self._doubting = parameters.meant or parameters.negated == "doubt"
        self.window: Window = open_window(parameters, parameters.role, case, self._text)

    def of(self, texts: PhraseTexts | None) -> list[Found]:
        """Hits of any of the texts, in order."""
        by_list = self._by_list(texts) if texts is not None else None
        return in_order([hit for _, of_one in by_list for hit in of_one]) if by_list else []

    def _by_list(self, texts: PhraseTexts) -> list[tuple[str, list[Found]]]:
        """The hits of each list that has any, with the language it is in."""
        by_list = []
        for language, listed in texts.lists(self._language):
            source = self._known.source(language)
            hits = listed.hits(source.text)
            if hits and (counting := self._counting(hits, source)):
                by_list.append((language, [self._found(hit, source) for hit in counting]))
        return by_list

    def perhaps(self, texts: PhraseTexts) -> list[Found]:
        """Hits of texts that prove nothing but leave it to a person."""
        return [hit.at_most_doubtful(in_doubt=True) for hit in self.of(texts)]

    def weighed_perhaps(self, opinion: Opinion, texts: PhraseTexts) -> tuple[list[Found], list[Found]]:
        """Hits of texts that prove nothing, by the classifier: those that count, and those in doubt.

        It is heard on texts of the conversation's own language only. What it takes for something else is
        dropped, and what it would count by itself counts, since the words speak for it too.
        """
        by_list = self._by_list(texts)
        if not by_list:
            return [], []
        found = in_order([hit for _, of_one in by_list for hit in of_one])
        hits = [hit.at_most_doubtful(in_doubt=True) for hit in found]
        trained = opinion.of(self._language)
        if trained is None:
            return [], hits
        own = [hit for language, of_one in by_list if language == self._language for hit in of_one]
        places = [hit.first for hit in in_order(own)]
        judged = judge_at(trained, self._known.transcript, self._language, self._parameters.role, places)
        sure: list[Found] = []
        doubtful: list[Found] = []
        for hit in hits:
            holding = [sentence for sentence in judged if sentence.holds(hit.first)]
            best = max(holding, key=lambda sentence: sentence.probability, default=None)
            if best is None or hit.first not in places:
                doubtful.append(hit)
            elif trained.certain_of(best.probability) and not self._doubted(best.place):
                said = self._text.confidence([best.place])
                sure.append(hit._replace(confidence=best.probability * said, in_doubt=False))
            elif best.probability >= trained.denied_below:
                doubtful.append(hit)
        return sure, doubtful

    def of_all(self, items_by_language: AllTexts) -> tuple[list[Found], list[str]]:
        """The first hit of every item and what is lacking, in the language that lacks least."""
        best: tuple[list[Found], list[str]] | None = None
        preferred = sorted(items_by_language, key=lambda key: key not in (self._language, ANY_LANGUAGE))
        for key in preferred:
            hits, lacking = [], []
            for alternatives, names in items_by_language[key]:
                found = self.of(alternatives)
                if found:
                    hits.append(found[0])
                else:
                    lacking.append(names)
            if best is None or len(lacking) < len(best[1]):
                best = hits, lacking
        return best or ([], [])

    def of_tokens(self, patterns: TokenPatterns) -> list[Found]:
        """Hits of token patterns."""
        return self._placed(lambda text: patterns.find(text, self._language))

    def of_expressions(self, expressions: RegularExpressions) -> list[Found]:
        """Hits of regular expressions."""
        return self._placed(expressions.find)

    def _placed(self, find: Callable[[str], list[tuple[int, int]]]) -> list[Found]:
        """What is found in the text of each turn of the role, inside the window."""
        found = []
        for position, turn in enumerate(self._text.turns):
            if self._parameters.role and turn.role not in self._parameters.role:
                continue
            for start, end in find(turn.text):
                place = Place(position, start, end)
                if self.window.holds(place):
                    sure = self._text.confidence([place])
                    found.append(Found(place, self._text.quote([place]), sure))
        return found

    def weighed(self, opinion: Opinion, hits: Sequence[Found]) -> tuple[list[Found], list[Found]]:
        """Hits that count and hits in doubt, by phrases and classifier together."""
        trained = opinion.of(self._language)
        if trained is None:
            clear = [hit for hit in hits if not hit.in_doubt]
            return clear, [hit._replace(confidence=_DOUBTFUL) for hit in hits if hit.in_doubt]
        roles = self._parameters.role
        places = [hit.first for hit in hits]
        judged = judge(
            trained,
            self._known.transcript,
            self._language,
            roles,
            hits=places,
            likely_from=opinion.parameters.likely_from,
            inside=self.window.holds,
            others=opinion.others(self._language),
            alone=opinion.parameters.alone != "ignored",
        )
        if not judged:
            return [hit for hit in hits if not hit.in_doubt], [hit for hit in hits if hit.in_doubt]
        sure: list[Found] = []
        doubtful: list[Found] = []
        for hit in hits:
            turn = hit.first.turn
            near = [sentence for sentence in judged if sentence.place.turn == turn]
            likely = [sentence.probability for sentence in near if sentence.holds(hit.first)]
            if hit.in_doubt or (likely and max(likely) < trained.denied_below):
                doubtful.append(hit.at_most_doubtful(in_doubt=hit.in_doubt))
            else:
                sure.append(hit)
        for sentence in self._found_alone(opinion, judged):
            if any(map(sentence.holds, places)):
                continue
            said = self._text.confidence([sentence.place])
            sure_of_it = sentence.probability * said
            found = Found(sentence.place, self._text.quote([sentence.place]), sure_of_it)
            if not self._doubted(sentence.place) and opinion.counts_alone(
                sentence.probability, self._language
            ):
                sure.append(found)
            else:
                doubtful.append(found.at_most_doubtful(in_doubt=False))
        return in_order(sure), in_order(doubtful)

    def _found_alone(self, opinion: Opinion, judged: Sequence[Judged]) -> list[Judged]:
        """The sentences that the classifier finds where no phrase has to."""
        if opinion.parameters.alone == "ignored":
            return []
        least = opinion.parameters.likely_from
        likely = [sentence for sentence in judged if sentence.probability >= least and not sentence.claimed]
        return [sentence for sentence in likely if self.window.holds(sentence.place)]

    def absence(self, parameters: PhraseParameters) -> float:
        """How sure it is that nothing was said."""
        return parameters.absence_confidence * self._known.mean_confidence(parameters.role)

    def window_evidence(self, looked_for: str) -> WindowEvidence:
        """Where was searched, and for what."""
        start_s, end_s = self.window.bounds()
        return WindowEvidence(looked_for, start_s, end_s)

    def event(self, kind: str, found: Found) -> Event:
        """A hit as an event; of a hit over two turns, the words of the first."""
        span = found.spans[0]
        role = self._known.role_of(found.first.turn)
        sure = round(found.confidence, 4)
        return Event(
            kind, role, span.start_s, span.end_s, sure, span.turn, span.channel, "phrase/1", span.text
        )

    def _counting(self, hits: Sequence[Hit], source: Source) -> Sequence[Hit]:
        """The hits of the role in the window that are said as they must be."""
        parameters = self._parameters
        if parameters.role or self.window.limited:
            hits = source.counting(hits, parameters.role, self.window)
        if parameters.negated == "skip" and hits:
            is_denied = source.readings.is_denied
            hits = [hit for hit in hits if not is_denied(hit)]
        if parameters.question and hits:
            is_asked = source.readings.is_asked
            hits = [hit for hit in hits if is_asked(hit)]
        return hits

    def _found(self, hit: Hit, source: Source) -> Found:
        spans, confidence = source.text.quoted(hit.stretch, hit.first, hit.last)
        first = source.text.stretches[hit.stretch].place(hit.first)
        sure = hit.similarity * confidence
        doubt = self._doubting and self._in_doubt(hit, source)
        return Found(first, spans, min(sure, _DOUBTFUL) if doubt else sure, hit, source, doubt)

    def _in_doubt(self, hit: Hit, source: Source) -> bool:
        """Whether the words of a hit may not be meant, or are denied from afar."""
        if self._parameters.meant:
            places = source.text.stretches[hit.stretch].places(hit.first, hit.last)
            if self._not_meant(_in_first_turn(places)):
                return True
        return self._parameters.negated == "doubt" and source.readings.is_denied(hit, WHOLE_CLAUSE)

    def _doubted(self, sentence: Place) -> bool:
        """Whether a sentence that only the classifier finds is denied, or may not be meant."""
        text = self._text.turns[sentence.turn].text
        if self._parameters.meant and self._not_meant(_place_of_end(text, sentence)):
            return True
        said = text[sentence.start : sentence.end]
        if self._parameters.negated != "doubt" or "?" in said:
            return False
        return any(token.text in NEGATIONS for token in tokens_of(said, self._language))

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
    if len(found) < 2:
        return found
    if len({hit.first[:2] for hit in found}) == len(found):
        return sorted(found, key=_FIRST)
    ordered = sorted(found, key=lambda f: (f.first.turn, f.first.start, -len(f.spans[0].text)))
    kept: list[Found] = []
    for hit in ordered:
        if not kept or (hit.first.turn, hit.first.start) != (kept[-1].first.turn, kept[-1].first.start):
            kept.append(hit)
    return kept
