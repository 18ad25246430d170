"""The rules of people's work: who may do what, queues, reviews, disputes and what agents say to them."""

from qa_toolkit.review.disputing import WINDOW_DAYS, ask_reading, change, raise_dispute, uphold, withdraw
from qa_toolkit.review.people_file import import_people, read_people
from qa_toolkit.review.permissions import ALLOWED, Action, Scope, may, permit
from qa_toolkit.review.responding import acknowledge, coach
from qa_toolkit.review.reviewing import (
    OVERRIDE_REASONS,
    ROOT_CAUSES,
    GivenReview,
    assign,
    queue,
    submit_review,
)

__all__ = [
    "ALLOWED",
    "OVERRIDE_REASONS",
    "ROOT_CAUSES",
    "WINDOW_DAYS",
    "Action",
    "GivenReview",
    "Scope",
    "acknowledge",
    "ask_reading",
    "assign",
    "change",
    "coach",
    "import_people",
    "may",
    "permit",
    "queue",
    "raise_dispute",
    "read_people",
    "submit_review",
    "uphold",
    "withdraw",
]
