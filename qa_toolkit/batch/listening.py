"""Many recordings heard side by side in one process: several calls in hand, one recogniser for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa_toolkit.domain.transcript import Metadata, Transcript
from qa_toolkit.errors import InputError

if TYPE_CHECKING:
    from qa_toolkit.transcription import TranscriptionOptions

CALLS_A_WORKER = 2
"""Calls in hand for each worker: while one is recognised, the next is decoded and searched for speech."""
_AHEAD = 8
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class ToHear:
    """A recording, what is known of it, and how to listen to it."""

    path: Path
    metadata: Metadata
    options: TranscriptionOptions


def hear_all(
    calls: Sequence[ToHear], *, workers: int, on_progress: Callable[[float], None] | None = None
) -> Iterator[Transcript | InputError]:
    """The transcript of each recording, or why there is none, in the order given, as they become ready.

    Recordings with the same model share one recogniser with ``workers`` threads. The transcript of a call is
    the same as when it is heard alone. At most ``CALLS_A_WORKER`` recordings a worker are in memory.

    Args:
        on_progress: told how many recordings are done, parts of them counted; from several threads.

    Raises:
        QAToolkitError: a fault of the whole run, such as a missing model.
    """
    from qa_toolkit.transcription import load_engine

    calls = [replace(call, options=replace(call.options, threads=workers)) for call in calls]
    for options in _engines_of(calls):
        load_engine(options)
    hearing = _Hearing(calls, on_progress or (lambda _: None))
    threads = min(CALLS_A_WORKER * workers, len(calls))
    if threads <= 1:
        yield from map(hearing.hear, range(len(calls)))
        return
    for _ in range(threads):
        hearing.start_thread()
    try:
        yield from hearing.outcomes()
    finally:
        hearing.stop()


def _engines_of(calls: Sequence[ToHear]) -> list[TranscriptionOptions]:
    by_engine = {(c.options.engine, c.options.model_name, c.options.device): c.options for c in calls}
    return list(by_engine.values())


class _StoppedError(Exception):
    """Raised inside a call that nobody waits for any more."""


class _Hearing:
    """The state of one run while it goes on."""

    def __init__(self, calls: Sequence[ToHear], on_progress: Callable[[float], None]) -> None:
        self._calls, self._on_progress = calls, on_progress
        self._changed = threading.Condition()
        self._shares = [0.0] * len(calls)
        self._found: dict[int, Transcript | BaseException] = {}
        self._next, self._wanted = 0, 0
        self._stopped = False
        self._threads: list[threading.Thread] = []

    def start_thread(self) -> None:
        self._threads.append(threading.Thread(target=self._run, name="qa-call", daemon=True))
        self._threads[-1].start()

    def hear(self, number: int) -> Transcript | InputError:
        """One call, in this thread."""
        from qa_toolkit.pipeline import listen

        call = self._calls[number]
        try:
            return listen(
                call.path,
                metadata=call.metadata,
                transcription=call.options,
                on_progress=lambda share: self._told(number, share),
            )
        except InputError as error:
            return error
        finally:
            self._told(number, 1.0, last=True)

    def outcomes(self) -> Iterator[Transcript | InputError]:
        for number in range(len(self._calls)):
            with self._changed:
                self._wanted = number
                self._changed.notify_all()
                self._changed.wait_for(lambda: number in self._found)  # noqa: B023
                outcome = self._found.pop(number)
            if isinstance(outcome, BaseException) and not isinstance(outcome, InputError):
                raise outcome
            yield outcome

    def stop(self) -> None:
        """Ends calls in hand at their next step and waits for that."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(_PATIENCE_S)

    def _told(self, number: int, share: float, *, last: bool = False) -> None:
        if self._stopped and not last:
            raise _StoppedError
        self._shares[number] = share
        self._on_progress(sum(self._shares))

    def _run(self) -> None:
        while (number := self._take()) is not None:
            try:
                outcome: Transcript | BaseException = self.hear(number)
            except BaseException as error:  # noqa: BLE001 - raised again where the outcomes are read
                outcome = error
            with self._changed:
                self._found[number] = outcome
                self._changed.notify_all()

    def _take(self) -> int | None:
        """The next call, once those before it are near enough: outcomes wait in memory for their turn."""
        most = _AHEAD * len(self._threads)
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._next < self._wanted + most)
            if self._stopped or self._next >= len(self._calls):
                return None
            self._next += 1
            return self._next - 1
