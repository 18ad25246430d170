"""Text: one normal form for words and numbers, spoken digits, word error counts, spaCy pipelines."""

from qa_toolkit.language.digits import DigitSpan, digit_spans
from qa_toolkit.language.normaliser import NORMALISER_VERSION, normalise, normalise_words, normalised
from qa_toolkit.language.numbers import NormalisedToken
from qa_toolkit.language.parts import Normalised
from qa_toolkit.language.word_errors import WordErrors, word_error_counts

__all__ = [
    "NORMALISER_VERSION",
    "DigitSpan",
    "Normalised",
    "NormalisedToken",
    "WordErrors",
    "digit_spans",
    "normalise",
    "normalise_words",
    "normalised",
    "word_error_counts",
]
