"""Where the agent of an interaction worked on its day: one rule for queues, reports and exports."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from qa_toolkit.store.people_tables import PlacementRow
from qa_toolkit.store.tables import InteractionRow

DAY: Any = case(
    (InteractionRow.started_at.like("____-__-__%"), func.substr(InteractionRow.started_at, 1, 10)), else_=None
)
"""The day of an interaction, as written in its start; NULL where there is no start."""


def placed() -> Any:
    """Condition that joins the placement of an interaction's agent on its day: the newest that had begun.

    An open end lasts until the agent's next placement; an agent without a placement on the day joins none.
    """
    later = aliased(PlacementRow)
    newest = (
        select(func.max(later.valid_from))
        .where(later.agent_id == InteractionRow.agent, later.valid_from <= DAY)
        .correlate(InteractionRow)
        .scalar_subquery()
    )
    return and_(
        PlacementRow.agent_id == InteractionRow.agent,
        PlacementRow.valid_from == newest,
        func.coalesce(PlacementRow.valid_until, "9999-12-31") >= DAY,
    )
