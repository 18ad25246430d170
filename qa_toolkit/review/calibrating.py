"""Calibration sessions: set up by a lead, answered blind, closed, discussed, and what comes of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.domain.rubric import NOT_APPLICABLE
from qa_toolkit.errors import InputError, PermissionRefusedError, UsageError
from qa_toolkit.review.permissions import Action, Scope, permit, scope_of
from qa_toolkit.review.reviewing import GivenReview, check_day, newest_rubric, score_given, submit_review
from qa_toolkit.store.desk_records import CalibrationSession, Reveal, SessionRemark

if TYPE_CHECKING:
    from qa_toolkit.evaluation import LoadedRubric
    from qa_toolkit.store import EvaluationRecord, SavedResult, Store

RUBRIC_EFFECTS = {
    "none": "the rubric stays as it is",
    "clarify": "the question or its guidance is said more clearly",
    "examples": "examples are added",
    "answers": "answer options or their points change",
    "applicability": "when the criterion applies is said otherwise",
    "evaluator": "how the machine answers it changes",
    "split": "the criterion becomes two",
    "remove": "the criterion goes",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_READING = "dispute-"


def open_session(
    store: Store,
    name: str,
    *,
    rubric: str,
    interactions: Sequence[str],
    raters: Sequence[str],
    by: str,
    expert: str | None = None,
    title: str | None = None,
    reveal: Reveal = "submitted",
    due_on: str | None = None,
) -> CalibrationSession:
    """Sets up a session on one version of a rubric: every rater answers every interaction, blind.

    Args:
        name: its id, as scripts and addresses use it.
        rubric: ``id@version``, or an id for the version in use.
        expert: the rater whose answers are the reference; added to the raters.
        reveal: ``submitted`` shows a rater the others' answers when all of their own are in, ``closed`` only
            when the session is closed.

    Raises:
        PermissionRefusedError: ``by`` may not lead sessions, or a rater may not rate.
        UsageError: the name cannot be used, or there are too few raters or interactions.
        InputError: an interaction or the rubric version is not in the store.
        ConflictError: the name is taken, or a rater has one of the interactions open already.
    """
    permit(store, by, Action.LEAD_CALIBRATION)
    people = tuple(dict.fromkeys((*raters, *([expert] if expert else []))))
    chosen = tuple(dict.fromkeys(interactions))
    if not _NAME.fullmatch(name) or name.startswith(_READING):
        raise UsageError(f"'{name}' cannot be the name of a session", None, "letters, digits, . _ - only")
    if len(people) < 2 or not chosen:
        what = f"{len(people)} raters and {len(chosen)} interactions"
        raise UsageError(what, name, "a session needs two raters and an interaction")
    if due_on is not None:
        check_day(due_on)
    for rater in people:
        permit(store, rater, Action.RATE_CALIBRATION)
    form = newest_rubric(store, rubric)
    return store.calibration.create(
        name,
        rubric=(form.rubric.id, form.rubric.version),
        interactions=chosen,
        raters=people,
        expert=expert,
        by=by,
        title=title,
        reveal=reveal,
        due_on=due_on,
    )


def submit_rating(
    store: Store, name: str, interaction: str, answers: Mapping[str, object], *, by: str
) -> SavedResult:
    """Files a rater's answers to one interaction of a session; they never count for anybody's average.

    Raises:
        PermissionRefusedError: ``by`` is not a rater of the session.
        ConflictError: they have submitted it before, or the session is closed.
        InputError: no such session or interaction in it, or an answer is not one of the rubric's.
    """
    found = session_of(store, name)
    _refuse_outsiders(found, by)
    if interaction not in found.interactions:
        raise InputError(f"'{interaction}' is not in session '{name}'", None, ", ".join(found.interactions))
    return submit_review(store, interaction, found.rubric, GivenReview(answers), by=by, session=name)


def close_session(store: Store, name: str, *, by: str, seen: int | None = None) -> CalibrationSession:
    """Closes a session: nothing more is submitted, and its raters see everything.

    Raises:
        PermissionRefusedError: ``by`` may not lead sessions.
        ConflictError: it was closed meanwhile.
    """
    permit(store, by, Action.LEAD_CALIBRATION)
    found = session_of(store, name)
    return store.calibration.close(name, by=by, seen=found.version if seen is None else seen)


def session_ratings(store: Store, name: str, *, by: str) -> tuple[EvaluationRecord, ...]:
    """What somebody may see of the answers of a session: their own, and the others' once it shows them.

    Raises:
        PermissionRefusedError: ``by`` is neither a rater of it nor leads sessions.
    """
    found = session_of(store, name)
    return store.calibration.ratings(name, viewer=by, leads=_leads(store, found, by))


def session_evaluations(store: Store, name: str, *, by: str, machine: bool = False) -> tuple[Evaluation, ...]:
    """The same as evaluations, for ``qa_toolkit.calibration``; with the machine's where wanted and shown.

    The machine's is the last one of the session's rubric version.
    """
    found = session_of(store, name)
    records = list(session_ratings(store, name, by=by))
    if machine:
        records += _machine_records(store, found, by)
    return tuple(from_contract(Evaluation, json.loads(record.json)) for record in records)


def add_note(
    store: Store,
    name: str,
    text: str,
    *,
    by: str,
    interaction: str | None = None,
    criterion: str | None = None,
    supersedes: int | None = None,
) -> SessionRemark:
    """Writes down what was said about an interaction, a criterion or the session.

    Raises:
        PermissionRefusedError: ``by`` is neither a rater of it nor leads sessions.
        InputError: no text, or an interaction or criterion that is not of the session.
        ConflictError: the note it takes the place of was replaced meanwhile.
    """
    found = session_of(store, name)
    _leads(store, found, by)
    _check_place(store, found, interaction, criterion)
    if not text.strip():
        raise InputError("a note needs a text", name, "say it in a sentence")
    return store.calibration.remark(
        name,
        "note",
        by=by,
        interaction=interaction,
        criterion=criterion,
        text=text.strip(),
        supersedes=supersedes,
    )


def agree(
    store: Store,
    name: str,
    interaction: str,
    criterion: str,
    answer: object,
    *,
    by: str,
    text: str | None = None,
    supersedes: int | None = None,
) -> SessionRemark:
    """Writes down the answer all agreed on in the end; it changes nobody's evaluation.

    Raises:
        PermissionRefusedError: ``by`` may not lead sessions.
        InputError: the session is open, or the answer is not one of the criterion's.
        ConflictError: there is an agreed answer already that ``supersedes`` does not name.
    """
    permit(store, by, Action.LEAD_CALIBRATION)
    found = session_of(store, name)
    _refuse_open(found)
    form = _check_place(store, found, interaction, criterion)
    made = score_given(form, {criterion: answer}, interaction=interaction, by=by)
    (given,) = (each for each in made.answers if each.criterion == criterion)
    value = given.answer if given.answer is not None else NOT_APPLICABLE
    return store.calibration.remark(
        name,
        "agreed",
        by=by,
        interaction=interaction,
        criterion=criterion,
        answer=value,
        text=(text or "").strip() or None,
        supersedes=supersedes,
    )


def record_effect(
    store: Store,
    name: str,
    criterion: str,
    code: str,
    *,
    by: str,
    text: str | None = None,
    supersedes: int | None = None,
) -> SessionRemark:
    """Writes down what a session changes in the rubric: a code of ``RUBRIC_EFFECTS`` and a sentence.

    Raises:
        PermissionRefusedError: ``by`` may not lead sessions.
        InputError: the session is open, or the code, criterion or text does not fit.
    """
    permit(store, by, Action.LEAD_CALIBRATION)
    found = session_of(store, name)
    _refuse_open(found)
    _check_place(store, found, None, criterion)
    if code not in RUBRIC_EFFECTS:
        raise InputError(f"'{code}' is not known", name, f"accepted: {', '.join(RUBRIC_EFFECTS)}")
    if code != "none" and not (text or "").strip():
        raise InputError("an effect on the rubric needs a text", criterion, "say what changes")
    return store.calibration.remark(
        name,
        "effect",
        by=by,
        criterion=criterion,
        code=code,
        text=(text or "").strip() or None,
        supersedes=supersedes,
    )


def session_remarks(store: Store, name: str, *, by: str) -> tuple[SessionRemark, ...]:
    """Notes, agreed answers and effects, for whoever may see the answers; one's own notes always."""
    found = session_of(store, name)
    return store.calibration.remarks(name, viewer=by, leads=_leads(store, found, by))


