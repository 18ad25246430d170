"""Rubric + Case -> Evaluation -> Score."""
