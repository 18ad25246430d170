"""What is known of a recording before anyone listens: manifest, source, file name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qa_toolkit.batch.plan import metadata_of, plan, transcription_options
from qa_toolkit.config import Configuration, load_configuration
from qa_toolkit.errors import ConfigurationError

SOURCES = """\
file_names = '(?P<agent>A-\\d+)_(?P<date>\\d{4}-\\d\\d-\\d\\d)'
[[sources]]
match = "vendor/*.wav"
channels = ["customer", "agent"]
language = "es"
metadata = {site = "Surge", agent = "unknown"}
"""


def configured(text: str = SOURCES, **flags: object) -> Configuration:
    (Path(os.environ["QA_HOME"]) / "config.toml").write_text(text, encoding="utf-8")
    named = {name.replace("__", "."): value for name, value in flags.items()}
    return load_configuration(named, folder=Path(os.environ["QA_HOME"]), environment={})


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("calls/A-12_2026-03-04_x.wav", {"agent": "A-12", "date": "2026-03-04"}),
        ("vendor/A-12_2026-03-04.wav", {"site": "Surge", "agent": "A-12", "date": "2026-03-04"}),
        ("vendor/x.wav", {"site": "Surge", "agent": "unknown"}),
        ("/data/vendor/x.wav", {"site": "Surge", "agent": "unknown"}),
        ("calls/x.wav", {}),
    ],
)
def test_source_and_file_name_become_metadata(path: str, known: dict[str, str]) -> None:
    assert metadata_of(Path(path), configured()) == known


def test_the_source_names_channels_and_language_and_a_flag_wins() -> None:
    vendor, other = Path("vendor/x.wav"), Path("x.wav")
    assert transcription_options(vendor, configured()).channel_map == ("customer", "agent")
    assert transcription_options(vendor, configured()).language == "es"
    assert transcription_options(other, configured()).channel_map == ("agent", "customer")
    flagged = configured(transcription__channels="agent,customer", transcription__language="en")
    assert transcription_options(vendor, flagged).channel_map == ("agent", "customer")
    assert transcription_options(vendor, flagged).language == "en"


@pytest.mark.parametrize(("pattern", "says"), [("(", "not a pattern"), ("A-[0-9]+", "no named group")])
def test_a_wrong_pattern_is_one_line(pattern: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        metadata_of(Path("x.wav"), configured(f"file_names = '{pattern}'"))


def test_manifest_rows_join_what_the_file_name_says_and_win(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(
        "path,agent,rubric\nA-12_2026-03-04.wav,A-99,other\nb.wav,,\n", encoding="utf-8"
    )
    first, second = plan([(tmp_path / "m.csv", "m.csv")], "usual", configured())
    assert first.metadata == {"agent": "A-99", "date": "2026-03-04"}
    assert (first.rubric, second.rubric) == ("other", "usual")


def test_every_input_of_a_shared_id_carries_a_fault(tmp_path: Path) -> None:
    found = plan(
        [(tmp_path / "a/x.wav", "a/x.wav"), (tmp_path / "b/x.mp3", "b/x.mp3"), (tmp_path / "y.wav", "y.wav")],
        "usual",
        configured(),
    )
    assert [item.fault is None for item in found] == [False, False, True]
    assert "a/x.wav, b/x.mp3" in str(found[0].fault)


def test_transcript_files_bring_the_id_they_give_themselves(tmp_path: Path) -> None:
    for name, text in (("a", '{"id": "same"}'), ("b", '{"id": "same"}'), ("c", "{}"), ("d", "broken")):
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    found = plan([(tmp_path / f"{n}.json", f"{n}.json") for n in "abcd"], "usual", configured(""))
    assert [item.id for item in found] == ["same", "same", "c", "d"]
    assert [item.fault is None for item in found] == [False, False, True, True]


def test_a_manifest_may_give_an_id_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path,id\na/x.wav,one\nb/x.wav,two\n", encoding="utf-8")
    found = plan([(tmp_path / "m.csv", "m.csv")], "usual", configured(""))
    assert [(item.id, item.fault) for item in found] == [("one", None), ("two", None)]
    assert "id" not in found[0].metadata


def test_terms_to_expect_come_from_configuration_and_file(tmp_path: Path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("# agency\nCovered California\n\n  Medi-Cal \nMedi-Cal\n1095-A\n", encoding="utf-8-sig")
    current = configured(
        '[transcription]\nvocabulary = ["Kaiser"]\n', transcription__vocabulary_file=str(file)
    )
    expected = ("Kaiser", "Covered California", "Medi-Cal", "1095-A")
    assert transcription_options(Path("a.wav"), current).vocabulary == expected


@pytest.mark.parametrize(("content", "reason"), [(None, "No such file"), (b"\xff\xfe\xfa", "not UTF-8")])
def test_a_vocabulary_that_cannot_be_read_is_a_fault_of_the_configuration(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "names.txt"
    if content is not None:
        file.write_bytes(content)
    current = configured("", transcription__vocabulary_file=str(file))
    with pytest.raises(ConfigurationError, match=reason):
        transcription_options(Path("a.wav"), current)


@pytest.mark.parametrize(
    ("metadata", "flags", "language"),
    [
        ({"queue": "spanish"}, {}, "es"),
        ({"queue": "general"}, {}, None),
        ({}, {}, None),
        (
            {"queue": "spanish", "language": "en"},
            {},
            None,
        ),  # what the row says is taken when it is listened to
        ({"queue": "spanish"}, {"transcription__language": "en"}, "en"),
    ],
)
def test_the_language_of_a_queue(
    metadata: dict[str, str], flags: dict[str, str], language: str | None
) -> None:
    current = configured('[transcription.queue_languages]\nspanish = "es"\n', **flags)
    assert transcription_options(Path("a.wav"), current, metadata).language == language
