"""What reports read: everything that counts, with where its agent worked on that day, in one pass.

Rows are read in the order of their interactions and handed on one by one, so that a month of full coverage
needs no more memory than what the reader keeps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, case, cast, func, select
from sqlalchemy import String as Text

from qa_toolkit.store.nearby import machine_json, owed_blind
from qa_toolkit.store.people_tables import PlacementRow, RootCauseRow
from qa_toolkit.store.placing import DAY, placed
from qa_toolkit.store.tables import CountingRow, EvaluationRow, InteractionRow, MetricsRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database

_BATCH = 500


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which of what counts; None does not restrict. Days are ISO days, both included.

    Attributes:
        viewer: whose blind assignments, while they are open, are left out.
    """

    rubric: str | None = None
    first_day: str | None = None
    last_day: str | None = None
    agent: str | None = None
    viewer: str | None = None


@dataclass(frozen=True, slots=True)
class CountedCall:
    """An interaction with the evaluation that counts under one rubric.

    Attributes:
        day: first ten characters of the start; None where there is no ISO date.
        team, site, vendor: of the agent's placement on that day; the site as recorded with the interaction
            where there is no placement.
        reviewer: who gave the answers; None for the machine.
        json: the evaluation as filed.
        machine_json: where a person's evaluation counts, the machine's last under the same rubric version.
        interpreted: whether an interpreter was measured to speak; None without metrics.
    """

    interaction: str
    rubric: str
    version: str
    evaluation: int
    basis: str
    reviewer: str | None
    agent: str | None
    day: str | None
    started_at: str | None
    team: str | None
    site: str | None
    vendor: str | None
    queue: str | None
    kind: str | None
    work_area: str | None
    direction: str | None
    language: str | None
    metadata_json: str
    json: str
    machine_json: str | None
    interpreted: bool | None


@dataclass(frozen=True, slots=True)
class CountedCause:
    """A root cause a reviewer gave in an evaluation that counts."""

    interaction: str
    rubric: str
    criterion: str
    cause: str


def counted_calls(database: Database, wanted: CallFilter | None = None) -> Iterator[CountedCall]:
    """Everything that counts, in the order of interactions and rubrics.

    Ratings of calibration sessions and blind second readings never count, so they are not among it.

    Raises:
        StoreError: the database failed.
    """
    query = _query(wanted or CallFilter()).execution_options(yield_per=_BATCH)
    with database.reading() as session:
        for row in session.execute(query):
            yield CountedCall(*row)


def counted_causes(database: Database, wanted: CallFilter | None = None) -> tuple[CountedCause, ...]:
    """Root causes of what counts."""
    given = wanted or CallFilter()
    query = (
        select(CountingRow.interaction_id, CountingRow.rubric_id, RootCauseRow.criterion, RootCauseRow.cause)
        .join(CountingRow, CountingRow.evaluation_id == RootCauseRow.evaluation_id)
        .join(InteractionRow, InteractionRow.id == CountingRow.interaction_id)
        .where(*_conditions(given))
        .order_by(CountingRow.interaction_id, CountingRow.rubric_id, RootCauseRow.criterion)
    )
    with database.reading() as session:
        return tuple(CountedCause(*row) for row in session.execute(query))


def _conditions(wanted: CallFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.rubric is not None:
        conditions.append(CountingRow.rubric_id == wanted.rubric)
    if wanted.first_day is not None:
        conditions.append(wanted.first_day <= DAY)
    if wanted.last_day is not None:
        conditions.append(wanted.last_day >= DAY)
    if wanted.agent is not None:
        conditions.append(InteractionRow.agent == wanted.agent)
    if wanted.viewer is not None:
        conditions.append(~owed_blind(wanted.viewer, CountingRow))
    return conditions


def _query(wanted: CallFilter) -> Select[Any]:
    by_person = EvaluationRow.source_kind == "reviewer"
    interpreted = MetricsRow.json.like('%"role": "interpreter"%')
    return (
        select(
            CountingRow.interaction_id,
            CountingRow.rubric_id,
            EvaluationRow.rubric_version,
            CountingRow.evaluation_id,
            CountingRow.basis,
            case((by_person, EvaluationRow.source_name), else_=None),
            InteractionRow.agent,
            DAY,
            InteractionRow.started_at,
            PlacementRow.team,
            func.coalesce(PlacementRow.site, InteractionRow.site),
            PlacementRow.vendor,
            InteractionRow.queue,
            InteractionRow.kind,
            InteractionRow.work_area,
            InteractionRow.direction,
            InteractionRow.language,
            cast(InteractionRow.metadata_json, Text),
            EvaluationRow.json,
            case((by_person, machine_json("last")), else_=None),
            case((MetricsRow.id.is_(None), None), else_=interpreted),
        )
        .join(EvaluationRow, EvaluationRow.id == CountingRow.evaluation_id)
        .join(InteractionRow, InteractionRow.id == CountingRow.interaction_id)
        .outerjoin(PlacementRow, placed())
        .outerjoin(MetricsRow, MetricsRow.id == EvaluationRow.metrics_id)
        .where(*_conditions(wanted))
        .order_by(CountingRow.interaction_id, CountingRow.rubric_id)
    )
