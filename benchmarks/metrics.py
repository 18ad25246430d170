"""How far conversation metrics are from the truth: two-channel calls of which it is known who speaks when.

    python benchmarks/metrics.py [--data FOLDER] [--model whisper-base] [--layings 3] [--json FILE]

Times: talk time of each party, silence (holds included) and overlap of the transcribed call against the energy of
its channels within the true turns (``labelled_calls.LabelledCall.speech``), in percent of the length of the call.
Events, on the calls whose times are exact: overlaps of 0.5 s and more (by that sound), and interruptions (a turn, not a
back-channel, that starts 0.5 s or more before the other side's turn ends), computed here from the true turns without
the toolkit's own rules. The calls themselves have few of either, so each is also laid anew with many
(``labelled_calls.laid_anew``); both kinds are counted apart. An event is found when start and end are within 0.3 s, or half of the time both cover is shared.
The true times are known to about 0.05 s: an event that close to its 0.5 s counts neither as true nor, when it is
reported, as invented.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from labelled_calls import (
    FRAME_S,
    LabelledCall,
    Span,
    TrueTurn,
    frames_of,
    labelled_calls,
    laid_anew,
    spans_of,
)

from qa_toolkit.metrics import measure
from qa_toolkit.transcription import TranscriptionOptions, transcribe

LIMIT = 3.0
F1_WANTED = 0.9
EDGE_S, SHARED = 0.3, 0.5
LIMIT_S = 0.5
UNSURE_S = 0.05
BACKCHANNELS = {"mm-hm", "mm hm", "uh-huh", "uh huh", "right", "okay", "ok", "yeah", "sí", "si", "ajá", "aja"}


@dataclass(frozen=True)
class Times:
    """Seconds of one call: measured, by the energy of the channels, and (where known) by the edges of the turns."""

    call: str
    kind: str
    duration_s: float
    what: str
    measured: float | None
    energy: float
    turns: float | None

    @property
    def error_percent(self) -> float | None:
        return None if self.measured is None else 100 * (self.measured - self.energy) / self.duration_s


@dataclass(frozen=True)
class Found:
    """Events of one kind in one call: how many are true, reported, and matched."""

    call: str
    kind: str
    what: str
    true: int
    reported: int
    matched: int
    unsure: int
    missed: tuple[Span, ...]
    invented: tuple[Span, ...]


def both(frames: Sequence[np.ndarray]) -> float:
    return float((np.sum(frames, axis=0) >= 2).sum() * FRAME_S) if len(frames) else 0.0


def seconds(spans: dict[tuple[str, int], Sequence[Span]], count: int) -> dict[str, float]:
    """Talk time by role, silence and overlap of parties that speak in these spans."""
    frames = {party: frames_of(list(own), count) for party, own in spans.items()}
    values = {f"talk_time {role}": float(own.sum() * FRAME_S) for (role, _), own in frames.items()}
    anyone = np.any(list(frames.values()), axis=0) if frames else np.zeros(count, dtype=bool)
    values["silence"] = float((~anyone).sum() * FRAME_S)
    values["overlap"] = both(list(frames.values()))
    return values


def true_events(call: LabelledCall) -> dict[str, list[tuple[Span, float]]]:
    """Overlaps by the sound within the true turns, interruptions by the edges of the turns.

    With each event what the limit of 0.5 s is held against: its length, or how early the turn begins.
    """
    count = round(call.duration_s / FRAME_S)
    at_once = np.sum([frames_of(own, count) for own in call.speech().values()], axis=0) >= 2
    edges = np.flatnonzero(np.diff(np.concatenate([[0], at_once.astype(int), [0]]))) * FRAME_S
    overlaps = [((a, b), b - a) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    people = [t for t in call.turns if t.role != "ivr"]
    takers = [t for t in people if t.text.strip(" .,!?…").casefold() not in BACKCHANNELS]
    cuts = [cut for turn in takers if (cut := interruption(turn, takers)) is not None]
    return {"overlap": overlaps, "interruption": cuts}


def interruption(turn: TrueTurn, others: Sequence[TrueTurn]) -> tuple[Span, float] | None:
    held = [
        o.end_s
        for o in others
        if (o.role == "agent") != (turn.role == "agent") and o.start_s < turn.start_s < o.end_s
    ]
    return ((turn.start_s, min(turn.end_s, max(held))), max(held) - turn.start_s) if held else None


def matches(true: Span, reported: Span) -> bool:
    if abs(true[0] - reported[0]) <= EDGE_S and abs(true[1] - reported[1]) <= EDGE_S:
        return True
    shared = min(true[1], reported[1]) - max(true[0], reported[0])
    covered = max(true[1], reported[1]) - min(true[0], reported[0])
    return shared >= SHARED * covered


def compare(
    call: LabelledCall, what: str, events: Sequence[tuple[Span, float]], reported: Sequence[Span]
) -> Found:
    """Each event is matched once, the earliest fitting first."""
    left = list(reported)
    missed, matched = [], 0
    for event, size in events:
        if size <= LIMIT_S + UNSURE_S:
            continue
        hit = next((r for r in left if matches(event, r)), None)
        if hit is None:
            missed.append(event)
        else:
            matched += 1
            left.remove(hit)
    unsure = [event for event, size in events if abs(size - LIMIT_S) <= UNSURE_S]
    invented = [r for r in left if not any(matches(event, r) for event in unsure)]
    true, kept = matched + len(missed), matched + len(invented)
    return Found(call.name, call.kind, what, true, kept, matched, len(unsure), tuple(missed), tuple(invented))


def examine(call: LabelledCall, path: Path, options: TranscriptionOptions) -> tuple[list[Times], list[Found]]:
    transcript = transcribe(call.write(path), options)
    found = measure(transcript)
    count = round(call.duration_s / FRAME_S)
    energy = seconds(call.speech(), count)
    edges: dict[tuple[str, int], list[Span]] = {}
    for turn in call.turns:
        edges.setdefault((turn.role, turn.channel), []).append((turn.start_s, turn.end_s))
    turns = seconds({k: spans_of(frames_of(v, count)) for k, v in edges.items()}, count) if edges else {}
    got = {(m.definition, m.role): m.value for m in found.metrics}
    rows = []
    for what, truth in energy.items():
        name, _, role = what.partition(" ")
        definition = {"silence": "silence_with_holds/1"}.get(name, f"{name}/1")
        value = got.get((definition, role or None))
        rows.append(Times(call.name, call.kind, call.duration_s, what, value, truth, turns.get(what)))
    if not call.turns:
        return rows, []
    true = true_events(call)
    reported = {
        kind: [(e.start_s or 0.0, e.end_s or 0.0) for e in found.events if e.kind == kind] for kind in true
    }
    return rows, [compare(call, kind, true[kind], reported[kind]) for kind in true]


def f1(rows: Sequence[Found]) -> float | None:
    """2 x matched / (true + reported); None where there is neither."""
    total = sum(row.true + row.reported for row in rows)
    return 2 * sum(row.matched for row in rows) / total if total else None


def report(times: Sequence[Times], events: Sequence[Found]) -> bool:
    print(f"{'call':18} {'what':20} {'measured':>9} {'energy':>8} {'turns':>8} {'error % of call':>16}")
    for row in times:
        value = "none" if row.measured is None else f"{row.measured:.2f}"
        turns = "" if row.turns is None else f"{row.turns:.2f}"
        error = "" if row.error_percent is None else f"{row.error_percent:+.2f}"
        over = row.error_percent is None or abs(row.error_percent) > LIMIT
        print(
            f"{row.call:18} {row.what:20} {value:>9} {row.energy:8.2f} {turns:>8} {error:>16}{'  over' * over}"
        )
    known = [abs(row.error_percent) for row in times if row.error_percent is not None]
    inside = sum(error <= LIMIT for error in known)
    print(
        f"\nwithin {LIMIT:g} % of the length of the call: {inside} of {len(times)} values, worst {max(known):.2f} %"
    )
    good = inside == len(times)
    for kind, anew in itertools.product(("overlap", "interruption"), (False, True)):
        rows = [row for row in events if row.what == kind and (row.kind == "laid anew") == anew]
        if not rows:
            continue
        score = f1(rows)
        true, reported = sum(r.true for r in rows), sum(r.reported for r in rows)
        unsure = sum(r.unsure for r in rows)
        shown = "none" if score is None else f"{score:.3f}"
        print(
            f"{kind} events, {'laid anew' if anew else 'as they are'}: F1 {shown} ({sum(r.matched for r in rows)} matched, {true} true, {reported} reported, {unsure} too close to call)"
        )
        for row in rows:
            for word, spans in (("missed", row.missed), ("invented", row.invented)):
                for start, end in spans:
                    print(f"    {word} in {row.call}: {start:.2f} to {end:.2f} s")
        good = good and score is not None and score >= F1_WANTED
    return good


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("QA_TEST_DATA"))
    parser.add_argument("--model", default="whisper-base")
    parser.add_argument("--layings", type=int, default=3, help="new arrangements of each synthesised call")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    times: list[Times] = []
    events: list[Found] = []
    with tempfile.TemporaryDirectory() as folder:
        own = list(labelled_calls(given.data))
        anew = [laid_anew(call, seed) for call in own if call.turns for seed in range(given.layings)]
        for number, call in enumerate([*own, *anew]):
            options = TranscriptionOptions(
                model=given.model, language=call.language, direction=call.direction
            )
            found = examine(call, Path(folder) / f"{number}.wav", options)
            times += found[0]
            events += found[1]
    good = report(times, events)
    if given.json:
        data = {"times": [vars_of(row) for row in times], "events": [vars_of(row) for row in events]}
        given.json.write_text(json.dumps(data, indent=1), encoding="utf-8")
    raise SystemExit(0 if good else 1)


def vars_of(row: Times | Found) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(row)


if __name__ == "__main__":
    main()
