"""One review: the call on the desk, the answers of the machine, one's own."""

from __future__ import annotations

from typing import Any

import media
import review_work
import state
import streamlit as st
from components import desk, header, player, revisions
from components.plain import plain
from desk_data import criteria_of, lanes_of, marks_of, turns_of
from recordings import playable_file
from review_work import Task
from words import t

from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.errors import ConflictError, QAToolkitError
from qa_toolkit.reports.wording import percent
from qa_toolkit.review import (
    OVERRIDE_REASONS,
    ROOT_CAUSES,
    Access,
    Action,
    correct_turn,
    may,
    record_access,
    submit_review,
)
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import Assignment, User
from qa_toolkit.store.queues import AssignmentFilter, QueuePage

_DESK, _OPEN, _NOTE = "desk", "review_open", "review_note"
_LOOKED_THROUGH = 200


def show() -> None:
    store, user = state.open_store(), state.user()
    interaction, rubric = state.asked_for(state.INTERACTION), state.asked_for(state.RUBRIC)
    if user is None or interaction is None or rubric is None:
        header.show(t("Review"))
        st.info(t("Choose something from the queue, or open a call and review it."))
        return
    try:
        task = review_work.task_of(store, interaction, rubric, by=user.id)
        _record_view(store, task)
    except QAToolkitError as error:
        header.show(t("Review"))
        st.error(plain(str(error)))
        return
    _title(store, task)
    opened = _opened(store, task)
    _note()
    _desk(store, user, task, opened)
    revisions.show(store, task)


def _title(store: Store, task: Task) -> None:
    header.show(f"{t('Review')} · {plain(task.interaction)}")
    facts = [f"{plain(task.form.rubric.title)} {task.form.rubric.version}"]
    if task.session:
        facts.append(
            t(
                "calibration session {name}: nobody sees your answers before you submit",
                name=plain(task.session),
            )
        )
    elif task.blind:
        facts.append(t("blind: answers of others and of the machine are not shown"))
    elif task.base is not None:
        facts.append(t("based on {who}", who=plain(f"{t(task.base.source.kind)} {task.base.source.name}")))
    if task.assignment is not None and task.assignment.due_on:
        facts.append(t("due {day}", day=task.assignment.due_on))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(" · ".join(facts))
        _skip(store, task)


def _note() -> None:
    kind, text = st.session_state.pop(_NOTE, (None, ""))
    if kind == "good":
        st.success(plain(text))
    elif kind == "bad":
        st.error(plain(text))


def _record_view(store: Store, task: Task) -> None:
    seen = st.session_state.setdefault("seen_reviews", set())
    if (task.user, task.stamp) not in seen:
        record_access(
            store, Access.VIEW, task.interaction, by=task.user, evaluation=task.base.id if task.base else None
        )
        seen.add((task.user, task.stamp))


def _opened(store: Store, task: Task) -> dict[str, Any]:
    """What the session holds of this review: the work, the draft's version, which turns are unmasked."""
    opened = st.session_state.get(_OPEN)
    if opened is None or opened["stamp"] != (task.user, task.stamp):
        draft = store.work.draft(task.interaction, task.rubric, by=task.user)
        work, older = review_work.work_of(task, draft.json if draft else None)
        opened = {
            "stamp": (task.user, task.stamp),
            "work": work,
            "version": draft.version if draft else None,
            "laid_out": f"{draft.version if draft else 0}/{draft.updated_at if draft else ''}",
            "unmasked": (),
            "status": t("Draft of {time} restored", time=draft.updated_at.strftime("%H:%M UTC"))
            if draft
            else "",
        }
        if older and task.base is not None:
            text = t(
                "{who} filed an evaluation since you began: look at it, check your answers, submit again."
            )
            st.session_state.setdefault(_NOTE, ("bad", text.format(who=task.base.created_by)))
        st.session_state[_OPEN] = opened
    found: dict[str, Any] = opened
    return found


def _desk(store: Store, user: User, task: Task, opened: dict[str, Any]) -> None:
    call = review_work.desk_call(store, task, unmasked=opened["unmasked"])
    path, missing = playable_file(store, task.interaction)
    made, taken = review_work.score_of(store, task, opened["work"])
    corrected = sorted((turn, each.number) for turn, each in call.corrections.items())
    may_hear = path is not None and may_play(store, user, task)
    sound = player.address(user, task.interaction) if may_hear else None
    data = {
        "interaction": task.interaction,
        "evaluation": f"{task.stamp}|{task.user}",
        "transcript_stamp": f"{opened['unmasked']}|{corrected}",
        "draft_stamp": opened["laid_out"],
        "audio": sound,
        "outline": None if sound is None else media.outline_address(sound),
        "no_sound": missing,
        "duration_s": call.duration_s,
        "lanes": lanes_of(call, t),
        "marks": marks_of(call, t),
        "turns": turns_of(call, can_correct=may(user, Action.CORRECT_WORDS)),
        "criteria": criteria_of(call, t),
        "reasons": [{"value": code, "label": t(text)} for code, text in OVERRIDE_REASONS.items()],
        "causes": [{"value": code, "label": t(text)} for code, text in ROOT_CAUSES.items()],
        "work": opened["work"],
        "score": _score(made, taken),
        "status": opened["status"],
        "readonly": False,
    }
    desk.show(data, key=_DESK, on_work=lambda: _keep(store, task), on=lambda: _asked(store, task))


