"""The review desk in the browser: what it is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from words import t

from qa_toolkit.domain.transcript import Role
from qa_toolkit.reports.wording import ROLE_NAMES

_FOLDER = Path(__file__).parents[1] / "desk"
_SCRIPTS = ("player.js", "transcript.js", "form.js", "desk.js")


def show(data: Mapping[str, Any], *, key: str, on_work: Callable[[], None], on: Callable[[], None]) -> Any:
    """Draws the desk.

    Args:
        data: as ``desk_data`` makes it.
        on_work: called when answers changed; they are in the session under the key, as ``work``.
        on: called when something is asked for: ``submit``, ``correct``, ``unmask``.
    """
    return _component()(
        key=key,
        data={**data, "words": texts()},
        on_work_change=on_work,
        on_submit_change=on,
        on_correct_change=on,
        on_unmask_change=on,
        height="content",
    )


@cache
def _component() -> Any:
    read = {
        name: (_FOLDER / name).read_text(encoding="utf-8") for name in (*_SCRIPTS, "desk.html", "desk.css")
    }
    return st.components.v2.component(
        "qa_desk",
        html=read["desk.html"],
        css=read["desk.css"],
        js="\n".join(read[name] for name in _SCRIPTS),
    )


def texts() -> dict[str, Any]:
    """The words of the desk in the language of the session."""
    return {
        "play": t("Play"),
        "pause": t("Pause"),
        "speed": t("Speed"),
        "search": t("Search the transcript"),
        "found": t("found"),
        "roles": {role: t(ROLE_NAMES[Role(role)]) for role in ("agent", "customer", "interpreter", "ivr")},
        "marks": {
            kind: t(kind.replace("_", " "))
            for kind in ("evidence", "hold", "silence", "dead_air", "overlap", "interruption")
        },
        "follow": t("Follow the sound"),
        "choose_turn": t("Choose turn"),
        "play_turn": t("Play turn"),
        "transcript": t("Transcript"),
        "rubric": t("Rubric"),
        "waveform": t("Waveform of the call"),
        "correct": t("Correct the words"),
        "unmask": t("Show hidden identifiers"),
        "machine_heard": t("The machine heard"),
        "save": t("Save"),
        "cancel": t("Cancel"),
        "guidance": t("Guidance"),
        "proposed": t("Proposed"),
        "not_applicable": t("not applicable"),
        "why_other": t("Why another answer?"),
        "say_why": t("Say why in a sentence"),
        "root_cause": t("Root cause"),
        "attach": t("Attach chosen turns"),
        "turns": t("turns"),
        "saving": t("Saving…"),
        "submit": t("Submit (Alt+S)"),
        "reason_missing": t("A reason is missing"),
        "keys": t("Keys"),
        "close": t("Close"),
        "key_sheet": [
            [keys, meaning]
            for keys, meaning in (
                (f"{t('Space')} / K", t("play or pause")),
                ("J / ←", t("back 3 seconds")),
                ("L / →", t("forward 3 seconds")),
                ("[ / ]", t("slower / faster")),
                (", / .", t("previous / next turn")),
                ("T", t("choose the turn that plays as evidence")),
                ("E", t("next evidence of this criterion")),
                ("N / P", t("next / previous criterion")),
                ("O", t("next open criterion")),
                ("1 … 9", t("choose an answer")),
                ("R", t("reason for another answer")),
                ("A", t("attach chosen turns")),
                ("/", t("search the transcript (Enter: next place)")),
                ("Alt+S", t("submit")),
                ("Esc", t("leave a field")),
                ("?", t("this sheet")),
            )
        ],
    }
