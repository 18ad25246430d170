"""The picture of a call: who speaks when, holds, silences, interruptions, and where the evidence lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from qa_toolkit.domain.evaluation import Answer, Evaluation
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.metrics import ConversationMetrics
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.reports.evidence import quotations
from qa_toolkit.reports.masking import SHOWN, Masking
from qa_toolkit.reports.translation import say, translated
from qa_toolkit.reports.wording import ROLE_NAMES, clock

WIDTH = 1000.0
_LEFT, _RIGHT, _TOP = 112.0, 14.0, 10.0
_LANE, _LANE_GAP, _ROW = 24.0, 9.0, 19.0
_SHADES = {"silence": "Silence", "dead_air": "Dead air", "hold": "Hold", "overlap": "Both speak"}
_SHORTEST_SILENCE_S = 3.0
_MOST_ROWS = 12
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: speech, or a shade over all lanes."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One party."""

    name: str
    role: str
    y: float
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An interruption, or a piece of evidence with the criterion it belongs to."""

    x: float
    y: float
    title: str
    label: str = ""
    width: float = 0.0
    turn: int | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything to draw, in a box 1000 wide; ``summary`` says the same in words."""

    height: float
    lanes_top: float
    lanes_bottom: float
    axis_y: float
    evidence_y: float
    lanes: tuple[Lane, ...]
    shades: tuple[Box, ...]
    interruptions: tuple[Mark, ...]
    evidence: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    summary: str
    left: float = _LEFT
    right: float = WIDTH - _RIGHT


@dataclass(frozen=True, slots=True)
class _Scale:
    duration_s: float

    def x(self, seconds: float) -> float:
        """Place on the axis; what lies outside the call is put on its edge."""
        inside = min(max(seconds, 0.0), self.duration_s)
        return round(_LEFT + inside / self.duration_s * (WIDTH - _LEFT - _RIGHT), 2)

    def width(self, start_s: float, end_s: float) -> float:
        return round(max(1.2, self.x(end_s) - self.x(start_s)), 2)


def timeline_of(
    transcript: Transcript,
    metrics: ConversationMetrics | None = None,
    evaluation: Evaluation | None = None,
    rubric: Rubric | None = None,
    *,
    masking: Masking = SHOWN,
) -> Timeline | None:
    """The picture of a call; None when nothing in the transcript has a time.

    Args:
        masking: what is hidden in the quotations that its marks show.
    """
    spoken = _speech(transcript)
    ends = [end for _, _, end in spoken]
    duration = max([transcript.duration_s or 0.0, *ends]) if spoken else 0.0
    if duration <= 0:
        return None
    scale = _Scale(duration)
    lanes = _lanes(spoken, transcript, scale)
    bottom = _TOP + len(lanes) * (_LANE + _LANE_GAP) - _LANE_GAP
    evidence, rows = _evidence(transcript, evaluation, rubric, scale, bottom + 16, masking=masking)
    axis = bottom + 12 + (rows * _ROW + 8 if rows else 0)
    events = metrics.events if metrics else transcript.events
    shades = tuple(
        Box(
            scale.x(e.start_s), _TOP - 4, scale.width(e.start_s, e.end_s), bottom - _TOP + 8, e.kind,
            f"{_stretch(_named(e), e.start_s, e.end_s)} ({e.end_s - e.start_s:.1f} s)",
        )
        for e in events
        if e.kind in _SHADES and e.start_s is not None and e.end_s is not None
        and (e.kind != "silence" or e.end_s - e.start_s >= _SHORTEST_SILENCE_S)
    )  # fmt: skip
    tops = {lane.role: lane.y for lane in lanes}
    interruptions = tuple(
        Mark(scale.x(e.start_s), tops[e.role], _interrupts(e.role, e.start_s), turn=e.turn)
        for e in events
        if e.kind == "interruption" and e.start_s is not None and e.role in tops
    )
    return Timeline(
        height=axis + 24,
        lanes_top=_TOP,
        lanes_bottom=bottom,
        axis_y=axis,
        evidence_y=bottom + 16,
        lanes=lanes,
        shades=shades,
        interruptions=interruptions,
        evidence=evidence,
        ticks=_ticks(scale),
        summary=_summary(duration, spoken, shades, interruptions, evidence),
    )


def _interrupts(role: str, seconds: float) -> str:
    return say("{who} interrupts at {when}", who=translated(ROLE_NAMES[Role(role)]), when=clock(seconds))


def _speech(transcript: Transcript) -> list[tuple[Role, float, float]]:
    if transcript.speech:
        return [(span.role, span.start_s, span.end_s) for span in transcript.speech]
    turns = [turn for turn in transcript.turns if turn.start_s is not None]
    return [(t.role, t.start_s or 0.0, t.end_s if t.end_s is not None else t.start_s or 0.0) for t in turns]


