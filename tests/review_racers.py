"""Processes that work on one store at once, for tests of what people do."""

from __future__ import annotations

import sys

from sqlalchemy import event

from qa_toolkit.errors import ConflictError
from qa_toolkit.review import GivenReview, submit_rating, submit_review
from qa_toolkit.store import Store
from qa_toolkit.store.audit import AuditedSession

TURNS = {"yes": "no", "no": "yes"}


def review_again_and_again(address: str, who: str, times: int) -> tuple[list[str], int]:
    """Files so many reviews of call-1, each on top of what counts by then and with another answer.

    Returns:
        The evaluations filed, and how often somebody else was quicker.
    """
    import json

    filed, refused = [], 0
    with Store.open(address) as store:
        while len(filed) < times:
            counting = store.latest_evaluation("call-1", "greeting")
            assert counting is not None
            answers = {each["criterion"]: each["answer"] for each in json.loads(counting.json)["answers"]}
            given = GivenReview({"G-1": TURNS[answers["G-1"]]}, {"G-1": ("judgement", f"{who} says so.")})
            try:
                saved = submit_review(store, "call-1", "greeting", given, by=who, based_on=counting.id)
            except ConflictError:
                refused += 1
            else:
                filed.append(saved.evaluation_id)
    return filed, refused


def rate_at_once(address: str, who: str) -> str:
    """Tries to give the same rating; whether it was taken."""
    with Store.open(address) as store:
        try:
            submit_rating(store, "november", "call-1", {"G-1": "yes", "G-2": "no"}, by=who)
        except ConflictError:
            return "refused"
    return "taken"


def submit_and_hang(address: str, who: str) -> None:
    """Files a review and stops for ever just before it is committed; says so on stdout."""

    def hang(_session: object) -> None:
        sys.stdout.write("about to commit\n")
        sys.stdout.flush()
        sys.stdin.read()

    with Store.open(address) as store:
        event.listen(AuditedSession, "before_commit", hang)
        given = GivenReview({"G-1": "no"}, {"G-1": ("judgement", "No greeting.")})
        submit_review(store, "call-1", "greeting", given, by=who, based_on="1")


if __name__ == "__main__":
    submit_and_hang(*sys.argv[1:])
