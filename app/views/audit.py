"""The audit log: who did what to which record, and whether the log is whole."""

from __future__ import annotations

from collections import deque
from itertools import islice

import state
import streamlit as st
from components import header
from components.plain import plain
from words import t

from qa_toolkit.store import Store
from qa_toolkit.store.audit import AuditEntry

_SHOWN = 500


def show() -> None:
    header.show(t("Audit"), t("Ids, codes and hashes; never what was said."))
    store, user = state.open_store(), state.user()
    if user is None:
        st.info(t("Nobody is signed in."))
        return
    verify(store)
    columns = st.columns(3)
    who = columns[0].text_input(t("Who"), key="audit_who").strip()
    action = columns[1].text_input(t("Action contains"), key="audit_action").strip()
    record = columns[2].text_input(t("Record"), key="audit_record").strip()
    found = entries(store, who, action, record)
    st.caption(t("The newest {n} of what matches, newest first.", n=len(found)))
    st.dataframe(
        [
            {
                t("Row"): row.id,
                t("When"): str(row.at)[:19].replace("T", " "),
                t("Who"): row.who,
                t("From"): row.origin,
                t("Action"): row.action,
                t("Record"): f"{row.record_kind} {row.record}",
                t("Facts"): row.facts,
                t("Content hash"): (row.digest or "")[:16],
            }
            for row in found
        ],
        hide_index=True,
    )


def entries(store: Store, who: str, action: str, record: str) -> list[AuditEntry]:
    """The newest rows that match, newest first."""
    rows = store.audit.entries(record=record or None)
    matching = (row for row in rows if (not who or row.who == who) and (not action or action in row.action))
    return list(islice(reversed(deque(matching, maxlen=_SHOWN)), _SHOWN))


def verify(store: Store) -> None:
    """Checks the chain when asked."""
    if not st.button(t("Verify the log")):
        return
    found = store.audit.verify()
    if found.broken is not None:
        st.error(t("Row {row} is broken: {reason}", row=found.broken, reason=plain(found.reason or "")))
    else:
        head = "" if found.head is None else f" {found.head.hash[:16]}…"
        st.success(t("The chain of {n} rows is whole; its head is{head}.", n=found.rows, head=head))


show()
