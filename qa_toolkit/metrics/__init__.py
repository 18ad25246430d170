"""Conversation metrics: talk time, silence, interruptions, replies, pace (``docs/metrics.md``)."""

from qa_toolkit.metrics.backchannels import is_backchannel
from qa_toolkit.metrics.definitions import DEFINITIONS, Definition
from qa_toolkit.metrics.measurement import measure
from qa_toolkit.metrics.thresholds import MetricThresholds
from qa_toolkit.metrics.tone import turn_tones

__all__ = ["DEFINITIONS", "Definition", "MetricThresholds", "is_backchannel", "measure", "turn_tones"]
