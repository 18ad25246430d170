"""The machine against people, counted by hand: blind and not blind apart, nothing seen that is not to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_examples import Desk, report_desk

from qa_toolkit.domain import Source
from qa_toolkit.evaluation.given_answers import score_answers
from qa_toolkit.reports.from_store import Scope, report_of_store
from qa_toolkit.reports.quality_report import ReportRequest
from qa_toolkit.reports.tables import Behind, QualityReport, Table, as_json
from qa_toolkit.review import GivenReview, assign, close_session, open_session, submit_rating, submit_review
from qa_toolkit.statistics import cohen_kappa, gwet_ac1, wilson
from qa_toolkit.store.people_records import User

PEOPLE = [User("maria", "analyst"), User("jun", "analyst"), User("kim", "analyst"), User("lena", "lead")]
MEANINGS = {"y": "yes", "n": "no", "a": "na", "?": None}


class Reviewed:
    """A desk whose people review with and without sight of the machine's answers."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.store = desk, desk.store
        self.store.people.save(users=PEOPLE, by="test")

    def review(
        self, name: str, answers: str, *, by: str = "maria", version: str = "1.0.0", **filed: Any
    ) -> str:
        """Files a person's answers, one letter a criterion."""
        given = {f"S-{k}": MEANINGS[letter] for k, letter in enumerate(answers, start=1)}
        form = self.desk.forms[version]
        found = score_answers(form, given, interaction=name, source=Source("reviewer", by))
        return self.store.file_evaluation(found, by=by, **filed).evaluation_id

    def report(self, kind: Any = "machine", name: str | None = None, **scope: Any) -> QualityReport:
        return report_of_store(self.store, ReportRequest(kind=kind, name=name), Scope(**scope))


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Reviewed]:
    with report_desk(tmp_path / "qa.db") as desk:
        yield Reviewed(desk)


def table(report: QualityReport, name: str) -> Table:
    return next(each for each in report.tables if each.id == name)


def row(report: QualityReport, name: str, first: str, how: str | None = None) -> Any:
    return next(
        each for each in table(report, name).rows if each["name"] == first and each.get("how") in (how, None)
    )


def behind(report: QualityReport, name: str, first: str, how: str | None = None) -> Behind:
    found = table(report, name)
    return found.behind[list(found.rows).index(row(report, name, first, how))]


# machine, person: what each of S-1 (compliance), S-2 and S-3 was answered.
SEEN = {
    "c1": ("yyy", "yyy"),
    "c2": ("yyn", "nyy"),  # a compliance failure missed, a failure that was none
    "c3": ("nyy", "nyy"),
    "c4": ("y?a", "yny"),  # filled in, which is no override; and one from not applicable
    "c5": ("yyy", "yny"),
}


