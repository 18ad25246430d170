"""What is kept: interactions, transcripts, metrics, rubrics, evaluations, runs and the ledger.

``Store`` is loaded on first use, so that importing the records costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa_toolkit.store.records import (
    Claim,
    Counts,
    EvaluationRecord,
    InputRecord,
    InputRef,
    InteractionFilter,
    InteractionPage,
    LedgerItem,
    LedgerState,
    Outcome,
    RubricRecord,
    RubricText,
    RunItem,
    RunRecord,
    RunState,
    SavedResult,
    ScoredInteraction,
)

if TYPE_CHECKING:
    from qa_toolkit.store.ledger import ClaimLostError
    from qa_toolkit.store.store import Store, backup, upgrade

__all__ = [
    "Claim",
    "ClaimLostError",
    "Counts",
    "EvaluationRecord",
    "InputRecord",
    "InputRef",
    "InteractionFilter",
    "InteractionPage",
    "LedgerItem",
    "LedgerState",
    "Outcome",
    "RubricRecord",
    "RubricText",
    "RunItem",
    "RunRecord",
    "RunState",
    "SavedResult",
    "ScoredInteraction",
    "Store",
    "backup",
    "upgrade",
]


def __getattr__(name: str) -> Any:
    if name in {"Store", "backup", "upgrade"}:
        from qa_toolkit.store import store

        return getattr(store, name)
    if name == "ClaimLostError":
        from qa_toolkit.store.ledger import ClaimLostError

        return ClaimLostError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
