"""Whisper by way of faster-whisper and CTranslate2; the only module that knows either of them.

Windows are encoded one at a time, because the encoder's attention matrices then stay in the processor's
cache, and decoded several together, those of different recordings too, because the decoder is bound by
reading its weights. Text comes without time tokens; word times come from one alignment pass over each
window's finished text.

Decoding is greedy or by beam at temperature 0, without the text of earlier windows as a prompt, so a window's
text depends on its sound alone. A window whose text looks made up is decoded again with more care, and marked
if that does not help. The retries are a wider beam and penalties on repetition, not sampling at a higher
temperature: a sampled text would differ from run to run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from qa_toolkit import model_files
from qa_toolkit.errors import EnvironmentProblemError, MissingExtraError, UsageError
from qa_toolkit.model_files import ResolvedModel
from qa_toolkit.transcription import allocator, guards
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ
from qa_toolkit.transcription.engine import (
    EngineIdentity,
    Heard,
    HeardWord,
    ListeningSettings,
    Recognition,
    SoundWindow,
)
from qa_toolkit.transcription.options import TranscriptionOptions
from qa_toolkit.transcription.spectrum import HOP, log_mel
from qa_toolkit.transcription.window_queue import WindowQueue
from qa_toolkit.transcription.windows import WINDOW_S

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer

COMPUTE_TYPES = {"cpu": "int8", "cuda": "float16"}
_SURE_LANGUAGE = 0.8
_LANGUAGE_WINDOWS = 3
_WINDOW_FRAMES = 3000
_TOKENS_PER_SECOND, _TOKENS_TO_SPARE = 12, 20
"""No speech needs more tokens than that; a loop is cut short there and found by the guard."""
_PREPENDED, _APPENDED = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"
_DOUBTED_CONFIDENCE = 0.3

_LOADING = threading.Lock()

_RETRIES: tuple[dict[str, Any], ...] = (
    {"beam_size": 5},
    {"beam_size": 5, "repetition_penalty": 1.2, "no_repeat_ngram_size": 5},
)


def from_options(options: TranscriptionOptions) -> WhisperEngine:
    """The recogniser as ``qa_toolkit.speech_engines`` offers it.

    Raises:
        EnvironmentProblemError: the device or the model is not there.
    """
    return load(model_files.resolve(options.model_name), options.device, options.threads)


def load(model: ResolvedModel, device: str = "cpu", threads: int = 1) -> WhisperEngine:
    """The engine for a model, kept for the next call.

    Args:
        threads: windows worked on at the same time; they share one copy of the weights.

    Raises:
        EnvironmentProblemError: the device is not there, or the model cannot be loaded.
        MissingExtraError: faster-whisper is not installed.
    """
    with _LOADING:  # threads that ask at the same time get one engine, not one each
        return _loaded(model, device, threads)


@lru_cache(maxsize=2)
def _loaded(model: ResolvedModel, device: str, threads: int) -> WhisperEngine:
    try:
        import ctranslate2
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise MissingExtraError.of("transcription", "speech to text") from error
    if device == "cpu":
        allocator.keep_freed_memory()
    if device == "cuda" and ctranslate2.get_cuda_device_count() == 0:
        raise EnvironmentProblemError("there is no CUDA device", "device cuda", "use --device cpu")
    try:
        whisper = WhisperModel(
            str(model.path),
            device=device,
            compute_type=COMPUTE_TYPES[device],
            cpu_threads=1,
            num_workers=threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise EnvironmentProblemError(
            f"the model '{model.name}' cannot be loaded ({error})", str(model.path), "run: qa models verify"
        ) from error
    identity = EngineIdentity(
        engine="faster-whisper",
        model=model.name,
        model_sha256=model.sha256,
        settings={
            "engine_version": _version("faster-whisper"),
            "runtime": f"ctranslate2 {ctranslate2.__version__}",
            "device": device,
            "compute_type": COMPUTE_TYPES[device],
        },
    )
    return WhisperEngine(whisper, identity, threads)


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A window after the encoder."""

    features: Any
    length_s: float
    speech_s: float


@dataclass(frozen=True, slots=True)
class _Decoded:
    tokens: tuple[int, ...]
    text: str
    mean_log_probability: float
    doubt: str | None
    cut_short: bool