def test_every_figure_of_a_handful_of_reviews(people: Reviewed) -> None:
    for place, (name, (machine, person)) in enumerate(SEEN.items()):
        first = people.desk.call(name, machine, started_at=f"2026-03-0{place + 2}T09:00:00Z")
        people.review(name, person, based_on=first, blind=False)
    people.desk.call("alone", "y??")
    report = people.report()

    answered = row(report, "machine_overview", "Answered by the machine")
    assert (answered["value"].estimate, answered["value"].n) == (14 / 17, 17)
    assert row(report, "machine_overview", "Overridden, answer seen")["value"].estimate == 4 / 14
    assert row(report, "machine_coverage", "S-2")["value"].estimate == 4 / 6
    assert row(report, "machine_coverage", "S-2")["open"] == 2
    assert row(report, "machine_coverage", "S-3")["value"].n == 5, "not applicable is not asked"
    assert behind(report, "machine_coverage", "S-2").items[:2] == ("c4", "alone")

    first, second, third = (row(report, "machine_seen", f"S-{k}") for k in (1, 2, 3))
    expected = wilson(1, 5)
    assert (first["overridden"].estimate, first["overridden"].low) == (0.2, expected.low)
    assert [first[key] for key in ("to_failure", "to_no_failure", "applicability")] == [1, 0, 0]
    assert [second[key] for key in ("to_failure", "to_no_failure", "applicability")] == [1, 0, 0]
    assert (second["overridden"].n, second["overridden"].estimate) == (4, 0.25)
    assert [third[key] for key in ("to_failure", "to_no_failure", "applicability")] == [0, 1, 1]
    pairs = [("yes", "yes"), ("yes", "no"), ("no", "no"), ("yes", "yes"), ("yes", "yes")]
    assert first["ac1"].estimate == pytest.approx(gwet_ac1(pairs).estimate)
    assert first["kappa"].estimate == pytest.approx(cohen_kappa(pairs).estimate)
    assert (first["ac1"].n, first["ac1"].note) == (5, "n under 20")
    assert first["prevalence"].estimate == 2 / 5
    assert table(report, "machine_blind").rows == ()

    missed = row(report, "machine_missed", "S-1", "answer seen")
    assert (missed["missed"].estimate, missed["missed"].n, missed["missed_count"]) == (0.5, 2, 1)
    assert (missed["false"].estimate, missed["false"].n) == (0.0, 3)
    assert behind(report, "machine_missed", "S-1", "answer seen").items == ("c2",)
    listed = table(report, "machine_overrides").rows
    assert [(each["name"], each["criterion"], each["machine"], each["person"]) for each in listed] == [
        ("c5", "S-2", "yes", "no"),
        ("c4", "S-3", "na", "yes"),
        ("c2", "S-3", "no", "yes"),
        ("c2", "S-1", "yes", "no"),
    ]
    assert behind(report, "machine_seen", "S-1") == Behind(("c2", "c5", "c4", "c3", "c1"), 1, 5)


def test_one_criterion_by_site_and_language_with_coefficients(people: Reviewed) -> None:
    for k in range(12):
        facts = {"agent": "a2" if k % 2 else "a1", "language": "es" if k % 3 else "en"}
        first = people.desk.call(f"c{k}", "yyy" if k % 4 else "nyy", **facts)
        people.review(f"c{k}", "yyy" if k % 5 else "nyy", based_on=first, blind=False)
    report = people.report(name="S-1")
    assert [each["name"] for each in table(report, "machine_site").rows] == ["Fresno", "Rancho"]
    rancho = row(report, "machine_site", "Rancho", "answer seen")
    pairs = [("yes" if k % 4 else "no", "yes" if k % 5 else "no") for k in range(0, 12, 2)]
    assert rancho["calls"] == 6
    assert rancho["overridden"].estimate == sum(a != b for a, b in pairs) / 6
    assert rancho["ac1"].estimate == pytest.approx(gwet_ac1(pairs).estimate)
    assert {each["name"] for each in table(report, "machine_language").rows} == {"en", "es"}
    assert "ac1" not in dict(table(people.report(), "machine_site").columns)


def test_blind_answers_stand_apart_and_most_of_several_people_count(people: Reviewed) -> None:
    first = people.desk.call("seen", "yyy")
    people.review("seen", "nyy", based_on=first, blind=False)
    for name in ("one", "many", "even"):
        people.desk.call(name, "yyy")
    people.review("one", "nyy", blind=True)
    people.review("one", "yyn", by="jun", blind=True)  # with the other: S-1 and S-3 are divided
    for who, answers in (("maria", "nyy"), ("jun", "nyy"), ("kim", "yyy")):
        people.review("many", answers, by=who, blind=True)
    people.review("even", "yyy", blind=True)
    people.review("even", "nny", blind=True)  # the last of the same person is taken
    report = people.report()
    blind = row(report, "machine_blind", "S-1")
    assert (blind["overridden"].estimate, blind["overridden"].n, blind["divided"]) == (1.0, 2, 1)
    assert row(report, "machine_blind", "S-2")["overridden"].estimate == 1 / 3
    assert row(report, "machine_seen", "S-1")["overridden"].n == 1
    assert row(report, "machine_missed", "S-1", "blind")["missed"].n == 2
    assert behind(report, "machine_missed", "S-1", "answer seen").items == ("seen",)


