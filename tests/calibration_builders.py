"""Evaluations with little writing, for the tests of calibration."""

from __future__ import annotations

from collections.abc import Mapping

from qa_toolkit.domain.evaluation import (
    Answer,
    AnswerStatus,
    Evaluation,
    RubricRef,
    Score,
    Source,
)

POINTS = {"yes": 10.0, "no": 0.0, "best": 10.0, "middle": 5.0, "worst": 0.0}
STATUS = {"na": AnswerStatus.NOT_APPLICABLE, None: AnswerStatus.UNANSWERED}


def answer(criterion: str, value: str | None) -> Answer:
    """``na`` is not applicable, None unanswered."""
    if value in STATUS:
        return Answer(criterion, STATUS[value], reason="said so")
    return Answer(criterion, AnswerStatus.ANSWERED, value, POINTS[value], 10.0)


def evaluation(
    interaction: str,
    rater: str,
    answers: Mapping[str, str | None],
    *,
    version: str = "1.0.0",
    percent: float | None = None,
) -> Evaluation:
    """By a reviewer, or by a machine whose name starts with ``machine``; the total is the mean unless given."""
    kind = "machine" if rater.startswith("machine") else "reviewer"
    counted = [POINTS[value] for value in answers.values() if value in POINTS]
    total = percent if percent is not None else 10 * sum(counted) / len(counted) if counted else None
    score = Score(total, sum(counted), 10.0 * len(counted), complete=True, open=0, passed=None)
    given = tuple(answer(criterion, value) for criterion, value in answers.items())
    return Evaluation(interaction, RubricRef("call", version, "0" * 64), Source(kind, rater), given, score)
