"""``disclosure``: a required text, read in parts, and the assent to it.

Rows: the conversation, further parameters, the answer, words the reason must hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evaluation_builders import ask, call, recognised, rubric_of, said
from pydantic import ValidationError

from qa_toolkit.domain import SpanEvidence, WindowEvidence
from qa_toolkit.evaluation import evaluate
from qa_toolkit.evaluation.evaluators.disclosure import DisclosureParameters

TEXT = {
    "elements": {
        "rights": {"en": ["you have the right", "your rights", "right to appeal"], "es": ["tiene derecho"]},
        "changes": {"en": ["report changes", "report any changes", ["changes", "within thirty days"]], "es": ["reportar cambios", "avisar de cambios"]},
        "perjury": {"en": ["penalty of perjury", "under perjury"], "es": ["pena de perjurio"]},
    }
}  # fmt: skip
READ = "agent: You have the right to appeal. You must report changes. You sign under penalty of perjury. Do you agree?"
NOT_ASKED = "agent: You have the right to appeal. You must report changes. You sign under penalty of perjury."
SPANISH = "agent: Usted tiene derecho a apelar, debe reportar cambios, y firma bajo pena de perjurio. ¿Está de acuerdo?"

ROWS: list[tuple[list[str], dict[str, Any], str, str]] = [
    # assent
    ([READ, "customer: Yes."], {}, "yes", "agreed"),
    ([READ, "customer: Yes, I agree."], {}, "yes", "agreed"),
    ([READ, "customer: I do."], {}, "yes", "agreed"),
    ([READ, "customer: Okay."], {}, "no", "sign of listening"),
    ([READ, "customer: Mm-hm."], {}, "no", "sign of listening"),
    ([READ, "customer: No, I don't agree."], {}, "no", "refused"),
    ([READ, "customer: No."], {}, "no", "refused"),
    ([READ, "customer: I can't say I agree."], {}, "no", "no assent"),
    ([READ, "customer: Yes to what?", "agent: To what I just read. Do you agree?", "customer: Yes I do."], {}, "yes", "agreed"),
    ([READ, "customer: What is perjury?", "agent: Lying on purpose. Do you agree?", "customer: Yeah."], {}, "yes", "agreed"),
    ([READ, "customer: So I must tell you I accept?"], {}, "unanswered", "but asked"),
    ([READ, "customer: Should I answer I accept"], {}, "unanswered", "but asked"),
    ([READ, "customer: The other lady told me to say yes."], {}, "unanswered", "quoted"),
    ([READ, "customer: I agreed to one of those two years ago."], {}, "unanswered", "earlier time"),
    ([READ, "customer: If I consent, who sees it?", "agent: Only us. Do you agree?", "customer: Then I consent."], {}, "yes", "agreed"),
    ([READ, "customer: What if I say yes?", "customer: No, I don't agree."], {}, "no", "refused"),
    ([SPANISH, "customer: ¿Tengo que decir que acepto?"], {}, "unanswered", "but asked"),
    ([SPANISH, "customer: La otra vez dije que estoy de acuerdo y no sirvió."], {}, "unanswered", "quoted"),
    ([READ], {}, "no", "no assent"),
    ([NOT_ASKED, "customer: Yes."], {}, "unanswered", "not asked for"),
    ([NOT_ASKED, "customer: I agree."], {}, "yes", "agreed"),
    ([NOT_ASKED, "agent: If you agree, please say yes.", "customer: Yes."], {}, "yes", "agreed"),
    ([NOT_ASKED, "customer: Uh-huh.", "agent: Do you agree to all of that?", "customer: Yes ma'am."], {}, "yes", "agreed"),
    ([READ, "agent: Go ahead and sign.", "customer: Okay.", "customer: Hm.", "customer: Well.", "customer: Fine.", "customer: I agree."], {}, "no", "sign of listening"),
    (["customer: Yes, I agree to whatever.", READ, "customer: Okay."], {}, "no", "sign of listening"),
    ([READ, "interpreter: Yes, I agree."], {}, "yes", "agreed"),
    ([READ, "agent: I agree with you."], {}, "no", "no assent"),
    ([READ, "customer: Okay."], {"assent": False}, "yes", "read: rights, changes, perjury"),
    # parts
    (["agent: You have the right to appeal. You sign under penalty of perjury. Agree?", "customer: Yes."], {}, "no", "2 of 3 parts, missing: changes"),
    (["agent: You sign under penalty of perjury. Agree?", "customer: Yes."], {}, "no", "1 of 3 parts, missing: rights, changes"),
    (["agent: You sign under penalty of perjury. Agree?", "customer: Yes."], {"least_share": 0.3}, "yes", "perjury"),
    (["agent: Okay, all done.", "customer: Yes."], {}, "no", "not read"),
    (["agent: Okay, all done.", "customer: Yes."], {"if_not_read": "na"}, "not_applicable", "not read"),
    (["customer: You have the right, report changes, penalty of perjury, I agree."], {}, "no", "not read"),
    (["agent: You have the right to appeal.", "customer: Okay.", "agent: Changes must be told to us", "customer: mm-hm", "agent: within thirty days. And it's under penalty of purjury. Do you agree?", "customer: Yes."], {}, "yes", "agreed"),
    (["agent: Know your rights.", *["agent: Hm."] * 15, "agent: Report changes. Penalty of perjury. Agree?", "customer: Yes."], {}, "no", "missing: rights"),
    (["agent: You have the right to a fair hearing.", *["agent: Hm."] * 15, READ, "customer: Yes."], {}, "yes", "agreed"),
    # other languages
    ([SPANISH, "customer: Sí, estoy de acuerdo."], {}, "yes", "agreed"),
    ([SPANISH, "customer: Sí."], {}, "yes", "agreed"),
    ([SPANISH, "customer: Ajá."], {}, "no", "sign of listening"),
    ([SPANISH, "customer: No estoy de acuerdo."], {}, "no", "refused"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "further", "expected", "reason"), ROWS)
def test_texts(lines: list[str], further: dict[str, Any], expected: str, reason: str) -> None:
    language = "es" if "Usted" in lines[0] else "en"
    answer = ask("disclosure", {**TEXT, **further}, call(*lines, language=language))
    assert said(answer) == expected
    assert answer.reason is not None
    assert reason in answer.reason
    assert answer.evidence


def test_evidence_of_a_partial_reading_shows_what_was_read_and_what_was_missing() -> None:
    answer = ask("disclosure", TEXT, call("agent: You have the right to appeal. Agree?", "customer: Yes."))
    assert [item.text for item in answer.evidence if isinstance(item, SpanEvidence)] == ["You have the right"]
    assert [i.looked_for for i in answer.evidence if isinstance(i, WindowEvidence)] == ["changes, perjury"]


def test_assent_after_the_signature_does_not_count() -> None:
    rubric = rubric_of(
        f"{{id: A, question: q?, evaluator: {{disclosure: {json.dumps({**TEXT, 'before': 'signed'})}}}}}",
        events="{signed: {phrase: {role: agent, any: [I have signed]}}}",
    )
    early = call(READ, "agent: I have signed it for you.", "customer: Yes, I agree.")
    good = call(READ, "customer: Yes, I agree.", "agent: I have signed it for you.")
    assert [said(evaluate(case, rubric).answer("A")) for case in (early, good)] == ["no", "yes"]


def test_an_event_may_stand_for_a_part() -> None:
    lines = [
        "agent: You can fight our decision. Report changes. Penalty of perjury. Agree?",
        "customer: Yes.",
    ]
    rubric = rubric_of(
        f"{{id: A, question: q?, evaluator: {{disclosure: {json.dumps({**TEXT, 'or_events': {'rights': 'told'}})}}}}}",
        events="{told: {phrase: {role: agent, any: [fight our decision]}}}",
    )
    assert said(ask("disclosure", TEXT, call(*lines))) == "no"
    assert said(evaluate(call(*lines), rubric).answer("A")) == "yes"


def test_a_reading_is_an_event() -> None:
    rubric = rubric_of(
        "{id: A, question: q?, evaluator: {order: {first: text, before: submitted}}}",
        events=f"{{text: {{disclosure: {json.dumps(TEXT)}}}, submitted: {{phrase: {{role: agent, any: [submitted]}}}}}}",
    )
    good = call(READ, "customer: Yes.", "agent: It's submitted.")
    bad = call("agent: It's submitted.", READ, "customer: Yes.")
    assert [said(evaluate(case, rubric).answer("A")) for case in (good, bad)] == ["yes", "no"]


def test_a_language_without_wordings_is_not_judged() -> None:
    assert said(ask("disclosure", TEXT, call("agent: Bonjour.", language="fr"))) == "unanswered"


def test_doubtful_words_lower_the_confidence() -> None:
    case = call(READ, "customer: Yes.")
    assert ask("disclosure", TEXT, recognised(case, {})).confidence == 1.0
    assert ask("disclosure", TEXT, recognised(case, {"Yes": 0.4})).confidence == 0.4


@pytest.mark.parametrize(
    "parameters",
    [{}, {"elements": {}}, {"elements": {"a": []}}, {**TEXT, "least_share": 0}, {**TEXT, "fuzzy": 0.2}],
)
def test_parameters_are_checked(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DisclosureParameters.model_validate(parameters)


LEGAL = {
    "elements": {
        "rights": {
            "en": ["you have the right", "right to appeal", "your rights", "rights and responsibilities", "right to be treated", "you can appeal"],
            "es": ["tiene derecho", "sus derechos", "derecho a apelar", "derechos y responsabilidades", "puede apelar"],
        },
        "changes": {
            "en": ["report changes", "report any changes", "report any change", "tell us about changes", "changes * within", "if anything changes", "responsibilities", "let us know * changes", "tell us * changes"],
            "es": ["reportar cambios", "avisar", "reportar cualquier cambio", "cambios", "responsabilidades"],
        },
        "perjury": {"en": ["penalty of perjury", "perjury"], "es": ["perjurio"]},
    },
    "if_not_read": "na",
}  # fmt: skip


def test_labelled_calls_agree_where_the_text_is_read(shared_data: Callable[[str], Path]) -> None:
    """The signing item of the labelled calls (IN-14), in-sample; the rule on the signature is left out."""
    from qa_toolkit.evaluation.cases import case_from_document

    outcome = {}
    for path in sorted(shared_data("exchange-calls").glob("inb-*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        case = case_from_document(document, default_id=path.stem)
        got = ask("disclosure", LEGAL, case)
        label = document["labels"]["IN-14"]["answer"]
        if label != "na" and said(got) in ("yes", "no"):
            outcome[path.stem] = (said(got), label)
    assert len(outcome) >= 5
    wrong = {name: pair for name, pair in outcome.items() if pair[0] != pair[1]}
    assert len(wrong) <= 1, wrong
