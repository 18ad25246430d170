"""Samples as files: written by a draw, read back with what people found."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa_toolkit.errors import InputError, UsageError
from qa_toolkit.sampling.drawing import Sample
from qa_toolkit.sampling.frame import Frame, read_frame
from qa_toolkit.statistics import (
    AssistedEstimate,
    PopulationEstimate,
    SampleDesign,
    assisted_mean,
    design_mean,
    design_ratio,
    horvitz_thompson,
)
from qa_toolkit.statistics.estimators import SampleKind

DESIGN_COLUMNS = ("stratum", "stratum_size", "inclusion_probability", "drawn_by")

_YES = frozenset({"yes", "true", "pass", "passed"})
_NO = frozenset({"no", "false", "fail", "failed"})
_NOT_APPLICABLE = frozenset({"na", "n/a", "not_applicable"})


@dataclass(frozen=True, slots=True)
class SampleEstimate:
    """What the answers of a sample say about the frame; shown with how many answers there were.

    Attributes:
        human: the mean, or with ``per`` the ratio of two totals.
        total: the sum of ``value`` over the whole frame, with its interval; None without any answer.
    """

    value: str
    drawn: int
    answered: int
    not_applicable: int
    unanswered: int
    human: PopulationEstimate
    assisted: AssistedEstimate | None = None
    warnings: tuple[str, ...] = ()
    per: str | None = None
    total: PopulationEstimate | None = None


def sample_object(sample: Sample) -> dict[str, Any]:
    """The sample as JSON, ``qa-toolkit/sample/1``."""
    plan = sample.plan
    return {
        "schema": "qa-toolkit/sample/1",
        "seed": sample.seed,
        "method": plan.method,
        "n": plan.n,
        "per_stratum": plan.per_stratum,
        "by": list(plan.by),
        "allocation": plan.allocation,
        "risk": plan.risk,
        "filters": {name: list(values) for name, values in plan.filters.items()},
        "frame": {"items": sample.frame_size, "eligible": sample.eligible, "sha256": sample.frame_sha256},
        "strata": dict(sample.strata),
        "items": [
            {
                "id": item.id,
                "stratum": item.stratum,
                "stratum_size": sample.strata[item.stratum],
                "inclusion_probability": item.inclusion_probability,
                "weight": item.weight,
            }
            for item in sample.items
        ],
        "warnings": list(sample.warnings),
    }


def sample_csv(sample: Sample) -> str:
    """The sample as CSV: id, how it was drawn, the columns of the frame; answers go into a further column."""
    columns = sample.items[0].values if sample.items else {}
    names = [name for name in columns if name not in DESIGN_COLUMNS]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", *DESIGN_COLUMNS, *names])
    for item in sample.items:
        chance = repr(item.inclusion_probability)
        design = [item.stratum, sample.strata[item.stratum], chance, sample.design.kind]
        writer.writerow([item.id, *design, *(item.values[name] for name in names)])
    return text.getvalue()


def estimate_sample(
    path: Path,
    value: str,
    *,
    per: str | None = None,
    machine: str | None = None,
    frame: Path | None = None,
    confidence: float = 0.95,
) -> SampleEstimate:
    """Reads a sample with a column of answers and estimates their mean over the frame.

    Answers are numbers, yes or no; ``na`` does not count; an empty answer is left out with a warning. With
    ``machine``, a column of the machine's answers in both files, ``frame`` holds all interactions.

    Args:
        per: a column of counts, such as opportunities: the ratio of the totals of ``value`` and of it.

    Raises:
        InputError: a file or a row cannot be used.
        UsageError: a column is missing, or only one of ``machine`` and ``frame`` is given.
    """
    rows = read_frame(path)
    rows.require([value, *DESIGN_COLUMNS, *([machine] if machine else []), *([per] if per else [])])
    if per is not None and machine is not None:
        raise UsageError(
            "a ratio is estimated from people's answers alone", None, "leave out --machine or --per"
        )
    if (machine is None) != (frame is None):
        raise UsageError("the machine's answers need a column and a frame", None, "give both")
    answers = [_answer(item.values[value], item.id, path.name) for item in rows.items]
    given = [place for place, answer in enumerate(answers) if answer is not _EMPTY]
    design = _design(rows, path.name, given)
    values = [_value(answers[place]) for place in given]
    if per is None:
        human = design_mean(values, design, confidence=confidence)
    else:
        human = _ratio(rows, given, values, design, column=per, confidence=confidence)
    left_out = len(answers) - len(given)
    warnings = []
    if left_out:
        warnings.append(f"{left_out} of {len(answers)} drawn have no answer; the others stand for them")
    assisted = None
    if machine is not None and frame is not None:
        everything = read_frame(frame)
        assisted = _assisted(
            rows, given, values, design, column=machine, frame=everything, confidence=confidence
        )
    return SampleEstimate(
        value=value,
        drawn=len(answers),
        answered=sum(each is not None for each in values),
        not_applicable=sum(each is None for each in values),
        unanswered=left_out,
        human=human,
        assisted=assisted,
        warnings=tuple(warnings),
        per=per,
        total=_total(values, design, confidence=confidence),
    )


def _ratio(
    rows: Frame,
    given: Sequence[int],
    values: Sequence[float | None],
    design: SampleDesign,
    *,
    column: str,
    confidence: float,
) -> PopulationEstimate:
    """Total of the values over the total of a column; where either is not applicable the item counts as 0."""
    below = [
        _value(_answer(rows.items[place].values[column], rows.items[place].id, column)) for place in given
    ]
    pairs = [
        (v, b) if v is not None and b is not None else (0.0, 0.0) for v, b in zip(values, below, strict=True)
    ]
    return design_ratio([v for v, _ in pairs], [b for _, b in pairs], design, confidence=confidence)


def _total(
    values: Sequence[float | None], design: SampleDesign, *, confidence: float
) -> PopulationEstimate | None:
    """Sum over the frame: by strata their sizes times their means, by size Horvitz and Thompson's."""
    counted = [value or 0.0 for value in values]
    if not counted:
        return None
    if design.kind == "unequal":
        total = horvitz_thompson(counted, design.probabilities, confidence=confidence)
        return replace(total, population=float(design.population))
    mean = design_mean(counted, design, confidence=confidence)
    size = design.population

    def scaled(figure: float | None) -> float | None:
        return None if figure is None else size * figure

    return replace(
        mean,
        estimate=scaled(mean.estimate),
        low=scaled(mean.low),
        high=scaled(mean.high),
        standard_error=scaled(mean.standard_error),
        method="stratified_total",
        effective_n=None,
    )


