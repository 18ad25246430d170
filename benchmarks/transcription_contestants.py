"""What each contestant of ``benchmarks/transcription.py`` does, in a process of its own.

    python benchmarks/transcription_contestants.py '{"contestant": "ours", "model": "whisper-base", …}'

Prints one JSON object: seconds of loading, wall, processor and audio, texts by file, what was gated and retried.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Texts = dict[str, str]
Work = Callable[[Sequence[Path]], dict[str, Any]]


def main() -> int:
    spec = json.loads(sys.argv[1])
    files = [Path(name) for name in spec["files"]]
    started, cpu = time.perf_counter(), cpu_s()
    work = {"ours": ours, "ours_words": ours, "stock": sequential, "plain": sequential, "batched": batched}[
        spec["contestant"]
    ](spec)
    load_s, load_cpu_s = time.perf_counter() - started, cpu_s() - cpu
    started, cpu = time.perf_counter(), cpu_s()
    found = work(files)
    print(
        json.dumps(
            {
                "load_s": load_s,
                "load_cpu_s": load_cpu_s,
                "wall_s": time.perf_counter() - started,
                "cpu_s": cpu_s() - cpu,
                **found,
            }
        )
    )
    return 0


def cpu_s() -> float:
    """Processor seconds of this process so far, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def ours(spec: dict[str, Any]) -> Work:
    """Whole transcripts by one queue over all calls, as ``qa transcribe`` makes them."""
    from qa_toolkit.batch.listening import ToHear, hear_all
    from qa_toolkit.transcription import TranscriptionOptions, load_engine

    options = TranscriptionOptions(
        model=spec["model"],
        language=spec["language"],
        word_times=spec["words"],
        speakers=spec["speakers"],
        threads=spec["cores"],
    )
    load_engine(options)
    _load_libraries(speakers=spec["speakers"])

    def work(files: Sequence[Path]) -> dict[str, Any]:
        made = []
        for outcome in hear_all([ToHear(file, {}, options) for file in files], workers=spec["cores"]):
            if isinstance(outcome, Exception):
                raise outcome
            made.append(outcome)
        counts = [transcript.recognition for transcript in made if transcript.recognition is not None]
        texts: Texts = {}
        for file, transcript in zip(files, made, strict=True):
            for channel in {turn.channel for turn in transcript.turns}:
                said = (turn.text for turn in transcript.turns if turn.channel == channel)
                texts[f"{file.stem}:{channel}"] = " ".join(said)
        return {
            "audio_s": sum(transcript.duration_s or 0.0 for transcript in made),
            "texts": texts,
            "speech_s": sum(each.speech_s for each in counts),
            "gated_s": sum(each.gated_s for each in counts),
            "windows": sum(each.windows for each in counts),
            "retried": sum(each.retried_windows for each in counts),
            "doubtful": sum(each.doubtful_windows for each in counts),
        }

    return work


def _load_libraries(speakers: int) -> None:
    """What a process imports once, with its first recording; it belongs to loading, like the model."""
    import av  # noqa: F401
    import onnxruntime  # noqa: F401
    import scipy.fft

    from qa_toolkit.transcription.pitch import compiled_librosa

    compiled_librosa()
    if speakers > 1:
        import scipy.cluster.hierarchy  # noqa: F401


def sequential(spec: dict[str, Any]) -> Work:
    """``WhisperModel.transcribe`` with its defaults; ``plain`` does not even choose a compute type."""
    model = _model(spec, **({} if spec["contestant"] == "plain" else {"compute_type": "int8"}))
    how = {"language": spec["language"], **({"word_timestamps": True} if spec["words"] else {})}
    return lambda files: _heard(files, lambda file: model.transcribe(str(file), **how))


def batched(spec: dict[str, Any]) -> Work:
    """faster-whisper's batched pipeline, tuned by hand: int8, greedy, eight at a time."""
    from faster_whisper import BatchedInferencePipeline

    model = BatchedInferencePipeline(_model(spec, compute_type="int8"))
    how = {"language": spec["language"], **({"word_timestamps": True} if spec["words"] else {})}
    return lambda files: _heard(
        files, lambda file: model.transcribe(str(file), batch_size=8, beam_size=1, **how)
    )


def _model(spec: dict[str, Any], **how: Any) -> Any:
    from faster_whisper import WhisperModel

    return WhisperModel(
        spec["model_path"], device="cpu", cpu_threads=spec["cores"], local_files_only=True, **how
    )


def _heard(files: Sequence[Path], transcribe: Callable[[Path], Any]) -> dict[str, Any]:
    audio_s, texts = 0.0, {}
    for file in files:
        segments, info = transcribe(file)
        texts[f"{file.stem}:0"] = " ".join(segment.text.strip() for segment in segments)
        audio_s += info.duration
    return {"audio_s": audio_s, "texts": texts}


if __name__ == "__main__":
    raise SystemExit(main())
