"""What runs inside a worker process: resolve the task by name, load once, work, say how it went."""

from __future__ import annotations

import contextlib
import importlib
import json
import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qa_toolkit.errors import ConfigurationError, QAToolkitError
from qa_toolkit.memory import collect_seldom


def enter() -> None:
    """Called once in a new process: stopping is the parent's decision, and without it there is no work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    collect_seldom()
    # Standard output belongs to results; what a library prints in a worker goes to standard error.
    sys.stdout.flush()
    os.dup2(2, 1)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # The queue's other ends are held by sibling workers, so a killed parent would never be noticed.
        os._exit(1)


def process_id() -> int:
    """The id of the worker, by which the parent can end it."""
    return os.getpid()


def prepare(task: str, initialiser: str | None, payload: Mapping[str, Any]) -> None:
    """Imports the task and runs the initialiser (models are loaded there), once for each worker.

    Raises:
        ConfigurationError: a name cannot be imported.
        QAToolkitError: what the initialiser raises; it stops the batch before an item is touched.
    """
    resolve(task)
    if initialiser is not None:
        resolve(initialiser)(dict(payload))


def resolve(name: str) -> Callable[[dict[str, Any]], Any]:
    """The function behind ``package.module:function``.

    Raises:
        ConfigurationError: there is none.
    """
    module, _, function = name.partition(":")
    try:
        found: Callable[[dict[str, Any]], Any] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"the task '{name}' cannot be imported ({error})") from error
    return found


def perform(task: str, payload: Mapping[str, Any], input_name: str) -> str:
    """Runs the task on one item; the outcome as JSON text.

    A fault of the item ends as ``failed`` or ``rejected`` with its reason, whatever is raised.

    Raises:
        QAToolkitError: a fault of the whole run (configuration, models, store), which stops the batch.
    """
    from qa_toolkit.pipeline import failure_status, is_about_the_item

    try:
        return json.dumps(resolve(task)(dict(payload)), allow_nan=False)
    except QAToolkitError as error:
        if not is_about_the_item(error):
            raise
        return _no_result(input_name, failure_status(error), str(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - one bad item never stops a batch
        return _no_result(input_name, "failed", f"unexpected {type(error).__name__}: {one_line(error)}")


def exchange(
    task: str, fresh: Sequence[tuple[int, Mapping[str, Any], str]], wait_s: float | None
) -> list[tuple[int, str]]:
    """Takes items to work on beside those in hand, waits for one to finish, and gives what has finished.

    Args:
        fresh: number, payload and input name of each new item.
        wait_s: how long to wait at most; None waits until one has finished.

    Returns:
        Number and outcome as of :func:`perform`.

    Raises:
        QAToolkitError: a fault of the whole run.
    """
    for item in fresh:
        threading.Thread(target=_work_on, args=(task, *item), daemon=True).start()
    finished = []
    with contextlib.suppress(queue.Empty):
        finished.append(_finished.get(timeout=wait_s))
    while not _finished.empty():
        finished.append(_finished.get())
    fault = next((outcome for _, outcome in finished if isinstance(outcome, BaseException)), None)
    if fault is not None:
        raise fault
    return [(number, outcome) for number, outcome in finished if isinstance(outcome, str)]


_finished: queue.SimpleQueue[tuple[int, str | BaseException]] = queue.SimpleQueue()


def _work_on(task: str, number: int, payload: Mapping[str, Any], input_name: str) -> None:
    try:
        outcome: str | BaseException = perform(task, payload, input_name)
    except BaseException as error:  # noqa: BLE001 - raised again by exchange
        outcome = error
    _finished.put((number, outcome))


def one_line(error: BaseException) -> str:
    """The message of an error on one line of reasonable length."""
    text = " ".join(str(error).split()) or "no message"
    return text if len(text) <= 300 else text[:299] + "…"


def _no_result(input_name: str, status: str, reason: str) -> str:
    result = {"schema": "qa-toolkit/result/1", "input": input_name, "status": status, "reason": reason}
    return json.dumps({"result": result})