def may_play(store: Store, user: User, task: Task) -> bool:
    """Whether somebody may hear the recording."""
    found = store.interaction(task.interaction)
    return may(user, Action.PLAY_AUDIO, agent=None if found is None else found.agent)


def _score(made: Evaluation, taken: list[tuple[str, float]]) -> dict[str, Any]:
    score = made.score
    parts = [t("{n} open", n=score.open)] if score.open else []
    if score.passed is not None:
        parts.append(t("passed") if score.passed else t("failed"))
    if score.auto_failed_by:
        parts.append(t("fails the whole: {ids}", ids=", ".join(score.auto_failed_by)))
    return {
        "shown": percent(score.percent),
        "detail": " · ".join([t("How the score is made up"), *parts]),
        "losses": [
            t("{criterion} takes {points} points", criterion=name, points=f"{points:.1f}")
            for name, points in taken
        ]
        or [t("Nothing is taken off.")],
    }


def _sent(name: str) -> Any:
    found = st.session_state.get(_DESK)
    return None if found is None else found.get(name)


def _keep(store: Store, task: Task) -> None:
    sent = _sent("work")
    opened = st.session_state.get(_OPEN)
    # What a desk sends late, after the page went on to another call, is not the work of that call.
    if not sent or opened is None or sent["evaluation"] != f"{task.stamp}|{task.user}":
        return
    opened["work"] = sent["work"]
    _save_draft(store, task, opened)


def _save_draft(store: Store, task: Task, opened: dict[str, Any]) -> None:
    try:
        draft = store.work.save_draft(
            task.interaction,
            task.rubric,
            by=task.user,
            json=review_work.draft_text(task, opened["work"]),
            version=opened["version"],
        )
    except QAToolkitError as error:
        opened["status"] = str(error)
        if isinstance(error, ConflictError):
            st.session_state[_NOTE] = ("bad", str(error))
        return
    opened["version"] = draft.version
    opened["status"] = t("Saved {time}", time=draft.updated_at.strftime("%H:%M:%S UTC"))


def _asked(store: Store, task: Task) -> None:
    if submitted := _sent("submit"):
        _submit(store, task, submitted)
    elif correction := _sent("correct"):
        _correct(store, task, correction)
    elif (turn := _sent("unmask")) is not None:
        _unmask(store, task, int(turn))


def _submit(store: Store, task: Task, sent: dict[str, Any]) -> None:
    if sent["evaluation"] != f"{task.stamp}|{task.user}":
        return
    opened = st.session_state[_OPEN]
    opened["work"] = sent["work"]
    try:
        submit_review(
            store,
            task.interaction,
            task.rubric,
            review_work.given_review(sent["work"]),
            by=task.user,
            based_on=task.base.id if task.base else None,
            session=task.session,
        )
    except QAToolkitError as error:
        st.session_state[_NOTE] = ("bad", str(error))
        _save_draft(store, task, opened)
        return
    st.session_state.pop(_OPEN, None)
    _go_on(store, task)


def _skip(store: Store, task: Task) -> None:
    """The way to the next of the queue without filing this one; what is answered stays a draft."""
    if task.assignment is None:
        return
    queue = [row.assignment for row in _rest(store, task, limit=_LOOKED_THROUGH).rows]
    here = next((number for number, each in enumerate(queue) if each.id == task.assignment.id), -1)
    following = queue[(here + 1) % len(queue)] if queue else task.assignment
    if following.id != task.assignment.id:
        label = t("Leave it for later: {name}", name=following.interaction)
        st.button(plain(label), key="review_skip", type="tertiary", on_click=_open, args=(following,))


def _open(following: Assignment) -> None:
    st.query_params[state.INTERACTION] = following.interaction
    st.query_params[state.RUBRIC] = following.rubric


def _rest(store: Store, task: Task, *, limit: int) -> QueuePage:
    """What is still to be done: by the filter the queue was left with; when that is empty, all of it."""
    wanted = st.session_state.get(state.QUEUE)
    if wanted is not None and wanted.reviewer == task.user:
        found = store.work.page(wanted, limit=limit)
        if found.rows:
            return found
    return store.work.page(AssignmentFilter(reviewer=task.user), limit=limit)


def _go_on(store: Store, task: Task) -> None:
    """To what is due next, without a way back over the list."""
    filed = t("The review of {name} is filed.", name=task.interaction)
    rest = _rest(store, task, limit=1)
    if rest.rows:
        following = rest.rows[0].assignment
        _open(following)
        filed += " " + t("Next: {name} ({n} in your queue).", name=following.interaction, n=rest.total)
    else:
        filed += " " + t("Your queue is empty.")
    st.session_state[_NOTE] = ("good", filed)


def _correct(store: Store, task: Task, asked: dict[str, Any]) -> None:
    try:
        correct_turn(
            store,
            task.interaction,
            int(asked["turn"]),
            str(asked["text"]),
            by=task.user,
            seen=asked["seen"],
            evaluation=task.base.id if task.base else None,
        )
    except QAToolkitError as error:
        st.session_state[_NOTE] = ("bad", str(error))


def _unmask(store: Store, task: Task, turn: int) -> None:
    try:
        record_access(store, Access.UNMASK, task.interaction, by=task.user, turn=turn)
    except QAToolkitError as error:
        st.session_state[_NOTE] = ("bad", str(error))
        return
    opened = st.session_state[_OPEN]
    opened["unmasked"] = (*opened["unmasked"], turn)


show()
