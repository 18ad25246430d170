"""Everything filed under a rubric in the order of time, for figures over time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from qa_toolkit.store.calibration_tables import CalibrationSessionRow
from qa_toolkit.store.export_rows import ExportFilter, not_blind, of_calls
from qa_toolkit.store.placing import DAY
from qa_toolkit.store.tables import EvaluationRow, InteractionRow, RunRow

if TYPE_CHECKING:
    from qa_toolkit.store.engine import Database


@dataclass(frozen=True, slots=True)
class Filed:
    """One filed evaluation.

    Attributes:
        day: ISO day of the interaction; the day of the filing where it has none.
        session_opened: when the calibration session it belongs to was opened.
        settings: of the run it was made in.
        json: as filed.
    """

    interaction: str
    version: str
    source_kind: str
    source_name: str
    day: str
    blind: bool
    session: str | None
    session_opened: datetime | None
    settings: Mapping[str, object] | None
    json: str


def filed(database: Database, wanted: ExportFilter) -> Iterator[Filed]:
    """Evaluations in the order of filing, without what is blind to the viewer."""
    query = (
        select(
            EvaluationRow.interaction_id,
            EvaluationRow.rubric_version,
            EvaluationRow.source_kind,
            EvaluationRow.source_name,
            DAY,
            EvaluationRow.created_at,
            EvaluationRow.blind,
            EvaluationRow.session,
            CalibrationSessionRow.created_at,
            EvaluationRow.run_id,
            EvaluationRow.json,
        )
        .join(InteractionRow, InteractionRow.id == EvaluationRow.interaction_id)
        .outerjoin(CalibrationSessionRow, CalibrationSessionRow.id == EvaluationRow.session)
        .where(*of_calls(wanted, EvaluationRow.rubric_id), not_blind(wanted))
        .order_by(EvaluationRow.id)
        .execution_options(yield_per=500)
    )
    with database.reading() as session:
        settings = {
            number: json.loads(text)
            for number, text in session.execute(select(RunRow.id, RunRow.settings_json))
        }
        for row in session.execute(query):
            yield _filed_of(tuple(row), settings)


def _filed_of(row: tuple[Any, ...], settings: Mapping[int, Mapping[str, object]]) -> Filed:
    interaction, version, kind, name, day, created, blind, session, opened, run, content = row
    known = None if run is None else settings.get(run)
    return Filed(
        interaction,
        version,
        kind,
        name,
        day or created.date().isoformat(),
        bool(blind),
        session,
        opened,
        known,
        content,
    )
