"""Many recordings side by side: each as if it were alone, in order, with one that fails and one that waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import echo_engine
import numpy as np
import pytest
from made_sound import write_wave

from qa_toolkit import model_files
from qa_toolkit.batch.listening import ToHear, hear_all
from qa_toolkit.domain import Transcript
from qa_toolkit.domain.contract import canonical_json, to_contract
from qa_toolkit.errors import AudioError, UsageError
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription import TranscriptionOptions
from qa_toolkit.transcription.audio import decode

pytest.importorskip("av")
pytest.importorskip("onnxruntime")

CALLS = sample_dir() / "calls"
ECHO = TranscriptionOptions(engine="echo")


@pytest.fixture
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with echo_engine.installed(tmp_path / "site", monkeypatch):
        yield


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Sixteen recordings of 4 to 19 seconds, on one or two channels, out of the bundled calls."""
    folder = tmp_path_factory.mktemp("cuts")
    sounds = [decode(CALLS / name).channels for name in ("inb-003.wav", "inb-006.wav", "out-001.wav")]
    paths = []
    for number in range(16):
        start, length = 16_000 * (5 + 2 * number), 16_000 * (4 + number)
        sides = [side[start : start + length] for side in sounds[number % 3]]
        if number % 4 == 3:
            sides = [(sides[0] // 2 + sides[1] // 2).astype(np.int16)]
        paths.append(write_wave(folder / f"call-{number:02}.wav", *sides))
    return paths


def as_bytes(outcome: Transcript | Exception) -> str:
    assert isinstance(outcome, Transcript)
    return canonical_json(to_contract(outcome))


@pytest.mark.usefixtures("echo")
def test_a_call_is_heard_alike_alone_and_among_others(cuts: list[Path]) -> None:
    alone = [as_bytes(next(iter(hear_all([ToHear(path, {}, ECHO)], workers=1)))) for path in cuts]
    among = list(map(as_bytes, hear_all([ToHear(path, {}, ECHO) for path in cuts], workers=3)))
    assert among == alone


@pytest.mark.model
def test_a_call_reads_alike_alone_and_among_sixteen_with_real_weights(cuts: list[Path]) -> None:
    """Text, times and confidence, byte for byte: windows of all calls share the batches of the decoder."""
    pytest.importorskip("faster_whisper")
    options = TranscriptionOptions(profile="draft")
    found = model_files.status(options.model_name)
    if found.path is None:
        pytest.skip(found.detail)
    among = list(map(as_bytes, hear_all([ToHear(path, {}, options) for path in cuts], workers=2)))
    for number in (0, 3, 9, 15):
        alone = hear_all([ToHear(cuts[number], {}, options)], workers=1)
        assert as_bytes(next(iter(alone))) == among[number]


@pytest.mark.usefixtures("echo")
def test_one_that_fails_keeps_its_place(cuts: list[Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_text("no sound")
    paths = [cuts[0], broken, cuts[1], tmp_path / "gone.wav", cuts[2]]
    outcomes = list(hear_all([ToHear(path, {}, ECHO) for path in paths], workers=2))
    assert [isinstance(outcome, AudioError) for outcome in outcomes] == [False, True, False, True, False]
    assert [o.id for o in outcomes if isinstance(o, Transcript)] == ["call-00", "call-01", "call-02"]


@pytest.mark.usefixtures("echo")
def test_metadata_and_options_belong_to_each_call(cuts: list[Path]) -> None:
    calls = [
        ToHear(cuts[0], {"queue": "en", "language": "en"}, ECHO),
        ToHear(cuts[1], {"queue": "es", "language": "es"}, ECHO),
    ]
    outcomes = [o for o in hear_all(calls, workers=2) if isinstance(o, Transcript)]
    assert [(o.metadata["queue"], o.language) for o in outcomes] == [("en", "en"), ("es", "es")]


@pytest.mark.usefixtures("echo")
def test_progress_grows_within_calls_and_ends_with_their_number(cuts: list[Path]) -> None:
    told: list[float] = []
    list(hear_all([ToHear(path, {}, ECHO) for path in cuts[:3]], workers=1, on_progress=told.append))
    assert max(told) == pytest.approx(3.0)
    assert len({round(share, 6) for share in told if share % 1 > 0}) >= 6
    alone: list[float] = []
    list(hear_all([ToHear(cuts[15], {}, ECHO)], workers=1, on_progress=alone.append))
    assert alone == sorted(alone)


@pytest.mark.usefixtures("echo")
def test_progress_moves_through_every_stage_of_a_long_recording(tmp_path: Path) -> None:
    """Decoding up to 0.03 of it, the speech detector up to 0.12, recognition up to 0.93, then speakers."""
    sides = [np.tile(side, 3) for side in decode(CALLS / "inb-003.wav").channels]
    path = write_wave(tmp_path / "long.wav", *sides)
    told: list[float] = []
    assert isinstance(
        next(iter(hear_all([ToHear(path, {}, ECHO)], workers=1, on_progress=told.append))), Transcript
    )
    assert told == sorted(told)
    for low, high, least in ((0.0, 0.03, 2), (0.03, 0.12, 8), (0.12, 0.93, 8), (0.93, 1.0, 1)):
        assert sum(low < share <= high for share in told) >= least
    assert told[-1] == 1.0


@pytest.mark.usefixtures("echo")
def test_a_fault_of_the_run_stops_it(cuts: list[Path]) -> None:
    wrong = TranscriptionOptions(engine="echo", channel_map=("boss", "customer"))
    with pytest.raises(UsageError, match="no role is called 'boss'"):
        list(hear_all([ToHear(cuts[0], {}, ECHO), ToHear(cuts[1], {}, wrong)], workers=2))


@pytest.mark.usefixtures("echo")
def test_nobody_works_on_when_nobody_reads_any_more(cuts: list[Path]) -> None:
    outcomes = hear_all([ToHear(path, {}, ECHO) for path in cuts], workers=1)
    assert isinstance(next(outcomes), Transcript)
    outcomes.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name == "qa-call"]
