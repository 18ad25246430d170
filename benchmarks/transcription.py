"""How fast and how right transcription is, against faster-whisper as shipped, in one run.

    python benchmarks/transcription.py                          speed on the bundled calls
    python benchmarks/transcription.py --words FOLDER...        word errors, where true words lie beside the audio
    python benchmarks/transcription.py --json

Speed: each contestant works in fresh processes, in the order a b c d, d c b a, ``--passes`` times; medians of
paired ratios count. ``ours`` works as `qa score` does, a process of one thread on each core, and returns whole
transcripts (speakers, roles, word times). The others get all cores in one process: ``stock`` is
``WhisperModel.transcribe`` on a mono mix, int8, everything else as it comes; ``plain`` the same without choosing a
compute type, as in the README of faster-whisper (never the headline: one keyword beats it); ``batched`` is
faster-whisper's batched pipeline, int8, beam 1. Loading models and libraries is measured apart. Processor seconds are always
printed; ratios of wall time only where the load average says that nobody else is at work.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTESTANTS = ("ours", "stock", "plain", "batched")

SPOKEN = {
    "jfk": {
        0: "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."
    },
    "stereo_diarization": {
        0: "He began a confused complaint against the wizard, who had vanished behind the curtain on the left.",
        1: "The horizon seems extremely distant.",
    },
}
"""Words of the two recordings of faster-whisper's own tests."""


def main() -> int:
    arguments = _arguments()
    if arguments.contestant:
        print(json.dumps(_work(arguments)))
        return 0
    result: dict[str, Any] = {"machine": _machine(), "model": arguments.model, "threads": arguments.threads}
    if arguments.words:
        result["words"] = measure_words(arguments)
    else:
        result["speed"] = measure_speed(arguments)
    print(json.dumps(result, indent=2) if arguments.json else _tables(result))
    return 0


# --- speed --------------------------------------------------------------------------------------------------------


def measure_speed(arguments: argparse.Namespace) -> dict[str, Any]:
    """Medians a contestant, and how often the others' time and processor time hold ours, all recordings together.

    Ratios of wall time are left out where the machine was busy at the start of any run.
    """
    order = [*CONTESTANTS, *reversed(CONTESTANTS)] * arguments.passes
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTESTANTS}
    loads = []
    for number, name in enumerate(order, start=1):
        loads.append(os.getloadavg()[0])
        print(f"run {number} of {len(order)}: {name}, load {loads[-1]:.1f}", file=sys.stderr)
        runs[name].append(_in_fresh_processes(arguments, name))
    # Our own runs raise the load average to the number of cores; what others add to that is noise.
    noisy = loads[0] > (os.cpu_count() or 1) / 2 or max(loads) > 1.5 * (os.cpu_count() or 1)
    medians = {
        name: {
            key: statistics.median(run[key] for run in own)
            for key in ("wall_s", "cpu_s", "load_s", "peak_mb")
        }
        for name, own in runs.items()
    }
    audio_s = runs["ours"][0]["audio_s"]
    return {
        "audio_s": audio_s,
        "medians": medians,
        "real_time_factor": {
            name: None if noisy else audio_s / medians[name]["wall_s"] for name in CONTESTANTS
        },
        "times_ours": {
            name: {
                "cpu": _paired(runs[name], runs["ours"], "cpu_s"),
                "wall": None if noisy else _paired(runs[name], runs["ours"], "wall_s"),
            }
            for name in CONTESTANTS[1:]
        },
        "stages_s": runs["ours"][0]["stages_s"],
        "loads": loads,
        "noisy": noisy,
    }


def _paired(others: list[dict[str, Any]], ours: list[dict[str, Any]], key: str) -> dict[str, float]:
    ratios = [other[key] / mine[key] for other, mine in zip(others, ours, strict=True)]
    return {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}


def _in_fresh_processes(arguments: argparse.Namespace, name: str) -> dict[str, Any]:
    """All recordings, ``--copies`` times: ours as `qa score` works, a process of one thread a core; stock in one."""
    files = [str(path) for path in (arguments.files or default_files())] * arguments.copies
    workers = min(arguments.workers, len(files)) if name == "ours" else 1
    threads = 1 if name == "ours" else arguments.threads
    longest_first = sorted(files, key=lambda path: -Path(path).stat().st_size)
    started = [
        subprocess.Popen(
            [
                sys.executable, __file__, "--contestant", name, "--model", arguments.model,
                "--threads", str(threads), *(["--no-words"] if arguments.no_words else []),
                *longest_first[worker::workers],
            ],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )
        for worker in range(workers)
    ]  # fmt: skip
    results: list[dict[str, Any]] = []
    for process in started:
        output, problem = process.communicate()
        if process.returncode:
            raise SystemExit(f"{name} failed:\n{problem}")
        results.append(json.loads(output.splitlines()[-1]))
    stages: dict[str, float] = {}
    for result in results:
        for stage, seconds in result["stages_s"].items():
            stages[stage] = stages.get(stage, 0.0) + seconds
    return {
        "wall_s": max(result["wall_s"] for result in results),
        "load_s": max(result["load_s"] for result in results),
        **{key: sum(result[key] for result in results) for key in ("cpu_s", "peak_mb", "audio_s")},
        "stages_s": stages,
    }


