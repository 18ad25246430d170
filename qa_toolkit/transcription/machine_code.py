"""Machine code that numba compiles, kept between processes so that those which start at once cannot spoil it.

Numba keeps the code of a function in several files of a folder that all processes share. Two that compile at
once can leave files behind that do not belong together, and every later process dies when it runs them
(https://github.com/numba/numba/issues/10128). Here each process compiles in a folder of its own, and what it
compiled is handed on as one file, written whole. A file that is damaged is not used, and is written anew.
"""

from __future__ import annotations

import atexit
import io
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from qa_toolkit.errors import EnvironmentProblemError
from qa_toolkit.whole_files import write_whole

Files = Mapping[str, bytes]
"""Content by the path below a folder, with ``/``."""

_FOLDER_PREFIX = ".compiling-"
_LEFT_BEHIND_S = 86_400.0


@contextmanager
def kept_machine_code(name: str, places: Sequence[Path]) -> Iterator[None]:
    """What is compiled within by ``numba`` need not be compiled again by the next process that asks for it.

    The functions have to be imported within, and called with every type they will be called with. It changes
    settings of the whole process while it lasts: one thread at a time.

    Args:
        name: of the file that keeps it; it names whatever the code depends on, above all versions.
        places: folders to keep the file in: it is read where it is found, and written where that can be
            done, the first first. Where nothing can be written, each process compiles for itself.

    Raises:
        EnvironmentProblemError: no folder to compile in can be written, or its disk is full.
    """
    files = [place / name for place in places]
    before = next(filter(None, map(_read, files)), {})
    try:
        with _own_folder(places) as own:
            folder = Path(own)
            # Numba makes it again for a function that is imported within and called later for the first time.
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            _unpack(before, folder)
            with _compiling_in(folder):
                yield
            after = _contents(folder)
    except OSError as error:
        if error.errno is None:  # a library that could not be loaded
            raise
        raise EnvironmentProblemError(
            f"nothing can be compiled for this processor ({error.strerror})",
            str(error.filename or places[0]),
            "free space on the disk, or set NUMBA_CACHE_DIR to a folder that can be written",
        ) from error
    if after != before:
        _write(files, after)


def _read(path: Path) -> Files:
    """What the file keeps; nothing if it is absent, damaged, or of somebody not trusted: it will be run."""
    try:
        with path.open("rb") as file:
            if not _is_trusted(os.fstat(file.fileno()).st_uid):
                return {}
            digest, packed = file.read(sha256().digest_size), file.read()
    except OSError:
        return {}
    if sha256(packed).digest() != digest:
        return {}
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _is_trusted(owner: int) -> bool:
    """This user, root, or the owner of the library, whose code is run as it is."""
    import numba

    if not hasattr(os, "getuid"):  # Windows keeps strangers out by other means
        return True
    return owner in {os.getuid(), 0, Path(numba.__file__).stat().st_uid}


def _write(files: Sequence[Path], content: Files) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    for path in files:
        with suppress(OSError):
            write_whole(path, sha256(packed.getvalue()).digest() + packed.getvalue())
            return


def _own_folder(places: Sequence[Path]) -> tempfile.TemporaryDirectory[str]:
    """A folder that no other process writes in."""
    for place in places:
        with suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            _sweep(place)
            return _temporary_folder(place)
    return _temporary_folder(None)


def _temporary_folder(place: Path | None) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix=_FOLDER_PREFIX, dir=place, ignore_cleanup_errors=True)


def _sweep(place: Path) -> None:
    """Removes what processes left behind that were killed."""
    for folder in place.glob(f"{_FOLDER_PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _LEFT_BEHIND_S:
                shutil.rmtree(folder)


@contextmanager
def _compiling_in(folder: Path) -> Iterator[None]:
    from numba.core import config

    ours = {"CACHE_DIR": str(folder), "CACHE_LOCATOR_CLASSES": ""}
    before = {name: getattr(config, name) for name in ours if hasattr(config, name)}
    try:
        for name in before:
            setattr(config, name, ours[name])
        yield
    finally:
        for name, value in before.items():
            setattr(config, name, value)


def _unpack(content: Files, folder: Path) -> None:
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _contents(folder: Path) -> Files:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
