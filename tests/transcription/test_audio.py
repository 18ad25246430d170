"""What can be decoded, what is refused, and in what words."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_sound import Sound, tone, wave_header

from qa_toolkit.errors import AudioError
from qa_toolkit.transcription import audio

pytest.importorskip("av")

CODECS = [
    # codec, file, samples a second
    ("pcm_s16le", "call.wav", 8000),
    ("pcm_u8", "call.wav", 8000),
    ("pcm_s24le", "call.wav", 44100),
    ("pcm_f32le", "call.wav", 48000),
    ("pcm_mulaw", "call.wav", 8000),
    ("pcm_alaw", "call.wav", 8000),
    ("adpcm_ms", "call.wav", 8000),
    ("adpcm_ima_wav", "call.wav", 8000),
    ("g722", "call.wav", 16000),
    ("g726", "call.wav", 8000),
    ("libmp3lame", "call.mp3", 16000),
    ("libopus", "call.ogg", 48000),
    ("libopus", "call.webm", 48000),
    ("flac", "call.flac", 16000),
    ("aac", "call.m4a", 16000),
    ("libopencore_amrnb", "call.amr", 8000),
]


@pytest.mark.parametrize(("codec", "name", "rate"), CODECS)
def test_a_tone_survives_the_codec(encoded: Callable[..., Path], codec: str, name: str, rate: int) -> None:
    decoded = audio.decode(encoded(tone(1.0, rate=rate), codec, name, rate=rate))
    assert decoded.duration_s == pytest.approx(1.0, abs=0.15)  # lossy codecs pad to whole frames
    assert strongest_hertz(decoded.channels[0]) == pytest.approx(440.0, abs=5.0)
    assert decoded.channels[0].dtype == np.int16


WRITTEN = [
    # what libsndfile writes and FFmpeg only reads: format, subtype, file
    ("WAV", "GSM610", "call.wav"),
    ("RAW", "GSM610", "call.gsm"),
    ("WAV", "G721_32", "call.wav"),
    ("AU", "ULAW", "call.au"),
    ("AIFF", "PCM_S8", "call.aiff"),
]


@pytest.mark.parametrize(("form", "subtype", "name"), WRITTEN)
def test_a_tone_of_another_encoder(tmp_path: Path, form: str, subtype: str, name: str) -> None:
    sound_file = pytest.importorskip("soundfile")
    sound_file.write(tmp_path / name, tone(1.0), 8000, format=form, subtype=subtype)
    decoded = audio.decode(tmp_path / name)
    assert decoded.duration_s == pytest.approx(1.0, abs=0.15)
    assert strongest_hertz(decoded.channels[0]) == pytest.approx(440.0, abs=5.0)


def test_speex() -> None:
    """``tone.spx``: a second of 440 Hz at 8 kHz, written with speexenc 1.2.1 (Xiph.Org)."""
    decoded = audio.decode(Path(__file__).with_name("tone.spx"))
    assert decoded.sample_rate_hz == 8000
    assert decoded.duration_s == pytest.approx(1.0, abs=0.05)
    assert strongest_hertz(decoded.channels[0]) == pytest.approx(440.0, abs=5.0)


def test_g729(tmp_path: Path) -> None:
    """Frames of 10 bytes and 10 ms; nothing here writes them, but any bits are sound to this codec."""
    frames = np.random.default_rng(1).integers(0, 256, 10 * 100, dtype=np.uint8).tobytes()
    head = wave_header(tag=0x83, bits=16, data_bytes=len(frames))
    fields = struct.pack("<IHHIIHH", 16, 0x83, 1, 8000, 1000, 10, 0)
    (tmp_path / "call.wav").write_bytes(head[:16] + fields + head[36:] + frames)
    decoded = audio.decode(tmp_path / "call.wav")
    assert decoded.duration_s == pytest.approx(1.0, abs=0.02)
    assert np.abs(decoded.channels[0]).max() > 0


def test_a_video_gives_its_sound_and_says_so(encoded: Callable[..., Path]) -> None:
    decoded = audio.decode(encoded(tone(1.0, rate=16000), "aac", "call.mp4", rate=16000, video=True))
    assert strongest_hertz(decoded.channels[0]) == pytest.approx(440.0, abs=5.0)
    assert decoded.warnings == ("the file is a video; only its sound is used",)


def test_the_name_of_the_file_does_not_matter(encoded: Callable[..., Path]) -> None:
    path = encoded(tone(1.0, rate=16000), "flac", "call.flac", rate=16000)
    renamed = path.rename(path.with_suffix(".txt"))
    assert audio.decode(renamed).duration_s == pytest.approx(1.0)


def test_channels_stay_apart_and_on_one_clock(wave_file: Callable[..., Path]) -> None:
    left, right = tone(2.0, hertz=300.0), tone(2.0, hertz=900.0)
    decoded = audio.decode(wave_file(left, right, rate=8000))
    assert [strongest_hertz(c) for c in decoded.channels] == [
        pytest.approx(300, abs=2),
        pytest.approx(900, abs=2),
    ]
    assert {c.size for c in decoded.channels} == {32000}
    assert (decoded.sample_rate_hz, decoded.duration_s) == (8000, 2.0)


BAD_FILES = [
    # what, bytes, what the message says
    ("empty", b"", "the file is empty"),
    ("20 bytes", b"RIFF\x10\x00\x00\x00WAVEfmt \x10\x00\x00\x00", "cannot be decoded|no sound"),
    ("header only", wave_header(), "no sound samples|cannot be decoded"),
    ("text", b"this is not a recording\n" * 50, "cannot be decoded|no sound"),
    ("web page", b"<!doctype html><html><body>Sign in</body></html>" * 20, "cannot be decoded|no sound"),
    ("JSON", b'{"turns": []}', "cannot be decoded|no sound"),
    ("zeros", bytes(5000), "cannot be decoded|no sound"),
    ("no channels", wave_header(channels=0, data_bytes=800) + bytes(800), "cannot be decoded|channels"),
    (
        "65535 channels",
        wave_header(channels=65535, data_bytes=800) + bytes(800),
        "cannot be decoded|channels",
    ),
    ("no rate", wave_header(rate=0, data_bytes=800) + bytes(800), "cannot be decoded|samples a second"),
    (
        "4 billion a second",
        wave_header(rate=4_000_000_000, data_bytes=800) + bytes(800),
        "decoded|samples a second",
    ),
    ("100 a second", wave_header(rate=100, data_bytes=800) + bytes(800), "samples a second"),
    ("unknown codec", wave_header(tag=0xABCD, data_bytes=800) + bytes(800), "unknown way|cannot be decoded"),
    ("picture", b"\x89PNG\r\n\x1a\n" + bytes(200), "cannot be decoded|no sound"),
    ("zip", b"PK\x03\x04" + bytes(200), "cannot be decoded|no sound"),
    ("playlist", b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:5,\nother.wav\n#EXT-X-ENDLIST\n", "cannot be decoded"),
    ("list of files", b"ffconcat version 1.0\nfile 'other.wav'\n", "cannot be decoded"),
]


@pytest.mark.parametrize(
    ("content", "message"), [row[1:] for row in BAD_FILES], ids=[row[0] for row in BAD_FILES]
)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "other.wav").write_bytes(wave_header(data_bytes=16000) + tone(1.0).tobytes())
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=message) as caught:
        audio.decode(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.wav", "does not exist"),
        (".", "not a regular file"),
        ("a\0b.wav", "does not exist|cannot be"),
    ],
)
def test_paths_that_are_no_recordings(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(AudioError, match=message):
        audio.decode(tmp_path / name)


@pytest.mark.parametrize("part", [0.25, 0.5, 0.75])
@pytest.mark.parametrize("tag", [1, 6, 7], ids=["pcm", "A-law", "mu-law"])
def test_a_truncated_recording_is_used_with_a_warning(tmp_path: Path, part: float, tag: int) -> None:
    bits = 16 if tag == 1 else 8
    data = tone(2.0).tobytes()[: 16000 * bits // 8]
    path = tmp_path / "cut.wav"
    path.write_bytes(wave_header(bits=bits, tag=tag, data_bytes=len(data)) + data[: int(len(data) * part)])
    decoded = audio.decode(path)
    assert decoded.duration_s == pytest.approx(2.0 * part, abs=0.02)
    assert re.match(r"truncated: the header announces \d+ bytes", decoded.warnings[0])


def test_a_whole_recording_has_no_warning(wave_file: Callable[..., Path]) -> None:
    assert audio.decode(wave_file(tone(1.0), rate=8000)).warnings == ()


@pytest.mark.parametrize("announced", [0, 0xFFFFFFFF])
def test_a_header_that_does_not_know_the_length(tmp_path: Path, announced: int) -> None:
    path = tmp_path / "streamed.wav"
    path.write_bytes(wave_header(data_bytes=announced) + tone(1.0).tobytes())
    decoded = audio.decode(path)
    assert decoded.duration_s == pytest.approx(1.0)
    assert decoded.warnings == ()


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files_decode_or_are_refused_and_nothing_else(data: st.DataObject, tmp_path: Path) -> None:
    whole = bytearray(wave_header(data_bytes=1600) + tone(0.1).tobytes())
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, 60))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.wav"
    path.write_bytes(bytes(whole[: data.draw(st.integers(1, len(whole)))]))
    try:
        decoded = audio.decode(path)
    except AudioError:
        return
    assert decoded.duration_s > 0


def strongest_hertz(samples: Sound) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum)) * audio.SAMPLE_RATE_HZ / samples.size
