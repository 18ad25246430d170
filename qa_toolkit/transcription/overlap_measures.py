"""What tells two voices at once from one, window by window: compared with mixtures of this call's own voices.

A mixture of two voices lies near neither in the space of the speaker embedder, and so does a window in which
one voice follows the other. What both look like is made from the call itself: clean pieces of each voice,
added at several levels, and put one after the other, are embedded like any window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.overlap_sound import LEVELS, SPECTRAL, sound_measures
from qa_toolkit.transcription.speaker_embedding import (
    NEEDED_SAMPLES,
    WINDOW_SAMPLES,
    Floats,
    embed,
    unit_length,
)
from qa_toolkit.transcription.voice_vectors import (
    Labels,
    Span,
    Vectors,
    VoiceWindows,
    dither_of,
    dithered,
)

MIXED_AT_DB = (-6.0, -3.0, 0.0, 3.0, 6.0)
"""How much louder the second voice of a mixture is made than it was."""
WINDOWS_A_MIXTURE = 40
FEWEST_MIXTURES, MOST_MIXTURES = 8, 32
"""One mixture and one succession for so many windows, so that making them costs a twentieth of the rest."""
_CLEAN = 24
_CLEAREST = 0.7
_SAME_AROUND = (3, 1, 0)
_NEAREST_MIXED, _NEAREST_CLEAN = 4, 5
_RIDGE = 3.0
_BLOCK = 8192
_FAR_S = 3.0
_EDGE_S, _LONG_S = 2.0, 10.0
_AROUND = {"": (0,), ".mean": (-1, 0, 1), ".before": (-4, -3, -2), ".after": (2, 3, 4)}
_LIKENESSES = (
    "nearest_voice",
    "second_voice",
    "mixed_over_voice",
    "mixed_over_pieces",
    "after_over_mixed",
    "both",
)

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ToldApart:
    """The windows of a call once each has a voice.

    Attributes:
        raw: a vector of length 1 for each window, before smoothing over time.
        labels: whose window it is.
        means: the mean voices, in the order of the labels.
    """

    windows: VoiceWindows
    raw: Vectors
    labels: Labels
    means: Floats


@dataclass(frozen=True, slots=True)
class Templates:
    """What one voice (windows ``clean``), one after the other and both at once look like in this call."""

    clean: tuple[NDArray[np.int64], ...]
    alone: Floats
    after: Floats
    mixed: Floats


def overlap_measures(
    samples: Samples, spans: Sequence[Span], told: ToldApart, embedder: Path
) -> dict[str, Values]:
    """All measures the detector may use, by name, one value a window; there have to be two voices or more.

    Raises:
        EnvironmentProblemError: the embedder cannot be used.
    """
    templates = templates_of(samples, told, embedder)
    alone = np.concatenate(templates.clean)
    found = _around(_likenesses(told, templates), told.windows.spans)
    found |= _places(spans, told)
    sound = sound_measures(samples, told.windows)
    for name in (f"{measure}.{reach}" for measure in SPECTRAL for reach in ("near", "wide")):
        found[name] = sound[name]
        found[f"{name}.relative"] = (sound[name] - np.median(sound[name][alone])) / (
            sound[name][alone].std() + 1e-3
        )
    usual = np.array([np.median(sound["top.wide"][told.labels == voice]) for voice in range(len(told.means))])
    for name in (f"{measure}.{reach}" for measure in LEVELS for reach in ("near", "wide")):
        found[name] = sound[name] - (0.0 if name.startswith("spread") else usual[told.labels])
    found["level_difference"] = np.full(told.labels.size, usual.max() - usual.min())
    return {name: np.asarray(values, dtype=np.float32) for name, values in found.items()}


def templates_of(samples: Samples, told: ToldApart, embedder: Path) -> Templates:
    """Clean windows of each voice, and the vectors of pieces of them put together two by two."""
    clean = tuple(_clean_windows(told, voice) for voice in range(len(told.means)))
    pairs = list(combinations(range(len(clean)), 2))
    wanted = told.labels.size // WINDOWS_A_MIXTURE // len(pairs)
    count = min(max(wanted, FEWEST_MIXTURES), MOST_MIXTURES)
    noise = dither_of(samples)
    starts = np.round(told.windows.centres_s * SAMPLE_RATE_HZ).astype(int) - WINDOW_SAMPLES // 2
    mixed: list[Floats] = []
    after: list[Floats] = []
    for first, second in pairs:
        for number in range(count):
            ones, others = clean[first], clean[second]
            one = _piece(samples, int(starts[ones[number % ones.size]]), noise)
            other = _piece(samples, int(starts[others[(number * 7 + 3) % others.size]]), noise)
            gain = np.float32(10.0 ** (MIXED_AT_DB[number % len(MIXED_AT_DB)] / 20.0))
            mixed.append(one + other * gain)
            begins, follows = (one, other) if number % 2 else (other, one)
            cut = int(WINDOW_SAMPLES * (0.3 + 0.4 * number / count))
            after.append(np.concatenate([begins[:cut], follows[: NEEDED_SAMPLES - cut]]))
    alone = told.raw[np.concatenate(clean)].astype(np.float32)
    return Templates(clean, alone, _embedded(after, embedder), _embedded(mixed, embedder))


def _embedded(pieces: Sequence[Floats], embedder: Path) -> Floats:
    starts = [number * NEEDED_SAMPLES for number in range(len(pieces))]
    return embed(np.concatenate(pieces), starts, embedder)


def _piece(samples: Samples, start: int, noise: float) -> Floats:
    piece = dithered(samples, max(0, start), max(0, start) + NEEDED_SAMPLES, noise)
    return np.pad(piece, (0, NEEDED_SAMPLES - piece.size))


def _clean_windows(told: ToldApart, voice: int) -> NDArray[np.int64]:
    """Windows amid a voice's own that are most like it and least like the others, evenly over the call."""
    runs = np.flatnonzero((np.diff(told.labels) != 0) | (np.diff(told.windows.spans) != 0)) + 1
    at = np.arange(told.labels.size)
    inward = np.searchsorted(runs, at, side="right")
    edges = np.concatenate([[0], runs, [told.labels.size]])
    amid = np.minimum(at - edges[inward], edges[inward + 1] - 1 - at)
    own = told.labels == voice
    within = [np.flatnonzero(own & (amid >= around)) for around in _SAME_AROUND]
    chosen = next((windows for windows in within if windows.size >= 4), within[-1])
    likeness = told.raw[chosen].astype(np.float32) @ told.means.T
    lead = likeness[:, voice] - np.delete(likeness, voice, axis=1).max(axis=1)
    clearest = np.argsort(-lead, kind="stable")[: max(4, int(_CLEAREST * chosen.size))]
    kept = np.sort(chosen[clearest])
    return np.asarray(kept[np.linspace(0, kept.size - 1, min(_CLEAN, kept.size)).astype(int)])


