"""Calibration of reviewers: how far people, and the machine, answer alike."""

from qa_toolkit.calibration.ratings_file import RatingsFile, WeightsFile, read_ratings, read_weights
from qa_toolkit.calibration.summary import RatingTable, rating_table, summarise

__all__ = [
    "RatingTable",
    "RatingsFile",
    "WeightsFile",
    "rating_table",
    "read_ratings",
    "read_weights",
    "summarise",
]
