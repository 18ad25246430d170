"""Words written where nobody speaks: insertions per minute on generated silence, tones, noise and hold music.

    python benchmarks/phantom.py [--model whisper-base] [--seconds 60] [--json]

Every sound is made here, from fixed seeds, at the telephone's 8 kHz and rate-converted by the reader like any
recording. Each is listened to three times: alone as a mono call, in the agent's channel of a two-channel call
whose other side speaks (a bundled call), and in the pauses of that call on one channel. The last two show what the
neighbourhood of speech does, which a sound alone does not. Words are counted where no speech is; none are
right there, so every word is an insertion.

whisper-base, a minute of each sound: 0 words in 20 minutes alone and 20 beside a talker; in the 10 minutes of pauses
one word, "Gotcha.", in sung vowels, with a warning.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import wave
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from qa_toolkit.domain import Transcript
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription import TranscriptionOptions, transcribe
from qa_toolkit.transcription.audio import decode

RATE = 8_000
Sound = np.ndarray
MARGIN_S = 0.5
"""Words this close to speech may be its own, badly timed."""


def at(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE)) / RATE


def tones(seconds: float, *hertz: float, level: float = 0.1) -> Sound:
    return level * sum(np.sin(2 * np.pi * f * at(seconds)) for f in hertz) / len(hertz)


def cadence(seconds: float, on_s: float, off_s: float, *hertz: float) -> Sound:
    return tones(seconds, *hertz) * (at(seconds) % (on_s + off_s) < on_s)


def noise(seconds: float, *, slope: float = 0.0, level: float = 0.03, seed: int = 1) -> Sound:
    """White noise, or noise that falls with frequency to the power of ``slope``."""
    size = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=size))
    spectrum /= np.maximum(np.fft.rfftfreq(size, 1 / RATE), 20.0) ** slope
    sound = np.fft.irfft(spectrum, size)
    return level * sound / np.sqrt(np.mean(sound**2))


def keypad(seconds: float, seed: int = 2) -> Sound:
    low, high = (697, 770, 852, 941), (1209, 1336, 1477)
    random, sound = np.random.default_rng(seed), np.zeros(round(seconds * RATE))
    for start in range(0, sound.size - RATE, RATE // 2):
        press = tones(0.15, random.choice(low), random.choice(high))
        sound[start : start + press.size] = press
    return sound


def typing(seconds: float, seed: int = 3) -> Sound:
    """Bursts of key clicks over a faint room."""
    random, sound = np.random.default_rng(seed), noise(seconds, slope=0.5, level=0.002)
    for start in random.integers(0, sound.size - 400, int(6 * seconds)):
        sound[start : start + 160] += random.normal(0, 0.08, 160) * np.exp(-np.arange(160) / 30)
    return sound


def music(seconds: float, *, beat_s: float = 0.5, melody: bool = True, seed: int = 4) -> Sound:
    """Chords of decaying harmonics, with a melody above them: what hold music leaves of itself at 8 kHz."""
    random, sound = np.random.default_rng(seed), np.zeros(round(seconds * RATE))
    chords = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
    for beat in range(int(seconds / beat_s)):
        notes = [(n, 0.03) for n in chords[beat // 4 % 4]]
        notes += [(12 + int(random.choice((0, 2, 4, 7, 9, 12))), 0.06)] if melody else []
        length = min(2 * beat_s, seconds - beat * beat_s)
        time, start = at(length), round(beat * beat_s * RATE)
        for note, level in notes:
            pitch = 220.0 * 2 ** (note / 12)
            voice = sum(
                np.sin(2 * np.pi * pitch * h * time) / h**1.5 for h in range(1, 7) if pitch * h < 3400
            )
            sound[start : start + time.size] += level * voice * np.exp(-3 * time) * np.minimum(time * 50, 1)
    return sound


def sung(seconds: float, seed: int = 7) -> Sound:
    """Vowels sung with vibrato over chords: harmonics under the formants of a, e, i, o, u."""
    random, sound = np.random.default_rng(seed), 0.5 * music(seconds, beat_s=1.0, melody=False)
    vowels = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
    start = 0.5
    while start + 1.5 < seconds:
        length = float(random.choice((0.4, 0.8, 1.4)))
        time = at(length)
        pitch = (
            220.0
            * 2 ** (float(random.choice((0, 2, 4, 5, 7))) / 12)
            * (1 + 0.012 * np.sin(2 * np.pi * 5.5 * time))
        )
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        formants = vowels[int(random.integers(len(vowels)))]
        voice = sum(
            np.sin(h * phase) * sum(1 / (1 + ((np.mean(pitch) * h - f) / 90) ** 2) for f in formants)
            for h in range(1, 15)
        )
        first = round(start * RATE)
        sound[first : first + time.size] += 0.08 * voice * np.minimum(1, np.minimum(time, length - time) * 20)
        start += length + float(random.choice((0.0, 0.1, 0.6)))
    return sound


def breath(seconds: float) -> Sound:
    """Noise that swells and fades like breathing into a headset."""
    return (
        noise(seconds, slope=0.3, level=0.05, seed=5)
        * np.clip(np.sin(2 * np.pi * at(seconds) / 4), 0, 1) ** 2
    )


SOUNDS: dict[str, Callable[[float], Sound]] = {
    "digital silence": lambda s: np.zeros(round(s * RATE)),
    "faint line noise": lambda s: noise(s, level=0.001),
    "tone 440 Hz": lambda s: tones(s, 440.0),
    "test tone 1004 Hz, loud": lambda s: tones(s, 1004.0, level=0.7),
    "ring-back (US)": lambda s: cadence(s, 2.0, 4.0, 440.0, 480.0),
    "ring-back (Europe)": lambda s: cadence(s, 1.0, 4.0, 425.0),
    "busy signal": lambda s: cadence(s, 0.5, 0.5, 480.0, 620.0),
    "answering-machine beeps": lambda s: cadence(s, 0.4, 9.6, 1000.0),
    "fax calling tone": lambda s: cadence(s, 0.5, 3.0, 1100.0),
    "keypad": keypad,
    "white noise": noise,
    "white noise, loud": lambda s: noise(s, level=0.2),
    "pink noise": lambda s: noise(s, slope=0.5),
    "rumble": lambda s: noise(s, slope=1.0, level=0.1),
    "typing": typing,
    "breathing": breath,
    "hold music": music,
    "hold music, slow": lambda s: music(s, beat_s=1.2, seed=6),
    "hold music, chords": lambda s: music(s, melody=False),
    "hold music, sung vowels": sung,
}


@dataclass(frozen=True)
class Row:
    sound: str
    setting: str
    minutes: float
    words: int
    speech_s: float
    text: str
    warned: bool

    @property
    def per_minute(self) -> float:
        return self.words / self.minutes


def write(path: Path, *channels: Sound) -> Path:
    stacked = np.stack([np.clip(c * 32767, -32768, 32767).astype("<i2") for c in channels], axis=1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(stacked.tobytes())
    return path


def talker(seconds: float) -> tuple[Sound, list[tuple[float, float]]]:
    """One side of a bundled call at 8 kHz, and where it speaks by its transcript."""
    samples = decode(sample_dir() / "calls" / "inb-003.wav").channels[0][::2].astype(float) / 32768
    turns = json.loads((sample_dir() / "transcripts" / "inb-003.json").read_text(encoding="utf-8"))["turns"]
    spans = [(t["start_s"], t["end_s"]) for t in turns if (t.get("role") or t["speaker"]) in ("agent", "ivr")]
    return samples[: round(seconds * RATE)], [(a, min(b, seconds)) for a, b in spans if a < seconds]


def settings(sound: Sound, folder: Path) -> dict[str, tuple[Path, int | None, list[tuple[float, float]]]]:
    """Files by setting, with the channel that is judged (None: any) and where speech is on it."""
    voice, spans = talker(sound.size / RATE)
    sound_beside = sound[: voice.size]
    quiet = np.ones(voice.size)
    for start, end in spans:
        quiet[max(0, round((start - 0.2) * RATE)) : round((end + 0.2) * RATE)] = 0.0
    return {
        "alone": (write(folder / "alone.wav", sound), None, []),
        "beside a talker": (write(folder / "beside.wav", sound_beside, voice), 0, []),
        "in the pauses": (write(folder / "pauses.wav", voice + sound_beside * quiet), None, spans),
    }


def outside(transcript: Transcript, channel: int | None, speech: list[tuple[float, float]]) -> list[str]:
    return [
        word.text
        for turn in transcript.turns
        if channel is None or turn.channel == channel
        for word in turn.words
        if not any(word.end_s > a - MARGIN_S and word.start_s < b + MARGIN_S for a, b in speech)
    ]


def measure(name: str, seconds: float, options: TranscriptionOptions) -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for setting, (path, channel, speech) in settings(SOUNDS[name](seconds), Path(folder)).items():
            transcript = transcribe(path, options)
            words = outside(transcript, channel, speech)
            length = transcript.duration_s or 0.0
            kept = length - sum(min(b + MARGIN_S, length) - max(a - MARGIN_S, 0.0) for a, b in speech)
            found = sum(s.end_s - s.start_s for s in transcript.speech if channel in (None, s.channel))
            warned = any("doubtful" in w or "gave no words" in w for w in transcript.warnings)
            text = " ".join(words)
            rows.append(Row(name, setting, kept / 60, len(words), round(found, 1), text[:80], warned))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="whisper-base")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--vad-threshold", type=float, default=TranscriptionOptions().vad_threshold)
    parser.add_argument("--only", help="part of a sound's name")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    options = TranscriptionOptions(model=given.model, language="en", vad_threshold=given.vad_threshold)
    names = [name for name in SOUNDS if (given.only or "") in name]
    rows = [row for name in names for row in measure(name, given.seconds, options)]
    if given.json:
        print(json.dumps([asdict(row) | {"per_minute": row.per_minute} for row in rows], indent=2))
        return
    print(
        f"{given.model}; insertions per minute without speech; s: taken for speech (with the speech there is)"
    )
    print(f"{'sound':26} {'setting':16} {'minutes':>7} {'words':>6} {'per min':>8} {'s':>6}  text")
    for row in rows:
        print(
            f"{row.sound:26} {row.setting:16} {row.minutes:7.2f} {row.words:6d} {row.per_minute:8.2f} "
            f"{row.speech_s:6.1f}  {row.text}{' [warned]' if row.warned else ''}"
        )
    for setting in dict.fromkeys(row.setting for row in rows):
        chosen = [row for row in rows if row.setting == setting]
        total = sum(row.words for row in chosen) / sum(row.minutes for row in chosen)
        print(
            f"{'all':26} {setting:16} {sum(r.minutes for r in chosen):7.2f} {sum(r.words for r in chosen):6d} {total:8.2f}"
        )


if __name__ == "__main__":
    main()
