"""Samples of interactions: how many, which, and what they say about all of them."""

from qa_toolkit.sampling.drawing import (
    Sample,
    SampledItem,
    SamplingPlan,
    draw,
    inclusion_probabilities,
    random_number,
)
from qa_toolkit.sampling.frame import Frame, FrameItem, read_frame
from qa_toolkit.sampling.planner import (
    SizePlan,
    plan_agents,
    plan_certification,
    plan_detection,
    plan_estimate,
)
from qa_toolkit.sampling.sample_file import SampleEstimate, estimate_sample, sample_csv, sample_object

__all__ = [
    "Frame",
    "FrameItem",
    "Sample",
    "SampleEstimate",
    "SampledItem",
    "SamplingPlan",
    "SizePlan",
    "draw",
    "estimate_sample",
    "inclusion_probabilities",
    "plan_agents",
    "plan_certification",
    "plan_detection",
    "plan_estimate",
    "random_number",
    "read_frame",
    "sample_csv",
    "sample_object",
]
