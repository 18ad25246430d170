"""Thresholds tuned from labels: files beside a rubric that say when its machine answers are accepted.

A file belongs to what a rubric judges by, its events and evaluators, by their hash. Where those are others it
is passed over, since nobody has measured them; another example or wording of a question changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final, Literal

from pydantic import Field, ValidationError

from qa_toolkit import resources
from qa_toolkit.domain.rubric import Authored, Identifier, Probability
from qa_toolkit.errors import AuthoredFileError
from qa_toolkit.evaluation.banks import search_folders
from qa_toolkit.evaluation.loader import LoadedRubric

FOLDER: Final = "thresholds"
Pool = Literal["criterion", "kind", "all", "default"]


class Threshold(Authored):
    """From which confidence on answers are accepted, and what is known about those.

    Attributes:
        threshold: least confidence.
        pool: whose labels it was chosen from: the criterion's own, those of all criteria with the same kind
            of evaluator, all, or none (the default).
        labels: how many answers with a label there were in the pool.
        accepted: how many of them reach the threshold.
        wrong: how many of those differ from their label.
        error_bound: upper limit of the share of wrong answers among accepted ones; None without labels.
    """

    threshold: Probability
    pool: Pool
    labels: int = 0
    accepted: int = 0
    wrong: int = 0
    error_bound: Probability | None = None


class Thresholds(Authored):
    """Thresholds of one version of a rubric.

    Attributes:
        judging_sha256: what ``judging_sha256`` gives for the rubric.
        labels_sha256: over the labelled interactions they were tuned on, their ids and labels.
        word_error_rates: simulated recognition errors the labelled interactions were judged with, too.
        error_target: the share of wrong answers among accepted ones that was to be kept.
        confidence: with which the bound holds.
    """

    format: Literal["qa-toolkit/thresholds/1"] = Field(default="qa-toolkit/thresholds/1", alias="schema")
    rubric: Identifier
    version: str
    judging_sha256: str
    tuned_on: str
    interactions: int
    labels_sha256: str
    word_error_rates: tuple[Probability, ...]
    error_target: Probability
    confidence: Probability
    criteria: Mapping[str, Threshold]


@dataclass(frozen=True, slots=True)
class LoadedThresholds:
    """Thresholds and the hash of the bytes of their file."""

    thresholds: Thresholds
    sha256: str


def thresholds_name(rubric: str) -> str:
    """Where the thresholds of a rubric lie below a rubric folder."""
    return f"{FOLDER}/{rubric}.json"


def thresholds_for(rubric: LoadedRubric, settings: Mapping[str, Any]) -> LoadedThresholds | None:
    """The thresholds tuned for what a rubric judges by, if somebody tuned them.

    Raises:
        AuthoredFileError: there is a file, and it is none of thresholds.
    """
    found = find_thresholds(rubric.rubric.id, search_folders(settings))
    if found is None or found.thresholds.judging_sha256 != judging_sha256(rubric):
        return None
    return found


def judging_sha256(loaded: LoadedRubric) -> str:
    """Hash of everything in a rubric that machine answers depend on."""
    return _judging_sha256(loaded.sha256, _Rubric(loaded))


class _Rubric:
    """A rubric that is equal to any other, so that only the hash beside it decides in the cache."""

    def __init__(self, loaded: LoadedRubric) -> None:
        self.rubric = loaded.rubric

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rubric)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=64)
def _judging_sha256(_sha256: str, holder: _Rubric) -> str:
    rubric = holder.rubric
    parts = {
        "events": {
            name: spec.model_dump(mode="json", warnings=False) for name, spec in rubric.events.items()
        },
        "criteria": [
            criterion.model_dump(
                mode="json",
                warnings=False,
                include={"id", "answers", "ranges", "not_applicable_when", "evaluator"},
            )
            for criterion in rubric.criteria
        ],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def find_thresholds(rubric: str, search: Sequence[Path] = ()) -> LoadedThresholds | None:
    """The thresholds of a rubric, whatever its version; those of the first folder that has some."""
    for folder in [*search, resources.rubrics_dir()]:
        path = _file_of(folder, rubric)
        try:
            stamp = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        if S_ISREG(stamp.st_mode):
            return _load(path, stamp.st_mtime_ns, stamp.st_size)
    return None


@lru_cache(maxsize=64)
def _file_of(folder: Path, rubric: str) -> Path:
    """Kept, as every evaluation looks there, and a path is slow to make and to compare."""
    return folder / thresholds_name(rubric)


@lru_cache(maxsize=64)
def _load(path: Path, _changed: int, _size: int) -> LoadedThresholds:
    data = path.read_bytes()
    try:
        return LoadedThresholds(Thresholds.model_validate_json(data), hashlib.sha256(data).hexdigest())
    except ValidationError as error:
        what = error.errors()[0]
        where = ".".join(str(step) for step in what["loc"]) or "(file)"
        raise AuthoredFileError(
            f"not a file of thresholds: {where}: {what['msg']}", path.name, "tune them again: qa rubric tune"
        ) from error


def write_thresholds(thresholds: Thresholds, path: Path) -> None:
    """Writes the file whole or not at all; the same thresholds give the same bytes."""
    data = thresholds.model_dump(mode="json", by_alias=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_suffix(".tmp")
    whole.write_text(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    whole.replace(path)
