"""Pictures of the app's pages, light and dark, out of the demo's store.

    qa demo && python docs/make_screenshots.py [--store …/demo/qa.db] [--width 1920] [--out DIR] [--only PAGE]

Works on a copy of the store, to which it adds people and their work: a queue with a draft, a calibration
session that is closed, a dispute, coaching notes. Two of the sample scans are read for the keying page.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from app_server import CHROMIUM, LAUNCH, PEOPLE, serving

from qa_toolkit.domain.contract import from_contract
from qa_toolkit.domain.evaluation import AnswerStatus, Evaluation
from qa_toolkit.resources import qa_home, sample_dir
from qa_toolkit.review import (
    Access,
    GivenReview,
    add_note,
    agree,
    assign,
    close_session,
    coach,
    open_session,
    raise_dispute,
    record_access,
    record_effect,
    submit_review,
)
from qa_toolkit.store import EvaluationRecord, InteractionFilter, Store

SETTLED = """() => document.querySelector("[data-test-script-state=notRunning]")
  && !document.querySelector("[data-testid=stSkeleton], [data-testid=stStatusWidget], [data-stale=true]")
  && [...document.images].every((one) => one.complete && one.naturalWidth > 0)"""
OUT = Path(__file__).parent / "screenshots"
RUBRIC = "inbound_call"
CALL = f"interaction=inb-003&rubric={RUBRIC}"
SCANS = ("APP-00006.tif", "APP-00007.tif")
COLOURS = 128
"""Of a picture that is kept: pages have few, and a third of the bytes remains."""


@dataclass(frozen=True)
class Shot:
    """A page: its name, its address, who looks at it, a text that is there when it is drawn."""

    name: str
    path: str
    text: str
    who: str = "lee"


PAGES = (
    Shot("queue", "/queue", "shown 1 to"),
    Shot("review", f"/review?{CALL}", "Submit"),
    Shot("review-es", f"/review?{CALL}&lang=es", "Enviar"),
    Shot("calls", "/calls", "shown 1 to"),
    Shot("call", f"/call?{CALL}", "Score"),
    Shot("keying", "/keying", "Read by the machine"),
    Shot("calibration", "/calibration", "Agreement by criterion"),
    Shot("disputes", "/disputes", "The name was given."),
    Shot("coaching", "/coaching", "revised later"),
    Shot("dashboards", "/dashboards", "The unit"),
    Shot("dashboards-operators", "/dashboards?what=keying", "Download"),
    Shot("dashboards-machine", "/dashboards?what=machine", "Download"),
    Shot("samples", "/samples", "Interactions to review"),
    Shot("rubrics", "/rubrics", "question weight"),
    Shot("studio", f"/studio?rubric={RUBRIC}", "Rubric (YAML)"),
    Shot("audit", "/audit", "newest first", who="aud"),
    Shot("help", "/help", "On the review page"),
)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--store", type=Path, default=None)
    options.add_argument("--width", type=int, default=1280)
    options.add_argument("--out", type=Path, default=OUT)
    options.add_argument("--only", action="append", help="name of a page; may be given again")
    given = options.parse_args()
    given.out.mkdir(exist_ok=True, parents=True)
    shots = [shot for shot in PAGES if not given.only or shot.name in given.only]
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.db"
        shutil.copy(given.store or qa_home() / "demo" / "qa.db", store)
        prepare(store)
        on_paper = {"keying", "dashboards-operators"} & {shot.name for shot in shots}
        keying = read_scans(Path(folder)) if on_paper else []
        for who in sorted({shot.who for shot in shots}):
            with serving(store, "--as", who, *keying) as server:
                take(server.url, [shot for shot in shots if shot.who == who], given.out, given.width)
    return 0


def prepare(path: Path) -> None:
    """People and some work, so that the pages have something to show; the log names no machine of ours."""
    with mock.patch("socket.gethostname", return_value="desk-7"), Store.open(path, origin="qa app") as store:
        store.people.save(PEOPLE, by="adm")
        rows = store.interactions(InteractionFilter(rubric=RUBRIC), limit=20).rows
        ids = sorted(row.interaction.id for row in rows)
        assign(store, ids, RUBRIC, ["lee"], by="max", due_on="2026-12-01")
        draft = json.dumps({"based_on": counting(store, ids[1]).id, "answers": {}})
        store.work.save_draft(ids[1], RUBRIC, by="lee", json=draft, version=None)
        calibrate(store, ids[:2])
        raise_dispute(store, ids[0], RUBRIC, by="max", text="The name was given.", criteria=["IN-01"])
        for name, text in ((ids[0], "Say your name before you ask for theirs."), (ids[1], "Well recapped.")):
            evaluation = counting(store, name).id
            record_access(store, Access.VIEW, name, by="ana", evaluation=evaluation)
            coach(store, evaluation, by="ana", text=text, criterion="IN-01")


def counting(store: Store, name: str) -> EvaluationRecord:
    """The evaluation of an interaction that counts."""
    found = store.latest_evaluation(name, RUBRIC)
    if found is None:
        raise SystemExit(f"{name} has no evaluation under {RUBRIC}: run 'qa demo' anew")
    return found


def calibrate(store: Store, names: Sequence[str]) -> None:
    """A session that four people have answered, two of them now and then otherwise, and talked about."""
    raters = ("ana", "jun", "kit", "mia")
    about = {"interactions": list(names), "raters": list(raters), "title": "March calibration"}
    open_session(store, "march", by="lee", rubric=RUBRIC, **about)
    for name in names:
        machine = from_contract(Evaluation, json.loads(counting(store, name).json))
        for place, rater in enumerate(raters):
            answers = _answers(machine, strict=place == 3, unlike=place)
            submit_review(store, name, RUBRIC, GivenReview(answers), by=rater, based_on=None, session="march")
    add_note(store, "march", "Kit counts a greeting without a name.", by="ana", criterion="IN-01")
    close_session(store, "march", by="lee")
    agree(store, "march", names[0], "IN-01", "yes", by="lee", text="The name is said in the first turn.")
    record_effect(store, "march", "IN-01", "clarify", by="lee", text="Say that the team's name is enough.")


def _answers(machine: Evaluation, *, strict: bool, unlike: int) -> dict[str, object]:
    given: dict[str, object] = {}
    for number, answer in enumerate(machine.answers):
        if answer.status is AnswerStatus.NOT_APPLICABLE:
            given[answer.criterion] = "na"
        else:
            said = answer.answer if answer.status is AnswerStatus.ANSWERED else "yes"
            other = number % 7 == unlike or (strict and number % 5 == 0)
            given[answer.criterion] = ("no" if said == "yes" else "yes") if other else said
    return given


def read_scans(folder: Path) -> list[str]:
    """Options of `qa app` for the keying page, once two of the sample scans are read."""
    samples, readings = sample_dir(), folder / "readings.json"
    scans = samples / "scans"
    command = ["keying", "read", *(str(scans / name) for name in SCANS), "--layout", "covered_application"]
    command += ["--template", str(scans / "template.yaml"), "--out", str(readings)]
    run = [sys.executable, "-c", "from qa_toolkit.cli.main import run; run()", *command]
    subprocess.run(run, check=False, stdout=subprocess.DEVNULL)  # noqa: S603
    keying = samples / "keying"
    records = ["--keyed", str(keying / "keyed.csv"), "--reference", str(keying / "reference.csv")]
    return [*records, "--scan-readings", str(readings), "--scans", str(scans)]


def take(url: str, shots: Sequence[Shot], out: Path, width: int) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only a browser run needs it

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        for theme in ("light", "dark"):
            size = {"width": width, "height": 900 if width < 1600 else 1080}
            page = browser.new_page(viewport=size, color_scheme=theme)
            page.set_default_timeout(60_000)
            for shot in shots:
                page.goto(url + shot.path)
                page.get_by_text(shot.text).first.wait_for()
                settle(page)
                picture = out / f"{shot.name}-{theme}.png"
                page.screenshot(path=picture)
                make_small(picture)
            page.close()
        browser.close()


def settle(page: Any) -> None:
    """Until nothing runs, no place is kept for what is still to come, and every picture is there."""
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(1500)
    page.wait_for_function(SETTLED)


def make_small(path: Path) -> None:
    """Fewer colours, better packed."""
    from PIL import Image  # noqa: PLC0415 - only a browser run needs it

    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS)
    few.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
