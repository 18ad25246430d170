"""Acknowledgement by the agent, and coaching notes; both databases."""

from __future__ import annotations

import pytest

from qa_toolkit.errors import ConflictError, InputError, PermissionRefusedError
from qa_toolkit.review import acknowledge, coach
from qa_toolkit.store import Store


def test_an_agent_acknowledges_their_own_evaluation_once(store: Store) -> None:
    made = acknowledge(store, "1", by="ana", comment=" I see. ")
    assert store.feedback.acknowledgements("1") == (made,)
    assert (made.who, made.comment) == ("ana", "I see.")
    with pytest.raises(ConflictError, match=r"ana acknowledged evaluation 1 at 20.* UTC"):
        acknowledge(store, "1", by="ana")
    for who in ("bob", "maria", "lena", "root"):
        with pytest.raises(PermissionRefusedError):
            acknowledge(store, "1", by=who)
    with pytest.raises(InputError, match="3073 characters, evaluation 1, 3072 at most"):
        acknowledge(store, "1", by="ana", comment="x" * 3073)
    with pytest.raises(InputError, match="no evaluation 9"):
        acknowledge(store, "9", by="ana")


def test_a_note_stands_beside_a_criterion_and_is_revised_by_another(store: Store) -> None:
    first = coach(store, "1", by="lena", text="Say your name first.", criterion="G-2")
    second = coach(store, "1", by="mo", text="Name, then greeting.", criterion="G-2", revises=first.id)
    assert store.feedback.notes(agent="A-17") == (first, second)
    assert (first.agent, second.revises, store.feedback.notes(evaluation="1")[0].text) == (
        "A-17",
        first.id,
        "Say your name first.",
    )
    with pytest.raises(ConflictError, match="mo revised note 1 at"):
        coach(store, "1", by="lena", text="x", revises=first.id)
    with pytest.raises(ConflictError, match="note 77 is not of evaluation 1"):
        coach(store, "1", by="lena", text="x", revises=77)
    with pytest.raises(InputError, match="unknown criterion 'G-7'"):
        coach(store, "1", by="lena", text="x", criterion="G-7")
    with pytest.raises(InputError, match="a note needs a text"):
        coach(store, "1", by="lena", text=" ")
    with pytest.raises(PermissionRefusedError, match="'ana' may not write coaching notes"):
        coach(store, "1", by="ana", text="x")
    assert "Say your name" not in str([*store.audit.entries()])
