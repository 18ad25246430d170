"""Ctrl-C and the system's request to end, turned into a flag that is looked at between two steps."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether the run has been asked to stop."""

    def __init__(self) -> None:
        self.requested = False

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """A signal handler: the first signal asks, a second Ctrl-C insists."""
        if self.requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.requested = True


@contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Catches SIGINT and SIGTERM while the block runs; outside the main thread nothing can be caught."""
    stop = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    # One that is ignored (a shell does so for what it starts in the background) stays ignored.
    wanted = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    former = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
