"""Settings: which source wins, what is refused, and where each value comes from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa_toolkit.config import load_configuration
from qa_toolkit.errors import ConfigurationError


@pytest.fixture
def places(tmp_path: Path) -> Callable[..., Any]:
    """Writes ``QA_HOME/config.toml`` and ``./qa.toml`` and loads the configuration."""

    def load(home: str = "", here: str = "", environment: dict[str, str] | None = None, **flags: Any) -> Any:
        (Path(os.environ["QA_HOME"]) / "config.toml").write_text(home, encoding="utf-8")
        (tmp_path / "qa.toml").write_text(here, encoding="utf-8")
        named = {name.replace("__", "."): value for name, value in flags.items()}
        return load_configuration(named, folder=tmp_path, environment=environment or {})

    return load


def test_later_sources_win_and_each_value_knows_its_origin(
    places: Callable[..., Any], tmp_path: Path
) -> None:
    found = places(
        home='workers = 3\nstore = "a.db"\n[transcription]\nlanguage = "en"\nspeakers = 3\n',
        here='store = "b.db"\n[transcription]\nlanguage = "es"\n',
        environment={"QA_STORE": "c.db", "QA_TRANSCRIPTION__LANGUAGE": "fr", "QA_DEBUG": "1"},
        transcription__language="de",
        workers=None,
    )
    assert found.settings.transcription.language == "de"
    assert found.settings.transcription.speakers == 3
    assert found.settings.workers == 3
    assert found.store_url == "c.db"
    assert found.origins["transcription.language"] == "flag"
    assert found.origins["store"] == "QA_STORE"
    assert found.origins["workers"].endswith("config.toml")


def test_without_any_source_the_store_lies_in_the_home(places: Callable[..., Any]) -> None:
    assert places().store_url == str(Path(os.environ["QA_HOME"]) / "qa.db")


def test_lists_may_be_written_with_commas(places: Callable[..., Any]) -> None:
    found = places(
        environment={"QA_TRANSCRIPTION__CHANNELS": "customer, agent", "QA_MANIFEST_ROOTS": "/a,/b"}
    )
    assert [role.value for role in found.settings.transcription.channels] == ["customer", "agent"]
    assert found.settings.manifest_roots == (Path("/a"), Path("/b"))


@pytest.mark.parametrize(
    ("home", "environment", "says"),
    [
        ("wrokers = 3", {}, "unknown setting 'wrokers'"),
        ('[transcription]\nprofile = "fast"', {}, "transcription.profile"),
        ("workers = -1", {}, "workers"),
        ("workers = [", {}, "cannot be read"),
        ("", {"QA_WORKERS": "many"}, "workers"),
        ("", {"QA_NONSENSE": "1"}, "unknown setting 'nonsense'"),
        ("[evaluation]\nconfidence = 1.5", {}, "evaluation.confidence"),
        ("", {"QA_TRANSCRIPTION__CHANNELS": "agent,boss"}, "transcription.channels"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(
    places: Callable[..., Any], home: str, environment: dict[str, str], says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        places(home=home, environment=environment)
