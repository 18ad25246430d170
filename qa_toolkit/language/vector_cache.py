"""Vectors of sentences kept on disk, so that a sentence heard before costs nothing.

The key is the sha256 of the text; no text is kept. A cache that cannot be read or written is passed over:
it changes how fast an answer comes, never the answer.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_AT_ONCE: Final = 500
_WAIT_S: Final = 5.0
_PAGE_BYTES: Final = 8192
_STORED: Final = np.dtype("<f4")
_FAULTS: Final = (OSError, sqlite3.Error)


class VectorCache:
    """One file of vectors of one size, shared by threads and processes."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self._lock = threading.Lock()
        self._open: tuple[int, sqlite3.Connection] | None = None

    def get(self, keys: Sequence[bytes]) -> Mapping[bytes, Vectors]:
        """The vectors that are kept of these."""
        rows: list[tuple[bytes, bytes]] = []
        try:
            with self._lock:
                connection = self._connection()
                for first in range(0, len(keys), _AT_ONCE):
                    part = keys[first : first + _AT_ONCE]
                    marks = ",".join("?" * len(part))
                    rows += connection.execute(
                        f"SELECT key, vector FROM vectors WHERE key IN ({marks})",  # noqa: S608  # question marks only
                        part,
                    )
        except _FAULTS:
            pass
        size = self._size * _STORED.itemsize
        return {key: np.frombuffer(data, dtype=_STORED) for key, data in rows if len(data) == size}

    def put(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Keeps vectors."""
        rows = [(key, vector.astype(_STORED).tobytes()) for key, vector in vectors.items()]
        with contextlib.suppress(*_FAULTS), self._lock, self._connection() as connection:
            connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    def _connection(self) -> sqlite3.Connection:
        """The connection of this process (asked for under the lock); one from before a fork is left alone."""
        if self._open is None or self._open[0] != os.getpid():
            self._open = (os.getpid(), self._connect())
        return self._open[1]

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(self._path, timeout=_WAIT_S, check_same_thread=False)
        # Vectors lie behind one another, several in a page, and a small index finds them. Among the keys
        # (WITHOUT ROWID) in pages of 4 kB each would take an overflow page of its own: twice the file, and
        # twice the time to look one up. A file that is there already is used as it is.
        connection.execute(f"PRAGMA page_size={_PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
        connection.commit()
        return connection
