"""A store for reports: a small form, two agents, calls filed the way the toolkit does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from qa_toolkit.domain import Interaction, Source
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.domain.evaluation import FROM_DRAFT, Result
from qa_toolkit.evaluation.given_answers import score_answers
from qa_toolkit.evaluation.loader import parse_rubric
from qa_toolkit.store import InputRef, RubricText, Store
from qa_toolkit.store.people_records import Placement

FORM = """\
id: small
version: {version}
title: Small form
scoring: {{pass_percent: 80}}
sections:
  - id: all
    title: All
    criteria:
      - {{id: S-1, question: "Identity asked?", critical: compliance, answers: {{yes: 1, no: {{points: 0, auto_fail: true}}}}}}
      - {{id: S-2, question: "Right information?", critical: customer}}
      - {{id: S-3, question: "Greeted?"}}
"""
HOSTILE = '=HYPERLINK("http://x","<script>alert(1)</script>")'


class Desk:
    """Files evaluations the way the toolkit does."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.forms = {v: parse_rubric(FORM.format(version=v)) for v in ("1.0.0", "2.0.0")}
        for form in self.forms.values():
            text = RubricText(form.rubric.id, form.rubric.version, form.sha256, form.text, form.rubric.title)
            store.register_rubric(text, by="test")

    def call(
        self,
        name: str,
        answers: str,
        *,
        version: str = "1.0.0",
        by: str | None = None,
        draft: bool = False,
        **facts: Any,
    ) -> str:
        """``answers``: one letter a criterion: y, n, a (not applicable) or ? (unanswered)."""
        meanings = {"y": "yes", "n": "no", "a": "na", "?": None}
        given = {f"S-{k}": meanings[letter] for k, letter in enumerate(answers, start=1)}
        source = Source("reviewer", by) if by else Source("machine", "qa_toolkit")
        found = score_answers(self.forms[version], given, interaction=name, source=source)
        if draft:
            found = replace(found, warnings=(FROM_DRAFT,))
        if by:
            return self.store.file_evaluation(found, by=by).evaluation_id

        known = {"agent": "a1", "started_at": "2026-03-02T09:00:00Z", **facts}
        columns = ("agent", "site", "queue", "started_at", "language", "direction")
        plain = {key: known[key] for key in columns if key in known}
        interaction = Interaction(id=name, kind="call", metadata=known, **plain)
        result = Result(name, "done", evaluation=to_contract(found))
        saved = self.store.save_result(
            result, interaction=interaction, source=InputRef(name, name), by="test"
        )
        return saved.evaluation_id


@contextmanager
def report_desk(path: Path) -> Iterator[Desk]:
    """A store with two agents, one of whom changes team and site on 15 March."""
    with Store.open(path) as store:
        store.people.save(
            placements=[
                Placement("a1", "2026-01-01", "red", "Rancho"),
                Placement("a1", "2026-03-15", "blue", "Fresno"),
                Placement("a2", "2026-01-01", "blue", "Fresno", "Surge"),
            ],
            by="test",
        )
        yield Desk(store)


def file_hostile_calls(desk: Desk) -> Desk:
    """Sixty calls, half of them with names that a page or a spreadsheet might run."""
    for k in range(30):
        started = f"2026-03-{1 + k % 5:02d}T09:00:00Z"
        bad = {"agent": f"{HOSTILE}{k % 6}", "site": HOSTILE, "queue": "+1"}
        desk.call(f"{HOSTILE}{k}", "nny", started_at=started, **bad)
        desk.call(f"ok{k}", "yyy", agent=f"b{k % 6}", site="-2+3", language="@x", started_at=started)
    return desk
