"""The filter of the list of calls, kept in the address so that a link is a view."""

from __future__ import annotations

from typing import Any

import state
import streamlit as st
from words import t

from components import address
from qa_toolkit.store import InteractionFilter, Store

PAGE = "calls"
ANY = "any"
PAGE_NUMBER = "page_number"
"""Session key of the page of the list."""
_HIGHEST = 100
_CHOICES = ("rubric", "site", "agent", "language")
_FIELDS = (*_CHOICES, "text", "score", "auto_failed", "incomplete", "page")
_YES = "yes"


def show(store: Store) -> InteractionFilter:
    """Asks for sites, agents and so on; what is asked for stands in the address."""
    _start(store)
    first = st.columns(4)
    chosen = {name: _one_of(place, store, name) for place, name in zip(first, _CHOICES, strict=True)}
    second = st.columns([5, 6, 4, 5], vertical_alignment="bottom")
    low, high = second[0].slider(t("Score, %"), 0, _HIGHEST, key="score_range")
    auto_failed = second[1].checkbox(t("Auto-failed only"), key="auto_failed")
    incomplete = second[2].checkbox(t("Incomplete only"), key="incomplete")
    text = second[3].text_input(t("Interaction id contains"), key="text")
    asked = {
        **chosen,
        "text": text,
        "score": "" if (low, high) == (0, _HIGHEST) else f"{low}-{high}",
        "auto_failed": _YES if auto_failed else "",
        "incomplete": _YES if incomplete else "",
    }
    address.keep(PAGE, _FIELDS, asked)
    if any(asked.values()):
        st.button(t("Clear the filter"), on_click=_clear, key="clear_filter", type="tertiary")
    return InteractionFilter(
        **chosen,
        text=text or None,
        # The ends of the slider do not restrict: a bonus may lead above 100, and some have no score.
        min_percent=low or None,
        max_percent=high if high < _HIGHEST else None,
        auto_failed=True if auto_failed else None,
        complete=False if incomplete else None,
    )


def keep_page(number: int) -> None:
    """Puts the page of the list into the address."""
    address.keep(PAGE, _FIELDS, {"page": str(number) if number > 1 else None})


def _start(store: Store) -> None:
    """What the boxes hold first: the address, else the list as it was left."""
    address.restore(PAGE, _FIELDS)
    if not state.just_came():
        return
    given: dict[str, Any] = {name: st.query_params.get(name, "") for name in _FIELDS}
    for name in _CHOICES:
        st.session_state[f"filter_{name}"] = given[name] if given[name] in store.values_of(name) else ANY
    st.session_state["score_range"] = _range(given["score"])
    st.session_state["auto_failed"] = given["auto_failed"] == _YES
    st.session_state["incomplete"] = given["incomplete"] == _YES
    st.session_state["text"] = given["text"]
    page = given["page"]
    st.session_state[PAGE_NUMBER] = max(1, int(page)) if page.isdecimal() and len(page) < 10 else 1


def _range(text: str) -> tuple[int, int]:
    """``40-80`` as two ends of the slider; the whole of it for anything else."""
    low, _, high = text.partition("-")
    if low.isdecimal() and high.isdecimal() and int(low) <= int(high) <= _HIGHEST:
        return int(low), int(high)
    return 0, _HIGHEST


def _clear() -> None:
    for name in _CHOICES:
        st.session_state[f"filter_{name}"] = ANY
    st.session_state["score_range"] = (0, _HIGHEST)
    st.session_state["auto_failed"] = st.session_state["incomplete"] = False
    st.session_state["text"] = ""
    st.session_state[PAGE_NUMBER] = 1


def _one_of(place: st.delta_generator.DeltaGenerator, store: Store, name: str) -> str | None:
    chosen = place.selectbox(
        t(name.capitalize()), [ANY, *store.values_of(name)], format_func=_shown, key=f"filter_{name}"
    )
    return None if chosen == ANY else chosen


def _shown(value: str) -> str:
    return t("any") if value == ANY else value