def _lanes(
    spoken: Sequence[tuple[Role, float, float]], transcript: Transcript, scale: _Scale
) -> tuple[Lane, ...]:
    lanes: list[Lane] = []
    for role in (role for role in Role if any(r == role for r, _, _ in spoken)):
        y = _TOP + len(lanes) * (_LANE + _LANE_GAP)
        turns = [t for t in transcript.turns if t.role == role and t.start_s is not None]
        boxes = tuple(
            Box(
                scale.x(start), y, scale.width(start, end), _LANE, role.value,
                _stretch(translated(ROLE_NAMES[role]), start, end), _turn_at(turns, (start + end) / 2),
            )
            for r, start, end in spoken
            if r == role
        )  # fmt: skip
        lanes.append(Lane(translated(ROLE_NAMES[role]), role.value, y, boxes))
    return tuple(lanes)


def _turn_at(turns: Sequence[Turn], seconds: float) -> int | None:
    """The last turn that has begun; the first one before any has."""
    begun = [turn for turn in turns if (turn.start_s or 0.0) <= seconds] or list(turns[:1])
    return begun[-1].id if begun else None


def outcome_of(answer: Answer) -> str:
    """How an answer is coloured: good, part, bad, or neutral where it earns no points either way."""
    if answer.points is None or not answer.max_points:
        return "neutral"
    if answer.points >= answer.max_points:
        return "good"
    return "bad" if answer.points <= 0 else "part"


def _evidence(
    transcript: Transcript,
    evaluation: Evaluation | None,
    rubric: Rubric | None,
    scale: _Scale,
    top: float,
    *,
    masking: Masking,
) -> tuple[tuple[Mark, ...], int]:
    """Marks in rows, so that none covers another; and the number of rows."""
    questions = {c.id: c.question for c in rubric.criteria} if rubric else {}
    turns = {turn.id: turn for turn in transcript.turns}
    found = [quotation for quoted in quotations(evaluation, transcript).values() for quotation in quoted]
    timed = [
        (q.evidence.start_s if q.evidence.start_s is not None else turns[q.evidence.turn].start_s, q)
        for q in found
    ]
    row_ends: list[float] = []
    marks = []
    for seconds, quotation in sorted(
        ((s, q) for s, q in timed if s is not None), key=lambda item: (item[0], item[1].answer)
    ):
        label = quotation.criterion[:12]
        width = round(6.4 * len(label) + 10, 1)
        x = min(scale.x(seconds), WIDTH - _RIGHT - width)
        row = next((i for i, end in enumerate(row_ends) if end + 3 <= x), len(row_ends))
        row = min(row, _MOST_ROWS - 1)
        row_ends[row:] = [x + width, *row_ends[row + 1 :]]
        question = questions.get(quotation.criterion)
        quote = masking.quote(quotation.evidence)
        title = f"{quotation.criterion}{': ' + question if question else ''} – “{quote}”"
        answer = evaluation.answers[quotation.answer] if evaluation else None
        outcome = outcome_of(answer) if answer else "neutral"
        marks.append(Mark(x, top + row * _ROW, title, label, width, quotation.evidence.turn, outcome))
    return tuple(marks), len(row_ends)


def _ticks(scale: _Scale) -> tuple[Tick, ...]:
    step = next((s for s in _STEPS_S if scale.duration_s / s <= 12), None)
    step = step or 3600 * math.ceil(scale.duration_s / 3600 / 12)
    return tuple(Tick(scale.x(t), clock(t)) for t in range(0, int(scale.duration_s) + 1, step))


def _named(event: Event) -> str:
    """What a shade is called; a hold that was inferred says how sure it is."""
    name = translated(_SHADES[event.kind])
    if event.probability >= 1.0:
        return name
    return say("{name} ({share} sure)", name=name, share=f"{event.probability:.0%}")


def _counted(one: str, many: str, n: int, **values: str) -> str:
    return say(one if n == 1 else many, n=n, **values)


def _stretch(name: str, start_s: float, end_s: float) -> str:
    return say("{name}, {start} to {end}", name=name, start=clock(start_s), end=clock(end_s))


def _summary(
    duration: float,
    spoken: Sequence[tuple[Role, float, float]],
    shades: Sequence[Box],
    interruptions: Sequence[Mark],
    evidence: Sequence[Mark],
) -> str:
    totals = {
        role: sum(end - start for r, start, end in spoken if r == role)
        for role in dict.fromkeys(r for r, _, _ in spoken)
    }
    said = [f"{translated(ROLE_NAMES[role]).lower()} {clock(total)}" for role, total in totals.items()]
    counted = [
        _counted("1 stretch of {what}", "{n} stretches of {what}", found, what=translated(name).lower())
        for kind, name in _SHADES.items()
        if (found := sum(box.kind == kind for box in shades))
    ]
    counted += [_counted("1 interruption", "{n} interruptions", len(interruptions))] if interruptions else []
    counted += [_counted("1 mark of evidence", "{n} marks of evidence", len(evidence))] if evidence else []
    head = say("Timeline of {length}. Speech: {parties}.", length=clock(duration), parties=", ".join(said))
    return f"{head} {', '.join(counted)}".strip(". ") + "."
