from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
import numpy as np
from qa_toolkit.transcription.allocator import keep_freed_memory
kept = keep_freed_memory() if "keep" in sys.argv else False
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(8_000_000)
print(kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(*arguments: str, **environment: str) -> tuple[bool, int]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True, text=True, check=True, env={**clean, **environment},
    )  # fmt: skip
    kept, count = ran.stdout.split()
    return kept == "True", int(count)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told to keep memory")
def test_freed_blocks_are_not_asked_for_anew() -> None:
    """Twenty arrays of 64 MB, one after another: their pages are cleared once instead of twenty times."""
    kept, count = faults("keep", NUMPY_MADVISE_HUGEPAGE="0")
    _, usual = faults(NUMPY_MADVISE_HUGEPAGE="0")
    assert kept
    assert count < usual / 5


def test_settings_from_outside_win() -> None:
    assert faults("keep", MALLOC_ARENA_MAX="4")[0] is False
