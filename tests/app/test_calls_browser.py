"""The list of calls in a browser: its filter stands in the address and is there again after a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from app_server import CHROMIUM, PATIENCE_MS, Server, add_call, choose_first_row, made_store, serving

from qa_toolkit.review import assign
from qa_toolkit.store import Store

pytest.importorskip("streamlit", reason="the app needs the extra 'app'")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it or set QA_CHROMIUM"),
]
WANTED = {"site": ["Rancho"], "text": ["call"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("app") / "calls"
    path = made_store(folder, calls=2)
    with Store.open(path) as store:
        add_call(store, folder, "call-3", site="Rancho")
        assign(store, ["call-1", "call-3"], "greeting", ["lee"], by="max", due_on="2026-12-01")
    with serving(path, "--as", "lee") as running:
        yield running


def filtered(page: Any) -> None:
    """Waits until the list shows the one call of the filter, and the boxes and the address say so."""
    page.get_by_text("n = 1; shown 1 to 1").wait_for()
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == WANTED)
    assert urlsplit(page.url).path == "/calls"
    assert page.get_by_role("textbox", name="Interaction id contains").input_value() == "call"
    assert page.locator(".st-key-filter_site input").input_value() == "Rancho"


def open_the_call(page: Any) -> None:
    table = page.get_by_test_id("stDataFrame").first
    choose_first_row(page, table, page.get_by_role("heading", name="Call", exact=True))
    page.wait_for_url("**/call?interaction=call-3&rubric=greeting")


def test_a_filtered_address_is_the_list_again_after_a_call(server: Server, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.url}/calls?site=Rancho&text=call")
    filtered(page)
    for leave in (
        page.get_by_role("button", name="Back to the list of calls").click,
        page.go_back,
        page.get_by_role("link", name="Calls").click,
    ):
        open_the_call(page)
        leave()
        filtered(page)
    page.get_by_role("button", name="Clear the filter").click()
    page.get_by_text("n = 3; shown 1 to 3").wait_for()
    assert urlsplit(page.url).query == ""
    page.close()


def test_a_filtered_queue_is_there_again_by_the_way_back_of_the_browser(server: Server, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.url}/queue?site=Rancho")
    page.get_by_text("n = 1; shown 1 to 1").wait_for()
    page.get_by_role("button", name="Start with the first").click()
    page.wait_for_url("**/review?interaction=call-3&rubric=greeting")
    page.get_by_role("heading", name="Review").wait_for()
    page.go_back()
    page.get_by_text("n = 1; shown 1 to 1").wait_for()
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == {"site": ["Rancho"]})
    page.close()