def default_files() -> list[Path]:
    from qa_toolkit.resources import sample_dir

    calls = sample_dir() / "calls"
    return sorted(path for path in calls.iterdir() if path.suffix in {".wav", ".flac", ".mp3"})


def _work(arguments: argparse.Namespace) -> dict[str, Any]:
    prepare = {"ours": _ours, "stock": _stock, "plain": _plain, "batched": _batched}[arguments.contestant]
    stages: dict[str, float] = {}
    started = time.perf_counter()
    transcribe = prepare(arguments, stages)
    load_s = time.perf_counter() - started
    cpu, wall = _cpu_s(), time.perf_counter()
    audio_s = sum(transcribe(path) for path in arguments.files)
    return {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": _cpu_s() - cpu,
        "load_s": load_s,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "audio_s": audio_s,
        "stages_s": stages,
    }


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _ours(arguments: argparse.Namespace, stages: dict[str, float]) -> Callable[[Path], float]:
    from qa_toolkit import transcription
    from qa_toolkit.transcription import attribution, listening, transcriber, whisper

    options = transcription.TranscriptionOptions(
        model=arguments.model, threads=arguments.threads, word_times=not arguments.no_words
    )
    engine = transcription.load_engine(options)
    # Libraries that a process loads once, at its first mono recording, belong to loading like the model.
    import librosa.filters  # noqa: F401
    import sklearn.cluster  # noqa: F401

    for module, name in (
        (transcriber, "decode"), (transcriber, "find_tracks"), (listening, "speech_probabilities"),
        (attribution, "build_turns"), (attribution, "_voices"),
    ):  # fmt: skip
        setattr(module, name, _timed(getattr(module, name), name, stages))
    for name in ("_encode", "_decode", "_words"):
        setattr(
            whisper.WhisperEngine, name, _timed(getattr(whisper.WhisperEngine, name), f"engine{name}", stages)
        )
    return lambda path: transcription.transcribe(path, options, engine=engine).duration_s or 0.0


def _timed(function: Callable[..., Any], name: str, stages: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            stages[name] = stages.get(name, 0.0) + time.perf_counter() - started

    return timed


def _stock(arguments: argparse.Namespace, _stages: dict[str, float]) -> Callable[[Path], float]:
    return _sequential(arguments, compute_type="int8")


def _plain(arguments: argparse.Namespace, _stages: dict[str, float]) -> Callable[[Path], float]:
    return _sequential(arguments)


def _sequential(arguments: argparse.Namespace, **how: str) -> Callable[[Path], float]:
    from faster_whisper import WhisperModel

    from qa_toolkit.model_files import resolve

    model = WhisperModel(
        str(resolve(arguments.model).path), device="cpu", cpu_threads=arguments.threads, **how
    )

    def transcribe(path: Path) -> float:
        segments, info = model.transcribe(str(path))
        for _ in segments:
            pass
        return float(info.duration)

    return transcribe


def _batched(arguments: argparse.Namespace, _stages: dict[str, float]) -> Callable[[Path], float]:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    from qa_toolkit.model_files import resolve

    model = BatchedInferencePipeline(
        WhisperModel(
            str(resolve(arguments.model).path),
            device="cpu",
            compute_type="int8",
            cpu_threads=arguments.threads,
        )
    )

    def transcribe(path: Path) -> float:
        segments, info = model.transcribe(str(path), batch_size=8, beam_size=1)
        for _ in segments:
            pass
        return float(info.duration)

    return transcribe


# --- words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TrueWords:
    """A recording and what is said on each of its channels."""

    path: Path
    language: str
    channels: dict[int, str]


def measure_words(arguments: argparse.Namespace) -> dict[str, Any]:
    """Errors a channel, and of all together: summed errors over summed words, after one normalisation."""
    import jiwer

    from qa_toolkit.language import NORMALISER_VERSION, normalise
    from qa_toolkit.transcription import TranscriptionOptions, load_engine, transcribe

    options = TranscriptionOptions(
        model=arguments.model,
        threads=arguments.threads,
        beam_size=arguments.beam,
        vad_threshold=arguments.threshold,
    )
    engine = load_engine(options)
    rows = []
    for truth in (item for folder in arguments.words for item in true_words(folder)):
        transcript = transcribe(truth.path, options, engine=engine)
        one_track = len({turn.channel for turn in transcript.turns}) < 2 and len(truth.channels) == 1
        for channel, text in truth.channels.items():
            heard = " ".join(t.text for t in transcript.turns if one_track or t.channel == channel)
            output = jiwer.process_words(
                normalise(text, truth.language) or " ", normalise(heard, truth.language) or " "
            )
            reference = output.hits + output.substitutions + output.deletions
            rows.append(
                {
                    "recording": truth.path.stem, "channel": channel, "words": reference,
                    "substitutions": output.substitutions, "deletions": output.deletions,
                    "insertions": output.insertions, "warnings": len(transcript.warnings),
                }
            )  # fmt: skip
    errors = sum(row[kind] for row in rows for kind in ("substitutions", "deletions", "insertions"))
    words = sum(row["words"] for row in rows)
    return {
        "normaliser": f"qa_toolkit {NORMALISER_VERSION}", "beam": arguments.beam, "rows": rows, "errors": errors,
        "words": words, "word_error_rate": errors / words if words else None,
    }  # fmt: skip


def true_words(folder: Path) -> Iterator[TrueWords]:
    """Recordings in a folder whose words are known: from JSON beside them, a ``transcription`` list, or above."""
    listed = folder / "transcription"
    lines = listed.read_text("utf-8").splitlines() if listed.is_file() else []
    by_name = {line.rsplit("(", 1)[1].rstrip(") "): line.split("<s>")[1].split("</s>")[0] for line in lines}
    for path in sorted(folder.iterdir()):
        if path.suffix not in {".wav", ".flac", ".mp3"}:
            continue
        beside = path.with_suffix(".json")
        if beside.is_file():
            yield _from_json(path, json.loads(beside.read_text("utf-8")))
        elif path.stem in by_name:
            yield TrueWords(path, "en", {0: by_name[path.stem]})
        elif path.stem in SPOKEN:
            yield TrueWords(path, "en", SPOKEN[path.stem])


def _from_json(path: Path, data: dict[str, Any]) -> TrueWords:
    outbound = data.get("direction") == "outbound"
    channels: dict[int, list[str]] = {}
    for turn in data["turns"]:
        # Announcements lie on the agent's channel of inbound calls, on the far end's of outbound ones.
        far = turn["speaker"] == "customer" or (turn["speaker"] == "ivr" and outbound)
        channels.setdefault(turn.get("channel", int(far)), []).append(turn["text"])
    return TrueWords(
        path, data.get("language", "en"), {c: " ".join(said) for c, said in sorted(channels.items())}
    )


# --- printing -----------------------------------------------------------------------------------------------------


def _machine() -> dict[str, Any]:
    from importlib.metadata import version

    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load_at_start": os.getloadavg()[0],
        "versions": {name: version(name) for name in ("faster-whisper", "ctranslate2", "onnxruntime", "av")},
    }


