"""Learns to mark two voices at once on one channel, and writes the weights the toolkit ships.

    python benchmarks/overlap_training.py --data FOLDER [--calls 160] [--out FILE] [--keep MEASURES.npz]

Calls are laid out (``overlap_mixes``), heard and told apart as the transcription does it, and each window of speech
becomes an example: two voices in most of it, or no second voice near it; windows in between are left out.
The speakers are divided into four parts and the calls are made within the parts, so that the cross-validated figures are of
voices that were not learnt from. The regression is scikit-learn's, standardised, with an L2 penalty; its weights go to
``qa_toolkit/transcription/overlap_detector.json`` with the ranges of the measures. People talk at once far less
often than in these calls (``EXPECTED_SHARE``), and the intercept is moved by that, so that a probability means what it says.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from labelled_calls import FRAME_S, LabelledCall, frames_of, loud_frames
from overlap_mixes import as_recorded, laid_out, pairs_within, speakers

from qa_toolkit import model_files
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples
from qa_toolkit.transcription.diarisation import joined_speech, windows_told_apart
from qa_toolkit.transcription.layout import levelled
from qa_toolkit.transcription.overlap import DETECTOR_FILE
from qa_toolkit.transcription.overlap_measures import overlap_measures
from qa_toolkit.transcription.speech_edges import on_sound
from qa_toolkit.transcription.speech_search import find_speech
from qa_toolkit.transcription.voice_activity import speech_probabilities

VERSION = "1"
PARTS = 4
EXPECTED_SHARE = 0.05
"""Of the speech of a telephone call that is spoken at once, the share to be expected."""
OPENS, EXTENDS = 0.8, 0.4
STRENGTH = 0.02
"""Inverse of the L2 penalty."""
RANGE = (0.5, 99.5)
CALM = 3
"""Every so many calls one in which nobody speaks while the other does: in most real ones hardly anybody does."""
_NEAR_S, _FAR_S = 0.2, 0.3
_MOST = 0.6
_LEFT_OUT = ("level_difference",)


@dataclass(frozen=True)
class Examples:
    """The windows of a call: their measures, and what they are: 1 both, 0 one voice, -1 in between."""

    part: int
    measures: dict[str, np.ndarray]
    what: np.ndarray


def speech_of(samples: Samples) -> tuple[tuple[float, float], ...]:
    """Where somebody speaks, as the transcription finds it."""
    probabilities = speech_probabilities(samples, model_files.resolve("silero-vad").path)
    return on_sound(find_speech(samples, probabilities, samples.size / SAMPLE_RATE_HZ, 0.3).spans, samples)


def examples_of(call: LabelledCall, samples: Samples, part: int) -> Examples | None:
    """The examples of a call; None where only one voice was found."""
    embedder = model_files.resolve("speaker-embedder").path
    joined = joined_speech(speech_of(samples), samples.size / SAMPLE_RATE_HZ)
    told = windows_told_apart(samples, joined, 2, embedder)
    if len(told.means) < 2:
        return None
    centres = told.windows.centres_s
    loud = np.sum([loud_frames(channel) for channel in call.channels], axis=0) >= 2
    count = round(call.duration_s / FRAME_S) + 1
    said = np.sum([frames_of(spans, count) for spans in call.speech().values()], axis=0) >= 2
    what = np.full(centres.size, -1)
    what[_share(loud, centres, _NEAR_S) >= _MOST] = 1
    what[_share(said, centres, _FAR_S) == 0.0] = 0
    return Examples(part, overlap_measures(samples, joined, told, embedder), what)


def _share(frames: np.ndarray, centres: np.ndarray, reach_s: float) -> np.ndarray:
    sums = np.concatenate([[0], np.cumsum(frames)])
    low, high = (
        np.clip(np.round((centres + d) / FRAME_S).astype(int), 0, frames.size) for d in (-reach_s, reach_s)
    )
    return (sums[high] - sums[low]) / np.maximum(high - low, 1)


def collect(data: Path, calls: int, seed: int) -> list[Examples]:
    random = np.random.default_rng(seed)
    found = []
    for number, (part, pair) in enumerate(
        islice(pairs_within(speakers(data), PARTS, random), calls), start=1
    ):
        call = laid_out(pair, random, calm=number % CALM == 0)
        examples = examples_of(call, levelled(as_recorded(call, random)), part)
        if examples is not None:
            found.append(examples)
        if number % 10 == 0:
            print(f"{number} of {calls} calls", flush=True)
    return found


def fitted(measures: np.ndarray, what: np.ndarray) -> tuple[np.ndarray, float, np.ndarray, np.ndarray]:
    """Weights and intercept for measures as they are, and the range each is cut off at."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    low, high = np.percentile(measures, RANGE, axis=0)
    scaler = StandardScaler().fit(np.clip(measures, low, high))
    regression = LogisticRegression(C=STRENGTH, max_iter=3000)
    regression.fit(scaler.transform(np.clip(measures, low, high)), what)
    weights = regression.coef_[0] / scaler.scale_
    expected = np.log(EXPECTED_SHARE / (1 - EXPECTED_SHARE)) - np.log(what.mean() / (1 - what.mean()))
    return weights, float(regression.intercept_[0] - weights @ scaler.mean_ + expected), low, high


