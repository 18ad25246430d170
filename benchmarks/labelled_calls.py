"""Recorded and synthesised calls of which it is known who speaks when: what the benchmarks of listening share.

The bundled calls are always there. A folder (``--data``, default ``QA_TEST_DATA``) may hold ``exchange-calls``,
``synthetic-calls`` and ``lca-auto-repairs-40``. Times of synthesised calls are exact to 10 ms, and the
20 ms of silence left around each clip (their SOURCE.md) are taken off here; of the recorded one only the two sides are
known, each in a file of its own.
"""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples, decode

FRAME_S = 0.01
BRIDGE_S = 0.3
SHORTEST_S = 0.1
"""Sound of less than this is a click, not speech."""

MARGIN_S = 0.02
SAME_TURN_S = 1.1

Span = tuple[float, float]


@dataclass(frozen=True)
class TrueTurn:
    """What was said, by whom, on which channel, from when to when."""

    role: str
    channel: int
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class LabelledCall:
    """A two-channel call and its truth; without turns, only the energy of its channels is known."""

    name: str
    kind: str
    channels: tuple[Samples, Samples]
    language: str
    direction: str | None
    turns: tuple[TrueTurn, ...]
    holds: tuple[Span, ...] = ()

    @property
    def duration_s(self) -> float:
        return self.channels[0].size / SAMPLE_RATE_HZ

    def speech(self) -> dict[tuple[str, int], tuple[Span, ...]]:
        """Where each party speaks, by the energy of its channel within its true turns.

        Turns hold pauses; energy alone would take hold tones and beeps for speech. Where no turns are known,
        energy alone decides.
        """
        found: dict[tuple[str, int], tuple[Span, ...]] = {}
        for channel, samples in enumerate(self.channels):
            loud = loud_frames(samples)
            roles = {turn.role for turn in self.turns if turn.channel == channel}
            for role in sorted(roles) or ([("agent", "customer")[channel]] if not self.turns else []):
                own = loud.copy()
                if self.turns:
                    own &= frames_of(
                        [(t.start_s, t.end_s) for t in self.turns if t.channel == channel and t.role == role],
                        loud.size,
                    )
                found[role, channel] = spans_of(own)
        return found

    def write(self, path: Path, *, mono: bool = False) -> Path:
        """The call as a 16 kHz WAV file, both channels or their mix."""
        channels = self.channels
        if mono:
            channels = ((channels[0] // 2 + channels[1] // 2).astype(np.int16),)  # type: ignore[assignment]
        with wave.open(str(path), "wb") as file:
            file.setnchannels(len(channels))
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes(np.stack(channels, axis=1).tobytes())
        return path


def labelled_calls(data: Path | None) -> Iterator[LabelledCall]:
    """Every call with audio that is there, the bundled ones first; a call is never given twice."""
    known: set[str] = set()
    folders = [(sample_dir() / "calls", sample_dir() / "transcripts", "exchange-calls")]
    if data is not None:
        folders += [(data / "exchange-calls",) * 2 + ("exchange-calls",)]
        folders += [(data / "synthetic-calls",) * 2 + ("synthetic-calls",)]
    for sound, words, kind in folders:
        for path in sorted(words.glob("*.json")):
            audio = next((p for s in (".wav", ".flac") if (p := sound / f"{path.stem}{s}").is_file()), None)
            if audio is not None and path.stem not in known:
                known.add(path.stem)
                yield _synthesised(audio, json.loads(path.read_text(encoding="utf-8")), kind)
    real = data / "lca-auto-repairs-40" if data is not None else None
    if real is not None and real.is_dir():
        sides = [decode(real / f"Auto_Repairs_40_UTC_{name}.wav").channels[0] for name in ("agent", "caller")]
        size = min(side.size for side in sides)
        channels = (sides[0][:size], sides[1][:size])
        yield LabelledCall("auto-repairs-40", "recorded", channels, "en", None, ())


def _synthesised(audio: Path, data: dict[str, Any], kind: str) -> LabelledCall:
    channels = decode(audio).channels
    far_machine = data.get("direction") == "outbound"
    turns = tuple(
        TrueTurn(
            turn["speaker"],
            turn.get("channel", {"agent": 0, "ivr": int(far_machine)}.get(turn["speaker"], 1)),
            turn.get("start_s", turn.get("start")) + MARGIN_S,
            turn.get("end_s", turn.get("end")) - MARGIN_S,
            turn["text"],
        )
        for turn in data["turns"]
    )
    holds = tuple((hold["start_s"], hold["end_s"]) for hold in data.get("holds", ()))
    return LabelledCall(
        audio.stem, kind, (channels[0], channels[1]), data.get("language", "en"), data.get("direction"), turns,
        holds,
    )  # fmt: skip


def laid_anew(call: LabelledCall, seed: int) -> LabelledCall:
    """The turns of a call put at other times: a third of the changes of speaker overlap by 0.3 to 2.5 s.

    The few overlaps of the calls themselves say little; here there are many, each known to 10 ms. The clips keep
    their order and channel and are laid over noise as loud as the channel's own. Two clips of one party lie so far
    apart that they are two turns.
    """
    random = np.random.default_rng(seed)
    placed: list[TrueTurn] = []
    free = [0.5, 0.5]
    at = 0.5
    for turn in sorted(call.turns, key=lambda t: t.start_s):
        length, gap = turn.end_s - turn.start_s, float(random.uniform(0.2, 1.2))
        before = placed[-1] if placed else None
        if before is not None and before.channel != turn.channel and random.random() < 1 / 3:
            gap = -float(random.uniform(0.3, max(0.3, min(2.5, 0.7 * (before.end_s - before.start_s)))))
        start = round(max(at + gap, free[turn.channel] + SAME_TURN_S, 0.5), 2)
        placed.append(replace(turn, start_s=start, end_s=start + length))
        free[turn.channel] = start + length
        at = max(free)
    channels = [_noise_of(samples, at + 1.0, random) for samples in call.channels]
    for turn, new in zip(sorted(call.turns, key=lambda t: t.start_s), placed, strict=True):
        low, high = (round(s * SAMPLE_RATE_HZ) for s in (turn.start_s, turn.end_s))
        first = round(new.start_s * SAMPLE_RATE_HZ)
        channels[turn.channel][first : first + high - low] = call.channels[turn.channel][low:high]
    kept = (channels[0], channels[1])
    return replace(
        call, name=f"{call.name}/{seed}", kind="laid anew", channels=kept, turns=tuple(placed), holds=()
    )


def _noise_of(samples: Samples, seconds: float, random: np.random.Generator) -> Samples:
    step = round(FRAME_S * SAMPLE_RATE_HZ)
    power = (
        np.square(samples[: samples.size // step * step].astype(np.float64)).reshape(-1, step).mean(axis=1)
    )
    level = float(np.sqrt(np.percentile(power, 10)))
    return random.normal(0.0, level, round(seconds * SAMPLE_RATE_HZ)).astype(np.int16)


def loud_frames(samples: Samples) -> np.ndarray:
    """Frames of 10 ms that stand out of the channel's noise, smoothed over 30 ms.

    The limit lies 6 dB above the noise (10th percentile of the frames), but never more than 30 dB below the speech
    (95th percentile of the frames above that limit): the range of levels that speech has (ANSI S3.5-1997).
    """
    step = round(FRAME_S * SAMPLE_RATE_HZ)
    power = (
        np.square(samples[: samples.size // step * step].astype(np.float64)).reshape(-1, step).mean(axis=1)
    )
    level = 10 * np.log10(np.convolve(power, np.ones(3) / 3, mode="same") + 1.0)
    noise = float(np.percentile(level, 10))
    above = level[level > noise + 6]
    if not above.size:
        return np.zeros(level.size, dtype=bool)
    return np.asarray(level > max(noise + 6, float(np.percentile(above, 95)) - 30))


def frames_of(spans: list[Span] | tuple[Span, ...], count: int) -> np.ndarray:
    """Spans of seconds as frames of 10 ms."""
    frames = np.zeros(count, dtype=bool)
    for start, end in spans:
        frames[max(0, round(start / FRAME_S)) : max(0, round(end / FRAME_S))] = True
    return frames


def spans_of(frames: np.ndarray) -> tuple[Span, ...]:
    """Frames as spans, pauses up to 0.3 s bridged and clicks dropped."""
    joined: list[list[float]] = []
    at = 0
    for loud, run in groupby(frames.tolist()):
        length = len(list(run))
        start, end = at * FRAME_S, (at + length) * FRAME_S
        at += length
        if not loud:
            continue
        if joined and start - joined[-1][1] <= BRIDGE_S:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    return tuple((start, end) for start, end in joined if end - start >= SHORTEST_S)
