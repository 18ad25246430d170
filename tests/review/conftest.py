"""A store with people in it and one call that the machine has evaluated; on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import postgres_url
from review_examples import AGENTS, USERS, save_call
from sqlalchemy import create_engine, make_url, text

from qa_toolkit.store import Store, upgrade


@pytest.fixture(scope="session")
def review_postgres() -> Iterator[str]:
    with postgres_url() as url:
        yield url


@pytest.fixture
def review_database(review_postgres: str) -> Iterator[str]:
    server = create_engine(review_postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS qa_review"))
        connection.execute(text("CREATE DATABASE qa_review"))
    yield make_url(review_postgres).set(database="qa_review").render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE qa_review WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    address = str(tmp_path / "store.sqlite3")
    if request.param == "postgresql":
        address = request.getfixturevalue("review_database")
        upgrade(address)
    with Store.open(address) as store:
        yield store


@pytest.fixture
def store(empty_store: Store) -> Store:
    empty_store.people.save(USERS, AGENTS, by="root")
    save_call(empty_store)
    return empty_store
