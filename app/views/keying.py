"""Keying review: the paper beside the keys, one field at a time, by keys of the keyboard."""

from __future__ import annotations

from html import escape

import keying_desk
import scan_pictures
import state
import streamlit as st
from components import header, notes, pictures
from components.plain import plain
from words import t

from qa_toolkit.errors import QAToolkitError
from qa_toolkit.keying.scans.worklist import WorklistItem
from qa_toolkit.review import adjudicate, record_scan_access
from qa_toolkit.store import Store
from qa_toolkit.store.desk_records import KeyingAdjudication, Verdict
from qa_toolkit.store.people_records import User

_PLACE = "keying_place"
_LABEL = "text-align: left; font-weight: 400; padding-right: 12px"
_VALUE = "font-family: monospace; font-size: 1.1rem; white-space: pre-wrap"


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
    record = state.asked_for(state.RECORD)
    every = st.toggle(t("Those ruled on, too"), value=record is not None)
    shown = items if every else open_items
    if record is not None:
        shown = of_record(shown, record)
        open_items = [item for item in open_items if item.record == record]
    if not open_items:
        st.success(t("Everything is ruled on.") if record is None else t("All of this form is ruled on."))
    if shown:
        one(store, user, files, shown, held)
    rulings(store, files.layout)


def of_record(items: list[WorklistItem], record: str) -> list[WorklistItem]:
    """The places of one form, as a link asked for them; says so, and offers all again."""
    text, back = st.columns([4, 1], vertical_alignment="center")
    text.info(t("Only form {record}.", record=plain(record)))
    if back.button(t("All forms")):
        st.query_params.pop(state.RECORD, None)
        st.rerun()
    return [item for item in items if item.record == record]


def one(
    store: Store,
    user: User,
    files: keying_desk.KeyingFiles,
    items: list[WorklistItem],
    held: dict[tuple[str, str], KeyingAdjudication],
) -> None:
    """One place: its page, its crop, both values, and the ruling."""
    number = _chosen(items)
    item = items[number]
    before = held.get(_key(item))
    following = _next_open(items, number, held)
    ticket = _ticket(store, user, item)
    paper, keys = st.columns([3, 2])
    with keys:
        st.markdown(f"**{plain(item.record)} · {plain(keying_desk.path_of(item))}**")
        with st.container(horizontal=True, vertical_alignment="center"):
            _walk(items, number)
            st.text(f"{number + 1} / {len(items)}")
        _facts(item)
        _cut(files, item, ticket)
        _values(item)
        if before is not None:
            st.info(
                t("Ruled by {who}: {verdict}", who=plain(before.adjudicator), verdict=_said(before.verdict))
            )
        _rule(store, user, files, item, before, following=following)
    with paper:
        _page(files, item, ticket)


def _key(item: WorklistItem) -> tuple[str, str]:
    return item.record, keying_desk.path_of(item)


def _chosen(items: list[WorklistItem]) -> int:
    """Where the place that was chosen stands now; where it stood, if it is not in the list any more."""
    number, key = st.session_state.get(_PLACE, (0, None))
    found = next((place for place, item in enumerate(items) if _key(item) == key), number)
    return int(min(found, len(items) - 1))


def _choose(items: list[WorklistItem], number: int) -> None:
    st.session_state[_PLACE] = (number, _key(items[number]))


def _next_open(
    items: list[WorklistItem], number: int, held: dict[tuple[str, str], KeyingAdjudication]
) -> tuple[str, str] | None:
    """The first place after this one, and then from the head on, that is not ruled on; None without any."""
    others = (*items[number + 1 :], *items[:number])
    return next((_key(item) for item in others if _key(item) not in held), None)


def _ticket(store: Store, user: User, item: WorklistItem) -> str:
    """One ticket a session and application; before it is made, the audit log says who looks."""
    made: dict[tuple[str, str], str] = st.session_state.setdefault("scan_tickets", {})
    if (user.id, item.record) not in made:
        record_scan_access(store, item.record, by=user.id)
        made[user.id, item.record] = scan_pictures.ticket(user.id, item.record)
    return made[user.id, item.record]


def _facts(item: WorklistItem) -> None:
    facts = t(
        "criticality {letter} · {kind} · {why}",
        letter=item.criticality,
        kind=t(item.kind.replace("_", " ")),
        why=plain(_why(item)),
    )
    st.caption(facts)


