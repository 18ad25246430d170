"""A browser for the tests of the app that need one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from app_server import CHROMIUM, LAUNCH


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        yield found
        found.close()
