"""Word errors between a reference text and what a recogniser made of it."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from qa_toolkit.language.normaliser import normalise_words


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Counts of word errors; add those of many texts, then divide once.

    The rate of a corpus is the sum of its errors over the sum of its reference words, never the mean of the
    rates of its texts.
    """

    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    reference_words: int = 0

    @property
    def errors(self) -> int:
        """Substitutions, deletions and insertions together."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float | None:
        """Errors per reference word (may exceed 1); None when there are no reference words."""
        return self.errors / self.reference_words if self.reference_words else None

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            self.reference_words + other.reference_words,
        )


def word_error_counts(reference: str, hypothesis: str, language: str = "en") -> WordErrors:
    """Substitutions, deletions and insertions of the cheapest alignment of two normalised texts.

    Fillers are left out of both. All three errors cost one (Levenshtein, 1966). Where several alignments are
    as cheap, their sum is the same and the split between the kinds is one of the possible ones. An empty
    reference counts every word of the hypothesis as an insertion.
    """
    expected = [token.text for token in normalise_words(reference, language, drop_fillers=True)]
    found = [token.text for token in normalise_words(hypothesis, language, drop_fillers=True)]
    counts = {"replace": 0, "delete": 0, "insert": 0}
    for operation in Levenshtein.editops(expected, found):
        counts[operation.tag] += 1
    return WordErrors(counts["replace"], counts["delete"], counts["insert"], len(expected))
