"""``phrase``: who must say what, and what counts as having said it.

Rows: the conversation, the parameters, the answer, the quoted evidence (or what was looked for in vain).
"""

# a table is read by the row

from __future__ import annotations

import time
from typing import Any

import pytest
from evaluation_builders import ask, call, criterion, recognised, said
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from qa_toolkit.domain import Event, SpanEvidence, WindowEvidence
from qa_toolkit.domain.rubric import EvaluatorSpec
from qa_toolkit.evaluation import registry
from qa_toolkit.evaluation.evaluators.phrase import PhraseParameters

DOB = {"role": "agent", "any": ["date of birth"]}
ASKS = {**DOB, "question": True}
GREETING = {"role": "agent", "all": ["golden state health exchange", ["my name is", "this is"]]}
NO_ADVICE = {"role": "agent", "none": ["i'd recommend the * plan", "if I were you"]}
EXPLICIT = {"any": {"en": ["recorded"], "es": ["grabada", "grabación"]}}

SAID = [
    # plain wording: letter case, punctuation, contractions and numbers do not matter
    (["agent: What is your date of birth?"], DOB, "yes", ["date of birth"]),
    (["agent: DATE-OF-BIRTH, please."], DOB, "yes", ["DATE-OF-BIRTH"]),
    (["agent: Your date of birth; and again, date of birth."], {**DOB, "at_least": 2}, "yes", ["date of birth"] * 2),
    (["agent: Your date of birth."], {**DOB, "at_least": 2}, "no", ["date of birth 2 times", "date of birth"]),
    (["agent: You're all set."], {"any": ["you are all set"]}, "yes", ["You're all set"]),
    (["agent: You have sixty days."], {"any": ["60 days"]}, "yes", ["sixty days"]),
    (["agent: You have 60 days."], {"any": ["sixty days"]}, "yes", ["60 days"]),
    (["agent: Your um date of uh birth?"], DOB, "yes", ["date of uh birth"]),
    # who says it
    (["customer: My date of birth?"], DOB, "no", ["date of birth"]),
    (["customer: My date of birth is May first."], {"any": ["date of birth"]}, "yes", ["date of birth"]),
    (["interpreter: Your date of birth?"], {"role": ["agent", "interpreter"], "any": ["date of birth"]}, "yes", ["date of birth"]),
    (["agent: Can I get your date off birth?"], DOB, "yes", ["date off birth"]),
    (["ivr: This call may be recorded."], {"role": ["ivr", "agent"], "any": ["recorded"]}, "yes", ["recorded"]),
    # several things needed
    (["agent: Golden State Health Exchange, this is Ana."], GREETING, "yes", ["Golden State Health Exchange", "this is"]),
    (["agent: Golden State Health Exchange.", "customer: Hi.", "agent: My name is Ana."], GREETING, "yes", ["Golden State Health Exchange", "My name is"]),
    (["agent: Service center, this is Ana."], GREETING, "no", ["golden state health exchange", "this is"]),
    (["customer: Golden State Health Exchange, this is Bo."], GREETING, "no", ["golden state health exchange; my name is / this is"]),
    # things that must not be said
    (["agent: Honestly? I'd recommend the Silver plan."], NO_ADVICE, "no", ["I'd recommend the Silver plan"]),
    (["agent: I'd recommend the very good Silver plan."], NO_ADVICE, "no", ["I'd recommend the very good Silver plan"]),
    (["agent: I'd recommend the one that has a good plan."], NO_ADVICE, "yes", ["i'd recommend the * plan / if I were you"]),
    (["customer: If I were you I'd hang up."], NO_ADVICE, "yes", ["i'd recommend the * plan / if I were you"]),
    (["agent: Silver costs less than Gold."], NO_ADVICE, "yes", ["i'd recommend the * plan / if I were you"]),
    # denied and supposed
    (["agent: I don't need your date of birth."], DOB, "no", ["date of birth"]),
    (["agent: No need for your date of birth today."], DOB, "no", ["date of birth"]),
    (["agent: I don't need your date of birth."], {**DOB, "negated": "count"}, "yes", ["date of birth"]),
    (["agent: No problem, what is your date of birth?"], DOB, "yes", ["date of birth"]),
    (["agent: I can't find you. What is your date of birth?"], DOB, "yes", ["date of birth"]),
    (["agent: Don't forget your date of birth."], DOB, "yes", ["date of birth"]),
    (["agent: Why don't you tell me your date of birth?"], DOB, "yes", ["date of birth"]),
    (["agent: If I needed your date of birth, I would ask."], DOB, "no", ["date of birth"]),
    (["agent: If I could just get your date of birth."], DOB, "yes", ["date of birth"]),
    (["agent: I have the zip but not the date of birth."], DOB, "no", ["date of birth"]),
    (["agent: No necesito su fecha de nacimiento."], {"any": ["fecha de nacimiento"]}, "no", ["fecha de nacimiento"]),
    (["agent: Couldn't you tell me your date of birth?"], DOB, "yes", ["date of birth"]),
    (["agent: Could you not give me your date of birth?"], DOB, "yes", ["date of birth"]),
    (["agent: I can't see your date of birth."], DOB, "no", ["date of birth"]),
    (["customer: I can't say I agree."], {"any": ["I agree"]}, "no", ["I agree"]),
    (["customer: You are not covered."], {"any": ["not covered"]}, "yes", ["not covered"]),
    # asked, not told
    (["agent: What is your date of birth?"], ASKS, "yes", ["date of birth"]),
    (["agent: Can I have your date of birth and zip?"], ASKS, "yes", ["date of birth"]),
    (["agent: Please confirm your date of birth."], ASKS, "yes", ["date of birth"]),
    (["agent: Okay, I'll need your date of birth."], ASKS, "yes", ["date of birth"]),
    (["agent: I have your date of birth. Anything else?"], ASKS, "no", ["date of birth"]),
    # Spanish, and both languages in one list
    (["agent: ¿Cuál es su fecha de nacimiento?"], {"any": {"en": ["date of birth"], "es": ["fecha de nacimiento"]}}, "yes", ["fecha de nacimiento"]),
    (["ivr: Esta llamada puede ser grabada."], EXPLICIT, "yes", ["grabada"]),
    (["agent: Su GRABACION empieza."], EXPLICIT, "yes", ["GRABACION"]),
    (["agent: This call is recorded."], EXPLICIT, "yes", ["recorded"]),
    # recognition errors
    (["agent: Golden State Health Exchanges."], {"any": ["golden state health exchange"]}, "yes", ["Golden State Health Exchanges"]),
    (["agent: Golden State Health Exchanges."], {"any": ["golden state health exchange"], "fuzzy": 1}, "no", ["golden state health exchange"]),
    (["agent: The penalty of purjury."], {"any": ["penalty of perjury"]}, "yes", ["penalty of purjury"]),
    (["agent: Your health care coverage."], {"any": ["healthcare coverage"]}, "yes", ["health care coverage"]),
    (["customer: I disagree."], {"any": ["I agree"]}, "no", ["I agree"]),
    (["agent: You are uncovered now."], {"any": ["you are covered now"], "fuzzy": 0.6}, "no", ["you are covered now"]),
    (["agent: You are not covered now."], {"any": ["you are covered now"], "fuzzy": 0.6}, "no", ["you are covered now"]),
    (["agent: Form 1095 A."], {"any": ["form 1094 a"], "fuzzy": 0.6}, "no", ["form 1094 a"]),
    # digits: numbers are digit by digit after normalisation
    (["agent: It is 123-45-6789."], {"any": ["# # # # # # # # #"]}, "yes", ["123-45-6789"]),
    (["agent: One two three, four five, six seven eight nine."], {"any": ["#########"]}, "yes", ["One two three, four five, six seven eight nine"]),
    (["agent: Call 415 555 0123."], {"any": ["# # # # # # # # #"]}, "no", ["# # # # # # # # #"]),
    (["agent: My id is 4471."], {"any": ["id * # #"]}, "yes", ["id is 44"]),
    # a phrase that a murmur of the other side cuts in two
    (["agent: This call may be", "customer: Mm-hm.", "agent: recorded for quality."], {"any": ["may be recorded"]}, "yes", ["may be", "recorded"]),
    (["agent: This call may be", "customer: Wait, who is this?", "agent: recorded for quality."], {"any": ["may be recorded"]}, "no", ["may be recorded"]),
    (["agent: This call may be.", "customer: Okay.", "agent: Recorded music plays."], {"any": ["may be recorded"]}, "no", ["may be recorded"]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "parameters", "expected", "quoted"), SAID)
