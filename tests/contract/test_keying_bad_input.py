"""Bad files through ``qa keying compare``: one clear line each, the rest goes on, nothing is silently re-read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Qa = Callable[..., Any]
LAYOUT = ("--layout", "covered_application", "--json")
HEADER = "record,group,member,field,value,state\n"
ROWS = {
    "A": "A,contact,,first_name,Ana,\nA,person,1,first_name,Ana,\nA,person,1,last_name,Peña,\n"
    "A,person,1,date_of_birth,07/14/1986,\n",
    "B": "B,contact,,first_name,Luis,\nB,person,1,first_name,Luis,\nB,person,1,date_of_birth,03/02/1986,\n",
}


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    return write(tmp_path / "reference.csv", HEADER + ROWS["A"] + ROWS["B"])


def kinds(ran: Any) -> dict[str, str]:
    return {
        ".".join(str(p) for p in (d["record"], d["group"], d["member"], d["field"]) if p): d["kind"]
        for d in ran.json["discrepancies"]
    }


@pytest.mark.parametrize(
    ("was", "typed", "place", "kind"),
    [
        # Days that do not exist, or in the other order, stay what was typed.
        ("07/14/1986", "02/30/1986", "A.person.1.date_of_birth", "wrong_value"),
        ("07/14/1986", "14/07/1986", "A.person.1.date_of_birth", "transposed"),
        ("07/14/1986", "1986-14-07", "A.person.1.date_of_birth", "transposed"),
        ("03/02/1986", "02/30/1986", "B.person.1.date_of_birth", "wrong_value"),
        ("03/02/1986", "02/03/1986", "B.person.1.date_of_birth", "transposed"),
        ("07/14/1986", "7/14/86", "A.person.1.date_of_birth", "wrong_value"),
        ("07/14/1986", "July 14 1986", "A.person.1.date_of_birth", "wrong_value"),
        ("07/14/1986", "0", "A.person.1.date_of_birth", "wrong_value"),
        ("07/14/1986", "1986-07-14", "A.person.1.date_of_birth", "format_only"),
    ],
)
def test_dates_are_never_silently_read_as_another_day(
    qa: Qa, tmp_path: Path, reference: Path, was: str, typed: str, place: str, kind: str
) -> None:
    keyed = write(tmp_path / "keyed.csv", (HEADER + ROWS["A"] + ROWS["B"]).replace(was, typed))
    ran = qa("keying", "compare", keyed, reference, *LAYOUT)
    assert ran.code == 0
    assert kinds(ran) == {place: kind}


def test_a_date_on_paper_that_is_none_is_said(qa: Qa, tmp_path: Path) -> None:
    text = HEADER + ROWS["A"].replace("07/14/1986", "02/30/1986")
    keyed, paper = write(tmp_path / "keyed.csv", text), write(tmp_path / "reference.csv", text)
    ran = qa("keying", "compare", keyed, paper, *LAYOUT)
    assert (ran.code, kinds(ran)) == (0, {})
    assert "'02/30/1986' is no day" in ran.json["warnings"][0]


def test_rows_in_another_encoding_are_one_line_each(qa: Qa, tmp_path: Path, reference: Path) -> None:
    mixed = HEADER.encode() + ROWS["A"].encode("cp1252") + ROWS["B"].encode()
    keyed = write(tmp_path / "keyed.csv", mixed)
    ran = qa("keying", "compare", keyed, reference, *LAYOUT)
    assert (ran.code, ran.json["records"], kinds(ran)) == (1, 2, {})
    assert [r["input"] for r in ran.json["rejected"]] == ["keyed.csv:4"]
    assert "give its encoding" in ran.errors[0]
    # All of it in that encoding, given so, is compared.
    whole = write(tmp_path / "whole.csv", (HEADER + ROWS["A"] + ROWS["B"]).encode("cp1252"))
    paper = write(tmp_path / "paper.csv", (HEADER + ROWS["A"] + ROWS["B"]).encode("cp1252"))
    assert qa("keying", "compare", whole, paper, *LAYOUT, "--encoding", "cp1252").code == 0


def test_two_records_with_one_id_are_not_compared_and_the_rest_is(
    qa: Qa, tmp_path: Path, reference: Path
) -> None:
    twice = [{"id": "A", "contact": {"first_name": "Ana"}}, {"id": "A", "contact": {"first_name": "Eva"}},
             {"id": "B", "contact": {"first_name": "Luis"}}]  # fmt: skip
    keyed = write(tmp_path / "keyed.json", json.dumps(twice))
    ran = qa("keying", "compare", keyed, reference, *LAYOUT)
    assert (ran.code, ran.json["records"]) == (1, 1)
    assert "2 records have this id" in ran.errors[0]
    again = write(tmp_path / "keyed.csv", HEADER + ROWS["A"] + ROWS["B"] + ROWS["A"].replace("Ana", "Eva"))
    ran = qa("keying", "compare", again, reference, *LAYOUT)
    assert (ran.code, ran.json["records"]) == (1, 1)
    assert "stands twice in the record" in ran.errors[0]


def test_a_record_in_one_file_only_is_said(qa: Qa, tmp_path: Path, reference: Path) -> None:
    keyed = write(tmp_path / "keyed.csv", HEADER + ROWS["A"] + "C,contact,,first_name,Eva,\n")
    ran = qa("keying", "compare", keyed, reference, *LAYOUT)
    assert (ran.code, ran.json["records"]) == (1, 1)
    assert {(r["record"], r["input"]) for r in ran.json["rejected"]} == {
        ("C", "keyed.csv"),
        ("B", "reference.csv"),
    }


def test_a_person_without_any_key_is_paired_by_place(qa: Qa, tmp_path: Path) -> None:
    more = "A,person,2,applying,yes,\nA,person,2,pregnant,no,\n"
    paper = write(tmp_path / "reference.csv", HEADER + ROWS["A"] + more)
    keyed = write(tmp_path / "keyed.csv", HEADER + ROWS["A"] + more.replace("pregnant,no", "pregnant,yes"))
    assert kinds(qa("keying", "compare", keyed, paper, *LAYOUT)) == {"A.person.2.pregnant": "wrong_code"}
    gone = write(tmp_path / "keyed.csv", HEADER + ROWS["A"])
    assert kinds(qa("keying", "compare", gone, paper, *LAYOUT))["A.person.2"] == "missed_member"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("keyed.csv", b"", "the file is empty"),
        ("keyed.csv", b"colour,shape\nred,round\n", "no column"),
        ("keyed.csv", b"record,group,field\nA,contact,first_name\n", "no column value"),
        ("keyed.csv", "record,group,member,field,value,state\n".encode("utf-16"), "not UTF-8"),
        ("keyed.csv", b"\x00\x01\x02\x03", "not UTF-8"),
        ("keyed.json", b"[1, 2", "the file is not JSON"),
        ("keyed.xlsx", b"PK\x03\x04 broken", "not readable as an Excel workbook"),
        ("keyed.parquet", b"PAR1 broken", "not readable as Parquet"),
    ],
)
def test_a_file_of_something_else_is_one_line(
    qa: Qa, tmp_path: Path, reference: Path, name: str, data: bytes, said: str
) -> None:
    if name.endswith((".xlsx", ".parquet")):
        pytest.importorskip("openpyxl", reason="the extra 'tables' is not installed")
    ran = qa("keying", "compare", write(tmp_path / name, data), reference, "--layout", "covered_application")
    assert (ran.code, ran.out, len(ran.errors)) == (1, "", 1)
    assert said in ran.errors[0]


COMPARE = """
import resource, sys
from qa_toolkit.cli.main import execute
code = execute(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_csv_of_200_megabytes_is_compared_in_little_memory(tmp_path: Path) -> None:
    """The same form under 90,000 ids, with one wrong row in the middle."""
    filler = "".join(
        f"{{}},person,{n},home_street,{100 + n} North Cedar Canyon Boulevard,\n" for n in range(1, 5)
    )
    more = "".join(
        f"{{}},person,{n},{field},yes,\n"
        for n in range(1, 5)
        for field in ("applying", "homeless", "disability", "served_military", "will_file_taxes", "required_to_file",
                      "medicare_a_or_b", "injury_lawsuit", "primary_caretaker", "citizen_or_national",
                      "phone_same_as_primary", "home_same_as_primary", "military_family",
                      "other_or_offered_insurance", "fulltime_student_18_20", "temporarily_out_of_state")
    )  # fmt: skip
    form = filler + more
    keyed, paper = tmp_path / "keyed.csv", tmp_path / "reference.csv"
    for path in (keyed, paper):
        with path.open("w", encoding="utf-8") as stream:
            stream.write(HEADER)
            for number in range(90_000):
                stream.write(form.replace("{}", f"APPLICATION-{number:06}"))
                if path is keyed and number == 30_000:
                    stream.write("APPLICATION-030000,person,1,colour,red,\n")
    assert keyed.stat().st_size > 200e6
    ran = subprocess.run(
        [sys.executable, "-c", COMPARE, "keying", "compare", str(keyed), str(paper), "--layout",
         "covered_application"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    errors = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "no field 'colour'" in errors[0]
    assert "90000 records" in ran.stdout
    assert int(ran.stderr.strip().splitlines()[-1]) < 400
