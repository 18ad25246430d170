"""The rules of people's work: who may do what, queues, reviews, disputes, sessions, publishing."""

from qa_toolkit.review.access import Access, evaluations_for, record_access, record_scan_access
from qa_toolkit.review.calibrating import (
    RUBRIC_EFFECTS,
    add_note,
    agree,
    close_session,
    open_session,
    record_effect,
    session_evaluations,
    session_of,
    session_ratings,
    session_remarks,
    submit_rating,
)
from qa_toolkit.review.correcting import adjudicate, correct_turn
from qa_toolkit.review.disputing import WINDOW_DAYS, ask_reading, change, raise_dispute, uphold, withdraw
from qa_toolkit.review.people_file import import_people, read_people
from qa_toolkit.review.permissions import ALLOWED, Action, Scope, may, permit
from qa_toolkit.review.publishing import publish_rubric, retire_rubric, save_rubric_draft, stored_text
from qa_toolkit.review.responding import acknowledge, coach
from qa_toolkit.review.reviewing import (
    OVERRIDE_REASONS,
    ROOT_CAUSES,
    GivenReview,
    assign,
    queue,
    queue_page,
    revert_review,
    submit_review,
)

__all__ = [
    "ALLOWED",
    "OVERRIDE_REASONS",
    "ROOT_CAUSES",
    "RUBRIC_EFFECTS",
    "WINDOW_DAYS",
    "Access",
    "Action",
    "GivenReview",
    "Scope",
    "acknowledge",
    "add_note",
    "adjudicate",
    "agree",
    "ask_reading",
    "assign",
    "change",
    "close_session",
    "coach",
    "correct_turn",
    "evaluations_for",
    "import_people",
    "may",
    "open_session",
    "permit",
    "publish_rubric",
    "queue",
    "queue_page",
    "raise_dispute",
    "read_people",
    "record_access",
    "record_effect",
    "record_scan_access",
    "retire_rubric",
    "revert_review",
    "save_rubric_draft",
    "session_evaluations",
    "session_of",
    "session_ratings",
    "session_remarks",
    "stored_text",
    "submit_rating",
    "submit_review",
    "uphold",
    "withdraw",
]
