"""The adapter to Whisper with a model made up for the test: batches, the guard's retries, what stays in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from qa_toolkit.errors import UsageError
from qa_toolkit.transcription.engine import EngineIdentity, ListeningSettings, SoundWindow

pytest.importorskip("faster_whisper")
ctranslate2 = pytest.importorskip("ctranslate2")

from qa_toolkit.transcription.whisper import WhisperEngine  # noqa: E402

GOOD = tuple(range(10, 40))
LOOP = (7,) * 60
EARLY = (11, 12, 13)


class MadeUpModel:
    """Says of each window what the test tells it to, by how careful it is asked to be."""

    is_multilingual = False

    def __init__(
        self, said: dict[int, Sequence[tuple[int, ...]]], unsure: frozenset[int] = frozenset()
    ) -> None:
        self.said, self.unsure = said, unsure
        self.asked: list[tuple[int, list[int]]] = []

    def encode(self, features: Any, *, to_cpu: bool) -> Any:
        # The windows are told apart by their loudness, which is what is left of them here.
        return ctranslate2.StorageView.from_array(np.array(features)[:, :1, :1])

    def generate(self, encoded: Any, prompts: list[list[int]], **search: Any) -> list[Any]:
        numbers = [NUMBERS[round(float(value), 2)] for value in np.array(encoded)[:, 0, 0]]
        assert len(prompts) == len(numbers)
        care = (search["beam_size"] > 1) + ("repetition_penalty" in search)
        self.asked.append((care, numbers))
        found = []
        for number in numbers:
            tries = self.said[number]
            tokens = tries[min(care, len(tries) - 1)]
            score = -2.0 if number in self.unsure else -0.1
            found.append(SimpleNamespace(sequences_ids=[list(tokens)], scores=[score]))
        return found


NUMBERS: dict[float, int] = {}


def engine(model: MadeUpModel, monkeypatch: pytest.MonkeyPatch) -> WhisperEngine:
    whisper = SimpleNamespace(
        feature_extractor=SimpleNamespace(mel_filters=np.ones((1, 201))),
        supported_languages=["en"],
        max_length=448,
        model=model,
        get_prompt=lambda *_, **__: [1, 2, 3],
    )
    tokenizer = SimpleNamespace(
        eot=1000, non_speech_tokens=(), language_code="en", transcribe=1, translate=2, sot=3, sot_prev=4, sot_lm=5, no_speech=6,
        decode=lambda tokens: "".join(f" w{token}" for token in tokens),
    )  # fmt: skip
    made = WhisperEngine(whisper, EngineIdentity("made up", "m", "0" * 64, {}), threads=1)  # type: ignore[arg-type]
    monkeypatch.setattr(made, "_tokenizer", lambda _language: tokenizer)
    return made


def windows(count: int) -> list[SoundWindow]:
    from qa_toolkit.transcription.spectrum import log_mel

    made = []
    for number in range(count):
        sound = np.full(16_000 * 12, 0.001 * 3**number, dtype=np.float32)
        sound[::2] *= -1
        made.append(SoundWindow(lambda sound=sound: sound, 12.0, 10.0))
        NUMBERS[round(float(log_mel(sound, np.ones((1, 201)))[0, 0]), 2)] = number
    return made


SETTINGS = ListeningSettings("en", word_times=False)


def test_only_windows_that_fail_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    model = MadeUpModel({0: [GOOD], 1: [LOOP, GOOD], 2: [GOOD], 3: [LOOP, LOOP, GOOD], 4: [EARLY, GOOD]})
    heard = engine(model, monkeypatch).recognise(windows(5), SETTINGS).windows
    asked = sorted((care, sorted(numbers)) for care, numbers in model.asked)
    assert asked == [(0, [0, 1, 2, 3, 4]), (1, [1]), (1, [3]), (1, [4]), (2, [3])]
    assert [window.retried for window in heard] == [False, True, False, True, True]
    assert [window.doubt for window in heard] == [None] * 5
    assert all(len(window.words) == len(GOOD) for window in heard)


def test_what_still_fails_keeps_its_text_with_low_confidence(monkeypatch: pytest.MonkeyPatch) -> None:
    model = MadeUpModel({0: [LOOP], 1: [GOOD], 2: [GOOD]}, unsure=frozenset({2}))
    heard = engine(model, monkeypatch).recognise(windows(3), SETTINGS).windows
    assert [window.doubt for window in heard] == [
        "it repeats itself",
        None,
        "the recogniser itself was not sure of it",
    ]
    assert heard[0].words
    assert all((word.confidence or 0.0) <= 0.3 for word in (*heard[0].words, *heard[2].words))
    assert all((word.confidence or 0.0) > 0.8 for word in heard[1].words)


def test_a_loop_is_cut_at_what_its_own_length_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of the batch is that of the longest window; a shorter one must not gain by company."""
    model = MadeUpModel({0: [(7,) * 400]})
    heard = engine(model, monkeypatch).recognise(windows(1), SETTINGS).windows
    assert len(heard[0].words) == 20 + 12 * 12


def test_no_windows_and_unknown_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    made = engine(MadeUpModel({}), monkeypatch)
    assert made.recognise([], SETTINGS).windows == ()
    with pytest.raises(UsageError, match=r"does not know the language 'es'.*English only"):
        made.recognise(windows(1), ListeningSettings("es"))
