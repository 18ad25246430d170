"""Two voices at once on one channel: what is measured, what is marked, and how right that is with real voices."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit import model_files
from qa_toolkit.transcription import overlap
from qa_toolkit.transcription.diarisation import Diarisation, SpeakerSpan, tell_apart
from qa_toolkit.transcription.overlap import (
    Detector,
    Overlap,
    detector_identity,
    find_overlaps,
    shipped_detector,
)
from qa_toolkit.transcription.overlap_measures import ToldApart, overlap_measures
from qa_toolkit.transcription.overlap_sound import FRAME, HOP, sound_measures
from qa_toolkit.transcription.speaker_embedding import NEEDED_SAMPLES, log_mel, unit_length
from qa_toolkit.transcription.voice_vectors import VoiceWindows, windows_along

RATE = 16_000
NOWHERE = Path("no-model.onnx")


# --- the sound ---------------------------------------------------------------------------------------------


def voice(pitch_hz: float, seconds: float, *, formants: tuple[float, ...] = (500.0, 1500.0)) -> np.ndarray:
    """Harmonics of a pitch, louder near the formants: a sung vowel."""
    times = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(times.size)
    for order in range(1, int(3600 / pitch_hz)):
        hertz = order * pitch_hz
        level = sum(1 / (1 + ((hertz - formant) / 200) ** 2) for formant in formants) + 0.02
        sound += level * np.sin(2 * np.pi * hertz * times + order)
    return sound / np.abs(sound).max() * 8000


def test_a_second_pitch_is_heard_where_two_sing() -> None:
    alone, second = voice(110, 3), voice(175, 3, formants=(700.0, 1100.0))
    noise = np.random.default_rng(1).normal(0, 5, alone.size)
    windows = windows_along([(0.0, 3.0)])
    measured = [
        sound_measures((sound + noise).astype(np.int16), windows) for sound in (alone, alone + second)
    ]
    one, both = ({name: float(np.median(values)) for name, values in m.items()} for m in measured)
    assert both["second_pitch.wide"] > one["second_pitch.wide"] + 0.1
    assert both["beside_pitch.wide"] > one["beside_pitch.wide"] + 0.05
    assert both["flatness.wide"] > one["flatness.wide"] + 0.2
    assert both["level.wide"] > one["level.wide"] + 1.0


def test_pauses_show_as_dips() -> None:
    sound = voice(120, 4) * (np.arange(4 * RATE) // 3200 % 2)  # on and off every 0.2 s
    steady = sound_measures(voice(120, 4).astype(np.int16), windows_along([(0.0, 4.0)]))
    broken = sound_measures(sound.astype(np.int16), windows_along([(0.0, 4.0)]))
    assert float(np.median(broken["dip.wide"])) < float(np.median(steady["dip.wide"])) - 20
    assert float(np.median(broken["spread.wide"])) > float(np.median(steady["spread.wide"])) + 10


def test_measures_do_not_depend_on_how_the_recording_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = np.random.default_rng(3).normal(0, 2000, 20 * RATE).astype(np.int16)
    windows = windows_along([(0.0, 1.0), (3.0, 11.0), (12.0, 19.99)])
    whole = sound_measures(sound, windows)
    monkeypatch.setattr("qa_toolkit.transcription.voice_vectors._BLOCK_WINDOWS", 7)
    for name, values in sound_measures(sound, windows).items():
        assert np.allclose(values, whole[name], atol=1e-4), name


@pytest.mark.parametrize("samples", [0, 1, FRAME - 1, FRAME + HOP])
def test_measures_of_next_to_no_sound_are_numbers(samples: int) -> None:
    measured = sound_measures(np.zeros(samples, np.int16), windows_along([(0.0, samples / RATE)]))
    assert all(np.isfinite(values).all() for values in measured.values())


def test_needed_samples_are_what_a_window_reads() -> None:
    assert log_mel(np.zeros(NEEDED_SAMPLES, np.float32)).shape == (80, 40)


# --- what is marked ----------------------------------------------------------------------------------------


def told_apart(labels: str, spans: list[tuple[float, float]]) -> ToldApart:
    """Windows along the spans with the voices named by digits, whose vectors point one way each."""
    windows = windows_along(spans)
    assert windows.spans.size == len(labels)
    voices = np.array([int(label) for label in labels])
    directions = unit_length(np.eye(int(voices.max()) + 1, 256, dtype=np.float32))
    return ToldApart(windows, directions[voices].astype(np.float16), voices, directions)


DETECTOR = Detector("test", {"likely": (1.0, -20.0, 20.0)}, 0.0, opens=0.6, extends=0.3)


def marked(
    monkeypatch: pytest.MonkeyPatch, likely: str, labels: str, spans: list[tuple[float, float]]
) -> tuple[Overlap, ...]:
    """What is marked when the windows have these probabilities in tenths (9 is 0.9, 0 next to nothing)."""
    p = np.clip(np.array([int(tenth) / 10 for tenth in likely]), 0.001, 0.999)
    measures = {"likely": np.log(p / (1 - p)).astype(np.float32)}
    monkeypatch.setattr(overlap, "overlap_measures", lambda *_: measures)
    return find_overlaps(np.zeros(10 * RATE, np.int16), spans, told_apart(labels, spans), NOWHERE, DETECTOR)


ELEVEN = [(0.0, 2.8)]  # eleven windows, their centres from 0.4 to 2.4


@pytest.mark.parametrize(
    ("likely", "expected"),
    [
        ("00000000000", []),
        ("00055500000", []),  # never likely enough to begin
        ("00009000000", []),  # one window is no overlap that could be told
        ("00009900000", [(1.1, 1.5)]),
        ("00049400000", [(0.9, 1.5)]),  # goes on at the lower limit
        ("09900000990", [(0.5, 0.9), (1.9, 2.3)]),
        ("00000000099", [(2.1, 2.5)]),
    ],
)
def test_likely_windows_become_stretches(monkeypatch, likely, expected):
    found = marked(monkeypatch, likely, "00000111111", ELEVEN)
    assert [(round(o.start_s, 3), round(o.end_s, 3)) for o in found] == expected
    assert all(o.speakers in {(0, 1), (1, 0)} for o in found)


def test_a_stretch_ends_with_its_speech(monkeypatch):
    found = marked(monkeypatch, "00099900", "00001111", [(0.0, 1.4), (2.0, 3.4)])
    assert [(round(o.start_s, 3), round(o.end_s, 3)) for o in found] == [(2.3, 2.7)]


def test_the_probability_is_the_mean_of_the_stretch(monkeypatch):
    (found,) = marked(monkeypatch, "00006800000", "00000111111", ELEVEN)
    assert found.probability == pytest.approx(0.7, abs=1e-6)


def test_one_voice_alone_has_no_overlap(monkeypatch):
    assert marked(monkeypatch, "99999999999", "00000000000", ELEVEN) == ()


def test_both_speakers_are_named_where_they_overlap():
    spans = (SpeakerSpan(0, 0.0, 5.0), SpeakerSpan(1, 5.0, 9.0))
    found = Diarisation(spans, (Overlap(4.5, 5.5, (0, 1), 0.9),))
    assert found.voices == (
        SpeakerSpan(0, 0.0, 5.0), SpeakerSpan(1, 4.5, 5.0), SpeakerSpan(0, 5.0, 5.5), SpeakerSpan(1, 5.0, 9.0),
    )  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(0, 2), st.floats(0.1, 3.0)), min_size=1, max_size=12),
    st.lists(st.tuples(st.floats(0, 12), st.floats(0.3, 2.0)), max_size=3),
)
def test_naming_both_only_adds_and_nobody_speaks_twice_at_once(turns, places):
    at, spans = 0.0, []
    for speaker, length in turns:
        spans.append(SpeakerSpan(speaker, at, at + length))
        at += length
    ends = sorted((min(start, at), min(start + length, at)) for start, length in places)
    overlaps = tuple(Overlap(a, b, (0, 1), 0.9) for a, b in ends if b > a)
    distinct = tuple(o for n, o in enumerate(overlaps) if all(o.start_s >= p.end_s for p in overlaps[:n]))
    found = Diarisation(tuple(spans), distinct).voices
    assert set(spans) <= set(found)
    for speaker in range(3):
        own = sorted((s.start_s, s.end_s) for s in found if s.speaker == speaker)
        assert all(a[1] <= b[0] + 1e-9 for a, b in pairwise(own))


# --- what was learnt -----------------------------------------------------------------------------------------


def test_the_shipped_detector_is_whole() -> None:
    detector = shipped_detector()
    assert 0 < detector.extends <= detector.opens < 1
    assert all(low <= high for _, low, high in detector.weights.values())
    version, digest = detector_identity().split()
    assert version == detector.version
    assert model_files.file_sha256(overlap.DETECTOR_FILE).startswith(digest)


def test_what_lies_outside_of_what_was_learnt_from_counts_as_its_limit() -> None:
    learnt = Detector("test", {"m": (2.0, -1.0, 1.0)}, 0.5, 0.6, 0.3)
    near, far = (learnt.probabilities({"m": np.array([value], np.float32)})[0] for value in (1.0, 1e6))
    assert near == far == pytest.approx(1 / (1 + np.exp(-2.5)))


# --- with real voices ------------------------------------------------------------------------------------------


@pytest.fixture
def benchmark(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """A module of the benchmarks."""
    monkeypatch.syspath_prepend(str(checkout / "benchmarks"))
    return importlib.import_module


@pytest.mark.model
def test_the_detector_knows_its_measures(embedder, shared_data, benchmark):
    mixes = benchmark("overlap_mixes")
    random = np.random.default_rng(2)
    call = mixes.laid_out(mixes.recorded_speakers(shared_data("lca-auto-repairs-40").parent), random, 20.0)
    samples = mixes.as_recorded(call, random, telephone=True)
    spans = [(1.0, samples.size / RATE - 1.0)]
    windows = windows_along(spans)
    vectors = unit_length(random.standard_normal((windows.spans.size, 256)).astype(np.float32))
    labels = (np.arange(windows.spans.size) // 10) % 2
    told = ToldApart(windows, vectors.astype(np.float16), labels, vectors[:2])
    measures = overlap_measures(samples, spans, told, embedder)
    assert set(shipped_detector().weights) <= set(measures)
    assert all(np.isfinite(values).all() and values.size == labels.size for values in measures.values())


@pytest.mark.model
def test_of_a_real_call_laid_out_anew_most_of_what_is_marked_is_right(embedder, shared_data, benchmark):
    """Two recorded voices that nothing was learnt from, over a telephone line; a third of the changes overlap."""
    report, heard = benchmark("overlap_report"), benchmark("overlap_training")
    data = shared_data("lca-auto-repairs-40").parent
    rows = []
    for known in report.known_recordings(data):
        if known.kind != "laid out" or len(rows) == 3:
            break
        found = tell_apart(known.samples, heard.speech_of(known.samples), embedder=embedder)
        spans = [(o.start_s, o.end_s) for o in found.overlaps]
        rows.append(report.overlap_row(known, spans, 0.0, 0.0))
    marked_s, right_s, true_s = (sum(getattr(r, n) for r in rows) for n in ("marked_s", "right_s", "true_s"))
    marked_events, right_events = (
        sum(getattr(r, n) for r in rows) for n in ("marked_events", "right_events")
    )
    assert true_s > 20
    assert marked_s > 0.15 * true_s
    assert right_s > 0.7 * marked_s
    assert right_events >= 0.8 * marked_events > 0


@pytest.mark.model
def test_where_nobody_talks_at_once_nothing_is_marked(embedder, shared_data, benchmark):
    """Five minutes of a real call in which the two never overlap by more than an instant."""
    report, heard = benchmark("overlap_report"), benchmark("overlap_training")
    data = shared_data("lca-auto-repairs-40").parent
    (known,) = [k for k in report.known_recordings(data) if k.name == "auto-repairs-40"]
    found = tell_apart(known.samples, heard.speech_of(known.samples), embedder=embedder)
    assert sum(o.end_s - o.start_s for o in found.overlaps) < 1.0
    assert len({span.speaker for span in found.spans}) == 2


def test_windows_without_an_own_voice_do_not_disturb() -> None:
    told = ToldApart(
        VoiceWindows(np.array([0.4]), np.array([0])),
        np.zeros((1, 256), np.float16),
        np.array([0]),
        np.zeros((1, 256), np.float32),
    )
    assert find_overlaps(np.zeros(RATE, np.int16), [(0.0, 0.8)], told, NOWHERE) == ()
