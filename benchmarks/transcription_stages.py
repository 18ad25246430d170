"""Processor seconds of each stage of one call, for ``benchmarks/transcription.py --micro``."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transcription_contestants import _load_libraries, cpu_s

STAGES = {
    "decode": "read and resample", "find_tracks": "channels, levels, crosstalk", "speech_probabilities": "speech detector",
    "on_sound": "edges of speech", "log_mel": "log-mel", "_encode": "encoder, with log-mel", "_decode": "decoder",
    "_words": "word times", "_voices": "voices", "party_sounds": "loudness and pitch",
}  # fmt: skip


def measure(file: Path, *, model: str, language: str, speakers: int) -> dict[str, Any]:
    """Runs a call twice on one thread and times the second; what is in no stage is the rest."""
    from qa_toolkit.transcription import TranscriptionOptions, load_engine, transcribe

    started = cpu_s()
    _load_libraries(speakers)
    libraries_s, started = cpu_s() - started, cpu_s()
    options = TranscriptionOptions(model=model, language=language, speakers=speakers)
    seconds: dict[str, float] = {}
    _time_stages(seconds)  # before the engine is made, which keeps its methods
    engine = load_engine(options)
    model_s = cpu_s() - started
    transcribe(file, options, engine=engine)
    seconds.clear()
    started, wall = cpu_s(), time.perf_counter()
    transcript = transcribe(file, options, engine=engine)
    total, wall_s = cpu_s() - started, time.perf_counter() - wall
    shown = {label: seconds.get(name, 0.0) for name, label in STAGES.items()}
    rest = total - sum(value for name, value in seconds.items() if name != "log_mel")
    shown |= {"the rest": rest, "all": total, "all, on the clock": wall_s}
    return {
        "audio_s": transcript.duration_s,
        "libraries_s": libraries_s,
        "model_s": model_s,
        "seconds": shown,
    }


def _time_stages(seconds: dict[str, float]) -> None:
    from qa_toolkit.transcription import attribution, listening, transcriber, whisper

    for owner, names in (
        (transcriber, ("decode", "find_tracks", "party_sounds")),
        (listening, ("speech_probabilities", "on_sound")),
        (attribution, ("_voices",)),
        (whisper, ("log_mel",)),
    ):
        for name in names:
            setattr(owner, name, _timed(getattr(owner, name), name, seconds))
    engine = whisper.WhisperEngine
    for name in ("_encode", "_decode", "_words"):
        setattr(engine, name, _timed(getattr(engine, name), name, seconds))


def _timed(function: Callable[..., Any], name: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        started = cpu_s()
        try:
            return function(*args, **kwargs)
        finally:
            seconds[name] = seconds.get(name, 0.0) + cpu_s() - started

    return timed
