"""The words of the interface: English in the code, other languages in ``translations/``.

``t("Submit")`` gives the words in the language of the session; ``t("{n} open", n=3)`` fills in. A text
without a translation is shown in English, and a test names it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import streamlit as st

from qa_toolkit.reports.translation import filled_in, languages

LANGUAGES = {"en": "English", "es": "Español"}
LANGUAGE = "language"
"""Name of the query parameter and of the session key."""
FILLED = (
    "the rate within {points} either way, {sure} of the time",
    "the rate of a part of them: a tenth ({n}) leaves {range} at that rate",
    "a change below {points} between two such samples (80 % power)",
    "why interactions fail: about {n} failures are expected",
    "a change from {before} to {after}, noticed {power} of the time (that many in each period)",
    "a change from {before} to {after}, noticed {power} of the time",
    "a change half as large, to {half}: {missed} of such changes are missed",
    "that nothing changed: {missed} of such changes are missed, {alarms} of quiet periods give an alarm",
    "a rate above {target}, {sure} sure, if at most {failures} of {n} fail",
    "a rate of exactly {target}: it passes only {share} of the time",
    "it, {share} of the time, when the rate truly is {rate}",
    "that an agent without a failure is above {target}",
    "that an agent with {worst} of {n} or fewer is below {target}",
    "an agent's share within 5 points: that takes {n}",
    "with {expected} of {n} passed, only that it lies in {range}",
    "with {expected} of {n} passed, only that it is above {low}",
    "an order: of {agents} at {rate} some {n} fall below the target by chance",
    "a change between two periods below {points} (80 % power)",
    "that any agent is below {target}: even {failures} failures of {n} do not",
    "{n} interactions are too few to decide",
    "{n} interactions are too few for reliable intervals",
    "the machine agrees with people better than they with one another ({points})",
    "the machine agrees with people worse than they with one another ({points})",
    "no difference between machine and people can be told ({points})",
)
"""Texts that samples and calibration fill in, as they are before."""
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


def told(text: str) -> str:
    """A text that the library has filled in itself, in the language of the session."""
    if text in catalogue(language()):
        return t(text)
    found = filled_in(text, FILLED)
    if found is None:
        return text
    return t(
        found[0], **{name: value.replace(" points", f" {t('points')}") for name, value in found[1].items()}
    )


@cache
def catalogue(name: str) -> dict[str, str]:
    """The translations of a language by the English text; English has none."""
    path = _FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
