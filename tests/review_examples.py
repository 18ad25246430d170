"""People and a call with an evaluation by the machine, for the tests of people's work."""

from __future__ import annotations

import hashlib

from store_examples import RUBRIC_YAML, example_evaluation, example_input, example_interaction, example_result

from qa_toolkit.store import RubricText, SavedResult, Store
from qa_toolkit.store.people_records import Placement, User

FORM = RubricText(
    "greeting", "1.0.0", hashlib.sha256(RUBRIC_YAML.encode()).hexdigest(), RUBRIC_YAML, "Greeting"
)
USERS = [
    User("maria", "analyst"),
    User("jun", "analyst"),
    User("lena", "lead"),
    User("lars", "lead"),
    User("mo", "manager"),
    User("ana", "agent", agent="A-17"),
    User("bob", "agent", agent="B-2"),
    User("aud", "auditor"),
    User("root", "admin"),
    User("gone", "lead", active=False),
]
AGENTS = [Placement("A-17", "2026-01-01", "Blue", "Fresno"), Placement("B-2", "2026-01-01", "Red", "Rancho")]


def save_call(store: Store, name: str = "call-1", *, percent: float = 50.0) -> SavedResult:
    """A call of agent A-17; the machine says G-1 yes, G-2 no."""
    from dataclasses import replace

    from qa_toolkit.domain.contract import to_contract

    store.register_rubric(FORM, by="night")
    evaluation = to_contract(example_evaluation(name, percent=percent, rubric=FORM))
    return store.save_result(
        replace(example_result(name), evaluation=evaluation),
        interaction=example_interaction(name),
        source=example_input(name),
        by="night",
    )
