"""How often the shipped call rubrics answer, and how often they are right, on labelled calls.

    python benchmarks/judgement.py [FOLDER] [--json] [--resamples N] [--rates 0.1 0.2 0.3] [--audio]

Without FOLDER: the shipped sample calls and the development excerpts of ``tests/rubrics``, on which phrases and thresholds
were tuned (in-sample), and apart from them the held-back excerpts and the unseen calls. The READMEs beside the excerpts say what each set gave
when it was measured for the first time, which is the fairer figure. A folder holds one JSON file a call, in the format of
the shipped samples.

A label counts where the machine gives an answer to the criterion: ``yes``, ``no`` or ``na``. Coverage is the share of
labels with a machine answer; accuracy the share of those answers that equal the label. A missed failure is a ``no``
of a compliance criterion that the machine called ``yes`` or ``na``.

For each rate of simulated word errors (``qa_toolkit/testing/recognition_errors.py`` describes the model) the same calls are
judged again. "Cross-validated" are thresholds chosen on four fifths of the calls and applied to the rest, in turn, by call;
the phrases stay as they are. ``--audio`` judges the calls that have a recording as the recogniser hears them.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa_toolkit.domain import Answer, AnswerStatus, Case
from qa_toolkit.evaluation import LoadedRubric, load_rubric
from qa_toolkit.evaluation.tuning import LabelledAnswer, choose, labelled_answers
from qa_toolkit.pipeline import judge, read_case, with_metrics
from qa_toolkit.resources import sample_dir
from qa_toolkit.statistics import clopper_pearson, gwet_ac1
from qa_toolkit.testing.recognition_errors import with_word_errors

EXCERPTS = Path(__file__).resolve().parents[1] / "tests" / "rubrics"
SETS = [
    ("shipped samples", "IN-SAMPLE: the phrases were tuned on them", sample_dir() / "transcripts"),
    ("development excerpts", "IN-SAMPLE: the phrases were corrected from them", EXCERPTS / "development"),
    (
        "held-back excerpts",
        "not tuned on, but for what their README says; same author",
        EXCERPTS / "held_back",
    ),
    ("unseen calls", "not tuned on; another author", EXCERPTS.parent / "evaluation" / "unseen"),
]
FOLDS = 5
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


def judged(
    folder: Path, rubrics: dict[str, LoadedRubric], heard: Callable[[Case], Case | None]
) -> tuple[list[Judged], float]:
    """Every label of a folder beside the machine's answer, and evaluations a CPU second (reading left out)."""
    rows: list[Judged] = []
    seconds, calls = 0.0, 0
    for case, labels in labelled_cases(folder):
        given = heard(case)
        if given is None:
            continue
        rubric = rubrics[str(case.interaction.direction)]
        start = time.process_time()
        evaluation = judge(given, rubric)
        seconds += time.process_time() - start
        calls += 1
        for criterion, label in labels.items():
            answer = evaluation.answer(criterion)
            critical = rubric.rubric.criterion(criterion).critical
            rows.append(
                Judged(case.interaction.id, criterion, critical, label, value_of(answer), answer.reason)
            )
    return rows, calls / seconds if seconds else 0.0


def labelled_cases(folder: Path) -> list[tuple[Case, dict[str, str]]]:
    """Every call of a folder with its labels."""
    found = []
    for file in sorted(folder.glob("*.json")):
        labels = json.loads(file.read_text(encoding="utf-8")).get("labels")
        if labels:
            found.append((read_case(file), {name: label["answer"] for name, label in labels.items()}))
    return found


def garbled(rate: float) -> Callable[[Case], Case]:
    """A call as heard with that rate of simulated word errors; metrics are measured on what was heard."""

    def heard(case: Case) -> Case:
        if rate == 0 or case.transcript is None:
            return case
        return with_metrics(replace(case, transcript=with_word_errors(case.transcript, rate), metrics=None))

    return heard


def recognised(folder: Path) -> Callable[[Case], Case | None]:
    """A call as the recogniser hears its recording; None where it has none."""
    from qa_toolkit.pipeline import case_of, listen

    def heard(case: Case) -> Case | None:
        recording = folder / f"{case.interaction.id}.wav"
        if not recording.is_file():
            return None
        known = {"direction": case.interaction.direction, "language": case.interaction.language}
        return case_of(listen(recording, metadata={**case.interaction.metadata, **known}))

    return heard


