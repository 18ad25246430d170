"""``phrase``: were certain words said, by whom, where in the conversation?

Sees words and their order, exact after normalisation or nearly so. Cannot see meaning: a paraphrase that
shares no listed wording is missed, and irony is taken at its word. An absence is therefore never certain
(``absence_confidence``). Words that speak against somebody and are told of a third person ("he said it was
your own fault") are left to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple, Self

from pydantic import model_validator

from qa_toolkit.domain.case import Case, CasePart
from qa_toolkit.domain.evaluation import Answer, Evidence, SpanEvidence
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.rubric import Criterion, Probability
from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.errors import InputError
from qa_toolkit.evaluation.banks import search_folders
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.matching import compile_phrase
from qa_toolkit.evaluation.evaluators.opinion import Meaning, Opinion
from qa_toolkit.evaluation.evaluators.phrase_search import Found, PhraseSearch, in_order
from qa_toolkit.evaluation.evaluators.phrase_texts import (
    BETWEEN,
    SHOWN,
    all_texts,
    brief,
    names_of,
    texts_by_language,
)
from qa_toolkit.evaluation.evaluators.regular_expressions import Regex, RegularExpressions
from qa_toolkit.evaluation.evaluators.texts import (
    ANY_LANGUAGE,
    UNANSWERED,
    AlternativesByLanguage,
    Roles,
    TextsByLanguage,
    TwoAnswers,
    language_of,
    settled,
    unanswered,
)
from qa_toolkit.evaluation.evaluators.token_patterns import TokenPattern, TokenPatterns
from qa_toolkit.evaluation.evaluators.windows import Count, WindowLimits

_REPORTED = "said, but told of somebody else's words"
_NOT_LISTED = "no phrases are listed for the language '{}'"


class PhraseParameters(TwoAnswers, WindowLimits):
    """What to look for and where.

    Attributes:
        role: who must say it; absent = anyone.
        any: at least one of these (``at_least`` of them, counting each place).
        perhaps: words that prove nothing but leave it to a person where ``any`` is not found ("recorded",
            of a call or of something else). With ``meaning`` the classifier decides where it is certain:
            they count where it would count the sentence by itself, and not where it contradicts.
        all: every item must be found; an item is a phrase or a list of alternatives.
        none: one of these turns the answer to ``missing``.
        regex: regular expressions (RE2 syntax) over the text of a turn as it stands, used like ``any``; needs
            the extra ``language``.
        pattern: spaCy token patterns (keys LOWER, LEMMA, POS, OP …), used like ``any``; needs the extra
            ``language``.
        fuzzy: least likeness of a phrase, 0-1; 1 = every word equal after normalisation.
        meaning: an event whose trained classifier gives a second opinion: a hit it takes for something else
            is doubtful, and so is what it finds beyond the phrases (or it counts, with ``alone: counts``).
            Doubt that could change an answer leaves it to a person.
        negated: ``skip`` passes over hits that are denied or merely supposed, ``count`` takes them, ``doubt``
            leaves them to a person.
        meant: hits in a question, a quotation, a condition or a tale of an earlier time are doubtful, as
            those of an assent ("do I have to say I agree?").
        question: only hits in a sentence that asks.
        absence_confidence: how sure an answer is that rests on nothing having been found.
    """

    role: Roles = ()
    any: TextsByLanguage | None = None
    perhaps: TextsByLanguage | None = None
    all: AlternativesByLanguage | None = None
    none: TextsByLanguage | None = None
    regex: tuple[Regex, ...] = ()
    pattern: tuple[TokenPattern, ...] = ()
    fuzzy: Probability = 0.9
    meaning: Meaning | None = None
    negated: Literal["skip", "count", "doubt"] = "skip"
    meant: bool = False
    question: bool = False
    at_least: Count = 1
    absence_confidence: Probability = 0.8

    @model_validator(mode="after")
    def _searchable(self) -> Self:
        if not (self.any or self.all or self.none or self.pattern or self.regex):
            raise ValueError("nothing to look for: accepted: any, all, none, regex or pattern")
        if self.meaning and (self.all or self.none):
            raise ValueError("meaning gives an opinion of single sentences: accepted: any, regex or pattern")
        if self.fuzzy < 0.5:
            raise ValueError("fuzzy below 0.5 would match anything: accepted: 0.5 to 1")
        for by_language in (self.any, self.perhaps, self.none):
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


class Phrase:
    """Answers ``found`` or ``missing`` by the words said; finds events where they are said."""

    name: ClassVar[str] = "phrase"
    version: ClassVar[str] = "1"
    needs: ClassVar[frozenset[CasePart]] = frozenset({"transcript"})
    Parameters: ClassVar[type[PhraseParameters]] = PhraseParameters

    def __init__(self, parameters: PhraseParameters, tools: Tools) -> None:
        self._parameters = parameters
        self._any = texts_by_language(parameters.any, parameters.fuzzy)
        self._perhaps = texts_by_language(parameters.perhaps, parameters.fuzzy)
        self._none = texts_by_language(parameters.none, parameters.fuzzy)
        self._all = all_texts(parameters.all, parameters.fuzzy)
        # Lists of hundreds of phrases are joined once, not for every call in which none of them is said.
        self._wanted = (
            BETWEEN.join(filter(None, (names_of(parameters.any), *parameters.regex))) or "the pattern"
        )
        self._forbidden = names_of(parameters.none)
        self._opinion: Opinion | None = None
        if parameters.meaning:
            self._opinion = Opinion(parameters.meaning, search_folders(tools.settings))
            # Part of every result: the same phrases with another classifier answer otherwise.
            self.version = "+".join([type(self).version, *self._opinion.learnt()])  # type: ignore[misc]
        self._named = parameters.event_names()
        self._kept: tuple[_Asked, Answer] | None = None
        self._token_patterns = TokenPatterns(parameters.pattern) if parameters.pattern else None
        self._expressions = RegularExpressions(parameters.regex) if parameters.regex else None

    def answer(self, criterion: Criterion, case: Case) -> Answer:
        """``found`` with the words, or ``missing`` with the window that was searched.

        A case is asked about again with other events where some are doubtful; what does not rest on them is
        answered once.
        """
        events = tuple([event for name in self._named for event in case.events_of(name)])
        asked = _Asked(criterion, case.transcript, case.interaction.language, events)
        kept = self._kept
        if kept is None or not kept[0].same_as(asked):
            kept = self._kept = asked, self._answer(criterion, case)
        return kept[1]

    def _answer(self, criterion: Criterion, case: Case) -> Answer:
        parameters, search = self._parameters, self._search(case)
        if search.window.impossible:
            return unanswered(criterion, search.window.impossible)
        forbidden = search.of(self._none)
        if forbidden:
            spans = _spans(forbidden)
            sure = max(found.confidence for found in forbidden)
            reason = f"said: {_quoted(spans)}"
            return settled(criterion, parameters.missing, spans, confidence=sure, reason=reason)
        if self._opinion is not None:
            return self._with_opinion(criterion, case, search, self._opinion)
        return self._by_phrases(criterion, case, search)

    def _by_phrases(self, criterion: Criterion, case: Case, search: PhraseSearch) -> Answer:
        """The answer of phrases alone."""
        parameters = self._parameters
        doubts = bool(parameters.perhaps) or parameters.meant or parameters.negated == "doubt"
        hits, lacking = self._positive(search, every=doubts)
        if lacking:
            reason = f"not found: {'; '.join(brief(names) for names in lacking)}"
            evidence: list[Evidence] = [search.window_evidence("; ".join(lacking)), *_spans(hits)]
            missing_language = self._language_lacking(case)
            if missing_language:
                return unanswered(criterion, _NOT_LISTED.format(missing_language))
            return settled(
                criterion, parameters.missing, evidence, confidence=search.absence(parameters), reason=reason
            )
        if not hits:
            return self._nothing_forbidden(criterion, case, search)
        clear = [found for found in hits if not found.in_doubt]
        if doubts and len(clear) < parameters.at_least:
            spans = _spans(hits[:SHOWN])
            reason = f"said, but perhaps not meant: {_quoted(spans)}"
            return settled(criterion, UNANSWERED, spans, confidence=0.0, reason=reason)
        hits = clear[: max(SHOWN, parameters.at_least)] if doubts else hits
        spans = _spans(hits)
        if self._speaks_against(criterion) and _own(hits) < parameters.at_least:
            return settled(
                criterion, UNANSWERED, spans, confidence=0.0, reason=f"{_REPORTED}: {_quoted(spans)}"
            )
        sure = min(found.confidence for found in hits)
        return settled(criterion, parameters.found, spans, confidence=sure, reason=f"said: {_quoted(spans)}")

    def _nothing_forbidden(self, criterion: Criterion, case: Case, search: PhraseSearch) -> Answer:
        """``found``, as no forbidden word was said; open where none are listed for the language."""
        parameters, language = self._parameters, _unlisted(case, self._parameters.none)
        if language:
            return unanswered(criterion, _NOT_LISTED.format(language))
        return settled(
            criterion,
            parameters.found,
            [search.window_evidence(self._forbidden)],
            confidence=search.absence(parameters),
            reason=f"not said: {brief(self._forbidden)}",
        )

    def _speaks_against(self, criterion: Criterion) -> bool:
        """Whether finding the words costs points."""
        answers = criterion.answers or {}
        found, missing = (answers.get(str(a)) for a in (self._parameters.found, self._parameters.missing))
        return found is not None and missing is not None and found.points < missing.points

    def find(self, kind: str, case: Case) -> Sequence[Event]:
        """Every place where the words are said; with ``all``, the place where the last item is first said.

        Raises:
            InputError: nothing is found, and nothing is listed for the language of the conversation.
        """
        events = self.heard(kind, case)
        language = None if events else self._language_lacking(case)
        if language and (self._opinion is None or self._opinion.of(language) is None):
            raise InputError(_NOT_LISTED.format(language), kind)
        return events

    def heard(self, kind: str, case: Case) -> Sequence[Event]:
        """As ``find``, whatever language the conversation is in: nothing heard may mean nothing listed."""
        search = self._search(case)
        if search.window.impossible or search.of(self._none):
            return ()
        if self._opinion is not None:
            sure, doubtful = self._weighed(search, self._opinion)
            found = in_order([*sure, *doubtful])
            return tuple([search.event(kind, each) for each in found])
        hits, lacking = self._positive(search, every=True)
        if lacking:
            return ()
        if self._parameters.all:
            hits = [max(hits, key=lambda found: (found.first.turn, found.first.start))] if hits else []
        return tuple([search.event(kind, found) for found in hits])

    def _with_opinion(
        self, criterion: Criterion, case: Case, search: PhraseSearch, opinion: Opinion
    ) -> Answer:
        """The answer of phrases and classifier together."""
        parameters = self._parameters
        sure, doubtful = self._weighed(search, opinion)
        if self._speaks_against(criterion):
            doubtful += [found for found in sure if found.reported]
            sure = [found for found in sure if not found.reported]
        if len(sure) >= parameters.at_least:
            shown = sure[: max(SHOWN, parameters.at_least)]
            spans, confidence = _spans(shown), min(found.confidence for found in shown)
            return settled(
                criterion, parameters.found, spans, confidence=confidence, reason=f"said: {_quoted(spans)}"
            )
        meaning = opinion.name
        if len(sure) + len(doubtful) >= parameters.at_least:
            spans = _spans(in_order([*sure, *doubtful])[:SHOWN])
            reason = f"perhaps {meaning}, not certain: {_quoted(spans)}"
            return settled(criterion, UNANSWERED, spans, confidence=0.0, reason=reason)
        language = self._language_lacking(case)
        if language and opinion.of(language_of(case)) is None:
            return unanswered(criterion, _NOT_LISTED.format(language))
        evidence = search.window_evidence(meaning)
        reason = f"nothing said means {meaning}"
        sureness = search.absence(parameters)
        return settled(criterion, parameters.missing, [evidence], confidence=sureness, reason=reason)

    def _weighed(self, search: PhraseSearch, opinion: Opinion) -> tuple[list[Found], list[Found]]:
        """What counts and what is in doubt, by phrases and classifier together."""
        sure, doubtful = search.weighed(opinion, self._positive(search, every=True)[0])
        if self._perhaps is None:
            return sure, doubtful
        perhaps_sure, perhaps_doubtful = search.weighed_perhaps(opinion, self._perhaps)
        return [*sure, *perhaps_sure], [*doubtful, *perhaps_doubtful]

    def _positive(self, search: PhraseSearch, *, every: bool = False) -> tuple[list[Found], list[str]]:
        """Hits that speak for ``found``, and what is lacking."""
        parameters = self._parameters
        hits: list[Found] = []
        lacking: list[str] = []
        if parameters.any or self._token_patterns is not None or self._expressions is not None:
            found = search.of(self._any)
            if self._opinion is None and self._perhaps is not None:
                found = in_order([*found, *search.perhaps(self._perhaps)])
            if self._token_patterns is not None:
                found = in_order([*found, *search.of_tokens(self._token_patterns)])
            if self._expressions is not None:
                found = in_order([*found, *search.of_expressions(self._expressions)])
            if len(found) < parameters.at_least:
                times = f" {parameters.at_least} times" if parameters.at_least > 1 else ""
                lacking.append(self._wanted + times)
            hits += found if every else found[: max(SHOWN, parameters.at_least)]
        if parameters.all:
            found, missing = search.of_all(self._all)
            hits += found
            lacking += missing
        return hits, lacking

    def _search(self, case: Case) -> PhraseSearch:
        return PhraseSearch(self._parameters, case)

    def _language_lacking(self, case: Case) -> str | None:
        """The language of the case, when texts are listed by language and this one is not among them."""
        return _unlisted(case, self._parameters.any, self._parameters.all)


def _unlisted(case: Case, *lists: TextsByLanguage | AlternativesByLanguage | None) -> str | None:
    """The language of the case, when one of the lists is by language and does not hold it."""
    language = language_of(case)
    lacking = any(texts and ANY_LANGUAGE not in texts and language not in texts for texts in lists)
    return language if lacking else None


class _Asked(NamedTuple):
    """What an answer of phrases rests on besides their parameters."""

    criterion: Criterion
    transcript: Transcript | None
    language: str | None
    events: tuple[Event, ...]

    def same_as(self, other: _Asked) -> bool:
        """Whether it is the same question of the very same conversation, which is not compared."""
        same = self.criterion is other.criterion and self.transcript is other.transcript
        return same and self.language == other.language and self.events == other.events


def _own(found: Sequence[Found]) -> int:
    return sum(not each.reported for each in found)


def _spans(found: Sequence[Found]) -> tuple[SpanEvidence, ...]:
    if len(found) == 1:
        return found[0].spans
    return tuple(dict.fromkeys(span for hit in found for span in hit.spans))


def _quoted(spans: Sequence[SpanEvidence]) -> str:
    shown = ", ".join(f'"{span.text}"' for span in spans[:SHOWN])
    return shown if len(spans) <= SHOWN else f"{shown} and {len(spans) - SHOWN} more"