class _Empty:
    """An answer nobody gave yet."""


_EMPTY = _Empty()


def _answer(text: str, key: str, name: str) -> float | _Empty | None:
    low = text.lower()
    if not low:
        return _EMPTY
    if low in _NOT_APPLICABLE:
        return None
    if low in _YES or low in _NO:
        return 1.0 if low in _YES else 0.0
    return _number(text, f"the answer '{text}' of '{key}'", name, "write yes, no, na or a number")


def _value(answer: float | _Empty | None) -> float | None:
    return answer if isinstance(answer, float) else None


def _number(text: str, what: str, name: str, fix: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if number - number != 0:
        raise InputError(f"{what} is no number", name, fix)
    return number


def _design(rows: Frame, name: str, given: Sequence[int]) -> SampleDesign:
    """The design of the answered items; inside strata they stand for those without an answer."""
    if len({item.values["drawn_by"] for item in rows.items}) > 1:
        raise InputError("two ways of drawing in one file", name, "estimate each sample by itself")
    kinds = {item.values["drawn_by"] for item in rows.items} or {"strata"}
    if not kinds <= {"strata", "unequal"}:
        raise InputError(f"drawn by '{kinds.pop()}'", name, "keep the columns of the draw as they are")
    kind: SampleKind = "unequal" if "unequal" in kinds else "strata"
    fix = "keep the columns of the draw as they are"
    sizes: dict[str, int] = {}
    for item in rows.items:
        text = item.values["stratum_size"]
        size = _number(text, f"stratum_size '{text}' of '{item.id}'", name, fix)
        if sizes.setdefault(item.values["stratum"], int(size)) != int(size):
            raise InputError(f"stratum '{item.values['stratum']}' has two sizes", name, fix)
    items = [rows.items[place] for place in given]
    strata = tuple(item.values["stratum"] for item in items)
    if kind == "strata":
        chances = tuple(strata.count(stratum) / max(1, sizes[stratum]) for stratum in strata)
    else:
        share = len(given) / max(1, len(rows.items))
        chances = tuple(
            share * _number(item.values["inclusion_probability"], f"the chance of '{item.id}'", name, fix)
            for item in items
        )
    return SampleDesign(chances, strata, sizes, kind)


def _assisted(
    rows: Frame,
    given: Sequence[int],
    values: Sequence[float | None],
    design: SampleDesign,
    *,
    column: str,
    frame: Frame,
    confidence: float,
) -> AssistedEstimate:
    frame.require([column])
    known: Mapping[str, str] = {item.id: item.values[column] for item in frame.items}
    everywhere = {key: _machine(text, key, column) for key, text in known.items()}
    machine = []
    for place in given:
        key = rows.items[place].id
        if key not in everywhere:
            raise InputError(f"'{key}' is not in the frame", None, "give the frame the sample was drawn from")
        machine.append(everywhere[key])
    if any(value is None for value in values):
        what = "the machine cannot stand in where people answered not applicable"
        raise UsageError(what, None, "filter the frame to where the question applies and draw from that")
    if len(everywhere) != design.population:
        what = (
            f"the frame has {len(everywhere)} interactions and the sample was drawn from {design.population}"
        )
        raise UsageError(what, None, "give the frame as filtered for the draw")
    people = [value for value in values if value is not None]
    return assisted_mean(people, machine, list(everywhere.values()), design, confidence=confidence)


def _machine(text: str, key: str, column: str) -> float:
    answer = _answer(text, key, f"column {column}")
    if not isinstance(answer, float):
        raise InputError(
            f"the machine has no answer for '{key}'", f"column {column}", "leave it out of the frame"
        )
    return answer
