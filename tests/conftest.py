"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Finds a data set that lies beside the project, or skips the test with the reason.

    ``QA_TEST_DATA`` names another folder to look in.
    """
    root = Path(os.environ.get("QA_TEST_DATA", CHECKOUT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = root / name
        if not path.exists():
            pytest.skip(f"test data '{name}' is not at {root} (set QA_TEST_DATA to its folder)")
        return path

    return find


@pytest.fixture(scope="session", autouse=True)
def clean_checkout() -> Iterator[None]:
    """No test leaves a store, a cache or a report in the folder it is run from or in the checkout."""
    names = ("cache", "vectors", "models/cache", "qa-report", "qa.db", "demo", "~")
    places = [folder / name for folder in {CHECKOUT, Path.cwd()} for name in names]
    before = {place for place in places if place.exists()}
    yield
    left = [str(place) for place in places if place.exists() and place not in before]
    assert left == [], "the tests left files behind"


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the QA_HOME of the person who runs it; joined models stay cached for all."""
    home = tmp_path_factory.mktemp("qa_home")
    monkeypatch.setenv("QA_HOME", str(home))
    monkeypatch.setenv("QA_MODEL_CACHE", os.environ.get("QA_MODEL_CACHE", str(CHECKOUT / ".model-cache")))
    for name in list(os.environ):
        if name.startswith("QA_") and name not in {
            "QA_HOME",
            "QA_MODEL_CACHE",
            "QA_TEST_DATA",
            "QA_MODELS_DIR",
            "QA_TEST_POSTGRES",
            "QA_CHROMIUM",
        }:
            monkeypatch.delenv(name)
