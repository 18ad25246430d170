"""Evaluators that break every rule."""
