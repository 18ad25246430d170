"""Manifests: what each row becomes, and every way a row or a file can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.batch.manifest import read_manifest
from qa_toolkit.errors import ManifestError


def manifest(folder: Path, text: str) -> Path:
    path = folder / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_known_and_unknown_columns_become_metadata_and_empty_cells_are_left_out(tmp_path: Path) -> None:
    text = "path,agent,rubric,shift\na.wav,A-1,inbound_call,night\nb.wav,,,\n"
    first, second = read_manifest(manifest(tmp_path, text))
    assert (first.name, first.path, first.rubric) == ("a.wav", tmp_path / "a.wav", "inbound_call")
    assert first.metadata == {"agent": "A-1", "shift": "night"}
    assert (second.metadata, second.rubric, second.fault) == ({}, None, None)


def test_byte_order_mark_quotes_and_blank_lines_are_read(tmp_path: Path) -> None:
    text = '\ufeffpath,note\n"a, b.wav","said ""hello"""\n\n'
    (row,) = read_manifest(manifest(tmp_path, text))
    assert (row.name, row.metadata) == ("a, b.wav", {"note": 'said "hello"'})


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("../outside.wav", "outside the manifest's folder"),
        ("sub/../../outside.wav", "outside the manifest's folder"),
        ("/etc/passwd", "outside the manifest's folder"),
        ("link.wav", "outside the manifest's folder"),
        ("a\0b.wav", "NUL"),
        (",x", "no path"),
        ("a.wav,x,extra", "more cells"),
    ],
)
def test_a_bad_row_carries_its_fault_and_the_others_are_read(tmp_path: Path, row: str, says: str) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "link.wav").symlink_to(tmp_path / "outside.wav")
    bad, good = read_manifest(manifest(folder, f"path,agent\n{row}\ngood.wav,A-1\n"))
    assert bad.fault is not None
    assert says in str(bad.fault)
    assert "manifest.csv:2" in str(bad.fault)
    assert good.fault is None


def test_a_configured_root_admits_paths_below_it(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    path = manifest(folder, f"path\n{tmp_path / 'archive' / 'a.wav'}\n")
    assert read_manifest(path)[0].fault is not None
    assert read_manifest(path, roots=[tmp_path / "archive"])[0].fault is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column 'path'"),
        ("file,agent\na.wav,x\n", "no column 'path'"),
        ("path,agent,agent\na.wav,x,y\n", "stands twice"),
        ("path,\na.wav,x\n", "no name"),
        ("path,agent\n", "no rows"),
        ('path,agent\n"a.wav,x\n', "not CSV"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ManifestError, match=says):
        read_manifest(manifest(tmp_path, text))


def test_a_missing_or_binary_manifest_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path / "none.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00p")
    with pytest.raises(ManifestError, match="UTF-8"):
        read_manifest(tmp_path / "binary.csv")


@given(name=st.text(min_size=1, max_size=60))
def test_no_path_that_leads_outside_is_ever_accepted(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    folder.mkdir(exist_ok=True)
    path = folder / "manifest.csv"
    quoted = '"' + name.replace('"', '""') + '"'
    path.write_text(f"path\n{quoted}\n", encoding="utf-8", errors="replace", newline="")
    try:
        rows = read_manifest(path)
    except ManifestError:
        return
    for row in rows:
        if row.fault is None:
            assert (folder / row.name).resolve().is_relative_to(folder.resolve())
