"""The audit log: every change in it, nothing of what was said in it, and no row changed without being found."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from store_examples import GREETING, example_evaluation, example_input, example_interaction, example_result
from store_writers import append_many

from qa_toolkit.domain import Source
from qa_toolkit.errors import StoreError
from qa_toolkit.store import AuditEntry, AuditHead, Store
from qa_toolkit.store.audit import GENESIS, row_hash, verify

WRITERS, EACH = 8, 25
ROWS = 1000


def made_log(rows: int) -> list[AuditEntry]:
    """A log as the store writes it."""
    found: list[AuditEntry] = []
    previous = GENESIS
    for number in range(1, rows + 1):
        at = f"2026-11-02T09:00:00.{number:06d}+00:00"
        columns = (
            number,
            at,
            "maria",
            "qa@host",
            "interaction.view",
            "interaction",
            f"c{number}",
            None,
            "{}",
        )
        found.append(AuditEntry(*columns, previous, row_hash((*columns, previous))))
        previous = found[-1].hash
    return found


def edited(log: list[AuditEntry], at: int) -> list[AuditEntry]:
    return [*log[:at], replace(log[at], who="jun"), *log[at + 1 :]]


def deleted(log: list[AuditEntry], at: int) -> list[AuditEntry]:
    return log[:at] + log[at + 1 :]


def swapped(log: list[AuditEntry], at: int) -> list[AuditEntry]:
    """The row and the one after it (the first, for the last) in each other's place."""
    other = (at + 1) % len(log)
    changed = list(log)
    changed[at], changed[other] = replace(log[other], id=at + 1), replace(log[at], id=other + 1)
    return changed


def inserted(log: list[AuditEntry], at: int) -> list[AuditEntry]:
    """A row of one's own, well hashed, and the later ones moved on."""
    new = replace(log[at], who="jun")
    new = replace(new, hash=row_hash(astuple(new)[:-1]))
    return [*log[:at], new, *(replace(row, id=row.id + 1) for row in log[at:])]


def truncated(log: list[AuditEntry], at: int) -> list[AuditEntry]:
    return log[:at]


def written_anew(log: list[AuditEntry], at: int) -> list[AuditEntry]:
    """A row changed by somebody who then makes every later hash fit."""
    changed = edited(log, at)
    previous = log[at].previous
    for place in range(at, len(changed)):
        row = replace(changed[place], previous=previous)
        changed[place] = replace(row, hash=row_hash(astuple(row)[:-1]))
        previous = changed[place].hash
    return changed


TAMPERING: list[tuple[str, Callable[[list[AuditEntry], int], list[AuditEntry]], Callable[[int], int]]] = [
    ("edit", edited, lambda at: at + 1),
    ("delete", deleted, lambda at: at + 1),
    ("reorder", swapped, lambda at: 1 if at == ROWS - 1 else at + 1),
    ("insert", inserted, lambda at: min(at + 2, ROWS)),
    ("truncate", truncated, lambda at: at + 1),
    ("write anew", written_anew, lambda at: ROWS),
]


@pytest.mark.slow
@pytest.mark.parametrize(("how", "tamper", "row"), TAMPERING, ids=[how for how, *_ in TAMPERING])
def test_whichever_row_of_1000_is_tampered_with_the_first_broken_row_is_named(
    how: str, tamper: Callable[..., list[AuditEntry]], row: Callable[[int], int]
) -> None:
    log = made_log(ROWS)
    anchor = AuditHead(log[-1].id, log[-1].hash)
    assert verify(log, [anchor]).whole
    step = 25 if how == "write anew" else 1
    found = {at: verify(tamper(log, at), [anchor]).broken for at in range(0, ROWS, step)}
    assert found == {at: row(at) for at in range(0, ROWS, step)}


def test_a_cut_end_shows_only_against_an_anchor() -> None:
    log = made_log(20)
    assert verify(log[:15]).whole
    check = verify(log[:15], [AuditHead(20, log[-1].hash)])
    assert (check.broken, check.rows, check.reason) == (
        16,
        15,
        "the log ends at row 15, an anchor names row 20",
    )
    assert verify(log, [AuditHead(5, log[4].hash), AuditHead(20, log[-1].hash)]).whole
    assert verify([], [AuditHead(1, "f" * 64)]).broken == 1


def fill(store: Store, rows: int = 12) -> None:
    for number in range(rows):
        store.audit.record("interaction.view", "interaction", f"call-{number}", by="maria")


def without_triggers(store: Store, *statements: str) -> None:
    """What an owner of the database can do: switch the guards off first."""
    guards = (
        ["DROP TRIGGER audit_log_refuse_update", "DROP TRIGGER audit_log_refuse_delete"]
        if store.database.is_sqlite
        else ["DROP TRIGGER audit_log_refuse_change ON audit_log"]
    )
    with store.database.engine.begin() as connection:
        for statement in (*guards, *statements):
            connection.execute(text(statement))


