"""How each party sounds: loudness by second, clipping, pitch; measured on its speech alone.

Levels are taken from the recording as it was decoded, before quiet channels are amplified. Pitch is found by
YIN (de Cheveigné and Kawahara 2002) at 8 kHz, which is all that a telephone carries; a frame counts as voiced
when the sound repeats itself at the period found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.domain import PartySound, Role, SpeechSpan
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.pitch import yin
from qa_toolkit.transcription.spool import release

if TYPE_CHECKING:
    from qa_toolkit.transcription.voice_activity import Span

CLIPPED_FROM = 32_000
"""Samples at least this far out (of 32,768) count as clipped; the loudest code of µ-law is 32,124."""
NOTABLE_CLIPPING = 0.01
"""Share of clipped samples from which it is reported; undistorted speech has next to none."""
SECOND_SPEECH_S = 0.2
"""A second of the recording with less speech of a party has no level of its own."""
MIN_DBFS = -96.0

PITCH_RATE_HZ = 8_000
LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ = 65.0, 400.0
HOP = 80
FRAME = 512
VOICED_FROM = 0.5
"""Least correlation of a frame with itself one period later."""
VOICED_LEVEL_DB = 30.0
"""Frames this far below the loud frames of their block hold no voice worth a pitch."""
_BLOCK_S = 60.0
_WINDOW = FRAME // 2


def party_sounds(
    channels: Sequence[Samples],
    speech: Sequence[SpeechSpan],
    on_progress: Callable[[float], None] | None = None,
) -> tuple[PartySound, ...]:
    """The sound of each party whose role is known, in order of channel and role.

    Speech of two parties at the same time on the same channel belongs to neither and is left out, so that on
    one channel nobody is measured by the other's voice. A party without any speech of its own is listed with
    0 s of speech.

    Args:
        channels: 16-bit samples at 16 kHz by channel of the file.
        speech: where each party speaks.
        on_progress: told the fraction done, 0 to 1.
    """
    spans: dict[tuple[int, Role], list[Span]] = {}
    for span in speech:
        spans.setdefault((span.channel, span.role), []).append((span.start_s, span.end_s))
    asked: list[tuple[int, Role, list[tuple[int, int]]]] = []
    for (channel, role), own in sorted(spans.items()):
        if role is Role.UNKNOWN or channel >= len(channels):
            continue
        others = [s for (at, who), theirs in spans.items() if at == channel and who != role for s in theirs]
        asked.append((channel, role, _samples_of(own, others, channels[channel].size)))
    total = sum(_size(pieces) for _, _, pieces in asked)
    heard = 0

    def told(size: int) -> None:
        nonlocal heard
        heard += size
        if on_progress is not None:
            on_progress(heard / total)

    return tuple(_sound_of(channels[channel], pieces, role, channel, told) for channel, role, pieces in asked)


def clipping_notes(sounds: Sequence[PartySound]) -> tuple[str, ...]:
    """A warning for each party whose speech was recorded too loud for its format."""
    return tuple(
        f"the {sound.role.value}'s speech on channel {sound.channel} is clipped: {sound.clipped_share:.1%} "
        "of its samples are at the limit, so it was louder than measured and may be misheard"
        for sound in sounds
        if sound.clipped_share is not None and sound.clipped_share >= NOTABLE_CLIPPING
    )


def _size(pieces: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in pieces)


def _sound_of(
    samples: Samples,
    pieces: Sequence[tuple[int, int]],
    role: Role,
    channel: int,
    told: Callable[[int], None],
) -> PartySound:
    count = _size(pieces)
    clipped = 0
    for start, end in pieces:
        clipped += int(np.count_nonzero(_is_clipped(samples[start:end])))
        release(samples)
    pitches = _pitches(samples, pieces, told)
    hertz, spread = pitch_summary(pitches)
    return PartySound(
        role=role,
        channel=channel,
        speech_s=round(count / SAMPLE_RATE_HZ, 3),
        loudness_by_second_dbfs=_levels_by_second(samples, pieces),
        clipped_share=round(clipped / count, 6) if count else None,
        voiced_s=round(pitches.size * HOP / PITCH_RATE_HZ, 3),
        pitch_hz=hertz,
        pitch_spread_semitones=spread,
    )


def _samples_of(own: Sequence[Span], others: Sequence[Span], size: int) -> list[tuple[int, int]]:
    """Sample ranges of a party's own speech, tidy, without those in which others speak."""
    edges: list[tuple[int, int, int]] = []
    for kind, spans in ((0, own), (1, others)):
        for start_s, end_s in spans:
            start, end = (min(size, max(0, round(s * SAMPLE_RATE_HZ))) for s in (start_s, end_s))
            edges += [(start, kind, 1), (end, kind, -1)]
    depth = [0, 0]
    pieces: list[tuple[int, int]] = []
    before = 0
    for at, kind, step in sorted(edges):
        if depth[0] > 0 and depth[1] == 0 and at > before:
            joins = bool(pieces) and pieces[-1][1] == before
            pieces[-1:] = [(pieces[-1][0], at)] if joins else [*pieces[-1:], (before, at)]
        depth[kind] += step
        before = at
    return pieces


def _is_clipped(samples: Samples) -> NDArray[np.bool_]:
    clipped: NDArray[np.bool_] = (samples >= CLIPPED_FROM) | (samples <= -CLIPPED_FROM)
    return clipped


