"""Checks on what an evaluator said, so that a faulty one costs its own criterion and nothing else."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from types import FrameType

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer, AnswerStatus, SpanEvidence, ValueEvidence, WindowEvidence
from qa_toolkit.domain.rubric import Criterion
from qa_toolkit.errors import EvaluatorError
from qa_toolkit.evaluation.given_answers import accepted_answers, permitted_answer

_LONGEST_REASON = 300


class TookTooLongError(BaseException):
    """An evaluator used up its time; not an Exception, so that an evaluator cannot swallow it by accident."""


@contextmanager
def alarm_at_hand() -> Iterator[None]:
    """Has every ``time_limit`` inside share one signal handler: an evaluation sets a limit a hundred times.

    Not where somebody else's timer runs, whose signal must reach its own handler between two limits.
    """
    if _Alarm.at_hand or not _can_limit() or signal.getitimer(signal.ITIMER_REAL)[0] > 0:
        yield
        return
    with _handled():
        yield


@contextmanager
def _handled() -> Iterator[None]:
    handler = signal.signal(signal.SIGALRM, _stop)
    _Alarm.at_hand = True
    try:
        yield
    finally:
        _Alarm.at_hand = False
        signal.signal(signal.SIGALRM, handler)


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Ends what runs inside after so many seconds, where that is possible.

    It works in the main thread of systems with interval timers, for anything that runs Python code or
    waits; elsewhere there is no limit. A timer somebody else has set goes on afterwards.

    Raises:
        TookTooLongError: the time is up.
    """
    if seconds is None or not _can_limit():
        yield
        return
    begun = time.monotonic()
    left_of_other, interval = signal.getitimer(signal.ITIMER_REAL)
    if 0 < left_of_other <= seconds:
        yield
        return
    with nullcontext() if _Alarm.at_hand else _handled():
        outer, _Alarm.seconds = _Alarm.seconds, seconds
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            _Alarm.seconds = outer
    if left_of_other:
        rest = max(left_of_other - (time.monotonic() - begun), 0.001)
        signal.setitimer(signal.ITIMER_REAL, rest, interval)


class _Alarm:
    """The limit that runs, of the main thread, as signals are."""

    at_hand = False
    seconds = 0.0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TookTooLongError(f"it took longer than {_Alarm.seconds:g} s")


def _can_limit() -> bool:
    return threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")


def failure_text(error: BaseException) -> str:
    """One line for whatever an evaluator raised."""
    text = " ".join(str(error).split())
    kind = type(error).__name__
    shown = (
        text if isinstance(error, EvaluatorError | TookTooLongError) else f"{kind}: {text}" if text else kind
    )
    return f"the evaluator failed: {shown}"[:_LONGEST_REASON]


def checked(raw: object, criterion: Criterion, case: Case) -> Answer:
    """The answer in canonical form: answered only with evidence, every other status with a reason.

    Raises:
        EvaluatorError: the answer breaks the contract of evaluators.
    """
    if not isinstance(raw, Answer):
        raise EvaluatorError(f"it gave {type(raw).__name__} instead of an Answer")
    if raw.criterion != criterion.id:
        raise EvaluatorError(f"it answered '{raw.criterion}' when asked for '{criterion.id}'")
    try:
        status = AnswerStatus(raw.status)
    except ValueError as error:
        raise EvaluatorError(f"it gave the unknown status {raw.status!r}") from error
    answer = replace(
        raw,
        status=status,
        points=None,
        max_points=None,
        confidence=_confidence(raw),
        evidence=_evidence(raw, case),
    )
    if answer.reason is not None and not isinstance(answer.reason, str):
        raise EvaluatorError("its reason is not text")
    if status is not AnswerStatus.ANSWERED:
        return replace(answer, answer=None, reason=answer.reason or "the evaluator gave no reason")
    return _answered(answer, criterion)


def _answered(answer: Answer, criterion: Criterion) -> Answer:
    value = permitted_answer(criterion, answer.answer)
    if value is None:
        raise EvaluatorError(f"it answered {answer.answer!r}; accepted: {accepted_answers(criterion)}")
    if not answer.evidence:
        reason = f"no evidence was given for '{value}'"
        return replace(answer, status=AnswerStatus.UNANSWERED, answer=None, reason=reason)
    return replace(answer, answer=value)


def _confidence(answer: Answer) -> float | None:
    value: object = answer.confidence
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        raise EvaluatorError(f"its confidence {value!r} is not a number from 0 to 1")
    return float(value)


def _evidence(answer: Answer, case: Case) -> tuple[SpanEvidence | WindowEvidence | ValueEvidence, ...]:
    raw: object = answer.evidence
    if not isinstance(raw, list | tuple):
        raise EvaluatorError("its evidence is not a sequence")
    for item in raw:
        if isinstance(item, SpanEvidence):
            _check_span(item, case)
        elif isinstance(item, WindowEvidence):
            _check_times(item.start_s, item.end_s)
        elif isinstance(item, ValueEvidence):
            if isinstance(item.value, float) and not math.isfinite(item.value):
                raise EvaluatorError(f"its evidence '{item.name}' is not a finite number")
        else:
            raise EvaluatorError(f"its evidence holds {type(item).__name__}")
    return tuple(raw)


def _check_span(span: SpanEvidence, case: Case) -> None:
    turns = case.transcript.turns if case.transcript else ()
    turn = next((turn for turn in turns if turn.id == span.turn), None)
    if turn is None:
        raise EvaluatorError(f"its evidence names turn {span.turn}, which does not exist")
    if not isinstance(span.text, str) or not span.text.strip() or span.text not in turn.text:
        raise EvaluatorError(f"its evidence quotes words that are not in turn {span.turn}")
    _check_times(span.start_s, span.end_s)


def _check_times(start_s: float | None, end_s: float | None) -> None:
    for value in (start_s, end_s):
        if value is not None and (
            not isinstance(value, int | float) or not math.isfinite(value) or value < 0
        ):
            raise EvaluatorError(f"its evidence has the time {value!r}")
    if start_s is not None and end_s is not None and end_s < start_s:
        raise EvaluatorError("its evidence ends before it starts")
