"""How well the comparison of keyed records does what it says, on applications with errors put in on purpose.

    python benchmarks/keying.py [--applications N] [--large N] [--json]

kinds: macro F1 of the kind of each error, place and kind both right. members: pairs found with 15 % of the
alignment fields mistyped. normalisation: filled fields, re-spelt in another usual format, that were taken for
different. coverage: share of 95 % intervals that hold the true rate, over simulated lots of forms whose fields go
wrong together. files: two CSV of N applications (``--large 100000`` for the full size), records a minute and the
peak memory of the process.
"""

# ruff: noqa: S101, S311  # a fixed seed is the point, and a benchmark may assert
from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from qa_toolkit.domain.keying import FORMAT_ONLY
from qa_toolkit.keying import Entry, Record, RecordComparer, compare_files, load_layout
from qa_toolkit.keying.made_applications import make_application
from qa_toolkit.keying.seeding import FIELD_KINDS, MEMBER_KINDS, found_errors, seed
from qa_toolkit.keying.writing import write_records
from qa_toolkit.statistics.clustered import clustered_rate

LOADED = load_layout("covered_application")
LAYOUT = LOADED.layout
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def kinds(count: int) -> dict[str, Any]:
    """F1 of every kind."""
    random, comparer = Random(7), RecordComparer(LAYOUT)
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for number in range(count):
        wanted = random.sample(FIELD_KINDS, 4)
        if random.random() < 0.4:
            wanted.append(random.choice(MEMBER_KINDS))
        made = seed(make_application(LAYOUT, number, random), LAYOUT, wanted, random)
        found = found_errors(comparer.compare(made.keyed, made.reference).discrepancies)
        put_in = set(made.errors)
        right.update(error.kind for error in found & put_in)
        wrong.update(error.kind for error in found - put_in)
        missed.update(error.kind for error in put_in - found)
    scores = {
        kind: 2 * right[kind] / (2 * right[kind] + wrong[kind] + missed[kind])
        for kind in (*FIELD_KINDS, *MEMBER_KINDS)
    }
    return {
        "errors": sum(right.values()) + sum(missed.values()),
        "macro_f1": sum(scores.values()) / len(scores),
        **scores,
    }


def mistype(value: str, random: Random) -> str:
    at = random.randrange(len(value))
    pool = "0123456789" if value[at].isdigit() else LETTERS
    return value[:at] + random.choice(pool) + value[at + 1 :]


def members(count: int) -> dict[str, Any]:
    """Members of households of 2-6 paired rightly: 15 % of key fields mistyped, 30 % with two columns exchanged,
    15 % with a member dropped."""
    random, comparer = Random(11), RecordComparer(LAYOUT)
    right = total = whole = 0
    names = LAYOUT.by_id["person"].align_on
    for number in range(count):
        record = make_application(LAYOUT, number, random, persons=random.randint(2, 6))
        people = {
            label: {
                name: Entry(mistype(e.value, random), "present")
                if name in names and random.random() < 0.15
                else e
                for name, e in values.items()
            }
            for label, values in record.groups["person"].items()
        }
        truth = {label: label for label in people}
        if random.random() < 0.3:
            one, other = random.sample(sorted(people), 2)
            people[one], people[other] = people[other], people[one]
            truth[one], truth[other] = other, one
        if random.random() < 0.15:
            dropped = random.choice(sorted(people))
            del people[dropped]
            truth = {r: k for r, k in truth.items() if k != dropped}
        keyed = Record(record.id, {**record.groups, "person": people})
        found = dict(comparer.compare(keyed, record).alignments["person"].pairs)
        good = sum(found.get(label) == partner for label, partner in truth.items())
        right, total = right + good, total + len(truth)
        whole += found == truth
    return {"members": total, "paired": right / total, "households": count, "all_paired": whole / count}


