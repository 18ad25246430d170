"""A review in a real browser: from the queue to the filed review, by mouse and by keys alone."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from app_server import CHROMIUM, PATIENCE_MS, Server, add_call, made_store, serving, sign_in

from qa_toolkit.domain import Role
from qa_toolkit.evaluation import parse_rubric
from qa_toolkit.review import add_note, assign, coach, open_session, publish_rubric, raise_dispute
from qa_toolkit.store import Store

pytest.importorskip("streamlit", reason="the app needs the extra 'app'")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it or set QA_CHROMIUM"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    path = made_store(tmp_path / "calls")
    with Store.open(path) as store:
        assign(store, ["call-1", "call-2"], "greeting", ["ana"], by="lee", due_on="2026-12-01")
    with serving(path) as running:
        yield running


def open_desk(page: Any, server: Server, who: str, call: str = "call-1") -> Any:
    sign_in(page, server, who, f"/review?interaction={call}&rubric=greeting")
    desk = page.locator(".desk")
    desk.locator(".turn").first.wait_for()
    return desk


def playing_at(desk: Any) -> float:
    return float(desk.locator("audio").evaluate("audio => audio.currentTime"))


def wait_for_time(desk: Any, low: float, high: float) -> None:
    desk.page.wait_for_function(
        "([low, high]) => { const roots = [...document.querySelectorAll('*')].map((e) => e.shadowRoot);"
        " const audio = roots.map((r) => r && r.querySelector('.desk audio')).find(Boolean);"
        " return audio && audio.currentTime >= low && audio.currentTime < high; }",
        arg=[low, high],
    )


def reviews(server: Server, call: str = "call-1") -> list[Any]:
    with Store.open(server.store) as store:
        return [found for found in store.revisions(call) if found.source.kind == "reviewer"]


def test_from_the_queue_to_the_filed_review_by_mouse(server: Server, browser: Any) -> None:
    page = browser.new_page()
    sign_in(page, server, "Ana")
    page.get_by_text("n = 2; shown 1 to 2.").wait_for()
    page.get_by_role("button", name="Start with the first").click()
    desk = page.locator(".desk")
    desk.locator(".turn").first.wait_for()
    # A click on a turn moves the sound, a click on a word moves it there.
    desk.locator("[data-turn='3'] .when").click()
    wait_for_time(desk, 8.0, 11.9)
    desk.locator("[data-turn='5'] .word").nth(2).click()
    wait_for_time(desk, 16.5, 20.0)
    # Evidence plays where it lies.
    desk.locator(".chip", has_text="Good morning").click()
    wait_for_time(desk, 0.4, 3.0)
    second = desk.locator("[data-criterion='G-2']")
    second.locator(".option[data-value='yes']").click()
    desk.locator("button.submit").click()
    desk.get_by_text("A reason is missing: G-2").wait_for()
    second.locator(".override").select_option("missed_evidence")
    second.locator(".override-text").fill("She says it in turn five.")
    desk.locator("[data-turn='5'] .choose").check()
    second.get_by_role("button", name="Attach chosen turns").click()
    assert second.locator(".attached").inner_text() == "turns 5"
    desk.locator(".score", has_text="100.0 %").wait_for()
    desk.locator("button.submit").click()
    page.get_by_text("The review of call-1 is filed. Next: call-2").wait_for()
    page.wait_for_url("**interaction=call-2**")
    (filed,) = reviews(server)
    answer = json.loads(filed.json)["answers"][1]
    assert (answer["answer"], [piece["turn"] for piece in answer["evidence"]]) == ("yes", [5])
    assert filed.created_by == "ana"
    page.close()


def test_the_same_with_keys_only(server: Server, browser: Any) -> None:
    page = browser.new_page()
    desk = open_desk(page, server, "Ana")
    keys = page.keyboard
    desk.locator(".criteria").focus()
    keys.press("?")
    desk.get_by_text("next evidence of this criterion").wait_for()
    keys.press("?")
    keys.press("e")
    wait_for_time(desk, 0.4, 3.0)
    keys.press("l")
    wait_for_time(desk, 3.0, 8.0)
    keys.press("j")
    keys.press("n")
    desk.locator("[data-criterion='G-2'].chosen").wait_for()
    keys.press("1")
    desk.locator("[data-criterion='G-2'] .option[data-value='yes'][aria-checked='true']").wait_for()
    keys.press("r")
    keys.type("the words are judged")
    desk.locator("[data-criterion='G-2'] .override").select_option("judgement")
    keys.press("Tab")
    keys.type("Heard it myself.")
    desk.get_by_text("Saved ").wait_for()
    keys.press("Escape")
    keys.press("Alt+s")
    page.get_by_text("The review of call-1 is filed.").wait_for()
    assert len(reviews(server)) == 1
    page.close()


def test_a_draft_survives_a_reload_and_a_killed_server(server: Server, browser: Any) -> None:
    page = browser.new_page()
    desk = open_desk(page, server, "Ana")
    desk.locator("[data-criterion='G-2'] .option[data-value='yes']").click()
    desk.locator("[data-criterion='G-2'] .override-text").fill("Half a senten")
    desk.get_by_text("Saved ").wait_for()
    page.wait_for_timeout(800)
    server.kill()
    server.start_again()
    desk = open_desk(page, server, "Ana")
    desk.get_by_text("restored").wait_for()
    again = desk.locator("[data-criterion='G-2']")
    assert again.locator(".option[aria-checked='true']").inner_text() == "yes"
    assert again.locator(".override-text").input_value() == "Half a senten"
    page.close()


def test_identifiers_are_hidden_until_unmasked_and_that_is_audited(server: Server, browser: Any) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: asked.append(str(frame))))
    desk = open_desk(page, server, "Ana")
    assert "1973" not in desk.locator(".turns").inner_text()
    assert not any("1973" in frame for frame in asked), "what is hidden is not sent"
    desk.locator("[data-turn='2'] button", has_text="👁").click()
    desk.locator("[data-turn='2'] .said", has_text="548 22 1973").wait_for()
    with Store.open(server.store) as store:
        rows = [row for row in store.audit.entries() if row.action == "identifiers.unmask"]
    assert [(row.who, row.record) for row in rows] == [("ana", "call-1")]
    page.close()


def test_sound_needs_a_ticket_and_a_role(server: Server, browser: Any) -> None:
    page = browser.new_page()
    desk = open_desk(page, server, "Ana")
    address = desk.locator("audio").evaluate("audio => audio.src")
    request = urllib.request.Request(address, headers={"Range": "bytes=1000-1099"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert (answer.status, len(answer.read())) == (206, 100)
    for changed in (address.replace("call-1", "call-2"), address.split("&ticket=")[0], address[:-2]):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(changed)  # noqa: S310
    with Store.open(server.store) as store:
        played = [row for row in store.audit.entries() if row.action == "audio.play"]
        people = {user.id: user for user in store.people.users()}
        store.people.save([replace(people["ana"], active=False)], by="adm")
    assert [(row.who, row.record) for row in played] == [("ana", "call-1")]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(request)  # noqa: S310
    page.close()


HOSTILE = tuple((Path(__file__).parent / "hostile.txt").read_text(encoding="utf-8").splitlines())
RUBRIC = """\
id: hostile
version: 1.0.0
title: {title}
sections:
  - id: one
    title: {title}
    criteria:
