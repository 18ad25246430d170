"""Files written whole or not at all, and names that tell them apart."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes a file so that whoever reads sees the old one or the whole new one, however this ends.

    The folder is made when absent; text is written as UTF-8 with its line ends as they are. What a link
    points to is replaced, not the link; what is no regular file (a pipe, a device) is written to as it is.

    Raises:
        OSError: it cannot be written; an older file is as it was, and nothing is left beside it.
    """
    data = content.encode() if isinstance(content, str) else content
    # Not Path.resolve, which raises RuntimeError on a loop of links.
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and not target.is_file() and not target.is_dir():
        target.write_bytes(data)
        return
    beside = target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def stem_apart(stem: str, taken: set[str], *, longest: int | None = None) -> str:
    """A stem that no other file of a folder has, also where the file system ignores case.

    Args:
        stem: what the file would be called; a number is put behind it where that is taken.
        taken: the names given out so far, which this one joins.
        longest: so many characters at most; the stem makes room for the number.
    """
    name, number = stem[:longest], 1
    while name.lower() in taken:
        number += 1
        ending = f"-{number}"
        name = (stem if longest is None else stem[: longest - len(ending)]) + ending
    taken.add(name.lower())
    return name
