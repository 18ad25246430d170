"""A store with people in it and one call that the machine has evaluated; on each kind of database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import postgres_url
from review_examples import AGENTS, USERS, save_call
from sqlalchemy import create_engine, make_url, text

from qa_toolkit.store import Store, upgrade


@pytest.fixture(scope="session")
def review_postgres() -> Iterator[str]:
    """A server with a database ``qa_review_made`` that is upgraded, to be copied for each test."""
    with postgres_url() as url:
        server = create_engine(url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS qa_review_made"))
            connection.execute(text("CREATE DATABASE qa_review_made"))
        upgrade(make_url(url).set(database="qa_review_made").render_as_string(hide_password=False))
        yield url
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE qa_review_made WITH (FORCE)"))
        server.dispose()


@pytest.fixture
def review_database(review_postgres: str) -> Iterator[str]:
    server = create_engine(review_postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS qa_review WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE qa_review TEMPLATE qa_review_made"))
    yield make_url(review_postgres).set(database="qa_review").render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE qa_review WITH (FORCE)"))
    server.dispose()


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with nothing in it, to be copied for each test."""
    path = tmp_path_factory.mktemp("made") / "store.sqlite3"
    Store.open(path).close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        url: str = request.getfixturevalue("review_database")
        return url
    made: Path = request.getfixturevalue("made_file")
    return str(shutil.copy(made, tmp_path / "store.sqlite3"))


@pytest.fixture
def empty_store(address: str) -> Iterator[Store]:
    with Store.open(address) as store:
        yield store


@pytest.fixture
def store(empty_store: Store) -> Store:
    empty_store.people.save(USERS, AGENTS, by="root")
    save_call(empty_store)
    return empty_store
