"""How well the comparison of keyed records does what it says, on applications with errors put in on purpose.

    python benchmarks/keying.py [--applications N] [--seed S] [--data DIR] [--json]

kinds: macro F1 of the kind of each error, place and kind both right; crowded: the same with ten errors a form and
more errors of members. members: pairs found with 15 % of the alignment fields mistyped. normalisation: filled
fields, re-spelt in another usual format, that were taken for different. coverage: share of 95 % intervals that
hold the true rate, over simulated lots of forms whose fields go wrong together. febrl: wrong fields of records made
by others, and households of them paired (``--data`` or QA_TEST_DATA: the folder that holds ``febrl``). Rate and memory of large files:
``benchmarks/keying_rate.py``.
"""

# ruff: noqa: S311  # a fixed seed is the point
from __future__ import annotations

import argparse
import csv
import json
import os
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from qa_toolkit.domain.keying import FORMAT_ONLY
from qa_toolkit.keying import Entry, LoadedLayout, Record, RecordComparer, entry_of, load_layout, parse_layout
from qa_toolkit.keying.made_applications import make_application
from qa_toolkit.keying.seeding import FIELD_KINDS, MEMBER_KINDS, found_errors, seed
from qa_toolkit.statistics.clustered import clustered_rate

LOADED = load_layout("covered_application")
LAYOUT = LOADED.layout
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def kinds(count: int, seed_number: int, *, errors: int = 4, members: float = 0.4) -> dict[str, Any]:
    """F1 of every kind."""
    random, comparer = Random(7 + seed_number), RecordComparer(LAYOUT)
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for number in range(count):
        wanted = random.sample(FIELD_KINDS, errors)
        if random.random() < members:
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
        if right[kind] + wrong[kind] + missed[kind]
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


def members(count: int, seed_number: int) -> dict[str, Any]:
    """Members of households of 2-6 paired rightly: 15 % of key fields mistyped, 30 % with two columns exchanged,
    15 % with a member dropped."""
    random, comparer = Random(11 + seed_number), RecordComparer(LAYOUT)
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


def normalisation(count: int, seed_number: int) -> dict[str, Any]:
    """Fields that mean the same and were taken for different."""
    random, comparer = Random(13 + seed_number), RecordComparer(LAYOUT)
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


def coverage(runs: int, seed_number: int) -> dict[str, float]:
    """Share of intervals that hold the true rate."""
    random = np.random.default_rng(17 + seed_number)
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


FEBRL = {
    "given_name": "name", "surname": "name", "street_number": "text", "address_1": "address", "address_2": "address",
    "suburb": "text", "postcode": "number", "state": "code", "date_of_birth": "date", "soc_sec_id": "text",
}  # fmt: skip


Sides = tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]
"""Originals and corrupted copies by data set and number."""


def febrl_layout(group: str) -> LoadedLayout:
    """A layout of the Febrl fields; ``group`` holds what stands before the fields."""
    fields = "".join(
        f"      - {{id: {n}, type: {t}{', formats: [YYYYMMDD]' if t == 'date' else ''}}}\n"
        for n, t in FEBRL.items()
    )
    return parse_layout(
        f"id: febrl\nversion: 1.0.0\ntitle: Febrl\ngroups:\n  - id: person\n{group}    fields:\n{fields}"
    )


def febrl_pairs(folder: Path) -> Sides:
    sides: Sides = ({}, {})
    for name in ("dataset1.csv", "dataset4a.csv", "dataset4b.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, skipinitialspace=True):
                values = {key.strip(): (value or "").strip() for key, value in row.items()}
                number, kind = values.pop("rec_id").removeprefix("rec-").split("-", 1)
                sides[kind != "org"][f"{name[:8]}-{number}"] = values
    return sides


def entries(values: dict[str, str]) -> dict[str, Entry]:
    return {name: entry_of(value) for name, value in values.items() if name in FEBRL}


def febrl(sides: Sides) -> dict[str, Any]:
    """Wrong fields of the Febrl pairs (original and corrupted copy), found and invented."""
    comparer, counts = RecordComparer(febrl_layout("").layout), Counter[str]()
    for number, original in sides[0].items():
        copy = sides[1][number]
        truth = {f for f in FEBRL if original[f] != copy[f]}
        keyed, paper = (Record(number, {"person": {"": entries(side)}}) for side in (copy, original))
        found = {d.field for d in comparer.compare(keyed, paper).discrepancies}
        counts.update(pairs=1, wrong=len(truth), found=len(truth & found), invented=len(found - truth))
    return dict(counts)


def febrl_members(sides: Sides, seed_number: int) -> dict[str, Any]:
    """Households of 2-6 strangers, the corrupted copies in any order: members paired rightly."""
    weights = "{soc_sec_id: 0.35, date_of_birth: 0.3, given_name: 0.2, surname: 0.15}"
    comparer = RecordComparer(febrl_layout(f"    repeats: true\n    align_on: {weights}\n").layout)
    random, names = Random(23 + seed_number), sorted(sides[0])
    random.shuffle(names)
    members = right = households = whole = 0
    while names:
        size = min(random.randint(2, 6), len(names))
        people, names = names[:size], names[size:]
        order = random.sample(people, size)
        keyed = {str(n): entries(sides[1][who]) for n, who in enumerate(order)}
        paper = {str(n): entries(sides[0][who]) for n, who in enumerate(people)}
        found = comparer.compare(Record("H", {"person": keyed}), Record("H", {"person": paper})).alignments
        good = sum(people[int(r)] == order[int(k)] for r, k in found["person"].pairs)
        members, right, households = members + size, right + good, households + 1
        whole += good == size
    return {"members": members, "paired": right / members, "all_paired": whole / households}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--applications", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="another number, other applications and errors")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("QA_TEST_DATA", "../shared/data")))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    count, seed_number = given.applications, given.seed
    figures: dict[str, Any] = {
        "kinds": kinds(count, seed_number),
        "crowded": kinds(count // 2, seed_number, errors=10, members=1.0),
        "members": members(count, seed_number),
        "normalisation": normalisation(count // 4, seed_number),
        "coverage": coverage(2000, seed_number),
    }
    if (given.data / "febrl").is_dir():
        sides = febrl_pairs(given.data / "febrl")
        figures["febrl"] = febrl(sides)
        figures["febrl members"] = febrl_members(sides, seed_number)
    if given.json:
        print(json.dumps(figures, indent=2))
        return
    for name, part in figures.items():
        print(name)
        for key, value in part.items():
            print(f"  {key:45} {value if isinstance(value, int) else format(value, '.4f')}")


if __name__ == "__main__":
    main()
