"""How answers, agreement and strictness move over time, out of what the store holds of a rubric."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from qa_toolkit.calibration import Drift, SeverityChart, drift, severity_drift
from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import Evaluation
from qa_toolkit.review.permissions import Action, permit
from qa_toolkit.store.export_rows import ExportFilter

if TYPE_CHECKING:
    from qa_toolkit.store import Store
    from qa_toolkit.store.history import Filed

Every = Literal["week", "month", "session"]
_MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Control charts over periods, with the marks of what was changed.

    Attributes:
        periods: labels in their order, each with how many evaluations it holds.
    """

    rubric: str
    every: Every
    periods: tuple[tuple[str, int], ...]
    drift: Drift
    severity: tuple[SeverityChart, ...]


def calibration_drift(
    store: Store,
    rubric: str,
    *,
    by: str,
    every: Every = "month",
    first_day: str | None = None,
    last_day: str | None = None,
    blind_only: bool = False,
) -> DriftReport:
    """Charts of every criterion and every reviewer of a rubric over time.

    A period holds one rubric version; a week or month in which it changed is two. Changes of the rubric, the
    machine, its evaluators and the settings of the runs are marked, and points on either side not compared.

    Args:
        every: ISO ``week`` or ``month`` of the interaction, or the calibration ``session``.
        blind_only: leave out reviews whose reviewer saw another evaluation: they agree with it more.

    Raises:
        PermissionRefusedError: the role does not allow it.
    """
    from qa_toolkit.store.history import filed

    permit(store, by, Action.RATE_CALIBRATION)
    wanted = ExportFilter(rubric=rubric, first_day=first_day, last_day=last_day, viewer=by)
    found = [
        each
        for each in filed(store.database, wanted)
        if each.source_kind == _MACHINE or each.blind or not blind_only
    ]
    rows = _of_sessions(found) if every == "session" else _of_days(found, every)
    labelled = _labelled(rows)
    periods = [(label, [_evaluation(each) for each in last]) for label, last in labelled]
    return DriftReport(
        rubric=rubric,
        every=every,
        periods=tuple((label, len(evaluations)) for label, evaluations in periods),
        drift=drift(periods, _changed_settings(labelled)),
        severity=severity_drift(periods),
    )


_Period = tuple[str, str]
"""What it is sorted by, and its name."""


def _of_days(found: Sequence[Filed], every: Every) -> list[tuple[_Period, Filed]]:
    rows = []
    for each in found:
        name = each.day[:7]
        if every == "week":
            year, week, _ = date.fromisoformat(each.day).isocalendar()
            name = f"{year}-W{week:02}"
        rows.append(((name, name), each))
    return rows


def _of_sessions(found: Sequence[Filed]) -> list[tuple[_Period, Filed]]:
    """Ratings by session, each with the machine's answers to the same interactions."""
    opened = {each.session: each.session_opened for each in found if each.session and each.session_opened}
    rows = []
    for name, when in opened.items():
        ratings = [each for each in found if each.session == name]
        about = {(each.interaction, each.version) for each in ratings}
        machine = [
            each
            for each in found
            if each.source_kind == _MACHINE and (each.interaction, each.version) in about
        ]
        rows += [((when.isoformat(), name), each) for each in (*ratings, *machine)]
    return rows


def _labelled(rows: Sequence[tuple[_Period, Filed]]) -> list[tuple[str, list[Filed]]]:
    """Periods in their order; one for each rubric version, of each source the last evaluation."""
    kept: dict[tuple[_Period, str], dict[tuple[str, str, str], Filed]] = {}
    versions: list[str] = []
    for period, each in rows:
        source = (each.interaction, each.source_kind, each.source_name)
        kept.setdefault((period, each.version), {})[source] = each
        if each.version not in versions:
            versions.append(each.version)
    order = sorted(kept, key=lambda key: (key[0], versions.index(key[1])))
    names = [name for (_, name), _ in order]
    return [
        (
            name if names.count(name) == 1 else f"{name} ({version})",
            list(kept[(sorted_by, name), version].values()),
        )
        for (sorted_by, name), version in order
    ]


def _changed_settings(labelled: Sequence[tuple[str, Sequence[Filed]]]) -> dict[str, str]:
    """Which settings of the runs are others than in the period before."""
    changes: dict[str, str] = {}
    before: dict[str, str] | None = None
    for label, found in labelled:
        known = [each.settings for each in found if each.settings]
        if not known:
            continue
        now = dict(_flat(known[-1]))
        if before is not None and now != before:
            names = sorted(name for name in {*now, *before} if now.get(name) != before.get(name))
            told = [f"{name}: {before.get(name, 'none')} to {now.get(name, 'none')}" for name in names[:3]]
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            changes[label] = f"settings: {'; '.join(told)}{more}"
        before = now
    return changes


def _flat(settings: Mapping[str, object], above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{above}{name}.")
        else:
            found.append((f"{above}{name}", json.dumps(value, ensure_ascii=False)))
    return found


def _evaluation(found: Filed) -> Evaluation:
    return from_contract(Evaluation, json.loads(found.json))
