"""How the parties lie on the channels: one mix, the same mix twice, or one party each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.domain import ChannelLayout
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, DecodedAudio, Samples
from qa_toolkit.transcription.crosstalk import without_crosstalk
from qa_toolkit.transcription.levels import FRAME, FRAME_S, frame_levels_db, level_db
from qa_toolkit.transcription.spool import made_in_blocks, release

SILENT_DB = -75.0
"""A channel whose loudest frames stay below this level (dB of full scale) holds nothing."""

DUAL_MONO_CORRELATION = 0.85
DUAL_MONO_LEVEL_DB = 12.0
_ACTIVE_DB = 25.0
_STEADY_DB = 6.0
_STEADY_SHARE = 0.9
_MAX_LAG = SAMPLE_RATE_HZ // 50
QUIET_DB, NORMAL_DB, MAX_GAIN_DB = -40.0, -26.0, 40.0


@dataclass(frozen=True, slots=True)
class Track:
    """What is listened to as one: a party's channel, or a mix. ``channel`` is the index in the file."""

    channel: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class Tracks:
    """The tracks of a recording; ``gated_s`` counts the crosstalk that was taken out."""

    layout: ChannelLayout
    tracks: tuple[Track, ...]
    warnings: tuple[str, ...] = ()
    gated_s: float = 0.0


def find_tracks(audio: DecodedAudio) -> Tracks:
    """Mono, dual mono (both channels carry one mix) or two-party, with level and crosstalk put right.

    A recording with one silent side is still two-party. Of more than two channels the two loudest count.
    """
    chosen, warnings = _two_channels(audio.channels)
    if len(chosen) == 1:
        return Tracks(ChannelLayout.MONO, (Track(0, levelled(audio.channels[chosen[0]])),), warnings)
    first, second = (audio.channels[index] for index in chosen)
    if is_same_sound(first, second):
        mixed = _mix(first, second)
        if level_db(mixed) < max(level_db(first), level_db(second)) - 20.0:
            mixed = first  # the copy is inverted: adding would cancel it
        return Tracks(ChannelLayout.DUAL_MONO, (Track(0, levelled(mixed)),), warnings)
    (first, second), gated_s = without_crosstalk(first, second)
    tracks = (Track(chosen[0], levelled(first)), Track(chosen[1], levelled(second)))
    return Tracks(ChannelLayout.TWO_PARTY, tracks, warnings, gated_s)


def _two_channels(channels: Sequence[Samples]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    if len(channels) <= 2:
        return tuple(range(len(channels))), ()
    levels = [level_db(samples) for samples in channels]
    loudest = sorted(sorted(range(len(channels)), key=lambda index: -levels[index])[:2])
    others = sum(level > SILENT_DB for level in levels) - 2
    named = " and ".join(map(str, loudest))
    note = f"the recording has {len(channels)} channels; only channels {named} are used"
    return tuple(loudest), (note + (f", {others} more with sound are left out" if others > 0 else ""),)


def levelled(samples: Samples) -> Samples:
    """The samples, amplified when they are so quiet that a speech detector would miss them."""
    level = level_db(samples)
    if level >= QUIET_DB or level <= SILENT_DB:
        return samples
    gain = 10.0 ** (min(NORMAL_DB - level, MAX_GAIN_DB) / 20.0)

    def block(part: slice) -> Samples:
        louder: Samples = np.clip(samples[part].astype(np.float32) * gain, -32768, 32767).astype(np.int16)
        release(samples)
        return louder

    return made_in_blocks(samples.size, block)


def _mix(first: Samples, second: Samples) -> Samples:
    def block(part: slice) -> Samples:
        total = first[part].astype(np.int32) + second[part].astype(np.int32)
        release(first)
        release(second)
        mean: Samples = (total // 2).astype(np.int16)
        return mean

    return made_in_blocks(first.size, block)


def is_same_sound(first: Samples, second: Samples) -> bool:
    """Whether both channels carry one mix: alike where they are loudest, and in a steady relation of levels.

    Level differences up to 12 dB, shifts up to 20 ms and an inverted copy count as the same; a party that is
    heard only as distant crosstalk on the other channel does not.
    """
    levels = frame_levels_db(first), frame_levels_db(second)
    if min(np.percentile(levels[0], 95), np.percentile(levels[1], 95)) < SILENT_DB:
        return False
    louder = np.maximum(*levels)
    difference = (levels[0] - levels[1])[louder > np.percentile(louder, 95) - _ACTIVE_DB]
    usual = float(np.median(difference))
    if abs(usual) > DUAL_MONO_LEVEL_DB or np.mean(np.abs(difference - usual) <= _STEADY_DB) < _STEADY_SHARE:
        return False
    part = _loudest_part(louder)
    return correlation(first[part], second[part]) >= DUAL_MONO_CORRELATION


def correlation(first: Samples, second: Samples) -> float:
    """The largest absolute correlation of two signals over shifts of up to 20 ms; 0 where one is constant."""
    a, b = (x.astype(np.float32) - np.float32(np.mean(x, dtype=np.float64)) for x in (first, second))
    norm = float(np.sqrt(np.sum(a * a, dtype=np.float64) * np.sum(b * b, dtype=np.float64)))
    return float(np.max(np.abs(_cross(a, b)))) / norm if norm else 0.0


def _cross(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    """Cross-correlation at shifts of -20 to 20 ms."""
    size = 1 << (a.size + _MAX_LAG).bit_length()
    product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return np.concatenate([product[-_MAX_LAG:], product[: _MAX_LAG + 1]])


def _loudest_part(levels: NDArray[np.float32], seconds: float = 20.0) -> slice:
    width = min(levels.size, int(seconds / FRAME_S))
    sums = np.convolve(10.0 ** (levels / 10.0), np.ones(width), mode="valid")
    start = int(np.argmax(sums)) * FRAME
    return slice(start, start + width * FRAME)
