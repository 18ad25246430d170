"""Telling the speakers of a one-channel recording apart: embed, cluster, smooth over time.

Windows of speech are embedded, grouped by Ward's method (Ward 1963), drawn to the nearest of the groups' mean
voices, and smoothed by the Viterbi algorithm (Viterbi 1967): a change of speaker costs more in the middle
of speech than across a pause. Each moment has one label; where two voices are heard at once is found apart
from that (``overlap.py``).
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from qa_toolkit.errors import UsageError
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.overlap import Overlap, find_overlaps
from qa_toolkit.transcription.overlap_measures import ToldApart
from qa_toolkit.transcription.speaker_embedding import Floats, unit_length
from qa_toolkit.transcription.voice_vectors import (
    WINDOW_HOP_S,
    Labels,
    Vectors,
    VoiceWindows,
    smoothed,
    voice_vectors,
    windows_along,
)

SAME_VOICE_COSINE = 0.96
"""Mean voices closer than this are one voice."""
SHORT_VOICE_S = 4.0
SHORT_VOICE_COSINE = 0.8
"""A voice heard for less than that time must differ more: odd windows of one voice look like another."""
MIN_VOICE_S = 1.0
"""A voice that is heard for less is not told from the others."""
MIN_ANNOUNCEMENT_S = 2.0
ANNOUNCEMENT_COSINE = 0.75
"""A voice that only opens the call and is farther than this from all others is an announcement."""
_FIT = 6.0
_CHANGE_COST = 1.0
_CHANGE_COST_AT_PAUSE = 0.1
_CLUSTERED_WINDOWS = 2000
_FITTED_WINDOWS = 6000
"""So many windows (20 minutes of speech) say how voices sound; of a longer call they are chosen evenly."""
_BLOCK = 8192
_WINDOWS_PER_GROUP = 8
_EXCESSES = (1, 1.5, 3, 6)


@dataclass(frozen=True, slots=True)
class SpeakerSpan:
    """A stretch of speech of one speaker; speakers are numbered from 0 in the order they are first heard."""

    speaker: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Diarisation:
    """Who speaks: spans that do not overlap, and where a second voice is probably heard, too."""

    spans: tuple[SpeakerSpan, ...]
    overlaps: tuple[Overlap, ...] = ()

    @property
    def voices(self) -> tuple[SpeakerSpan, ...]:
        """The spans and, in each overlap, a span of the voice that has no other there; in order of time."""
        starts = [span.start_s for span in self.spans]
        added = [
            SpeakerSpan(speaker, low, high)
            for overlap in self.overlaps
            for near in [
                self.spans[max(0, bisect(starts, overlap.start_s) - 1) : bisect(starts, overlap.end_s)]
            ]
            for speaker in overlap.speakers
            for low, high in _without(overlap, [span for span in near if span.speaker == speaker])
        ]
        return tuple(sorted((*self.spans, *added), key=lambda span: (span.start_s, span.end_s, span.speaker)))


def _without(overlap: Overlap, own: Sequence[SpeakerSpan]) -> list[tuple[float, float]]:
    """The parts of an overlap in which a speaker with these spans has none."""
    parts, at = [], overlap.start_s
    for span in own:
        parts.append((at, min(span.start_s, overlap.end_s)))
        at = max(at, span.end_s)
    parts.append((at, overlap.end_s))
    return [(low, high) for low, high in parts if high > low]


def diarise(
    samples: Samples,
    speech: Sequence[tuple[float, float]],
    *,
    speakers: int = 2,
    embedder: Path,
    on_progress: Callable[[float], None] | None = None,
) -> tuple[SpeakerSpan, ...]:
    """Who speaks in each span of speech, one at a time: the spans of :func:`tell_apart`."""
    found = tell_apart(
        samples, speech, speakers=speakers, embedder=embedder, overlaps=False, on_progress=on_progress
    )
    return found.spans


def tell_apart(
    samples: Samples,
    speech: Sequence[tuple[float, float]],
    *,
    speakers: int = 2,
    embedder: Path,
    overlaps: bool = True,
    on_progress: Callable[[float], None] | None = None,
) -> Diarisation:
    """Who speaks in each span of speech, and where two do at once; the same input gives the same output.

    Fewer speakers come back where fewer voices are heard: nearly equal voices, and a voice heard for a moment
    only, are not told apart. One more comes back where a distinct voice only opens the call, as a recorded
    announcement does.

    Args:
        samples: mono, 16-bit, 16 kHz; may lie in a file.
        speech: spans in which somebody speaks, in seconds; overlapping ones are joined.
        speakers: how many people take part in the conversation.
        embedder: file of the model ``speaker-embedder``.
        overlaps: whether to look for places where two voices are heard at once.
        on_progress: told the fraction done, 0 to 1; nearly all of the work is one vector a window.

    Returns:
        Spans in order of time that do not overlap and together cover ``speech``; empty without speech.

    Raises:
        UsageError: fewer than one speaker was asked for.
        EnvironmentProblemError: the embedder cannot be used.
    """
    if speakers < 1:
        raise UsageError(f"{speakers} speakers cannot be told apart", "speakers", "ask for 1 or more")
    joined = joined_speech(speech, samples.size / SAMPLE_RATE_HZ)
    if not joined or speakers == 1:
        return Diarisation(tuple(SpeakerSpan(0, start, end) for start, end in joined))
    told = windows_told_apart(samples, joined, speakers, embedder, on_progress)
    spans = _spans_of(joined, told.windows, told.labels)
    return Diarisation(spans, find_overlaps(samples, joined, told, embedder) if overlaps else ())


def windows_told_apart(
    samples: Samples,
    spans: Sequence[tuple[float, float]],
    speakers: int,
    embedder: Path,
    on_progress: Callable[[float], None] | None = None,
) -> ToldApart:
    """The windows along spans of speech that do not overlap, each with its voice."""
    windows = windows_along(spans)
    raw = voice_vectors(samples, windows, embedder, on_progress)
    vectors = smoothed(raw, windows)
    labels = _in_order_heard(_voices(vectors, windows, speakers))
    return ToldApart(windows, raw, labels, _means_of_all(vectors, labels))


def joined_speech(speech: Sequence[tuple[float, float]], duration_s: float) -> list[tuple[float, float]]:
    """Spans in order that do not overlap and lie within the recording."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted((max(0.0, a), min(b, duration_s)) for a, b in speech):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _voices(vectors: Vectors, windows: VoiceWindows, speakers: int) -> Labels:
    """A speaker for each window."""
    chosen = np.linspace(0, len(vectors) - 1, min(len(vectors), _FITTED_WINDOWS)).astype(int)
    few = vectors[chosen].astype(np.float32)
    each_s = WINDOW_HOP_S * len(vectors) / len(few)
    opening = _opening_voice(few, speakers, each_s)
    means = _voices_heard(few[opening:], windows.spans[chosen[opening:]], speakers, each_s)
    first = int(chosen[opening])
    labels = np.zeros(len(vectors), dtype=np.int64)
    labels[first:] = 1 if opening else 0
    if len(means) > 1:
        labels[first:] += _most_likely(_likeness(vectors[first:], means), windows.spans[first:])
    return labels


