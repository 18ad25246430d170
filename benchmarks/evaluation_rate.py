"""How many transcripts a second are judged by a rubric, without recognition, and what the time goes on.

    python benchmarks/evaluation_rate.py [--calls N] [--processes N] [--rubric NAME] [--json]

The transcripts are the shipped labelled calls said otherwise: names, numbers, streets and dates replaced, fillers and openings
put in, turns of other calls of the same kind mixed in between, so that hardly a turn is said twice (the share is printed).
Every process judges its part; a rate is calls by the clock from the start of judging, after the rubric is loaded, summed over
the processes. "Cold" is a folder without any vectors and processes that have judged nothing; "cached vectors"
are new processes with the vectors the cold ones left on disk. A transcript is made and its metrics are measured outside the
clock. The memory of a process is read after a tenth of its calls and at the end.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import multiprocessing
import os
import pstats
import random
import re
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qa_toolkit.evaluation import load_rubric
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.memory import collect_seldom
from qa_toolkit.pipeline import judge, with_metrics
from qa_toolkit.resources import sample_dir

PROFILED = 100


def _words(text: str) -> list[str]:
    return text.split()


NAMES = _words("""
    Abena Adele Agnes Alvaro Amara Anselm Ayumi Bashir Beatriz Bram Calista Cedric Chiara Clement Dalia Darius
    Delphine Dmitri Edda Eamon Elif Enzo Esme Farid Greta Hakim Hilda Ignacio Imani Ivar Jasper Jolene Kaito
    Keziah Lars Lucian Magda Malik Mireille Nadim Nerys Odalys Oleg Paloma Piers Quentin Rafaela Romy Sabine Selim
    Sunniva Tamsin Teodoro Ulla Viggo Wanda Xiomara Yusuf Zadie
""")
STREETS = _words("""
    Alder Birch Cedar Dogwood Elder Fir Hawthorn Juniper Larch Maple Oak Willow
