"""The review app: page settings, who is signed in, and the pages they may open."""

from __future__ import annotations

from collections.abc import Sequence

import signing_in
import state
import streamlit as st
from components import bar
from pages import PAGES, AppPage, may_open
from streamlit.navigation.page import StreamlitPage
from words import t

# No icons: the browser would fetch them from the network to put them on its tab.
st.set_page_config(page_title="QA Toolkit", layout="wide")

# The desk needs the height, and Streamlit's captions are too pale to be read by everybody. No docstring
# stands below the constant, because Streamlit writes bare texts of its main script onto the page.
_LESS_AIR = """<style>
.stMainBlockContainer { padding: 2.2rem 2rem 2rem; }
h1 { font-size: 1.7rem !important; padding: 0.3rem 0 !important; }
h3 { font-size: 1.25rem !important; padding: 0.3rem 0 !important; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] * {
  color: var(--text-color, inherit) !important; opacity: 1 !important; }
</style>"""


def run() -> None:
    store = state.open_store(stop=False)
    people = store is not None and bool(store.people.users())
    user = signing_in.signed_in(store) if store is not None and people else None
    state.remember_user(user)
    if people and user is None and store is not None:
        # The address stays, so that the page asked for opens after signing in.
        st.navigation(_grouped(PAGES), position="hidden")
        signing_in.sign_in_page(store)
        return
    chosen = st.navigation(_grouped([page for page in PAGES if may_open(user, page)]), expanded=True)
    st.html(_LESS_AIR)
    bar.show(user, people=people)
    state.remember_page(chosen.url_path)
    chosen.run()


def _grouped(pages: Sequence[AppPage]) -> dict[str, list[StreamlitPage]]:
    groups: dict[str, list[StreamlitPage]] = {}
    for number, page in enumerate(pages):
        groups.setdefault(t(page.group), []).append(
            st.Page(
                page.script, title=t(page.title), url_path=page.name if number else "", default=number == 0
            )
        )
    if pages:
        groups[next(iter(groups))].append(_named(pages[0]))
    return groups


def _named(first: AppPage) -> StreamlitPage:
    """The first page by its name: Streamlit serves it at ``/`` alone, and people keep links to ``/queue``."""

    def go() -> None:
        st.switch_page(first.script, query_params=st.query_params.to_dict())

    return st.Page(go, title=t(first.title), url_path=first.name, visibility="hidden")


run()