"""


def hostile_store(folder: Path) -> Path:
    """Fifty hostile texts as words, questions, names, notes, titles and causes of dispute."""
    path = made_store(folder, calls=1)
    said = [(n, Role.AGENT if n % 2 else Role.CUSTOMER, text) for n, text in enumerate(HOSTILE, 1)]
    text = RUBRIC.format(title=json.dumps(HOSTILE[0], ensure_ascii=False)) + "".join(
        f"      - {{id: H-{n}, question: {json.dumps(bad, ensure_ascii=False)}, guidance: {json.dumps(bad, ensure_ascii=False)}}}\n"
        for n, bad in enumerate(HOSTILE, 1)
    )
    with Store.open(path) as store:
        add_call(store, folder, "bad", said, agent=HOSTILE[1], site=HOSTILE[0])
        rubric = parse_rubric(text)
        publish_rubric(store, rubric, by="lee", note=HOSTILE[2])
        counts = store.latest_evaluation("bad", "greeting")
        assert counts is not None
        for bad in HOSTILE:
            coach(store, counts.id, by="ana", text=bad)
        raise_dispute(store, "bad", "greeting", by="max", text="\n".join(HOSTILE))
        session = {"rubric": "hostile", "interactions": ["bad"], "raters": ["ana", "jun"]}
        open_session(store, "bad-session", by="lee", title=HOSTILE[3], **session)
        for bad in HOSTILE:
            add_note(store, "bad-session", bad, by="lee")
    return path


def test_words_from_outside_are_shown_as_text_in_six_places(tmp_path: Path, browser: Any) -> None:
    path = hostile_store(tmp_path / "calls")
    places = (
        ("/review?interaction=bad&rubric=greeting", ".desk .turns"),
        ("/review?interaction=bad&rubric=hostile", ".desk .criteria"),
        ("/call?interaction=bad&rubric=greeting", "[data-testid=stMainBlockContainer]"),
        ("/disputes", "[data-testid=stMainBlockContainer]"),
        ("/calibration?session=bad-session", "[data-testid=stMainBlockContainer]"),
        ("/studio?rubric=hostile@1.0.0", "[data-testid=stMainBlockContainer]"),
    )
    with serving(path, "--as", "lee") as running:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(urlsplit(request.url).hostname or ""))
        for where, part in places:
            page.goto(running.url + where)
            page.locator(part).first.wait_for()
            # The studio's text stands in a field, which has no text of its own.
            wanted = () if "studio" in where else HOSTILE
            assert not_shown(page.locator(part).first, wanted) == [], where
            assert page.evaluate("window.taken === undefined"), where
            page.wait_for_function("document.title === 'QA Toolkit'")
        assert asked <= {"127.0.0.1", ""}
        page.close()


def not_shown(part: Any, wanted: Iterable[str]) -> list[str]:
    """Which texts are not there, once all are or the patience is at its end."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while True:
        shown = squeezed(part.text_content())
        missing = [text for text in wanted if squeezed(text) not in shown]
        if not missing or time.monotonic() > end:
            return missing
        part.page.wait_for_timeout(200)


