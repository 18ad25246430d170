"""The words of the interface: English in the code, other languages in ``translations/``.

``t("Submit")`` gives the words in the language of the session; ``t("{n} open", n=3)`` fills in. A text
without a translation is shown in English, and a test names it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import streamlit as st

from qa_toolkit.reports.translation import languages

LANGUAGES = {"en": "English", "es": "Español"}
LANGUAGE = "language"
"""Name of the query parameter and of the session key."""
_FOLDER = Path(__file__).parent / "translations"


def language() -> str:
    """The language of this session: chosen, else asked for in the address, else English."""
    chosen = st.session_state.get(LANGUAGE) or st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else "en"


def report_language() -> str:
    """The language reports are made in for this session: its own, where they are translated."""
    chosen = language()
    return chosen if chosen in languages() else "en"


def t(text: str, /, **values: object) -> str:
    """A text of the interface in the language of the session."""
    found = catalogue(language()).get(text, text)
    return found.format(**values) if values else found


@cache
def catalogue(name: str) -> dict[str, str]:
    """The translations of a language by the English text; English has none."""
    path = _FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
