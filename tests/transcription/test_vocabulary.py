"""Names and terms to expect: they help, and they never cost what was said."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from qa_toolkit import model_files
from qa_toolkit.batch.plan import terms_of
from qa_toolkit.cli.main import execute
from qa_toolkit.config import load_configuration
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription import TranscriptionOptions, transcribe
from qa_toolkit.transcription.audio import decode
from qa_toolkit.transcription.engine import (
    EngineIdentity,
    Heard,
    HeardWord,
    ListeningSettings,
    Recognition,
    SoundWindow,
)

pytest.importorskip("av")
pytest.importorskip("onnxruntime")
CALLS = sample_dir() / "calls"


class Shy:
    """Skips most of what it hears when it is told what to expect; without confidence where asked."""

    identity = EngineIdentity("shy", "none", "0" * 64, {})

    def __init__(self, confidence: float = 0.9) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.confidence = confidence

    def recognise(
        self,
        windows: Sequence[SoundWindow],
        settings: ListeningSettings,
        on_done: Callable[[int], None] | None = None,
    ) -> Recognition:
        self.asked.append(settings.vocabulary)
        pace = 1.0 if settings.vocabulary else 2.0
        heard = []
        for window in windows:
            count = int(window.speech_s * pace)
            words = [HeardWord(f"w{n}", n / pace, (n + 0.8) / pace, self.confidence) for n in range(count)]
            heard.append(Heard(tuple(words)))
        return Recognition(settings.language or "en", 1.0, tuple(heard))


def test_what_the_terms_made_it_skip_is_heard_without_them(wave_file: Callable[..., Path]) -> None:
    path = wave_file(*(channel[: 20 * 16_000] for channel in decode(CALLS / "inb-003.wav").channels))
    engine = Shy()
    hinted = transcribe(path, TranscriptionOptions(vocabulary=("Kyle",)), engine=engine)
    plain = transcribe(path, engine=Shy())
    assert engine.asked[:2] == [("Kyle",), ()]
    assert [turn.text for turn in hinted.turns] == [turn.text for turn in plain.turns]


@pytest.mark.parametrize(("confidence", "words"), [(0.9, True), (0.2, False)])
def test_among_music_only_sure_words_are_believed(
    wave_file: Callable[..., Path], confidence: float, words: bool
) -> None:
    speech = decode(CALLS / "inb-003.wav").channels[0][5 * 16_000 : 9 * 16_000]
    at = np.arange(120 * 16_000) / 16_000
    ringing = (600 * np.sin(2 * np.pi * 440 * at) * (at % 6.0 < 4.0)).astype(np.int16)
    ringing[58 * 16_000 : 62 * 16_000] = speech
    transcript = transcribe(wave_file(ringing), engine=Shy(confidence))
    assert bool(transcript.turns) is words
    assert any("were not taken for speech" in warning for warning in transcript.warnings)


def test_the_bundled_vocabulary_is_read() -> None:
    current = load_configuration({"transcription.vocabulary_file": sample_dir() / "vocabulary.txt"})
    terms = terms_of(current)
    assert {"Covered California", "Medi-Cal", "CalHEERS", "1095-A", "Anthem", "Kaiser"} == set(terms)


@pytest.mark.model
def test_names_in_a_file_are_written_right(
    tmp_path: Path, wave_file: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """ "Mr. Vincent Tavares. My name is Loretta." is misheard without the names."""
    pytest.importorskip("faster_whisper")
    if model_files.status("whisper-base").path is None:
        pytest.skip("whisper-base is not on this machine")
    turn = json.loads((sample_dir() / "transcripts" / "out-010.json").read_text(encoding="utf-8"))["turns"][1]
    low, high = (round(turn[key] * 16_000) for key in ("start_s", "end_s"))
    path = wave_file(decode(CALLS / "out-010.wav").channels[0][low - 3200 : high + 3200])
    names = tmp_path / "names.txt"
    names.write_text("# people\nTavares\nLoretta\n", encoding="utf-8")
    texts = []
    for extra in ([], ["--vocabulary", str(names)]):
        code = execute(["transcribe", str(path), "--json", "--language", "en", "--speakers", "1", *extra])
        assert code == 0
        texts.append(" ".join(t["text"] for t in json.loads(capsys.readouterr().out)["turns"]))
    assert [("Tavares" in text, "Loretta" in text) for text in texts] == [(False, False), (True, True)]
