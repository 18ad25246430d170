"""Scores against the published formulas and their worked cases (Amazon, Genesys, Google, Zendesk)."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_toolkit.domain import Answer, AnswerStatus, Score
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.evaluation import losses, score

SCALE = {"10": 10, "5": 5, "0": 0}


def form(method: str, *sections: tuple[float, list[dict[str, Any]]], **scoring: Any) -> Rubric:
    """A form of sections (weight, criteria); criteria are numbered Q1, Q2 … through the form."""
    number = 0
    built = []
    for s, (weight, criteria) in enumerate(sections):
        items = []
        for fields in criteria:
            number += 1
            items.append({"id": f"Q{number}", "question": "?", **fields})
        built.append({"id": f"S{s + 1}", "title": "?", "weight": weight, "criteria": items})
    rule = {"method": method, **scoring}
    return Rubric.model_validate(
        {"id": "t", "version": "1.0.0", "title": "T", "scoring": rule, "sections": built}
    )


def answered(*values: str | float | None) -> list[Answer]:
    """Answers to Q1, Q2 …: an option, ``na``, or None for unanswered."""
    result = []
    for number, value in enumerate(values, start=1):
        status = {None: AnswerStatus.UNANSWERED, "na": AnswerStatus.NOT_APPLICABLE}.get(value)  # type: ignore[call-overload]
        chosen = None if status else value
        result.append(Answer(f"Q{number}", status or AnswerStatus.ANSWERED, chosen))
    return result


def scored(rubric: Rubric, *values: str | float | None) -> Score:
    return score(rubric, answered(*values))[1]


CONNECT = form("question_weight", (1, [{"weight": w, "answers": SCALE} for w in (40, 20, 20, 20)]))
CONNECT_FAIL = form(
    "question_weight",
    (
        1,
        [
            {"weight": 40, "answers": {"10": 10, "0": {"points": 0, "auto_fail": True}}},
            *({"weight": 20, "answers": SCALE} for _ in range(3)),
        ],
    ),
)


class TestAmazonConnect:
    """Amazon Connect administrator guide: scoring of evaluation forms."""

    def test_c_a_weights_by_question(self) -> None:
        assert scored(CONNECT, "10", "5", "5", "0").percent == pytest.approx(60.0)

    def test_c_b_weight_of_a_question_that_does_not_apply_is_shared_in_proportion(self) -> None:
        result = scored(CONNECT, "10", "5", "5", "na")
        assert result.percent == pytest.approx(75.0)
        assert (result.complete, result.open) == (True, 0)

    def test_c_c_auto_fail_is_zero(self) -> None:
        result = scored(CONNECT_FAIL, "0", "5", "5", "na")
        assert result.percent == 0.0
        assert result.auto_failed_by == ("Q1",)
        assert result.passed is False
        assert result.percent_before_auto_fail == pytest.approx(25.0)

    def test_c_d_nothing_applies_is_no_score(self) -> None:
        result = scored(CONNECT, "na", "na", "na", "na")
        assert (result.percent, result.percent_before_auto_fail, result.passed) == (None, None, None)
        assert result.complete is True

    @pytest.mark.parametrize(("interruptions", "percent"), [(0, 100.0), (4, 50.0), (7, 10.0)])
    def test_c_e_ranges_of_a_number(self, interruptions: float, percent: float) -> None:
        ranges = [
            {"from": 0, "to": 0, "points": 10},
            {"from": 1, "to": 4, "points": 5},
            {"from": 5, "to": 10, "points": 1},
        ]
        rubric = form("question_weight", (1, [{"weight": 7, "answers": {"ranges": ranges}}]))
        assert scored(rubric, interruptions).percent == pytest.approx(percent)

    def test_section_weight_is_spread_evenly_over_the_questions_of_the_section(self) -> None:
        rubric = form("section_weight", (60, [{}, {}, {}]), (40, [{}]))
        assert scored(rubric, "yes", "yes", "no", "no").percent == pytest.approx(40.0)
        # 20 + 20 of the 80 that are left when one question of 20 does not apply
        assert scored(rubric, "yes", "yes", "na", "no").percent == pytest.approx(50.0)

    def test_section_weight_ignores_the_weights_of_questions(self) -> None:
        rubric = form("section_weight", (60, [{"weight": 99}, {}]), (40, [{}]))
        assert scored(rubric, "yes", "no", "no").percent == pytest.approx(30.0)

    def test_auto_fail_of_a_section_zeroes_the_section_and_rises_to_the_form(self) -> None:
        fatal = {"answers": {"yes": 1, "no": {"points": 0, "auto_fail": "section"}}}
        rubric = form("section_weight", (60, [fatal, {}]), (40, [{}]))
        result = scored(rubric, "no", "yes", "yes")
        assert result.percent == pytest.approx(40.0)
        assert result.percent_before_auto_fail == pytest.approx(70.0)
        assert result.auto_failed_by == ("Q1",)
        assert [(s.percent, s.auto_failed_by) for s in result.sections] == [(0.0, ("Q1",)), (100.0, ())]
        assert result.passed is False

    def test_flag_keeps_the_percentage(self) -> None:
        rubric = form(
            "question_weight",
            (1, [{"answers": {"y": 1, "n": {"points": 0, "auto_fail": True}}}, {}]),
            on_auto_fail="flag",
        )
        result = scored(rubric, "n", "yes")
        assert (result.percent, result.passed, result.auto_failed_by) == (50.0, False, ("Q1",))


class TestGenesys:
    """Genesys Cloud: total = sum of points x group weight over possible points x group weight."""

    GROUPS = form("group_weight", (40, [{}, {"critical": "compliance"}]), (20, [{}]))

    def test_g_a_printed_example(self) -> None:
        assert scored(self.GROUPS, "yes", "no", "yes").percent == pytest.approx(60.0)

    def test_g_e_a_failed_fatal_question_is_counted_apart_from_the_score(self) -> None:
        result = scored(self.GROUPS, "yes", "no", "yes")
        assert result.percent == pytest.approx(60.0)
        assert result.critical["compliance"].failed == 1

    def test_weight_multiplies_points_so_a_larger_group_counts_more(self) -> None:
        equal = form("group_weight", (50, [{}, {}, {}]), (50, [{}]))
        assert scored(equal, "no", "no", "no", "yes").percent == pytest.approx(25.0)

    def test_not_applicable_is_nought_of_nought(self) -> None:
        assert scored(self.GROUPS, "yes", "na", "yes").percent == pytest.approx(100.0)


class TestGoogle:
    """Google Quality AI: normalised score = sum of scores / potential score."""

    QUESTIONS = form("points", (1, [{}, {}, {}, {"answers": {"4": 4, "3": 3, "0": 0}}]))

    def test_q_a(self) -> None:
        filled, result = score(self.QUESTIONS, answered("yes", "no", "na", "3"))
        assert (result.points, result.max_points) == (4.0, 6.0)
        assert result.percent == pytest.approx(66.67, abs=0.01)
        assert [a.points for a in filled] == [1.0, 0.0, None, 3.0]

    def test_q_b_the_edited_form_is_a_score_of_its_own(self) -> None:
        assert scored(self.QUESTIONS, "yes", "yes", "na", "3").percent == pytest.approx(83.33, abs=0.01)


class TestZendesk:
    """Zendesk QA: rating scales and review score."""

    @pytest.mark.parametrize(
        ("steps", "printed"),
        [(3, [0, 50, 100]), (4, [0, 33.3, 66.6, 100]), (5, [0, 25, 50, 75, 100])],
    )
    def test_printed_scales(self, steps: int, printed: list[float]) -> None:
        options = {str(step): step for step in range(1, steps + 1)}
        rubric = form("category_average", (1, [{"answers": options}]))
        given_scores = [scored(rubric, option).percent for option in options]
        assert given_scores == pytest.approx(printed, abs=0.1)

    def test_weighted_mean_of_categories_without_those_skipped(self) -> None:
        scale = {"answers": {"1": 1, "2": 2, "3": 3}}
        rubric = form("category_average", (1, [{**scale, "weight": 3}, {**scale, "weight": 1}, scale]))
        assert scored(rubric, "3", "2", "na").percent == pytest.approx(87.5)

    @pytest.mark.parametrize(("picked", "percent"), [("1", 0.0), ("2", 0.0), ("3", 75.0), ("5", 100.0)])
    def test_a_critical_category_below_half_zeroes_the_review(self, picked: str, percent: float) -> None:
        scale = {"answers": {str(n): n for n in range(1, 6)}}
        rubric = form("category_average", (1, [{**scale, "critical": "customer"}, scale]))
        assert scored(rubric, picked, "5").percent == pytest.approx(percent)

    def test_iqs_is_the_mean_of_reviews(self) -> None:
        """Printed: (100 + 9.91 + 63.96 + 90.99 + 0) / 5 = 52.97 %."""
        assert math.fsum([100, 9.91, 63.96, 90.99, 0]) / 5 == pytest.approx(52.97, abs=0.005)


class TestMaestroQA:
    """MaestroQA: a bonus can pass 100 %, an auto-fail is 0 %."""

    BONUS = form(
        "question_weight",
        (1, [{"weight": 95}, {"weight": 5}, {"weight": 10, "bonus": True}]),
        (1, [{"weight": 0, "answers": {"yes": 1, "no": {"points": 0, "auto_fail": True}}}]),
    )

    def test_bonus(self) -> None:
        assert scored(self.BONUS, "yes", "no", "yes", "yes").percent == pytest.approx(105.0)
        assert scored(self.BONUS, "yes", "no", "no", "yes").percent == pytest.approx(95.0)

    def test_auto_fail(self) -> None:
        assert scored(self.BONUS, "yes", "no", "yes", "no").percent == 0.0

    def test_bonus_alone_is_no_score(self) -> None:
        assert scored(self.BONUS, "na", "na", "yes", "na").percent is None


PASS = form(
    "question_weight",
    (
        1,
        [
            {"weight": 85},
            {"weight": 15, "answers": {"yes": 1, "no": 0, "fatal": {"points": 0, "auto_fail": True}}},
        ],
    ),
    pass_percent=85,
)


@pytest.mark.parametrize(
    ("answers", "percent", "passed", "open_count"),
    [
        (("yes", "no"), 85.0, True, 0),
        (("no", "yes"), 15.0, False, 0),
        (("yes", None), 100.0, None, 1),
        ((None, None), None, None, 2),
        ((None, "fatal"), 0.0, False, 1),
        (("na", "na"), None, None, 0),
    ],
)
def test_passed_is_known_once_complete_or_auto_failed(
    answers: tuple[str | None, ...], percent: float | None, passed: bool | None, open_count: int
) -> None:
    result = scored(PASS, *answers)
    assert (result.percent, result.passed, result.open) == (percent, passed, open_count)


def test_points_follow_weight_times_points_over_best() -> None:
    rubric = form("question_weight", (1, [{"weight": 8, "answers": {"full": 4, "half": 2, "none": 0}}]))
    filled, _ = score(rubric, answered("half"))
    assert (filled[0].points, filled[0].max_points) == (4.0, 8.0)


def test_criteria_without_an_answer_count_as_open() -> None:
    filled, result = score(CONNECT, [])
    assert [a.status for a in filled] == [AnswerStatus.UNANSWERED] * 4
    assert (result.open, result.percent, result.complete) == (4, None, False)


def test_an_error_is_open_and_never_nought() -> None:
    failed = Answer("Q2", AnswerStatus.ERROR, reason="broken")
    _, result = score(CONNECT, [*answered("10"), failed])
    assert (result.percent, result.open) == (100.0, 3)


def test_critical_families_are_counted_apart() -> None:
    rubric = form(
        "question_weight", (1, [{"critical": f} for f in ("customer", "customer", "business", "none")])
    )
    counts = scored(rubric, "yes", "no", "na", "no").critical
    assert {f: (c.applicable, c.failed) for f, c in counts.items()} == {
        "customer": (2, 1),
        "business": (0, 0),
        "compliance": (0, 0),
    }


METHODS = ("question_weight", "section_weight", "points", "group_weight", "category_average")
CRITERIA = st.lists(
    st.fixed_dictionaries(
        {
            "weight": st.integers(0, 20),
            "answers": st.dictionaries(
                st.text("abcdef", min_size=1, max_size=3), st.integers(0, 9), min_size=1, max_size=4
            ).map(lambda options: {**options, "best": 10}),
        }
    ),
    min_size=1,
    max_size=4,
)
SECTIONS = st.lists(st.tuples(st.integers(1, 50), CRITERIA), min_size=1, max_size=3)


@st.composite
def answered_forms(draw: st.DrawFn) -> tuple[Rubric, list[Answer]]:
    rubric = form(draw(st.sampled_from(METHODS)), *draw(SECTIONS))
    values = [draw(st.sampled_from([*c.answers, "na", None])) for c in rubric.criteria]
    return rubric, answered(*values)


@given(answered_forms())
def test_without_bonus_a_percentage_lies_between_0_and_100(case: tuple[Rubric, list[Answer]]) -> None:
    percent = score(*case)[1].percent
    assert percent is None or 0.0 <= percent <= 100.0 + 1e-9


@given(answered_forms())
def test_losses_add_up_to_what_is_missing_to_100(case: tuple[Rubric, list[Answer]]) -> None:
    percent = score(*case)[1].percent_before_auto_fail
    lost = losses(*case)
    if percent is None:
        assert lost == ()
    else:
        assert math.fsum(item.percent for item in lost) == pytest.approx(100.0 - percent, abs=1e-9)


@given(answered_forms())
def test_points_are_those_of_the_answers(case: tuple[Rubric, list[Answer]]) -> None:
    """And the percentage follows from them, where the method neither weights groups nor starts from the worst."""
    rubric, _ = case
    answers, result = score(*case)
    assert result.points == pytest.approx(math.fsum(a.points for a in answers if a.points is not None))
    assert result.max_points == pytest.approx(
        math.fsum(a.max_points for a in answers if a.max_points is not None)
    )
    if (
        rubric.scoring.method in {"question_weight", "section_weight", "points"}
        and result.percent is not None
    ):
        before = result.percent_before_auto_fail
        assert before == pytest.approx(100.0 * result.points / result.max_points)


@given(answered_forms())
def test_what_does_not_apply_might_as_well_not_be_on_the_form(case: tuple[Rubric, list[Answer]]) -> None:
    """Not under section_weight, where the share of a criterion depends on how many there are."""
    rubric, answers = case
    if rubric.scoring.method == "section_weight":
        return
    kept = {a.criterion for a in answers if a.status is not AnswerStatus.NOT_APPLICABLE}
    sections = [
        s.model_copy(update={"criteria": tuple(c for c in s.criteria if c.id in kept)})
        for s in rubric.sections
    ]
    smaller = rubric.model_copy(update={"sections": tuple(s for s in sections if s.criteria)})
    without = score(smaller, [a for a in answers if a.criterion in kept])[1]
    result = score(rubric, answers)[1]
    assert (result.percent, result.open) == (pytest.approx(without.percent), without.open)


@given(answered_forms())
def test_points_of_answers_are_there_only_where_they_count(case: tuple[Rubric, list[Answer]]) -> None:
    for answer in score(*case)[0]:
        counts = answer.status is AnswerStatus.ANSWERED
        assert (answer.points is not None) is counts
        assert (answer.max_points is not None) is counts
