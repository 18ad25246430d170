"""An auto-fail answered wrongly costs an agent the whole call: ordinary wording must never bring one about."""

from __future__ import annotations

import pytest

from qa_toolkit.domain.rubric import Example
from qa_toolkit.evaluation import evaluate, load_rubric
from qa_toolkit.evaluation.examples import case_of_example

TEXT = "Under penalty of perjury all you said is true and complete, you know your rights, you will report changes."
ASKED = "agent: Your full name, date of birth and zip code?"
GIVEN = "customer: Ana Diaz, May first eighty, nine five one two two."

HARMLESS = {
    "IN-03": [
        ["agent: I have you on the line now. Can you tell me what your date of birth is, and the zip?", GIVEN],
        ["agent: I see you in the system. " + ASKED.removeprefix("agent: "), GIVEN],
        ["customer: I got denied.", "agent: So you got denied because of income, is that right?", ASKED, GIVEN],
        ["agent: Is your mother there? If she is on the line I can go on.", ASKED, GIVEN],
        ["customer: My silver plan went up.", "agent: I see. " + ASKED.removeprefix("agent: "), GIVEN],
    ],
    "IN-14": [
        ["agent: It has been submitted online, but not signed. " + TEXT + " Do you agree?", "customer: Yes."],
        ["agent: Your yes acts as your signature. " + TEXT + " Do you agree?", "customer: Yes, I agree."],
        ["agent: The code is on its way, okay. " + TEXT + " Do you agree?", "customer: I do."],
    ],
    "OB-01": [
        ["agent: Is Ramona there?", "customer: This is Ramona.", "agent: It's about your renewal."],
        ["agent: Am I speaking with Leroy?", "customer: You are.", "agent: Your application needs a paper."],
        ["agent: I'm looking for Ana Diaz.", "customer: You found her.", "agent: It's about the documents."],
    ],
    "OB-03": [
        ["customer: Speaking.", "agent: We still need to verify you. Date of birth and zip code?", GIVEN],
        ["customer: Soy yo.", "agent: Antes que nada, ¿qué día usted nació y cuál es su código postal?", GIVEN],
    ],
    "OB-05": [
        ["ivr: Leave a message.", "agent: Eve from the Health Insurance Marketplace, please call 800 555 0100."],
        ["ivr: Leave a message.", "agent: Our privacy policy lets me say no more. Call us, we work until six."],
        ["ivr: Leave a message.", "agent: This is Tom with Your Health Idaho, please call back."],
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("criterion", "turns"), [(key, turns) for key, cases in HARMLESS.items() for turns in cases]
)
def test_ordinary_wording_is_no_auto_fail(criterion: str, turns: list[str]) -> None:
    inbound = criterion.startswith("IN")
    metadata = {"direction": "inbound" if inbound else "outbound", "transaction": "renewal"}
    metadata["caller_type"] = "voicemail" if criterion == "OB-05" else "account_holder"
    case = case_of_example(Example(turns=tuple(turns), metadata=metadata, expect="yes"), "harmless")
    rubric = load_rubric("inbound_call" if inbound else "outbound_call")
    evaluation = evaluate(case, rubric)
    assert evaluation.answer(criterion).answer != "no", evaluation.answer(criterion).reason
    assert criterion not in evaluation.score.auto_failed_by
