"""The rules of people's work: who may do what, queues, reviews, disputes and what agents say to them."""

from qa_toolkit.review.people_file import import_people, read_people
from qa_toolkit.review.permissions import ALLOWED, Action, Scope, may, permit

__all__ = ["ALLOWED", "Action", "Scope", "import_people", "may", "permit", "read_people"]
