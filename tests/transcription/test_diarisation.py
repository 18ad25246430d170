"""Speakers of one channel: with made-up voices anywhere, with real ones where the model is there."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_toolkit.domain import Word
from qa_toolkit.errors import EnvironmentProblemError, UsageError
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription import diarisation, voice_vectors
from qa_toolkit.transcription.diarisation import SpeakerSpan, diarise
from qa_toolkit.transcription.speaker_embedding import unit_length
from qa_toolkit.transcription.word_speakers import label_words

RATE = 16_000
NOWHERE = Path("no-model.onnx")


@pytest.fixture
def made_up_voices(monkeypatch):
    """A recording whose samples are voice numbers in steps of 4096; the embedding of a voice is a direction of its own."""
    rng = np.random.default_rng(7)
    directions = rng.standard_normal((8, 256)).astype(np.float32)

    def embed(samples, starts, embedder):
        vectors = []
        for start in starts:
            piece = np.round(samples[max(0, start) : start + 12_800] * 8)
            heard = np.bincount(piece[piece > 0].astype(int), minlength=8)
            noise = 0.6 * rng.standard_normal(256)
            vectors.append(heard @ directions / max(1, heard.sum()) + noise)
        return unit_length(np.array(vectors, dtype=np.float32))

    monkeypatch.setattr(voice_vectors, "embed", embed)


def recording(script: str) -> tuple[np.ndarray, list[tuple[float, float]], list[tuple[int, float, float]]]:
    """``1 0-4 | 2 4.5-8``: voice, from, to."""
    truth = []
    for part in script.split("|"):
        voice, times = part.split()
        start, end = map(float, times.split("-"))
        truth.append((int(voice), start, end))
    samples = np.zeros(round(max(t[2] for t in truth) * RATE), dtype=np.int16)
    for voice, start, end in truth:
        samples[round(start * RATE) : round(end * RATE)] = 4096 * voice
    return samples, [(start, end) for _, start, end in truth], truth


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("1 0-4 | 2 4.5-8 | 1 8.5-13 | 2 14-18", [0, 1, 0, 1]),
        ("2 0-6 | 1 6.5-12 | 2 13-15 | 1 16-16.5 | 2 17-19", [0, 1, 0, 1, 0]),  # half a second, two pauses
        ("1 0-20 | 2 21-22.5 | 1 23-40 | 2 41-43.5 | 1 44-60", [0, 1, 0, 1, 0]),  # one hardly speaks
        ("1 0-5 | 1 6-9 | 1 10-16 | 1 17-22", [0, 0, 0, 0]),  # one voice is said to be one
        ("1 0-9 | 1 10-20 | 2 21-21.6 | 1 22-30", [0, 0, 0, 0]),  # too short to be a voice
        (
            "3 0-4 | 1 5-9 | 2 10-14 | 1 15-20 | 2 21-26 | 1 27-31",
            [0, 1, 2, 1, 2, 1],
        ),  # opens with an announcement
    ],
)
def test_voices_are_told_apart(made_up_voices, script, expected):
    samples, speech, _ = recording(script)
    assert [span.speaker for span in diarise(samples, speech, embedder=NOWHERE)] == expected


def test_a_change_in_the_middle_of_speech_is_found_to_a_third_of_a_second(made_up_voices):
    samples, _, _ = recording("1 0-5 | 2 5-11 | 1 12-16 | 2 17-21")
    spans = diarise(samples, [(0, 11), (12, 16), (17, 21)], embedder=NOWHERE)
    assert [span.speaker for span in spans] == [0, 1, 0, 1]
    assert spans[0].end_s == pytest.approx(5.0, abs=0.35)


@pytest.mark.parametrize("speech", [[], [(3.0, 3.0)], [(50.0, 60.0)]])
def test_no_speech_no_speakers(speech):
    assert diarise(np.zeros(RATE, np.int16), speech, embedder=NOWHERE) == ()


def test_one_speaker_needs_no_model():
    spans = diarise(np.zeros(9 * RATE, np.int16), [(4, 6), (0, 2), (1, 3)], speakers=1, embedder=NOWHERE)
    assert spans == (SpeakerSpan(0, 0.0, 3.0), SpeakerSpan(0, 4.0, 6.0))


def test_no_speakers_at_all_is_refused():
    with pytest.raises(UsageError, match="1 or more"):
        diarise(np.zeros(RATE, np.int16), [(0, 1)], speakers=0, embedder=NOWHERE)


def test_a_missing_model_says_what_to_do():
    with pytest.raises(EnvironmentProblemError, match="speaker-embedder"):
        diarise(np.zeros(RATE, np.int16), [(0, 1)], embedder=NOWHERE)


spans_st = st.lists(st.tuples(st.floats(0, 30), st.floats(0.02, 6)), min_size=1, max_size=8)


@given(spans_st)
@settings(max_examples=40, deadline=None)
def test_speech_is_covered_once_and_in_order(pairs):
    rng = np.random.default_rng(1)
    samples = np.zeros(40 * RATE, np.int16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            voice_vectors,
            "embed",
            lambda s, starts, e: rng.standard_normal((len(starts), 256)).astype("float32"),
        )
        found = diarise(samples, [(start, start + length) for start, length in pairs], embedder=NOWHERE)
    for before, after in pairwise(found):
        assert before.end_s <= after.start_s + 1e-9
    covered = sum(span.end_s - span.start_s for span in found)
    grid = np.zeros(40_000, bool)
    for start, length in pairs:
        grid[round(start * 1000) : round((start + length) * 1000)] = True
    assert covered == pytest.approx(grid.sum() / 1000, abs=0.05)
    assert found[0].speaker == 0  # numbered in the order of first speech


# --- words -------------------------------------------------------------------------------------------------


def words(*timed: tuple[str, float, float]) -> list[Word]:
    return [Word(*item) for item in timed]


TWO = (SpeakerSpan(0, 0.0, 2.0), SpeakerSpan(1, 2.0, 5.0))


@pytest.mark.parametrize(
    ("said", "spans", "expected"),
    [
        # by what covers a word
        (words(("hello.", 0.1, 0.5), ("hi.", 2.5, 3.0)), TWO, (0, 1)),
        (words(("hello.", 1.6, 2.3)), TWO, (0,)),
        # outside all spans: the nearest
        (words(("hm", 5.2, 5.4)), TWO, (1,)),
        # a word in the middle of a phrase does not flip
        (
            words(("I", 0.0, 0.4), ("need", 0.4, 0.8), ("help", 0.8, 1.0), ("now.", 1.0, 1.6)),
            (SpeakerSpan(0, 0.0, 0.8), SpeakerSpan(1, 0.8, 1.0), SpeakerSpan(0, 1.0, 2.0)),
            (0, 0, 0, 0),
        ),
        # the last word before a sentence end belongs to its sentence
        (
            words(("what's", 0.8, 1.2), ("your", 1.2, 1.6), ("name?", 1.9, 2.3), ("Ann.", 2.35, 2.8)),
            TWO,
            (0, 0, 0, 1),
        ),
        # without marks and pauses a real change stays a change
        (
            words(("ok", 1.0, 1.5), ("bye", 1.5, 2.0), ("thank", 2.0, 2.5), ("you", 2.5, 3.0)),
            TWO,
            (0, 0, 1, 1),
        ),
        # a change that cuts a sentence moves to its end …
        (
            words(
                ("help", 1.0, 1.4),
                ("me", 1.4, 1.6),
                ("with", 1.6, 2.0),
                ("that.", 3.0, 3.3),
                ("Sure.", 3.7, 4.0),
            ),
            TWO,
            (0, 0, 0, 0, 1),
        ),
        # … or to its start, whichever is nearer
        (
            words(
                ("Tuesday.", 0.6, 1.0),
                ("Okay,", 1.0, 1.4),
                ("and", 1.4, 1.8),
                ("which", 3, 3.3),
                ("is", 3.3, 3.5),
            )
            + words(("it", 3.5, 3.7), ("now?", 3.7, 4.0)),
            TWO,
            (0, 1, 1, 1, 1, 1, 1),
        ),
        # a new sentence is nobody's rest
        (words(("and", 1.0, 1.4), ("I", 1.4, 1.8), ("Sure.", 3.0, 3.3)), TWO, (0, 0, 1)),
        (words(("alone", 0.0, 1.0)), (), (0,)),
        ([], TWO, ()),
    ],
)
def test_words_get_speakers(said, spans, expected):
    assert label_words(said, spans) == expected


# --- real voices -------------------------------------------------------------------------------------------


def sample_call(name: str) -> tuple[np.ndarray, list[tuple[str, float, float]]]:
    """A shipped two-channel call mixed to one, with the truth of its channels."""
    sound_file = pytest.importorskip("soundfile")
    soxr = pytest.importorskip("soxr")
    (path,) = [p for p in (sample_dir() / "calls").glob(f"{name}.*") if p.suffix in {".wav", ".flac"}]
    samples, rate = sound_file.read(path, dtype="float32", always_2d=True)
    mixed = soxr.resample(samples.mean(axis=1), rate, RATE).astype(np.float32)
    data = json.loads((sample_dir() / "transcripts" / f"{name}.json").read_text(encoding="utf-8"))
    return sixteen_bits(mixed), [(t["speaker"], t["start_s"], t["end_s"]) for t in data["turns"]]


def sixteen_bits(sound: np.ndarray) -> np.ndarray:
    return np.clip(sound * 32768, -32768, 32767).astype(np.int16)


def share_wrong(found: tuple[SpeakerSpan, ...], truth: list[tuple[str, float, float]]) -> float:
    """Time with the wrong one of agent and customer, where exactly one of them speaks."""
    cells = round(max(t[2] for t in truth) * 100)
    said = {role: np.zeros(cells, bool) for role in ("agent", "customer", "ivr")}
    for role, start, end in truth:
        said[role][round(start * 100) : round(end * 100)] = True
    heard = np.full(cells, -1)
    for span in found:
        heard[round(span.start_s * 100) : round(span.end_s * 100)] = span.speaker
    scored = (said["agent"] ^ said["customer"]) & ~said["ivr"] & (heard >= 0)
    speakers = range(max(2, heard.max() + 1))
    wrong = [
        ((said["agent"] & scored & (heard != a)) | (said["customer"] & scored & (heard != c))).sum()
        for a in speakers
        for c in speakers
        if a != c
    ]
    return min(wrong) / scored.sum()


@pytest.mark.model
@pytest.mark.parametrize(
    ("name", "limit"), [("inb-001", 0.15), ("inb-003", 0.15), ("inb-es-002", 0.05), ("out-001", 0.15)]
)
def test_the_shipped_calls_on_one_channel(embedder, name, limit):
    samples, truth = sample_call(name)
    speech = [(start, end) for _, start, end in truth]
    found = diarise(samples, speech, embedder=embedder)
    assert share_wrong(found, truth) <= limit
    if name == "inb-003":  # same input, same output
        assert diarise(samples, speech, embedder=embedder) == found


@pytest.mark.model
def test_a_real_call_on_one_channel(embedder, shared_data):
    soxr, sound_file = pytest.importorskip("soxr"), pytest.importorskip("soundfile")
    sides = []
    for side in ("agent", "caller"):
        samples, rate = sound_file.read(
            shared_data("lca-auto-repairs-40") / f"Auto_Repairs_40_UTC_{side}.wav", dtype="float32"
        )
        sides.append(soxr.resample(samples, rate, RATE).astype(np.float32))
    truth = [
        (role, start, end)
        for role, samples in zip(("agent", "customer"), sides, strict=True)
        for start, end in loud_spans(samples)
    ]
    found = diarise(sixteen_bits((sides[0] + sides[1]) / 2), [(a, b) for _, a, b in truth], embedder=embedder)
    assert share_wrong(found, truth) <= 0.1


def loud_spans(samples: np.ndarray) -> list[tuple[float, float]]:
    """Speech by energy alone: the sides of this call are clean, their silence lies below -60 dB."""
    frames = samples[: samples.size // 480 * 480].reshape(-1, 480)
    loud = 10 * np.log10((frames**2).mean(axis=1) + 1e-12) > -45
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
    spans = [(a * 0.03, b * 0.03) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start - joined[-1][1] <= 0.3:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return [span for span in joined if span[1] - span[0] >= 0.2]


def test_a_call_of_hours_is_told_apart_like_a_short_one(made_up_voices, monkeypatch):
    monkeypatch.setattr(diarisation, "_FITTED_WINDOWS", 60)
    monkeypatch.setattr(diarisation, "_BLOCK", 50)
    monkeypatch.setattr(voice_vectors, "_BLOCK_SAMPLES", 3 * RATE)
    samples, speech, _ = recording("1 0-6 | 2 6.5-12 | 1 13-19 | 2 20-26 | 1 27-33 | 2 34-40")
    assert [s.speaker for s in diarise(samples, speech, embedder=NOWHERE)] == [0, 1, 0, 1, 0, 1]


def test_progress_of_a_long_call_moves_on_while_voices_are_told_apart(made_up_voices, monkeypatch):
    monkeypatch.setattr(voice_vectors, "_BLOCK_SAMPLES", 3 * RATE)
    samples, speech, _ = recording("1 0-6 | 2 6.5-12 | 1 13-19 | 2 20-26 | 1 27-33 | 2 34-40")
    told: list[float] = []
    diarise(samples, speech, embedder=NOWHERE, on_progress=told.append)
    assert len(told) >= 12
    assert told == sorted(told)
    assert told[-1] == 1.0
