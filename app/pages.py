"""Every page of the app and what it takes to open it: one table, read by the navigation and by the tests.

Whoever may do any of the actions of a page may open it. What they may do there is checked again by the
functions the page calls. An empty list of actions: whoever is signed in.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa_toolkit.review.permissions import Action, Scope, scope_of
from qa_toolkit.store.people_records import User


@dataclass(frozen=True, slots=True)
class AppPage:
    """A page: its script, its title (English, translated when shown), its group and the actions it takes.

    ``own``: also for roles that may act on their own interactions only. ``unnamed``: shown in a store
    without people, where nobody can sign in.
    """

    script: str
    title: str
    group: str
    actions: tuple[Action, ...] = ()
    own: bool = True
    unnamed: bool = False

    @property
    def name(self) -> str:
        """The name of the page in addresses."""
        return self.script.removeprefix("views/").removesuffix(".py")


PAGES: tuple[AppPage, ...] = (
    AppPage("views/queue.py", "Queue", "Work", (Action.REVIEW, Action.VIEW_QUEUES), own=False),
    AppPage("views/review.py", "Review", "Work", (Action.REVIEW, Action.RATE_CALIBRATION), own=False),
    AppPage("views/calls.py", "Calls", "Work", (Action.VIEW_CONTENT,), unnamed=True),
    AppPage("views/call.py", "Call", "Work", (Action.VIEW_CONTENT,), unnamed=True),
    AppPage("views/keying.py", "Keying review", "Work", (Action.ADJUDICATE_KEYING,), own=False),
    AppPage("views/calibration.py", "Calibration", "Work", (Action.RATE_CALIBRATION,), own=False),
    AppPage("views/disputes.py", "Disputes", "Work", (Action.DISPUTE, Action.JUDGE_DISPUTE)),
    AppPage("views/coaching.py", "Coaching", "Work", (Action.COACH, Action.ACKNOWLEDGE)),
    AppPage("views/dashboards.py", "Dashboards", "Figures", (Action.VIEW_REPORTS,), own=False),
    AppPage("views/samples.py", "Samples", "Figures", (Action.ASSIGN,), own=False),
    AppPage("views/rubrics.py", "Rubrics", "Rubrics", (Action.VIEW_REPORTS,), own=False, unnamed=True),
    AppPage("views/studio.py", "Rubric studio", "Rubrics", (Action.DRAFT_RUBRIC,), own=False),
    AppPage("views/audit.py", "Audit", "More", (Action.VIEW_AUDIT,), own=False),
    AppPage("views/help.py", "Help", "More", unnamed=True),
)


def may_open(user: User | None, page: AppPage) -> bool:
    """Whether somebody may open a page; ``None`` is everybody, in a store that has no people yet."""
    if user is None:
        return page.unnamed
    if not page.actions:
        return True
    scopes = {scope_of(user, action) for action in page.actions}
    return Scope.ALL in scopes or (page.own and Scope.OWN in scopes)
