"""What `qa app` starts: the pages, and beside them the routes for recordings and page images."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

# Streamlit puts the folder of the page script on the path only when a page is run; the routes come before.
sys.path.insert(0, str(Path(__file__).parent))

import media
import scan_pictures
import streamlit as st

_NEEDED_SOON = ("pandas", "pyarrow", "desk_data", "review_work", "qa_toolkit.reports.call_page")


@asynccontextmanager
async def _prepared(_: st.App) -> AsyncIterator[None]:
    """Imports what the first page would wait for, while the browser opens."""
    Thread(target=_import, daemon=True).start()
    yield


def _import() -> None:
    for name in _NEEDED_SOON:
        if find_spec(name) is not None:
            import_module(name)


app = st.App("main.py", routes=[*media.routes(), *scan_pictures.routes()], lifespan=_prepared)
