"""Rubric files: what is read, and what is refused with its line and what would be accepted."""

# a table is read by the row

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from evaluation_builders import rubric_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_toolkit.errors import RubricError
from qa_toolkit.evaluation import lint_rubric, lint_text, load_rubric, parse_rubric

GOOD = """\
id: small
version: 1.2.0
title: Small
scoring: {method: question_weight, pass_percent: 85}
events:
  asked: {phrase: {role: agent, any: ["date of birth"]}}
sections:
  - id: one
    title: One
    criteria:
      - id: A
        question: a?
        weight: 40
        not_applicable_when: {transaction: [general_question]}
        evaluator: {order: {first: asked, before: hold}}
        examples:
          - {turns: ["agent: hello"], expect: "no"}
      - {id: B, question: b?, answers: {good: 2, fair: {points: 1}, bad: 0}}
      - {id: C, question: c?, answers: {ranges: [{from: 0, to: 0, points: 10}, {from: 1, points: 5}]}}
"""


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(RubricError) as caught:
        parse_rubric(text, "small.yaml")
    return caught.value.faults


def test_a_good_rubric_is_read_as_written() -> None:
    rubric = parse_rubric(GOOD).rubric
    a, b, c = rubric.criteria
    assert (a.id, a.weight, a.critical, list(a.answers)) == ("A", 40.0, "none", ["yes", "no"])
    assert [option.points for option in b.options] == [2.0, 1.0, 0.0]
    assert c.option_for(3) is c.ranges[1]
    assert (a.evaluator.name, b.evaluator.name) == ("order", "manual")


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "08:30", "2026-03-05", "1_000", "y"])
def test_words_that_older_yaml_turns_into_something_else_stay_text(word: str) -> None:
    rubric = rubric_of(f"{{id: A, question: q?, not_applicable_when: {{k: {word}}}}}").rubric
    assert next(rubric.criteria).not_applicable_when[0].metadata["k"] == (word,)


FAULTS = [
    # what is changed in the good rubric, line, path, what the message must say
    ("weight: 40", "wieght: 40", 13, "sections[0].criteria[0].wieght", "did you mean 'weight'"),
    ("weight: 40", "weight: -1", 13, "sections[0].criteria[0].weight", "greater than or equal to 0"),
    ("weight: 40", 'weight: "40"', 13, "sections[0].criteria[0].weight", "accepted: a number"),
    ("weight: 40", "weight: true", 13, "sections[0].criteria[0].weight", "accepted: a number"),
    ("weight: 40", "weight: .nan", 13, "sections[0].criteria[0].weight", "finite"),
    ("weight: 40", "critical: severe", 13, "sections[0].criteria[0].critical", "'customer', 'business', 'compliance' or 'none'"),
    ("weight: 40", "bonus: yes", 13, "sections[0].criteria[0].bonus", "true, false"),
    ("weight: 40", "confidence: 2", 13, "sections[0].criteria[0].confidence", "less than or equal to 1"),
    ("version: 1.2.0", "version: 1.2", 2, "version", "accepted: text"),
    ("version: 1.2.0", "version: one", 2, "version", "1.0.0"),
    ("title: Small", "titel: Small", 3, "titel", "did you mean 'title'"),
    ("title: Small\n", "", 1, "title", "missing"),
    ("question_weight", "guesswork", 4, "scoring.method", "section_weight"),
    ("pass_percent: 85", "pass_percent: 850", 4, "scoring.pass_percent", "less than or equal to 100"),
    ("id: B,", "id: A,", 18, "sections[0].criteria[1].id", "first in line 11"),
    ("{points: 1}", "{points: 1, auto_fail: maybe}", 18, "sections[0].criteria[1].answers.fair.auto_fail", "'section'"),
    ("{points: 1}", "{point: 1}", 18, "sections[0].criteria[1].answers.fair.point", "did you mean 'points'"),
    ("good: 2, fair: {points: 1}, bad: 0", "good: 0, bad: 0", 18, "sections[0].criteria[1].answers", "points above 0"),
    ("good: 2,", "na: 2,", 18, "sections[0].criteria[1]", "'na'"),
    ("good: 2,", "good: high,", 18, "sections[0].criteria[1].answers.good", "number"),
    ("to: 0,", "to: 3,", 19, "sections[0].criteria[2].answers.ranges[1]", "overlaps"),
    ("from: 0, to: 0,", "from: 0, to: -3,", 19, "sections[0].criteria[2].answers.ranges[0]", "from <= to"),
    ("order:", "odrer:", 15, "sections[0].criteria[0].evaluator", "did you mean 'order'"),
    ("{order: {first: asked, before: hold}}", "nonsense", 15, "sections[0].criteria[0].evaluator", "accepted: checklist"),
    ("first: asked", "frist: asked", 15, "sections[0].criteria[0].evaluator.order.frist", "did you mean 'first'"),
    ("first: asked", "first: aksed", 15, "sections[0].criteria[0].evaluator.order.first", "did you mean 'asked'"),
    ("before: hold", "before: nothing", 15, "sections[0].criteria[0].evaluator.order.before", "unknown event"),
    ("before: hold", "before: hold, found: fine", 15, "sections[0].criteria[0].evaluator", "'fine', which A does not offer"),
    ("{transaction: [general_question]}", "{event: askd}", 14, "sections[0].criteria[0].not_applicable_when.event", "did you mean 'asked'"),
    ("{transaction: [general_question]}", "{metric: {name: hold}}", 14, "sections[0].criteria[0].not_applicable_when.metric", "at_least"),
    ("{transaction: [general_question]}", "{transaction: {a: 1}}", 14, "sections[0].criteria[0].not_applicable_when.transaction", "a value or a list"),
    ('expect: "no"', 'expect: "maybe"', 17, "sections[0].criteria[0].examples[0].expect", "yes, no, na, unanswered"),
    ("phrase:", "manual:", 6, "events.asked.manual.role", "unknown key"),
    ("{phrase: {role: agent, any: [\"date of birth\"]}}", "manual", 6, "events.asked", "cannot find events"),
    ("any: [", "any: [\"...\", ", 6, "events.asked.phrase", "no word"),
    ("role: agent", "role: boss", 6, "events.asked.phrase.role", "'interpreter'"),
    ("  asked:", "  hold:", 6, "events.hold", "measured event"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "path", "says"), FAULTS)
