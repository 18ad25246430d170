"""Stores to test with: a SQLite file, and a PostgreSQL database where there is a server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from postgres_server import postgres_url
from sqlalchemy import create_engine, make_url, text

from qa_toolkit.store import Store, upgrade

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_url() as url:
        yield url


@pytest.fixture
def empty_database(postgres: str) -> Iterator[str]:
    """URL of a new, empty PostgreSQL database."""
    with new_database(postgres) as url:
        yield url


@pytest.fixture
def second_database(postgres: str) -> Iterator[str]:
    """URL of another one."""
    with new_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def made_database(postgres: str) -> Iterator[str]:
    """Name of a database at this revision with nothing in it, to be copied."""
    with new_database(postgres) as url:
        upgrade(url)
        yield make_url(url).database or ""


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("made") / "store.sqlite3"
    Store.open(path).close()
    return path


@pytest.fixture
def copied_database(postgres: str, made_database: str) -> Iterator[str]:
    """URL of a PostgreSQL database at this revision."""
    with new_database(postgres, template=made_database) as url:
        yield url


@contextmanager
def new_database(postgres: str, template: str = "template1") -> Iterator[str]:
    """URL of a database that is dropped at the end."""
    name = f"qa_test_{next(_NUMBERS)}"
    server = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an upgraded store, on each kind of database."""
    if request.param == "sqlite":
        made: Path = request.getfixturevalue("made_file")
        return str(shutil.copy(made, tmp_path / "store.sqlite3"))
    url: str = request.getfixturevalue("copied_database")
    return url


@pytest.fixture
def open_store(address: str) -> Iterator[Callable[[], Store]]:
    """Opens the same store as often as wanted; all are closed at the end."""
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(Store.open(address))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()
