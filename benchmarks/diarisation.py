"""How often the wrong speaker is named on one channel: two-channel calls mixed to one, against the channels.

    python benchmarks/diarisation.py [--data FOLDER] [--json]

Scored is the time in which exactly one party speaks (announcements and overlap left out) and speech is found;
no collar. The shipped sample calls are always measured; FOLDER (default: QA_TEST_DATA) may hold
``synthetic-calls`` and ``lca-auto-repairs-40``. The thresholds were chosen on these calls, so the figures are
in-sample; open tools are wrong for about a quarter of real telephone speech (pyannote, CALLHOME: 26.7 %).
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from qa_toolkit import model_files
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription.diarisation import diarise
from qa_toolkit.transcription.voice_activity import speech_probabilities, speech_spans

RATE = 16_000
FRAME_S = 0.01
Truth = list[tuple[str, float, float]]


@dataclass(frozen=True)
class Row:
    call: str
    scored_s: float
    wrong_s: float
    speakers: int
    seconds_per_minute: float

    @property
    def wrong(self) -> float:
        return self.wrong_s / self.scored_s if self.scored_s else 0.0


def read(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(samples, rate, RATE), dtype=np.float32)


def speech(samples: np.ndarray) -> list[tuple[float, float]]:
    detector = model_files.resolve("silero-vad").path
    found = speech_probabilities((samples * 32767).astype(np.int16), detector)
    return list(speech_spans(found, samples.size / RATE))


def calls(data: Path | None) -> Iterator[tuple[str, np.ndarray, Truth]]:
    for audio in sorted((sample_dir() / "calls").iterdir()):
        words = sample_dir() / "transcripts" / f"{audio.stem}.json"
        if audio.suffix in {".wav", ".flac"} and words.is_file():
            turns = json.loads(words.read_text(encoding="utf-8"))["turns"]
            yield (
                audio.stem,
                read(audio).mean(axis=1),
                [(t["speaker"], t["start_s"], t["end_s"]) for t in turns],
            )
    if data is None:
        return
    for words in sorted((data / "synthetic-calls").glob("*.json")):
        turns = json.loads(words.read_text(encoding="utf-8"))["turns"]
        yield (
            words.stem,
            read(words.with_suffix(".wav")).mean(axis=1),
            [(t["speaker"], t["start"], t["end"]) for t in turns],
        )
    real = data / "lca-auto-repairs-40"
    if real.is_dir():
        sides = {role: read(real / f"Auto_Repairs_40_UTC_{name}.wav")[:, 0] for role, name in
                 (("agent", "agent"), ("customer", "caller"))}  # fmt: skip
        truth = [(role, start, end) for role, samples in sides.items() for start, end in speech(samples)]
        yield "auto-repairs-40 (recorded)", (sides["agent"] + sides["customer"]) / 2, truth


def measure(name: str, samples: np.ndarray, truth: Truth, embedder: Path) -> Row:
    spans = speech(samples)
    started = time.perf_counter()
    found = diarise(samples, spans, embedder=embedder)
    took = time.perf_counter() - started
    cells = round(samples.size / RATE / FRAME_S) + 1
    said = {role: np.zeros(cells, bool) for role in {t[0] for t in truth} | {"agent", "customer", "ivr"}}
    for role, start, end in truth:
        said[role][round(start / FRAME_S) : round(end / FRAME_S)] = True
    heard = np.full(cells, -1)
    for span in found:
        heard[round(span.start_s / FRAME_S) : round(span.end_s / FRAME_S)] = span.speaker
    people = [role for role in said if role != "ivr"]
    scored = (sum(said[role].astype(int) for role in people) == 1) & ~said["ivr"] & (heard >= 0)
    labels = range(max(len(people), heard.max() + 1))
    wrong = min(
        sum(
            (said[role] & scored & (heard != label)).sum() for role, label in zip(people, chosen, strict=True)
        )
        for chosen in itertools.permutations(labels, len(people))
    )
    minutes = samples.size / RATE / 60
    return Row(name, scored.sum() * FRAME_S, wrong * FRAME_S, heard.max() + 1, took / minutes)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("QA_TEST_DATA"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    embedder = model_files.resolve("speaker-embedder").path
    rows = [measure(*call, embedder) for call in calls(given.data)]
    rows = [row for row in rows if row.scored_s > 0]
    total = sum(r.wrong_s for r in rows) / sum(r.scored_s for r in rows)
    if given.json:
        print(
            json.dumps(
                {"calls": [asdict(r) | {"wrong": r.wrong} for r in rows], "wrong": total}, default=float
            )
        )
        return
    print(f"{'call':28} {'scored s':>9} {'wrong':>7} {'voices':>7} {'s per min':>10}")
    for r in rows:
        print(f"{r.call:28} {r.scored_s:9.1f} {r.wrong:7.1%} {r.speakers:7d} {r.seconds_per_minute:10.2f}")
    print(f"{'all (time-weighted)':28} {sum(r.scored_s for r in rows):9.1f} {total:7.1%}")


if __name__ == "__main__":
    main()
