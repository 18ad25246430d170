"""What leaves for the browser at the review desk: nothing that is hidden there."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from qa_toolkit.domain import (
    Answer,
    AnswerStatus,
    Evaluation,
    Role,
    RubricRef,
    Score,
    Source,
    SpanEvidence,
    Transcript,
    Turn,
    ValueEvidence,
)
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.reports.masking import identifier_places
from qa_toolkit.resources import app_dir

TURN = Turn(1, Role.CUSTOMER, "My social is 567-68-4321, thank you.", 0.0, 3.0)
CALL = Transcript("call-1", (TURN,), language="en")
EVIDENCE = (SpanEvidence(1, TURN.text, start_s=0.0), ValueEvidence("field", "ssn", "567-68-4321"))
ANSWER = Answer(
    "G-1", AnswerStatus.ANSWERED, "yes", 1.0, 1.0, evidence=EVIDENCE, reason=f'said: "{TURN.text}"'
)
PROPOSED = Evaluation(
    "call-1",
    RubricRef("greeting", "1.0.0", "a" * 64),
    Source("machine", "m"),
    (ANSWER,),
    Score(None, 0, 0, False, 0, None),
)
RUBRIC = Rubric.model_validate(
    {
        "id": "greeting",
        "version": "1.0.0",
        "title": "Greeting",
        "sections": [{"id": "s", "title": "S", "criteria": [{"id": "G-1", "question": "Greeted?"}]}],
    }
)


@pytest.fixture
def desk_data(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(app_dir()))
    yield importlib.import_module("desk_data")
    sys.modules.pop("desk_data", None)


def say(text: str, **facts: object) -> str:
    return text.format(**facts)


def test_proposed_answers_hide_what_the_transcript_hides(desk_data: ModuleType) -> None:
    call = desk_data.DeskCall("call-1", RUBRIC, PROPOSED, CALL, places=identifier_places(CALL))
    sent = json.dumps([desk_data.criteria_of(call, say), desk_data.turns_of(call, can_correct=True)])
    assert "4321" not in sent
    (row,) = desk_data.criteria_of(call, say)
    assert row["proposed"]["reason"] == 'said: "My social is •••-••-••••, thank you."'
    assert [each["text"] for each in row["proposed"]["evidence"]] == [
        "“My social is •••-••-••••, thank you.”",
        "ssn: •••-••-••••",
    ]
