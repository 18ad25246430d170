"""How well scans are read: the sample pages, and pages made fresh with other seeds, faces and wear.

    python benchmarks/scans.py [--applications 12] [--seed 20261123] [--json FILE]

Printed: character accuracy (Levenshtein, without case and spaces), fields right after normalisation by type of field,
boxes to mark, seconds of processor time a page, and precision and recall of the worklist's flags against the errors
that were put into the keyed records. Faces like handwriting are not handwriting; the noise is computed. The figures
say how the reading works on such pages and nothing of real paper.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from make_sample_scans import SCANS, sample_form
from rapidfuzz.distance import Levenshtein

from qa_toolkit.domain.keying import CHARGED, GUESSED
from qa_toolkit.domain.scans import FieldReading, ScannedRecord, ScanReadings
from qa_toolkit.keying import Record, RecordComparer, load_layout, open_records
from qa_toolkit.keying.made_applications import make_application
from qa_toolkit.keying.normalisers import rule_for, same_value
from qa_toolkit.keying.scans.arrangement import Arrangement
from qa_toolkit.keying.scans.drawing import draw_form
from qa_toolkit.keying.scans.made_scans import Wear, pages_of_pdf, usual_wear, worn, write_scan
from qa_toolkit.keying.scans.pairing import ScanComparer
from qa_toolkit.keying.scans.pens import HANDS, Pen, hand
from qa_toolkit.keying.scans.reading import read_scans
from qa_toolkit.keying.scans.recognition import RapidOcr
from qa_toolkit.keying.scans.worklist import differences
from qa_toolkit.keying.seeding import FIELD_KINDS, MEMBER_KINDS
from qa_toolkit.keying.seeding import seed as seed_errors
from qa_toolkit.resources import sample_dir

FACES = ("Helvetica", *HANDS)
COMPARER = ScanComparer(load_layout("covered_application").layout)
CONFIDENCES = (0.0, 0.9, 0.95, 0.98, 0.99)


@dataclass
class Tally:
    """Counts over pages of one face."""

    pages: int = 0
    rejected: int = 0
    seconds: float = 0.0
    characters: int = 0
    edits: int = 0
    fields: Counter = field(default_factory=Counter)
    right: Counter = field(default_factory=Counter)
    boxes: Counter = field(default_factory=Counter)
    by_confidence: Counter = field(default_factory=Counter)
    doubtful: Counter = field(default_factory=Counter)
    flags: Counter = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        for name, value in vars(other).items():
            if isinstance(value, Counter):
                getattr(self, name).update(value)
            else:
                setattr(self, name, getattr(self, name) + value)

    def figures(self) -> dict[str, Any]:
        flagged, wrong, both = (self.flags[name] for name in ("flagged", "wrong", "both"))
        clear, clear_both = self.flags["clear"], self.flags["clear_both"]
        return {
            "pages": self.pages,
            "pages_not_read": self.rejected,
            "cpu_s_a_page": _share(self.seconds, self.pages),
            "characters": self.characters,
            "character_accuracy": _share(self.characters - self.edits, self.characters),
            "fields": {n: [self.right[n], self.fields[n], _share(self.right[n], self.fields[n])] for n in sorted(self.fields)},
            "fields_right": _share(self.right.total(), self.fields.total()),
            "blank_taken_for_filled": self.flags["ghost"],
            "boxes": {k: self.boxes[k] for k in sorted(self.boxes)},
            "boxes_right": _share(self.boxes["marked right"] + self.boxes["empty right"], self.boxes.total()),
            "wrong_of_text_fields_from_confidence": {
                str(c): [self.by_confidence[c, False], self.by_confidence[c, False] + self.by_confidence[c, True]] for c in CONFIDENCES
            },
            "doubtful": {"right": self.doubtful[True], "wrong": self.doubtful[False]},
            "flags": {"wrong_fields": wrong, "flagged": flagged, "found": both, "precision": _share(both, flagged), "recall": _share(both, wrong)},
            "clear_flags": {"flagged": clear, "found": clear_both, "precision": _share(clear_both, clear), "recall": _share(clear_both, wrong)},
        }  # fmt: skip


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def judge(scanned: ScannedRecord, truth: Record, keyed: Record, form: Arrangement) -> Tally:
    """One application: what was read against what was written, and flags against errors that were keyed."""
    made, layout = Tally(pages=len(scanned.pages)), form.layout
    for reading in scanned.fields:
        spec = layout.by_id[reading.group].by_id[reading.field]
        entry = truth.entry(reading.group, reading.member, reading.field)
        if entry.state not in ("present", "blank"):
            continue
        rule = rule_for(spec)
        if reading.fills:
            _boxes(made, reading, {part for part in rule(entry.value).key.split(";") if part}, rule)
        right = same_value(spec.rule, rule(entry.value).key, rule(reading.value or "").key)
        if entry.state == "blank" and reading.value in (None, "absent"):
            continue
        if entry.state == "blank":
            made.flags["ghost"] += 1
            continue
        kind = "marks" if reading.fills else spec.type
        made.fields[kind] += 1
        made.right[kind] += right
        if not reading.fills and reading.value not in ("present", "absent"):
            _characters(made, entry.value, reading, right=right)
    _flags(made, scanned, truth, keyed, layout)
    return made


def _boxes(made: Tally, reading: FieldReading, marked: set[str], rule: Any) -> None:
    for option, fill in reading.fills.items():
        is_marked = rule(option).key in marked
        verdict = "right" if (fill >= 0.15) == is_marked else "wrong"
        if 0.05 <= fill < 0.15:
            verdict = "doubtful"
        made.boxes[f"{'marked' if is_marked else 'empty'} {verdict}"] += 1


def _characters(made: Tally, written: str, reading: FieldReading, *, right: bool) -> None:
    one, other = ("".join(text.casefold().split()) for text in (written, reading.value or ""))
    made.characters += len(one)
    made.edits += Levenshtein.distance(one, other)
    made.doubtful[right] += reading.doubtful
    for limit in CONFIDENCES:
        if (reading.confidence or 0.0) >= limit:
            made.by_confidence[limit, right] += 1


def _flags(made: Tally, scanned: ScannedRecord, truth: Record, keyed: Record, layout: Any) -> None:
    """A flag is right where the keyed field differs from the truth, whatever the reading says it is."""
    read = {(r.group, r.member, r.field) for r in scanned.fields}
    compared = RecordComparer(layout).compare(keyed, truth)
    charged = [d for d in compared.discrepancies if d.kind in (*CHARGED, GUESSED)]
    wrong = {(d.group, d.member or "", d.field) for d in charged if d.field} & read
    items, _ = differences(keyed, scanned, COMPARER)
    flagged = {(i.group, i.member or "", i.field) for i in items if i.field}
    clear = {
        (i.group, i.member or "", i.field)
        for i in items
        if i.field and (i.why.startswith("reading and") or i.root)
    }
    made.flags.update(wrong=len(wrong), flagged=len(flagged), both=len(wrong & flagged), clear=len(clear), clear_both=len(wrong & clear))  # fmt: skip


def hard_wear(random: Random) -> Wear:
    """A page as a bad fax gives it."""
    shift = (random.uniform(-3, 3), random.uniform(-3, 3))
    return Wear(150, random.uniform(-3, 3), 0.01, shift, 1.3, 18, 60, 60, glass=12)


def fresh(
    form: Arrangement, count: int, seed: int, folder: Path, *, hard: bool = False
) -> Iterable[tuple[str, Path, Record, Record]]:
    """Applications made fresh, with errors keyed into them, on pages of every face."""
    random = Random(seed)  # noqa: S311
    for number in range(1, count + 1):
        face, dpi = FACES[number % len(FACES)], 150 if hard else (150, 200, 200, 300)[number % 4]
        clean = make_application(form.layout, number, random, persons=1 + number % 2)
        kinds = random.sample(FIELD_KINDS, 4) + random.sample(MEMBER_KINDS, number % 3 == 0)
        seeded = seed_errors(clean, form.layout, kinds, random)
        truth, keyed = seeded.reference, seeded.keyed
        pen = Pen() if face == "Helvetica" else hand(face, seed + number)
        pages = pages_of_pdf(draw_form(form, record=truth, pen=pen), dpi)
        made = [
            worn(page, hard_wear(random) if hard else usual_wear(random, dpi), seed + 100 * number + at)
            for at, page in enumerate(pages)
        ]
        path = folder / (f"{truth.id}.tif" if number % 2 else f"{truth.id}.pdf")
        write_scan(path, made, dpi=dpi, two_tone=number % 4 == 1, quality=60)
        yield face, path, truth, keyed


def read_one(path: Path, form: Arrangement, recogniser: RapidOcr) -> tuple[ScanReadings, float]:
    """The readings of a file and the processor time they took."""
    begun = time.process_time()
    readings = read_scans([path], load_layout("covered_application"), form.template, recogniser)
    return readings, time.process_time() - begun


def measured(
    form: Arrangement, recogniser: RapidOcr, count: int, seed: int, *, hard: bool = False
) -> tuple[Tally, dict[str, Tally]]:
    """Pages made fresh, in all and by face."""
    by_face: dict[str, Tally] = defaultdict(Tally)
    whole = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for face, path, truth, typed in fresh(form, count, seed, Path(folder), hard=hard):
            readings, seconds = read_one(path, form, recogniser)
            tally = Tally(rejected=len(readings.rejected), seconds=seconds)
            for record in readings.records:
                tally.add(judge(record, truth, typed, form))
            by_face[face].add(tally)
            whole.add(tally)
    return whole, by_face


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--applications", type=int, default=12)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    form, recogniser = sample_form(), RapidOcr()
    found: dict[str, Any] = {"read_by": recogniser.name.engine, "seed": given.seed}
    reference = open_records(sample_dir() / "keying" / "reference.csv", form.layout)
    keyed = open_records(sample_dir() / "keying" / "keyed.csv", form.layout)
    sample = Tally()
    for name, _, _, _ in SCANS:
        readings, seconds = read_one(sample_dir() / "scans" / name, form, recogniser)
        record = readings.records[0]
        truth, typed = reference.read(record.record)[0], keyed.read(record.record)[0]
        if truth is None or typed is None:
            raise SystemExit(f"{record.record} is not among the sample records")
        sample.add(judge(record, truth, typed, form))
        sample.seconds += seconds
    found["sample"] = sample.figures()
    whole, by_face = measured(form, recogniser, given.applications, given.seed)
    found["fresh"] = whole.figures()
    found["by_face"] = {face: tally.figures() for face, tally in sorted(by_face.items())}
    hard, _ = measured(form, recogniser, given.applications, given.seed + 1, hard=True)
    found["hard"] = hard.figures()
    show(found)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def show(found: dict[str, Any]) -> None:
    rows = [
        ("sample pages", found["sample"]),
        ("fresh, bad fax", found["hard"]),
        ("fresh pages", found["fresh"]),
    ]
    rows += [(f"  {face}", figures) for face, figures in found["by_face"].items()]
    print(f"{found['read_by']}, seed {found['seed']}")
    print(
        f"{'':22}{'pages':>6}{'not read':>9}{'CPU s':>7}{'char':>8}{'fields':>8}{'boxes':>8}{'prec.':>7}{'recall':>7}{'clear p.':>9}{'clear r.':>9}"
    )
    for name, f in rows:
        values = [f["character_accuracy"], f["fields_right"], f["boxes_right"], f["flags"]["precision"], f["flags"]["recall"],
                  f["clear_flags"]["precision"], f["clear_flags"]["recall"]]  # fmt: skip
        shown = "".join(f"{'–' if v is None else f'{v:.3f}':>8}" for v in values)
        print(f"{name:22}{f['pages']:>6}{f['pages_not_read']:>9}{f['cpu_s_a_page'] or 0:>7.2f}{shown}")
    for name in ("sample", "fresh", "hard"):
        print(
            f"{name}: fields right by kind: "
            + ", ".join(f"{k} {r}/{n}" for k, (r, n, _) in found[name]["fields"].items())
        )
        print(
            f"{name}: boxes: {found[name]['boxes']}; blank taken for filled: {found[name]['blank_taken_for_filled']}"
        )
        print(
            f"{name}: text fields wrong of those with at least this confidence: {found[name]['wrong_of_text_fields_from_confidence']}"
        )
        print(f"{name}: flags {found[name]['flags']}, clear ones {found[name]['clear_flags']}")


if __name__ == "__main__":
    main()