def cross_validated(folder: Path, rubrics: dict[str, LoadedRubric], rates: Sequence[float]) -> dict[str, Any]:
    """Accuracy and coverage with thresholds chosen on other calls than those they are applied to."""
    result: dict[str, Any] = {}
    taken: dict[float, list[LabelledAnswer]] = defaultdict(list)
    total: Counter[float] = Counter()
    cases = labelled_cases(folder)
    for direction, rubric in rubrics.items():
        own = [(case, labels) for case, labels in cases if str(case.interaction.direction) == direction]
        answers = [
            (number % FOLDS, replace(answer, word_error_rate=rate))
            for rate in (0.0, *rates)
            for number, (case, labels) in enumerate(own)
            for answer in labelled_answers(with_metrics(garbled(rate)(case)), rubric, labels)
        ]
        for fold in range(FOLDS):
            chosen = choose(
                [answer for other, answer in answers if other != fold],
                rubric.rubric.criteria,
                target=0.05,
                confidence=0.95,
            )
            for answer in (answer for other, answer in answers if other == fold):
                total[answer.word_error_rate] += 1
                own_confidence = rubric.rubric.criterion(answer.criterion).confidence
                if answer.accepted(own_confidence or chosen[answer.criterion].threshold):
                    taken[answer.word_error_rate].append(answer)
    for rate in (0.0, *rates):
        right = sum(answer.right for answer in taken[rate])
        missed = [
            f"{a.interaction} {a.criterion}"
            for a in taken[rate]
            if a.critical == "compliance" and a.label == "no" and not a.right
        ]
        result[f"{rate:g}"] = {
            "n": total[rate],
            "answered": len(taken[rate]),
            "coverage": len(taken[rate]) / total[rate] if total[rate] else None,
            "right": right,
            "accuracy": right / len(taken[rate]) if taken[rate] else None,
            "compliance_missed": missed,
        }
    return result


def summary(rows: list[Judged], resamples: int) -> dict[str, Any]:
    """Coverage and accuracy of some labels, and Gwet's AC1 of the answers given."""
    given = [row for row in rows if row.machine is not None]
    right = sum(row.right for row in given)
    accuracy = clopper_pearson(right, len(given)) if given else None
    pairs = [(row.label, row.machine) for row in given]
    ac1 = (
        gwet_ac1(pairs, categories=("yes", "no", "na"), resamples=resamples) if pairs and resamples else None
    )
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
    name: str,
    note: str,
    folder: Path,
    rubrics: dict[str, LoadedRubric],
    heard: Callable[[Case], Case | None],
    *,
    resamples: int,
) -> dict[str, Any]:
    """The figures of one folder."""
    rows, speed = judged(folder, rubrics, heard)
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
        "evaluations_per_cpu_second": speed,
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
    speed = result["evaluations_per_cpu_second"]
    print(f"{speed:.1f} evaluations a CPU second (one process, metrics and reading not counted)")


def line(title: str, found: dict[str, Any]) -> None:
    """One line of a comparison."""
    limits = interval(found.get("accuracy_interval"))
    missed = found["compliance_missed"]
    print(
        f"{title:44}{found['right']:5} of {found['answered']:4} right {shown(found['accuracy'])} {limits:16} "
        f"coverage {shown(found['coverage'])}  compliance failures missed: {len(missed)} {missed or ''}"
    )


def brief(result: dict[str, Any]) -> dict[str, Any]:
    """What a line shows of a full result."""
    return {**result["all"], "compliance_missed": result["compliance"]["missed"]}


def compare(
    sets: Sequence[tuple[str, str, Path]],
    rubrics: dict[str, LoadedRubric],
    resamples: int,
    rates: Sequence[float],
) -> list[dict[str, Any]]:
    """Full figures as the calls are, brief ones with word errors and with cross-validated thresholds."""
    results = []
    for name, note, folder in sets:
        found = report(name, note, folder, rubrics, garbled(0.0), resamples=resamples)
        found["word_errors"] = {
            f"{rate:g}": brief(report(name, note, folder, rubrics, garbled(rate), resamples=0))
            for rate in rates
        }
        found["cross_validated"] = cross_validated(folder, rubrics, rates)
        results.append(found)
    return results


def show(result: dict[str, Any]) -> None:
    table(result)
    line("as the calls are", brief(result))
    for rate, found in result["word_errors"].items():
        line(f"{float(rate):.0%} simulated word errors", found)
    for rate, found in result["cross_validated"].items():
        line(f"{float(rate):.0%} word errors, thresholds cross-validated", found)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, help="labelled calls in place of the shipped ones")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
    parser.add_argument("--resamples", type=int, default=1000, help="bootstrap resamples (default 1000)")
    parser.add_argument("--rates", type=float, nargs="*", default=[0.1, 0.2, 0.3], help="word error rates")
    parser.add_argument("--audio", action="store_true", help="judge recordings (.wav beside the JSON) too")
    options = parser.parse_args()
    # Vectors of sentences are kept below QA_HOME; a benchmark starts without any.
    os.environ.setdefault("QA_MODEL_CACHE", str(Path.home() / ".local/share/qa-toolkit/cache/models"))
    with tempfile.TemporaryDirectory() as home:
        os.environ["QA_HOME"] = home
        run(options)


def run(options: argparse.Namespace) -> None:
    """Measures and prints."""
    rubrics = {direction: load_rubric(name) for direction, name in RUBRICS.items()}
    if options.folder:
        sets = [(options.folder.name, "labelled calls of the given folder", options.folder)]
    else:
        sets = [known for known in SETS if known[2].is_dir()]
    results = compare(sets, rubrics, options.resamples, options.rates)
    if options.audio:
        heard = [
            report(
                f"{name}, as heard", note, folder, rubrics, recognised(folder), resamples=options.resamples
            )
            for name, note, folder in sets
            if any(folder.glob("*.wav"))
        ]
        results += [{**found, "word_errors": {}, "cross_validated": {}} for found in heard]
    if options.json:
        print(json.dumps(results, ensure_ascii=False, indent=2))
        return
    for result in results:
        show(result)


if __name__ == "__main__":
    main()
