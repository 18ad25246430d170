"""How the review app feels: a one-hour call, a queue of 50,000, memory over many page loads.

    python benchmarks/app.py [--queue 50000] [--loads 200]

Starts the app on a store made for it and drives it with a browser (Chromium, Playwright). Times are of a warmed-up server, from
going to an address to the page being usable; the first visit is printed apart.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import app_server
from app_server import CHROMIUM, LAUNCH, SAID, Server, add_call, made_store, serving

from qa_toolkit.domain import Role
from qa_toolkit.store import Store

TURNS = 1200
TARGET_S = 2.0
REPEATS = 6
USABLE = """n => { const root = [...document.querySelectorAll('*')].map(e => e.shadowRoot)
  .find(r => r && r.querySelector('.desk')); return root && root.querySelectorAll('.turn').length === n; }"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--queue", type=int, default=50_000)
    options.add_argument("--loads", type=int, default=200)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = filled(Path(folder), given.queue)
        with serving(store, "--as", "ana") as server:
            drive(server, given.queue, given.loads)
    return 0


def filled(folder: Path, queue: int) -> Path:
    """Two short calls, one of an hour, and a queue."""
    path = made_store(folder, calls=2)
    rng = random.Random(1)  # noqa: S311
    words = " ".join(text for _, _, text in SAID).split()
    hour = [
        (n, Role.AGENT if n % 2 else Role.CUSTOMER, " ".join(rng.choices(words, k=rng.randint(3, 14))))
        for n in range(1, TURNS + 1)
    ]
    app_server.SECONDS_A_TURN = 3.0
    with Store.open(path) as store:
        add_call(store, folder, "hour", hour)
    enqueue(path, queue)
    return path


def enqueue(path: Path, count: int) -> None:
    """So many interactions in the queue of ana, written past the rules, which would take an hour."""
    import sqlite3

    with sqlite3.connect(path) as database:
        one = database.execute("SELECT * FROM interactions WHERE id = 'call-1'")
        names = [column[0] for column in one.description]
        row = dict(zip(names, one.fetchone(), strict=True))
        marks = ", ".join("?" for _ in names)
        database.executemany(
            f"INSERT INTO interactions ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
            ([f"q-{n:06}" if name == "id" else row[name] for name in names] for n in range(count)),
        )
    with Store.open(path) as store:
        step = 5000
        for first in range(0, count, step):
            ids = [f"q-{n:06}" for n in range(first, min(first + step, count))]
            store.work.assign(
                ids, "greeting", ["ana"], by="lee", due_on="2026-12-01", blind=False, session=None
            )


def drive(server: Server, queue: int, loads: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        page = browser.new_page()
        page.set_default_timeout(120_000)
        print(f"first visit, imports included: {opened(page, server, 'call-1', len(SAID)):.1f} s")
        opened(page, server, "hour", TURNS)
        tell(server, f"one-hour call, {TURNS} turns", lambda: opened(page, server, "hour", TURNS), TARGET_S)
        tell(server, "an answer, click to saved draft", lambda: clicked(page))
        queued(page, server, queue)
        tell(server, f"queue of {queue}", lambda: queued(page, server, queue), TARGET_S)
        flat(page, server, loads)
        browser.close()


def tell(server: Server, what: str, once: Callable[[], float], target: float | None = None) -> None:
    """One line: how long it takes, and the processor time of the server in it."""
    before = cpu_s(server.process.pid)
    times = [once() for _ in range(REPEATS)]
    spent = (cpu_s(server.process.pid) - before) / REPEATS
    wanted = "" if target is None else f"; target {target:g} s: {verdict(max(times), target)}"
    print(f"{what}: {said(times)}; server {spent:.2f} s of processor{wanted}", flush=True)


def verdict(worst: float, target: float) -> str:
    return "met by all" if worst < target else f"worst {worst:.2f} s"


def cpu_s(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def opened(page: Any, server: Server, call: str, turns: int) -> float:
    begun = time.monotonic()
    page.goto(f"{server.url}/review?interaction={call}&rubric=greeting")
    page.wait_for_function(USABLE, arg=turns)
    return time.monotonic() - begun


def clicked(page: Any) -> float:
    begun = time.monotonic()
    chosen = page.locator(".desk [data-criterion='G-2'] .option[data-value='yes']")
    chosen.click()  # the desk says at once that it is saving
    page.wait_for_function(
        "() => { const root = [...document.querySelectorAll('*')].map(e => e.shadowRoot)"
        ".find(r => r && r.querySelector('.desk'));"
        " return root.querySelector('.status').textContent.startsWith('Saved'); }"
    )
    return time.monotonic() - begun


def queued(page: Any, server: Server, queue: int) -> float:
    begun = time.monotonic()
    page.goto(server.url)
    page.get_by_text(f"n = {queue}; shown").wait_for()
    return time.monotonic() - begun


def flat(page: Any, server: Server, loads: int) -> None:
    """Memory of the server after each tenth of the loads."""
    sizes = []
    for number in range(1, loads + 1):
        opened(
            page, server, ("call-1", "call-2", "hour")[number % 3], (len(SAID), len(SAID), TURNS)[number % 3]
        )
        if number % max(1, loads // 10) == 0:
            sizes.append(resident_mb(server.process.pid))
    shown = ", ".join(f"{size:.0f}" for size in sizes)
    # The first tenth still fills caches of a fixed size.
    grown = sizes[-1] - sizes[min(1, len(sizes) - 1)]
    print(f"memory over {loads} loads: {shown} MB; {grown:+.0f} MB after the first two tenths")


def resident_mb(pid: int) -> float:
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def said(times: list[float]) -> str:
    return (
        f"median {statistics.median(times):.2f} s, {min(times):.2f} to {max(times):.2f} s, n = {len(times)}"
    )


if __name__ == "__main__":
    sys.exit(main())
