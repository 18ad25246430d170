"""Files shipped with the toolkit, found in an installed wheel and in a checkout alike.

A wheel carries ``rubrics/``, ``models/`` and ``app/`` as package data under ``_data``; a checkout (and an
editable install of it) has them beside the package.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


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
