"""Text: one normal form for words and numbers, spoken digits, word error counts, spaCy pipelines."""

from qa_toolkit.language.normaliser import NORMALISER_VERSION, normalise, normalise_words
from qa_toolkit.language.numbers import NormalisedToken

__all__ = ["NORMALISER_VERSION", "NormalisedToken", "normalise", "normalise_words"]
