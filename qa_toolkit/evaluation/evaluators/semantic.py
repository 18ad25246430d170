"""``semantic``: does a sentence mean what the exemplars mean, whatever its words?

Sees closeness of meaning: a sentence is compared with positive and negative exemplars, of the rubric or of a
bank, by sentence embeddings. Closeness is blind to negation and to who does what, so a sentence that is
negated where its nearest exemplar is not (or asks where none of the nearest does) is not taken for one.
Cannot see what is spread over several sentences, irony, or quoted speech. Its probabilities are a rule of
thumb on the careful side, not fitted to labels; ``classifier`` is trained on a bank and has fitted ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar, Final, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from qa_toolkit.domain.rubric import Number, Probability
from qa_toolkit.evaluation.banks import LoadedBank, load_bank, search_folders
from qa_toolkit.evaluation.encoders import encoder_for
from qa_toolkit.evaluation.evaluator import Tools
from qa_toolkit.evaluation.evaluators.sentence_search import (
    CannotTellError,
    SentenceEvaluator,
    SentenceParameters,
)
from qa_toolkit.evaluation.evaluators.texts import ANY_LANGUAGE, Text, TextsByLanguage
from qa_toolkit.evaluation.sentences import SURFACE, surface_of

_NEAREST: Final = 3
_STEEPNESS: Final = 12.0
_AT_MARGIN: Final = 0.6
"""The probability at exactly the margin, with likeness reached."""
_UNLIKE: Final = 0.2
_NEARLY: Final = 0.45
_NEAR: Final = 0.08
_NEGATED, _ASKS = SURFACE.index("negated"), SURFACE.index("asks")


def _list(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


Banks = Annotated[tuple[Text, ...], BeforeValidator(_list, json_schema_input_type=str | list[str])]


class SemanticParameters(SentenceParameters):
    """Exemplars, and how close to them a sentence must be.

    Attributes:
        positive: sentences that mean it; a list, or lists by language.
        negative: sentences that do not, above all those that come near.
        bank: files with exemplars below the rubric folder, one for each language.
        likeness: least cosine similarity to a positive exemplar.
        margin: a sentence must be so much closer to a positive exemplar than to any negative one.
    """

    positive: TextsByLanguage | None = None
    negative: TextsByLanguage | None = None
    bank: Banks = ()
    likeness: Probability = 0.55
    margin: Annotated[Number, Field(ge=0, le=1)] = 0.05

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.positive or self.bank):
            raise ValueError("nothing to compare with: accepted: positive or bank")
        return self


@dataclass(frozen=True, slots=True)
class _Exemplars:
    positive: tuple[str, ...]
    negative: tuple[str, ...]


class Semantic(SentenceEvaluator):
    """Answers by the sentences that mean what the exemplars mean."""

    name: ClassVar[str] = "semantic"
    Parameters: ClassVar[type[SemanticParameters]] = SemanticParameters

    def __init__(self, parameters: SemanticParameters, tools: Tools) -> None:
        banks = [load_bank(name, search=search_folders(tools.settings)) for name in parameters.bank]
        super().__init__(parameters, [f"bank.{bank.sha256[:12]}" for bank in banks])
        self._exemplars = _by_language(parameters, banks)

    def _looked_for(self) -> str:
        first = next((e.positive[0] for e in self._exemplars.values() if e.positive), "")
        return f'the like of "{first}"'

    def _knows(self, language: str) -> float:
        """An absence is only as good as the exemplars are many: n / (n + 1)."""
        exemplars = self._exemplars.get(language)
        count = len(exemplars.positive) if exemplars else 0
        return count / (count + 1)

    def _probabilities(self, texts: Sequence[str], language: str) -> Sequence[float]:
        exemplars = self._exemplars.get(language)
        if exemplars is None:
            raise CannotTellError(f"no exemplars are listed for the language '{language}'")
        parameters = self._parameters
        if not texts:
            return []
        encoder = encoder_for(language)
        vectors = encoder.embed(texts)
        likeness = vectors @ encoder.embed(exemplars.positive).T
        unlikeness = vectors @ encoder.embed(exemplars.negative).T if exemplars.negative else None
        found = []
        for row, text in enumerate(texts):
            nearest = np.argsort(-likeness[row], kind="stable")[:_NEAREST]
            like = float(likeness[row][nearest[0]])
            unlike = float(unlikeness[row].max()) if unlikeness is not None else 0.0
            same = _same_surface(text, [exemplars.positive[i] for i in nearest], language)
            found.append(_probability(like, unlike, parameters.likeness, parameters.margin, same=same))
        return found


def _probability(like: float, unlike: float, least: float, margin: float, *, same: bool) -> float:
    if like < least - _NEAR:
        return round(_UNLIKE * max(like, 0.0), 4)
    shift = np.log(_AT_MARGIN / (1 - _AT_MARGIN))
    closer = float(1 / (1 + np.exp(-_STEEPNESS * (like - unlike - margin) - shift)))
    closer = min(closer, 0.5 + like / 2)
    if like < least or not same:
        closer = min(closer, _NEARLY if like < least and same else _UNLIKE)
    return round(closer, 4)


def _same_surface(text: str, nearest: Sequence[str], language: str) -> bool:
    """Whether the sentence is negated as its nearest exemplar is, and asks if all the nearest do."""
    own, others = surface_of(text, language), [_surface(other, language) for other in nearest]
    if own[_NEGATED] != others[0][_NEGATED]:
        return False
    return own[_ASKS] in {other[_ASKS] for other in others}


@lru_cache(maxsize=8192)
def _surface(text: str, language: str) -> tuple[float, ...]:
    return surface_of(text, language)


def _by_language(parameters: SemanticParameters, banks: Sequence[LoadedBank]) -> Mapping[str, _Exemplars]:
    """Exemplars by language; a plain list belongs to English, the language rubrics are written in."""
    made: dict[str, tuple[list[str], list[str]]] = {}
    for which, by_language in enumerate((parameters.positive, parameters.negative)):
        for key, texts in (by_language or {}).items():
            made.setdefault("en" if key == ANY_LANGUAGE else key, ([], []))[which].extend(texts)
    for loaded in banks:
        for utterance, means in loaded.bank.utterances("train"):
            made.setdefault(loaded.bank.language, ([], []))[0 if means else 1].append(utterance.text)
    return {key: _Exemplars(tuple(yes), tuple(no)) for key, (yes, no) in made.items() if yes}
