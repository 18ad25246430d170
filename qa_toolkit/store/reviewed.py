"""What people answered beside what the machine had proposed, for figures of the machine against people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from qa_toolkit.store.export_rows import ExportFilter, not_blind, of_calls
from qa_toolkit.store.nearby import machine_json
from qa_toolkit.store.people_tables import OverrideRow, PlacementRow
from qa_toolkit.store.placing import DAY, placed
from qa_toolkit.store.reporting import CallFilter
from qa_toolkit.store.tables import CountingRow, EvaluationRow, InteractionRow, TranscriptRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database

_BATCH = 500


@dataclass(frozen=True, slots=True)
class ReviewedCall:
    """A person's evaluation of an interaction, and what the machine had answered under the same version.

    Attributes:
        counts: whether it is the evaluation that counts; a blind one may have been followed by another, and
            ratings of calibration sessions never count.
        blind: whether the person was shown no evaluation of anybody.
        json: the person's evaluation as filed.
        machine_json: the machine's last before it; where there is none, its first after it. None without any.
        proposed: whether the machine's evaluation was there before the person's.
    """

    interaction: str
    rubric: str
    version: str
    evaluation: int
    reviewer: str
    counts: bool
    blind: bool
    agent: str | None
    day: str | None
    team: str | None
    site: str | None
    vendor: str | None
    language: str | None
    json: str
    machine_json: str | None
    proposed: bool


@dataclass(frozen=True, slots=True)
class Recognised:
    """The transcript of an interaction as canonical JSON; ``day`` is None where the start is unknown."""

    interaction: str
    rubric: str
    day: str | None
    json: str


def reviewed_calls(database: Database, wanted: CallFilter | None = None) -> Iterator[ReviewedCall]:
    """People's evaluations that count, and their blind ones, in the order of interactions and of filing.

    Ratings of open calibration sessions and second readings of disputes are not among it, nor what the viewer
    has open as a blind assignment.

    Raises:
        StoreError: the database failed.
    """
    given = wanted or CallFilter()
    query = _reviewed(given).execution_options(yield_per=_BATCH)
    with database.reading() as session:
        for row in session.execute(query):
            *facts, before, after = tuple(row)
            given_by: tuple[Any, ...] = (*facts, after if before is None else before, before is not None)
            yield ReviewedCall(*given_by)


def override_reasons(database: Database, wanted: CallFilter | None = None) -> dict[tuple[int, str], str]:
    """Why reviewers answered otherwise, by evaluation and criterion."""
    query = (
        select(OverrideRow.evaluation_id, OverrideRow.criterion, OverrideRow.reason)
        .join(EvaluationRow, EvaluationRow.id == OverrideRow.evaluation_id)
        .join(InteractionRow, InteractionRow.id == EvaluationRow.interaction_id)
        .where(*of_calls(_export_filter(wanted or CallFilter()), EvaluationRow.rubric_id))
    )
    with database.reading() as session:
        return {(number, criterion): reason for number, criterion, reason in session.execute(query)}


def recognised_calls(
    database: Database, interactions: dict[str, list[str]], wanted: CallFilter | None = None
) -> Iterator[Recognised]:
    """Transcripts behind what counts, of the interactions named for each rubric, where there is one."""
    given = wanted or CallFilter()
    for rubric, names in interactions.items():
        for first in range(0, len(names), _BATCH):
            query = (
                select(CountingRow.interaction_id, CountingRow.rubric_id, DAY, TranscriptRow.json)
                .join(EvaluationRow, EvaluationRow.id == CountingRow.evaluation_id)
                .join(InteractionRow, InteractionRow.id == CountingRow.interaction_id)
                .join(TranscriptRow, TranscriptRow.id == EvaluationRow.transcript_id)
                .where(
                    CountingRow.rubric_id == rubric,
                    CountingRow.interaction_id.in_(names[first : first + _BATCH]),
                    not_blind(_export_filter(given)),
                )
                .order_by(CountingRow.interaction_id)
            )
            with database.reading() as session:
                for row in session.execute(query.execution_options(yield_per=_BATCH)):
                    yield Recognised(*row)


def _export_filter(wanted: CallFilter) -> ExportFilter:
    return ExportFilter(
        rubric=wanted.rubric,
        agent=wanted.agent,
        first_day=wanted.first_day,
        last_day=wanted.last_day,
        viewer=wanted.viewer,
    )


def _reviewed(wanted: CallFilter) -> Any:
    given = _export_filter(wanted)
    counts = and_(
        CountingRow.interaction_id == EvaluationRow.interaction_id,
        CountingRow.rubric_id == EvaluationRow.rubric_id,
        CountingRow.evaluation_id == EvaluationRow.id,
    )
    return (
        select(
            EvaluationRow.interaction_id,
            EvaluationRow.rubric_id,
            EvaluationRow.rubric_version,
            EvaluationRow.id,
            EvaluationRow.source_name,
            CountingRow.evaluation_id.is_not(None),
            func.coalesce(EvaluationRow.blind, False),
            InteractionRow.agent,
            DAY,
            PlacementRow.team,
            func.coalesce(PlacementRow.site, InteractionRow.site),
            PlacementRow.vendor,
            InteractionRow.language,
            EvaluationRow.json,
            machine_json("before"),
            machine_json("after"),
        )
        .join(InteractionRow, InteractionRow.id == EvaluationRow.interaction_id)
        .outerjoin(CountingRow, counts)
        .outerjoin(PlacementRow, placed())
        .where(
            EvaluationRow.source_kind == "reviewer",
            or_(CountingRow.evaluation_id.is_not(None), EvaluationRow.blind.is_(True)),
            *of_calls(given, EvaluationRow.rubric_id),
            not_blind(given),
        )
        .order_by(EvaluationRow.interaction_id, EvaluationRow.rubric_id, EvaluationRow.id)
    )
