"""Rubric + Case -> Evaluation -> Score."""

from qa_toolkit.authored.yaml_source import Fault
from qa_toolkit.evaluation.engine import EvaluationSettings, evaluate
from qa_toolkit.evaluation.given_answers import score_answers
from qa_toolkit.evaluation.lint import lint_rubric, lint_text
from qa_toolkit.evaluation.loader import LoadedRubric, available, load_rubric, parse_rubric
from qa_toolkit.evaluation.registry import PluginStatus, plugins
from qa_toolkit.evaluation.scoring import Loss, losses, score

__all__ = [
    "EvaluationSettings",
    "Fault",
    "LoadedRubric",
    "Loss",
    "PluginStatus",
    "available",
    "evaluate",
    "lint_rubric",
    "lint_text",
    "load_rubric",
    "losses",
    "parse_rubric",
    "plugins",
    "score",
    "score_answers",
]
