"""Records that nobody here wrote: the Febrl pairs, original against corrupted copy, with exact truth."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_toolkit.domain.keying import CHARGED, FORMAT_ONLY
from qa_toolkit.keying import LoadedLayout, RecordComparer, compare_files, parse_layout
from qa_toolkit.keying.record_files import open_records

FIELDS = {
    "given_name": "name",
    "surname": "name",
    "street_number": "text",
    "address_1": "address",
    "address_2": "address",
    "suburb": "text",
    "postcode": "number",
    "state": "code",
    "date_of_birth": "date",
    "soc_sec_id": "text",
}


@pytest.fixture(scope="module")
def febrl_layout() -> LoadedLayout:
    formats = {"date_of_birth": ", formats: [YYYYMMDD]"}
    fields = "".join(f"      - {{id: {n}, type: {t}{formats.get(n, '')}}}\n" for n, t in FIELDS.items())
    return parse_layout(
        "id: febrl\nversion: 1.0.0\ntitle: Febrl\nwide: {record: rec_id}\n"
        f"groups:\n  - id: person\n    fields:\n{fields}"
    )


def pairs(folder: Path, *names: str) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Originals and first copies by the number of the record."""
    original: dict[str, dict[str, str]] = {}
    copies: dict[str, dict[str, str]] = {}
    for name in names:
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, skipinitialspace=True):
                values = {key.strip(): (value or "").strip() for key, value in row.items()}
                number, kind = values.pop("rec_id").removeprefix("rec-").split("-", 1)
                (original if kind == "org" else copies)[number] = values
    return original, copies


def write(path: Path, rows: dict[str, dict[str, str]], ids: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["rec_id", *FIELDS])
        writer.writeheader()
        writer.writerows({"rec_id": number, **rows[number]} for number in ids)
    return path


@pytest.mark.parametrize(
    ("files", "count"),
    [(("dataset1.csv",), 500), (("dataset4a.csv", "dataset4b.csv"), 5000)],
    ids=["dataset1", "dataset4"],
)
def test_every_corrupted_field_is_found_and_no_other(
    shared_data: Callable[[str], Path],
    tmp_path: Path,
    febrl_layout: LoadedLayout,
    files: tuple[str, ...],
    count: int,
) -> None:
    original, copies = pairs(shared_data("febrl"), *files)
    ids = sorted(copies)
    assert len(ids) == count
    keyed = write(tmp_path / "keyed.csv", copies, ids)
    reference = write(tmp_path / "reference.csv", original, list(reversed(ids)))
    accuracy = compare_files(keyed, reference, febrl_layout)
    truth = {(n, f) for n in ids for f in FIELDS if original[n][f] != copies[n][f]}
    found = {(d.record, d.field) for d in accuracy.discrepancies}
    assert found == truth
    active = sum(bool(original[n][f] or copies[n][f]) for n in ids for f in FIELDS)
    assert (accuracy.records, accuracy.fields.active, accuracy.rejected) == (count, active, ())
    missing = {(n, f) for n, f in truth if not copies[n][f]}
    extra = {(n, f) for n, f in truth if not original[n][f]}
    kinds = {(d.record, d.field): d.kind for d in accuracy.discrepancies}
    assert {place for place, kind in kinds.items() if kind == "missing"} == missing
    # A value in an empty field is extra, unless it is known where it belongs.
    assert {place for place, kind in kinds.items() if kind == "extra"} <= extra
    assert {kinds[place] for place in extra} <= {"extra", "mis_fielded"}
    formats = [place for place, kind in kinds.items() if kind == FORMAT_ONLY]
    assert accuracy.fields.errors == len(truth) - len(formats)


def test_names_exchanged_by_the_generator_are_one_root_error(
    shared_data: Callable[[str], Path], tmp_path: Path, febrl_layout: LoadedLayout
) -> None:
    original, copies = pairs(shared_data("febrl"), "dataset4a.csv", "dataset4b.csv")
    exchanged = [
        n
        for n, o in original.items()
        if o["given_name"] == copies[n]["surname"] != o["surname"] == copies[n]["given_name"]
        and min(len(o["given_name"]), len(o["surname"])) >= 3
    ]
    assert len(exchanged) > 20
    keyed = open_records(write(tmp_path / "k.csv", copies, exchanged), febrl_layout.layout)
    reference = open_records(write(tmp_path / "r.csv", original, exchanged), febrl_layout.layout)
    comparer = RecordComparer(febrl_layout.layout)
    for number in exchanged:
        k, r = keyed.read(number)[0], reference.read(number)[0]
        assert k is not None
        assert r is not None
        found = comparer.compare(k, r).discrepancies
        names = Counter((d.kind, d.root is None) for d in found if d.field in ("given_name", "surname"))
        assert names == {("mis_fielded", True): 1, ("mis_fielded", False): 1}
        assert all(d.kind in (*CHARGED, FORMAT_ONLY) for d in found)