def test_what_counts_as_said(
    lines: list[str], parameters: dict[str, Any], expected: str, quoted: list[str]
) -> None:
    language = "es" if any(word in " ".join(lines) for word in ("¿", "Esta", "Su ", "necesito")) else "en"
    answer = ask("phrase", parameters, call(*lines, language=language))
    assert said(answer) == expected
    assert [_words(item) for item in answer.evidence] == quoted


def _words(item: object) -> str:
    assert isinstance(item, SpanEvidence | WindowEvidence)
    return item.text if isinstance(item, SpanEvidence) else item.looked_for


LATE = [
    "agent: Hello.",
    "customer: Hi.",
    "agent: Your date of birth?",
    "customer: May first.",
    "agent: Bye now.",
]
VERIFIED = Event("verified", "customer", 30.0, 40.0, turn=4, text="May first")
WINDOWS = [
    # limits, answer: the question stands at about 20 to 30 s, in the agent's second turn of three
    ({"first_s": 30}, "yes"),
    ({"first_s": 20}, "no"),
    ({"last_s": 30}, "yes"),
    ({"last_s": 20}, "no"),
    ({"first_s_of_speech": 15}, "yes"),
    ({"first_s_of_speech": 10}, "no"),
    ({"first_turns": 2}, "yes"),
    ({"first_turns": 1}, "no"),
    ({"last_turns": 2}, "yes"),
    ({"last_turns": 1}, "no"),
    ({"before": "verified"}, "yes"),
    ({"after": "verified"}, "no"),
    ({"before": "hold"}, "yes"),  # never happened: no limit
    ({"after": "hold"}, "unanswered"),  # never happened: nothing to search
]


