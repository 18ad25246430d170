"""Assigning interactions and filing reviews."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import Answer, AnswerStatus, Evaluation, Source, SpanEvidence
from qa_toolkit.domain.rubric import NOT_APPLICABLE
from qa_toolkit.errors import InputError, UsageError
from qa_toolkit.evaluation import LoadedRubric, parse_rubric, score_answers
from qa_toolkit.review.permissions import Action, permit
from qa_toolkit.store.people_records import Assignment, Override, Remarks, RootCause

if TYPE_CHECKING:
    from qa_toolkit.store import EvaluationRecord, SavedResult, Store
    from qa_toolkit.store.queues import AssignmentFilter, QueuePage

OVERRIDE_REASONS = {
    "misheard": "the words were recognised wrongly",
    "wrong_evidence": "the quoted words do not show it",
    "missed_evidence": "it is shown elsewhere in the interaction",
    "judgement": "the same words are judged otherwise",
    "applicability": "the criterion applies or does not apply",
    "rubric_unclear": "the rubric can be read both ways",
    "other": "none of these",
}
ROOT_CAUSES = {
    "knowledge": "the agent did not know",
    "skill": "the agent knew and could not do it",
    "attention": "a slip",
    "process": "the process asks for it or leaves it out",
    "system": "a system kept the agent from it",
    "policy": "the policy is unclear or contradicts itself",
    "customer": "the customer's situation made it impossible",
    "other": "none of these",
}


EVERYBODY = "*"
"""In place of a reviewer: the queues of all."""


@dataclass(frozen=True, slots=True)
class GivenReview:
    """What a reviewer gives.

    Attributes:
        answers: criterion to an option, a number, ``na``, or None (open).
        overrides: criterion to a code of ``OVERRIDE_REASONS`` and a sentence.
        root_causes: criterion to a code of ``ROOT_CAUSES`` and, if there is more to say, a sentence.
        evidence: criterion to the numbers of the turns that show it; they take the place of what was quoted.
    """

    answers: Mapping[str, object]
    overrides: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    root_causes: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    evidence: Mapping[str, Sequence[int]] = field(default_factory=dict)


def assign(
    store: Store,
    interactions: Sequence[str],
    rubric: str,
    reviewers: Sequence[str],
    *,
    by: str,
    due_on: str | None = None,
    blind: bool = False,
    session: str | None = None,
) -> tuple[int, ...]:
    """Puts interactions into the queues of reviewers, in turn; the ids of the new assignments.

    Raises:
        PermissionRefusedError: ``by`` may not assign, or a reviewer may not review.
        UsageError: nobody or nothing is named, the rubric is not in the store, or the day is none.
        InputError: an interaction is not in the store; nothing was assigned.
    """
    permit(store, by, Action.ASSIGN)
    if not interactions or not reviewers:
        raise UsageError("nothing to assign", None, "name interactions and reviewers")
    for reviewer in reviewers:
        permit(store, reviewer, Action.REVIEW)
    if due_on is not None:
        check_day(due_on)
    newest_rubric(store, rubric)
    return store.work.assign(
        interactions, rubric, reviewers, by=by, due_on=due_on, blind=blind, session=session
    )


def queue(store: Store, *, by: str, reviewer: str | None = None) -> tuple[Assignment, ...]:
    """Open assignments of a reviewer (oneself, unless somebody else is named; ``*`` for everybody's)."""
    wanted = _whose(store, by, reviewer)
    return store.work.assignments(reviewer=wanted)


def queue_page(
    store: Store,
    wanted: AssignmentFilter,
    *,
    by: str,
    limit: int | None = 50,
    offset: int = 0,
) -> QueuePage:
    """A page of a queue, in the order it is due: one's own, or that of others for those who may see it.

    Args:
        wanted: its ``reviewer`` None stands for everybody's.

    Raises:
        PermissionRefusedError: the role does not allow it.
    """
    _whose(store, by, wanted.reviewer or EVERYBODY)
    return store.work.page(wanted, limit=limit, offset=offset)


def _whose(store: Store, by: str, reviewer: str | None) -> str | None:
    """Whose queue is read, if it may be; None for everybody's. Who rates in sessions has one, too."""
    permit(store, by, Action.RATE_CALIBRATION if reviewer in (None, by) else Action.VIEW_QUEUES)
    wanted = by if reviewer is None else reviewer
    return None if wanted == EVERYBODY else wanted


def submit_review(
    store: Store,
    interaction: str,
    rubric: str,
    given: GivenReview,
    *,
    by: str,
    based_on: str | None = None,
    session: str | None = None,
) -> SavedResult:
    """Files a person's own evaluation.

    A reviewer who has the interaction open as a blind assignment names no evaluation and answers everything.
    Otherwise ``based_on`` is the evaluation that counts; what is not answered anew stays as it is there.

    Args:
        session: the calibration session it must be a rating of, where it is one.

    Raises:
        PermissionRefusedError: ``by`` may not review.
        ConflictError: somebody filed meanwhile, the matter is disputed or settled, or the rating was given.
        InputError: an answer, code, criterion or turn is not one there is, or a change has no reason.
    """
    found = store.interaction(interaction)
    mine = store.work.open_assignment(interaction, rubric, by)
    name = session or (None if mine is None else mine.session)
    calibrates = None if name is None else store.calibration.get(name)
    needed = Action.REVIEW if calibrates is None else Action.RATE_CALIBRATION
    permit(store, by, needed, agent=None if found is None else found.agent)
    blind = name is not None or bool(mine and mine.blind)
    if blind and based_on is not None:
        raise UsageError(f"'{interaction}' is assigned blind", None, "leave out what the review is based on")
    base = None if based_on is None else base_evaluation(store, based_on, interaction, rubric)
    if base is not None:
        form = rubric_of(store, base)
    elif calibrates is not None:
        form = newest_rubric(store, f"{rubric}@{calibrates.rubric_version}")
    else:
        form = newest_rubric(store, rubric)
    evaluation = answered(form, given, base, interaction=interaction, by=by)
    if given.evidence:
        evaluation = with_turns(store, evaluation, given.evidence, based_on=based_on)
    return store.work.submit(
        evaluation,
        remarks_of(form, given, base, evaluation),
        by=by,
        based_on=based_on,
        blind=blind,
        session=name,
    )


def revert_review(
    store: Store, evaluation: str, *, by: str, based_on: str, reason: str = "judgement", text: str
) -> SavedResult:
    """Files the answers of an earlier evaluation again, as a new revision on top of what counts now.

    Raises:
        As ``submit_review``. InputError: nothing would change.
    """
    record = store.evaluation(evaluation)
    if record is None:
        raise InputError(f"there is no evaluation {evaluation}", store.database.where, "see 'qa review list'")
    earlier = base_evaluation(store, evaluation, record.interaction, record.rubric.id)
    base = base_evaluation(store, based_on, record.interaction, record.rubric.id)
    visible = store.work.visible_evaluations(record.interaction, record.rubric.id, viewer=by)
    if evaluation not in {each.id for each in visible}:
        raise InputError(f"there is no evaluation {evaluation}", store.database.where, "see 'qa review list'")
    answers = {answer.criterion: _as_given(answer) for answer in earlier.answers}
    known = {answer.criterion for answer in base.answers}
    answers = {name: answer for name, answer in answers.items() if name in known}
    before = {answer.criterion: _as_given(answer) for answer in base.answers}
    if all(before[name] == answer for name, answer in answers.items()):
        raise InputError("nothing would change", f"evaluation {evaluation}", "it says the same already")
    made = answered(rubric_of(store, base), GivenReview(answers), base, interaction=record.interaction, by=by)
    overrides = dict.fromkeys(overridden(base, made), (reason, text))
    given = GivenReview(answers, overrides)
    return submit_review(store, record.interaction, record.rubric.id, given, by=by, based_on=based_on)


def answered(
    form: LoadedRubric, given: GivenReview, base: Evaluation | None, *, interaction: str, by: str
) -> Evaluation:
    """A reviewer's evaluation: the answers given, the others as in ``base``, with its evidence."""
    before = {} if base is None else {answer.criterion: answer for answer in base.answers}
    kept = {name: _as_given(answer) for name, answer in before.items()}
    made = score_given(form, {**kept, **given.answers}, interaction=interaction, by=by)
    answers = tuple(_with_evidence(answer, before.get(answer.criterion)) for answer in made.answers)
    return replace(made, answers=answers)


def score_given(
    form: LoadedRubric, answers: Mapping[str, object], *, interaction: str, by: str
) -> Evaluation:
    """Answers of a person, checked against the rubric and scored; what is not answered is open."""
    return score_answers(form, answers, interaction=interaction, source=Source("reviewer", by))


def with_turns(
    store: Store, made: Evaluation, evidence: Mapping[str, Sequence[int]], *, based_on: str | None
) -> Evaluation:
    """The evaluation with turns a person named as evidence, quoted from the transcript it rests on.

    Raises:
        InputError: there is no transcript, no such turn, or a criterion that is not answered.
    """
    text = store.transcript_json(made.interaction, evaluation=based_on) or store.transcript_json(
        made.interaction
    )
    if text is None:
        raise InputError(f"'{made.interaction}' has no transcript", None, "leave out the turns")
    turns = {turn["id"]: turn for turn in json.loads(text)["turns"]}
    answers = {answer.criterion: answer for answer in made.answers}
    for name, numbers in evidence.items():
        if name not in answers:
            raise InputError(f"unknown criterion '{name}'", made.rubric.id, "name one of the rubric")
        if missing := [number for number in numbers if number not in turns]:
            raise InputError(f"there is no turn {missing[0]}", made.interaction, f"1 to {len(turns)}")
        answers[name] = replace(answers[name], evidence=tuple(_span(turns[each]) for each in numbers))
    return replace(made, answers=tuple(answers.values()))


def _span(turn: Mapping[str, Any]) -> SpanEvidence:
    return SpanEvidence(turn["id"], turn["text"], turn.get("channel"), turn.get("start_s"), turn.get("end_s"))


def remarks_of(form: LoadedRubric, given: GivenReview, base: Evaluation | None, made: Evaluation) -> Remarks:
    """Overrides and root causes, checked: a changed answer needs a reason with a text, nothing else has one.

    Raises:
        InputError: the first thing that is wrong, with what is accepted.
    """
    changed = () if base is None else overridden(base, made)
    missing = [name for name in changed if name not in given.overrides]
    if missing:
        raise InputError(
            f"{', '.join(missing)} changed without a reason",
            made.interaction,
            f"give each a reason ({', '.join(OVERRIDE_REASONS)}) and a text",
        )
    overrides = []
    for name, (reason, text) in given.overrides.items():
        if name not in changed:
            raise InputError(f"{name} is not changed, yet has a reason", made.interaction, "leave it out")
        _check_code(reason, OVERRIDE_REASONS, f"reason of {name}")
        if not text.strip():
            raise InputError(f"the reason of {name} has no text", made.interaction, "say it in a sentence")
        overrides.append(Override(name, reason, text.strip()))
    causes = []
    known = {criterion.id for criterion in form.rubric.criteria}
    for name, (cause, more) in given.root_causes.items():
        if name not in known:
            raise InputError(f"unknown criterion '{name}'", form.rubric.id, "name one of the rubric")
        _check_code(cause, ROOT_CAUSES, f"root cause of {name}")
        causes.append(RootCause(name, cause, (more or "").strip() or None))
    return Remarks(tuple(overrides), tuple(causes))


def overridden(base: Evaluation, made: Evaluation) -> tuple[str, ...]:
    """Criteria that ``base`` had decided and are decided otherwise now, not those that were open."""
    decided = (AnswerStatus.ANSWERED, AnswerStatus.NOT_APPLICABLE)
    before = {answer.criterion: answer for answer in base.answers if answer.status in decided}
    return tuple(
        answer.criterion
        for answer in made.answers
        if answer.criterion in before
        and (answer.status, answer.answer)
        != (before[answer.criterion].status, before[answer.criterion].answer)
    )


def base_evaluation(store: Store, evaluation: str, interaction: str, rubric: str) -> Evaluation:
    """The evaluation a review rests on.

    Raises:
        InputError: there is none of that id of this interaction and rubric.
    """
    record: EvaluationRecord | None = store.evaluation(evaluation)
    if record is None or (record.interaction, record.rubric.id) != (interaction, rubric):
        raise InputError(
            f"'{interaction}' has no evaluation {evaluation} under {rubric}", None, "see 'qa review list'"
        )
    return from_contract(Evaluation, json.loads(record.json))


def newest_rubric(store: Store, rubric: str) -> LoadedRubric:
    """The version of a rubric that is active, else the one registered last; or the one named, ``id@version``.

    Raises:
        UsageError: the store knows no such rubric.
    """
    name, _, version = rubric.partition("@")
    record = store.publications.record(name, version or None)
    if record is None:
        raise UsageError(f"the store has no rubric '{rubric}'", store.database.where, "score with it first")
    return replace(parse_rubric(record.text, rubric), sha256=record.sha256)


def rubric_of(store: Store, evaluation: Evaluation) -> LoadedRubric:
    """The rubric version of an evaluation, as it was when it was filed."""
    reference = evaluation.rubric
    return newest_rubric(store, f"{reference.id}@{reference.version}")


def _as_given(answer: Answer) -> str | float | None:
    if answer.status is AnswerStatus.NOT_APPLICABLE:
        return NOT_APPLICABLE
    return answer.answer if answer.status is AnswerStatus.ANSWERED else None


def _with_evidence(answer: Answer, before: Answer | None) -> Answer:
    if before is None or (answer.status, answer.answer) != (before.status, before.answer):
        return answer
    return replace(answer, evidence=before.evidence, reason=before.reason or answer.reason)


def _check_code(code: str, accepted: Mapping[str, str], where: str) -> None:
    if code not in accepted:
        raise InputError(f"'{code}' is not known", where, f"accepted: {', '.join(accepted)}")


def check_day(text: str) -> None:
    """Refuses what is not an ISO day.

    Raises:
        UsageError: it is none.
    """
    try:
        good = date.fromisoformat(text).isoformat() == text
    except ValueError:
        good = False
    if not good:
        raise UsageError(f"'{text}' is not a day", None, "write YYYY-MM-DD")
