"""The page of one interaction: what its template shows, in the order it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa_toolkit.domain.case import Interaction
from qa_toolkit.domain.evaluation import (
    Answer,
    AnswerStatus,
    CriticalCount,
    Evaluation,
    Score,
    SpanEvidence,
    ValueEvidence,
    WindowEvidence,
)
from qa_toolkit.domain.metrics import ConversationMetrics
from qa_toolkit.domain.rubric import Criterion, Rubric
from qa_toolkit.domain.transcript import ChannelLayout, Role, Transcript
from qa_toolkit.reports.evidence import Piece, marked_turns, place_of, quotations
from qa_toolkit.reports.masking import Masking, masking_of
from qa_toolkit.reports.measures import Fact, MetricRow, metric_rows
from qa_toolkit.reports.timeline import Timeline, outcome_of, timeline_of
from qa_toolkit.reports.translation import say, translated
from qa_toolkit.reports.wording import (
    FAMILIES,
    ROLE_NAMES,
    clock,
    number,
    percent,
    scalar,
    words,
)

LOW_ROLE_CONFIDENCE = 0.8
"""Below it the page warns that agent and customer may be swapped."""

_SHOWN = (
    "agent",
    "site",
    "queue",
    "direction",
    "language",
    "transaction",
    "caller_type",
    "date",
    "started_at",
)
_TIMES = frozenset({"date", "started_at"})
_NOT_ANSWERED = {
    AnswerStatus.NOT_APPLICABLE: ("Not applicable", "na"),
    AnswerStatus.UNANSWERED: ("Not answered", "open"),
    AnswerStatus.ERROR: ("Evaluator failed", "error"),
}


@dataclass(frozen=True, slots=True)
class ReportCall:
    """What a call page is made of; parts that do not exist are None.

    Attributes:
        rubric: gives questions, sections and titles; without it criteria are shown by their ids.
        interaction: who, where and when; by default what the transcript's metadata say.
        back: file name of the page with all calls, for a link.
        unmasked: show identifiers of people; by default they are hidden wherever words are quoted.
    """

    evaluation: Evaluation
    transcript: Transcript | None = None
    metrics: ConversationMetrics | None = None
    rubric: Rubric | None = None
    interaction: Interaction | None = None
    back: str | None = None
    unmasked: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One piece of evidence; ``turn`` is the turn to jump to, ``text`` what was seen, ``when`` the time."""

    kind: str
    text: str
    when: str = ""
    turn: int | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One criterion with its answer."""

    position: int
    criterion: str
    question: str
    critical: str | None
    answer: str
    kind: str
    points: str
    confidence: str
    reason: str | None
    evaluator: str
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class SectionBlock:
    """A section with its score and its answers."""

    id: str
    title: str
    percent: float | None
    shown: str
    rows: tuple[AnswerRow, ...]
    auto_failed: bool = False


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn with its evidence marked; ``answers`` links back to the answers that quote it."""

    id: int
    role: str
    who: str
    when: str
    pieces: tuple[Piece, ...]
    answers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The score in large letters."""

    percent: str
    label: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class CallPage:
    """Everything the template prints."""

    title: str
    verdict: Verdict
    facts: tuple[Fact, ...]
    auto_failed: tuple[str, ...]
    auto_fail_note: str
    warnings: tuple[str, ...]
    timeline: Timeline | None
    sections: tuple[SectionBlock, ...]
    families: tuple[tuple[str, CriticalCount], ...]
    turns: tuple[TurnRow, ...]
    metrics: tuple[MetricRow, ...]
    made_by: tuple[Fact, ...]
    back: str | None
    unmasked: bool


def call_page(call: ReportCall) -> CallPage:
    """Arranges a call for its template."""
    evaluation, transcript, score = call.evaluation, call.transcript, call.evaluation.score
    names = {c.id: c.question for c in call.rubric.criteria} if call.rubric else {}
    masking = masking_of(transcript, unmasked=call.unmasked)
    timeline = None
    if transcript:
        timeline = timeline_of(transcript, call.metrics, evaluation, call.rubric, masking=masking)
    return CallPage(
        title=evaluation.interaction,
        verdict=verdict(score),
        facts=tuple(_facts(call)),
        auto_failed=tuple(f"{c}: {names[c]}" if c in names else c for c in score.auto_failed_by),
        auto_fail_note=_auto_fail_note(score),
        warnings=tuple(dict.fromkeys(map(masking.text, _warnings(call)))),
        timeline=timeline,
        sections=tuple(_sections(call, masking)),
        families=tuple((family, score.critical.get(family, CriticalCount())) for family in FAMILIES),
        turns=tuple(_turns(evaluation, transcript, masking)),
        metrics=tuple(metric_rows(call.metrics)),
        made_by=tuple(_made_by(evaluation, transcript)),
        back=call.back,
        unmasked=call.unmasked,
    )


def verdict(score: Score) -> Verdict:
    """Passed, failed, incomplete or without a score, in words."""
    shown = percent(score.percent)
    detail = say("{points} of {most} points", points=number(score.points), most=number(score.max_points))
    if not score.complete:
        left = say("1 answer is open") if score.open == 1 else say("{n} answers are open", n=score.open)
        detail = say("{left}; {points} so far", left=left, points=detail)
    if score.auto_failed_by:
        return Verdict(shown, say("Automatic fail"), "bad", detail)
    if not score.complete:
        return Verdict(shown, say("Incomplete"), "open", detail)
    if score.percent is None:
        return Verdict("–", say("No score"), "na", say("nothing in the rubric counts for this interaction"))
    if score.passed is None:
        return Verdict(shown, say("Complete"), "neutral", detail)
    if score.passed:
        return Verdict(shown, say("Passed"), "good", detail)
    return Verdict(shown, say("Failed"), "bad", detail)


def _auto_fail_note(score: Score) -> str:
    before = score.percent_before_auto_fail
    if before is None or before == score.percent:
        return say("The score is kept beside it.")
    return say("Without it the score would be {percent}.", percent=percent(before))


def _facts(call: ReportCall) -> Iterator[Fact]:
    transcript, evaluation = call.transcript, call.evaluation
    known = dict(transcript.metadata) if transcript else {}
    if transcript and transcript.language:
        known.setdefault("language", transcript.language)
    if call.interaction:
        known |= call.interaction.metadata
        named = {name: getattr(call.interaction, name, None) for name in _SHOWN}
        known |= {name: value for name, value in named.items() if value is not None}
    if known.get("date") == known.get("started_at"):
        known.pop("started_at", None)
    for name in _SHOWN:
        if known.get(name) is not None:
            value = scalar(known[name])
            yield Fact(translated(words(name)), _moment(value) if name in _TIMES else translated(value))
    if transcript and transcript.duration_s is not None:
        yield Fact(say("Duration"), f"{clock(transcript.duration_s)} min")
    title = f"{call.rubric.title} · " if call.rubric else ""
    yield Fact(say("Rubric"), f"{title}{evaluation.rubric.id} {evaluation.rubric.version}")
    who = say("machine") if evaluation.source.kind == "machine" else say("reviewer")
    yield Fact(say("Answered by"), f"{who} ({evaluation.source.name})")


def _moment(text: str) -> str:
    """``2026-03-05T15:02:00-08:00`` as ``2026-03-05 15:02:00 -08:00``; other text as it is."""
    return re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)\s*(\S*)$", r"\1 \2 \3", text).strip()


def _warnings(call: ReportCall) -> Iterator[str]:
    """What a reader must know first: about the recording, then the measures, then the answers."""
    transcript = call.transcript
    if transcript:
        doubt = transcript.role_confidence
        if doubt is not None and doubt < LOW_ROLE_CONFIDENCE:
            yield say(
                "Agent and customer may be swapped: the roles are only {share} sure. Check the first turns"
                " before trusting answers about who said what.",
                share=f"{doubt:.0%}",
            )
        yield from transcript.warnings
        one_channel = transcript.recording and transcript.recording.layout != ChannelLayout.TWO_PARTY
        if one_channel and not any("channel" in warning for warning in transcript.warnings):
            yield say(
                "Both parties are on one channel: speakers are estimated, speaking at once is seen in part."
            )
    yield from call.metrics.warnings if call.metrics else ()
    yield from call.evaluation.warnings


def _sections(call: ReportCall, masking: Masking) -> Iterator[SectionBlock]:
    evaluation = call.evaluation
    positions = {answer.criterion: i for i, answer in enumerate(evaluation.answers)}
    scores = {section.id: section for section in evaluation.score.sections}
    shown: set[str] = set()
    for section in call.rubric.sections if call.rubric else ():
        rows = [
            _row(positions[c.id], evaluation.answers[positions[c.id]], c, masking)
            for c in section.criteria
            if c.id in positions
        ]
        shown |= {row.criterion for row in rows}
        score = scores.get(section.id)
        value = score.percent if score else None
        failed = bool(score and score.auto_failed_by)
        yield SectionBlock(section.id, section.title, value, percent(value), tuple(rows), failed)
    rest = [_row(i, a, None, masking) for i, a in enumerate(evaluation.answers) if a.criterion not in shown]
    if rest:
        yield SectionBlock(
            "answers",
            say("Answers"),
            evaluation.score.percent,
            percent(evaluation.score.percent),
            tuple(rest),
        )


def _row(position: int, answer: Answer, criterion: Criterion | None, masking: Masking) -> AnswerRow:
    label, kind = _answer_text(answer, criterion)
    points = ""
    if answer.points is not None and answer.max_points is not None:
        points = f"{number(answer.points)} / {number(answer.max_points)}"
    critical = criterion.critical if criterion and criterion.critical != "none" else None
    quoted = [each for each in answer.evidence if isinstance(each, SpanEvidence)]
    return AnswerRow(
        position=position,
        criterion=answer.criterion,
        question=criterion.question if criterion else "",
        critical=critical,
        answer=label,
        kind=kind,
        points=points,
        confidence=f"{answer.confidence:.0%}" if answer.confidence is not None else "",
        reason=masking.text(answer.reason, quoted) if answer.reason else None,
        evaluator=f"{answer.evaluator.name} {answer.evaluator.version}" if answer.evaluator else "",
        evidence=tuple(_evidence_lines(answer, masking)),
    )


def _answer_text(answer: Answer, criterion: Criterion | None) -> tuple[str, str]:
    if answer.status != AnswerStatus.ANSWERED:
        label, kind = _NOT_ANSWERED[answer.status]
        return translated(label), kind
    option = criterion.option_for(answer.answer) if criterion and answer.answer is not None else None
    if option is not None and option.label:
        return option.label, outcome_of(answer)
    if isinstance(answer.answer, float):
        return number(answer.answer), outcome_of(answer)
    return translated(words(str(answer.answer))), outcome_of(answer)


def _evidence_lines(answer: Answer, masking: Masking) -> Iterator[EvidenceLine]:
    for evidence in answer.evidence:
        match evidence:
            case SpanEvidence():
                turn = masking.turns.get(evidence.turn)
                holds = turn is not None and place_of(evidence, turn) is not None
                when = evidence.start_s if evidence.start_s is not None else (turn.start_s if turn else None)
                who = translated(ROLE_NAMES[turn.role]) if turn else ""
                quote = masking.quote(evidence)
                yield EvidenceLine("span", quote, clock(when), evidence.turn if holds else None, who)
            case WindowEvidence():
                yield EvidenceLine("window", evidence.looked_for, _window(evidence))
            case ValueEvidence():
                value = masking.text(
                    f"{translated(words(evidence.name))} = {translated(scalar(evidence.value))}"
                )
                yield EvidenceLine("value", value, evidence.kind)


def _window(evidence: WindowEvidence) -> str:
    if evidence.start_s is None and evidence.end_s is None:
        return say("whole interaction")
    if evidence.end_s is None:
        return say("{start} to the end", start=clock(evidence.start_s))
    return say("{low} to {high}", low=clock(evidence.start_s or 0.0), high=clock(evidence.end_s))


def _turns(evaluation: Evaluation, transcript: Transcript | None, masking: Masking) -> Iterator[TurnRow]:
    pieces = marked_turns(evaluation, transcript, masking.turn)
    quoted = quotations(evaluation, transcript)
    for turn in transcript.turns if transcript else ():
        back = dict.fromkeys((q.answer, q.criterion) for q in quoted.get(turn.id, ()))
        when = turn.at or clock(turn.start_s)
        who = translated(ROLE_NAMES[turn.role])
        if turn.role == Role.UNKNOWN and turn.speaker:
            who = say("Speaker {name}", name=turn.speaker)
        yield TurnRow(turn.id, turn.role.value, who, when, pieces[turn.id], tuple(back))


def _made_by(evaluation: Evaluation, transcript: Transcript | None) -> Iterator[Fact]:
    yield Fact("Rubric hash", evaluation.rubric.sha256)
    if transcript and transcript.recording:
        recording = transcript.recording
        layout = words(recording.layout.value).lower()
        yield Fact(
            "Recording",
            f"{recording.file}, {recording.sample_rate_hz} Hz, {recording.channels} channel(s), {layout}",
        )
        yield Fact("Recording hash", recording.sha256)
    if transcript and transcript.made_by:
        made = transcript.made_by
        yield Fact("Transcribed by", f"{made.engine}, {made.model}, profile {made.profile}")
        yield Fact("Model hash", made.model_sha256)
