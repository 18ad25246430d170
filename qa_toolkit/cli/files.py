"""Folders that commands write to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qa_toolkit.whole_files import stem_apart

_LONGEST_STEM = 200
"""Bytes; file systems take 255 for a whole name."""


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Makes the folder and turns faults of the disk into one line.

    Raises:
        EnvironmentProblemError: the folder cannot be written or the disk is full.
    """
    from qa_toolkit.errors import EnvironmentProblemError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        text = error.strerror or str(error)
        raise EnvironmentProblemError(
            f"cannot write ({text})", str(folder), "free space or choose another --out"
        ) from None


def json_name(interaction: str, taken: set[str]) -> str:
    """The JSON file of an interaction by its id, of which letters, digits, dot, dash and underscore are kept.

    Args:
        interaction: its id.
        taken: the names given out so far: different interactions never share a file.
    """
    kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in interaction).lstrip(".") or "_"
    return f"{stem_apart(kept.encode()[:_LONGEST_STEM].decode(errors='ignore'), taken)}.json"
