"""Calls in which people often talk at once, of which it is known when: what overlap is learnt from and tested on.

Utterances of single speakers are laid out anew: a third of the changes of speaker overlap, another third follow at
once (the hard cases: they are no overlap), short answers fall into long turns. The levels of the two differ by
up to 6 dB. Room, noise and a telephone's band and coding are added to the mix, each by chance.

Speakers, by where they are known from: those of the synthesised calls (``labelled_calls``, bundled or in the folder),
``librispeech-speakers``, ``librivox-sense``, ``ibm-narrowband``, ``lca-acme-bank-agent``, ``faster-whisper-tests``; and, for tests
only, the two of the recorded call ``lca-auto-repairs-40``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from labelled_calls import LabelledCall, TrueTurn, labelled_calls, loud_frames, spans_of

from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples, decode

TELEPHONE_HZ = 8_000
LEAST_S = 12.0
"""With less speech a speaker is not used."""
LONGEST_S, SHORTEST_S = 6.0, 0.25
SHORT_ANSWER_S = 0.9
USUAL_RMS = 0.06
LEVEL_DB = 6.0

Sound = np.ndarray


@dataclass(frozen=True)
class Speaker:
    """Utterances of one person or synthetic voice, 16 kHz."""

    name: str
    utterances: tuple[Samples, ...]

    @property
    def seconds(self) -> float:
        return sum(u.size for u in self.utterances) / SAMPLE_RATE_HZ


def utterances(samples: Samples) -> list[Samples]:
    """The stretches of speech by their energy, the longest ones cut."""
    found = []
    for start, end in spans_of(loud_frames(samples)):
        for low in np.arange(start, end, LONGEST_S):
            high = min(end, low + LONGEST_S)
            if high - low >= SHORTEST_S:
                found.append(samples[round(low * SAMPLE_RATE_HZ) : round(high * SAMPLE_RATE_HZ)])
    return found


def speakers(data: Path) -> list[Speaker]:
    """Everybody with enough speech except the two of the recorded call, in order of their names."""
    said: dict[str, list[Samples]] = {}
    for call in labelled_calls(data):
        if call.kind == "recorded":
            continue
        voices = _voices_of(call, data)
        for turn in call.turns:
            low, high = (round(s * SAMPLE_RATE_HZ) for s in (turn.start_s, turn.end_s))
            name = voices.get(turn.role, f"{call.name} {turn.role}")
            said.setdefault(name, []).extend(utterances(call.channels[turn.channel][low:high]))
    for name, path in _read_aloud(data):
        said.setdefault(name, []).extend(utterances(decode(path).channels[0]))
    known = [Speaker(name, tuple(own)) for name, own in sorted(said.items())]
    return [speaker for speaker in known if speaker.seconds >= LEAST_S]


def recorded_speakers(data: Path) -> tuple[Speaker, Speaker]:
    """The two of the recorded call."""
    folder = data / "lca-auto-repairs-40"
    sides = [decode(folder / f"Auto_Repairs_40_UTC_{name}.wav").channels[0] for name in ("agent", "caller")]
    return Speaker("agent", tuple(utterances(sides[0]))), Speaker("caller", tuple(utterances(sides[1])))


def _voices_of(call: LabelledCall, data: Path) -> dict[str, str]:
    """The synthetic voice of each role: the same voice speaks in several calls."""
    places = (sample_dir() / "transcripts", data / call.kind)
    path = next(p for place in places if (p := place / f"{call.name}.json").is_file())
    return dict(json.loads(path.read_text(encoding="utf-8")).get("voices") or {})


def _read_aloud(data: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted((data / "librispeech-speakers").glob("*.flac")):
        yield path.stem.split("-")[0], path
    for path in sorted((data / "librivox-sense").glob("*.wav")):
        yield "librivox", path
    for name, path in (
        ("acme", "lca-acme-bank-agent/agent1.wav"),
        ("ibm", "ibm-narrowband/en-GB_Narrowband_sample1.wav"),
        ("jfk", "faster-whisper-tests/jfk.flac"),
    ):
        if (data / path).is_file():
            yield name, data / path


@dataclass
class _Layout:
    """A call that is being laid out, one channel a speaker."""

    pair: tuple[Speaker, Speaker]
    random: np.random.Generator

    def __post_init__(self) -> None:
        quiet = self.random.uniform(-LEVEL_DB, LEVEL_DB)
        self.gains = [USUAL_RMS / _usual_rms(self.pair[0]), USUAL_RMS / _usual_rms(self.pair[1])]
        self.gains[1] *= 10 ** (quiet / 20)
        self.order = [list(self.random.permutation(len(s.utterances))) for s in self.pair]
        self.pieces: list[tuple[int, float, Sound]] = []
        self.free = [0.0, 0.0]

    def put(self, who: int, at: float, sound: Samples) -> float:
        """Lays the sound at that time; the time it ends."""
        self.pieces.append((who, at, sound.astype(np.float32) / 32768 * self.gains[who]))
        self.free[who] = max(self.free[who], at + sound.size / SAMPLE_RATE_HZ)
        return at + sound.size / SAMPLE_RATE_HZ

    def next(self, who: int) -> Samples:
        """The next utterance, half of the time only its beginning."""
        self.order[who].append(self.order[who].pop(0))
        sound = self.pair[who].utterances[self.order[who][-1]]
        if sound.size > 1.2 * SAMPLE_RATE_HZ and self.random.random() < 0.5:
            sound = sound[: round(self.random.uniform(1.0, sound.size / SAMPLE_RATE_HZ) * SAMPLE_RATE_HZ)]
        return sound

    def short_answer(self, who: int) -> Samples:
        own = self.pair[who].utterances
        short = [u for u in own if u.size < SHORT_ANSWER_S * SAMPLE_RATE_HZ] or list(own)
        chosen = short[int(self.random.integers(len(short)))]
        return chosen[: round(SHORT_ANSWER_S * SAMPLE_RATE_HZ)]


def _usual_rms(speaker: Speaker) -> float:
    levels = [np.sqrt(np.mean((u.astype(float) / 32768) ** 2)) for u in speaker.utterances]
    return float(np.median(levels))


def laid_out(
    pair: tuple[Speaker, Speaker], random: np.random.Generator, seconds: float = 100.0, *, calm: bool = False
) -> LabelledCall:
    """A call of the two, each on a channel of its own; its truth is the energy of its channels in its turns.

    In a calm call nobody speaks while the other does.
    """
    layout = _Layout(pair, random)
    at, who = 0.6, 0
    while at < seconds:
        sound = layout.next(who)
        length = sound.size / SAMPLE_RATE_HZ
        end = layout.put(who, at, sound)
        if length > 2.5 and random.random() < 0.3 and not calm:
            answered = at + random.uniform(0.4, length - 1.2)
            if answered > layout.free[1 - who] + 0.2:
                layout.put(1 - who, answered, layout.short_answer(1 - who))
        if random.random() < 0.25:
            at = end + random.uniform(0.3, 1.0)
            continue
        who = 1 - who
        gap = _gap(length, random)
        at = max(end + (abs(gap) if calm else gap), layout.free[who] + 0.25)
    return _as_call(layout)


def _gap(length: float, random: np.random.Generator) -> float:
    kind = random.random()
    if kind < 1 / 3:
        return -float(random.uniform(0.2, max(0.25, min(2.5, 0.7 * length))))
    return float(random.uniform(0.0, 0.15) if kind < 0.6 else random.uniform(0.15, 1.2))


def _as_call(layout: _Layout) -> LabelledCall:
    size = round((max(layout.free) + 0.5) * SAMPLE_RATE_HZ)
    channels = [np.zeros(size, np.float32), np.zeros(size, np.float32)]
    turns = []
    for who, at, sound in layout.pieces:
        first = round(at * SAMPLE_RATE_HZ)
        channels[who][first : first + sound.size] += sound
        turns.append(TrueTurn(("agent", "customer")[who], who, at, at + sound.size / SAMPLE_RATE_HZ, ""))
    name = " + ".join(speaker.name for speaker in layout.pair)
    kept = (_sixteen_bits(channels[0]), _sixteen_bits(channels[1]))
    return LabelledCall(name, "laid out", kept, "en", None, tuple(turns))


def as_recorded(call: LabelledCall, random: np.random.Generator, *, telephone: bool | None = None) -> Samples:
    """The mix as a recorder might have it: room (30 %), noise 18 to 45 dB below, a telephone's line (75 %)."""
    import soxr
    from scipy.signal import butter, fftconvolve, sosfilt

    mix = (call.channels[0].astype(np.float32) + call.channels[1]) / 32768
    if random.random() < 0.3:
        times = np.arange(SAMPLE_RATE_HZ // 4) / SAMPLE_RATE_HZ
        room = 0.05 * random.normal(size=times.size) * np.exp(-times / random.uniform(0.02, 0.06))
        room[0] = 1.0
        mix = fftconvolve(mix, room)[: mix.size]
    mix = mix + random.normal(size=mix.size) * USUAL_RMS * 10 ** (-random.uniform(18, 45) / 20)
    if random.random() < 0.75 if telephone is None else telephone:
        line = soxr.resample(mix.astype(np.float32), SAMPLE_RATE_HZ, TELEPHONE_HZ)
        if random.random() < 0.5:
            band = butter(4, [300, 3400], "bandpass", fs=TELEPHONE_HZ, output="sos")
            line = sosfilt(band, line)
        mix = soxr.resample(mu_law(line).astype(np.float32), TELEPHONE_HZ, SAMPLE_RATE_HZ)[: mix.size]
    return _sixteen_bits(mix * random.uniform(0.3, 1.5))


def mu_law(sound: Sound) -> Sound:
    """The sound after coding with 8 bits by the continuous mu-law (ITU-T G.711 approximates it)."""
    clipped = np.clip(sound, -1.0, 1.0)
    codes = np.round(127 * np.sign(clipped) * np.log1p(255 * np.abs(clipped)) / np.log(256)) / 127
    return np.asarray(np.sign(codes) * np.expm1(np.abs(codes) * np.log(256)) / 255)


def _sixteen_bits(sound: Sound) -> Samples:
    return np.clip(sound * 32768, -32768, 32767).astype(np.int16)


def pairs_within(
    known: Sequence[Speaker], parts: int, random: np.random.Generator
) -> Iterator[tuple[int, tuple[Speaker, Speaker]]]:
    """Without end: the number of a part and two different speakers of it; nobody is in two parts."""
    mixed = [known[int(at)] for at in np.random.default_rng(5).permutation(len(known))]
    while True:
        for part in range(parts):
            own = mixed[part::parts]
            one, other = random.choice(len(own), 2, replace=False)
            yield part, (own[int(one)], own[int(other)])
