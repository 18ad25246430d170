"""Identifiers of people are hidden wherever a page quotes words, unless somebody asks to see them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from page_reader import Page, assert_sound
from store_examples import GREETING, example_input, example_interaction, example_result

from qa_toolkit.domain import (
    Answer,
    AnswerStatus,
    Evaluation,
    Role,
    RubricRef,
    Score,
    Source,
    SpanEvidence,
    Transcript,
    Turn,
    ValueEvidence,
)
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.reports import ReportCall, call_report
from qa_toolkit.reports.masking import identifier_places, masking_of
from qa_toolkit.reports.pages import write_pages
from qa_toolkit.resources import sample_dir
from qa_toolkit.store import Store

TURNS = (
    Turn(1, Role.AGENT, "What is your social security number?", 0.0, 2.0),
    Turn(2, Role.CUSTOMER, "Sure, it's 567 68 4321, and my email is ana.lopez@mail.com.", 2.0, 8.0),
    Turn(3, Role.AGENT, "Five six seven, sixty-eight, four three two one, thank you.", 8.0, 12.0),
)
CALL = Transcript("call-1", TURNS, language="en", duration_s=12.0)
SECRETS = ("567 68 4321", "4321", "ana.lopez", "sixty-eight", "four three two one")


def judged(*answers: Answer, name: str = "call-1") -> Evaluation:
    return Evaluation(
        name,
        RubricRef("greeting", "1.0.0", "a" * 64),
        Source("machine", "qa_toolkit"),
        answers,
        Score(None, 0.0, 0.0, False, len(answers), None),
    )


def answer(*turns: int, reason: str | None = None, start_s: float | None = 2.0) -> Answer:
    spans = tuple(SpanEvidence(turn, TURNS[turn - 1].text, start_s=start_s) for turn in turns)
    return Answer("G-1", AnswerStatus.ANSWERED, "yes", 1.0, 1.0, evidence=spans, reason=reason)


def source_of(evaluation: Evaluation, transcript: Transcript | None = CALL, *, unmasked: bool = False) -> str:
    return unescape(call_report(ReportCall(evaluation, transcript, unmasked=unmasked)))


WHERE = [
    answer(2),
    answer(3),
    answer(2, 3, reason=f'said: "{TURNS[1].text}", "{TURNS[2].text}"'),
    answer(reason="the caller gave 567 68 4321"),
    answer(reason="her mail is ana.lopez@mail.com"),
    answer(2, start_s=None),
]


@pytest.mark.parametrize("one", WHERE)
def test_no_part_of_a_page_shows_an_identifier(one: Answer) -> None:
    source = source_of(judged(one))
    assert [secret for secret in SECRETS if secret in source] == []
    assert "Sure, it's ••• •• ••••" in source
    assert "What is your social security number?" in source
    assert "are hidden (•)" in source


@pytest.mark.parametrize("one", WHERE)
def test_who_asks_for_it_sees_them_and_the_page_says_so(one: Answer) -> None:
    source = source_of(judged(one), unmasked=True)
    assert "567 68 4321" in source
    assert "Identifiers of people are shown." in source
    assert "•" not in source


def test_a_quotation_of_words_that_were_corrected_away_is_looked_at_by_itself() -> None:
    quoted = SpanEvidence(1, "my social is 567-68-4321")
    gone = Answer("G-1", AnswerStatus.ANSWERED, "yes", 1.0, 1.0, evidence=(quoted,))
    assert "567" not in source_of(judged(gone))


def test_a_piece_of_an_identifier_is_hidden_where_it_stands() -> None:
    part = SpanEvidence(2, "68 4321", start_s=3.0)
    one = Answer("G-1", AnswerStatus.ANSWERED, "yes", 1.0, 1.0, evidence=(part,), reason='said: "68 4321"')
    source = source_of(judged(one))
    assert "68 4321" not in source
    assert 'said: "•• ••••"' in source


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("ssn", "567-68-4321", "Ssn = •••-••-••••"),
        ("email", "ana@mail.com", "Email = •••@••••.•••"),
        ("longest_silence", 23.0, "Longest silence = 23"),
        ("language", "es", "Language = es"),
        ("household_size", 4, "Household size = 4"),
    ],
)
def test_values_of_records_are_looked_at_as_well(name: str, value: str | float, shown: str) -> None:
    evidence = ValueEvidence("field", name, value)
    one = Answer("G-1", AnswerStatus.ANSWERED, "yes", 1.0, 1.0, evidence=(evidence,))
    assert shown in source_of(judged(one), None)


@pytest.mark.parametrize(
    "path", sorted((sample_dir() / "transcripts").glob("*.json"))[:6], ids=lambda path: path.stem
)
def test_pages_of_sample_calls_hold_no_hidden_stretch_and_all_other_words(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    transcript = case_from_document(document, default_id=path.stem).transcript
    assert transcript is not None
    evidence = tuple(SpanEvidence(t.id, t.text, start_s=t.start_s) for t in transcript.turns)
    reason = f"said: {', '.join(turn.text for turn in transcript.turns)}"
    one = Answer("G-1", AnswerStatus.ANSWERED, "yes", 1.0, 1.0, evidence=evidence, reason=reason)
    source = source_of(judged(one, name=path.stem), transcript)
    masking = masking_of(transcript)
    words: Page = assert_sound(call_report(ReportCall(judged(one, name=path.stem), transcript)))
    for turn in transcript.turns:
        assert " ".join(masking.turn(turn).split()) in words.words
        for start, end in identifier_places(transcript).get(turn.id, ()):
            assert turn.text[start:end] not in source


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "store.sqlite3")) as opened:
        yield opened


def test_pages_of_a_run_are_masked_unless_asked_otherwise(store: Store, tmp_path: Path) -> None:
    run = store.start_run(by="ana", rubrics=[GREETING])
    store.claim(run, 0, "key", name="call-1.wav")
    result = replace(example_result("call-1"), transcript=to_contract(CALL))
    store.save_result(
        result, interaction=example_interaction("call-1"), source=example_input("call-1"), by="ana",
        run=run, key="key",
    )  # fmt: skip
    store.end_run(run, "finished")
    masked = write_pages(store, run, tmp_path / "masked")
    shown = write_pages(store, run, tmp_path / "shown", unmasked=True)
    said = "567 68 4321"
    assert said not in (masked.parent / "calls" / "call-1.html").read_text(encoding="utf-8")
    assert said in (shown.parent / "calls" / "call-1.html").read_text(encoding="utf-8")
    assert "Identifiers hidden" in assert_sound(masked.read_text(encoding="utf-8")).words
    assert "Identifiers shown" in assert_sound(shown.read_text(encoding="utf-8")).words