def squeezed(text: str) -> str:
    """Without spaces and signs that nobody sees, which a browser may show in its own way."""
    return "".join(sign for sign in text if not sign.isspace() and sign.isprintable())


def test_four_analysts_on_one_call_lose_nothing(server: Server, browser: Any) -> None:
    desks = []
    for who in ("Ana", "Jun", "Kit", "Mia"):
        page = browser.new_context().new_page()
        desks.append(open_desk(page, server, who))
    for number, desk in enumerate(desks):
        desk.locator("[data-criterion='G-2'] .option[data-value='yes']").click()
        desk.locator("[data-criterion='G-2'] .override").select_option("judgement")
        desk.locator("[data-criterion='G-2'] .override-text").fill(f"reader {number}")
    for desk in desks:
        desk.get_by_text("Saved ").wait_for()
    for desk in desks:
        desk.locator("button.submit").click()
        desk.page.locator("[data-testid=stAlert]").first.wait_for()
    said = [desk.page.locator("[data-testid=stAlert]").first.inner_text() for desk in desks]
    assert "is filed" in said[0]
    assert all("ana filed" in text for text in said[1:]), said
    assert len(reviews(server)) == 1
    with Store.open(server.store) as store:
        for number, who in enumerate(("jun", "kit", "mia"), 1):
            kept = store.work.draft("call-1", "greeting", by=who)
            assert kept is not None
            assert json.loads(kept.json)["overrides"]["G-2"][1] == f"reader {number}"
    for desk in desks:
        desk.page.context.close()


def test_the_page_of_a_call_plays_by_the_route_and_that_is_audited(server: Server, browser: Any) -> None:
    page = browser.new_page()
    sign_in(page, server, "Aud", "/call?interaction=call-1&rubric=greeting")
    page.get_by_text("Your role may not hear recordings.").wait_for()
    page.close()
    page = browser.new_page()
    sign_in(page, server, "Ana", "/call?interaction=call-1&rubric=greeting")
    page.get_by_text("Was the caller greeted?").first.click()
    page.get_by_role("button", name="Play 0:00").or_(
        page.get_by_role("button", name="Play 0:01")
    ).first.click()
    page.wait_for_function(
        "() => { const a = document.querySelector('audio'); return a && a.currentTime > 0.4; }"
    )
    with Store.open(server.store) as store:
        played = [row.who for row in store.audit.entries() if row.action == "audio.play"]
    assert played == ["ana"]
    page.close()


def test_the_waveform_follows_the_page_for_whoever_may_hear(server: Server, browser: Any) -> None:
    page = browser.new_page()
    with page.expect_response(lambda answer: "/qa/outline" in answer.url) as asked:
        open_desk(page, server, "Ana")
    address = asked.value.url
    channels = asked.value.json()["channels"]
    assert [len(each) for each in channels] == [2000, 2000]
    assert max(channels[0]) > 0.2
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(address.replace("call-1", "call-2"))  # noqa: S310
    with Store.open(server.store) as store:
        ana = next(user for user in store.people.users() if user.id == "ana")
        store.people.save([replace(ana, active=False)], by="adm")
        assert not [row for row in store.audit.entries() if row.action == "audio.play" and row.who != "ana"]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(address)  # noqa: S310
    page.close()


def test_keys_choose_a_turn_and_lead_to_the_next_call_by_the_filter(server: Server, browser: Any) -> None:
    with Store.open(server.store) as store:
        assign(store, ["call-3"], "greeting", ["ana"], by="lee", due_on="2026-11-30")
    page = browser.new_page()
    sign_in(page, server, "Ana", "/queue?due_by=2026-12-01&text=call-")
    page.get_by_text("n = 3; shown 1 to 3.").wait_for()
    page.get_by_role("button", name="Start with the first").click()
    desk = page.locator(".desk")
    desk.locator(".turn").first.wait_for()
    assert "call-3" in page.url
    page.get_by_role("button", name="Leave it for later: call-1").click()
    page.wait_for_url("**interaction=call-1**")
    page.wait_for_function(
        "() => [...document.querySelectorAll('*')].some((e) => e.shadowRoot"
        "?.querySelector('.desk audio')?.src.includes('id=call-1'))"
    )
    desk.locator(".criteria").focus()
    for key in (".", ".", "k"):
        page.keyboard.press(key)
    desk.locator("[data-turn='2'].current").wait_for()
    page.keyboard.press("t")
    assert desk.locator("[data-turn='2'] .choose").is_checked()
    page.keyboard.press("a")
    assert desk.locator("[data-criterion='G-1'] .attached").inner_text() == "turns 2"
    page.keyboard.press("/")
    page.keyboard.type("you")
    desk.locator(".found", has_text="1 / 5 found").wait_for()
    page.keyboard.press("Enter")
    desk.locator(".found", has_text="2 / 5 found").wait_for()
    page.close()
