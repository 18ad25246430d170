"""Calibration, disputes and coaching in a real browser, several people at once."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from app_server import CHROMIUM, Server, made_store, serving, sign_in

from qa_toolkit.resources import sample_dir
from qa_toolkit.review import GivenReview, close_session, open_session, record_effect, submit_review
from qa_toolkit.store import Store

pytest.importorskip("streamlit", reason="the app needs the extra 'app'")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it or set QA_CHROMIUM"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    path = made_store(tmp_path / "calls", calls=2)
    with serving(path) as running:
        yield running


def test_two_analysts_rate_blind_then_see_each_other(server: Server, browser: Any) -> None:
    with Store.open(server.store) as store:
        open_session(
            store, "march", rubric="greeting", interactions=["call-1"], raters=["ana", "jun"], by="lee"
        )
    ana, jun = browser.new_context().new_page(), browser.new_context().new_page()
    for page, who, answer in ((ana, "Ana", "yes"), (jun, "Jun", "no")):
        sign_in(page, server, who, "/calibration")
        page.get_by_text("1 of yours are not answered yet.").wait_for()
        assert "Answers side by side" not in page.locator("body").inner_text()
        page.get_by_role("button", name="Rate call-1").click()
        desk = page.locator(".desk")
        desk.locator(".turn").first.wait_for()
        assert desk.locator(".proposed").count() == 0, "nothing is proposed to who rates blind"
        for criterion in ("G-1", "G-2"):
            desk.locator(f"[data-criterion='{criterion}'] .option[data-value='{answer}']").click()
        desk.locator("button.submit").click()
        page.get_by_text("The review of call-1 is filed.").wait_for()
    with Store.open(server.store) as store:
        counted = store.latest_evaluation("call-1", "greeting")
        assert counted is not None
        assert counted.source.kind == "machine", "a rating never counts"
    sign_in(ana, server, "Ana", "/calibration?session=march")
    ana.get_by_text("Answers side by side").wait_for()
    ana.get_by_text("Agreement by criterion").wait_for()
    # What the session changes leads to the line of the criterion in the rubric.
    with Store.open(server.store) as store:
        close_session(store, "march", by="lee")
        record_effect(store, "march", "G-2", "clarify", by="lee", text="Say whose name.")
    ana.reload()
    ana.get_by_role("button", name="Open G-2 in the rubric").click()
    ana.get_by_text("Criterion G-2 begins in line 10.").wait_for()
    editor = ana.get_by_role("textbox", name="Rubric (YAML)")
    assert editor.evaluate("area => area.value.slice(area.selectionStart)").startswith("      - id: G-2")
    for page in (ana, jun):
        page.context.close()


def test_an_agent_disputes_and_only_somebody_else_judges(server: Server, browser: Any) -> None:
    with Store.open(server.store) as store:
        counts = store.latest_evaluation("call-1", "greeting")
        assert counts is not None
        given = GivenReview({"G-2": "yes"}, {"G-2": ("judgement", "Heard it.")})
        submit_review(store, "call-1", "greeting", given, by="lee", based_on=counts.id)
    pages = [browser.new_context().new_page() for _ in range(3)]
    tess, lee, max_ = pages
    sign_in(tess, server, "Tess", "/call?interaction=call-1&rubric=greeting")
    tess.get_by_role("button", name="I have seen this").click()
    tess.get_by_role("button", name="I have seen it", exact=True).click()
    tess.get_by_text("seen by tess").wait_for()
    tess.get_by_role("button", name="Dispute this").click()
    box = tess.get_by_role("textbox", name="What is not right?")
    box.fill("I said my name <b>twice</b>.")
    tess.get_by_role("button", name="Raise the dispute").click()
    tess.get_by_text("The dispute is raised.").wait_for()
    sign_in(lee, server, "Lee", "/disputes")
    lee.get_by_text("I said my name <b>twice</b>.").wait_for()
    lee.get_by_role("button", name="Uphold", exact=True).click()
    lee.get_by_role("textbox", name="Why it stays").fill("It stays.")
    lee.get_by_role("button", name="Uphold the evaluation").click()
    lee.get_by_text("may not judge").first.wait_for()
    sign_in(max_, server, "Max", "/disputes")
    max_.get_by_role("button", name="Uphold", exact=True).click()
    max_.get_by_role("textbox", name="Why it stays").fill("The name is not in the recording.")
    max_.get_by_role("button", name="Uphold the evaluation").click()
    max_.get_by_text("The evaluation is upheld.").wait_for()
    with Store.open(server.store) as store:
        (dispute,) = store.disputes.all()
        assert (dispute.state, dispute.steps[-1].who) == ("upheld", "max")
    for page in pages:
        page.context.close()


def test_a_rubric_is_corrected_tried_and_published(server: Server, browser: Any) -> None:
    page = browser.new_context().new_page()
    sign_in(page, server, "Lee", "/studio?rubric=greeting@1.0.0")
    editor = page.get_by_role("textbox", name="Rubric (YAML)")
    editor.wait_for()
    text = editor.input_value()
    # Nothing is pressed: the text is checked when typing pauses, and the line is marked.
    editor.fill(text.replace("question: Was the caller greeted?", "questoin: Was the caller greeted?"))
    page.get_by_text("line 9").first.wait_for()
    assert "9" in page.locator(".editor .numbers .error").all_inner_texts()
    # What was typed is there again after another page.
    page.get_by_role("link", name="Help").click()
    page.get_by_text("On the review page").wait_for()
    page.get_by_role("link", name="Rubric studio").click()
    page.get_by_text("line 9").first.wait_for()
    assert "questoin" in editor.input_value()
    editor.fill(
        text.replace("version: 1.0.0", "version: 1.1.0").replace(
            "Was the caller greeted?", "Was there a greeting?"
        )
    )
    editor.press("Control+Enter")
    page.get_by_text("No fault. 2 criteria").wait_for()
    page.get_by_role("tab", name="Difference to the active version").click()
    page.get_by_text("Against greeting@1.0.0: 2 places differ.").wait_for()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("textbox", name="What is new?").fill("A plainer question.")
    page.get_by_role("button", name="Publish greeting@1.1.0").click()
    page.get_by_text("greeting@1.1.0 is active.").wait_for()
    with Store.open(server.store) as store:
        assert store.publications.active("greeting") == "1.1.0"
    page.context.close()


def test_a_keyed_field_is_ruled_on_by_keys(tmp_path: Path, browser: Any) -> None:
    pytest.importorskip("rapidocr", reason="reading scans needs the extra 'ocr'")
    samples = sample_dir()
    readings = tmp_path / "readings.json"
    scan = samples / "scans" / "APP-00006.tif"
    template = samples / "scans" / "template.yaml"
    command = ["keying", "read", str(scan), "--layout", "covered_application", "--template", str(template)]
    run_cli([*command, "--out", str(readings)])
    path = made_store(tmp_path / "calls", calls=1)
    options = ["--keyed", str(samples / "keying" / "keyed.csv"), "--scan-readings", str(readings)]
    with serving(path, *options, "--scans", str(samples / "scans")) as running:
        page = browser.new_context().new_page()
        sign_in(page, running, "Ana", "/keying")
        page.get_by_text("income.1.amount").first.wait_for()
        page.get_by_text("APP-00006.tif").first.wait_for()
        pictures = page.locator("img[alt*='income.1.amount']")
        page.wait_for_function("[...document.images].filter((one) => one.naturalWidth > 0).length >= 2")
        addresses = [pictures.nth(place).evaluate("image => image.src") for place in (0, 1)]
        assert not any(each.startswith("data:") for each in addresses)
        check_pictures(path, addresses)
        page.keyboard.press("2")
        page.get_by_text("Ruled: income.1.amount – The reading is right").wait_for()
        page.context.close()
    with Store.open(path) as store:
        (ruling,) = store.keying.adjudications()
        assert ruling.reason == "differs_from_paper"
        assert (ruling.application, ruling.verdict, ruling.adjudicator) == ("APP-00006", "second", "ana")


def check_pictures(path: Path, addresses: list[str]) -> None:
    """Scans are fetched by application and field with a ticket, looked at is audited, and who left sees none."""
    kinds = {fetched(each)[1][:4] for each in addresses}
    assert kinds == {b"\xff\xd8\xff\xe0", b"\x89PNG"}, "a page and the field cut out of it"
    one = addresses[0]
    for changed in (one.replace("APP-00006", "APP-00007"), one.split("&ticket=")[0], one[:-2]):
        assert fetched(changed)[0] == 401
    for field in ("income.1.nothing", "../template.yaml", "person.1.first_name%00"):
        assert fetched(one.replace("income.1.amount", field))[0] == 404
    assert fetched(one.replace("part=page", "part=all").replace("part=field", "part=all"))[0] == 404
    with Store.open(path) as store:
        seen = [(row.who, row.record) for row in store.audit.entries() if row.action == "scan.view"]
        ana = next(user for user in store.people.users() if user.id == "ana")
        store.people.save([replace(ana, active=False)], by="adm")
        gone = fetched(one)[0]
        store.people.save([ana], by="adm")
    assert seen == [("ana", "APP-00006")]
    assert gone == 404


def fetched(address: str) -> tuple[int, bytes]:
    """What the server answers: the status and the content."""
    try:
        with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


def run_cli(arguments: list[str]) -> None:
    command = [sys.executable, "-c", "from qa_toolkit.cli.main import run; run()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