def test_every_fault_names_line_path_and_what_is_accepted(
    old: str, new: str, line: int, path: str, says: str
) -> None:
    assert old in GOOD
    found = faults(GOOD.replace(old, new, 1))
    assert any(f.startswith(f"small.yaml:{line}: {path}: ") and says in f for f in found), found


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "empty"),
        ("# only a comment\n", 1, "empty"),
        ("- a\n- b\n", 1, "not a mapping"),
        ("just text\n", 1, "not a mapping"),
        ("id: a\nid: b\n", 2, "stands twice (first in line 1)"),
        ("id: &x a\ntitle: *x\n", 1, "anchor"),
        ("id: &x a\ntitle: *x\n", 2, "alias"),
        ("id: a\ntitle: !!str b\n", 2, "tag"),
        ("id: a\ntitle: !python/object:os.system b\n", 2, "tag"),
        ("id: a\n\ttitle: b\n", 2, "tab"),
        ("id: a\n---\nid: b\n", 2, "second document"),
        ("%YAML 1.1\n---\nid: a\n", 2, "directive"),
        ("id: [a\n", 2, "not readable as YAML"),
        ("id: a\n? [x]\n: b\n", 2, "a key that is not plain text"),
        ("id: a\n<<: {b: c}\n", 2, "merge key"),
        ("id: " + "[" * 30 + "]" * 30, 1, "nested deeper than 20"),
        ("id: " + "[" * 3000, 1, "nested deeper than 20"),
        ("id: a\x07\n", 1, "control character"),
        ("id: " + "1" * 5000 + "\n", 1, "at most 80 characters"),
        ("a: 1e999\n", 1, "too large"),
    ],
)
def test_faults_of_form(text: str, line: int, says: str) -> None:
    assert any(f.startswith(f"small.yaml:{line}: ") and says in f for f in faults(text)), faults(text)


def test_all_faults_are_reported_at_once_in_order_of_lines() -> None:
    text = (
        GOOD.replace("weight: 40", "wieght: 40")
        .replace("good: 2", "na: 2")
        .replace("first: asked", "first: x")
    )
    found = faults(text.replace("order:", "odrer:"))
    assert [int(f.split(":")[1]) for f in found] == [13, 15, 18]


def test_a_misspelt_key_does_not_hide_faults_in_evaluators_and_ids() -> None:
    text = GOOD.replace("weight: 40", "wieght: 40").replace("id: B,", "id: A,").replace("first:", "frist:")
    assert [int(f.split(":")[1]) for f in faults(text)] == [13, 15, 15, 18]


def test_the_message_is_the_first_fault_and_the_number_of_others() -> None:
    with pytest.raises(RubricError, match=r"small\.yaml:2: .* and 1 more faults"):
        parse_rubric(GOOD.replace("1.2.0", "one").replace("weight: 40", "wieght: 40"), "small.yaml")


def test_a_billion_laughs_is_refused_at_once() -> None:
    lines = ['a0: &a0 "x"', *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10))]
    assert any("alias" in fault for fault in faults("\n".join(lines)))


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"id: \xe9\n"])
def test_bytes_that_are_not_utf_8(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes(data)
    with pytest.raises(RubricError, match=r"r\.yaml:1: .*UTF-8"):
        load_rubric(path)


@pytest.mark.parametrize("size", [256 * 1024 + 1, 10 * 1024 * 1024])
def test_a_file_over_256_kib_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"#" * size)
    with pytest.raises(RubricError, match="256 KiB"):
        load_rubric(path)


