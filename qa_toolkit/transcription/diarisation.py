"""Telling the speakers of a one-channel recording apart: embed, cluster, smooth over time.

Windows of speech are embedded, grouped by Ward's method (Ward 1963), drawn to the nearest of the groups' mean
voices, and smoothed by the Viterbi algorithm (Viterbi 1967): a change of speaker costs more in the middle
of speech than across a pause. One label at a time: two voices at once get one of the two labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from qa_toolkit.domain.transcript import Word
from qa_toolkit.errors import UsageError
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.speaker_embedding import Floats, unit_length
from qa_toolkit.transcription.voice_vectors import (
    WINDOW_HOP_S,
    Labels,
    Vectors,
    VoiceWindows,
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
_PHRASE_PAUSE_S = 0.3
_PHRASE_MAJORITY = 2 / 3
_NEAR = (1, 2)
_SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")


@dataclass(frozen=True, slots=True)
class SpeakerSpan:
    """A stretch of speech of one speaker; speakers are numbered from 0 in the order they are first heard."""

    speaker: int
    start_s: float
    end_s: float


def diarise(
    samples: Samples,
    speech: Sequence[tuple[float, float]],
    *,
    speakers: int = 2,
    embedder: Path,
    on_progress: Callable[[float], None] | None = None,
) -> tuple[SpeakerSpan, ...]:
    """Who speaks in each span of speech; the same input gives the same output.

    Fewer speakers come back where fewer voices are heard: nearly equal voices, and a voice heard for a moment
    only, are not told apart. One more comes back where a distinct voice only opens the call, as a recorded
    announcement does.

    Args:
        samples: mono, 16-bit, 16 kHz; may lie in a file.
        speech: spans in which somebody speaks, in seconds; overlapping ones are joined.
        speakers: how many people take part in the conversation.
        embedder: file of the model ``speaker-embedder``.
        on_progress: told the fraction done, 0 to 1; nearly all of the work is one vector a window.

    Returns:
        Spans in order of time that do not overlap and together cover ``speech``; empty without speech.

    Raises:
        UsageError: fewer than one speaker was asked for.
        EnvironmentProblemError: the embedder cannot be used.
    """
    if speakers < 1:
        raise UsageError(f"{speakers} speakers cannot be told apart", "speakers", "ask for 1 or more")
    spans = _joined(speech, samples.size / SAMPLE_RATE_HZ)
    if not spans or speakers == 1:
        return tuple(SpeakerSpan(0, start, end) for start, end in spans)
    windows = windows_along(spans)
    vectors = voice_vectors(samples, windows, embedder, on_progress)
    return _spans_of(spans, windows, _voices(vectors, windows, speakers))


def _joined(speech: Sequence[tuple[float, float]], duration_s: float) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in sorted((max(0.0, a), min(b, duration_s)) for a, b in speech):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


# --- voices ------------------------------------------------------------------------------------------------


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


def _spans_of(
    spans: Sequence[tuple[float, float]], windows: VoiceWindows, labels: Labels
) -> tuple[SpeakerSpan, ...]:
    """Labelled windows as spans; within speech the speaker changes half-way between two windows."""
    number: dict[int, int] = {}
    found: list[SpeakerSpan] = []
    for index, (start, end) in enumerate(spans):
        own = np.flatnonzero(windows.spans == index)
        turns = [int(at) for at in own[1:] if labels[at] != labels[at - 1]]
        changes = [float(windows.centres_s[at - 1] + windows.centres_s[at]) / 2 for at in turns]
        voices = [int(labels[own[0]]), *(int(labels[at]) for at in turns)]
        for voice, (low, high) in zip(voices, pairwise([start, *changes, end]), strict=True):
            found.append(SpeakerSpan(number.setdefault(voice, len(number)), low, high))
    return tuple(found)


# --- words -------------------------------------------------------------------------------------------------


def label_words(words: Sequence[Word], spans: Sequence[SpeakerSpan]) -> tuple[int, ...]:
    """A speaker for each word, without flips in the middle of a phrase.

    A word belongs to the speaker whose spans cover most of it, or else to the nearest span. Words between
    two pauses (0.3 s) or ends of sentences are a phrase: when one speaker has two thirds of its time, the
    phrase is that speaker's; otherwise only single words between words of the other speaker change. A change
    in the middle of a written sentence moves to its end or start, when that is at most two words away.

    Args:
        words: in order of time.
        spans: of one channel, in order of time; without any, every word is speaker 0's.
    """
    if not spans:
        return (0,) * len(words)
    labels = [_speaker_at(word, spans) for word in words]
    first = 0
    for at, word in enumerate(words):
        last_word = at + 1 == len(words)
        if last_word or _ends_sentence(word) or words[at + 1].start_s - word.end_s >= _PHRASE_PAUSE_S:
            labels[first : at + 1] = _settled(words[first : at + 1], labels[first : at + 1])
            first = at + 1
    return tuple(_at_sentence_ends(words, labels))


def _at_sentence_ends(words: Sequence[Word], labels: list[int]) -> list[int]:
    """Moves a change of speaker that cuts a sentence to the nearest end of one, if that is two words away.

    Word times are least exact around pauses, where speakers change; only writing with capitals and marks
    shows that a sentence goes on.
    """
    moved = list(labels)
    for at in range(1, len(words)):
        goes_on = words[at].text.strip()[:1].islower() and not _ends_sentence(words[at - 1])
        if labels[at] == labels[at - 1] or not goes_on:
            continue
        ahead = next((n for n in _NEAR if at + n <= len(words) and _ends_sentence(words[at + n - 1])), None)
        behind = next((n for n in _NEAR if at > n and _ends_sentence(words[at - n - 1])), None)
        if ahead is not None and (behind is None or ahead <= behind):
            moved[at : at + ahead] = [labels[at - 1]] * ahead
        elif behind is not None:
            moved[at - behind : at] = [labels[at]] * behind
    return moved


def _ends_sentence(word: Word) -> bool:
    return word.text.strip().rstrip("\"'”’)").endswith(_SENTENCE_ENDS)


def _speaker_at(word: Word, spans: Sequence[SpeakerSpan]) -> int:
    covered: dict[int, float] = {}
    for span in spans:
        shared = min(word.end_s, span.end_s) - max(word.start_s, span.start_s)
        if shared > 0:
            covered[span.speaker] = covered.get(span.speaker, 0.0) + shared
    if covered:
        return max(covered, key=lambda speaker: (covered[speaker], -speaker))
    middle = (word.start_s + word.end_s) / 2
    return min(spans, key=lambda s: max(s.start_s - middle, middle - s.end_s)).speaker


def _settled(words: Sequence[Word], labels: list[int]) -> list[int]:
    time: dict[int, float] = {}
    for word, label in zip(words, labels, strict=True):
        time[label] = time.get(label, 0.0) + max(word.end_s - word.start_s, 0.01)
    first = max(time, key=lambda label: (time[label], -label))
    if time[first] >= _PHRASE_MAJORITY * sum(time.values()):
        return [first] * len(labels)
    return [
        labels[at - 1] if 0 < at < len(labels) - 1 and labels[at - 1] == labels[at + 1] else label
        for at, label in enumerate(labels)
    ]
