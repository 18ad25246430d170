"""Another recogniser, registered by its package's entry point, takes Whisper's place."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import echo_engine
import pytest

from qa_toolkit.errors import EnvironmentProblemError, UsageError
from qa_toolkit.resources import sample_dir
from qa_toolkit.transcription import TranscriptionOptions, engine, engines, load_engine, options, transcribe

CALL = sample_dir() / "calls" / "out-010.wav"
WHISPER_WORDS = {
    "temperature", "compression", "compression_ratio", "no_speech", "logprob", "log_prob", "beam", "beam_size",
    "token", "tokens", "prompt", "initial_prompt", "suppress", "hotwords", "whisper",
}  # fmt: skip


@pytest.fixture
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with echo_engine.installed(tmp_path / "site", monkeypatch):
        yield


@pytest.mark.usefixtures("echo")
def test_another_recogniser_transcribes() -> None:
    pytest.importorskip("onnxruntime")
    assert {"echo", "whisper"} <= set(engines.names())
    transcript = transcribe(CALL, TranscriptionOptions(engine="echo"))
    assert transcript.turns
    assert all(word.text.startswith("w") for turn in transcript.turns for word in turn.words)
    assert transcript.made_by is not None
    assert (transcript.made_by.engine, transcript.made_by.settings["pace"]) == ("echo", 2)
    assert transcript.recognition is not None
    assert transcript.recognition.windows > 0


@pytest.mark.usefixtures("echo")
@pytest.mark.parametrize(
    ("name", "error", "text"),
    [
        ("parrot", UsageError, "no recogniser is called 'parrot'.*accepted: .*whisper"),
        ("broken", EnvironmentProblemError, "'broken' cannot be loaded .ValueError: no licence key"),
        ("missing", EnvironmentProblemError, "'missing' cannot be loaded .ModuleNotFoundError"),
        ("nothing", EnvironmentProblemError, "gives no recogniser .Nothing.*it must have 'identity'"),
    ],
)
def test_what_cannot_recognise_is_one_error(name: str, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        load_engine(TranscriptionOptions(engine=name))


@pytest.mark.parametrize("names", [engine, options])
def test_the_interface_has_no_words_of_whisper(names: object) -> None:
    """Fields and arguments of what every engine and every caller sees."""
    tree = ast.parse(inspect.getsource(names))  # type: ignore[arg-type]
    used = {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    used |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    assert used & WHISPER_WORDS == set()
