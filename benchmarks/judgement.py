"""How often the shipped call rubrics answer, and how often they are right, on labelled calls.

    python benchmarks/judgement.py [FOLDER] [--json] [--resamples N]

Without FOLDER: the shipped sample calls and the development excerpts of ``tests/rubrics``, on which the phrases were tuned
(in-sample), and apart from them the held-back excerpts. The READMEs beside the excerpts say what each set gave when it
was measured for the first time, which is the fairer figure. A folder holds one JSON file a call, in the format of the
shipped samples.

A label counts where the machine gives an answer to the criterion: ``yes``, ``no`` or ``na``. Coverage is the share of
labels with a machine answer; accuracy the share of those answers that equal the label. A missed failure is a ``no``
of a compliance criterion that the machine called ``yes`` or ``na``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_toolkit.domain import Answer, AnswerStatus
from qa_toolkit.evaluation import LoadedRubric, load_rubric
from qa_toolkit.pipeline import judge, read_case
from qa_toolkit.resources import sample_dir
from qa_toolkit.statistics import clopper_pearson, gwet_ac1

EXCERPTS = Path(__file__).resolve().parents[1] / "tests" / "rubrics"
SETS = [
    ("shipped samples", "IN-SAMPLE: the phrases were tuned on them", sample_dir() / "transcripts"),
    ("development excerpts", "IN-SAMPLE: the phrases were corrected from them", EXCERPTS / "development"),
    (
        "held-back excerpts",
        "not tuned on, but for what their README says; same author",
        EXCERPTS / "held_back",
    ),
]
RUBRICS = {"inbound": "inbound_call", "outbound": "outbound_call"}


@dataclass(frozen=True)
class Judged:
    """One label beside what the machine said; ``machine`` is None where it left the answer to a person."""

    call: str
    criterion: str
    critical: str
    label: str
    machine: str | None
    reason: str | None

    @property
    def right(self) -> bool:
        return self.machine == self.label

    @property
    def missed_failure(self) -> bool:
        return self.label == "no" and self.machine in ("yes", "na")


def value_of(answer: Answer) -> str | None:
    """``yes``, ``no``, ``na``, or None where there is no answer."""
    if answer.status is AnswerStatus.NOT_APPLICABLE:
        return "na"
    return str(answer.answer) if answer.status is AnswerStatus.ANSWERED else None


def judged(folder: Path, rubrics: dict[str, LoadedRubric]) -> tuple[list[Judged], float]:
    """Every label of a folder beside the machine's answer, and evaluations a second (reading left out)."""
    rows: list[Judged] = []
    seconds = 0.0
    files = sorted(folder.glob("*.json"))
    for file in files:
        case = read_case(file)
        rubric = rubrics[str(case.interaction.direction)]
        start = time.perf_counter()
        evaluation = judge(case, rubric)
        seconds += time.perf_counter() - start
        labels = json.loads(file.read_text(encoding="utf-8"))["labels"]
        for criterion, label in labels.items():
            answer = evaluation.answer(criterion)
            critical = rubric.rubric.criterion(criterion).critical
            rows.append(
                Judged(
                    case.interaction.id, criterion, critical, label["answer"], value_of(answer), answer.reason
                )
            )
    return rows, len(files) / seconds if seconds else 0.0


def summary(rows: list[Judged], resamples: int) -> dict[str, Any]:
    """Coverage and accuracy of some labels, and Gwet's AC1 of the answers given."""
    given = [row for row in rows if row.machine is not None]
    right = sum(row.right for row in given)
    accuracy = clopper_pearson(right, len(given)) if given else None
    pairs = [(row.label, row.machine) for row in given]
    ac1 = gwet_ac1(pairs, categories=("yes", "no", "na"), resamples=resamples) if pairs else None
    return {
        "labels": dict(Counter(row.label for row in rows)),
        "n": len(rows),
        "answered": len(given),
        "coverage": len(given) / len(rows) if rows else None,
        "right": right,
        "accuracy": right / len(given) if given else None,
        "accuracy_interval": [accuracy.low, accuracy.high] if accuracy else None,
        "gwet_ac1": ac1.estimate if ac1 else None,
        "gwet_ac1_interval": [ac1.low, ac1.high] if ac1 else None,
        "wrong": [
            {
                "call": r.call,
                "label": r.label,
                "machine": r.machine,
                "criterion": r.criterion,
                "reason": r.reason,
            }
            for r in given
            if not r.right
        ],
    }


