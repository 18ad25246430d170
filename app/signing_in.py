"""Who is at the screen: local mode, or OpenID Connect with the roles of our own table.

Streamlit signs people in (``st.login``) but checks no expiry and knows no roles: both are done here, at every
run of a page. In local mode whoever uses this machine says who they are, and the header says so.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import streamlit as st
from components import remembered
from words import t

from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User

MODE_VARIABLE = "QATOOLKIT_SIGN_IN"
USER_VARIABLE = "QATOOLKIT_USER"
"""Environment variables that `qa app` sets: `local` or `oidc`; the person chosen with --as."""
CLAIMS = ("email", "preferred_username", "sub")
_USER, _SIGNED_OUT, _CHANGED = "signed_in_user", "signed_out", "signed_in_or_out_at_ms"


def mode() -> str:
    """``local`` or ``oidc``."""
    return os.environ.get(MODE_VARIABLE, "local")


def signed_in(store: Store) -> User | None:
    """The person at the screen as the store knows them now; None when nobody is, or they may not work."""
    name = _by_oidc(store) if mode() == "oidc" else _chosen()
    found = store.people.user(name) if name else None
    return found if found is not None and found.active else None


def user_of_claims(claims: Mapping[str, Any], known: set[str], *, now: float) -> str | None:
    """The user an identity token names; None when it has expired, says no time, or names nobody known.

    An e-mail address that the provider calls unverified does not count: anybody could claim one.
    """
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or expires <= now:
        return None
    for claim in CLAIMS:
        name = claims.get(claim)
        if claim == "email" and claims.get("email_verified") is False:
            continue
        if isinstance(name, str) and name in known:
            return name
    return None


def sign_in_page(store: Store) -> None:
    """What somebody sees who is not signed in."""
    st.title(t("Sign in"))
    if mode() == "oidc":
        _oidc_page()
        return
    people = [user for user in store.people.users() if user.active]
    if st.session_state.get(_SIGNED_OUT):
        remembered.keep(None, st.session_state[_CHANGED])
    st.info(
        t("Local mode: whoever uses this machine may choose any of these people. Do not open it to others.")
    )
    with st.form("sign_in"):
        chosen = st.selectbox(t("Who are you?"), people, format_func=_label)
        if st.form_submit_button(t("Sign in"), type="primary") and chosen is not None:
            st.session_state[_USER] = chosen.id
            st.session_state[_CHANGED] = _now_ms()
            st.rerun()


def sign_out() -> None:
    """Forgets who was signed in, here and at the provider."""
    st.session_state.pop(_USER, None)
    st.session_state[_SIGNED_OUT] = True
    st.session_state[_CHANGED] = _now_ms()
    if mode() == "oidc":
        st.logout()


def remember(user: User) -> None:
    """Keeps who chose to be this person; a tab opened by somebody remembered leaves the browser as it is."""
    if _CHANGED in st.session_state:
        remembered.keep(user.id, st.session_state[_CHANGED])


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _label(user: User) -> str:
    return f"{user.name or user.id} ({t(user.role)})"


def _chosen() -> str | None:
    chosen = st.session_state.get(_USER)
    if chosen is None and not st.session_state.get(_SIGNED_OUT):
        chosen = os.environ.get(USER_VARIABLE) or remembered.kept()
    return chosen


def _by_oidc(store: Store) -> str | None:
    if not getattr(st.user, "is_logged_in", False):
        return None
    known = {user.id for user in store.people.users() if user.active}
    return user_of_claims(st.user.to_dict(), known, now=time.time())


def _oidc_page() -> None:
    if getattr(st.user, "is_logged_in", False):
        expired = float(st.user.to_dict().get("exp", 0)) <= time.time()
        st.error(
            t("Your sign-in has expired. Sign in again.")
            if expired
            else t("You are signed in, but no admin has added you to the people of this store.")
        )
        st.button(t("Sign out"), on_click=sign_out)
        return
    if st.button(t("Sign in with your organisation"), type="primary"):
        st.login()
