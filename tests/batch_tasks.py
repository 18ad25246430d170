"""Tasks for tests of the batch: quick, importable by name in workers, and as bad as they are told."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from store_examples import example_input, example_interaction, example_result

from qa_toolkit.batch import outcome
from qa_toolkit.errors import ApplicabilityError, AudioError, ModelFileError

LOADED: list[str] = []


def load(payload: dict[str, Any]) -> None:
    if payload.get("broken"):
        raise ModelFileError("the model is missing", "models/x", "install it")
    LOADED.append("model")


def score(payload: dict[str, Any]) -> Any:
    """Does what the payload says, then gives the example result under the payload's name."""
    _note(payload)
    time.sleep(payload.get("sleep_s", 0.0))
    _wait_for(payload.get("after"))
    _behave(payload.get("do"), payload)
    name = payload["name"]
    percent = payload.get("percent", 50.0)
    return outcome(example_result(name, percent=percent), example_interaction(name), example_input(name))


def _wait_for(path: str | None) -> None:
    """Returns once the file is there; a test makes it when what the item must come after has happened."""
    end = time.monotonic() + 60
    while path is not None and not Path(path).exists():
        if time.monotonic() > end:
            raise TimeoutError(f"{path} never came")
        time.sleep(0.01)


def _note(payload: dict[str, Any]) -> None:
    """Leaves a line for each call: the item, the worker, and how often that worker has loaded."""
    if "journal" in payload:
        line = json.dumps([payload["name"], os.getpid(), len(LOADED)])
        with Path(payload["journal"]).open("a", encoding="utf-8") as journal:
            journal.write(line + "\n")


def _behave(do: str | None, payload: dict[str, Any]) -> None:
    if do == "print":
        print("a library's chatter")  # noqa: T201
        os.write(1, b"native chatter\n")
    if do == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if do == "die once":
        mark = Path(payload["mark"])
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    if do == "hang":
        time.sleep(600)
    raising = {
        "bad audio": AudioError("the file holds no sound", "x.wav", "check it"),
        "not applicable": ApplicabilityError("the rubric is for outbound calls", "x.wav"),
        "bug": ZeroDivisionError("division\nby zero"),
        "exit": SystemExit(3),
        "no model": ModelFileError("the model is missing", "models/x", "install it"),
    }
    if do in raising:
        raise raising[do]


def answer_nonsense(payload: dict[str, Any]) -> Any:
    return payload["answer"]