def _tables(result: dict[str, Any]) -> str:
    lines = [f"model {result['model']}, {result['threads']} thread(s), {result['machine']['cores']} cores"]
    if "speed" in result:
        speed = result["speed"]
        lines.append(
            f"{speed['audio_s']:.0f} s of audio"
            + (", NOISY machine: no ratios of wall time" if speed["noisy"] else "")
        )
        lines.append(f"{'':10}{'wall s':>9}{'cpu s':>9}{'load s':>9}{'peak MB':>9}{'x real time':>13}")
        for name, row in speed["medians"].items():
            factor = speed["real_time_factor"][name]
            lines.append(
                f"{name:10}{row['wall_s']:9.2f}{row['cpu_s']:9.2f}{row['load_s']:9.2f}{row['peak_mb']:9.0f}"
                + (f"{factor:13.1f}" if factor else f"{'noisy':>13}")
            )
        for name, ratios in speed["times_ours"].items():
            for kind, ratio in ratios.items():
                lines.append(
                    f"{name} over ours, {kind} time: noisy"
                    if ratio is None
                    else f"{name} over ours, {kind} time: {ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})"
                )
        lines.append("stages s: " + ", ".join(f"{k} {v:.2f}" for k, v in speed["stages_s"].items()))
    else:
        words = result["words"]
        lines.append(f"{'recording':48}{'ch':>3}{'words':>7}{'sub':>5}{'del':>5}{'ins':>5}{'rate':>7}")
        for row in words["rows"]:
            errors = row["substitutions"] + row["deletions"] + row["insertions"]
            lines.append(
                f"{row['recording'][:47]:48}{row['channel']:3d}{row['words']:7d}{row['substitutions']:5d}"
                f"{row['deletions']:5d}{row['insertions']:5d}{errors / max(1, row['words']):7.3f}"
            )
        rate = words["word_error_rate"]
        lines.append(
            f"all: {words['errors']} errors in {words['words']} words" + (f" = {rate:.4f}" if rate else "")
        )
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, help="recordings to time; default: the bundled calls")
    parser.add_argument("--words", nargs="+", type=Path, metavar="FOLDER", help="measure word errors instead")
    parser.add_argument("--model", default="whisper-base")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes of ours")
    parser.add_argument("--copies", type=int, default=1, help="how often each recording is in the queue")
    parser.add_argument("--no-words", action="store_true", help="ours without word times, like the others")
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--threshold", type=float, default=0.3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--contestant", choices=CONTESTANTS, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
