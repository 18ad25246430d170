"""Pictures of the app's main pages, light and dark, out of the demo's store.

    qa demo && python docs/make_screenshots.py [--store …/demo/qa.db]

Works on a copy of the store, to which it adds people, a queue, a calibration session and a dispute.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from app_server import CHROMIUM, LAUNCH, PEOPLE, serving

from qa_toolkit.config import qa_home
from qa_toolkit.review import assign, open_session, raise_dispute
from qa_toolkit.store import InteractionFilter, Store

OUT = Path(__file__).parent / "screenshots"
CALL = "interaction=inb-003&rubric=inbound_call"
PAGES = (
    ("queue", "/queue", "shown 1 to"),
    ("review", f"/review?{CALL}", "Submit"),
    ("call", f"/call?{CALL}", "Score"),
    ("calibration", "/calibration", "Session"),
    ("disputes", "/disputes", "The name was given."),
    ("dashboards", "/dashboards", "The unit"),
    ("studio", "/studio", "Rubric (YAML)"),
    ("samples", "/samples", "Interactions to review"),
)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--store", type=Path, default=None)
    given = options.parse_args().store or qa_home() / "demo" / "qa.db"
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.db"
        shutil.copy(given, store)
        prepare(store)
        for theme in ("light", "dark"):
            with serving(store, "--as", "lee") as server:
                take(server.url, theme)
    return 0


def prepare(path: Path) -> None:
    """People and some work, so that the pages have something to show."""
    with Store.open(path) as store:
        store.people.save(PEOPLE, by="adm")
        rows = store.interactions(InteractionFilter(rubric="inbound_call"), limit=20).rows
        ids = [row.interaction.id for row in rows]
        assign(store, ids, "inbound_call", ["lee"], by="max", due_on="2026-12-01")
        session = {"rubric": "inbound_call", "interactions": ids[:2], "raters": ["kit", "mia"]}
        open_session(store, "march", by="lee", title="March calibration", **session)
        raise_dispute(store, ids[0], "inbound_call", by="max", text="The name was given.", criteria=["IN-01"])


def take(url: str, theme: str) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only a browser run needs it

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=theme)
        page.set_default_timeout(60_000)
        for name, path, text in PAGES:
            page.goto(url + path)
            page.get_by_text(text).first.wait_for()
            settle(page)
            page.screenshot(path=OUT / f"{name}-{theme}.png")
        browser.close()


def settle(page: Any) -> None:
    """Until nothing runs any more."""
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(800)


if __name__ == "__main__":
    sys.exit(main())
