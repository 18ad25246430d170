"""axe-core over the main pages, light and dark: no fault of ours that is serious or critical."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app_server import CHROMIUM, PATIENCE_MS, Server, made_store, serving

from qa_toolkit.review import assign, open_session
from qa_toolkit.store import Store

pytest.importorskip("streamlit", reason="the app needs the extra 'app'")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it or set QA_CHROMIUM"),
]
PAGES = {
    "/queue": "shown 1 to",
    "/review?interaction=call-1&rubric=greeting": "Submit",
    "/calls": "shown 1 to",
    "/call?interaction=call-1&rubric=greeting": "Score",
    "/calibration": "Session",
    "/disputes": "There is none",
    "/dashboards": "The unit",
    "/studio": "Rubric (YAML)",
    "/samples": "Interactions to review",
    "/help": "On the review page",
}
OF_STREAMLIT = (
    "stSidebar",
    "stDataFrame",
    "stToolbar",
    "stHeader",
    "stTabs",
    "stSelectbox",
    "stDateInput",
    "stButtonGroup",
    "stSlider",
)
"""Parts whose markup is Streamlit's own and which no page can change; ours are checked whole."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = made_store(tmp_path_factory.mktemp("app") / "calls", calls=2)
    with Store.open(path) as store:
        assign(store, ["call-1"], "greeting", ["lee"], by="max", due_on="2026-12-01")
        session = {"rubric": "greeting", "interactions": ["call-2"], "raters": ["ana", "jun"]}
        open_session(store, "march", by="lee", **session)
    with serving(path, "--as", "lee") as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault(scheme: str, server: Server, browser: Any) -> None:
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    faults = []
    for path, text in PAGES.items():
        page.goto(server.url + path)
        page.get_by_text(text).first.wait_for()
        page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
        page.evaluate(script)
        exclude = [[f"[data-testid={name}]"] for name in OF_STREAMLIT]
        found = page.evaluate("exclude => axe.run({ exclude })", exclude)
        for violation in found["violations"]:
            if violation["impact"] in {"serious", "critical"}:
                nodes = [node["html"][:140] for node in violation["nodes"][:3]]
                faults.append((path, violation["id"], nodes))
    page.close()
    assert not faults, "\n".join(map(str, faults))
