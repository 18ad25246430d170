"""The shipped sample calls and the calls with exact times: every number against a count on a 10 ms grid."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from qa_toolkit.domain import Event, Role, Transcript, Turn
from qa_toolkit.metrics import is_backchannel, measure
from qa_toolkit.resources import sample_dir

TRANSCRIPTS = sorted((sample_dir() / "transcripts").glob("*.json"))
GRID_S = 0.01


def read(path: Path) -> tuple[Transcript, dict]:
    data = json.loads(path.read_text(encoding="utf-8"))
    turns = []
    for number, turn in enumerate(data["turns"], start=1):
        start, end = turn.get("start_s", turn.get("start")), turn.get("end_s", turn.get("end"))
        turns.append(Turn(number, Role(turn["speaker"]), turn["text"], start, end))
    holds = tuple(
        Event("hold", "agent", h["start_s"], h["end_s"], source="given") for h in data.get("holds", [])
    )
    return Transcript(data["id"], tuple(turns), data.get("language"), events=holds), data


def on_grid(turns: list[Turn], role: Role, cells: int) -> np.ndarray:
    grid = np.zeros(cells, bool)
    for turn in turns:
        if turn.role == role:
            grid[round(turn.start_s / GRID_S) : round(turn.end_s / GRID_S)] = True
    return bridged(grid, round(0.3 / GRID_S))


def bridged(grid: np.ndarray, cells: int) -> np.ndarray:
    speech = np.flatnonzero(grid)
    for left, right in itertools.pairwise(speech):
        if right - left - 1 <= cells:
            grid[left:right] = True
    return grid


def literal_interruptions(turns: list[Turn], role: Role) -> int:
    """The sentence of the contract, turn by turn, without any joining."""
    far = {Role.CUSTOMER, Role.INTERPRETER}
    others = far if role == Role.AGENT else {Role.AGENT}
    count = 0
    for turn in turns:
        if turn.role == role and not is_backchannel(turn.text):
            count += any(
                o.role in others
                and not is_backchannel(o.text)
                and o.start_s < turn.start_s
                and o.end_s - turn.start_s >= 0.5 - 1e-9
                for o in turns
            )
    return count


def check_against_grid(transcript: Transcript) -> None:
    turns = list(transcript.turns)
    cells = round(max(t.end_s for t in turns) / GRID_S)
    grids = {role: on_grid(turns, role, cells) for role in Role}
    together = sum(grid.astype(int) for grid in grids.values())
    measured = measure(transcript)

    def value(name: str, role: Role | None = None, definition: str | None = None) -> float:
        return measured.get(name, role, definition).value

    for role in {t.role for t in turns}:
        assert value("talk_time", role) == pytest.approx(grids[role].sum() * GRID_S, abs=0.25)
    assert value("silence", None, "silence_with_holds/1") == pytest.approx(
        (together == 0).sum() * GRID_S, abs=0.5
    )
    if measured.get("overlap").value is not None:
        assert value("overlap") == pytest.approx((together > 1).sum() * GRID_S, abs=0.25)
    for role in (Role.AGENT, Role.CUSTOMER):
        if measured.get("interruptions", role).value is not None:
            assert value("interruptions", role) == literal_interruptions(turns, role)
        if measured.get("backchannels", role).value is not None:
            assert value("backchannels", role) == sum(
                t.role == role and is_backchannel(t.text) for t in turns
            )


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda p: p.stem)
def test_sample_calls(path):
    check_against_grid(read(path)[0])


@pytest.mark.parametrize("name", ["abcd-3695", "abcd-9489"])
def test_calls_with_exact_times(shared_data, name):
    check_against_grid(read(shared_data("synthetic-calls") / f"{name}.json")[0])


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda p: p.stem)
def test_metrics_bear_out_the_labels_of_the_annotators(path):
    """Labels that rest on numbers: dead air, first statement, talk share and interruptions, holds."""
    transcript, data = read(path)
    measured = measure(transcript)
    labels = {item: label["answer"] for item, label in data["labels"].items()}
    if "IN-22" in labels:
        assert (measured.get("dead_air_count").value > 0) == (labels["IN-22"] == "no")
    if labels.get("OB-17") in ("yes", "no"):
        lets_speak = (
            measured.get("interruptions", "agent").value <= 1
            and measured.get("talk_share", "agent").value <= 0.8
        )
        assert lets_speak == (labels["OB-17"] == "yes")
    given_s = sum(hold["end_s"] - hold["start_s"] for hold in data["holds"])
    assert measured.get("hold").value == pytest.approx(given_s)


def test_there_are_sample_calls():
    assert len(TRANSCRIPTS) >= 20
