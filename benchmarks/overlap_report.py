"""How well two voices at once are marked on one channel: what ``diarisation.py`` prints of it.

Three kinds of recordings with known truth, heard as the transcription hears them:

* **laid out**: the two speakers of the recorded call ``lca-auto-repairs-40`` laid out anew with many overlaps over a telephone line
  (``overlap_mixes``); nothing was learnt from them;
* **as it was**: the calls of ``labelled_calls`` mixed down as they are; people talk at once in few of them, so this
  shows what is marked where nothing overlaps. The voices of the synthesised ones were learnt from;
* **meeting**: the AMI excerpts, by their RTTM.

Time: precision and recall of marked time. Events: marked ones of which at least half the time truly is overlap are
*right*; *matched* is the stricter rule for events (start and end within 0.3 s, or half of the span shared), and the
recall counts true overlaps of 0.5 s or more that a marked one matches. DER without collar, before and after
both speakers are named where overlap is marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from labelled_calls import FRAME_S, LabelledCall, Span, frames_of, labelled_calls
from metrics import LIMIT_S, matches
from overlap_mixes import as_recorded, laid_out, recorded_speakers

from qa_toolkit.statistics import wilson
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples, decode
from qa_toolkit.transcription.layout import find_tracks, levelled

LAID_OUT = 12
SEED = 40
KINDS = ("laid out", "as it was", "meeting")

Truth = Mapping[str, Sequence[Span]]


@dataclass(frozen=True)
class KnownRecording:
    """One channel and who truly speaks on it when."""

    name: str
    kind: str
    samples: Samples
    truth: Truth


@dataclass(frozen=True)
class OverlapRow:
    """What was marked in a recording; DER in shares of the true speech."""

    name: str
    kind: str
    minutes: float
    true_s: float
    marked_s: float
    right_s: float
    true_events: int
    matched: int
    marked_events: int
    right_events: int
    der_before: float
    der_after: float
    speech_s: float


def known_recordings(data: Path | None) -> Iterator[KnownRecording]:
    if data is not None and (data / "lca-auto-repairs-40").is_dir():
        random = np.random.default_rng(SEED)
        pair = recorded_speakers(data)
        for number in range(LAID_OUT):
            call = laid_out(pair, random)
            mix = levelled(as_recorded(call, random, telephone=True))
            yield KnownRecording(f"auto-repairs-40/{number + 1}", "laid out", mix, _truth(call))
    for call in labelled_calls(data):
        mix = (call.channels[0] // 2 + call.channels[1] // 2).astype(np.int16)
        yield KnownRecording(call.name, "as it was", levelled(mix), _truth(call))
    if data is not None:
        yield from meetings(data)


def _truth(call: LabelledCall) -> dict[str, list[Span]]:
    truth: dict[str, list[Span]] = {}
    for (role, _), spans in call.speech().items():
        truth.setdefault(role, []).extend(spans)
    return truth


def meetings(data: Path) -> Iterator[KnownRecording]:
    """The AMI excerpts."""
    folder = data / "ami-excerpts"
    lines = [line.split() for path in sorted(folder.glob("*.rttm")) for line in path.read_text().splitlines()]
    for path in sorted(folder.glob("*.wav")):
        truth: dict[str, list[Span]] = {}
        for fields in lines:
            if fields[1] == path.stem:
                start = float(fields[3])
                truth.setdefault(fields[7], []).append((start, start + float(fields[4])))
        yield KnownRecording(path.stem, "meeting", find_tracks(decode(path)).tracks[0].samples, truth)


def overlap_row(
    known: KnownRecording, marked: Sequence[Span], der_before: float, der_after: float
) -> OverlapRow:
    count = round(known.samples.size / SAMPLE_RATE_HZ / FRAME_S) + 1
    at_once = np.sum([frames_of(list(spans), count) for spans in known.truth.values()], axis=0) >= 2
    frames = frames_of(list(marked), count)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], at_once.astype(int), [0]]))) * FRAME_S
    true = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= LIMIT_S]
    left = list(marked)
    matched = 0
    for event in true:
        hit = next((span for span in left if matches(event, span)), None)
        if hit is not None:
            matched += 1
            left.remove(hit)
    right = sum(at_once[round(a / FRAME_S) : round(b / FRAME_S)].mean() >= 0.5 for a, b in marked)
    return OverlapRow(
        known.name, known.kind, known.samples.size / SAMPLE_RATE_HZ / 60, float(at_once.sum() * FRAME_S),
        float(frames.sum() * FRAME_S), float((frames & at_once).sum() * FRAME_S), len(true), matched, len(marked), int(right),
        der_before, der_after, sum(b - a for spans in known.truth.values() for a, b in spans),
    )  # fmt: skip


def overlap_summary(rows: Sequence[OverlapRow]) -> list[str]:
    """Lines to print, one block a kind."""
    lines = []
    for kind in KINDS:
        own = [row for row in rows if row.kind == kind]
        if not own:
            continue
        true_s, marked_s, right_s = (
            sum(getattr(r, name) for r in own) for name in ("true_s", "marked_s", "right_s")
        )
        lines.append(
            f"overlap, {kind}: {len(own)} recordings, {sum(r.minutes for r in own):.1f} minutes, {true_s:.1f} s spoken at once, "
            f"{marked_s:.1f} s marked; precision {_ratio(right_s, marked_s)}, recall {_ratio(right_s, true_s)}"
        )
        true, matched, marked, right = (
            sum(getattr(r, name) for r in own)
            for name in ("true_events", "matched", "marked_events", "right_events")
        )
        lines.append(
            f"    events: right {_share(right, marked)}, matched {_share(matched, marked)} of those marked; "
            f"found {_share(matched, true)} of those of {LIMIT_S:g} s and more"
        )
        speech_s = sum(r.speech_s for r in own)
        before, after = (
            sum(getattr(r, n) * r.speech_s for r in own) / speech_s for n in ("der_before", "der_after")
        )
        lines.append(f"    DER without collar {before:.1%}, with overlap named {after:.1%}")
    return lines


def _ratio(part: float, whole: float) -> str:
    return f"{part / whole:.2f}" if whole else "none"


def _share(part: int, whole: int) -> str:
    if not whole:
        return "none of 0"
    interval = wilson(part, whole)
    return f"{part} of {whole} ({part / whole:.0%}, 95 % interval {interval.low:.0%} to {interval.high:.0%})"
