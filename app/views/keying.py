"""Keying review: the paper beside the keys, one field at a time, by keys of the keyboard."""

from __future__ import annotations

import keying_desk
import state
import streamlit as st
from components import header, notes, pictures
from components.plain import plain
from words import t

from qa_toolkit.errors import QAToolkitError
from qa_toolkit.keying.scans.worklist import WorklistItem
from qa_toolkit.review import adjudicate
from qa_toolkit.store import Store
from qa_toolkit.store.desk_records import KeyingAdjudication, Verdict
from qa_toolkit.store.people_records import User

_PLACE = "keying_place"


def show() -> None:
    header.show(t("Keying review"))
    notes.show()
    store, user = state.open_store(), state.user()
    if user is None:
        st.info(t("Nobody is signed in."))
        return
    files = keying_desk.files()
    if files is None:
        st.info(t("Start the app with `qa app --keyed FILE --scan-readings FILE` to review keyed records."))
        rulings(store, None)
        return
    try:
        work = keying_desk.work(files)
    except (QAToolkitError, OSError) as error:
        st.error(plain(str(error)))
        return
    held = keying_desk.ruled(store, files.layout)
    items = [item for item in work.items if item.field]
    open_items = [item for item in items if (item.record, keying_desk.path_of(item)) not in held]
    st.caption(
        t("{open} of {n} places are not ruled on. ", open=len(open_items), n=len(items))
        + t("What is read from the paper is a machine's guess: it orders the work and decides nothing.")
    )
    every = st.toggle(t("Those ruled on, too"))
    shown = items if every else open_items
    if not shown:
        st.success(t("Everything is ruled on."))
    else:
        one(store, user, files, shown, held)
    rulings(store, files.layout)


def one(
    store: Store,
    user: User,
    files: keying_desk.KeyingFiles,
    items: list[WorklistItem],
    held: dict[tuple[str, str], KeyingAdjudication],
) -> None:
    """One place: its page, its crop, both values, and the ruling."""
    place = min(int(st.session_state.get(_PLACE, 0)), len(items) - 1)
    item = items[place]
    before = held.get((item.record, keying_desk.path_of(item)))
    paper, keys = st.columns([3, 2])
    with keys:
        st.subheader(plain(f"{item.record} · {keying_desk.path_of(item)}"), anchor=False)
        kind = item.kind.replace("_", " ")
        st.caption(
            t(
                "criticality {letter} · {kind} · {why}",
                letter=item.criticality,
                kind=kind,
                why=plain(item.why),
            )
        )
        if item.file and item.number and item.box:
            piece = keying_desk.crop(files.scans, item.file, item.number, item.box)
            if piece:
                pictures.show(piece, t("Cut out of the page"))
        st.text(f"{t('Keyed')}: {item.keyed if item.keyed is not None else '–'}")
        sure = "" if item.confidence is None else f" ({100 * item.confidence:.0f} %)"
        st.text(f"{t('Read by the machine, a guess')}: {item.read if item.read is not None else '–'}{sure}")
        if before is not None:
            st.info(t("Ruled by {who}: {verdict}", who=plain(before.adjudicator), verdict=t(before.verdict)))
        _rule(store, user, files, item, before)
        back, forward = st.columns(2)
        if back.button(t("Back"), shortcut="p", disabled=place == 0):
            st.session_state[_PLACE] = place - 1
            st.rerun()
        if forward.button(t("Next"), shortcut="n", disabled=place + 1 >= len(items)):
            st.session_state[_PLACE] = place + 1
            st.rerun()
    with paper:
        if item.file and item.number:
            picture = keying_desk.page_picture(files.scans, item.file, item.number, item.box)
            if picture:
                named = f"{item.file}, {t('page')} {item.number}"
                pictures.show(picture, named, caption=plain(named))
                return
        st.caption(t("There is no scan of this place."))


def _rule(
    store: Store,
    user: User,
    files: keying_desk.KeyingFiles,
    item: WorklistItem,
    before: KeyingAdjudication | None,
) -> None:
    stamp = f"{item.record}_{keying_desk.path_of(item)}"
    reason = st.selectbox(
        t("Reason"),
        keying_desk.REASONS,
        format_func=lambda code: t(code.replace("_", " ")),
        key=f"why_{stamp}",
    )
    text = st.text_input(t("In a sentence, if needed"), key=f"text_{stamp}")
    other = st.text_input(t("Value on the paper, if neither is right"), key=f"other_{stamp}")
    choices: tuple[tuple[Verdict, str, str], ...] = (
        ("first", t("Keyed is right"), "1"),
        ("second", t("The reading is right"), "2"),
        ("other", t("Neither: as typed"), "3"),
        ("unreadable", t("Cannot be read"), "4"),
        ("source_conflict", t("The paper contradicts itself"), "5"),
    )
    for verdict, label, key in choices:
        if st.button(label, shortcut=key, key=f"rule_{verdict}_{stamp}", width="stretch"):
            if verdict == "other" and not other.strip():
                st.error(t("Type the value on the paper first."))
                return
            made = keying_desk.ruling(
                item,
                files.layout,
                verdict,
                other.strip() or None,
                by=user.id,
                reason=reason,
                text=text.strip() or None,
                before=before,
            )
            notes.attempt(
                lambda made=made: adjudicate(store, [made], by=user.id),  # type: ignore[misc]
                t("Ruled: {field} – {verdict}", field=keying_desk.path_of(item), verdict=t(verdict)),
            )


def rulings(store: Store, layout: str | None) -> None:
    """What was ruled so far."""
    found = store.keying.adjudications(layout=keying_desk.layout(layout).layout.id if layout else None)
    with st.expander(t("Rulings ({n})", n=len(found))):
        st.dataframe(
            [
                {
                    t("Application"): each.application,
                    t("Field"): each.field_path,
                    t("Keyed"): each.keyed,
                    t("Second reading"): each.second,
                    t("On the paper"): each.reference,
                    t("Verdict"): t(each.verdict),
                    t("By"): each.adjudicator,
                    t("Reason"): each.reason,
                    t("Note"): each.text,
                }
                for each in found
            ],
            hide_index=True,
        )


show()
