"""Pages for people: one for each interaction and one for a run. Each is one HTML file that works offline."""

from qa_toolkit.reports.call_page import ReportCall, call_page
from qa_toolkit.reports.rendering import render
from qa_toolkit.reports.run_page import ReportItem, ReportRun, run_page
from qa_toolkit.reports.timeline import Timeline, timeline_of

__all__ = ["ReportCall", "ReportItem", "ReportRun", "Timeline", "call_report", "run_report", "timeline_of"]


def call_report(call: ReportCall) -> str:
    """The page of one interaction as self-contained HTML; the same input gives the same text."""
    return render("call.html.j2", call_page(call))


def run_report(run: ReportRun) -> str:
    """The page of a run as self-contained HTML; the same input gives the same text."""
    return render("run.html.j2", run_page(run))
