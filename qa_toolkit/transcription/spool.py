"""Samples of long recordings, kept in a nameless temporary file instead of in memory.

The arrays look like any other. A pass over one calls :func:`release` as it goes along, so that the part it
has seen leaves memory again. The file has no name and is gone when its last array is.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Callable
from typing import IO

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

IN_MEMORY_BYTES = 48 * 1024 * 1024
"""A channel longer than this (26 minutes at 16 kHz) goes to disk."""
BLOCK = 1 << 21


class Spool:
    """Collects the samples of one channel."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._file: IO[bytes] | None = None

    def add(self, samples: Samples) -> None:
        """Appends samples.

        Raises:
            OSError: the folder for temporary files is full.
        """
        if self._file is None and len(self._held) + samples.nbytes > IN_MEMORY_BYTES:
            self._file = tempfile.TemporaryFile(prefix="qa-sound-")  # noqa: SIM115  lives as long as its array
            self._file.write(self._held)
            self._held = bytearray()
        if self._file is None:
            self._held.extend(samples.tobytes())
        else:
            self._file.write(samples.tobytes())

    def finish(self) -> Samples:
        """All samples, to read only where they lie in a file."""
        if self._file is None:
            return np.frombuffer(self._held, dtype=np.int16) if self._held else np.zeros(0, dtype=np.int16)
        with self._file as file:  # the mapping outlives the file object
            file.flush()
            return np.memmap(file, dtype=np.int16, mode="r")


def made_in_blocks(size: int, block: Callable[[slice], Samples]) -> Samples:
    """An array of ``size`` samples put together from what ``block`` gives for each stretch."""
    spool = Spool()
    for start in range(0, size, BLOCK):
        spool.add(block(slice(start, min(start + BLOCK, size))))
    return spool.finish()


def release(samples: Samples) -> None:
    """Lets what was read of an array that lies in a file leave memory; it is read again when needed."""
    mapped = getattr(samples, "_mmap", None)
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)