IN_THE_DATABASE = [
    (("UPDATE audit_log SET who = 'jun' WHERE id = 5",), 5),
    (("UPDATE audit_log SET at = '2026' WHERE id = 12",), 12),
    (("UPDATE audit_log SET hash = 'x' WHERE id = 3",), 3),
    (("DELETE FROM audit_log WHERE id = 7",), 7),
    (("DELETE FROM audit_log WHERE id = 1",), 1),
    (("DELETE FROM audit_log WHERE id > 9",), 10),
    (("DELETE FROM audit_log",), 1),
    (
        (
            "UPDATE audit_log SET id = -1 WHERE id = 4",
            "UPDATE audit_log SET id = 4 WHERE id = 5",
            "UPDATE audit_log SET id = 5 WHERE id = -1",
        ),
        4,
    ),
    (
        (
            """INSERT INTO audit_log SELECT 13, at, who, origin, action, record_kind, record, digest, facts,
            hash, hash FROM audit_log WHERE id = 12""",
        ),
        13,
    ),
]


@pytest.mark.parametrize(("statements", "row"), IN_THE_DATABASE)
def test_tampering_in_the_database_is_found(store: Store, statements: tuple[str, ...], row: int) -> None:
    fill(store)
    head = store.audit.head()
    assert head is not None
    assert store.audit.verify([head]).whole
    without_triggers(store, *statements)
    assert store.audit.verify([head]).broken == row


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_log SET who = 'x'",
        "DELETE FROM audit_log",
        pytest.param("INSERT OR REPLACE INTO audit_log SELECT * FROM audit_log", id="replace"),
        pytest.param("TRUNCATE audit_log", id="truncate"),
    ],
)
def test_the_database_refuses_changes_of_the_log(store: Store, change: str) -> None:
    own = {"INSERT OR REPLACE": "sqlite", "TRUNCATE": "postgresql"}
    dialect = store.database.engine.dialect.name
    if any(change.startswith(start) and dialect != kind for start, kind in own.items()):
        pytest.skip(f"{dialect} has no such statement")
    fill(store, 2)
    with pytest.raises(DBAPIError, match="append-only"), store.database.engine.begin() as connection:
        connection.execute(text(change))
    assert store.audit.verify().rows == 2


def test_every_change_of_a_scoring_run_is_in_the_log_with_who_and_from_where(address: str) -> None:
    with Store.open(address, origin="qa score") as store:
        run = store.start_run(by="night", rubrics=[GREETING])
        store.claim(run, 0, "k", name="call-1.wav")
        saved = store.save_result(
            example_result(),
            interaction=example_interaction(),
            source=example_input(),
            by="night",
            run=run,
            key="k",
        )
        store.end_run(run, "finished")
        store.file_evaluation(
            example_evaluation(source=Source("reviewer", "maria")), by="maria", based_on=saved.evaluation_id
        )
        log = [*store.audit.entries()]
        assert [(row.who, row.action, row.record) for row in log] == [
            ("night", "rubric.register", "greeting@1.0.0"),
            ("night", "run.start", "1"),
            ("night", "interaction.add", "call-1"),
            ("night", "evaluation.file", "1"),
            ("night", "run.end", "1"),
            ("maria", "evaluation.file", "2"),
        ]
        assert {row.origin.partition("@")[0] for row in log} == {"qa score"}
        assert json.loads(log[4].facts) == {"items": {"done": 1}, "state": "finished"}
        assert [row.record for row in store.audit.entries(kind="evaluation", record="2")] == ["2"]
        assert store.audit.verify().whole


def test_the_log_holds_nothing_of_what_was_said(store: Store) -> None:
    store.register_rubric(GREETING, by="tester")
    store.save_result(
        example_result(), interaction=example_interaction(), source=example_input(), by="tester"
    )
    said = "\n".join(str(astuple(row)) for row in store.audit.entries())
    for words in ("Good morning", "Habla", "no name was heard", "renewal"):
        assert words not in said


def test_a_change_that_fails_leaves_no_row(store: Store) -> None:
    with pytest.raises(StoreError, match="not registered"):
        store.save_result(
            example_result(), interaction=example_interaction(), source=example_input(), by="tester"
        )
    assert store.audit.head() is None
    assert store.audit.verify().rows == 0


@pytest.mark.slow
def test_eight_writers_keep_the_chain_whole(address: str) -> None:
    Store.open(address).close()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WRITERS, mp_context=context) as pool:
        list(pool.map(append_many, [address] * WRITERS, range(WRITERS), [EACH] * WRITERS))
    with Store.open(address) as store:
        check = store.audit.verify()
        assert (check.rows, check.broken) == (WRITERS * EACH, None)
        by_writer = [row.who for row in store.audit.entries()]
        assert {by_writer.count(f"writer-{n}") for n in range(WRITERS)} == {EACH}
