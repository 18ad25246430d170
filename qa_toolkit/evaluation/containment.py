"""Checks on what an evaluator said, so that a faulty one costs its own criterion and nothing else."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer, AnswerStatus, SpanEvidence, ValueEvidence, WindowEvidence
from qa_toolkit.domain.rubric import Criterion
from qa_toolkit.errors import EvaluatorError
from qa_toolkit.evaluation.given_answers import accepted_answers, permitted_answer

_LONGEST_REASON = 300
AGAIN_S = 0.2
"""How soon an evaluator that caught an alarm hears the next one: time enough to clean up."""
_PATIENCE = 5
"""After so many alarms they follow one another within microseconds, to ring between two rounds of a loop that
catches everything: an error raised there is outside its ``try``."""


class TookTooLongError(BaseException):
    """An evaluator used up its time; not an Exception, so that an evaluator cannot swallow it by accident."""


@contextmanager
def alarm_at_hand() -> Iterator[None]:
    """Has every ``time_limit`` inside share one signal handler and one timer: an evaluation sets a limit a
    hundred times.

    Not where somebody else's timer runs, whose signal must reach its own handler between two limits.
    """
    if _Alarm.at_hand or not _can_limit() or signal.getitimer(signal.ITIMER_REAL)[0] > 0:
        yield
        return
    handler = signal.signal(signal.SIGALRM, _stop)
    _Alarm.at_hand = threading.get_ident()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _Alarm.at_hand, _Alarm.limit = 0, None  # a limit interrupted while it was entered is still there
        signal.signal(signal.SIGALRM, handler)


def time_limit(seconds: float | None) -> AbstractContextManager[None]:
    """Ends what runs inside after so many seconds, where that is possible.

    It works in the main thread of systems with interval timers, for anything that runs Python code or
    waits; elsewhere there is no limit. Code that catches the error hears it again, and in the end so soon
    that even a loop around a bare ``except`` is left. A timer somebody else has set goes on afterwards.

    Raises:
        TookTooLongError: the time is up, whether what ran inside let the error through or not.
    """
    if seconds is not None and _Alarm.at_hand == threading.get_ident():
        return _SharedLimit(seconds)
    return _NO_LIMIT if seconds is None or not _can_limit() else _Limit(seconds)


class _Limit:
    """An alarm that rings inside a ``with`` block, again and again, and never outside it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends = time.monotonic() + seconds
        self.rings = 0

    def __enter__(self) -> None:
        self._begun = time.monotonic()
        self._other = signal.getitimer(signal.ITIMER_REAL)
        self._idle = 0 < self._other[0] <= self.seconds
        if self._idle:
            return
        self._handler = signal.signal(signal.SIGALRM, _stop)
        self._outer, _Alarm.limit = _Alarm.limit, self
        signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN_S)

    def __exit__(self, kind: object, *_: object) -> None:
        if self._idle:
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        _Alarm.limit = self._outer
        signal.signal(signal.SIGALRM, self._handler)
        left, interval = self._other
        if left:
            rest = max(left - (time.monotonic() - self._begun), _SHORTEST_S)
            signal.setitimer(signal.ITIMER_REAL, rest, interval)
        if self.rings and kind is None:
            raise self.error()

    def error(self) -> TookTooLongError:
        """What is raised when the time is up."""
        return TookTooLongError(f"it took longer than {self.seconds:g} s")


class _SharedLimit(_Limit):
    """A limit while the alarm is at hand: a timer that rings soon enough is left running.

    One that rings too soon is set again by its handler, and one between two limits is ended, so that most
    limits set no timer at all.
    """

    def __enter__(self) -> None:
        outer = self._outer = _Alarm.limit
        if outer is not None and outer.ends <= self.ends:
            return
        _Alarm.limit = self
        # Asked, not remembered: what ran inside an earlier limit may have set the timer itself.
        if not 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= self.seconds:
            signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN_S)

    def __exit__(self, kind: object, *_: object) -> None:
        _Alarm.limit = self._outer
        if self.rings and kind is None:
            raise self.error()


class _Alarm:
    """The limit that runs, of the main thread, as signals are."""

    at_hand = 0
    """The thread in which the alarm is at hand, the main one; 0 while it is not."""
    limit: _Limit | None = None


def _stop(_signal: int, frame: FrameType | None) -> None:
    if frame is not None and frame.f_code in _EDGES:
        return
    limit = _Alarm.limit
    if limit is None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        return
    rest = limit.ends - time.monotonic()
    if rest > 0:
        signal.setitimer(signal.ITIMER_REAL, max(rest, _SHORTEST_S), AGAIN_S)
        return
    limit.rings += 1
    if limit.rings > _PATIENCE:
        signal.setitimer(signal.ITIMER_REAL, 2e-6 * (limit.rings % 25 + 1), 0.001)
    raise limit.error()


_EDGES = frozenset(
    method.__code__
    for method in (_Limit.__enter__, _Limit.__exit__, _SharedLimit.__enter__, _SharedLimit.__exit__, _stop)
)
"""Where an error would leave the timer running, or be raised within its own raising."""
_SHORTEST_S = 0.001
"""The shortest time a timer is set to: 0 would end it."""
_NO_LIMIT: AbstractContextManager[None] = nullcontext()


def _can_limit() -> bool:
    return _HAS_TIMERS and threading.current_thread() is threading.main_thread()


_HAS_TIMERS = hasattr(signal, "setitimer")


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
    confidence, evidence = _confidence(raw), _evidence(raw, case)
    reason: object = raw.reason
    if reason is not None and not isinstance(reason, str):
        raise EvaluatorError("its reason is not text")
    value: str | float | None = None
    if status is not AnswerStatus.ANSWERED:
        reason = reason or "the evaluator gave no reason"
    else:
        value = permitted_answer(criterion, raw.answer)
        if value is None:
            raise EvaluatorError(f"it answered {raw.answer!r}; accepted: {accepted_answers(criterion)}")
        if not evidence:
            reason = f"no evidence was given for '{value}'"
            status, value = AnswerStatus.UNANSWERED, None
    return Answer(
        criterion.id,
        status,
        value,
        confidence=confidence,
        reason=reason,
        evaluator=raw.evaluator,
        evidence=evidence,
    )


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
    for turn in case.transcript.turns if case.transcript else ():
        if turn.id == span.turn:
            break
    else:
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
