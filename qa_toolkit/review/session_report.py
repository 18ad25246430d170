"""What a calibration session shows to one person: answers side by side, statistics, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa_toolkit.calibration import Calibration, MachineAgreement, calibrate, machine_against_people
from qa_toolkit.domain.evaluation import AnswerStatus, Evaluation
from qa_toolkit.domain.rubric import NOT_APPLICABLE
from qa_toolkit.errors import UsageError
from qa_toolkit.review.calibrating import session_evaluations, session_of, session_remarks
from qa_toolkit.store.desk_records import CalibrationSession, SessionRemark

if TYPE_CHECKING:
    from qa_toolkit.store import Store

MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """The answers to one criterion of one interaction.

    Attributes:
        answers: rater (``machine`` for the machine) to the answer; ``na`` for not applicable, None for open.
        share: share of pairs of people who answer alike; None with fewer than two answers.
        agreed: the answer that was agreed on afterwards, if any.
    """

    interaction: str
    criterion: str
    answers: Mapping[str, str | float | None]
    share: float | None
    agreed: str | float | None


@dataclass(frozen=True, slots=True)
class SessionReport:
    """What one person may see of a session.

    Attributes:
        rows: interactions in their order, criteria in the rubric's.
        calibration: None while there are not two raters to compare; ``reason`` says so.
        machine: the machine against the people, by criterion; empty where it did not answer.
    """

    session: CalibrationSession
    rows: tuple[SessionRow, ...]
    calibration: Calibration | None
    machine: Mapping[str, MachineAgreement]
    remarks: tuple[SessionRemark, ...]
    reason: str | None = None


def session_report(store: Store, name: str, *, by: str, confidence: float = 0.95) -> SessionReport:
    """Everything somebody may see of a session; a rater whose answers are not in sees their own only.

    Raises:
        PermissionRefusedError: ``by`` is neither a rater of it nor leads sessions.
        InputError: there is no such session.
    """
    found = session_of(store, name)
    evaluations = session_evaluations(store, name, by=by, machine=True)
    people = [each for each in evaluations if each.source.kind == "reviewer"]
    remarks = session_remarks(store, name, by=by)
    raters = {each.source.name for each in people}
    expert = found.expert if found.expert in raters else None
    calibration, reason = None, None
    try:
        if people:
            calibration = calibrate(people, expert=expert, confidence=confidence)
        else:
            reason = "nothing was submitted that may be seen yet"
    except UsageError as error:
        reason = str(error)
    machine: dict[str, MachineAgreement] = {}
    if len(people) < len(evaluations) and people:
        machine = machine_against_people(evaluations, expert=expert, confidence=confidence)
    return SessionReport(found, _rows(found, evaluations, remarks), calibration, machine, remarks, reason)


def _rows(
    found: CalibrationSession, evaluations: Sequence[Evaluation], remarks: Sequence[SessionRemark]
) -> tuple[SessionRow, ...]:
    agreed = {(each.interaction, each.criterion): each.answer for each in remarks if each.kind == "agreed"}
    criteria = dict.fromkeys(answer.criterion for each in evaluations for answer in each.answers)
    answers: dict[tuple[str, str], dict[str, str | float | None]] = {}
    for each in evaluations:
        rater = each.source.name if each.source.kind == "reviewer" else MACHINE
        for answer in each.answers:
            given = answer.answer if answer.status is AnswerStatus.ANSWERED else None
            given = NOT_APPLICABLE if answer.status is AnswerStatus.NOT_APPLICABLE else given
            answers.setdefault((each.interaction, answer.criterion), {})[rater] = given
    return tuple(
        SessionRow(
            interaction,
            criterion,
            answers.get((interaction, criterion), {}),
            _share(answers.get((interaction, criterion), {})),
            agreed.get((interaction, criterion)),
        )
        for interaction in found.interactions
        for criterion in criteria
    )


def _share(answers: Mapping[str, str | float | None]) -> float | None:
    given = [answer for rater, answer in answers.items() if rater != MACHINE and answer is not None]
    pairs = len(given) * (len(given) - 1)
    return sum(given.count(each) - 1 for each in given) / pairs if pairs else None