def _levels_by_second(samples: Samples, pieces: Sequence[tuple[int, int]]) -> tuple[float | None, ...]:
    """20 log10(RMS / 32768) of the speech in each second, up to the last one with speech."""
    power: dict[int, tuple[float, int]] = {}
    for start, end in pieces:
        for second in range(start // SAMPLE_RATE_HZ, -(-end // SAMPLE_RATE_HZ)):
            low, high = second * SAMPLE_RATE_HZ, (second + 1) * SAMPLE_RATE_HZ
            part = samples[max(start, low) : min(end, high)].astype(np.float64)
            release(samples)
            total, count = power.get(second, (0.0, 0))
            # Not a dot product: those round differently with the number of threads.
            power[second] = total + float(np.sum(np.square(part))), count + part.size
    enough = {
        second: _dbfs(total / count)
        for second, (total, count) in power.items()
        if count >= SECOND_SPEECH_S * SAMPLE_RATE_HZ
    }
    return tuple(enough.get(second) for second in range(max(enough, default=-1) + 1))


def _dbfs(mean_square: float) -> float:
    if mean_square <= 0.0:
        return MIN_DBFS
    return round(max(MIN_DBFS, 10.0 * math.log10(mean_square / 32768.0**2)), 1)


def pitch_summary(pitches: NDArray[np.float64]) -> tuple[float | None, float | None]:
    """The median pitch in hertz and its spread: the standard deviation in semitones about the median.

    Frames more than an octave from the median are taken for errors of the pitch finder and left out of the
    spread. None where nothing is voiced.
    """
    if not pitches.size:
        return None, None
    middle = float(np.median(pitches))
    semitones = 12.0 * np.log2(pitches / middle)
    near = semitones[np.abs(semitones) <= 12.0]
    return round(middle, 1), round(float(np.std(near)), 2)


def _pitches(
    samples: Samples, pieces: Sequence[tuple[int, int]], told: Callable[[int], None]
) -> NDArray[np.float64]:
    """The pitch of every voiced frame; ``told`` is told how many samples more were heard."""
    found = []
    for block in _blocks(pieces):
        found.append(_voiced_pitches(samples, block))
        told(_size(block))
    return np.concatenate(found) if found else np.zeros(0)


def _blocks(pieces: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The pieces in blocks of at most a minute of speech, so that a call of six hours fits into memory."""
    limit = int(_BLOCK_S * SAMPLE_RATE_HZ)
    block: list[tuple[int, int]] = []
    filled = 0
    for start, end in pieces:
        for low in range(start, end, limit):
            high = min(end, low + limit)
            if filled + high - low > limit and block:
                yield block
                block, filled = [], 0
            block.append((low, high))
            filled += high - low
    if block:
        yield block


def _voiced_pitches(samples: Samples, block: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    sound, whole = _at_pitch_rate(samples, block)
    if not whole.any():
        return np.zeros(0)
    hertz = yin(sound, PITCH_RATE_HZ, LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ, frame=FRAME, hop=HOP)[: whole.size]
    starts = np.flatnonzero(whole[: hertz.size]) * HOP
    hertz = hertz[starts // HOP]
    levels, likeness = _likeness(sound, starts, np.rint(PITCH_RATE_HZ / hertz).astype(np.intp))
    loud = levels >= np.percentile(levels, 95.0) * 10.0 ** (-VOICED_LEVEL_DB / 10.0)
    inside = (hertz > LOWEST_PITCH_HZ * 1.01) & (hertz < HIGHEST_PITCH_HZ * 0.99)
    voiced: NDArray[np.float64] = hertz[loud & inside & (likeness >= VOICED_FROM) & (levels > 0)]
    return voiced.astype(np.float64)


def _at_pitch_rate(
    samples: Samples, block: Sequence[tuple[int, int]]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The block's sound in one row at 8 kHz, and which frames lie within one piece of it."""
    joined = np.concatenate([samples[start:end] for start, end in block]).astype(np.float32) / 32768.0
    release(samples)
    sound = np.convolve(joined, _low_pass())[::2][15 // 2 :][: joined.size // 2]
    frames = max(0, (sound.size - FRAME) // HOP + 1)
    whole = np.ones(frames, dtype=np.bool_)
    edge = 0
    for start, end in block[:-1]:
        edge += (end - start) // 2
        whole[max(0, -(-(edge - FRAME) // HOP)) : -(-edge // HOP)] = False
    return sound.astype(np.float32), whole


@cache
def _low_pass() -> NDArray[np.float32]:
    """31 taps that pass what lies below 3400 Hz: a sinc under a Hamming window, as scipy's ``firwin``."""
    at = np.arange(31) - 15
    taps = np.sinc(2.0 * 3400.0 / SAMPLE_RATE_HZ * at) * (0.54 + 0.46 * np.cos(np.pi * at / 15))
    scaled: NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return scaled


def _likeness(
    sound: NDArray[np.float32], starts: NDArray[np.intp], lags: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Power of each frame and its correlation (-1 to 1) with the sound one period later."""
    columns = np.arange(_WINDOW)
    first = sound[starts[:, None] + columns].astype(np.float64)
    later = sound[np.minimum(starts[:, None] + lags[:, None] + columns, sound.size - 1)].astype(np.float64)
    energy, energy_later = np.sum(first * first, axis=1), np.sum(later * later, axis=1)
    norm = np.sqrt(energy * energy_later)
    likeness = np.sum(first * later, axis=1) / np.where(norm > 0.0, norm, 1.0)
    return energy / _WINDOW, likeness
