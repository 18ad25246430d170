"""The rubric of the simulated year, in two versions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa_toolkit.evaluation import LoadedRubric

RUBRIC = "simulated_call"
VERSIONS = ("1.0.0", "1.1.0")
CRITERIA = ("SY-01", "SY-02", "SY-03", "SY-04", "SY-05", "SY-06", "SY-07", "SY-08")
COMPLIANCE_AT_SIGNING = "SY-06"
"""Applies only where something is signed."""

_TEXT = """\
id: simulated_call
version: {version}
title: Simulated calls
work_area: inbound_call
description: The form of the simulated year; no call behind it was ever made.
scoring: {{method: question_weight, pass_percent: 85, on_auto_fail: zero}}
sections:
  - id: opening
    title: Opening and identity
    criteria:
      - {{id: SY-01, question: "Greeted with agency and own name?", weight: 6}}
      - id: SY-02
        question: "Were the identifiers asked before any account detail?"
        weight: 14
        critical: compliance
        answers: {{yes: 1, no: {{points: 0, auto_fail: true}}}}
  - id: help
    title: Help
    criteria:
      - {{id: SY-03, question: "{restated}", weight: 14}}
      - {{id: SY-04, question: "Was the information right and complete?", weight: 20, critical: customer}}
      - {{id: SY-05, question: "Was it explained how to send documents?", weight: 14, critical: customer}}
  - id: close
    title: Close and record
    criteria:
      - {{id: SY-06, question: "Was the attestation read before signing?", weight: 12, critical: compliance}}
      - {{id: SY-07, question: "Does the note let a colleague continue?", weight: 12, critical: business}}
      - {{id: SY-08, question: "Closed courteously?", weight: 8}}
"""
_RESTATED = ("Was the reason restated?", "Was the reason restated and the caller's agreement awaited?")


@cache
def form(version: str) -> LoadedRubric:
    """The rubric in one of its versions."""
    from qa_toolkit.evaluation.loader import parse_rubric

    restated = _RESTATED[VERSIONS.index(version)]
    return parse_rubric(_TEXT.format(version=version, restated=restated), f"{RUBRIC}.yaml")