def _opening_voice(vectors: Floats, speakers: int, each_s: float) -> int:
    """How many windows at the start belong to a voice that is not heard again; 0 when there is none."""
    if len(vectors) < 4 * (speakers + 1):
        return 0
    labels, means = _drawn_in(vectors, _mean_voices(vectors, speakers + 1, 1))
    own = labels == labels[0]
    run = len(own) if own.all() else int(np.argmin(own))
    others = [mean for voice, mean in enumerate(means) if voice != labels[0]]
    if run == len(own) or not others or own.sum() - run > max(1, run // 10):
        return 0
    far = max(float(mean @ means[labels[0]]) for mean in others) < ANNOUNCEMENT_COSINE
    return run if far and run * each_s >= MIN_ANNOUNCEMENT_S else 0


def _voices_heard(vectors: Floats, spans: Labels, speakers: int, each_s: float) -> Floats:
    """Mean voices: as many as asked for, fewer where those are not clearly apart; one is as good as none."""
    wanted = min(speakers, len(vectors))
    while wanted > 1:
        labels, means = _grouped(vectors, spans, wanted)
        heard_s = np.bincount(labels, minlength=len(means)) * each_s
        likeness = float((means @ means.T - 2 * np.eye(len(means))).max())
        limit = SAME_VOICE_COSINE if heard_s.min() >= SHORT_VOICE_S else SHORT_VOICE_COSINE
        if heard_s.min() >= MIN_VOICE_S and likeness < limit:
            return means
        wanted -= 1
    return vectors[:1]


def _likeness(vectors: Vectors, means: Floats) -> Floats:
    """Cosine of each window to each mean voice."""
    parts = [
        vectors[first : first + _BLOCK].astype(np.float32) @ means.T
        for first in range(0, len(vectors), _BLOCK)
    ]
    return np.concatenate(parts)


def _grouped(vectors: Floats, spans: Labels, groups: int) -> tuple[Labels, Floats]:
    """Of several groupings the one that explains the call best.

    Ward's method would sooner cut a long speaker in two than keep one who hardly speaks; making more groups
    and joining the most alike mends that. Which is right, likeness alone does not say: two manners of one
    voice may lie as far apart as two voices. But nobody becomes another person in the middle of speech, so
    likeness counts less the cost of such changes: the sum that the smoothing makes largest, too.
    """
    found = [_drawn_in(vectors, _mean_voices(vectors, groups, excess)) for excess in _EXCESSES]
    return max(found, key=lambda grouping: _worth(vectors @ grouping[1].T, spans))


def _worth(likeness: Floats, spans: Labels) -> float:
    """Sum of the likeness along the best sequence of voices, less the cost of its changes."""
    labels = _most_likely(likeness, spans)
    costs = np.where(np.diff(spans) == 0, _CHANGE_COST, _CHANGE_COST_AT_PAUSE)[np.diff(labels) != 0]
    return float(_FIT * likeness[np.arange(labels.size), labels].sum() - costs.sum())


def _mean_voices(vectors: Floats, groups: int, excess: float) -> Floats:
    from scipy.cluster.hierarchy import fcluster, ward

    # Ward needs all pairs; of a very long call an even selection is grouped, then all windows are drawn in.
    chosen = vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), _CLUSTERED_WINDOWS)).astype(int)]
    first = max(groups, min(round(groups * excess), len(chosen) // _WINDOWS_PER_GROUP))
    parts = fcluster(ward(chosen), first, criterion="maxclust")
    sums = [chosen[parts == part].sum(axis=0) for part in np.unique(parts)]
    while len(sums) > groups:
        means = unit_length(np.stack(sums))
        likeness = np.triu(means @ means.T, 1) - np.tri(len(sums))
        one, other = divmod(int(likeness.argmax()), len(sums))
        sums[one] = sums[one] + sums.pop(other)
    return unit_length(np.stack(sums))


def _drawn_in(vectors: Floats, means: Floats) -> tuple[Labels, Floats]:
    """Each window to the nearest mean voice until nothing moves."""
    labels = np.asarray((vectors @ means.T).argmax(axis=1))
    for _ in range(10):
        means = _means(vectors, labels, len(means))
        moved = np.asarray((vectors @ means.T).argmax(axis=1))
        if (moved == labels).all():
            break
        labels = moved
    return labels, means


def _means(vectors: Floats, labels: Labels, groups: int) -> Floats:
    return unit_length(np.stack([vectors[labels == voice].sum(axis=0) for voice in range(groups)]))


def _means_of_all(vectors: Vectors, labels: Labels) -> Floats:
    """The mean voice of each label; a part of the windows at a time, for a long call has many."""
    voices = np.arange(int(labels.max()) + 1)
    sums = np.zeros((voices.size, vectors.shape[1]), dtype=np.float32)
    for first in range(0, len(vectors), _BLOCK):
        own = labels[first : first + _BLOCK] == voices[:, None]
        sums += own.astype(np.float32) @ vectors[first : first + _BLOCK].astype(np.float32)
    return unit_length(sums)


def _most_likely(likeness: Floats, spans: Labels) -> Labels:
    """The sequence of voices with the best sum of likeness less the cost of changes (Viterbi 1967)."""
    count, voices = likeness.shape
    best = np.zeros((count, voices))
    came_from = np.zeros((count, voices), dtype=np.int64)
    best[0] = _FIT * likeness[0]
    changed = 1.0 - np.eye(voices)
    for at in range(1, count):
        cost = _CHANGE_COST if spans[at] == spans[at - 1] else _CHANGE_COST_AT_PAUSE
        ways = best[at - 1][:, None] - cost * changed
        came_from[at] = ways.argmax(axis=0)
        best[at] = ways.max(axis=0) + _FIT * likeness[at]
    labels = np.zeros(count, dtype=np.int64)
    labels[-1] = best[-1].argmax()
    for at in range(count - 1, 0, -1):
        labels[at - 1] = came_from[at][labels[at]]
    return labels


def _in_order_heard(labels: Labels) -> Labels:
    """The same voices, numbered from 0 in the order they are first heard."""
    _, first, at = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[at], dtype=np.int64)


def _spans_of(
    spans: Sequence[tuple[float, float]], windows: VoiceWindows, labels: Labels
) -> tuple[SpeakerSpan, ...]:
    """Labelled windows as spans; within speech the speaker changes half-way between two windows."""
    found: list[SpeakerSpan] = []
    for index, (start, end) in enumerate(spans):
        own = np.flatnonzero(windows.spans == index)
        turns = [int(at) for at in own[1:] if labels[at] != labels[at - 1]]
        changes = [float(windows.centres_s[at - 1] + windows.centres_s[at]) / 2 for at in turns]
        voices = [int(labels[own[0]]), *(int(labels[at]) for at in turns)]
        for voice, (low, high) in zip(voices, pairwise([start, *changes, end]), strict=True):
            found.append(SpeakerSpan(voice, low, high))
    return tuple(found)
