"""The whole way from a recording to a transcript: with a recogniser made up for the test, then with real weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_sound import Sound

from qa_toolkit import model_files
from qa_toolkit.domain import ChannelLayout, Role, Transcript
from qa_toolkit.domain.contract import canonical_json, to_contract
from qa_toolkit.errors import AudioError, EnvironmentProblemError, UsageError
from qa_toolkit.language import word_error_counts
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription import TranscriptionOptions, load_engine, transcribe
from qa_toolkit.transcription.audio import decode
from qa_toolkit.transcription.engine import (
    EngineIdentity,
    Heard,
    HeardWord,
    ListeningSettings,
    Recognition,
    SoundWindow,
)
from qa_toolkit.transcription.overlap import detector_identity

pytest.importorskip("av")
pytest.importorskip("onnxruntime")

CALLS = sample_dir() / "calls"


class Counting:
    """Recognises one word each half second and numbers them; on request it goes silent or is in doubt."""

    identity = EngineIdentity("counting", "none", "0" * 64, {"pace": 2})

    def __init__(self, *, deaf_at_first: bool = False, doubt: str | None = None) -> None:
        self.deaf, self.doubt, self.count = deaf_at_first, doubt, 0
        self.asked: list[ListeningSettings] = []

    def recognise(
        self,
        windows: Sequence[SoundWindow],
        settings: ListeningSettings,
        on_done: Callable[[int], None] | None = None,
    ) -> Recognition:
        self.asked.append(settings)
        deaf, self.deaf = self.deaf, False
        found = [Heard(() if deaf else self._words(window), self.doubt) for window in windows]
        if on_done is not None and windows:
            on_done(len(windows))
        return Recognition(settings.language or "en", 1.0, tuple(found))

    def _words(self, window: SoundWindow) -> tuple[HeardWord, ...]:
        words = []
        for number in range(int(window.samples.size / 16_000 * 2)):
            self.count += 1
            words.append(HeardWord(f"w{self.count}", number / 2, number / 2 + 0.4, 0.9))
        return tuple(words)


@pytest.fixture
def speech() -> tuple[Sound, Sound]:
    """Twenty seconds of the two sides of a bundled call."""
    channels = decode(CALLS / "inb-003.wav").channels
    return channels[0][: 20 * 16_000], channels[1][: 20 * 16_000]


def test_two_parties(speech: tuple[Sound, Sound], wave_file: Callable[..., Path]) -> None:
    path = wave_file(*speech, name="2026-03-05 call.wav")
    done: list[float] = []
    transcript = transcribe(path, engine=Counting(), on_progress=done.append)
    assert transcript.id == "2026-03-05 call"
    assert transcript.recording is not None
    assert transcript.recording.layout is ChannelLayout.TWO_PARTY
    assert transcript.recording.file == "2026-03-05 call.wav"
    assert transcript.recording.sha256 == model_files.file_sha256(path)
    assert transcript.duration_s == 20.0
    assert transcript.role_confidence is None
    assert {(turn.role, turn.channel, turn.speaker) for turn in transcript.turns} == {
        (Role.AGENT, 0, "S0"),
        (Role.CUSTOMER, 1, "S1"),
    }
    assert {(span.role, span.channel) for span in transcript.speech} == {(Role.AGENT, 0), (Role.CUSTOMER, 1)}
    assert done == sorted(done)
    assert done[-1] == 1.0
    check_shape(transcript)


def test_the_channel_map_gives_the_roles(speech: tuple[Sound, Sound], wave_file: Callable[..., Path]) -> None:
    options = TranscriptionOptions(channel_map=("customer", "interpreter"))
    transcript = transcribe(wave_file(*speech), options, engine=Counting())
    assert {(turn.role, turn.channel) for turn in transcript.turns} == {
        (Role.CUSTOMER, 0),
        (Role.INTERPRETER, 1),
    }


def test_one_silent_side(speech: tuple[Sound, Sound], wave_file: Callable[..., Path]) -> None:
    transcript = transcribe(wave_file(speech[0], np.zeros_like(speech[0])), engine=Counting())
    assert transcript.recording is not None
    assert transcript.recording.layout is ChannelLayout.TWO_PARTY
    assert {turn.role for turn in transcript.turns} == {Role.AGENT}
    assert "no speech was found on channel 1 (customer)" in transcript.warnings


def test_clipped_speech_is_warned_about(speech: tuple[Sound, Sound], wave_file: Callable[..., Path]) -> None:
    driven = np.clip(speech[0].astype(np.int32) * 12, -32768, 32767).astype(np.int16)
    transcript = transcribe(wave_file(driven, speech[1]), engine=Counting())
    notes = [warning for warning in transcript.warnings if "is clipped" in warning]
    assert len(notes) == 1
    assert notes[0].startswith("the agent's speech on channel 0")


def test_silence(wave_file: Callable[..., Path]) -> None:
    transcript = transcribe(wave_file(np.zeros(16_000, dtype=np.int16)), engine=Counting())
    assert (transcript.turns, transcript.speech) == ((), ())
    assert transcript.language is None
    assert "no speech was found in the recording" in transcript.warnings


@pytest.mark.parametrize("copies", [1, 2])
def test_one_mix_for_both_sides(
    speech: tuple[Sound, Sound], wave_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, copies: int
) -> None:
    monkeypatch.setattr("qa_toolkit.transcription.voice_vectors._BLOCK_WINDOWS", 16)
    mix = (speech[0] // 2 + speech[1] // 2).astype(np.int16)
    done: list[float] = []
    transcript = transcribe(wave_file(*[mix] * copies), engine=Counting(), on_progress=done.append)
    assert done == sorted(done)
    assert any(0.6 < share < 0.85 for share in done)  # while voices are told apart
    assert done[-1] == 1.0
    assert transcript.recording is not None
    assert transcript.recording.channels == copies
    assert transcript.recording.layout is [ChannelLayout.MONO, ChannelLayout.DUAL_MONO][copies - 1]
    assert transcript.role_confidence is not None
    assert {turn.channel for turn in transcript.turns} == {0}
    assert any("one channel for both parties" in warning for warning in transcript.warnings)
    assert transcript.made_by is not None
    assert transcript.made_by.settings["overlap_detector"] == detector_identity()
    check_shape(transcript)


def test_without_the_speaker_model_the_voices_stay_together(
    speech: tuple[Sound, Sound], wave_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = model_files.resolve

    def without(name: str) -> model_files.ResolvedModel:
        if name == "speaker-embedder":
            raise model_files.ModelFileError("the model 'speaker-embedder' is not on this machine")
        return resolve(name)

    monkeypatch.setattr("qa_toolkit.model_files.resolve", without)
    transcript = transcribe(wave_file(speech[0]), engine=Counting())
    assert {turn.speaker for turn in transcript.turns} == {"S0"}
    assert any("the speakers were not told apart" in warning for warning in transcript.warnings)


def test_speech_that_gave_no_words_is_listened_to_again(
    speech: tuple[Sound, Sound], wave_file: Callable[..., Path]
) -> None:
    engine = Counting(deaf_at_first=True)
    transcript = transcribe(wave_file(*speech), engine=engine)
    assert len(engine.asked) == 2
    assert engine.asked[1].language == "en"
    assert {turn.role for turn in transcript.turns} == {Role.AGENT, Role.CUSTOMER}
    check_shape(transcript)


def test_text_in_doubt_is_kept_and_marked(
    speech: tuple[Sound, Sound], wave_file: Callable[..., Path]
) -> None:
    transcript = transcribe(wave_file(*speech), engine=Counting(doubt="it repeats itself"))
    assert transcript.turns
    assert [
        warning for warning in transcript.warnings if warning.startswith("doubtful text on channel 0 between")
    ]


def test_made_by_says_how_to_repeat_it(speech: tuple[Sound, Sound], wave_file: Callable[..., Path]) -> None:
    options = TranscriptionOptions(language="en", vocabulary=("Covered California", "Medi-Cal"), threads=2)
    made_by = transcribe(wave_file(*speech), options, engine=Counting()).made_by
    assert made_by is not None
    assert (made_by.engine, made_by.model_sha256, made_by.profile) == ("counting", "0" * 64, "accurate")
    assert made_by.settings["vocabulary"] == "Covered California,Medi-Cal"
    assert made_by.settings["pace"] == 2
    assert not {"threads", "overlap_detector"} & set(made_by.settings)


@pytest.mark.parametrize(
    "wrong",
    [{"profile": "fast"}, {"vad_threshold": 1.5}, {"threads": 0}, {"channel_map": ("boss", "customer")}],
)
def test_wrong_options_are_refused(
    speech: tuple[Sound, Sound], wave_file: Callable[..., Path], wrong: dict[str, object]
) -> None:
    with pytest.raises(UsageError):
        transcribe(wave_file(*speech), TranscriptionOptions(**wrong), engine=Counting())  # type: ignore[arg-type]


def test_a_broken_file_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_text("no sound")
    with pytest.raises(AudioError):
        transcribe(tmp_path / "x.wav", engine=Counting())


# --- with real weights --------------------------------------------------------------------------------------------

ACCURATE = TranscriptionOptions(language="en")
DRAFT = TranscriptionOptions(profile="draft")


@pytest.fixture(scope="module", autouse=True)
def _one_library_thread() -> None:
    pytest.importorskip("faster_whisper")


def weights(options: TranscriptionOptions) -> None:
    found = model_files.status(options.model_name)
    if found.path is None:
        pytest.skip(found.detail)


def sample_words(name: str, speakers: tuple[str, ...]) -> str:
    data = json.loads((sample_dir() / "transcripts" / f"{name}.json").read_text("utf-8"))
    return " ".join(turn["text"] for turn in data["turns"] if turn["speaker"] in speakers)


@pytest.mark.model
@pytest.mark.parametrize(
    ("options", "most_errors"), [(ACCURATE, 0.08), (DRAFT, 0.15)], ids=["base", "tiny.en"]
)
def test_a_bundled_call_reads_right(options: TranscriptionOptions, most_errors: float) -> None:
    weights(options)
    transcript = transcribe(CALLS / "inb-006.wav", options)
    for channel, speakers in {0: ("agent", "ivr"), 1: ("customer",)}.items():
        heard = " ".join(turn.text for turn in transcript.turns if turn.channel == channel)
        errors = word_error_counts(sample_words("inb-006", speakers), heard, "en")
        assert errors.rate is not None
        assert errors.rate < most_errors
    check_shape(transcript)
    assert transcript.made_by is not None
    assert transcript.made_by.model == options.model_name
    assert transcript.language == "en"


@pytest.mark.model
def test_the_same_file_gives_the_same_bytes_with_any_number_of_threads() -> None:
    weights(DRAFT)
    texts = {
        canonical_json(to_contract(transcribe(CALLS / "out-010.wav", replace(DRAFT, threads=threads))))
        for threads in (1, 2, 1)
    }
    assert len(texts) == 1


@pytest.mark.model
def test_turn_edges_are_where_the_speech_is() -> None:
    """The mean distance of turn starts and ends to the true edges of the bundled call stays below 0.25 s."""
    weights(DRAFT)
    truth = json.loads((sample_dir() / "transcripts" / "out-001.json").read_text("utf-8"))["turns"]
    transcript = transcribe(CALLS / "out-001.wav", DRAFT)
    roles = {"agent": Role.AGENT, "customer": Role.CUSTOMER}
    distances = []
    for turn in truth:
        own = [t for t in transcript.turns if t.role is roles[turn["speaker"]]]
        distances.append(min(abs((t.start_s or 0.0) - turn["start_s"]) for t in own))
        distances.append(min(abs((t.end_s or 0.0) - turn["end_s"]) for t in own))
    assert float(np.median(distances)) < 0.25


@pytest.mark.model
def test_spanish_is_recognised_as_such() -> None:
    weights(ACCURATE)
    transcript = transcribe(CALLS / "inb-es-002.wav")
    assert transcript.language == "es"
    heard = " ".join(turn.text for turn in transcript.turns if turn.role is Role.AGENT)
    errors = word_error_counts(sample_words("inb-es-002", ("agent", "ivr")), heard, "es")
    assert errors.rate is not None
    assert errors.rate < 0.12


@pytest.mark.model
def test_text_that_stops_early_is_recovered(shared_data: Callable[[str], Path]) -> None:
    """On this channel the first decoding ends after ten words of twenty seconds of speech."""
    weights(ACCURATE)
    folder = shared_data("synthetic-calls")
    truth = json.loads((folder / "abcd-9489.json").read_text("utf-8"))["turns"]
    transcript = transcribe(folder / "abcd-9489.wav", ACCURATE)
    said = " ".join(turn["text"] for turn in truth if turn["channel"] == 1)
    heard = " ".join(turn.text for turn in transcript.turns if turn.channel == 1)
    assert (word_error_counts(said, heard, "en").rate or 0.0) < 0.1


@pytest.mark.model
def test_a_language_the_model_does_not_know_is_refused() -> None:
    weights(DRAFT)
    with pytest.raises(UsageError, match=r"does not know the language 'es'.*English only"):
        transcribe(CALLS / "out-010.wav", replace(DRAFT, language="es"))


@pytest.mark.model
def test_cuda_is_refused_where_there_is_none() -> None:
    import ctranslate2

    weights(DRAFT)
    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is a CUDA device")
    with pytest.raises(EnvironmentProblemError, match="no CUDA device"):
        load_engine(replace(DRAFT, device="cuda"))


@pytest.mark.model
def test_noise_gives_no_invented_text(wave_file: Callable[..., Path]) -> None:
    weights(DRAFT)
    random = np.random.default_rng(5)
    noise = random.normal(0, 900, 16_000 * 20).astype(np.int16)
    assert transcribe(wave_file(noise), DRAFT).turns == ()


def check_shape(transcript: Transcript) -> None:
    """What holds of every transcript: numbering, order, text and times that belong together."""
    assert [turn.id for turn in transcript.turns] == list(range(1, len(transcript.turns) + 1))
    assert transcript.duration_s is not None
    starts = [turn.start_s for turn in transcript.turns]
    assert starts == sorted(starts, key=lambda start: start or 0.0)
    for turn in transcript.turns:
        assert turn.text == " ".join(word.text for word in turn.words)
        for word in turn.words:
            assert 0.0 <= word.start_s < word.end_s <= transcript.duration_s + 0.05
            assert word.confidence is None or 0.0 <= word.confidence <= 1.0
    canonical_json(to_contract(transcript))