def _why(item: WorklistItem) -> str:
    """What the order rests on, in the language of the session; what it names stays as it is."""
    head, _, named = item.why.partition(": ")
    if item.root is not None:
        return t("follows from {root}", root=item.root)
    return f"{t(head)}: {t(named)}" if named else t(head)


def _cut(files: keying_desk.KeyingFiles, item: WorklistItem, ticket: str) -> None:
    page = keying_desk.page_of(files, item)
    if page is not None and item.box and keying_desk.crop(files.scans, page, item.box):
        path = keying_desk.path_of(item)
        place = scan_pictures.address(ticket, item.record, path, "field")
        pictures.show(place, f"{t('Cut out of the page')}: {path}")


def _page(files: keying_desk.KeyingFiles, item: WorklistItem, ticket: str) -> None:
    page = keying_desk.page_of(files, item)
    if page is None or item.box is None or keying_desk.page_picture(files.scans, page, item.box) is None:
        st.caption(t("There is no scan of this place."))
        return
    named = f"{page.file}, {t('page')} {page.number}"
    place = scan_pictures.address(ticket, item.record, keying_desk.path_of(item), "page")
    pictures.show(place, f"{named}: {keying_desk.path_of(item)}", caption=plain(named), whole=True)


def _values(item: WorklistItem) -> None:
    """Both values one above the other, in letters of one width, so that a shifted digit shows."""
    sure = "" if item.confidence is None else f" ({100 * item.confidence:.0f} %)"
    rows = ((t("Keyed"), item.keyed), (t("Read by the machine, a guess") + sure, item.read))
    cells = "".join(
        f'<tr><th scope="row" style="{_LABEL}">{escape(label)}</th>'
        f'<td style="{_VALUE}">{escape(value or "–")}</td></tr>'
        for label, value in rows
    )
    st.html(f"<table>{cells}</table>")


def _walk(items: list[WorklistItem], number: int) -> None:
    if st.button(t("Back"), shortcut="p", disabled=number == 0):
        _choose(items, number - 1)
        st.rerun()
    if st.button(t("Next"), shortcut="n", disabled=number + 1 >= len(items)):
        _choose(items, number + 1)
        st.rerun()


def _rule(
    store: Store,
    user: User,
    files: keying_desk.KeyingFiles,
    item: WorklistItem,
    before: KeyingAdjudication | None,
    *,
    following: tuple[str, str] | None,
) -> None:
    """The ruling on a place; after it the next open one is shown."""
    stamp = f"{item.record}_{keying_desk.path_of(item)}"
    buttons = st.container(horizontal=True, gap="small")
    other = st.text_input(t("Value on the paper, if neither is right"), key=f"other_{stamp}").strip()
    reason = st.selectbox(
        t("Reason"),
        ["", *keying_desk.REASONS],
        format_func=lambda code: t(code.replace("_", " ")) if code else t("as the ruling says"),
        key=f"why_{stamp}",
    )
    text = st.text_input(t("In a sentence, if needed"), key=f"text_{stamp}").strip()
    for verdict, label, key in _choices():
        if buttons.button(label, shortcut=key, key=f"rule_{verdict}_{stamp}"):
            if verdict == "other" and not other:
                st.error(t("Type the value on the paper first."))
                return
            made = keying_desk.ruling(
                item,
                files.layout,
                verdict,
                other or None,
                by=user.id,
                reason=reason or None,
                text=text or None,
                before=before,
            )
            notes.attempt(
                lambda made=made: _keep(store, made, following),  # type: ignore[misc]
                t("Ruled: {field} – {verdict}", field=keying_desk.path_of(item), verdict=label),
            )


def _keep(store: Store, made: KeyingAdjudication, following: tuple[str, str] | None) -> None:
    adjudicate(store, [made], by=made.adjudicator)
    if following is not None:
        st.session_state[_PLACE] = (0, following)


def _choices() -> tuple[tuple[Verdict, str, str], ...]:
    return (
        ("first", t("Keyed is right"), "1"),
        ("second", t("The reading is right"), "2"),
        ("other", t("Neither: as typed"), "3"),
        ("unreadable", t("Cannot be read"), "4"),
        ("source_conflict", t("The paper contradicts itself"), "5"),
    )


def _said(verdict: Verdict) -> str:
    return next(label for name, label, _ in _choices() if name == verdict)


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
                    t("Verdict"): _said(each.verdict),
                    t("By"): each.adjudicator,
                    t("Reason"): t(each.reason.replace("_", " ")),
                    t("Note"): each.text,
                }
                for each in found
            ],
            hide_index=True,
        )


show()
