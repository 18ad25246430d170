"""What only a browser shows: the app starts, draws its pages, and the browser asks no other machine for anything."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from store_examples import GREETING, example_input, example_interaction, example_result

from qa_toolkit.resources import app_dir
from qa_toolkit.store import Store

pytest.importorskip("streamlit", reason="the app needs the extra 'app'")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = os.environ.get("QA_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it or set QA_CHROMIUM"),
]


@pytest.fixture
def app_url(tmp_path: Path) -> Iterator[str]:
    store_path = tmp_path / "store.sqlite3"
    with Store.open(store_path) as store:
        store.register_rubric(GREETING, by="author")
        store.save_result(
            example_result(), interaction=example_interaction(), source=example_input(), by="tester"
        )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.address", "127.0.0.1", "--server.port", str(port), "--server.headless", "true"]
    options += ["--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(app_dir() / "serve.py"), *options],
        env={**os.environ, "QA_STORE": str(store_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_up(url: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310 - our own server
                return
        except OSError:
            assert time.monotonic() < end, "the app did not start"
            time.sleep(0.2)


# A link to a call comes first: the server has not yet run its entry point then.
PAGES = [
    ("/call?interaction=call-1&rubric=greeting", "Was the name of the agent given?"),
    ("/", "n = 1; shown 1 to 1"),
    ("/rubrics", "Greeting · question weight"),
]


def test_pages_are_drawn_and_walked_and_nothing_is_asked_of_another_machine(app_url: str) -> None:
    asked: set[str] = set()
    with playwright.sync_playwright() as running:
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = running.chromium.launch(executable_path=CHROMIUM, args=options)
        page = browser.new_page()
        page.on("request", lambda request: asked.add(request.url))
        for path, said in PAGES:
            page.goto(app_url + path)
            page.get_by_text(said).first.wait_for(timeout=30_000)
            assert page.title() == "QA Toolkit"
            assert page.get_by_test_id("stSidebarNavLink").all_inner_texts() == [
                "Calls",
                "Call",
                "Rubrics",
                "Help",
            ]
        # The walk of a reader: choose a row, see the call, go back to the list.
        page.goto(app_url)
        page.get_by_text("n = 1; shown 1 to 1").wait_for(timeout=30_000)
        page.locator("[data-testid=stDataFrame]").first.click(position={"x": 18, "y": 52})
        page.wait_for_url("**/call?interaction=call-1&rubric=greeting", timeout=30_000)
        page.get_by_role("link", name="Calls").click()
        page.get_by_text("n = 1; shown 1 to 1").wait_for(timeout=30_000)
        page.wait_for_timeout(1000)
        assert urlsplit(page.url).path == "/", "the row chosen before does not open the call again"
        page.goto(f"{app_url}/call?interaction=call-1")
        picture = page.locator("img").first
        picture.wait_for(timeout=30_000)
        assert picture.evaluate("image => image.naturalWidth") > 0, "the timeline is drawn"
        page.wait_for_timeout(1000)  # late requests, such as the picture on the browser's tab
        browser.close()
    away = {
        url
        for url in asked
        if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname != "127.0.0.1"
    }
    assert away == set()
