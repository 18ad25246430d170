"""Makes the keyed sample applications in qa_toolkit/samples/keying; run it again after a change of the generator."""

# ruff: noqa: S311  # a fixed seed is the point
from __future__ import annotations

import csv
from pathlib import Path
from random import Random

from qa_toolkit.keying import load_layout
from qa_toolkit.keying.made_applications import make_application
from qa_toolkit.keying.seeding import FIELD_KINDS, MEMBER_KINDS, Seeded, seed
from qa_toolkit.keying.writing import write_records
from qa_toolkit.resources import sample_dir

APPLICATIONS = 36
WITHOUT_ERRORS = 9
"""Every so many applications one is keyed without error."""


def sample() -> list[Seeded]:
    """Applications of 1-6 persons, each kind of error several times."""
    layout = load_layout("covered_application").layout
    random = Random(20251101)
    kinds = [*FIELD_KINDS, *MEMBER_KINDS] * 4
    random.shuffle(kinds)
    made = []
    for number in range(1, APPLICATIONS + 1):
        record = make_application(layout, number, random, persons=1 + number % 6)
        wanted = [] if number % WITHOUT_ERRORS == 0 else [kinds.pop() for _ in range(2) if kinds]
        made.append(seed(record, layout, dict.fromkeys(wanted), random))
    return made


def write(folder: Path, made: list[Seeded]) -> None:
    """keyed.csv, reference.csv, and the truth in seeded_errors.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    write_records(folder / "keyed.csv", [each.keyed for each in made], metadata=("operator", "site"))
    write_records(folder / "reference.csv", [each.reference for each in made])
    with (folder / "seeded_errors.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["record", "group", "member", "field", "kind"])
        writer.writerows(sorted(error for each in made for error in each.errors))


if __name__ == "__main__":
    write(sample_dir() / "keying", sample())
