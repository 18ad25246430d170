"""Many interactions: planning their items, and running them so that nothing is lost and nothing repeated.

``run_batch`` is loaded on first use: a worker process does without the store it writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa_toolkit.batch.items import (
    BatchEvent,
    BatchSummary,
    EventKind,
    Refusal,
    WorkItem,
    item_key,
    outcome,
)

if TYPE_CHECKING:
    from qa_toolkit.batch.runner import run_batch

__all__ = [
    "BatchEvent",
    "BatchSummary",
    "EventKind",
    "Refusal",
    "WorkItem",
    "item_key",
    "outcome",
    "run_batch",
]


def __getattr__(name: str) -> Any:
    if name == "run_batch":
        from qa_toolkit.batch.runner import run_batch

        return run_batch
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
