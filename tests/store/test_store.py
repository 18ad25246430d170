"""What is saved comes back, byte for byte; nothing filed is ever changed; both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from store_examples import (
    GREETING,
    example_evaluation,
    example_input,
    example_interaction,
    example_metrics,
    example_result,
    example_transcript,
)

from qa_toolkit.domain import ConversationMetrics, Evaluation, Interaction, Source, Transcript
from qa_toolkit.domain.contract import canonical_json, from_contract, to_contract
from qa_toolkit.errors import RubricError, StoreError
from qa_toolkit.store import InputRef, InteractionFilter, RubricText, SavedResult, Store

REVIEWER = Source("reviewer", "maria")
MACHINE = Source("machine", "qa_toolkit")


def save(store: Store, name: str = "call-1", *, content: str = "b", **changes: object) -> SavedResult:
    store.register_rubric(GREETING, by="tester")
    return store.save_result(
        example_result(name, **changes),
        interaction=example_interaction(name),
        source=example_input(name, content),
        by="tester",
    )


def test_what_is_saved_comes_back_byte_for_byte(store: Store) -> None:
    saved = save(store)
    assert saved == SavedResult("call-1", saved.evaluation_id, 1, new=True)
    assert store.interaction("call-1") == example_interaction()
    assert store.transcript_json("call-1") == canonical_json(to_contract(example_transcript()))
    assert store.metrics_json("call-1") == canonical_json(to_contract(example_metrics()))
    record = store.latest_evaluation("call-1", "greeting")
    assert record is not None
    assert record.json == canonical_json(to_contract(example_evaluation()))
    assert from_contract(Evaluation, json.loads(record.json)) == example_evaluation()
    assert (record.created_by, record.revision, record.input_sha256) == ("tester", 1, "b" * 64)
    assert record.created_at.tzinfo is not None


def test_the_same_result_again_files_nothing(store: Store) -> None:
    first, second = save(store), save(store)
    assert (second.new, second.evaluation_id, second.revision) == (False, first.evaluation_id, 1)
    counts = store.counts()
    assert (counts.interactions, counts.evaluations, counts.rubrics) == (1, 1, 1)


def test_another_answer_is_the_next_revision_and_the_old_stays(store: Store) -> None:
    save(store, percent=50.0)
    second = save(store, percent=100.0)
    third = save(store, percent=50.0)
    assert (second.revision, third.revision, third.new) == (2, 3, True)
    assert [record.percent for record in store.revisions("call-1")] == [50.0, 100.0, 50.0]


def test_another_recording_under_a_known_id_is_kept_beside_the_first_and_said(store: Store) -> None:
    first = save(store)
    second = save(store, content="c")
    assert first.warnings == ()
    assert "read before from another input (call-1.wav" in second.warnings[0]
    assert second.revision == 2, "the same answers about another recording are a filing of their own"
    assert [found.sha256[0] for found in store.inputs("call-1")] == ["b", "c"]
    assert [record.input_sha256[0] for record in store.revisions("call-1") if record.input_sha256] == [
        "b",
        "c",
    ]


def test_facts_given_later_replace_the_earlier_and_the_list_of_sites_follows(store: Store) -> None:
    save(store)
    store.save_result(
        example_result(), interaction=example_interaction(site="Rancho"), source=example_input(), by="tester"
    )
    assert store.values_of("site") == ("Rancho",)
    bare = Interaction("call-1", metadata={"caller_type": "broker"})
    store.save_result(example_result(), interaction=bare, source=example_input(), by="tester")
    found = store.interaction("call-1")
    assert found is not None
    assert (found.agent, found.site) == ("A-17", "Rancho"), "what is not given again is not taken away"
    assert (found.metadata["transaction"], found.metadata["caller_type"]) == ("renewal", "broker")
    assert store.values_of("rubric") == ("greeting",)
    with pytest.raises(KeyError):
        store.values_of("metadata_json")


class TestRubrics:
    def test_a_version_is_registered_once(self, store: Store) -> None:
        assert store.register_rubric(GREETING, by="author") is True
        assert store.register_rubric(GREETING, by="another") is False
        (record,) = store.rubrics()
        assert (record.text, record.sha256, record.registered_by) == (
            GREETING.text,
            GREETING.sha256,
            "author",
        )

    def test_the_same_version_with_another_hash_is_refused_with_both_hashes(self, store: Store) -> None:
        store.register_rubric(GREETING, by="author")
        with pytest.raises(RubricError, match="raise the version") as refused:
            store.register_rubric(replace(GREETING, sha256="f" * 64), by="author")
        assert "a" * 64 in str(refused.value)
        assert "f" * 64 in str(refused.value)

    def test_a_new_version_stands_beside_the_old(self, store: Store) -> None:
        save(store)
        store.register_rubric(RubricText("greeting", "1.1.0", "e" * 64, "id: greeting"), by="author")
        assert [(r.version, r.evaluations) for r in store.rubrics()] == [("1.0.0", 1), ("1.1.0", 0)]

    def test_an_evaluation_made_with_other_content_of_a_version_is_refused(self, store: Store) -> None:
        save(store)
        other = replace(GREETING, sha256="f" * 64)
        with pytest.raises(RubricError, match="raise the version"):
            store.file_evaluation(example_evaluation(rubric=other, source=REVIEWER), by="maria")


class TestReviews:
    def test_a_review_counts_before_the_machine_even_when_the_machine_files_later(self, store: Store) -> None:
        machine = save(store, percent=50.0)
        review = store.file_evaluation(
            example_evaluation(percent=100.0, source=REVIEWER),
            by="maria",
            based_on=machine.evaluation_id,
            blind=False,
        )
        save(store, percent=0.0)
        counting = store.latest_evaluation("call-1", "greeting")
        assert counting is not None
        assert (counting.id, counting.based_on, counting.blind) == (
            review.evaluation_id,
            machine.evaluation_id,
            False,
        )

    def test_a_rating_of_a_calibration_session_never_counts(self, store: Store) -> None:
        machine = save(store)
        store.file_evaluation(
            example_evaluation(percent=0.0, source=REVIEWER), by="maria", blind=True, session="week 45"
        )
        counting = store.latest_evaluation("call-1", "greeting")
        assert counting is not None
        assert counting.id == machine.evaluation_id
        assert [record.session for record in store.revisions("call-1")] == [None, "week 45"]

    def test_what_is_not_in_the_store_is_refused(self, store: Store) -> None:
        with pytest.raises(StoreError, match="not in the store"):
            store.file_evaluation(example_evaluation(), by="maria")
        save(store)
        with pytest.raises(StoreError, match="no evaluation 999"):
            store.file_evaluation(example_evaluation(source=REVIEWER), by="maria", based_on="999")
        assert store.evaluation("not a number") is None
        assert store.interaction("absent") is None
        assert store.transcript_json("absent") is None


class TestAllOrNothing:
    def test_a_result_whose_rubric_is_unknown_leaves_nothing_behind(self, store: Store) -> None:
        with pytest.raises(StoreError, match="not registered"):
            store.save_result(
                example_result(), interaction=example_interaction(), source=example_input(), by="tester"
            )
        assert store.counts().interactions == 0
        assert store.interaction("call-1") is None

    def test_a_result_for_a_key_of_another_run_leaves_nothing_behind(self, store: Store) -> None:
        store.register_rubric(GREETING, by="tester")
        run = store.start_run(by="tester")
        with pytest.raises(StoreError, match="not run"):
            store.save_result(
                example_result(),
                interaction=example_interaction(),
                source=example_input(),
                by="tester",
                run=run,
                key="k",
            )
        assert store.counts().interactions == 0

    def test_evaluation_and_interaction_must_be_of_one_id(self, store: Store) -> None:
        with pytest.raises(StoreError, match="is of 'call-1'"):
            store.save_result(
                example_result(), interaction=example_interaction("x"), source=example_input(), by="tester"
            )


@pytest.mark.parametrize("table", ["evaluations", "rubrics"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {table} SET sha256 = 'x'",
        "DELETE FROM {table}",
        pytest.param("INSERT OR REPLACE INTO {table} SELECT * FROM {table}", id="replace"),
        pytest.param("TRUNCATE {table} CASCADE", id="truncate"),
    ],
)
def test_the_database_itself_refuses_changes(store: Store, table: str, change: str) -> None:
    own = {"INSERT OR REPLACE": "sqlite", "TRUNCATE": "postgresql"}
    dialect = store.database.engine.dialect.name
    if any(change.startswith(start) and dialect != kind for start, kind in own.items()):
        pytest.skip(f"{dialect} has no such statement")
    save(store)
    before = store.revisions("call-1"), store.rubrics()
    with pytest.raises(DBAPIError, match="append-only"), store.database.engine.begin() as connection:
        connection.execute(text(change.format(table=table)))
    assert (store.revisions("call-1"), store.rubrics()) == before


def test_a_replaced_revision_under_a_new_id_is_refused_too(store: Store) -> None:
    if not store.database.is_sqlite:
        pytest.skip("INSERT OR REPLACE is SQLite's")
    save(store)
    columns = (
        "interaction_id, rubric_id, rubric_version, source_kind, source_name, revision, "
        "created_at, created_by, sha256, json, complete, open, auto_failed"
    )
    insert = f"INSERT OR REPLACE INTO evaluations (id, {columns}) SELECT 77, {columns} FROM evaluations"  # noqa: S608
    with pytest.raises(DBAPIError, match="append-only"), store.database.engine.begin() as connection:
        connection.execute(text(insert))


FILTERS = [
    (InteractionFilter(), ["c", "b", "a"]),
    (InteractionFilter(site="Rancho"), ["b"]),
    (InteractionFilter(agent="A-17", site="Fresno"), ["c", "a"]),
    (InteractionFilter(text="C"), ["c"]),
    (InteractionFilter(text="%"), []),
    (InteractionFilter(min_percent=60), ["b"]),
    (InteractionFilter(max_percent=60), ["a"]),
    (InteractionFilter(min_percent=0, max_percent=100), ["b", "a"]),
    (InteractionFilter(auto_failed=True), ["b"]),
    (InteractionFilter(complete=False), ["c"]),
    (InteractionFilter(passed=False), ["a"]),
    (InteractionFilter(rubric="greeting"), ["c", "b", "a"]),
    (InteractionFilter(rubric="other"), []),
    (InteractionFilter(started_from="2026-11-02", started_before="2026-11-03"), ["b"]),
    (InteractionFilter(kind="chat"), []),
]


def test_lists_are_filtered_counted_and_paged(store: Store) -> None:
    store.register_rubric(GREETING, by="tester")
    for name, site, percent, failed, still_open in [
        ("a", "Fresno", 50.0, (), 0),
        ("b", "Rancho", 80.0, ("G-2",), 0),
        ("c", "Fresno", None, (), 1),
    ]:
        day = "abc".index(name) + 1
        store.save_result(
            example_result(name, percent=percent, auto_failed_by=failed, open_answers=still_open),
            interaction=example_interaction(name, site=site, started_at=f"2026-11-0{day}T09:00:00Z"),
            source=example_input(name),
            by="tester",
        )
    for wanted, expected in FILTERS:
        page = store.interactions(wanted)
        assert ([row.interaction.id for row in page.rows], page.total) == (expected, len(expected)), wanted
    page = store.interactions(limit=1, offset=1)
    assert ([row.interaction.id for row in page.rows], page.total) == (["b"], 3)


_FILINGS = st.lists(
    st.tuples(
        st.sampled_from([MACHINE, REVIEWER, Source("reviewer", "jun")]),
        st.sampled_from([None, "week 45"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
)


@given(filings=_FILINGS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_filed_in_whatever_order_the_rule_says_what_counts(
    store: Store, filings: list[tuple[Source, str | None, int]]
) -> None:
    name = f"call-{store.counts().interactions}"
    save(store, name, percent=99.0)
    for source, session, percent in filings:
        store.file_evaluation(
            example_evaluation(name, percent=float(percent), source=source), by="x", session=session
        )
    filed = [record for record in store.revisions(name) if record.session is None]
    by_people = [record for record in filed if record.source.kind == "reviewer"]
    expected = (by_people or filed)[-1]
    assert store.latest_evaluation(name, "greeting") == expected
    page = store.interactions(
        InteractionFilter(text=name, min_percent=expected.percent, max_percent=expected.percent)
    )
    assert expected in [row.evaluation for row in page.rows]


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
_NUMBERS = st.floats(0, 1e6, allow_nan=False).map(lambda value: round(value, 6))


@given(texts=st.lists(_TEXTS, min_size=1, max_size=4), times=st.lists(_NUMBERS, min_size=4, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_and_times_come_back(store: Store, texts: list[str], times: list[float]) -> None:
    store.register_rubric(GREETING, by="tester")
    original = example_transcript()
    turns = tuple(
        replace(original.turns[0], id=place, text=words, start_s=times[place], end_s=times[place] + 1)
        for place, words in enumerate(texts)
    )
    transcript = replace(original, turns=turns, metadata={"note": texts[0]})
    result = replace(example_result(), transcript=to_contract(transcript))
    saved = store.save_result(
        result,
        interaction=example_interaction(agent=texts[0]),
        source=InputRef(texts[0], "d" * 64),
        by=texts[-1],
    )
    kept = store.transcript_json("call-1", evaluation=saved.evaluation_id)
    assert kept == canonical_json(to_contract(transcript))
    assert from_contract(Transcript, json.loads(kept)).turns[0].text == texts[0]
    found = store.interaction("call-1")
    assert found is not None
    assert found.agent == texts[0]


@pytest.mark.parametrize("kind", [Transcript, ConversationMetrics, Evaluation])
def test_contract_values_survive_json(kind: type) -> None:
    value = {
        Transcript: example_transcript(),
        ConversationMetrics: example_metrics(),
        Evaluation: example_evaluation(),
    }[kind]
    assert from_contract(kind, json.loads(canonical_json(to_contract(value)))) == value


def test_claims(open_store: Callable[[], Store]) -> None:
    first, second = open_store(), open_store()
    first.register_rubric(GREETING, by="tester")
    mine, theirs = first.start_run(by="one"), second.start_run(by="two")
    assert first.claim(mine, 0, "k", name="call-1.wav") == "claimed"
    assert second.claim(theirs, 0, "k", name="call-1.wav") == "busy", "a live run keeps what it works on"
    with pytest.raises(StoreError, match="not run"):
        second.settle(theirs, "k", "failed", "trouble")
    saved = first.save_result(
        example_result(),
        interaction=example_interaction(),
        source=example_input(),
        by="one",
        run=mine,
        key="k",
    )
    assert second.claim(theirs, 0, "k", name="other name.wav") == "done"
    found = second.run(theirs)
    assert found is not None
    assert (found.items[0].done_before, found.items[0].evaluation_id) == (True, saved.evaluation_id)
    (result,) = second.results(theirs)
    assert (result.input, result.evaluation) == ("other name.wav", to_contract(example_evaluation()))


@pytest.mark.parametrize("how", ["failed", "rejected"])
def test_what_did_not_work_is_tried_again_by_the_next_run(store: Store, how: str) -> None:
    run = store.start_run(by="one")
    store.claim(run, 0, "k", name="call-1.wav")
    store.settle(run, "k", how, "no sound")  # type: ignore[arg-type]
    store.place(run, 1, name="call-1.wav", state="rejected", reason="two inputs with one id")
    store.end_run(run, "finished")
    found = store.run(run)
    assert found is not None
    assert [(item.state, item.reason) for item in found.items] == [
        (how, "no sound"),
        ("rejected", "two inputs with one id"),
    ]
    again = store.start_run(by="one")
    assert store.claim(again, 0, "k", name="call-1.wav") == "claimed"
    item = store.ledger_item("k")
    assert item is not None
    assert (item.state, item.attempts, item.reason) == ("running", 2, None)


def test_a_run_that_ends_frees_what_it_held(open_store: Callable[[], Store]) -> None:
    first, second = open_store(), open_store()
    mine, theirs = first.start_run(by="one"), second.start_run(by="two")
    first.claim(mine, 0, "k", name="a")
    first.end_run(mine, "interrupted")
    assert second.claim(theirs, 0, "k", name="a") == "claimed"


def test_a_store_that_is_closed_counts_as_dead_and_its_items_are_taken_over(
    open_store: Callable[[], Store],
) -> None:
    first, second = open_store(), open_store()
    mine, theirs = first.start_run(by="one"), second.start_run(by="two")
    first.claim(mine, 0, "k", name="a")
    assert second.abandoned_runs() == ()
    first.close()
    assert second.claim(theirs, 0, "k", name="a") == "claimed"
    found = second.run(mine)
    assert found is not None
    assert found.state == "abandoned"
    assert second.abandoned_runs() == ()
