"""What the review desk shows, as plain data for the browser; pure, no Streamlit.

Identifiers are hidden here, before anything leaves for the browser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from qa_toolkit.domain.evaluation import Answer, AnswerStatus, Evaluation, SpanEvidence, WindowEvidence
from qa_toolkit.domain.metrics import ConversationMetrics
from qa_toolkit.domain.rubric import Criterion, Rubric
from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.reports.evidence import place_of, quotations
from qa_toolkit.reports.masking import Masking, Places, hidden
from qa_toolkit.reports.wording import ROLE_NAMES, scalar
from qa_toolkit.store.desk_records import Correction

_MARKED_EVENTS = ("hold", "silence", "dead_air", "overlap", "interruption")
Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class DeskCall:
    """Everything the desk needs of a call.

    Attributes:
        proposed: the evaluation that was seen: the machine's or another reviewer's; None when blind.
        places: of identifiers that stay hidden, by turn.
    """

    interaction: str
    rubric: Rubric
    proposed: Evaluation | None
    transcript: Transcript | None
    metrics: ConversationMetrics | None = None
    corrections: Mapping[int, Correction] = field(default_factory=dict)
    places: Mapping[int, Places] = field(default_factory=dict)
    duration_s: float | None = None

    @property
    def masking(self) -> Masking:
        """What is hidden wherever words of the call are shown."""
        turns = self.transcript.turns if self.transcript else ()
        language = self.transcript.language if self.transcript else None
        return Masking(self.places, {turn.id: turn for turn in turns}, language or "en")


def turns_of(call: DeskCall, *, can_correct: bool) -> list[dict[str, Any]]:
    """The turns in the order of time, each cut into pieces at words, evidence and hidden places."""
    if call.transcript is None:
        return []
    quoted = quotations(call.proposed, call.transcript)
    rows = []
    for turn in call.transcript.turns:
        correction = call.corrections.get(turn.id)
        changed = correction is not None and correction.text is not None
        places = call.places.get(turn.id, ())
        pieces = (
            [_piece(correction.text if correction else "", None, None, (), hide=False)]
            if changed
            else _pieces(turn, places, quoted.get(turn.id, ()))
        )
        rows.append(
            {
                "id": turn.id,
                "role": str(turn.role),
                "who": _who(turn),
                "start_s": turn.start_s,
                "pieces": pieces,
                "masked": bool(places) and not changed,
                "heard_as": hidden(turn.text, places) if changed else None,
                "can_correct": can_correct,
                "correction": None if correction is None else correction.number,
            }
        )
    return rows


def criteria_of(call: DeskCall, say: Say) -> list[dict[str, Any]]:
    """The criteria in the order of the rubric with what was proposed."""
    answers = {answer.criterion: answer for answer in call.proposed.answers} if call.proposed else {}
    rows = []
    for section in call.rubric.sections:
        for criterion in section.criteria:
            answer = answers.get(criterion.id)
            rows.append(
                {
                    "id": criterion.id,
                    "section": section.title or section.id,
                    "question": criterion.question,
                    "guidance": criterion.guidance or "",
                    "facts": _facts(criterion, say),
                    "rule": _rule(answer, say),
                    "options": _options(criterion, say),
                    "proposed": None if answer is None else _proposed(answer, call, say),
                }
            )
    return rows


def marks_of(call: DeskCall, say: Say) -> list[dict[str, Any]]:
    """Events and evidence on the axis of time."""
    events = call.metrics.events if call.metrics else call.transcript.events if call.transcript else ()
    marks = [
        {
            "kind": event.kind,
            "start_s": event.start_s,
            "end_s": event.end_s,
            "label": say(event.kind.replace("_", " "))
            + ("" if event.probability >= 1.0 else f" ({event.probability:.0%})"),
        }
        for event in events
        if event.kind in _MARKED_EVENTS and event.start_s is not None
    ]
    quoted = [
        (answer.criterion, piece)
        for answer in (call.proposed.answers if call.proposed else ())
        for piece in answer.evidence
        if isinstance(piece, SpanEvidence) and piece.start_s is not None
    ]
    marks += [
        {"kind": "evidence", "start_s": piece.start_s, "end_s": piece.end_s, "label": criterion}
        for criterion, piece in quoted
    ]
    return marks


def lanes_of(call: DeskCall, say: Say) -> list[dict[str, Any]]:
    """One lane a party: the channel whose waveform is its own, if there is one, and where it speaks."""
    transcript = call.transcript
    if transcript is None:
        return []
    roles = list(dict.fromkeys(turn.role for turn in transcript.turns if turn.start_s is not None))
    channels: dict[Role, set[int]] = {role: set() for role in roles}
    for turn in transcript.turns:
        # An announcement lies on a party's channel; the waveform is the party's.
        if turn.channel is not None and turn.role in channels and turn.role is not Role.IVR:
            channels[turn.role].add(turn.channel)
    lanes = []
    for role in roles:
        own = channels[role]
        alone = len(own) == 1 and all(
            own.isdisjoint(other) for each, other in channels.items() if each != role
        )
        channel = next(iter(own)) if alone else None
        spans = [
            (turn.start_s, turn.end_s)
            for turn in transcript.turns
            if turn.role is role and turn.end_s is not None
        ]
        lanes.append({"role": str(role), "label": say(ROLE_NAMES[role]), "channel": channel, "spans": spans})
    return lanes


def _who(turn: Turn) -> str:
    return ROLE_NAMES[turn.role] if turn.role is not Role.UNKNOWN else turn.speaker or ROLE_NAMES[turn.role]


def _piece(
    text: str, start_s: float | None, end_s: float | None, criteria: Sequence[str], *, hide: bool
) -> dict[str, Any]:
    return {"text": text, "start_s": start_s, "end_s": end_s, "criteria": list(criteria), "hidden": hide}


def _pieces(turn: Turn, places: Places, quoted: Sequence[Any]) -> list[dict[str, Any]]:
    words = _word_places(turn)
    text = hidden(turn.text, places)
    edges = {0, len(text), *(q.start for q in quoted), *(q.end for q in quoted)}
    edges |= {edge for start, end in places for edge in (start, end)} | {start for start, _, _ in words}
    cuts = sorted(edge for edge in edges if 0 <= edge <= len(text))
    pieces, number = [], 0
    for start, end in pairwise(cuts):
        while number + 1 < len(words) and words[number + 1][0] <= start:
            number += 1
        timed = bool(words) and words[number][0] <= start
        names = dict.fromkeys(q.criterion for q in quoted if q.start < end and start < q.end)
        hide = any(low < end and start < high for low, high in places)
        times = words[number][1:] if timed else (None, None)
        pieces.append(_piece(text[start:end], *times, tuple(names), hide=hide))
    return pieces


def _word_places(turn: Turn) -> list[tuple[int, float, float]]:
    found, position = [], 0
    for word in turn.words:
        spoken = word.text.strip()
        place = turn.text.find(spoken, position) if spoken else -1
        if place >= 0:
            found.append((place, word.start_s, word.end_s))
            position = place + len(spoken)
    return found


def _facts(criterion: Criterion, say: Say) -> list[str]:
    facts = [say("bonus {weight}" if criterion.bonus else "weight {weight}", weight=f"{criterion.weight:g}")]
    if criterion.critical != "none":
        facts.append(say("{family}-critical", family=say(criterion.critical)))
    options = (*criterion.answers.values(), *criterion.ranges)
    if any(option.auto_fail for option in options):
        facts.append(say("can fail the whole"))
    return facts


def _rule(answer: Answer | None, say: Say) -> str | None:
    if answer is None or answer.status is not AnswerStatus.NOT_APPLICABLE:
        return None
    return say("Not applicable: {reason}", reason=answer.reason or "")


def _options(criterion: Criterion, say: Say) -> list[dict[str, str]]:
    if not criterion.answers:
        return []
    named = [
        {"value": name, "label": option.label or say(name)} for name, option in criterion.answers.items()
    ]
    return [*named, {"value": "na", "label": say("not applicable")}]


def _proposed(answer: Answer, call: DeskCall, say: Say) -> dict[str, Any]:
    decided = answer.status in (AnswerStatus.ANSWERED, AnswerStatus.NOT_APPLICABLE)
    value = "na" if answer.status is AnswerStatus.NOT_APPLICABLE else answer.answer
    label = {
        AnswerStatus.NOT_APPLICABLE: say("not applicable"),
        AnswerStatus.UNANSWERED: say("left to a person"),
        AnswerStatus.ERROR: say("could not be judged"),
    }.get(answer.status) or (
        say(value) if isinstance(value, str) else f"{value:g}" if value is not None else ""
    )
    reason = answer.reason if answer.status is not AnswerStatus.NOT_APPLICABLE else None
    quoted = [piece for piece in answer.evidence if isinstance(piece, SpanEvidence)]
    return {
        "decided": decided,
        "value": value if decided else None,
        "label": label,
        "kind": str(answer.status),
        "confidence": None if answer.confidence is None else f"{100 * answer.confidence:.0f} %",
        "reason": reason and call.masking.text(reason, quoted),
        "evidence": [_evidence(piece, call, say) for piece in answer.evidence],
    }


def _evidence(piece: Any, call: DeskCall, say: Say) -> dict[str, Any]:
    if isinstance(piece, SpanEvidence):
        return _span(piece, call)
    if isinstance(piece, WindowEvidence):
        text = say("Looked for, not found: {what}", what=piece.looked_for)
        return {"kind": "window", "turn": None, "text": text, "start_s": piece.start_s, "end_s": piece.end_s}
    text = call.masking.text(f"{piece.name.replace('_', ' ')}: {scalar(piece.value)}")
    return {"kind": "value", "turn": None, "text": text, "start_s": None, "end_s": None}


def _span(piece: SpanEvidence, call: DeskCall) -> dict[str, Any]:
    turn = (
        next((each for each in call.transcript.turns if each.id == piece.turn), None)
        if call.transcript
        else None
    )
    text, start, end = piece.text, piece.start_s, piece.end_s
    if turn is not None:
        begin = place_of(piece, turn)
        if begin is not None:
            text = hidden(turn.text, call.places.get(turn.id, ()))[begin : begin + len(piece.text)]
        start = turn.start_s if start is None else start
        end = turn.end_s if end is None else end
    return {"kind": "span", "turn": piece.turn, "text": f"“{text}”", "start_s": start, "end_s": end}
