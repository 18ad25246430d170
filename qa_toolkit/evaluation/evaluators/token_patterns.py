"""spaCy token patterns: words described by lower case, lemma or part of speech instead of spelled out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator

from qa_toolkit.errors import MissingExtraError

_TAGGED = frozenset({"LEMMA", "POS", "TAG", "DEP", "MORPH"})
_KEYS = frozenset(
    {
        *("ORTH", "TEXT", "LOWER", "NORM", "SHAPE", "LENGTH", "OP"),
        *("IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT", "IS_SPACE"),
        *("IS_STOP", "IS_SENT_START", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL"),
    }
)
_OPEN_ENDED = ("*", "+")
_MOST_OPEN_ENDED = 2
"""The matcher tries every way to share a text among open-ended tokens: n of them take n-th powers of time."""


def _known_keys(tokens: list[dict[str, Any]]) -> list[dict[str, Any]]:
    accepted = sorted(_KEYS | _TAGGED)
    for token in tokens:
        for key in token:
            if key not in accepted:
                raise ValueError(f"unknown token attribute '{key}': accepted: {', '.join(accepted)}")
    if _mentions_regex(tokens):
        raise ValueError("REGEX has no bound on its time: accepted: LOWER with IN, LEMMA, or phrases with *")
    if sum(str(token.get("OP", "")) in _OPEN_ENDED for token in tokens) > _MOST_OPEN_ENDED:
        raise ValueError(f"more than {_MOST_OPEN_ENDED} tokens with OP * or +: accepted: fewer, or {{n,m}}")
    if not tokens:
        raise ValueError("an empty pattern: accepted: a list of token descriptions")
    return tokens


def _mentions_regex(value: object) -> bool:
    if isinstance(value, Mapping):
        return "REGEX" in value or any(_mentions_regex(item) for item in value.values())
    return isinstance(value, list | tuple) and any(_mentions_regex(item) for item in value)


TokenPattern = Annotated[list[dict[str, Any]], AfterValidator(_known_keys)]


class TokenPatterns:
    """Compiled token patterns; the pipeline is loaded when they are first used.

    Raises:
        MissingExtraError: spaCy, or the English pipeline that lemmas and parts of speech need, is missing.
    """

    def __init__(self, patterns: Sequence[Sequence[Mapping[str, Any]]]) -> None:
        try:
            import spacy  # noqa: F401
        except ImportError as error:
            raise MissingExtraError.of("language", "phrase with pattern") from error
        self._patterns = [[dict(token) for token in pattern] for pattern in patterns]
        self._tagged = any(key in _TAGGED for pattern in patterns for token in pattern for key in token)
        self._matchers: dict[str, tuple[Any, Any]] = {}

    def find(self, text: str, language: str) -> list[tuple[int, int]]:
        """Character bounds of every match, the longest first where they overlap, in order."""
        from spacy.util import filter_spans

        pipeline, matcher = self._matcher(language)
        document = pipeline(text)
        spans = filter_spans(matcher(document, as_spans=True))
        return [(span.start_char, span.end_char) for span in spans]

    def _matcher(self, language: str) -> tuple[Any, Any]:
        from spacy.matcher import Matcher

        from qa_toolkit.language import pipelines

        if language not in self._matchers:
            tagged = self._tagged and language == "en"
            pipeline = pipelines.english() if tagged else pipelines.blank(language)
            matcher = Matcher(pipeline.vocab, validate=True)
            matcher.add("pattern", self._patterns)
            self._matchers[language] = pipeline, matcher
        return self._matchers[language]
