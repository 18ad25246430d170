"""Dashboards: the reports of the unit on the screen; every figure with n and interval."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import keyed_records
import state
import streamlit as st
from components import address, header, report_table
from components.plain import plain
from words import report_language, t

from qa_toolkit.errors import QAToolkitError
from qa_toolkit.reports.from_store import Scope, report_of_store
from qa_toolkit.reports.keying_quality import KeyedFiles, keying_report
from qa_toolkit.reports.output import report_bytes
from qa_toolkit.reports.quality_report import KINDS, WATCHING, Kind, ReportRequest
from qa_toolkit.reports.tables import QualityReport
from qa_toolkit.reports.translation import speaking
from qa_toolkit.reports.trend import Period
from qa_toolkit.review import Action, may
from qa_toolkit.store import Store
from qa_toolkit.store.people_records import User

_FORMS = (".html", ".xlsx", ".csv", ".parquet", ".jsonl")
_NAMELESS = ("unit", "rubric", "day")
# What is asked for, by the names of the parameters of the address. No docstring: Streamlit writes bare
# texts of its pages onto them.
_FIELDS = ("what", "name", "rubric", "by", "from", "to")
_EARLIEST = date(2000, 1, 1)
_PERIODS: tuple[Period, ...] = ("day", "week", "month")

Asked = tuple[ReportRequest, Scope]


def show() -> None:
    header.show(t("Dashboards"))
    store, user = state.open_store(), state.user()
    if user is None:
        st.info(t("Nobody is signed in."))
        return
    asked, place = choose(store, user)
    with speaking(report_language()):
        _dashboard(store, user, asked, place)


def _dashboard(store: Store, user: User, asked: Asked, place: Any) -> None:
    """What was asked for, in the language of the session."""
    try:
        report = made(store, *asked)
    except (QAToolkitError, OSError) as error:
        st.info(plain(str(error)))
        if asked[0].kind == "keying":
            st.caption(
                t("Start the app with `qa app --keyed FILE --reference FILE` to see keying operators.")
            )
        return
    note_view(store, user, asked)
    st.subheader(plain(report.title), anchor=False)
    st.caption(" · ".join(f"{plain(name)}: {plain(value)}" for name, value in report.facts))
    if may(user, Action.EXPORT):
        with place:
            download(store, user, report, asked)
    for advice in report.recommendations:
        st.markdown(f"- **{plain(advice.text)}** ({report_table.figure_text(advice.figure)})")
    report_table.show(report, store, user)


def choose(store: Store, user: User) -> tuple[Asked, Any]:
    """What is asked for, and a place beside it; it stands in the address.

    What the person has open blind is never in it.
    """
    kinds, rubrics = [*KINDS, *WATCHING], ["", *dict.fromkeys(found.id for found in store.rubrics())]
    _start(kinds, rubrics)
    columns, second = st.columns(4), st.columns(4, vertical_alignment="bottom")
    kind = columns[0].selectbox(t("About"), kinds, format_func=kind_name, key="report_kind")
    head = {"machine": t("Criterion (empty: all)"), "drift": t("Criterion (empty: all)")}
    name = ""
    if kind not in _NAMELESS:
        label = head.get(kind, t("Which one (empty: all)"))
        name = columns[1].text_input(label, key=f"which_{kind}").strip()
    rubric = columns[2].selectbox(
        t("Rubric"), rubrics, format_func=lambda each: each or t("all"), key="report_rubric"
    )
    period = columns[3].selectbox(
        t("Period"),
        ["", *_PERIODS],
        format_func=lambda each: t(each) if each else t("as it fits"),
        key="report_period",
    )
    first = second[0].date_input(t("From"), value=None, min_value=_EARLIEST, key="report_from")
    last = second[1].date_input(t("Until"), value=None, min_value=_EARLIEST, key="report_to")
    days = (first.isoformat() if first else None, last.isoformat() if last else None)
    asked = (kind, name, rubric, period, *days)
    address.keep("dashboards", _FIELDS, dict(zip(_FIELDS, asked, strict=True)))
    request = ReportRequest(kind=kind, name=name or None, period=period or None)
    return (request, Scope(rubric or None, *days, viewer=user.id)), second[2]


def _start(kinds: list[Kind], rubrics: list[str]) -> None:
    """What the boxes hold first: the address, else the dashboard as it was left."""
    if not state.just_came():
        return
    address.restore("dashboards", _FIELDS)
    what, name, rubric, period, first, last = (st.query_params.get(each, "") for each in _FIELDS)
    held: dict[str, Any] = {
        "report_kind": what if what in kinds else "unit",
        f"which_{what}": name,
        "report_rubric": rubric if rubric in rubrics else "",
        "report_period": period if period in _PERIODS else "",
        "report_from": _day(first),
        "report_to": _day(last),
    }
    for key, value in held.items():
        st.session_state[key] = value


def _day(text: str) -> date | None:
    """A day of an address; None for what is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found >= _EARLIEST else None


def kind_name(kind: Kind) -> str:
    """What a kind of report is called."""
    names = {
        "machine": t("machine and people"),
        "drift": t("drift"),
        "keying": t("keying operators"),
    }
    return names.get(kind) or t(kind)


@st.cache_data(ttl=120, max_entries=50, show_spinner=True)
def _made(where: str, asked: str, _store: Any, _request: Any, _scope: Any, _files: Any) -> QualityReport:
    # The first two are what the cache knows a report by; the others it cannot compare.
    del where, asked
    if _request.kind == "keying":
        return keying_report(_request, _files, _store)
    return report_of_store(_store, _request, _scope)


def made(store: Store, request: ReportRequest, scope: Scope) -> QualityReport:
    """The report, kept for two minutes: a dashboard is looked at, not watched."""
    files: KeyedFiles | None = keyed_records.files() if request.kind == "keying" else None
    asked = repr((request, scope, keyed_records.stamp(files), report_language()))
    return _made(store.database.where, asked, store, request, scope, files)


def note_view(store: Store, user: User, asked: Asked) -> None:
    """Writes into the audit log what was looked at, once a session."""
    seen = st.session_state.setdefault("seen_reports", set())
    stamp = (user.id, repr(asked))
    if stamp not in seen:
        request = asked[0]
        store.audit.record("report.view", "report", f"{request.kind}:{request.name or '*'}", by=user.id)
        seen.add(stamp)


def download(store: Store, user: User, report: QualityReport, asked: Asked) -> None:
    """What is seen, as a file; made when asked for, and audited."""
    with st.popover(t("Download")):
        form = st.segmented_control(t("Form"), _FORMS, default=".xlsx")
        if form is None:
            return
        try:
            content = report_bytes(report, form)
        except QAToolkitError as error:
            st.error(plain(str(error)))
            return
        request = asked[0]
        digest = hashlib.sha256(content).hexdigest()
        st.download_button(
            f"{t('Save the file')} ({form})",
            content,
            file_name=f"qa-{request.kind}{form}",
            on_click=lambda: store.audit.record(
                "report.write", "report", f"{request.kind}:{request.name or '*'}", by=user.id, digest=digest
            ),
        )


show()
