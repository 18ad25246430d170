"""Settings: which source wins, what is refused, and where each value comes from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa_toolkit.config import load_configuration
from qa_toolkit.errors import ConfigurationError
from qa_toolkit.model_files import default_cache
from qa_toolkit.model_manifest import site_models_dir
from qa_toolkit.resources import qa_home


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


@pytest.mark.parametrize(
    ("given", "home"),
    [
        ("", "own/.local/share/qa-toolkit"),
        ("  ", "own/.local/share/qa-toolkit"),
        ("~", "own"),
        ("~/qa", "own/qa"),
        ("qa", "here/qa"),
    ],
)
def test_stores_and_caches_lie_below_one_home_however_it_is_written(
    given: str, home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path / "own"))
    monkeypatch.setenv("QA_HOME", given)
    monkeypatch.delenv("QA_MODEL_CACHE")
    assert qa_home() == tmp_path / home
    assert default_cache() == tmp_path / home / "cache" / "models"
    assert load_configuration(environment={}).store_url == str(tmp_path / home / "qa.db")


def test_a_tilde_is_the_users_folder_in_every_path(
    places: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/users/ana")
    monkeypatch.setenv("QA_MODEL_CACHE", "~/joined")
    monkeypatch.setenv("QA_MODELS_DIR", "~/models")
    found = places(home='rubrics_dir = "~/rubrics"\nmanifest_roots = ["~/calls", "/srv"]').settings
    assert found.rubrics_dir == Path("/users/ana/rubrics")
    assert found.manifest_roots == (Path("/users/ana/calls"), Path("/srv"))
    assert default_cache() == Path("/users/ana/joined")
    assert site_models_dir() == Path("/users/ana/models")


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