class WhisperEngine:
    """A loaded Whisper model; see :func:`load`."""

    def __init__(self, whisper: WhisperModel, identity: EngineIdentity, threads: int) -> None:
        import scipy.sparse

        self.identity = identity
        self._whisper = whisper
        self._filters = scipy.sparse.csr_matrix(whisper.feature_extractor.mel_filters)
        self._tokenizers: dict[str, Tokenizer] = {}
        self._queue: WindowQueue[SoundWindow, _Encoded, Heard] = WindowQueue(
            self._encode, self._listen, workers=threads
        )

    def recognise(
        self,
        windows: Sequence[SoundWindow],
        settings: ListeningSettings,
        on_done: Callable[[int], None] | None = None,
    ) -> Recognition:
        """See :class:`~qa_toolkit.transcription.engine.SpeechEngine`.

        Raises:
            UsageError: the model does not know the language.
        """
        encoded: dict[int, _Encoded] = {}
        language, probability = self._language(windows, settings, encoded)
        heard = self._queue.work(
            windows,
            replace(settings, language=language),
            lengths=[window.length_s for window in windows],
            ready=encoded,
            on_done=on_done,
        )
        return Recognition(language, probability, tuple(heard))

    def _encode(self, window: SoundWindow) -> _Encoded:
        import ctranslate2

        features = log_mel(window.samples, self._filters)[:, :_WINDOW_FRAMES]
        padded = np.zeros((1, features.shape[0], _WINDOW_FRAMES), dtype=np.float32)
        padded[0, :, : features.shape[1]] = features
        output = self._whisper.model.encode(ctranslate2.StorageView.from_array(padded), to_cpu=True)
        return _Encoded(output, window.length_s, window.speech_s)

    def _language(
        self, windows: Sequence[SoundWindow], settings: ListeningSettings, encoded: dict[int, _Encoded]
    ) -> tuple[str, float]:
        """The language asked for, else the one of the windows with most speech.

        Their encodings are kept, so finding the language costs one decoder step each.
        """
        known = self._whisper.supported_languages
        if settings.language is not None:
            if settings.language not in known:
                some = "English only" if known == ["en"] else f"{len(known)} languages"
                raise UsageError(
                    f"the model '{self.identity.model}' does not know the language '{settings.language}'",
                    None,
                    f"it knows {some}; use another model or profile",
                )
            return settings.language, 1.0
        if known == ["en"] or not windows:
            return "en", 1.0
        by_speech = sorted(range(len(windows)), key=lambda number: (-windows[number].speech_s, number))
        votes: dict[str, float] = {}
        for number in by_speech[:_LANGUAGE_WINDOWS]:
            encoded[number] = self._encode(windows[number])
            language, probability = self._whisper.model.detect_language(encoded[number].features)[0][0]
            votes[language[2:-2]] = votes.get(language[2:-2], 0.0) + probability
            if probability >= _SURE_LANGUAGE:
                return language[2:-2], float(probability)
        best = max(sorted(votes), key=lambda code: votes[code])
        return best, votes[best] / min(_LANGUAGE_WINDOWS, len(windows))

    def _tokenizer(self, language: str) -> Tokenizer:
        from faster_whisper.tokenizer import Tokenizer

        if language not in self._tokenizers:
            multilingual = self._whisper.model.is_multilingual
            self._tokenizers[language] = Tokenizer(
                self._whisper.hf_tokenizer, multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def _listen(self, key: Hashable, windows: Sequence[_Encoded]) -> list[Heard]:
        """Text and words of windows that share language and settings; ``key`` is those settings."""
        settings = cast("ListeningSettings", key)
        tokenizer = self._tokenizer(settings.language or "en")
        decoded = self._decode(windows, tokenizer, settings, {"beam_size": settings.effort})
        retried = [number for number, result in enumerate(decoded) if result.doubt or result.cut_short]
        for number in retried:
            decoded[number] = self._decode_again(windows[number], tokenizer, settings, decoded[number])
        words = self._words(windows, decoded, tokenizer, settings)
        return [
            Heard(_doubted(found) if result.doubt else found, result.doubt, number in retried)
            for number, (found, result) in enumerate(zip(words, decoded, strict=True))
        ]

    def _decode_again(
        self, window: _Encoded, tokenizer: Tokenizer, settings: ListeningSettings, first: _Decoded
    ) -> _Decoded:
        """More careful attempts; without success the fullest believable one, else the likeliest."""
        attempts = [first]
        for search in _RETRIES:
            attempt = self._decode([window], tokenizer, settings, search)[0]
            if attempt.doubt is None and not attempt.cut_short:
                return attempt
            attempts.append(attempt)
        believable = [attempt for attempt in attempts if attempt.doubt is None]
        if believable:
            return max(believable, key=lambda attempt: len(attempt.tokens))
        return max(
            attempts, key=lambda a: (not guards.repeats(a.text.lower().split()), a.mean_log_probability)
        )

    def _decode(
        self,
        windows: Sequence[_Encoded],
        tokenizer: Tokenizer,
        settings: ListeningSettings,
        search: dict[str, Any],
    ) -> list[_Decoded]:
        from faster_whisper.transcribe import get_suppressed_tokens

        prompt = self._whisper.get_prompt(
            tokenizer, [], without_timestamps=True, hotwords=", ".join(settings.vocabulary) or None
        )
        # One limit for all, whatever their length: a window's text must not depend on those beside it.
        limit = len(prompt) + _token_limit(WINDOW_S)
        results = self._whisper.model.generate(
            _together([window.features for window in windows]),
            [list(prompt) for _ in windows],
            max_length=min(self._whisper.max_length, limit),
            return_scores=True,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            **search,
        )
        return [
            self._judged(result, window, tokenizer) for result, window in zip(results, windows, strict=True)
        ]

    def _judged(self, result: Any, window: _Encoded, tokenizer: Tokenizer) -> _Decoded:
        tokens = tuple(token for token in result.sequences_ids[0] if token < tokenizer.eot)
        tokens = tokens[: _token_limit(window.length_s)]
        text = tokenizer.decode(list(tokens)).strip()
        # The score is the mean over the tokens; the end token was scored as well.
        length = len(result.sequences_ids[0])
        mean = float(result.scores[0]) * length / (length + 1)
        words = len(text.split()) if tokenizer.language_code not in UNSPACED_LANGUAGES else len(tokens)
        return _Decoded(
            tokens,
            text,
            mean,
            doubt=guards.doubt(text, words, window.speech_s, mean),
            cut_short=guards.cut_short(words, window.speech_s),
        )

    def _words(
        self,
        windows: Sequence[_Encoded],
        decoded: Sequence[_Decoded],
        tokenizer: Tokenizer,
        settings: ListeningSettings,
    ) -> list[tuple[HeardWord, ...]]:
        found: list[tuple[HeardWord, ...]] = []
        for window, result in zip(windows, decoded, strict=True):
            if not result.tokens:
                found.append(())
            elif settings.word_times:
                frames = min(round(window.length_s * SAMPLE_RATE_HZ) // HOP, _WINDOW_FRAMES)
                alignment = self._whisper.find_alignment(
                    tokenizer, [list(result.tokens)], window.features, frames
                )[0]
                found.append(tuple(_merged(alignment, tokenizer.language_code)))
            else:
                likely = round(float(np.exp(result.mean_log_probability)), 3)
                found.append(tuple(HeardWord(word, None, None, likely) for word in result.text.split()))
        return found


def _token_limit(length_s: float) -> int:
    return _TOKENS_TO_SPARE + round(_TOKENS_PER_SECOND * length_s)


def _merged(alignment: list[dict[str, Any]], language: str) -> Iterator[HeardWord]:
    """Words as people write them: punctuation with its word, parts of a word together."""
    from faster_whisper.transcribe import merge_punctuations

    merge_punctuations(alignment, _PREPENDED, _APPENDED)
    spaced = language not in UNSPACED_LANGUAGES
    pending: HeardWord | None = None
    for entry in alignment:
        text = entry["word"]
        if not text.strip():
            continue
        word = HeardWord(
            text.strip(), float(entry["start"]), float(entry["end"]), round(float(entry["probability"]), 3)
        )
        if pending is not None and spaced and not text.startswith(" "):
            pending = replace(
                pending,
                text=pending.text + word.text,
                end_s=word.end_s,
                confidence=min(pending.confidence or 0.0, word.confidence or 0.0),
            )
            continue
        if pending is not None:
            yield pending
        pending = word
    if pending is not None:
        yield pending


UNSPACED_LANGUAGES = frozenset({"zh", "ja", "th", "lo", "my", "yue", "km"})


def _doubted(words: Sequence[HeardWord]) -> tuple[HeardWord, ...]:
    return tuple(replace(word, confidence=min(word.confidence or 0.0, _DOUBTED_CONFIDENCE)) for word in words)


def _together(encoded: Sequence[Any]) -> Any:
    import ctranslate2

    if len(encoded) == 1:
        return encoded[0]
    return ctranslate2.StorageView.from_array(np.concatenate([np.array(output) for output in encoded]))


def _version(distribution: str) -> str:
    from importlib.metadata import version

    return version(distribution)
