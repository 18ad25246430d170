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


class Doubts:
    """A case of whose events some are doubtful; they are found once, for all criteria.

    Args:
        case: with all events.
        doubtful_below: an event less probable than this may not have happened.
    """

    def __init__(self, case: Case, doubtful_below: float) -> None:
        self._case, self._below = case, doubtful_below
        self.kinds = frozenset([event.kind for event in case.events if event.probability < doubtful_below])
        self._without: dict[frozenset[str], Case] = {}

    def settled(self, answer: Callable[[Case], Answer], kinds: Collection[str]) -> Answer:
        """The answer that holds whether the doubtful events happened or not.

        Args:
            answer: answers the criterion for a case.
            kinds: of the events the answer may rest on.
        """
        in_doubt = self.kinds.intersection(kinds)
        if not in_doubt:
            return answer(self._case)
        without = answer(self._left_out(in_doubt))
        for chosen in _choices(tuple(sorted(in_doubt))):
            other = answer(self._left_out(in_doubt - chosen))
            if (other.status, other.answer) != (without.status, without.answer):
                return _open(without, other, [e for kind in sorted(chosen) for e in self._doubtful(kind)])
        return without

    def _doubtful(self, kind: str) -> list[Event]:
        return [event for event in self._case.events_of(kind) if event.probability < self._below]

    def _left_out(self, kinds: frozenset[str]) -> Case:
        """The case without the doubtful events of these kinds; kept, as criteria rest on the same ones."""
        if not kinds:
            return self._case
        known = self._without.get(kinds)
        if known is None:
            below = self._below
            sure = tuple([e for e in self._case.events if not (e.kind in kinds and e.probability < below)])
            known = self._without[kinds] = replace(self._case, events=sure)
        return known


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
