"""The app as a user starts it, a browser beside it, and a small store to work on; shared by the browser tests."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from store_examples import GREETING, example_evaluation, example_interaction

from qa_toolkit.domain import ChannelLayout, Recording, Result, Role, Transcript, Turn, Word
from qa_toolkit.domain.contract import to_contract
from qa_toolkit.domain.keying import LayoutRef
from qa_toolkit.domain.scans import (
    FieldReading,
    ReadBy,
    ScannedPage,
    ScannedRecord,
    ScanReadings,
    TemplateRef,
)
from qa_toolkit.keying import load_layout
from qa_toolkit.resources import sample_dir
from qa_toolkit.store import InputRef, Store
from qa_toolkit.store.people_records import User

CHROMIUM = os.environ.get("QA_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
LAUNCH = ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]
PATIENCE_MS = 60_000
"""For what has to happen but may be slow on a busy machine."""
PEOPLE = (
    User("ana", "analyst", "Ana Flores"),
    User("jun", "analyst", "Jun Park"),
    User("kit", "analyst", "Kit Sosa"),
    User("mia", "analyst", "Mia Lund"),
    User("lee", "lead", "Lee Ortiz"),
    User("max", "manager", "Max Boyd"),
    User("aud", "auditor", "Audrey Kim"),
    User("adm", "admin", "Root Person"),
    User("tess", "agent", "Tess Hale", "A-17"),
)
SAID = (
    (1, Role.AGENT, "Good morning, how can I help you today?"),
    (2, Role.CUSTOMER, "My plan ended and my social is 548 22 1973, can you look?"),
    (3, Role.AGENT, "Thank you, let me look that up for you right now."),
    (4, Role.CUSTOMER, "Take your time, I am not in a hurry at all."),
    (5, Role.AGENT, "I found it, your plan ended in March of this year."),
)
SECONDS_A_TURN = 4.0


@dataclass
class Server:
    """A running app."""

    url: str
    store: Path
    process: subprocess.Popen[bytes]
    command: list[str]

    def kill(self) -> None:
        """As a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=20)

    def start_again(self) -> None:
        self.process = _started(self.command, self.url)


@contextmanager
def serving(store: Path, *options: str, before: Callable[[str], None] | None = None) -> Iterator[Server]:
    """``qa app`` on a free port, until the block ends; ``before`` is told the address before it starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from qa_toolkit.cli.main import run; run()",
        "app",
        "--headless",
        "--port",
        str(port),
    ]
    command += ["--store", str(store), *options]
    url = f"http://127.0.0.1:{port}"
    if before is not None:
        before(url)
    server = Server(url, store, _started(command, url), command)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(timeout=20)


def _started(command: list[str], url: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 90
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310 - our own server
                return process
        except OSError:
            assert process.poll() is None, "the app ended at once"
            assert time.monotonic() < end, "the app did not start"
            time.sleep(0.1)


def made_store(folder: Path, calls: int = 6) -> Path:
    """A store with people and calls of 20 seconds whose recording is there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "store.db"
    with Store.open(path) as store:
        store.people.save(PEOPLE, by="adm")
        store.register_rubric(GREETING, by="author")
        for number in range(1, calls + 1):
            add_call(store, folder, f"call-{number}")
    return path


def add_call(store: Store, folder: Path, name: str, said: Any = SAID, **facts: Any) -> None:
    """A call with its recording, its words with times, and the machine's evaluation."""
    recording = _recorded(folder / f"{name}.wav", len(said) * SECONDS_A_TURN)
    turns = tuple(_turn(each, place) for place, each in enumerate(said))
    transcript = Transcript(
        id=name,
        language="en",
        duration_s=len(said) * SECONDS_A_TURN,
        turns=turns,
        recording=Recording(f"{name}.wav", recording.sha256, 8000, 2, ChannelLayout.TWO_PARTY),
    )
    result = Result(
        f"{name}.wav", "done", None, to_contract(transcript), None, to_contract(example_evaluation(name))
    )
    interaction = example_interaction(name, **facts)
    store.save_result(result, interaction=interaction, source=recording, by="tester")


def _turn(said: tuple[int, Role, str], place: int) -> Turn:
    number, role, text = said
    start, words = place * SECONDS_A_TURN, text.split()
    step = (SECONDS_A_TURN - 0.5) / max(1, len(words))
    timed = tuple(Word(word, start + n * step, start + (n + 1) * step) for n, word in enumerate(words))
    channel = 0 if role is Role.AGENT else 1
    return Turn(number, role, text, start, start + SECONDS_A_TURN - 0.5, f"S{channel}", channel, timed)


def _recorded(path: Path, seconds: float) -> InputRef:
    time_axis = np.arange(int(seconds * 8000)) / 8000
    speaking = (time_axis // SECONDS_A_TURN).astype(int) % 2
    tone = (8000 * np.sin(2 * np.pi * 220 * time_axis)).astype("<i2")
    sound = np.stack([np.where(speaking == 0, tone, 0), np.where(speaking == 1, tone, 0)], axis=1).astype(
        "<i2"
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(sound.tobytes())
    return InputRef(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), str(path))


AMOUNT = ("income", "1", "amount", "$28,693.92", (643, 675, 902, 723))
"""A field of a sample form, read otherwise than it was keyed: group, member, field, value, box in the scan."""


def made_readings(folder: Path, fields: Sequence[Any] = (AMOUNT,)) -> list[str]:
    """Options of `qa app` for the keying page: a sample scan, read as `qa keying read` would write it."""
    samples, name = sample_dir(), "APP-00006"
    scan = samples / "scans" / f"{name}.tif"
    layout = load_layout("covered_application").layout
    page = ScannedPage(4, scan.name, 4, -1.2, 5.9, 4)
    read = tuple(
        FieldReading(group, member, field, value, "present", 0.98, False, None, 4, scan.name, 4, box)
        for group, member, field, value, box in fields
    )
    readings = ScanReadings(
        LayoutRef(layout.id, layout.version, "0" * 64),
        TemplateRef("by_hand", "1.0.0", None),
        ReadBy("by hand", "none"),
        (ScannedRecord(name, (page,), (1, 2, 3), read),),
    )
    path = folder / "readings.json"
    path.write_text(json.dumps(to_contract(readings)), encoding="utf-8")
    keyed = samples / "keying" / "keyed.csv"
    return ["--keyed", str(keyed), "--scan-readings", str(path), "--scans", str(scan.parent)]


def sign_in(page: Any, server: Server, who: str, path: str = "/") -> None:
    """Chooses a person on the sign-in page, where it is shown, and waits until they are in."""
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.url + path)
    box = page.get_by_role("combobox", name="Who are you?")
    box.or_(page.get_by_role("button", name="Sign out")).first.wait_for()
    if not box.is_visible():  # this browser is signed in already
        return
    box.click()
    box.fill(who)
    page.get_by_role("option", name=who).first.click()
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def choose_first_row(page: Any, table: Any, then: Any) -> None:
    """Clicks the box before the first row until what follows is there.

    Tables are drawn and have no elements to click, and one that is drawn anew meanwhile lies elsewhere.
    """
    from playwright.sync_api import TimeoutError as NotInTime

    for last in (False, False, False, True):
        table.locator("canvas").first.wait_for()
        table.scroll_into_view_if_needed()
        place = table.bounding_box()
        page.mouse.click(place["x"] + 18, place["y"] + 52)
        try:
            then.wait_for(timeout=PATIENCE_MS / 6)
        except NotInTime:
            if last:
                raise
        else:
            return
