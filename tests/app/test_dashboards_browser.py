"""The dashboards in a browser: charts in the colours of the page, from a row down to its call, a file to keep."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app_server import CHROMIUM, PATIENCE_MS, Server, choose_first_row, made_store, serving
from store_examples import example_evaluation

from qa_toolkit.domain import Source
from qa_toolkit.resources import sample_dir
from qa_toolkit.store import Store

pytest.importorskip("streamlit", reason="the app needs the extra 'app'")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it or set QA_CHROMIUM"),
]
KEYING = sample_dir() / "keying"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = made_store(tmp_path_factory.mktemp("app") / "calls", calls=2)
    with Store.open(path) as store:
        first = store.revisions("call-1")[0].id
        review = example_evaluation("call-1", percent=100.0, source=Source("reviewer", "jun"))
        store.file_evaluation(review, by="jun", based_on=first, blind=False)
    files = ("--keyed", str(KEYING / "keyed.csv"), "--reference", str(KEYING / "reference.csv"))
    with serving(path, "--as", "lee", *files) as running:
        yield running


def opened(server: Server, browser: Any, what: str, scheme: str = "light") -> Any:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 1400})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.url}/dashboards?what={what}")
    page.get_by_role("heading", name="Look behind a row").wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    return page


def choose(page: Any, key: str, text: str) -> None:
    """Takes an option of a box by typing; again when the page was drawn anew meanwhile and forgot the text."""
    from playwright.sync_api import TimeoutError as NotInTime

    box, option = page.locator(f".st-key-{key} input"), page.get_by_role("option", name=text)
    for last in (False, False, False, True):
        box.fill("")
        box.fill(text)
        try:
            option.click(timeout=PATIENCE_MS / 6)
        except NotInTime:
            if last:
                raise
        else:
            return


@pytest.mark.parametrize(("scheme", "colour"), [("light", "#2f6fb3"), ("dark", "#5b9be0")])
def test_charts_are_drawn_in_the_colours_of_the_page(
    scheme: str, colour: str, server: Server, browser: Any
) -> None:
    page = opened(server, browser, "keying", scheme)
    picture = page.get_by_role("img", name="Operators")
    address = picture.get_attribute("src")
    assert colour in base64.b64decode(address.partition(",")[2]).decode()
    assert picture.evaluate("each => each.naturalWidth") > 0
    page.close()


def test_from_a_row_to_its_call(server: Server, browser: Any) -> None:
    page = opened(server, browser, "machine")
    choose(page, "behind_table", "What the machine answers · greeting")
    choose(page, "behind_row_2", "G-2")
    page.get_by_text("Behind “G-2”").wait_for()
    listed = page.locator(".st-key-behind_chosen").get_by_test_id("stDataFrame")
    choose_first_row(page, listed, page.get_by_role("heading", name="Call", exact=True))
    assert "/call?interaction=call-" in page.url
    page.close()


def test_a_row_chosen_by_mouse_shows_what_is_behind_it(server: Server, browser: Any) -> None:
    page = opened(server, browser, "keying")
    choose_first_row(page, page.get_by_test_id("stDataFrame").nth(1), page.get_by_text("Behind “op-101”"))
    page.close()


def test_what_is_seen_is_saved_as_a_file(server: Server, browser: Any, tmp_path: Path) -> None:
    page = opened(server, browser, "drift")
    page.get_by_role("button", name="Download").click()
    page.get_by_role("radio", name=".csv").or_(page.get_by_role("button", name=".csv")).first.click()
    with page.expect_download() as waiting:
        # The button of the form chosen before stands there until the page has been run again.
        page.get_by_role("button", name="Save the file (.csv)").click()
    waiting.value.save_as(tmp_path / "drift.csv")
    text = (tmp_path / "drift.csv").read_text(encoding="utf-8")
    assert text.startswith("table,rubric,row,")
    assert "G-1 failed" in text
    page.close()