def session_of(store: Store, name: str) -> CalibrationSession:
    """That session.

    Raises:
        InputError: there is none of that name.
    """
    found = store.calibration.get(name)
    if found is None:
        raise InputError(
            f"there is no calibration session '{name}'", store.database.where, "see 'qa calibration list'"
        )
    return found


def _leads(store: Store, found: CalibrationSession, user: str) -> bool:
    """Whether somebody who may look at the session leads sessions; others are refused."""
    known = permit(store, user, Action.RATE_CALIBRATION)
    leads = scope_of(known, Action.LEAD_CALIBRATION) is Scope.ALL
    if not leads:
        _refuse_outsiders(found, user)
    return leads


def _refuse_outsiders(found: CalibrationSession, user: str) -> None:
    if user not in found.raters:
        raise PermissionRefusedError(
            f"'{user}' is not a rater of session '{found.id}'", None, f"it is for {', '.join(found.raters)}"
        )


def _refuse_open(found: CalibrationSession) -> None:
    if found.state == "open":
        raise InputError(f"session '{found.id}' is open", None, "close it before it is discussed")


def _check_place(
    store: Store, found: CalibrationSession, interaction: str | None, criterion: str | None
) -> LoadedRubric:
    form = newest_rubric(store, f"{found.rubric}@{found.rubric_version}")
    if interaction is not None and interaction not in found.interactions:
        raise InputError(f"'{interaction}' is not in session '{found.id}'", None, "name one of its own")
    if criterion is not None and criterion not in {each.id for each in form.rubric.criteria}:
        raise InputError(f"unknown criterion '{criterion}'", form.rubric.id, "name one of the rubric")
    return form


def _machine_records(store: Store, found: CalibrationSession, by: str) -> list[EvaluationRecord]:
    known = permit(store, by, Action.RATE_CALIBRATION)
    leads = scope_of(known, Action.LEAD_CALIBRATION) is Scope.ALL
    records = []
    for interaction in found.interactions:
        seen = store.work.visible_evaluations(interaction, found.rubric, viewer=by, all_sessions=leads)
        own = [
            each
            for each in seen
            if each.source.kind == "machine" and each.rubric.version == found.rubric_version
        ]
        records += own[-1:]
    return records