def report(
    name: str, note: str, folder: Path, rubrics: dict[str, LoadedRubric], resamples: int
) -> dict[str, Any]:
    """The figures of one folder."""
    rows, speed = judged(folder, rubrics)
    by_criterion: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        by_criterion[row.criterion].append(row)
    compliance = [row for row in rows if row.critical == "compliance"]
    return {
        "set": name,
        "note": note,
        "calls": len({row.call for row in rows}),
        "all": summary(rows, resamples),
        "applicable_only": summary([row for row in rows if row.label != "na"], resamples),
        "compliance": {
            "failures": sum(row.label == "no" for row in compliance),
            "found": sum(row.label == "no" and row.machine == "no" for row in compliance),
            "missed": [f"{row.call} {row.criterion}" for row in compliance if row.missed_failure],
        },
        "criteria": {key: summary(by_criterion[key], resamples) for key in sorted(by_criterion)},
        "evaluations_per_second": speed,
    }


def shown(value: float | None) -> str:
    return "  -  " if value is None else f"{value:5.3f}"


def interval(limits: list[float | None] | None) -> str:
    return "" if not limits or limits[0] is None else f"[{shown(limits[0])}, {shown(limits[1])}]"


def table(result: dict[str, Any]) -> None:
    print(f"\n{result['set']}: {result['calls']} calls, {result['note']}")
    print(f"{'item':8}{'yes':>4}{'no':>4}{'na':>4}{'given':>7}{'cover':>8}{'right':>8}  AC1")
    for key, item in result["criteria"].items():
        labels = item["labels"]
        print(
            f"{key:8}{labels.get('yes', 0):4}{labels.get('no', 0):4}{labels.get('na', 0):4}{item['answered']:7}"
            f"{shown(item['coverage']):>8}{shown(item['accuracy']):>8}"
            f"  {shown(item['gwet_ac1'])} {interval(item['gwet_ac1_interval'])}"
        )
    for title, key in (("all labels", "all"), ("labels other than na", "applicable_only")):
        whole = result[key]
        print(
            f"{title}: {whole['right']} of {whole['answered']} answers right = {shown(whole['accuracy'])} "
            f"{interval(whole['accuracy_interval'])}, coverage {shown(whole['coverage'])} of {whole['n']}, "
            f"AC1 {shown(whole['gwet_ac1'])} {interval(whole['gwet_ac1_interval'])}"
        )
    compliance = result["compliance"]
    print(
        f"compliance failures: {compliance['failures']}, found {compliance['found']}, "
        f"missed {len(compliance['missed'])} {compliance['missed'] or ''}"
    )
    for wrong in result["all"]["wrong"]:
        print(
            f"  wrong: {wrong['call']} {wrong['criterion']} label {wrong['label']}, machine {wrong['machine']}"
        )
    print(f"{result['evaluations_per_second']:.1f} evaluations a second (one process, metrics not counted)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, help="labelled calls in place of the shipped ones")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
    parser.add_argument("--resamples", type=int, default=1000, help="bootstrap resamples (default 1000)")
    options = parser.parse_args()
    rubrics = {direction: load_rubric(name) for direction, name in RUBRICS.items()}
    if options.folder:
        sets = [(options.folder.name, "labelled calls of the given folder", options.folder)]
    else:
        sets = [known for known in SETS if known[2].is_dir()]
    results = [report(name, note, folder, rubrics, options.resamples) for name, note, folder in sets]
    if options.json:
        print(json.dumps(results, ensure_ascii=False, indent=2))
        return
    for result in results:
        table(result)


if __name__ == "__main__":
    main()