def probabilities(
    measures: np.ndarray, model: tuple[np.ndarray, float, np.ndarray, np.ndarray]
) -> np.ndarray:
    weights, intercept, low, high = model
    return np.asarray(1 / (1 + np.exp(-(np.clip(measures, low, high) @ weights + intercept))))


def cross_validated(measures: np.ndarray, what: np.ndarray, parts: np.ndarray) -> None:
    from sklearn.metrics import average_precision_score, precision_recall_curve

    clear = what >= 0
    found = np.zeros(what.size)
    for part in range(PARTS):
        model = fitted(measures[clear & (parts != part)], what[clear & (parts != part)])
        found[parts == part] = probabilities(measures[parts == part], model)
    true, given = what[clear] == 1, found[clear]
    precision, recall, _ = precision_recall_curve(true, given)
    print(
        f"\n{true.size} clear windows, {true.mean():.1%} with two voices; {(~clear).mean():.1%} of all left out as unclear"
    )
    print(f"cross-validated by speaker: average precision {average_precision_score(true, given):.3f}")
    for wanted in (0.7, 0.8, 0.9, 0.95):
        print(f"    recall {recall[precision >= wanted].max():.2f} at a precision of {wanted}")
    print(
        f"    with the limit of {OPENS}: precision {true[given >= OPENS].mean():.2f}, recall {(given >= OPENS)[true].mean():.2f}"
    )


def write(
    path: Path, names: Sequence[str], model: tuple[np.ndarray, float, np.ndarray, np.ndarray], calls: int
) -> None:
    weights, intercept, low, high = model
    learnt = {
        "version": VERSION,
        "learnt_by": f"benchmarks/overlap_training.py, {calls} calls laid out from single speakers",
        "expected_share": EXPECTED_SHARE,
        "opens": OPENS,
        "extends": EXTENDS,
        "intercept": round(intercept, 5),
        "weights": {
            name: [float(f"{value:.5g}") for value in (w, a, b)]
            for name, w, a, b in zip(names, weights, low, high, strict=True)
        },
    }
    text = json.dumps(learnt, indent=1)
    for name, row in learnt["weights"].items():  # type: ignore[attr-defined]
        text = text.replace(
            json.dumps({name: row}, indent=1)[2:-2].lstrip().replace("\n ", "\n  "),
            f'"{name}": {json.dumps(row)}',
        )
    path.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("QA_TEST_DATA"))
    parser.add_argument("--calls", type=int, default=160)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--out", type=Path, default=DETECTOR_FILE)
    parser.add_argument(
        "--keep", type=Path, help="the examples: written, or read again where the file is there"
    )
    given = parser.parse_args()
    if given.keep and given.keep.is_file():
        kept = np.load(given.keep)
        names, measures, what, parts = (kept[k] for k in ("names", "measures", "what", "parts"))
    else:
        if given.data is None:
            parser.error("--data or QA_TEST_DATA is needed: the folder with the recordings to learn from")
        examples = collect(Path(given.data), given.calls, given.seed)
        names = np.array(list(examples[0].measures))
        measures = np.concatenate([np.stack([e.measures[name] for name in names], axis=1) for e in examples])
        what = np.concatenate([e.what for e in examples])
        parts = np.concatenate([np.full(e.what.size, e.part) for e in examples])
        if given.keep:
            np.savez_compressed(given.keep, names=names, measures=measures, what=what, parts=parts)
    used = [at for at, name in enumerate(names) if name not in _LEFT_OUT]
    names, measures = names[used], measures[:, used].astype(np.float64)
    cross_validated(measures, what, parts)
    clear = what >= 0
    write(given.out, [str(name) for name in names], fitted(measures[clear], what[clear]), given.calls)
    print(f"written: {given.out}")


if __name__ == "__main__":
    main()