@pytest.mark.parametrize(("limits", "expected"), WINDOWS)
def test_where_it_must_be_said(limits: dict[str, Any], expected: str) -> None:
    answer = ask("phrase", {**DOB, **limits}, call(*LATE, events=[VERIFIED]))
    assert said(answer) == expected


@pytest.mark.parametrize(("limits", "expected"), [w for w in WINDOWS if "_s" not in next(iter(w[0]))])
def test_turns_without_times_are_ordered_by_their_place(limits: dict[str, Any], expected: str) -> None:
    event = Event("verified", "customer", None, None, turn=4, text="May first")
    answer = ask("phrase", {**DOB, **limits}, call(*LATE, events=[event], times=False))
    assert said(answer) == expected


def test_a_window_in_seconds_needs_times() -> None:
    answer = ask("phrase", {**DOB, "first_s": 30}, call(*LATE, times=False))
    assert said(answer) == "unanswered"
    assert "no times" in str(answer.reason)


def test_an_absence_shows_the_window_that_was_searched() -> None:
    answer = ask("phrase", {"any": ["recorded"], "last_s": 20}, call(*LATE))
    assert answer.evidence == (WindowEvidence("recorded", 30.0, 50.0),) or answer.evidence == (
        WindowEvidence("recorded", 30.0, None),
    )


def test_the_quotation_carries_the_times_of_its_words() -> None:
    answer = ask("phrase", DOB, recognised(call("agent: What is your date of birth now"), {}))
    (span,) = answer.evidence
    assert isinstance(span, SpanEvidence)
    assert (span.text, span.start_s, span.end_s) == ("date of birth", 4.286, 8.571)


@pytest.mark.parametrize(
    ("confidences", "least", "most"),
    [({}, 1.0, 1.0), ({"birth": 0.4}, 0.79, 0.81), ({"date": 0.3, "of": 0.3, "birth": 0.3}, 0.29, 0.31)],
)
def test_uncertain_words_make_an_uncertain_answer(
    confidences: dict[str, float], least: float, most: float
) -> None:
    answer = ask("phrase", DOB, recognised(call("agent: What is your date of birth now"), confidences))
    assert answer.confidence is not None
    assert least <= answer.confidence <= most


def test_an_absence_is_never_certain_and_less_so_in_bad_audio() -> None:
    clear = ask("phrase", DOB, recognised(call("agent: Hello there"), {}))
    noisy = ask("phrase", DOB, recognised(call("agent: Hello there"), {}, otherwise=0.5))
    sure = ask("phrase", {**DOB, "absence_confidence": 1.0}, call("agent: Hello there"))
    assert (clear.confidence, noisy.confidence, sure.confidence) == (0.8, 0.4, 1.0)


@pytest.mark.parametrize(
    ("mapping", "line", "expected"),
    [
        ({"found": "no", "missing": "yes"}, "agent: Your date of birth?", "no"),
        ({"found": "no", "missing": "yes"}, "agent: Hello.", "yes"),
        ({"missing": "unanswered"}, "agent: Hello.", "unanswered"),
        ({"missing": "na"}, "agent: Hello.", "not_applicable"),
    ],
)
def test_the_answers_can_be_turned_round(mapping: dict[str, str], line: str, expected: str) -> None:
    assert said(ask("phrase", {**DOB, **mapping}, call(line))) == expected


def test_a_language_without_phrases_is_not_judged_by_the_other_ones() -> None:
    parameters = {"any": {"en": ["date of birth"], "es": ["fecha de nacimiento"]}}
    assert said(ask("phrase", parameters, call("agent: Bonjour.", language="fr"))) == "unanswered"
    assert said(ask("phrase", parameters, call("agent: Your date of birth?", language="fr"))) == "yes"
    assert said(ask("phrase", parameters, call("agent: Hola.", language="es-MX"))) == "no"


