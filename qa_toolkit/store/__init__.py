"""What is kept: interactions, transcripts, metrics, rubrics, evaluations, runs and the ledger.

``Store`` is loaded on first use, so that importing the records costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa_toolkit.store.records import (
    Basis,
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
    from qa_toolkit.store.audit import AuditCheck, AuditEntry, AuditHead
    from qa_toolkit.store.ledger import ClaimLostError
    from qa_toolkit.store.store import Store
    from qa_toolkit.store.upkeep import backup, restore, upgrade

__all__ = [
    "AuditCheck",
    "AuditEntry",
    "AuditHead",
    "Basis",
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
    "restore",
    "upgrade",
]

_LOADED_LATE = {
    "AuditCheck": "audit",
    "AuditEntry": "audit",
    "AuditHead": "audit",
    "ClaimLostError": "ledger",
    "Store": "store",
    "backup": "upkeep",
    "restore": "upkeep",
    "upgrade": "upkeep",
}


def __getattr__(name: str) -> Any:
    if name in _LOADED_LATE:
        from importlib import import_module

        return getattr(import_module(f"qa_toolkit.store.{_LOADED_LATE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
