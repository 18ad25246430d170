"""The errors two checks of the same records found, held against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qa_toolkit.domain.keying import CHARGED
from qa_toolkit.domain.keying_checks import UndetectedErrors
from qa_toolkit.errors import InputError
from qa_toolkit.json_files import read_json
from qa_toolkit.statistics.acceptance import chapman
from qa_toolkit.statistics.recapture import chapman_interval

FEW_IN_COMMON: Final = 7
"""Below this many errors in common the estimate is biased low (Robson and Regier, 1964)."""


def undetected(first: int, second: int, both: int) -> UndetectedErrors:
    """Errors in all, and those both missed, by Chapman's estimate; it takes the two checks to be independent.

    Raises:
        UsageError: more in common than one of them found.
    """
    estimate, interval = chapman(first, second, both), chapman_interval(first, second, both)
    seen = first + second - both
    warnings = []
    if both < FEW_IN_COMMON:
        warnings.append(f"only {both} errors were found by both: the estimate is rough and rather too low")
    if both == min(first, second):
        warnings.append("one check found nothing that the other did not: the upper limit says little")
    shares = {"first": first, "second": second, "together": seen}
    return UndetectedErrors(
        first,
        second,
        both,
        estimate,
        interval,
        estimate - seen,
        (interval[0] - seen, interval[1] - seen),
        {name: min(1.0, found / estimate) if estimate else None for name, found in shares.items()},
        tuple(warnings),
    )


def undetected_of_files(first: Path, second: Path) -> UndetectedErrors:
    """The same from the JSON of two checks (``audit score``, ``rekey compare`` or ``compare``).

    An error is the place of a wrong field; both must be about the same records.

    Raises:
        InputError: a file is no such result, or the two are of different numbers of records.
    """
    (one, records), (other, more) = _errors(first), _errors(second)
    if records != more:
        what = f"{records} records here, {more} in {second.name}"
        raise InputError(what, str(first), "give two checks of the same records")
    return undetected(len(one), len(other), len(one & other))


def _errors(path: Path) -> tuple[frozenset[tuple[str, str, str, str]], int]:
    fix = "give the JSON of audit score or compare"
    data = read_json(path, fix)
    try:
        accuracy = data.get("accuracy", data)
        found = frozenset(
            (d["record"], d["group"], d["member"] or "", d["field"])
            for d in accuracy["discrepancies"]
            if d["kind"] in CHARGED and d["field"]
        )
        return found, int(accuracy["records"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("the file is not the result of a check", str(path), fix) from error
