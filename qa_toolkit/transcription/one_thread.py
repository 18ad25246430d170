"""Matrix products on one thread while several recordings are heard in one process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from qa_toolkit.errors import MissingExtraError

_lock = threading.Lock()
_inside = 0
_limits: list[Any] = []


@contextmanager
def one_matrix_thread() -> Iterator[None]:
    """Matrix products of this process use one thread until the last of those who are inside leaves.

    They round differently on more threads, and on small matrices the threads only wait.

    Raises:
        MissingExtraError: threadpoolctl is not installed.
    """
    global _inside  # noqa: PLW0603 - the setting is one of the process, too
    try:
        import threadpoolctl
    except ImportError as error:
        raise MissingExtraError.of("transcription", "telling speakers apart") from error
    with _lock:
        # Set anew each time: a library that was loaded since does not know of it yet.
        _limits.append(threadpoolctl.threadpool_limits(1))
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            while _limits and _inside == 0:
                _limits.pop().restore_original_limits()