def test_as_an_event_every_place_counts() -> None:
    evaluator: Any = registry.build(EvaluatorSpec(name="phrase", parameters=DOB), {})
    events = evaluator.find("asked", call("agent: Your date of birth?", "agent: Your date of birth, please?"))
    assert [(e.kind, e.role, e.turn, e.text) for e in events] == [
        ("asked", "agent", 1, "date of birth"),
        ("asked", "agent", 2, "date of birth"),
    ]


def test_as_an_event_a_list_of_all_happens_when_its_last_item_is_said() -> None:
    parameters = {"all": ["your rights", "report changes"]}
    evaluator: Any = registry.build(EvaluatorSpec(name="phrase", parameters=parameters), {})
    (event,) = evaluator.find("text", call("agent: Report changes.", "agent: These are your rights."))
    assert event.turn == 2
    assert evaluator.find("text", call("agent: Report changes.")) == ()


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({}, "nothing to look for"),
        ({"any": ["..."]}, "no word"),
        ({"any": ["*"]}, "no word"),
        ({"any": []}, "at least 1"),
        ({"any": ["a b"], "fuzzy": 0.2}, "0.5 to 1"),
        ({"any": ["a b"], "first_s": 0}, "greater than 0"),
        ({"any": ["a b"], "role": "boss"}, "agent"),
        ({"any": ["a b"], "colour": "red"}, "colour"),
        ({"pattern": [[{"LEMA": "pay"}]]}, "LEMMA"),
    ],
)
def test_parameters_that_cannot_work_are_refused(parameters: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        PhraseParameters.model_validate(parameters)


def test_token_patterns_find_words_by_lower_case() -> None:
    pytest.importorskip("spacy")
    parameters = {"role": "agent", "pattern": [[{"LOWER": "plan"}, {"LOWER": {"IN": ["a", "b"]}}]]}
    answer = ask("phrase", parameters, call("customer: Plan A?", "agent: No, take Plan B now."))
    assert [_words(item) for item in answer.evidence] == ["Plan B"]


@given(st.text(max_size=80), st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_every_quotation_is_a_part_of_its_turn(phrase: str, texts: list[str]) -> None:
    case = call(*(f"agent: {text}" for text in texts))
    assert case.transcript is not None
    try:
        parameters = PhraseParameters.model_validate({"any": [phrase, texts[0]], "fuzzy": 0.7})
    except ValidationError:
        return
    evaluator = registry.build(EvaluatorSpec(name="phrase", parameters=parameters.model_dump()), {})
    for item in evaluator.answer(criterion(), case).evidence:
        if isinstance(item, SpanEvidence):
            assert item.text
            assert item.text in case.transcript.turn(item.turn).text


def test_a_long_call_with_many_phrases_is_quick() -> None:
    """40 criteria of 10 phrases on a call of 100 turns; the goal is 50 calls a second on a usual machine."""
    lines = [
        f"agent: So what I can tell you about item {n} is that your plan starts in May." for n in range(100)
    ]
    phrases = [f"the thing number {n} that is said about your plan" for n in range(10)]
    evaluators = [
        registry.build(EvaluatorSpec(name="phrase", parameters={"any": [f"{p} {n}" for p in phrases]}), {})
        for n in range(40)
    ]
    for evaluator in evaluators:
        evaluator.answer(criterion(), call(*lines[:2]))
    case = call(*lines)
    started = time.perf_counter()
    for evaluator in evaluators:
        evaluator.answer(criterion(), case)
    assert time.perf_counter() - started < 2.0


@pytest.mark.parametrize(
    ("said_word", "found"),
    [("necesita", "yes"), ("necesitta", "yes"), ("necesito", "no")],
)
def test_a_verb_in_another_person_is_no_recognition_error(said_word: str, found: str) -> None:
    case = call(f"agent: Entonces usted {said_word} ayuda con eso.", language="es")
    answer = ask("phrase", {"role": "agent", "any": ["usted necesita"]}, case)
    assert said(answer) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("fecha de nacimiento", "yes"),
        ("fecha de nacimento", "yes"),
        ("fecha de nasimiento", "yes"),
        ("fecha de vencimiento", "no"),
    ],
)
def test_a_word_of_the_trade_is_not_taken_for_one_it_is_only_like(words: str, found: str) -> None:
    case = call(f"agent: ¿Me dice la {words}?", language="es")
    answer = ask("phrase", {"role": "agent", "any": {"es": ["fecha de nacimiento"]}}, case)
    assert said(answer) == found
