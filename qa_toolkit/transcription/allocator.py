"""Memory that a recogniser frees and asks for again, kept by the process.

Each window needs attention matrices of 50 MB and more. By default the C library gives such blocks back to the
system when they are freed, and the system clears every page anew when they are asked for again; that was a
third of the processor time of the tiny model.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_KEPT_BYTES = 1 << 30


@cache
def keep_freed_memory() -> bool:
    """Tells the C library (glibc) of this process to keep large freed blocks for the next use.

    Memory stays at its peak instead of going up and down. Settings given from outside (``MALLOC_…`` or
    ``GLIBC_TUNABLES``) win.

    Returns:
        Whether it was done; other C libraries are left as they are.
    """
    if any(name.startswith("MALLOC_") for name in os.environ) or "GLIBC_TUNABLES" in os.environ:
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
        ctypes.CDLL(None).gnu_get_libc_version  # noqa: B018 - other libraries number their options differently
    except (OSError, AttributeError, TypeError):
        return False
    # One arena: the others are made of pieces too small for such blocks.
    return all(
        mallopt(option, value) == 1
        for option, value in ((_MMAP_THRESHOLD, _KEPT_BYTES), (_TRIM_THRESHOLD, _KEPT_BYTES), (_ARENA_MAX, 1))
    )