def respelt(value: str, rule: str, random: Random) -> str:
    """The value as another person might write it."""
    forms = {
        "name": [value.upper(), value.lower(), value.replace("'", "’"), value.replace("-", "–"), f"{value} "],
        "street": [
            value.upper(),
            value.replace("Street", "St.").replace("Avenue", "Ave").replace("Road", "RD"),
        ],
        "unit": [value.replace("Apt ", "#"), value.replace("Apt", "Unit"), value.upper()],
        "city": [value.upper()],
        "county": [f"{value} County", value.upper()],
        "state": ["California", "ca"],
        "phone": [value.translate(str.maketrans("", "", "()- ")), value.replace("(", "+1 ").replace(")", "")],
        "ssn": [value.replace("-", ""), value.replace("-", " ")],
        "money": [value.replace("$", ""), value.replace(",", ""), value.replace(".00", "")],
        "date": [f"{value[6:]}-{value[:2]}-{value[3:5]}", value.replace("/", "-"), value.lstrip("0")],
        "email": [value.upper()],
        "yes_no": [value.upper(), value[0]],
        "code": [value.replace("_", " ").title()],
        "frequency": [value.replace("_", " ").capitalize()],
        "checkbox_set": [";".join(reversed(value.split(";"))).upper()],
        "text": [value.upper()],
        "docnum": [value.lower()],
    }
    return random.choice(forms.get(rule, [value]))


def normalisation(count: int) -> dict[str, Any]:
    """Fields that mean the same and were taken for different."""
    random, comparer = Random(13), RecordComparer(LAYOUT)
    fields = false = changed = 0
    for number in range(count):
        record = make_application(LAYOUT, number, random)
        groups = {
            g: {
                m: {
                    f: Entry(respelt(e.value, LAYOUT.by_id[g].by_id[f].rule, random).strip(), "present")
                    for f, e in values.items()
                }
                for m, values in persons.items()
            }
            for g, persons in record.groups.items()
        }
        comparison = comparer.compare(Record(record.id, groups), record)
        fields += comparison.active.total()
        false += comparison.errors.total()
        changed += sum(d.kind == FORMAT_ONLY for d in comparison.discrepancies)
    return {"fields": fields, "respelt": changed, "false_mismatches": false, "rate": false / fields}


def coverage(runs: int) -> dict[str, float]:
    """Share of intervals that hold the true rate."""
    random = np.random.default_rng(17)
    made = {}
    for rate, spread, forms in ((0.003, 0.01, 300), (0.005, 0.02, 200), (0.01, 0.03, 120), (0.03, 0.05, 60)):
        shape, inside = (1 - spread) / spread, 0
        for _ in range(runs):
            sizes = random.integers(60, 300, forms)
            faults = random.binomial(sizes, random.beta(rate * shape, (1 - rate) * shape, forms))
            found = clustered_rate(list(zip(faults.tolist(), sizes.tolist(), strict=True)))
            inside += found.low is not None and found.high is not None and found.low <= rate <= found.high
        made[f"{1e4 * rate:.0f} per 10,000, {forms} forms, correlation {spread}"] = inside / runs
    return made


def files(count: int) -> dict[str, Any]:
    """Two files compared on one and on two processes."""
    random = Random(19)
    with tempfile.TemporaryDirectory() as folder:
        keyed, reference = Path(folder) / "keyed.csv", Path(folder) / "reference.csv"
        # A thousand different applications, again and again under new ids, so that making them does not take the time.
        made = [
            seed(make_application(LAYOUT, n, random), LAYOUT, random.sample(FIELD_KINDS, 1), random)
            for n in range(1000)
        ]

        def again(side: str) -> Any:
            for n in range(count):
                record: Record = getattr(made[n % len(made)], side)
                yield Record(f"A{n:07}", record.groups, record.metadata)

        write_records(keyed, again("keyed"), metadata=("operator", "site"))
        write_records(reference, again("reference"))
        figures: dict[str, Any] = {"applications": count, "megabytes": keyed.stat().st_size / 1e6}
        for workers in (1, 2):
            before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
            accuracy = compare_files(keyed, reference, LOADED, workers=workers)
            seconds = time.perf_counter() - start
            assert accuracy.records == count
            figures[f"per_minute_{workers}"] = 60 * count / seconds
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            figures[f"peak_mb_{workers}"], figures[f"grown_mb_{workers}"] = (
                after / 1024,
                (after - before) / 1024,
            )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--applications", type=int, default=2000)
    parser.add_argument("--large", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures = {
        "kinds": kinds(given.applications),
        "members": members(given.applications),
        "normalisation": normalisation(given.applications // 4),
        "coverage": coverage(2000),
        "files": files(given.large),
    }
    if given.json:
        print(json.dumps(figures, indent=2))
        return
    for name, part in figures.items():
        print(name)
        for key, value in part.items():
            print(f"  {key:45} {value if isinstance(value, int) else format(value, '.4f')}")


if __name__ == "__main__":
    main()
