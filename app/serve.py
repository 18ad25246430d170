"""What `qa app` starts: the pages, and beside them the routes for recordings and page images."""

from __future__ import annotations

import sys
from pathlib import Path

# Streamlit puts the folder of the page script on the path only when a page is run; the routes come before.
sys.path.insert(0, str(Path(__file__).parent))

import media
import scan_pictures
import streamlit as st

app = st.App("main.py", routes=[*media.routes(), *scan_pictures.routes()])
