"""How many broken parameters of the call rubrics their examples notice (``qa rubric mutate``)."""

from __future__ import annotations

import sys

import pytest

from qa_toolkit.evaluation import load_rubric
from qa_toolkit.evaluation.mutation import mutate
from qa_toolkit.pipeline import with_metrics


@pytest.mark.soak
@pytest.mark.parametrize(("name", "least"), [("inbound_call", 0.86), ("outbound_call", 0.84)])
def test_examples_notice_most_broken_criteria(name: str, least: float) -> None:
    report = mutate(load_rubric(name), prepare=with_metrics)
    sys.stdout.write(f"\n{name}: {report.noticed} of {len(report.mutants)} changes noticed\n")
    assert report.untested == ()
    assert (report.kill_rate or 0.0) >= least
