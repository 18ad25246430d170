"""Stores to test with: a SQLite file, and a PostgreSQL database where there is a server."""

from __future__ import annotations

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


@contextmanager
def new_database(postgres: str) -> Iterator[str]:
    """URL of a database that is dropped at the end."""
    name = f"qa_test_{next(_NUMBERS)}"
    server = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an upgraded store, on each kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "store.sqlite3")
    url: str = request.getfixturevalue("empty_database")
    upgrade(url)
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
