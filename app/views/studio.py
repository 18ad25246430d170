"""The rubric studio: a rubric's text, faults as one types, examples, what it would change, publishing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

import state
import streamlit as st
from components import editor, header, notes, rubric_trial
from components.plain import plain
from words import t

from qa_toolkit.authored.yaml_source import Fault
from qa_toolkit.errors import QAToolkitError, RubricError
from qa_toolkit.evaluation import LoadedRubric, load_rubric, parse_rubric
from qa_toolkit.evaluation.lint import lint_text
from qa_toolkit.evaluation.loader import available
from qa_toolkit.review import Action, may, publish_rubric, retire_rubric, save_rubric_draft, stored_text
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User

_EDITOR = "studio_editor"
_MOST_FAULTS = 30


def show() -> None:
    header.show(t("Rubric studio"))
    notes.show()
    store, user = state.open_store(), state.user()
    if user is None:
        st.info(t("Nobody is signed in."))
        return
    name = choose(store)
    if name is None:
        st.info(t("There is no rubric yet."))
        return
    opened = text_of(store, name)
    line = None
    if criterion := state.asked_for("criterion"):
        rows = enumerate(opened.splitlines(), 1)
        line = next((number for number, row in rows if f"id: {criterion}" in row), None)
        st.caption(t("Criterion {id} begins in line {line}.", id=plain(criterion), line=line or "–"))
    # A version that was kept meanwhile opens with what was kept.
    stamp = f"{name} {sha256(opened.encode()).hexdigest()}"
    text = editor.typed(_EDITOR, stamp, opened)
    found = _faults(text)
    editor.show(_EDITOR, stamp, text, label=t("Rubric (YAML)"), faults=found, line=line)
    loaded = faults(text, found)
    states(store, name)
    if loaded is not None:
        keep(store, user, loaded)
        rubric_trial.show(store, loaded)


def choose(store: Store) -> str | None:
    """Which rubric version: of the store, or a shipped one."""
    stored = [f"{found.id}@{found.version}" for found in store.rubrics()]
    drafts = [
        f"{found.rubric}@{found.rubric_version}"
        for found in store.publications.standings()
        if found.state == "draft"
    ]
    names = list(dict.fromkeys([*drafts, *stored, *available()]))
    if not names:
        return None
    asked = state.asked_for(state.RUBRIC)
    place = names.index(asked) if asked in names else 0
    chosen: str = st.selectbox(t("Rubric version"), names, index=place, key="studio_rubric")
    return chosen


def text_of(store: Store, name: str) -> str:
    """The text of a version: of the store, else as shipped."""
    try:
        return stored_text(store, name)
    except QAToolkitError:
        return load_rubric(name).text


@lru_cache(maxsize=16)
def _faults(text: str) -> tuple[Fault, ...]:
    return tuple(lint_text(text))


def faults(text: str, found: Sequence[Fault]) -> LoadedRubric | None:
    """Shows what is wrong or doubtful, line by line; the rubric when nothing is wrong."""
    wrong = [fault for fault in found if fault.level == "error"]
    if wrong:
        st.error("  \n".join(_said(wrong)))
        return None
    try:
        loaded = parse_rubric(text)
    except RubricError as error:
        st.error(plain(str(error)))
        return None
    rubric = loaded.rubric
    counted = {"criteria": len(list(rubric.criteria)), "digest": loaded.sha256[:16]}
    st.success(t("No fault. {criteria} criteria, hash {digest}.", **counted))
    if found:
        with st.expander(t("Doubtful places ({n})", n=len(found))):
            st.markdown("  \n".join(_said(found)))
    return loaded


def _said(found: Sequence[Fault]) -> list[str]:
    lines = [plain(f"{t('line')} {each.line}: {each.path}: {each.message}") for each in found[:_MOST_FAULTS]]
    more = len(found) - _MOST_FAULTS
    return [*lines, t("and {n} more", n=more)] if more > 0 else lines


def states(store: Store, name: str) -> None:
    """How the versions of this rubric stand."""
    found = store.publications.standings(name.partition("@")[0])
    if found:
        with st.expander(t("Versions ({n})", n=len(found))):
            st.dataframe(
                [
                    {
                        t("Version"): each.rubric_version,
                        t("State"): t(each.state),
                        t("By"): each.who,
                        t("When"): each.at.strftime("%Y-%m-%d %H:%M UTC"),
                        t("Note"): each.text,
                        "sha256": each.sha256[:16],
                    }
                    for each in found
                ],
                hide_index=True,
            )


def keep(store: Store, user: User, loaded: LoadedRubric) -> None:
    """Draft, publish, retire."""
    rubric = loaded.rubric
    known = store.publications.standings(rubric.id)
    seen = max((each.number for each in known), default=None)
    row = st.container(horizontal=True)
    if may(user, Action.DRAFT_RUBRIC) and row.button(t("Save as draft")):
        draft = store.publications.draft(rubric.id, rubric.version)
        notes.attempt(
            lambda: save_rubric_draft(store, loaded, by=user.id, version=draft.version if draft else None),
            t("The draft {name} is kept.", name=f"{rubric.id}@{rubric.version}"),
        )
    if not may(user, Action.PUBLISH_RUBRIC):
        return
    with row.popover(t("Publish")), st.form("publish", border=False):
        st.write(t("It becomes the active version; the one before it is retired."))
        note = st.text_input(t("What is new?"))
        if st.form_submit_button(t("Publish {name}", name=f"{rubric.id}@{rubric.version}")):
            notes.attempt(
                lambda: publish_rubric(store, loaded, by=user.id, note=note or None, seen=seen),
                t("{name} is active.", name=f"{rubric.id}@{rubric.version}"),
            )
    with row.popover(t("Retire")), st.form("retire", border=False):
        st.write(t("Nothing new is scored with it; what was filed under it stays."))
        note = st.text_input(t("Why?"))
        if st.form_submit_button(t("Retire {name}", name=f"{rubric.id}@{rubric.version}")):
            notes.attempt(
                lambda: retire_rubric(
                    store, rubric.id, rubric.version, by=user.id, note=note or None, seen=seen
                ),
                t("{name} is retired.", name=f"{rubric.id}@{rubric.version}"),
            )


show()
