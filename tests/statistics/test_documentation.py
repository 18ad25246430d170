"""The examples of docs/statistics.md do what they say."""

from __future__ import annotations

import doctest
from pathlib import Path


def test_the_examples_of_the_page(checkout: Path) -> None:
    page = (checkout / "docs" / "statistics.md").read_text(encoding="utf-8").replace("\n```", "\n")
    test = doctest.DocTestParser().get_doctest(page, {}, "docs/statistics.md", None, None)
    assert len(test.examples) >= 7
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
