"""Plays the recording of a call, where it still lies where it was read from."""

from __future__ import annotations

from html import escape

import media
import state
import streamlit as st
from recordings import playable
from words import t

from components.plain import plain
from qa_toolkit.review import Action, may
from qa_toolkit.store import InputRecord
from qa_toolkit.store.people_records import User


def show(interaction: str, agent: str | None, source: InputRecord | None) -> bool:
    """The player, or why there is none; whether it is there."""
    path, missing = playable(source)
    if path is None or source is None:
        if missing:
            st.caption(plain(missing))
        return False
    person = state.user()
    if person is not None and not may(person, Action.PLAY_AUDIO, agent=agent):
        st.caption(t("Your role may not hear recordings."))
        return False
    start = state.playing_from(interaction)
    place = "" if start is None else f"#t={max(0.0, start):g}"
    moves = "" if start is None else " autoplay"
    sound = escape(f"{address(person, interaction)}&input={source.sha256}{place}")
    st.html(f'<audio controls preload="none" src="{sound}"{moves} style="width: 100%"></audio>')
    return True


def address(person: User | None, interaction: str) -> str:
    """One address a session and interaction, so that a rerun does not load the sound again."""
    name = media.NOBODY if person is None else person.id
    key = f"audio of {interaction} for {name}"
    if key not in st.session_state:
        st.session_state[key] = media.address(name, interaction)
    found: str = st.session_state[key]
    return found