def test_the_machine_that_was_there_before_the_review_is_the_one_compared(people: Reviewed) -> None:
    first = people.desk.call("c1", "nyy")
    people.review("c1", "nyy", based_on=first, blind=False)
    people.desk.call("c1", "yyy")  # scored again later, by a better machine
    assert row(people.report(), "machine_seen", "S-1")["overridden"].estimate == 0.0
    people.desk.call("late", "yyy")
    people.review("late", "nyy", based_on=None, blind=None)
    assert row(people.report(), "machine_seen", "S-1")["overridden"].n == 2


def test_a_review_from_before_the_machine_saw_nothing_and_is_blind(people: Reviewed) -> None:
    people.desk.call("c1", "yyy", version="2.0.0")
    people.review("c1", "nyy")  # of version 1.0.0, which no machine has answered yet
    assert table(people.report(), "machine_seen").rows == ()
    people.desk.call("c1", "yyy", version="1.0.0")
    report = people.report()
    assert table(report, "machine_seen").rows == ()
    assert row(report, "machine_blind", "S-1")["to_failure"] == 1


def test_ratings_of_a_session_count_when_it_is_closed(people: Reviewed) -> None:
    people.desk.call("c1", "yyy")
    session = {"rubric": "small@1.0.0", "interactions": ["c1"], "raters": ["maria", "jun"]}
    open_session(people.store, "march", by="lena", **session)
    given = {"S-1": "no", "S-2": "yes", "S-3": "yes"}
    for who in ("maria", "jun"):
        submit_rating(people.store, "march", "c1", given, by=who)
    assert table(people.report(), "machine_blind").rows == ()
    close_session(people.store, "march", by="lena")
    report = people.report()
    assert row(report, "machine_blind", "S-1")["overridden"].n == 1, "an interaction counts once"
    assert table(report, "machine_seen").rows == ()


@pytest.mark.parametrize("kind", ["machine", "drift", "unit", "day"])
def test_what_a_viewer_has_open_blind_is_in_no_report_of_theirs(people: Reviewed, kind: str) -> None:
    for name in ("open", "other"):
        first = people.desk.call(name, "nyy", version="2.0.0")
        people.review(name, "ynn", by="kim", version="2.0.0", based_on=first, blind=False)
    assign(people.store, ["open"], "small", ["maria"], by="lena", blind=True)
    assert "open" not in named(people.report(kind, viewer="maria"))
    assert ("open" in named(people.report(kind, viewer="jun"))) is (kind != "day"), "nothing failed that day"
    mine = {"S-1": "no", "S-2": "yes", "S-3": "yes"}
    submit_review(people.store, "open", "small", GivenReview(mine), by="maria", based_on=None)
    assert "open" in named(people.report(kind, viewer="maria"))


def named(given: QualityReport) -> set[str]:
    """Every text and every interaction of a report."""
    report = as_json(given, named=True)
    return {item for each in report["tables"] for row in each["behind"] for item in row["items"]} | {
        str(cell) for each in report["tables"] for row in each["rows"] for cell in row.values()
    }


def test_reasons_of_overrides_are_listed(people: Reviewed) -> None:
    first = people.desk.call("c1", "yyy")
    review = GivenReview({"S-1": "no"}, {"S-1": ("missed_evidence", "Asked after the balance.")})
    submit_review(people.store, "c1", "small", review, by="maria", based_on=first)
    listed = table(people.report(), "machine_overrides").rows
    assert [(each["reason"], each["reviewer"]) for each in listed] == [("missed evidence", "maria")]


def test_a_store_of_the_machine_alone_has_its_coverage(people: Reviewed) -> None:
    people.desk.call("c1", "y?y")
    report = people.report()
    assert row(report, "machine_coverage", "S-2")["value"].estimate == 0.0
    assert row(report, "machine_overview", "Overridden, answer seen")["value"].note == "there are no items"
    assert table(report, "machine_seen").rows == ()
