"""The examples of docs/sampling.md do what they say."""

from __future__ import annotations

import doctest
from pathlib import Path


def test_the_examples_of_the_page(checkout: Path) -> None:
    page = (checkout / "docs" / "sampling.md").read_text(encoding="utf-8").replace("\n```", "\n")
    test = doctest.DocTestParser().get_doctest(page, {}, "docs/sampling.md", None, None)
    assert len(test.examples) >= 3
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
