"""The interactions of a store as a sampling frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa_toolkit.sampling.frame import Frame, FrameItem
from qa_toolkit.store.records import InteractionFilter

if TYPE_CHECKING:
    from qa_toolkit.store import Store

COLUMNS = ("agent", "site", "queue", "language", "kind", "direction", "started_on", "team", "vendor", "risk")
"""``risk`` is 3 for an automatic fail, 2 for open answers or a failed form, 1 for the rest."""
_PAGE = 2000


def frame_of_store(store: Store, wanted: InteractionFilter | None = None) -> Frame:
    """Every interaction that matches, with what samples are stratified and weighted by.

    ``team`` and ``vendor`` are those of the agent on the day of the interaction, empty where not known.
    """
    asked = wanted or InteractionFilter()
    placed = {
        found.interaction: found for found in store.people.counting_scores() if found.team or found.vendor
    }
    items: list[FrameItem] = []
    while True:
        page = store.interactions(asked, limit=_PAGE, offset=len(items))
        for row in page.rows:
            about, score = row.interaction, row.evaluation
            place = placed.get(about.id)
            risky = score is not None and (not score.complete or score.passed is False)
            values = {
                "agent": about.agent,
                "site": about.site,
                "queue": about.queue,
                "language": about.language,
                "kind": about.kind,
                "direction": about.direction,
                "started_on": (about.started_at or "")[:10],
                "team": place.team if place else None,
                "vendor": place.vendor if place else None,
                "risk": "3" if score is not None and score.auto_failed else "2" if risky else "1",
            }
            items.append(FrameItem(about.id, {name: value or "" for name, value in values.items()}))
        if len(items) >= page.total or not page.rows:
            return Frame(tuple(items), COLUMNS)
