"""How fast transcription is against faster-whisper as people use it, and whether its text is as good, in one run.

    python benchmarks/transcription.py                                       the bundled two-channel calls
    python benchmarks/transcription.py CALL.wav --calls 8 --stock-calls 1    many whole calls
    python benchmarks/transcription.py --join AGENT.wav CALLER.wav           a two-channel call out of two files
    python benchmarks/transcription.py CALL.wav --micro                      where the time goes, one thread
    python benchmarks/transcription.py --quick                               the smallest sample, three contestants

Contestants, each in a fresh process on the same cores with the same model files:

    a  ours            one queue over all calls, a worker a core, as `qa transcribe` works
    w  ours_words      the same with word times: what they cost (left out with --words, where all have them)
    b  stock           WhisperModel(compute_type="int8").transcribe(file), all else as it comes
    c  plain           the same without choosing a compute type, as the README of faster-whisper has it
    d  batched         BatchedInferencePipeline, int8, beam 1, batch 8
    e  command         whisper-ctranslate2 --compute_type int8, the time for a one-second file subtracted
    f  command_batched the same with --batched True

Order a w b c d e f, f e d c b w a, ``--passes`` times. What counts is the median of the paired ratios, with the
lowest and highest, of seconds of work per second of sound; loading is apart. The others work on one file after
another, so they need not hear as many as ours (--stock-calls). Of two-channel files they get each channel in full.
Ratios of wall time are printed only where nobody else was at work; a ratio to c is won by one keyword and is no
headline. Ends with 1 when ours is faster with text that is worse by more than a point: word error rate where a
transcript lies beside the recording (NAME.txt, one party), else disagreement with d, held against that of b.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transcription_report import LETTERS, machine, quality, tables

CONTESTANTS = tuple(LETTERS)
QUIET_SHARE = 0.1
"""Share of the cores that others may use during a run before its wall time counts for nothing."""


@dataclass(frozen=True)
class Calls:
    """What is transcribed: ours whole, theirs a channel at a time.

    Attributes:
        parts: channels of a call.
        channels: what ours calls a channel, by what the others call it.
    """

    ours: list[Path]
    theirs: list[Path]
    parts: int
    channels: dict[str, str]


def main() -> int:
    arguments = _arguments()
    cores = sorted(os.sched_getaffinity(0))[: arguments.cores]
    os.sched_setaffinity(0, cores)
    with tempfile.TemporaryDirectory() as folder:
        calls = _calls(arguments, Path(folder))
        result: dict[str, Any] = {
            "machine": machine(cores), "model": arguments.model, "language": arguments.language,
            "words": arguments.words or arguments.micro, "speakers": arguments.speakers,
            "calls": len(calls.ours), "calls_of_the_others": len(calls.theirs) // calls.parts,
        }  # fmt: skip
        if arguments.micro:
            result["stages"] = measure_stages(arguments, calls.ours[0])
        else:
            result["speed"] = measure(arguments, calls, len(cores), Path(folder))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(tables(result))
    return 1 if "speed" in result and result["speed"]["quality"]["worse"] else 0


# --- inputs ---------------------------------------------------------------------------------------------------


def _calls(arguments: argparse.Namespace, folder: Path) -> Calls:
    files = [path.resolve() for path in arguments.files]
    if arguments.join:
        files.append(_joined([path.resolve() for path in arguments.join], folder))
    if not files:
        files = _samples(quick=arguments.quick)
    parts: list[Path] = []
    channels: dict[str, str] = {}
    for file in files:
        own = _channels(file, folder)
        parts += own
        channels |= {f"{part.stem}:0": f"{file.stem}:{number}" for number, part in enumerate(own)}
    repeats = arguments.calls or len(files)
    stock = arguments.stock_calls or repeats
    per_file = len(parts) // len(files)
    return Calls(_repeated(files, repeats), _repeated(parts, stock * per_file), per_file, channels)


def _repeated(files: list[Path], count: int) -> list[Path]:
    return [files[number % len(files)] for number in range(count)]


def _samples(*, quick: bool) -> list[Path]:
    from qa_toolkit.resources import sample_dir

    calls = sample_dir() / "calls"
    if quick:
        return [calls / "out-010.wav"]
    return sorted(path for path in calls.glob("*.wav") if "-es-" not in path.name)


def _channels(path: Path, folder: Path) -> list[Path]:
    """The recording itself when it has one channel, else each of its channels as a file."""
    from qa_toolkit.transcription.audio import decode

    audio = decode(path)
    if audio.channel_count == 1:
        return [path]
    made = []
    for number, samples in enumerate(audio.channels):
        made.append(folder / f"{path.stem}-channel{number}.wav")
        _write(made[-1], [samples])
    return made


def _joined(paths: list[Path], folder: Path) -> Path:
    from qa_toolkit.transcription.audio import decode

    sides = [decode(path).channels[0] for path in paths]
    shortest = min(side.size for side in sides)
    joined = folder / f"{paths[0].stem}-joined.wav"
    _write(joined, [side[:shortest] for side in sides])
    return joined


def _write(path: Path, channels: list[Any]) -> None:
    import numpy as np

    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.stack(channels, axis=1).tobytes())


# --- speed ----------------------------------------------------------------------------------------------------


def measure(arguments: argparse.Namespace, calls: Calls, cores: int, folder: Path) -> dict[str, Any]:
    """Runs all contestants in mirrored order; medians, paired ratios and what may be said of them."""
    names = _contestants(arguments)
    order = ([*names] if arguments.quick else [*names, *reversed(names)]) * arguments.passes
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    start_s = _command_start(arguments, cores, folder) if any(n.startswith("command") for n in names) else {}
    load_at_start = os.getloadavg()[0]
    for number, name in enumerate(order, start=1):
        run = _run(arguments, name, calls, cores, folder=folder, start_s=start_s)
        print(
            f"{number}/{len(order)} {name}: {run['wall_s']:.1f} s wall, {run['cpu_s']:.1f} s processor, "
            f"others {run['others']:.2f} cores",
            file=sys.stderr,
        )
        runs[name].append(run)
    reasons = _noise(load_at_start, runs, cores)
    return {
        "order": "".join(LETTERS[name] for name in order),
        "load_at_start": load_at_start,
        "noisy": reasons,
        "contestants": {name: _summary(runs[name]) for name in names},
        "ratios": {
            name: {
                "wall": None if reasons else _paired(runs[name], runs["ours"], "wall_s"),
                "cpu": _paired(runs[name], runs["ours"], "cpu_s"),
            }
            for name in names
            if name != "ours"
        },
        "quality": quality({name: own[0]["texts"] for name, own in runs.items()}, calls.ours, calls.channels),
        "counts": {
            key: runs["ours"][0][key] for key in ("speech_s", "gated_s", "windows", "retried", "doubtful")
        },
    }


def _contestants(arguments: argparse.Namespace) -> list[str]:
    wanted = "abd" if arguments.quick else arguments.contestants
    names = [name for name in CONTESTANTS if LETTERS[name] in wanted]
    if arguments.words and "ours_words" in names:
        names.remove("ours_words")
    if not _command().exists():
        without = [name for name in names if name.startswith("command")]
        if without:
            print(f"left out, whisper-ctranslate2 is not installed: {', '.join(without)}", file=sys.stderr)
        names = [name for name in names if name not in without]
    return names


def _command() -> Path:
    return Path(sys.executable).parent / "whisper-ctranslate2"


def _run(
    arguments: argparse.Namespace,
    name: str,
    calls: Calls,
    cores: int,
    *,
    folder: Path,
    start_s: dict[str, dict[str, float]],
) -> dict[str, Any]:
    files = calls.ours if name.startswith("ours") else calls.theirs
    before, began = _busy_s(), time.perf_counter()
    if name.startswith("command"):
        found, used = _commanded(arguments, name, files, cores, folder)
        idle = start_s[name]
        found |= {key: found[key] - idle[key] for key in ("wall_s", "cpu_s")} | {"load_s": idle["wall_s"]}
        found["audio_s"] = sum(_length_s(file) for file in files)
    else:
        found, used = _in_python(arguments, name, files, cores)
    wall_s = time.perf_counter() - began
    found["calls_s"] = found["audio_s"] / (1 if name.startswith("ours") else calls.parts)
    found["peak_mb"] = used.ru_maxrss / 1024
    found["others"] = max(0.0, (_busy_s() - before - used.ru_utime - used.ru_stime) / wall_s)
    return found


def _in_python(
    arguments: argparse.Namespace, name: str, files: list[Path], cores: int
) -> tuple[dict[str, Any], Any]:
    from qa_toolkit.model_files import resolve

    spec = {
        "contestant": name, "model": arguments.model, "model_path": str(resolve(arguments.model).path),
        "language": arguments.language, "words": arguments.words or name == "ours_words",
        "speakers": arguments.speakers, "cores": cores, "files": [str(file) for file in files],
    }  # fmt: skip
    script = Path(__file__).with_name("transcription_contestants.py")
    # One thread a worker: more would only wait for one another. The others use all cores in one call.
    threads = "1" if name.startswith("ours") else str(cores)
    process = subprocess.Popen(
        [sys.executable, str(script), json.dumps(spec)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": threads},
    )
    output = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} failed, see above")
    return json.loads(output.splitlines()[-1]), used


def _commanded(
    arguments: argparse.Namespace, name: str, files: list[Path], cores: int, folder: Path
) -> tuple[dict[str, Any], Any]:
    from qa_toolkit.model_files import resolve

    out = folder / "command"
    out.mkdir(exist_ok=True)
    words = ["--word_timestamps", "True"] if arguments.words else []
    batched = ["--batched", "True"] if name == "command_batched" else []
    began = time.perf_counter()
    # The command writes one text for each name: repeated files are given one after another all the same.
    process = subprocess.Popen(
        [
            str(_command()), *map(str, files), "--model_directory", str(resolve(arguments.model).path),
            "--local_files_only", "True", "--compute_type", "int8", "--device", "cpu", "--threads", str(cores),
            "--language", arguments.language, "--output_dir", str(out), "--output_format", "txt",
            "--verbose", "False", *words, *batched,
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": str(cores)},
    )  # fmt: skip
    problem = process.stderr.read() if process.stderr else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} failed:\n{problem}")
    texts = {
        f"{file.stem}:0": " ".join((out / f"{file.stem}.txt").read_text("utf-8").split()) for file in files
    }
    wall_s = time.perf_counter() - began
    return {"wall_s": wall_s, "cpu_s": used.ru_utime + used.ru_stime, "texts": texts}, used


def _command_start(arguments: argparse.Namespace, cores: int, folder: Path) -> dict[str, dict[str, float]]:
    """What starting the command and loading its model costs: its time for one second of silence."""
    import numpy as np

    second = folder / "second.wav"
    _write(second, [np.zeros(16_000, dtype=np.int16)])
    found = {}
    for name in ("command", "command_batched"):
        made, _ = _commanded(arguments, name, [second], cores, folder)
        found[name] = {"wall_s": made["wall_s"], "cpu_s": made["cpu_s"]}
    return found


def _length_s(path: Path) -> float:
    from qa_toolkit.transcription.audio import decode

    return decode(path).duration_s


def _busy_s() -> float:
    """Processor seconds that all programs of the machine have used; 0 where Linux does not say."""
    try:
        fields = Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:]
    except OSError:
        return 0.0
    user, nice, system, _idle, _wait, irq, soft = map(int, fields[:7])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def _noise(load_at_start: float, runs: dict[str, list[dict[str, Any]]], cores: int) -> list[str]:
    """Why wall times say nothing; empty when they do."""
    reasons = []
    if load_at_start > cores / 2:
        reasons.append(f"load average {load_at_start:.1f} at the start, above {cores / 2:.1f}")
    others = max(run["others"] for own in runs.values() for run in own)
    if others > QUIET_SHARE * cores:
        reasons.append(f"others used up to {others:.2f} cores during a run")
    return reasons


def _summary(own: list[dict[str, Any]]) -> dict[str, float]:
    middle = {
        key: statistics.median(run[key] for run in own)
        for key in ("wall_s", "cpu_s", "load_s", "peak_mb", "calls_s")
    }
    return {**middle, "real_time_factor": middle["calls_s"] / middle["wall_s"]}


def _paired(others: list[dict[str, Any]], ours: list[dict[str, Any]], key: str) -> dict[str, float]:
    """Their seconds for a second of the call over ours; both channels of a call count as its length once."""
    ratios = [
        (other[key] / other["calls_s"]) / (mine[key] / mine["calls_s"])
        for other, mine in zip(others, ours, strict=True)
    ]
    return {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios), "n": len(ratios)}


# --- stages ---------------------------------------------------------------------------------------------------


def measure_stages(arguments: argparse.Namespace, file: Path) -> dict[str, Any]:
    """Seconds of each stage of one call on one thread, warm, and libraries and model apart."""
    import transcription_stages

    return transcription_stages.measure(
        file, model=arguments.model, language=arguments.language, speakers=max(2, arguments.speakers)
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, help="recordings; default: the bundled English calls")
    parser.add_argument("--join", nargs=2, type=Path, metavar=("AGENT", "CALLER"), help="two sides of a call")
    parser.add_argument("--model", default="whisper-base")
    parser.add_argument("--language", default="en", help="told to all, so that nobody pays for finding it")
    parser.add_argument("--calls", type=int, help="how many ours hears, the files over and over")
    parser.add_argument("--stock-calls", type=int, help="how many the others hear")
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--words", action="store_true", help="word times for everybody")
    parser.add_argument("--speakers", type=int, default=1, help="voices told apart by ours on mono; 1 = off")
    parser.add_argument("--contestants", default="awbcdef", help="letters of those who take part; a always")
    parser.add_argument("--micro", action="store_true", help="the stages of ours instead")
    parser.add_argument("--quick", action="store_true", help="the smallest sample, a b d, one round")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there, too")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.passes, arguments.calls = 1, arguments.calls or 2
    arguments.contestants += "a"
    return arguments


if __name__ == "__main__":
    raise SystemExit(main())
