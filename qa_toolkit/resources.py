"""Files shipped with the toolkit, found in an installed wheel and in a checkout alike, and the user's folder.

A wheel carries ``rubrics/``, ``models/`` and ``app/`` as package data under ``_data``; a checkout (and an
editable install of it) has them beside the package. Store, caches and settings lie below ``qa_home``.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def _shipped(name: str) -> Path:
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def rubrics_dir() -> Path:
    """Folder of the shipped rubrics."""
    return _shipped("rubrics")


def models_dir() -> Path:
    """Folder of the model manifest and the model cards."""
    return _shipped("models")


def app_dir() -> Path:
    """Folder of the review app."""
    return _shipped("app")


def sample_dir() -> Path:
    """Folder of the bundled sample calls."""
    return _PACKAGE / "samples"


def qa_home() -> Path:
    """``QA_HOME``, by default ``~/.local/share/qa-toolkit``: where the store and all caches lie.

    It is absolute: a ``~`` is the user's folder, a relative path is taken from the current folder, and a
    variable that is empty or blank counts as not set.
    """
    given = os.environ.get("QA_HOME", "").strip()
    home = Path(given).expanduser() if given else Path.home() / ".local" / "share" / "qa-toolkit"
    return home.absolute()