def test_the_hash_is_of_the_bytes_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    loaded = load_rubric(path)
    assert loaded.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert loaded.path == path


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert load_rubric(path).rubric.id == "small"


class TestLookup:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for version in ("1.2.0", "1.10.0", "2.0.0-draft", "2.0.0"):
            (tmp_path / f"any-name-{version}.yaml").write_text(GOOD.replace("1.2.0", version))
        (tmp_path / "layout.yaml").write_text("id: small\nversion: 9.0.0\n")
        return tmp_path

    @pytest.mark.parametrize(
        ("source", "version"),
        [("small", "2.0.0"), ("small@1.2.0", "1.2.0"), ("small@2.0.0-draft", "2.0.0-draft")],
    )
    def test_by_id_and_version(self, folder: Path, source: str, version: str) -> None:
        assert load_rubric(source, search=[folder]).rubric.version == version

    def test_by_path_as_text(self, folder: Path) -> None:
        assert load_rubric(str(folder / "any-name-1.10.0.yaml")).rubric.version == "1.10.0"

    @pytest.mark.parametrize(
        "source", ["small@3.0.0", "other", "", "@", "no/such.yaml", "a\x00b.yaml", "x" * 5000]
    )
    def test_what_is_not_there(self, folder: Path, source: str) -> None:
        with pytest.raises(RubricError):
            load_rubric(source, search=[folder])

    def test_the_first_folder_wins(self, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
        other = tmp_path_factory.mktemp("other")
        (other / "r.yaml").write_text(GOOD.replace("1.2.0", "0.1.0"))
        assert load_rubric("small", search=[other, folder]).rubric.version == "0.1.0"

    def test_an_id_whose_file_has_faults_is_found_and_refused(self, tmp_path: Path) -> None:
        (tmp_path / "r.yaml").write_text(GOOD.replace("weight: 40", "wieght: 40"))
        with pytest.raises(RubricError, match="wieght"):
            load_rubric("small", search=[tmp_path])


YAML_LIKE = st.lists(
    st.sampled_from(
        [
            *"abcd:-{}[]#&*!|>'\"%@`,?~\n\n  \t",
            "id: a",
            "\n  - ",
            "sections:",
            "criteria:",
            "yes",
            "1e5",
            "<<: ",
            "---",
            "\ud800",
        ]
    ),
    max_size=60,
).map("".join)
MUTATED = st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), YAML_LIKE).map(
    lambda cut: GOOD[: cut[0]] + cut[2] + GOOD[cut[0] + cut[1] :]
)


def only_rubric_errors(text: str) -> None:
    found: tuple[str, ...] = ()
    try:
        parse_rubric(text, "fuzz.yaml")
    except RubricError as error:
        found = error.faults or ("an error without faults",)
    assert all(fault.startswith("fuzz.yaml:") and "\n" not in fault for fault in found)


@given(st.one_of(YAML_LIKE, MUTATED, st.text(max_size=200)))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_a_rubric_or_a_clear_refusal(text: str) -> None:
    only_rubric_errors(text)


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_rubric_or_a_clear_refusal(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "fuzz.yaml"
    path.write_bytes(data)
    with pytest.raises(RubricError):
        load_rubric(path)


@pytest.mark.soak
@given(st.one_of(YAML_LIKE, MUTATED, st.text(max_size=400)))
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_ten_thousand_texts(text: str) -> None:
    only_rubric_errors(text)


class TestLint:
    @pytest.mark.parametrize(
        ("old", "new", "line", "says"),
        [
            ("question_weight", "points", 13, "ignored by the method points"),
            ("pass_percent: 85", "on_auto_fail: flag", 4, "no pass_percent"),
            ("first: asked", "first: silence", 6, "no criterion uses this event"),
            ("{transaction: [general_question]}", "{evnt: [x]}", 14, "'event' is the condition"),
            ("weight: 40", "weight: 110", 7, "add up to 112"),
            ("to: 0,", "to: 1,", 19, "lies in two ranges"),
            ("from: 1,", "from: 5,", 19, "lie in no range"),
            ("weight: 40", "weight: 4", 16, "0 positive and 1 negative examples"),
        ],
    )
    def test_warnings(self, old: str, new: str, line: int, says: str) -> None:
        assert old in GOOD
        found = lint_text(GOOD.replace(old, new, 1))
        assert all(fault.level == "warning" for fault in found)
        assert any(fault.line == line and says in fault.message for fault in found), found

    def test_errors_come_without_warnings(self, tmp_path: Path) -> None:
        path = tmp_path / "r.yaml"
        path.write_text(GOOD.replace("weight: 40", "wieght: 40"))
        (fault,) = lint_rubric(path)
        assert (fault.level, fault.line) == ("error", 13)
        assert str(fault).startswith("r.yaml:13: sections[0].criteria[0].wieght: ")
