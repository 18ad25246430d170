"""Rubric, thresholds and settings as the configuration says; shared by the commands that judge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_toolkit.errors import ConfigurationError

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration
    from qa_toolkit.evaluation import EvaluationSettings, LoadedRubric
    from qa_toolkit.metrics import MetricThresholds


def find_rubric(name: str, current: Configuration) -> LoadedRubric:
    """The rubric of that id, ``id@version`` or file; the configured folder is searched first."""
    from qa_toolkit.evaluation import load_rubric

    folder = current.settings.rubrics_dir
    return load_rubric(Path(name) if Path(name).is_file() else name, search=(folder,) if folder else ())


def rubric_in_use(name: str, current: Configuration) -> LoadedRubric:
    """The rubric a run into the store judges by: of an id the version that is active there, if one is.

    Otherwise, and for a file or ``id@version``, as ``find_rubric``; a version that only the store has comes
    from there.
    """
    from qa_toolkit.errors import RubricError, StoreError
    from qa_toolkit.evaluation import parse_rubric
    from qa_toolkit.store import Store

    plain, _, version = name.partition("@")
    if Path(name).is_file() or not plain.replace("_", "").replace("-", "").isalnum():
        return find_rubric(name, current)
    try:
        with Store.open(current.store_url, create=False, origin="qa score") as store:
            wanted = version or store.publications.active(plain)
            known = None if wanted is None else store.publications.record(plain, wanted)
    except StoreError:  # there is none yet; whatever else is wrong is said when the run opens it
        known = None
    if known is not None and not version:
        return parse_rubric(known.text, name)
    try:
        return find_rubric(name, current)
    except RubricError:
        if known is None:
            raise
        return parse_rubric(known.text, name)


def rubric_files(current: Configuration) -> list[Path]:
    """Rubric files of the configured folder, then the shipped ones."""
    from qa_toolkit.resources import rubrics_dir

    folders = [
        folder for folder in (current.settings.rubrics_dir, rubrics_dir()) if folder and folder.is_dir()
    ]
    return [path for folder in folders for path in sorted(folder.glob("*.yaml"))]


def evaluation_settings(current: Configuration) -> EvaluationSettings:
    """When machine answers are accepted, from the configuration."""
    from qa_toolkit.evaluation import EvaluationSettings

    chosen = current.settings.evaluation
    return EvaluationSettings(
        confidence=chosen.confidence,
        role_confidence=chosen.role_confidence,
        evaluators=_for_evaluators(current),
    )


def _for_evaluators(current: Configuration) -> dict[str, Any]:
    """What the configuration says to evaluators; only what is set, as it is part of what results rest on."""
    settings = current.settings
    found: dict[str, Any] = {"rubrics_dir": str(settings.rubrics_dir)} if settings.rubrics_dir else {}
    if settings.llm.endpoint:
        found["llm"] = {
            **settings.llm.model_dump(mode="json"),
            "cache": str(current.home / "cache" / "llm"),
        }
    return found


def metric_thresholds(current: Configuration) -> MetricThresholds:
    """Thresholds of the conversation metrics, from the configuration.

    Raises:
        ConfigurationError: a threshold of that name does not exist.
    """
    from dataclasses import fields

    from qa_toolkit.metrics import MetricThresholds

    known = {field.name for field in fields(MetricThresholds)}
    for name in current.settings.metrics:
        if name not in known:
            raise ConfigurationError(
                f"unknown setting 'metrics.{name}'",
                current.origins.get(f"metrics.{name}"),
                f"known thresholds: {', '.join(sorted(known))}",
            )
    return MetricThresholds(**current.settings.metrics)
