"""``qa doctor``: what works on this machine, and what to do about the rest."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import Json, configuration
from qa_toolkit.errors import QAToolkitError

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration

EXTRAS = {
    "transcription": ("faster-whisper", "av", "librosa", "onnxruntime", "scikit-learn"),
    "language": ("simplemma", "spacy", "vaderSentiment"),
    "tables": ("openpyxl", "pyarrow"),
    "forms": ("pypdf", "reportlab"),
    "ocr": ("rapidocr", "onnxruntime", "opencv-python-headless", "pypdfium2", "pillow"),
    "app": ("streamlit",),
    "postgres": ("psycopg",),
}
LITTLE_SPACE_GIB = 2.0


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor: ``ok``, ``warn`` (works with less) or ``fail`` (does not work)."""

    name: str
    state: str
    detail: str
    fix: str = ""


def register(cli: typer.Typer) -> None:
    cli.command("doctor")(doctor)


def doctor(json: Json = False) -> None:
    """Checks Python, parts, models, store, disk and rubrics; exit code 1 when something fails."""
    current = configuration()
    checks = [
        check
        for each in (_python, _parts, _models, _store, _disk, _rubrics, _plugins)
        for check in each(current)
    ]
    if json:
        print_json([asdict(check) for check in checks])
    else:
        print_table(
            None, ["check", "state", "detail", "what to do"], [list(asdict(c).values()) for c in checks]
        )
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(1)


def _python(_: Configuration) -> Iterator[Check]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Check("python", "ok", f"{platform.python_version()} on {sys.platform}, {cores} cores")


def _parts(_: Configuration) -> Iterator[Check]:
    for extra, packages in EXTRAS.items():
        missing = [name for name in packages if not _version(name)]
        detail = ", ".join(f"{name} {_version(name)}" for name in packages if name not in missing)
        if missing:
            fix = f"pip install 'qa-toolkit[{extra}]'"
            yield Check(f"extra {extra}", "warn", f"not installed: {', '.join(missing)}", fix)
        else:
            yield Check(f"extra {extra}", "ok", detail)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _models(current: Configuration) -> Iterator[Check]:
    from qa_toolkit.model_files import Manifest, status

    if current.settings.models_dir is not None:
        os.environ["QA_MODELS_DIR"] = str(current.settings.models_dir)
    for name in Manifest.load().models:
        found = status(name)
        state = {"ok": "ok", "missing": "warn"}.get(found.state, "fail")
        fix = "" if found.state == "ok" else "pip install 'qa-toolkit[models]' or set QA_MODELS_DIR"
        yield Check(f"model {name}", state, found.detail or str(found.path), fix)


def _store(current: Configuration) -> Iterator[Check]:
    from qa_toolkit.store import Store

    url = current.store_url
    if "://" not in url and not Path(url).exists():
        yield Check("store", "ok", f"{url} (made by the first 'qa score')")
        return
    yield _guarded("store", lambda: Store.open(url, create=False).describe())


def _disk(current: Configuration) -> Iterator[Check]:
    folder = current.home
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 2**30
    state = "ok" if free >= LITTLE_SPACE_GIB else "warn"
    yield Check("disk", state, f"{free:.1f} GiB free at {folder}", "" if state == "ok" else "free some space")
    if not os.access(folder, os.W_OK):
        yield Check("home", "fail", f"{folder} cannot be written", "set QA_HOME to a folder of yours")


def _rubrics(current: Configuration) -> Iterator[Check]:
    from qa_toolkit.cli.rubrics import rubric_files

    for path in rubric_files(current):
        yield _guarded(f"rubric {path.stem}", partial(_rubric, path, current))


def _rubric(path: Path, current: Configuration) -> str:
    from qa_toolkit.cli.rubrics import find_rubric

    rubric = find_rubric(str(path), current).rubric
    return f"{rubric.id} {rubric.version}, {sum(1 for _ in rubric.criteria)} criteria"


def _plugins(_: Configuration) -> Iterator[Check]:
    from qa_toolkit.evaluation.registry import plugins

    for plugin in plugins():
        if plugin.state != "ok":
            yield Check(
                f"evaluator {plugin.name}", "fail", plugin.reason or "", "update or remove its package"
            )


def _guarded(name: str, describe: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", describe())
    except QAToolkitError as error:
        return Check(name, "fail", error.what, error.fix or "")
