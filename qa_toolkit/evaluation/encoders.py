"""Which sentence encoder serves a language, from the models on this machine."""

from __future__ import annotations

from qa_toolkit.errors import InputError
from qa_toolkit.language.embeddings import (
    MINILM_LANGUAGES,
    MULTILINGUAL_LANGUAGES,
    SentenceEncoder,
    minilm,
    multilingual,
)
from qa_toolkit.model_files import resolve

_MINILM = "minilm-l6-v2"


def encoder_for(language: str) -> SentenceEncoder:
    """English by MiniLM, other languages by the multilingual encoder.

    Raises:
        EnvironmentProblemError: the model or the package is not on this machine.
        InputError: no encoder knows the language.
    """
    if language in MINILM_LANGUAGES:
        return minilm(resolve(_MINILM).path)
    if language in MULTILINGUAL_LANGUAGES:
        return multilingual()
    raise InputError(f"no sentence encoder knows the language '{language}'")
