"""The filter of the list of calls."""

from __future__ import annotations

import streamlit as st
from words import t

from qa_toolkit.store import InteractionFilter, Store

ANY = "any"
_HIGHEST = 100


def show(store: Store) -> InteractionFilter:
    """Asks for sites, agents and so on; the filter that was asked for."""
    first = st.columns(4)
    rubric = _one_of(first[0], store, "rubric")
    site = _one_of(first[1], store, "site")
    agent = _one_of(first[2], store, "agent")
    language = _one_of(first[3], store, "language")
    second = st.columns([2, 1, 1, 2], vertical_alignment="bottom")
    low, high = second[0].slider(t("Score, %"), 0, _HIGHEST, (0, _HIGHEST), key="score_range")
    auto_failed = second[1].checkbox(t("Auto-failed only"), key="auto_failed")
    incomplete = second[2].checkbox(t("Incomplete only"), key="incomplete")
    text = second[3].text_input(t("Interaction id contains"), key="text")
    return InteractionFilter(
        rubric=rubric,
        site=site,
        agent=agent,
        language=language,
        text=text or None,
        # The ends of the slider do not restrict: a bonus may lead above 100, and some have no score.
        min_percent=low or None,
        max_percent=high if high < _HIGHEST else None,
        auto_failed=True if auto_failed else None,
        complete=False if incomplete else None,
    )


def _one_of(place: st.delta_generator.DeltaGenerator, store: Store, name: str) -> str | None:
    chosen = place.selectbox(
        t(name.capitalize()), [ANY, *store.values_of(name)], format_func=_shown, key=f"filter_{name}"
    )
    return None if chosen == ANY else chosen


def _shown(value: str) -> str:
    return t("any") if value == ANY else value
