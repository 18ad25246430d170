"""Answers that rest on events of which some are doubtful.

An answer is given where it is the same whether the doubtful events happened or not; otherwise it depends on
something nobody is sure of, and a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.evaluation import Answer, AnswerStatus
from qa_toolkit.domain.events import Event
from qa_toolkit.evaluation.applicability import event_evidence

_MOST_KINDS = 4
"""Up to so many doubtful kinds every combination is tried; beyond, all, none and each one alone."""


def settled_in_doubt(
    answer: Callable[[Case], Answer], case: Case, kinds: Collection[str], doubtful_below: float
) -> Answer:
    """The answer that holds whether the doubtful events happened or not.

    Args:
        answer: answers the criterion for a case.
        case: with all events.
        kinds: of the events the answer may rest on.
        doubtful_below: an event less probable than this may not have happened.
    """
    in_doubt = {event.kind for event in case.events if event.probability < doubtful_below}.intersection(kinds)
    if not in_doubt:
        return answer(case)
    doubtful = {kind: _doubtful(case, kind, doubtful_below) for kind in sorted(in_doubt)}
    without = answer(_left_out(case, doubtful, frozenset()))
    for chosen in _choices(tuple(doubtful)):
        other = answer(_left_out(case, doubtful, chosen))
        if (other.status, other.answer) != (without.status, without.answer):
            return _open(without, other, [event for kind in sorted(chosen) for event in doubtful[kind]])
    return without


def _doubtful(case: Case, kind: str, below: float) -> list[Event]:
    return [event for event in case.events_of(kind) if event.probability < below]


def _choices(kinds: tuple[str, ...]) -> Iterator[frozenset[str]]:
    """Which kinds happened after all: single ones first, as they name the reason best."""
    yield from (frozenset([kind]) for kind in kinds)
    if len(kinds) <= _MOST_KINDS:
        for number in range(1, 1 << len(kinds)):
            chosen = frozenset(kind for bit, kind in enumerate(kinds) if number >> bit & 1)
            if len(chosen) > 1:
                yield chosen
    else:
        yield frozenset(kinds)


def _left_out(case: Case, doubtful: dict[str, list[Event]], kept: frozenset[str]) -> Case:
    out = {id(event) for kind, events in doubtful.items() if kind not in kept for event in events}
    return replace(case, events=tuple(event for event in case.events or () if id(event) not in out))


def _open(without: Answer, other: Answer, events: list[Event]) -> Answer:
    if AnswerStatus.ERROR in (without.status, other.status):
        return without if without.status is AnswerStatus.ERROR else other
    kinds = " and ".join(dict.fromkeys(event.kind for event in events))
    said = next((f': "{event.text}"' for event in events if event.text), "")
    return Answer(
        without.criterion,
        AnswerStatus.UNANSWERED,
        reason=f"depends on whether {kinds} happened, which is doubtful{said}",
        evidence=tuple(dict.fromkeys(event_evidence(event) for event in events)),
    )
