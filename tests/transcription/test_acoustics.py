"""How parties sound: levels and pitch of made sound whose truth is known, and of bundled calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from made_sound import Sound, tone

from qa_toolkit.domain import PartySound, Role, SpeechSpan
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.metrics import measure
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription import transcribe
from qa_toolkit.transcription.acoustics import clipping_notes, party_sounds
from qa_toolkit.transcription.audio import decode
from qa_toolkit.transcription.engine import EngineIdentity, Heard, ListeningSettings, Recognition, SoundWindow
from qa_toolkit.transcription.pitch import compiled_librosa

RATE = 16_000


def voice(seconds: float, hertz: float, *, level_dbfs: float = -20.0, telephone: bool = False) -> Sound:
    """Harmonics of a pitch, each weaker than the one before; ``telephone`` leaves only 300-3400 Hz."""
    at = np.arange(round(seconds * RATE)) / RATE
    sound = sum(
        np.sin(2 * np.pi * hertz * n * at + n) / n
        for n in range(1, int(3400 / hertz) + 1)
        if not telephone or hertz * n >= 300
    )
    gain = 32768 * 10 ** (level_dbfs / 20) / np.sqrt(np.mean(np.square(sound)))
    return np.clip(gain * sound, -32768, 32767).astype(np.int16)


def noise(seconds: float, *, seed: int = 1, spread: float = 2000.0) -> Sound:
    return np.random.default_rng(seed).normal(0, spread, round(seconds * RATE)).astype(np.int16)


def agent(channel: int, start_s: float, end_s: float) -> SpeechSpan:
    return SpeechSpan(Role.AGENT, channel, start_s, end_s)


def customer(channel: int, start_s: float, end_s: float) -> SpeechSpan:
    return SpeechSpan(Role.CUSTOMER, channel, start_s, end_s)


def only(sound: Sound, *spans: tuple[float, float]) -> PartySound:
    (found,) = party_sounds([sound], [agent(0, *span) for span in spans])
    return found


# --- level -------------------------------------------------------------------------------------------------


def test_a_full_scale_sine_reads_minus_three():
    found = only(tone(2.0, rate=RATE, level=1.0), (0.0, 2.0))
    assert found.loudness_by_second_dbfs == (-3.0, -3.0)


@pytest.mark.parametrize("level_dbfs", [-12.0, -26.0, -50.0])
def test_levels_are_those_of_the_sound(level_dbfs):
    found = only(voice(3.0, 120.0, level_dbfs=level_dbfs), (0.0, 3.0))
    assert found.loudness_by_second_dbfs == pytest.approx([level_dbfs] * 3, abs=0.11)


def test_silence_around_the_speech_does_not_count():
    sound = np.zeros(4 * RATE, dtype=np.int16)
    sound[RATE + 8000 : 3 * RATE] = tone(1.5, rate=RATE, level=0.1)
    found = only(sound, (1.5, 3.0))
    assert found.loudness_by_second_dbfs == (None, -23.0, -23.0)
    assert found.speech_s == 1.5


def test_digital_silence_taken_for_speech_has_the_lowest_level_and_no_pitch():
    found = only(np.zeros(2 * RATE, dtype=np.int16), (0.0, 2.0))
    assert found.loudness_by_second_dbfs == (-96.0, -96.0)
    assert (found.voiced_s, found.pitch_hz, found.pitch_spread_semitones) == (0.0, None, None)


def test_a_second_with_little_speech_has_no_level():
    found = only(tone(2.0, rate=RATE, level=0.1), (0.0, 0.1), (1.0, 1.3))
    assert found.loudness_by_second_dbfs == (None, -23.0)


def test_clipping_is_the_share_of_samples_at_the_limit():
    clean = voice(2.0, 110.0, level_dbfs=-20.0)
    assert only(clean, (0.0, 2.0)).clipped_share == 0.0
    driven = np.clip(clean.astype(np.int32) * 12, -32768, 32767).astype(np.int16)
    share = only(driven, (0.0, 2.0)).clipped_share
    assert share == pytest.approx(float(np.mean(np.abs(driven.astype(np.int32)) >= 32_000)), abs=1e-6)
    assert share > 0.1
    assert clipping_notes((only(clean, (0.0, 2.0)),)) == ()
    (note,) = clipping_notes((only(driven, (0.0, 2.0)),))
    assert note.startswith(f"the agent's speech on channel 0 is clipped: {share:.1%} of its samples")


# --- pitch -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("telephone", [False, True], ids=["whole band", "300-3400 Hz"])
@pytest.mark.parametrize("hertz", [80.0, 110.0, 160.0, 220.0, 300.0])
def test_the_pitch_of_a_steady_voice(hertz, telephone):
    found = only(voice(3.0, hertz, telephone=telephone), (0.0, 3.0))
    assert found.pitch_hz == pytest.approx(hertz, rel=0.02)
    assert found.pitch_spread_semitones < 0.3
    assert found.voiced_s == pytest.approx(3.0, abs=0.2)


def test_the_spread_of_two_pitches_an_octave_less_a_fourth_apart():
    # Half of the time 120 Hz, half 120 x 2^(7/12): the standard deviation about the median (either of the
    # two) of 0 and 7 semitones is 3.5.
    sound = np.concatenate([voice(3.0, 120.0), voice(3.0, 120.0 * 2 ** (7 / 12))])
    found = only(sound, (0.0, 3.0), (3.0, 6.0))
    assert found.pitch_spread_semitones == pytest.approx(3.5, abs=0.2)


def test_noise_has_a_level_and_no_pitch():
    found = only(noise(3.0), (0.0, 3.0))
    assert found.loudness_by_second_dbfs[0] == pytest.approx(20 * math.log10(2000 / 32768), abs=0.2)
    assert found.voiced_s < 0.1


def test_a_voice_in_faint_noise_keeps_its_pitch():
    sound = (voice(3.0, 140.0).astype(np.int32) + noise(3.0, spread=300.0)).clip(-32768, 32767)
    assert only(sound.astype(np.int16), (0.0, 3.0)).pitch_hz == pytest.approx(140.0, rel=0.02)


# --- whose it is -------------------------------------------------------------------------------------------


def test_each_party_is_measured_on_its_channel():
    sounds = party_sounds(
        [voice(2.0, 110.0, level_dbfs=-15.0), voice(2.0, 220.0, level_dbfs=-35.0)],
        [customer(1, 0.0, 2.0), agent(0, 0.0, 2.0)],
    )
    assert [(s.role, s.channel) for s in sounds] == [(Role.AGENT, 0), (Role.CUSTOMER, 1)]
    assert [s.pitch_hz for s in sounds] == pytest.approx([110.0, 220.0], rel=0.02)
    assert [s.loudness_by_second_dbfs[0] for s in sounds] == pytest.approx([-15.0, -35.0], abs=0.11)


def test_speech_of_two_at_once_on_one_channel_is_nobodys():
    sound = np.concatenate([voice(2.0, 110.0), voice(2.0, 220.0)])
    first, second = party_sounds([sound], [agent(0, 0.0, 2.5), customer(0, 2.0, 4.0)])
    assert (first.speech_s, second.speech_s) == (2.0, 1.5)
    assert first.pitch_hz == pytest.approx(110.0, rel=0.02)
    covered, _ = party_sounds([sound], [agent(0, 1.0, 2.0), customer(0, 0.0, 4.0)])
    assert (covered.speech_s, covered.clipped_share, covered.pitch_hz) == (0.0, None, None)
    assert covered.loudness_by_second_dbfs == ()


def test_spans_that_touch_or_overlap_count_once():
    found = only(voice(3.0, 110.0), (0.0, 1.0), (1.0, 2.0), (0.5, 1.5))
    assert found.speech_s == 2.0


def test_parties_without_a_role_are_left_out_and_spans_are_cut_to_the_sound():
    assert party_sounds([noise(1.0)], [SpeechSpan(Role.UNKNOWN, 0, 0.0, 1.0)]) == ()
    assert party_sounds([noise(1.0)], [agent(0, 0.5, 3.0)])[0].speech_s == 0.5
    assert party_sounds([noise(1.0)], []) == ()


def test_long_speech_is_measured_in_blocks_with_the_same_result():
    found = only(voice(130.0, 150.0), (0.0, 130.0))
    assert found.pitch_hz == pytest.approx(150.0, rel=0.02)
    assert found.voiced_s == pytest.approx(130.0, abs=0.5)
    assert len(found.loudness_by_second_dbfs) == 130


# --- bundled calls -----------------------------------------------------------------------------------------


def test_any_number_of_threads_gives_the_same_numbers():
    threadpoolctl = pytest.importorskip("threadpoolctl")
    channels = decode(sample_dir() / "calls" / "inb-003.wav").channels
    spans = [agent(0, 0.0, 60.0), customer(1, 0.0, 60.0)]
    found = []
    for threads in (1, 2):
        with threadpoolctl.threadpool_limits(threads):
            found.append(party_sounds(channels, spans))
    assert found[0] == found[1]


def test_a_transcript_from_audio_carries_the_sound_of_its_parties():
    class Deaf:
        identity = EngineIdentity("deaf", "none", "0" * 64, {})

        def recognise(
            self,
            windows: Sequence[SoundWindow],
            settings: ListeningSettings,
            on_done: Callable[[int], None] | None = None,
        ) -> Recognition:
            return Recognition("en", 1.0, tuple(Heard(()) for _ in windows))

    pytest.importorskip("onnxruntime")
    transcript = transcribe(sample_dir() / "calls" / "inb-003.wav", engine=Deaf())
    assert [(s.role, s.channel) for s in transcript.acoustics] == [(Role.AGENT, 0), (Role.CUSTOMER, 1)]
    found = measure(transcript)
    assert 80 < found.get("pitch", "agent").value < 200
    assert -40 < found.get("loudness", "customer").value < -15
    again = case_from_document(to_contract(transcript), default_id="x").transcript
    assert again.acoustics == transcript.acoustics


def test_a_bundled_call_agrees_with_pyin():
    # librosa.pyin (Mauch and Dixon 2014) is the slow reference: 50 times the work.
    librosa = compiled_librosa()
    sound = decode(sample_dir() / "calls" / "inb-003.wav").channels[1][9 * RATE : 25 * RATE]
    ours = only(sound, (0.0, 16.0))
    pitch, voiced, _ = librosa.pyin(
        sound.astype(np.float32) / 32768, fmin=65, fmax=400, sr=RATE, frame_length=1024, hop_length=256
    )
    assert ours.pitch_hz == pytest.approx(float(np.median(pitch[voiced])), rel=0.03)


def test_progress_moves_through_the_pitch_of_long_speech(monkeypatch):
    monkeypatch.setattr("qa_toolkit.transcription.acoustics._BLOCK_S", 1.0)
    sound = (3000 * np.sin(2 * np.pi * 150 * np.arange(6 * 16_000) / 16_000)).astype(np.int16)
    speech = [SpeechSpan(Role.AGENT, 0, 0.0, 3.5), SpeechSpan(Role.CUSTOMER, 0, 4.0, 6.0)]
    told: list[float] = []
    party_sounds((sound,), speech, told.append)
    assert told == sorted(told)
    assert len(told) >= 6
    assert told[-1] == pytest.approx(1.0)
