"""What goes into a batch, what it reports while it runs, and how it ended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from qa_toolkit.domain.case import Interaction
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.domain.evaluation import Result
from qa_toolkit.store.records import InputRef

EventKind = Literal["done", "done_before", "failed", "rejected", "waiting", "worker_lost"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an input is not worked on at all, found before it had a key."""

    status: Literal["failed", "rejected"]
    reason: str


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One input of a batch.

    Attributes:
        key: the same for the same work (``item_key``); what was done under it is never done again.
        payload: what the task is called with; JSON, audio by its path.
        input: the name people know it by.
        interaction: its interaction id, where it is known before the work; two different keys with one id
            in a run are not both saved.
        refused: keeps the place of an input that cannot be used.
    """

    key: str
    payload: Mapping[str, Any]
    input: str
    interaction: str | None = None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class BatchEvent:
    """Something that happened to an item.

    Attributes:
        kind: how it ended; or ``waiting`` (another run works on it), ``worker_lost`` (its process died and
            it is tried again).
    """

    kind: EventKind
    run: int
    position: int
    input: str
    reason: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class BatchSummary:
    """How a run ended, in inputs.

    Attributes:
        done_before: inputs that an earlier run (or an earlier place of this one) had done.
        interrupted: the run was asked to stop; the same call again goes on where it stood.
    """

    run: int
    done: int = 0
    done_before: int = 0
    failed: int = 0
    rejected: int = 0
    interrupted: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def finished(self) -> int:
        """Inputs that have an end: a result, or a reason why there is none."""
        return self.done + self.done_before + self.failed + self.rejected


def outcome(result: Result, interaction: Interaction, source: InputRef) -> dict[str, Any]:
    """What a task returns for a finished item: the result, what it is about, and what it was read from."""
    about = {**asdict(interaction), "metadata": dict(interaction.metadata)}
    return {"result": to_contract(result), "interaction": about, "input": asdict(source)}


def item_key(
    *,
    input_sha256: str,
    rubric_sha256: str,
    models: Mapping[str, str],
    settings: Mapping[str, object],
    interaction: Mapping[str, object],
) -> str:
    """The key of one piece of work: sha256 over everything that its result depends on.

    Args:
        models: sha256 of each model used, by name.
        settings: everything else that changes what comes out, the version of the toolkit included.
        interaction: the id and the metadata given with the input, since rubrics read them: the same
            recording under two ids is two pieces of work.

    Raises:
        TypeError, ValueError: a value is not JSON.
    """
    parts = [input_sha256, rubric_sha256, dict(models), dict(settings), dict(interaction)]
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
