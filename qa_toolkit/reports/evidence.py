"""Where the evidence of an evaluation lies in the transcript: marked text and links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_toolkit.domain.evaluation import Evaluation, SpanEvidence
from qa_toolkit.domain.transcript import Transcript, Turn


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a turn's text; ``criteria`` are those whose evidence covers it, in the order answered."""

    text: str
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quotation:
    """Quoted words of one answer: the answer's position, and where the words stand in the turn's text."""

    answer: int
    criterion: str
    evidence: SpanEvidence
    start: int
    end: int


def quotations(evaluation: Evaluation | None, transcript: Transcript | None) -> dict[int, list[Quotation]]:
    """The quotations of every turn (by its id) that hold in the transcript; others are left out."""
    found: dict[int, list[Quotation]] = {}
    turns = {turn.id: turn for turn in transcript.turns} if transcript else {}
    for position, answer in enumerate(evaluation.answers if evaluation else ()):
        for evidence in answer.evidence:
            if not isinstance(evidence, SpanEvidence) or evidence.turn not in turns:
                continue
            start = place_of(evidence, turns[evidence.turn])
            if start is not None:
                quotation = Quotation(position, answer.criterion, evidence, start, start + len(evidence.text))
                found.setdefault(evidence.turn, []).append(quotation)
    return found


def place_of(evidence: SpanEvidence, turn: Turn) -> int | None:
    """Where the quoted words start in the turn's text; None when they are not there.

    Words that occur more than once are told apart by the time of the evidence, where the turn has words with
    times; otherwise the first occurrence is taken.
    """
    places = _occurrences(evidence.text, turn.text)
    if len(places) < 2 or evidence.start_s is None or not turn.words:
        return places[0] if places else None
    wanted = evidence.start_s
    times = _word_times(turn)

    def distance(place: int) -> float:
        before = [time for position, time in times if position <= place]
        return abs((before[-1] if before else turn.words[0].start_s) - wanted)

    return min(places, key=distance)


def _occurrences(text: str, within: str) -> list[int]:
    places: list[int] = []
    place = within.find(text) if text else -1
    while place >= 0:
        places.append(place)
        place = within.find(text, place + 1)
    return places


def _word_times(turn: Turn) -> list[tuple[int, float]]:
    """Where each word stands in the text, with its time."""
    times: list[tuple[int, float]] = []
    position = 0
    for word in turn.words:
        spoken = word.text.strip()
        place = turn.text.find(spoken, position) if spoken else -1
        if place >= 0:
            times.append((place, word.start_s))
            position = place + len(spoken)
    return times


def marked(text: str, quoted: Sequence[Quotation]) -> tuple[Piece, ...]:
    """The text cut where quotations begin and end; together the pieces are the text again."""
    edges = sorted({0, len(text), *(q.start for q in quoted), *(q.end for q in quoted)})
    pieces = []
    for start, end in pairwise(edges):
        names = dict.fromkeys(q.criterion for q in quoted if q.start < end and start < q.end)
        pieces.append(Piece(text[start:end], tuple(names)))
    return tuple(pieces)


def marked_turns(
    evaluation: Evaluation | None,
    transcript: Transcript | None,
    shown: Callable[[Turn], str] = lambda turn: turn.text,
) -> Mapping[int, tuple[Piece, ...]]:
    """The marked text of every turn, by its id.

    Args:
        shown: the words of a turn as they are shown, as long as its text.
    """
    quoted = quotations(evaluation, transcript)
    turns = transcript.turns if transcript else ()
    return {turn.id: marked(shown(turn), quoted.get(turn.id, ())) for turn in turns}
