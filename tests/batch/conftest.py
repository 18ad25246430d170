"""A store of its own for each test of the batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_toolkit.store import Store


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


@pytest.fixture
def store(store_path: Path) -> Iterator[Store]:
    with Store.open(store_path) as opened:
        yield opened