""")
OPENINGS = {
    "en": [
        "Um, ",
        "Well, ",
        "Okay, ",
        "So, ",
        "Right, ",
        "You know, ",
        "Let me see, ",
        "Uh, ",
        "I mean, ",
        "Now, ",
        "Oh, ",
        "",
    ],
    "es": [
        "Este, ",
        "Bueno, ",
        "Pues, ",
        "A ver, ",
        "Mire, ",
        "Entonces, ",
        "O sea, ",
        "Ah, ",
        "Fíjese, ",
        "",
    ],
}
ASIDES = {
    "en": """
        as far as I know|if I remember that right|sorry, the line is bad|hang on, my {name} is talking|that was around {number}
        I think|give or take {number}|from what {name} told me|like I told {name}|on {street} that is|around {number} or so
    """,
    "es": """
        según yo|si mal no recuerdo|perdón, se oye mal|espéreme, me habla {name}|eso fue como {number}|creo yo
        más o menos {number}|por lo que me dijo {name}|ahí en {street}
    """,
}
_WORD = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True)
class Rate:
    """One pass over all calls."""

    name: str
    calls: int
    a_second: float
    wall_s: float
    cpu_s: float
    mib_at_tenth: float
    mib_at_end: float


def base_calls(direction: str) -> list[dict[str, Any]]:
    """The shipped labelled calls of a direction."""
    read = [
        json.loads(file.read_text(encoding="utf-8"))
        for file in sorted((sample_dir() / "transcripts").glob("*.json"))
    ]
    return [call for call in read if call["direction"] == direction]


def said_otherwise(calls: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """One of the calls with other names, numbers and fillers, and some turns of another one of its language."""
    rng = random.Random(number)  # noqa: S311  # the same calls in every run, nothing secret
    call = calls[number % len(calls)]
    language = call["language"]
    donor = rng.choice([other for other in calls if other["language"] == language])
    names = {name: rng.choice(NAMES) for name in sorted(_names_of(call["turns"]))}
    turns, shift, end = [], 0.0, 0.0
    for turn in call["turns"]:
        for said in (turn, *_aside(donor, turn, rng)):
            text = _otherwise(said["text"], names, language, rng)
            length = max(0.4, len(text.split()) / 2.6)
            start = max(turn["start_s"] + shift, 0.0)
            if said is not turn:
                start = end + 0.3
            shift += length + 0.3 if said is not turn else length - (turn["end_s"] - turn["start_s"])
            end = start + length
            speaker = turn["speaker"]
            turns.append(
                {"id": len(turns) + 1, "speaker": speaker, "text": text, "start_s": start, "end_s": end}
            )
    known = {key: call[key] for key in ("direction", "language", "caller_type", "transaction")}
    return {**known, "id": f"made-{number:05d}", "holds": [], "turns": turns}


def _aside(donor: dict[str, Any], turn: dict[str, Any], rng: random.Random) -> list[dict[str, Any]]:
    """Now and then a turn of another call by the same speaker."""
    if rng.random() > 0.1:
        return []
    same = [other for other in donor["turns"] if other["speaker"] == turn["speaker"]]
    return [rng.choice(same)] if same else []


def _names_of(turns: list[dict[str, Any]]) -> set[str]:
    """Words that are written with a capital wherever they stand, and not only at the start."""
    inside: Counter[str] = Counter()
    small: set[str] = set()
    for turn in turns:
        for match in _WORD.finditer(turn["text"]):
            word, before = match.group(), turn["text"][: match.start()].rstrip()
            if word[0].islower():
                small.add(word)
            elif len(word) > 3 and before and before[-1] not in ".?!¿¡":
                inside[word] += 1
    return {
        word
        for word in inside
        if word.lower() not in small and word not in ("Health", "Exchange", "State", "Golden")
    }


def _otherwise(text: str, names: dict[str, str], language: str, rng: random.Random) -> str:
    """A text with other names and numbers, an opening and now and then an aside."""
    swapped = _WORD.sub(
        lambda match: (
            str(rng.randint(10 ** (len(match.group()) - 1), 10 ** len(match.group()) - 1))
            if match.group().isdigit()
            else names.get(match.group(), match.group())
        ),
        text,
    )
    openings = OPENINGS[language]
    opened = rng.choice(openings) + (rng.choice(openings) if rng.random() < 0.5 else "")
    aside = rng.choice(
        [part.strip() for line in ASIDES[language].splitlines() for part in line.split("|") if part.strip()]
    )
    filled = aside.format(
        name=rng.choice(NAMES),
        number=rng.randint(2, 9999),
        street=f"{rng.randint(2, 9999)} {rng.choice(STREETS)}",
    )
    if len(swapped.split()) < 3:
        return f"{opened}{swapped}"
    return f"{opened}{swapped.rstrip('.')}, {filled}."


@dataclass(frozen=True)
class Part:
    """What one process is to judge: every ``step``-th call from ``first`` on."""

    rubric: str
    first: int
    calls: int
    step: int
    home: str


def judged(part: Part) -> tuple[int, float, float, float, float]:
    """In a process: the calls of its part, the seconds by the clock and of the processor to judge them, and the
    resident memory in MiB after a tenth of them and at the end."""
    os.environ["QA_HOME"] = part.home
    collect_seldom()  # as the workers of a batch do
    loaded = load_rubric(part.rubric)
    bases = base_calls(_direction(loaded))
    numbers = range(part.first, part.calls, part.step)
    wall = cpu = at_tenth = 0.0
    for done, number in enumerate(numbers, start=1):
        case = with_metrics(_case(bases, number))  # made and measured one by one, outside the clock
        begun, spent = time.monotonic(), time.process_time()
        evaluation = judge(case, loaded)
        wall, cpu = wall + time.monotonic() - begun, cpu + time.process_time() - spent
        if any(str(answer.status) == "error" for answer in evaluation.answers):
            raise SystemExit(f"{case.interaction.id} has an answer in error: nothing is reported")
        if done == max(1, len(numbers) // 10):
            at_tenth = _resident_mib()
    return len(numbers), wall, cpu, at_tenth, _resident_mib()


def _resident_mib() -> float:
    """What the process holds in memory now (Linux; 0 elsewhere)."""
    statm = Path("/proc/self/statm")
    pages = int(statm.read_text().split()[1]) if statm.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _case(bases: list[dict[str, Any]], number: int) -> Any:
    document = said_otherwise(bases, number)
    return case_from_document(document, default_id=document["id"])


def _direction(loaded: Any) -> str:
    return "outbound" if loaded.rubric.id.startswith("outbound") else "inbound"


def measured(name: str, rubric: str, calls: int, processes: int, home: str) -> Rate:
    """All calls judged once by so many new processes."""
    parts = [Part(rubric, first, calls, processes, home) for first in range(processes)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, max_tasks_per_child=1) as pool:
        found = list(pool.map(judged, parts))
    return Rate(
        name,
        calls,
        a_second=sum(count / wall for count, wall, *_ in found),
        wall_s=max(wall for _, wall, *_ in found),
        cpu_s=sum(cpu for _, _, cpu, *_ in found),
        mib_at_tenth=max(at_tenth for *_, at_tenth, _ in found),
        mib_at_end=max(at_end for *_, at_end in found),
    )


def profile(rubric: str, home: str, first: int, calls: int) -> list[tuple[str, float]]:
    """The share of the time of judging that each part of the toolkit takes itself."""
    os.environ["QA_HOME"] = home
    loaded = load_rubric(rubric)
    bases = base_calls(_direction(loaded))
    cases = [with_metrics(_case(bases, first + number)) for number in range(calls)]
    judge(cases[0], loaded)
    profiler = cProfile.Profile()
    profiler.enable()
    for case in cases[1:]:
        judge(case, loaded)
    profiler.disable()
    spent: dict[str, float] = defaultdict(float)
    statistics: Any = pstats.Stats(profiler)
    for (file, _, _), (_, _, own, _, callers) in statistics.stats.items():
        if "qa_toolkit" in file:
            spent[_part(file)] += own
        else:
            _share(spent, callers, own)
    total = sum(spent.values())
    return sorted(((part, seconds / total) for part, seconds in spent.items()), key=lambda row: -row[1])


def _share(spent: dict[str, float], callers: dict[Any, Any], own: float) -> None:
    """Time in a library counts for the parts that called it."""
    inside = {caller[0]: each[2] for caller, each in callers.items() if "qa_toolkit" in caller[0]}
    known = sum(inside.values())
    for file, seconds in inside.items():
        spent[_part(file)] += seconds
    spent["libraries, called by others" if inside else "libraries"] += max(0.0, own - known)


def _part(file: str) -> str:
    return file.rpartition("qa_toolkit/")[2].removesuffix(".py")


def distinct_turns(rubric: str, calls: int) -> tuple[int, int]:
    """How many turns all calls have, and how many different ones."""
    bases = base_calls(_direction(load_rubric(rubric)))
    texts: Counter[str] = Counter()
    for number in range(calls):
        texts.update(turn["text"] for turn in said_otherwise(bases, number)["turns"])
    return texts.total(), len(texts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=10_000, help="transcripts (default 10000)")
    parser.add_argument("--processes", type=int, default=2, help="processes (default 2)")
    parser.add_argument(
        "--rubric", default="inbound_call", help="a shipped call rubric (default inbound_call)"
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
    options = parser.parse_args()
    # Found before QA_HOME is moved: models stay where they are, vectors of sentences start from nothing.
    os.environ.setdefault("QA_MODEL_CACHE", str(Path.home() / ".local/share/qa-toolkit/cache/models"))
    os.environ["OMP_NUM_THREADS"] = "1"
    home = tempfile.mkdtemp()
    try:
        turns, distinct = distinct_turns(options.rubric, options.calls)
        rates = [
            measured(name, options.rubric, options.calls, options.processes, home)
            for name in ("cold", "cached vectors")
        ]
        parts = profile(options.rubric, home, options.calls, min(PROFILED, options.calls))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    show(options, turns, distinct, rates, parts)


def show(
    options: argparse.Namespace, turns: int, distinct: int, rates: list[Rate], parts: list[tuple[str, float]]
) -> None:
    """Prints everything."""
    if options.json:
        found = [asdict(rate) for rate in rates]
        print(json.dumps({"turns": turns, "distinct": distinct, "rates": found, "profile": parts}, indent=2))
        return
    print(
        f"{options.calls} transcripts, {turns} turns, {distinct} of them different ({distinct / turns:.1%}), "
        f"rubric {options.rubric}, {options.processes} processes"
    )
    for rate in rates:
        print(
            f"{rate.name:16}{rate.a_second:7.1f} a second by the clock ({rate.wall_s:.1f} s), "
            f"{rate.calls / rate.cpu_s:.1f} a CPU second of one core; a process held "
            f"{rate.mib_at_tenth:.0f} MiB after a tenth, {rate.mib_at_end:.0f} MiB at the end"
        )
    print("what the time goes on (other transcripts, vectors not cached, under a profiler):")
    for part, share in parts[:16]:
        print(f"  {share:6.1%}  {part}")


if __name__ == "__main__":
    main()
