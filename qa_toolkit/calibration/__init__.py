"""Calibration of reviewers: how far people, and the machine, answer alike."""

from qa_toolkit.calibration.answers import CriterionAnswers, answers_by_criterion, one_rubric
from qa_toolkit.calibration.drift import ChangeMark, Drift, DriftChart, drift
from qa_toolkit.calibration.machine import MachineAgreement, machine_against_people
from qa_toolkit.calibration.ratings_file import RatingsFile, WeightsFile, read_ratings, read_weights
from qa_toolkit.calibration.session import (
    Calibration,
    CriterionAgreement,
    RaterAgreement,
    calibrate,
    criterion_agreement,
)
from qa_toolkit.calibration.severity import (
    AdjustedScore,
    CrossedEffects,
    Observation,
    Severity,
    crossed_effects,
)
from qa_toolkit.calibration.severity_drift import SeverityChart, SeverityPoint, severity_drift
from qa_toolkit.calibration.summary import RatingTable, rating_table, summarise

__all__ = [
    "AdjustedScore",
    "Calibration",
    "ChangeMark",
    "CriterionAgreement",
    "CriterionAnswers",
    "CrossedEffects",
    "Drift",
    "DriftChart",
    "MachineAgreement",
    "Observation",
    "RaterAgreement",
    "RatingTable",
    "RatingsFile",
    "Severity",
    "SeverityChart",
    "SeverityPoint",
    "WeightsFile",
    "answers_by_criterion",
    "calibrate",
    "criterion_agreement",
    "crossed_effects",
    "drift",
    "machine_against_people",
    "one_rubric",
    "rating_table",
    "read_ratings",
    "read_weights",
    "severity_drift",
    "summarise",
]
