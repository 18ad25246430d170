"""The keyed records and their reference that the dashboard of keying operators reads, without Streamlit."""

from __future__ import annotations

import json
import os
from pathlib import Path

from qa_toolkit.cli.keying_options import find_layout
from qa_toolkit.reports.keying_quality import KeyedFiles

VARIABLE = "QATOOLKIT_KEYED"
"""Environment variable that `qa app --keyed … --reference …` sets."""


def files() -> KeyedFiles | None:
    """The files the app was started with; None when it was started without."""
    text = os.environ.get(VARIABLE)
    if not text:
        return None
    given = json.loads(text)
    return KeyedFiles(Path(given["keyed"]), Path(given["reference"]), find_layout(given["layout"]))


def stamp(found: KeyedFiles | None) -> str:
    """What tells the files from others, and from themselves before they were changed."""
    if found is None:
        return "none"
    return repr([(str(path), path.stat().st_mtime_ns) for path in (found.keyed, found.reference)])
