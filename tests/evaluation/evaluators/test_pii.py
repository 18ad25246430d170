"""``pii``: identifiers said in a conversation, by whom, in pieces over turns.

Rows: the conversation, the parameters, the answer, the quoted evidence.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluation_builders import ask, call, recognised, rubric_of, said
from pydantic import ValidationError

from qa_toolkit.domain import Case, SpanEvidence
from qa_toolkit.domain.rubric import EvaluatorSpec
from qa_toolkit.evaluation import evaluate, registry
from qa_toolkit.evaluation.evaluators.pii import PiiParameters

AGENT_LEAK = {"role": "agent", "kinds": ["ssn", "card", "bank_account", "immigration_document"], "at_most": 0}
SSN = {"kinds": "ssn"}
PIECES = [
    "customer: Four one two.",
    "agent: Mm-hm.",
    "customer: Five five.",
    "agent: Okay.",
    "customer: Six seven eight nine.",
]
READ_BACK = ["customer: Four one two.", "agent: Four one two.", "customer: Five five.", "agent: Five five, go ahead.", "customer: Six seven eight nine."]  # fmt: skip

ROWS = [
    # who says it
    (["agent: And your social?", "customer: 412-55-6789."], SSN, "yes", ["412-55-6789"]),
    (["agent: And your social?", "customer: 412-55-6789."], {**SSN, "role": "agent"}, "no", []),
    (["agent: And your social?", "customer: 412-55-6789."], AGENT_LEAK, "yes", []),
    (["agent: I have your social as 412-55-6789, right?", "customer: Yes."], AGENT_LEAK, "no", ["412-55-6789"]),
    (["agent: Your social ends in 6789?", "customer: Yes."], AGENT_LEAK, "yes", []),
    (["agent: The card is four two four two, four two four two, four two four two, four two four two."], AGENT_LEAK, "no", ["four two four two, four two four two, four two four two, four two four two"]),
    # in pieces, over murmurs and read-backs
    (["agent: Your social, please?", *PIECES], {**SSN, "role": "customer"}, "yes", ["Four one two", "Five five", "Six seven eight nine"]),
    (["agent: Your social, please?", *READ_BACK], {**SSN, "role": "customer"}, "yes", ["Four one two", "Five five", "Six seven eight nine"]),
    (["agent: Your social, please?", *READ_BACK, "agent: Six seven eight nine."], AGENT_LEAK, "no", ["Four one two", "Five five, go ahead", "Six seven eight nine"]),
    (["agent: Your social, please?", *READ_BACK], AGENT_LEAK, "yes", []),
    (["agent: Your social?", "customer: Four one two.", "agent: Wait, let me open your account first.", "customer: Five five six seven eight nine."], {**SSN, "role": "customer"}, "no", []),
    # read back from what the customer has just given
    (["customer: My number is 916-555-0112.", "agent: 916-555-0112, thank you."], {"kinds": "phone", "role": "agent", "at_most": 0}, "no", ["916-555-0112"]),
    (["customer: My number is 916-555-0112.", "agent: 916-555-0112, thank you."], {"kinds": "phone", "role": "agent", "at_most": 0, "repeats": "skip"}, "yes", []),
    (["agent: I have 916-555-0112, right?", "customer: Yes, 916-555-0112."], {"kinds": "phone", "role": "agent", "at_most": 0, "repeats": "skip"}, "no", ["916-555-0112"]),
    # an office's own number is no person's
    (["agent: Please call me back at 208 555 0136. Again, that's 208 555 0136."], {"kinds": "phone"}, "no", []),
    (["customer: Please call me back at 208 555 0136."], {"kinds": "phone"}, "yes", ["208 555 0136"]),
    # before an event
    (["agent: You live at 1420 Elm Street?", "agent: Please verify."], {"kinds": "address", "before": "verify"}, "yes", ["1420 Elm Street"]),
    (["agent: Please verify.", "agent: You live at 1420 Elm Street?"], {"kinds": "address", "before": "verify", "at_most": 0}, "yes", []),
    # how many
    (["customer: 412-55-6789. And hers is 413-55-6789."], {**SSN, "at_least": 2}, "yes", ["412-55-6789", "413-55-6789"]),
    (["customer: My social is 412-55-6789."], {**SSN, "at_least": 2}, "no", ["412-55-6789"]),
    (["customer: My social is 412-55-6789."], {**SSN, "found": "na"}, "not_applicable", ["412-55-6789"]),
    # what is not complete is not claimed to be absent
    (["agent: Your social is 4 1 2 5 5 6 7 8?"], AGENT_LEAK, "unanswered", ["4 1 2 5 5 6 7 8"]),
    (["agent: Your social is four one two, five five, no, sorry, five six, six seven eight nine?"], AGENT_LEAK, "unanswered", ["four one two, five five, no, sorry, five six, six seven eight nine"]),
    (["agent: It is 412556789."], AGENT_LEAK, "unanswered", ["412556789"]),
    (["agent: It is 412556789."], {**AGENT_LEAK, "least_probability": 0.5}, "no", ["412556789"]),
    # other languages
    (["agent: Su seguro social es cuatro uno dos, cinco cinco, seis siete ocho nueve."], AGENT_LEAK, "no", ["cuatro uno dos, cinco cinco, seis siete ocho nueve"]),
    (["interpreter: My social is four one two, five five, six seven eight nine."], SSN, "yes", ["four one two, five five, six seven eight nine"]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "parameters", "expected", "quoted"), ROWS)
def test_identifiers(lines: list[str], parameters: dict[str, Any], expected: str, quoted: list[str]) -> None:
    language = "es" if any(word in " ".join(lines) for word in ("Su ", "interpreter")) else "en"
    case = call(*lines, language=language)
    if "before" in parameters:
        events = registry.build(EvaluatorSpec.model_validate({"phrase": {"any": ["please verify"]}}), {})
        found = events.find("verify", case)  # type: ignore[attr-defined]
        case = call(*lines, language=language, events=found)
    answer = ask("pii", parameters, case)
    assert said(answer) == expected
    assert [item.text for item in answer.evidence if isinstance(item, SpanEvidence)] == quoted
    assert answer.reason
    assert "412" not in answer.reason


def test_absence_in_a_language_without_number_words_is_not_claimed() -> None:
    case = call("agent: Xin chào, tôi có thể giúp gì?", language="vi")
    assert said(ask("pii", AGENT_LEAK, case)) == "unanswered"


def test_doubtful_words_make_the_answer_doubtful() -> None:
    case = call("customer: My social is four one two, five five, six seven eight nine.")
    clear, unclear = recognised(case, {}), recognised(case, {}, otherwise=0.6)
    assert ask("pii", SSN, clear).confidence == 0.95
    assert said(ask("pii", SSN, unclear)) == "unanswered"


def test_events_of_identifiers_serve_order_rules() -> None:
    rubric = rubric_of(
        "{id: A, question: q?, evaluator: {order: {first: identity, before: detail}}}",
        events="{identity: {pii: {role: customer, kinds: birth_date}}, detail: {phrase: {role: agent, any: [your plan]}}}",
    )
    good = call("agent: Date of birth?", "customer: March 14, 1986.", "agent: Your plan is active.")
    bad = call("agent: Your plan is active. Date of birth?", "customer: March 14, 1986.")
    assert [said(evaluate(case, rubric).answer("A")) for case in (good, bad)] == ["yes", "no"]


@pytest.mark.parametrize(
    "parameters", [{"kinds": "name"}, {"at_most": -1}, {"at_most": 0, "at_least": 1}, {"what": 1}]
)
def test_parameters_are_checked(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PiiParameters.model_validate(parameters)


BEFORE_CUSTOMER = {"role": "agent", "kinds": ["birth_date", "address"], "at_most": 0, "repeats": "skip"}
NEEDLESS = {"every": [{"pii": AGENT_LEAK}, {"pii": BEFORE_CUSTOMER}]}


def agreement(paths: list[Path]) -> dict[tuple[object, object], list[str]]:
    """Calls by the label of the item on needless identifiers (IN-16) and the answer."""
    from qa_toolkit.evaluation.cases import case_from_document

    found: dict[tuple[object, object], list[str]] = {}
    for path in paths:
        document = json.loads(path.read_text(encoding="utf-8"))
        label = document["labels"].get("IN-16")
        if label is not None:
            case: Case = case_from_document(document, default_id=path.stem)
            answer = said(ask("checklist", NEEDLESS, case))
            label = label["answer"] if isinstance(label, dict) else label
            found.setdefault((label, answer), []).append(path.stem)
    return found


def test_needless_identifiers_of_the_agent_in_labelled_calls(shared_data: Callable[[str], Path]) -> None:
    """All 14 inbound calls, 3 of them failures; the wordings of these calls were looked at (in-sample)."""
    found = agreement(sorted(shared_data("exchange-calls").glob("inb-*.json")))
    assert {pair: len(calls) for pair, calls in found.items()} == {("yes", "yes"): 11, ("no", "no"): 3}


def test_needless_identifiers_of_the_agent_in_excerpts(checkout: Path) -> None:
    """Excerpts of the rubric tests, written by others, the held-back ones among them."""
    found = agreement(sorted((checkout / "tests" / "rubrics").glob("*/*.json")))
    assert sum(map(len, found.values())) >= 10
    assert {pair for pair in found if pair[0] != pair[1]} == set(), found
