"""Rubric versions in and out of use: one version, one hash, one active; both databases."""

from __future__ import annotations

import hashlib

import pytest
from review_examples import FORM, save_call
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from store_examples import RUBRIC_YAML

from qa_toolkit.errors import ConflictError, InputError, PermissionRefusedError, RubricError
from qa_toolkit.evaluation import LoadedRubric, parse_rubric
from qa_toolkit.review import (
    GivenReview,
    assign,
    publish_rubric,
    retire_rubric,
    save_rubric_draft,
    stored_text,
    submit_review,
)
from qa_toolkit.store import RubricText, Store


def version(number: str, question: str = "Was the caller greeted?") -> LoadedRubric:
    written = RUBRIC_YAML.replace("1.0.0", number).replace("Was the caller greeted?", question)
    return parse_rubric(written)


def states(store: Store) -> dict[str, str]:
    return {each.rubric_version: each.state for each in store.publications.standings("greeting")}


def test_a_draft_changes_until_it_is_published(store: Store) -> None:
    first = save_rubric_draft(store, version("1.1.0"), by="maria")
    second = save_rubric_draft(store, version("1.1.0", "Greeted?"), by="lena", version=first.version)
    assert (first.sha256 != second.sha256, second.version) == (True, 2)
    with pytest.raises(ConflictError, match=r"the draft was saved by lena at 20.* UTC"):
        save_rubric_draft(store, version("1.1.0"), by="maria", version=first.version)
    assert states(store) == {"1.0.0": "registered", "1.1.0": "draft"}
    assert "Greeted?" in stored_text(store, "greeting@1.1.0")
    assert "Greeted?" not in stored_text(store, "greeting"), "a draft is not in use"
    published = publish_rubric(store, version("1.1.0", "Greeted?"), by="lena", note="Shorter.")
    assert (published.state, published.number, published.text) == ("active", 1, "Shorter.")
    assert store.publications.drafts() == ()
    with pytest.raises(ConflictError, match=r"greeting 1\.1\.0 is registered and never changed"):
        save_rubric_draft(store, version("1.1.0"), by="maria")
    with pytest.raises(RubricError, match=r"greeting 1\.1\.0 was used before with other content"):
        publish_rubric(store, version("1.1.0", "Greeted at all?"), by="lena")


def test_one_version_is_active_and_the_one_before_is_retired(store: Store) -> None:
    publish_rubric(store, version("1.0.0"), by="lena")
    assert (states(store), store.publications.active("greeting")) == ({"1.0.0": "active"}, "1.0.0")
    publish_rubric(store, version("1.1.0"), by="lars", seen=1)
    assert states(store) == {"1.0.0": "retired", "1.1.0": "active"}
    with pytest.raises(ConflictError, match=r"lars made greeting 1\.1\.0 active at 20"):
        publish_rubric(store, version("1.2.0"), by="lena", seen=1)
    with pytest.raises(ConflictError, match="is active already"):
        publish_rubric(store, version("1.1.0"), by="lena")
    publish_rubric(store, version("1.0.0"), by="lena", note="Back.")
    assert states(store) == {"1.0.0": "active", "1.1.0": "retired"}
    steps = [(each.rubric_version, each.state, each.who) for each in store.publications.history("greeting")]
    assert steps == [
        ("1.0.0", "active", "lena"),
        ("1.0.0", "retired", "lars"),
        ("1.1.0", "active", "lars"),
        ("1.1.0", "retired", "lena"),
        ("1.0.0", "active", "lena"),
    ]
    log = [(entry.action, entry.record) for entry in store.audit.entries(kind="rubric")][-2:]
    assert log == [("rubric.retire", "greeting@1.1.0"), ("rubric.publish", "greeting@1.0.0")]


def test_a_retired_version_scores_nothing_new_and_keeps_what_it_has(store: Store) -> None:
    publish_rubric(store, version("1.0.0"), by="lena")
    retired = retire_rubric(store, "greeting", "1.0.0", by="lena", note="Replaced soon.")
    assert (retired.state, store.publications.active("greeting")) == ("retired", None)
    with pytest.raises(RubricError, match=r"greeting 1\.0\.0 was retired by lena at 20.*qa rubric publish"):
        store.start_run(by="night", rubrics=[FORM])
    publish_rubric(store, version("1.1.0"), by="lena")
    with pytest.raises(RubricError, match=r"use version 1\.1\.0"):
        store.start_run(by="night", rubrics=[FORM])
    assert store.runs() == ()
    review = submit_review(store, "call-1", "greeting", GivenReview({"G-1": "yes"}), by="maria", based_on="1")
    filed = store.evaluation(review.evaluation_id)
    assert filed is not None
    assert filed.rubric.version == "1.0.0", "a review answers the version it is based on"
    with pytest.raises(ConflictError, match="lena retired it at 20"):
        retire_rubric(store, "greeting", "1.0.0", by="lars")
    with pytest.raises(InputError, match=r"greeting 9\.9\.9 is not registered"):
        retire_rubric(store, "greeting", "9.9.9", by="lars")


def test_blind_work_answers_the_active_version_not_the_last_registered(store: Store) -> None:
    publish_rubric(store, version("1.0.0"), by="lena")
    later = version("2.0.0")
    store.register_rubric(RubricText("greeting", "2.0.0", later.sha256, later.text), by="someone")
    save_call(store, "call-2")
    assign(store, ["call-2"], "greeting", ["maria"], by="lena", blind=True)
    review = submit_review(store, "call-2", "greeting", GivenReview({"G-1": "yes", "G-2": "no"}), by="maria")
    filed = store.evaluation(review.evaluation_id)
    assert filed is not None
    assert filed.rubric.version == "1.0.0"


def test_roles_publish_once_there_are_users(store: Store, empty_store: Store) -> None:
    assert store is empty_store
    for who in ("maria", "mo", "ana", "aud", "root", "nobody"):
        with pytest.raises(PermissionRefusedError):
            publish_rubric(store, version("1.1.0"), by=who)
        with pytest.raises(PermissionRefusedError):
            retire_rubric(store, "greeting", "1.0.0", by=who)
    with pytest.raises(PermissionRefusedError, match="may not write drafts"):
        save_rubric_draft(store, version("1.1.0"), by="ana")


def test_a_store_without_users_belongs_to_whoever_opens_it(empty_store: Store) -> None:
    assert publish_rubric(empty_store, version("1.1.0"), by="author").state == "active"


def test_the_hash_is_that_of_the_file(store: Store) -> None:
    published = publish_rubric(store, version("1.0.0"), by="lena")
    assert published.sha256 == FORM.sha256 == hashlib.sha256(RUBRIC_YAML.encode()).hexdigest()


def test_steps_are_never_changed(store: Store) -> None:
    publish_rubric(store, version("1.0.0"), by="lena")
    for statement in ("UPDATE rubric_publications SET state = 'retired'", "DELETE FROM rubric_publications"):
        with pytest.raises(DBAPIError, match="append-only"), store.database.engine.begin() as connection:
            connection.execute(text(statement))
