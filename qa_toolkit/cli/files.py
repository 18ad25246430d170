"""Folders that commands write to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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


def file_name(name: str) -> str:
    """An interaction id as the name of a file: letters, digits, dot, dash and underscore are kept."""
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in name).lstrip(".") or "_"
