"""How many applications a minute are compared, and how much memory that takes.

    python benchmarks/keying_rate.py [--applications 100000] [--workers 1 2] [--json]

Two CSV with one row a field are written (a thousand different applications under new ids, one error each) and
compared by ``qa keying compare`` in a process of its own for each number of workers. Memory is the peak of that
process (``parent``) and of the largest worker, as the operating system counts it; ``grown`` is what comparing all
takes beyond comparing a hundredth of it.
"""

# ruff: noqa: S311  # a fixed seed is the point
from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from qa_toolkit.keying import Record, load_layout
from qa_toolkit.keying.made_applications import make_application
from qa_toolkit.keying.seeding import FIELD_KINDS, Seeded, seed
from qa_toolkit.keying.writing import write_records

LOADED = load_layout("covered_application")

COMPARE = """
import json, resource, sys
from qa_toolkit.cli.main import execute
code = execute(sys.argv[1:])
kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
usage = [resource.getrusage(kind) for kind in kinds]
print(json.dumps({"code": code, "peak_mb": [u.ru_maxrss / 1024 for u in usage],
                  "cpu_s": [u.ru_utime + u.ru_stime for u in usage]}), file=sys.stderr)
"""


def made(count: int) -> list[Seeded]:
    random = Random(19)
    return [
        seed(make_application(LOADED.layout, n, random), LOADED.layout, random.sample(FIELD_KINDS, 1), random)
        for n in range(count)
    ]


def write(folder: Path, applications: list[Seeded], count: int) -> tuple[Path, Path]:
    def again(side: str) -> Iterator[Record]:
        for n in range(count):
            record: Record = getattr(applications[n % len(applications)], side)
            yield Record(f"A{n:07}", record.groups, record.metadata)

    keyed, reference = folder / f"keyed{count}.csv", folder / f"reference{count}.csv"
    write_records(keyed, again("keyed"), metadata=("operator", "site"))
    write_records(reference, again("reference"))
    return keyed, reference


def compare(keyed: Path, reference: Path, workers: int) -> dict[str, Any]:
    """Wall and processor seconds, and peaks, of one comparison in a fresh process."""
    command = [sys.executable, "-c", COMPARE, "keying", "compare", str(keyed), str(reference), "--layout",
               "covered_application", "--workers", str(workers)]  # fmt: skip
    start = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    usage = json.loads(ran.stderr.strip().splitlines()[-1])
    if usage["code"] != 0:
        raise RuntimeError(ran.stderr)
    return {"seconds": seconds, **usage}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--applications", type=int, default=100_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    applications, figures = made(1000), []
    with tempfile.TemporaryDirectory() as folder:
        small = write(Path(folder), applications, max(1000, given.applications // 100))
        large = write(Path(folder), applications, given.applications)
        megabytes = large[0].stat().st_size / 1e6
        for workers in given.workers:
            base, whole = compare(*small, workers), compare(*large, workers)
            figures.append(
                {
                    "workers": workers,
                    "applications": given.applications,
                    "megabytes": megabytes,
                    "per_minute": 60 * given.applications / whole["seconds"],
                    "per_cpu_minute": 60 * given.applications / sum(whole["cpu_s"]),
                    "peak_mb_parent": whole["peak_mb"][0],
                    "peak_mb_worker": whole["peak_mb"][1],
                    "grown_mb_parent": whole["peak_mb"][0] - base["peak_mb"][0],
                }
            )
    if given.json:
        print(json.dumps(figures, indent=2))
        return
    for each in figures:
        for key, value in each.items():
            print(f"  {key:20} {value if isinstance(value, int) else format(value, ',.1f')}")


if __name__ == "__main__":
    main()
