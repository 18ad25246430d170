"""A batch in a process of its own, for tests that kill it: STORE JOURNAL ITEMS SLEEP_S [WORKERS]."""

from __future__ import annotations

import json
import sys
from typing import Any

from store_examples import GREETING

from qa_toolkit.batch import WorkItem, run_batch
from qa_toolkit.store import Store


def items(journal: str, count: int, sleep_s: float) -> list[WorkItem]:
    payloads: list[dict[str, Any]] = [
        {"name": f"c{n}", "journal": journal, "sleep_s": sleep_s} for n in range(count)
    ]
    return [WorkItem(f"key-{p['name']}", p, f"{p['name']}.wav", p["name"]) for p in payloads]


def main(address: str, journal: str, count: int, sleep_s: float, workers: int) -> int:
    with Store.open(address) as store:
        summary = run_batch(
            items(journal, count, sleep_s),
            "batch_tasks:score",
            store=store,
            workers=workers,
            by="tester",
            rubrics=[GREETING],
        )
    sys.stdout.write(json.dumps([summary.done, summary.done_before, summary.interrupted]))
    return 130 if summary.interrupted else 0


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "2"][:5]
    sys.exit(main(arguments[0], arguments[1], int(arguments[2]), float(arguments[3]), int(arguments[4])))