def _likenesses(told: ToldApart, templates: Templates) -> dict[str, Values]:
    """How near each window lies to the voices, to mixtures of them and to one after the other."""
    mean_mixed = unit_length(templates.mixed.mean(axis=0))
    mean_after = unit_length(templates.after.mean(axis=0))
    middle, direction = _both_direction(templates)
    parts: list[list[Values]] = []
    for first in range(0, len(told.raw), _BLOCK):
        vectors = told.raw[first : first + _BLOCK].astype(np.float32)
        voices = np.sort(vectors @ told.means.T, axis=1)
        mixed, after = vectors @ mean_mixed, vectors @ mean_after
        pieces = _nearest(vectors @ templates.mixed.T, _NEAREST_MIXED) - _nearest(
            vectors @ templates.alone.T, _NEAREST_CLEAN
        )
        both = np.asarray((vectors - middle) @ direction, dtype=np.float32)
        parts.append([voices[:, -1], voices[:, -2], mixed - voices[:, -1], pieces, after - mixed, both])
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return dict(zip(_LIKENESSES, columns, strict=True))


def _nearest(likeness: Values, count: int) -> Values:
    """Mean likeness of the nearest few."""
    kept = min(count, likeness.shape[1])
    return np.asarray(np.partition(likeness, -kept, axis=1)[:, -kept:].mean(axis=1))


def _both_direction(templates: Templates) -> tuple[Floats, Floats]:
    """Ridge regression of mixtures against everything else in this call (Hoerl and Kennard 1970)."""
    vectors = np.concatenate([templates.alone, templates.after, templates.mixed]).astype(np.float64)
    mixed = np.arange(len(vectors)) >= len(vectors) - len(templates.mixed)
    middle = vectors.mean(axis=0)
    centred = vectors - middle
    # The dual form solves as many equations as there are pieces: fewer than a vector has numbers.
    weights = np.linalg.solve(centred @ centred.T + _RIDGE * np.eye(len(vectors)), mixed - mixed.mean())
    return middle.astype(np.float32), (centred.T @ weights).astype(np.float32)


def _around(measures: dict[str, Values], spans: Labels) -> dict[str, Values]:
    """Each measure at the window and averaged over neighbours of the same span of speech."""
    found: dict[str, Values] = {}
    at = np.arange(spans.size)
    for suffix, offsets in _AROUND.items():
        places = at[:, None] + np.array(offsets)
        inside = (places >= 0) & (places < spans.size)
        places = np.clip(places, 0, spans.size - 1)
        inside &= spans[places] == spans[:, None]
        count = inside.sum(axis=1)
        for name, values in measures.items():
            total = np.where(inside, values[places], 0.0).sum(axis=1)
            found[name + suffix] = np.where(count > 0, total / np.maximum(count, 1), values)
    return found


def _places(spans: Sequence[Span], told: ToldApart) -> dict[str, Values]:
    """Seconds to the next change of speaker and to the edge of the speech, and its length; cut off."""
    centres = told.windows.centres_s
    changed = np.flatnonzero(np.diff(told.labels))
    changes = np.concatenate([[-np.inf], (centres[changed] + centres[changed + 1]) / 2, [np.inf]])
    after = np.searchsorted(changes, centres)
    to_change = np.minimum(centres - changes[after - 1], changes[after] - centres)
    edges = np.array(spans)[told.windows.spans]
    to_edge = np.minimum(centres - edges[:, 0], edges[:, 1] - centres)
    return {
        "to_change": np.minimum(to_change, _FAR_S),
        "to_edge": np.minimum(to_edge, _EDGE_S),
        "speech_length": np.minimum(edges[:, 1] - edges[:, 0], _LONG_S),
    }
