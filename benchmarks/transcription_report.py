"""What ``benchmarks/transcription.py`` says of its runs: the machine, the text's quality, the tables."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

LETTERS = {
    "ours": "a", "ours_words": "w", "stock": "b", "plain": "c", "batched": "d", "command": "e", "command_batched": "f",
}  # fmt: skip
TOLERATED_POINTS = 1.0

# --- quality --------------------------------------------------------------------------------------------------


def quality(
    texts_by_name: dict[str, dict[str, str]], files: list[Path], channels: dict[str, str]
) -> dict[str, Any]:
    """Word error rates against a transcript, else disagreement with ``batched``; whether ours is worse.

    Args:
        texts_by_name: by contestant, then by file and channel.
        channels: what ours calls a channel, by what the others call it.
    """
    from qa_toolkit.language import NORMALISER_VERSION

    texts = {
        name: {channels.get(channel, channel): text for channel, text in own.items()}
        for name, own in texts_by_name.items()
    }
    truth = _true_texts(files)
    reference = truth or texts.get("batched", {})
    rates = {
        name: _errors(reference, own)
        for name, own in texts.items()
        if reference and (truth or name != "batched")
    }
    against = rates.get("batched" if truth else "stock")
    mine = rates.get("ours")
    worse = mine is not None and against is not None and 100 * (mine - against) > TOLERATED_POINTS
    return {
        "measure": "word error rate" if truth else "disagreement with batched",
        "normaliser": f"qa_toolkit {NORMALISER_VERSION}",
        "rates": rates,
        "held_against": "batched" if truth else "stock",
        "worse": worse,
    }


def _true_texts(files: list[Path]) -> dict[str, str]:
    beside = {f"{path.stem}:0": path.with_suffix(".txt") for path in dict.fromkeys(files)}
    return {name: path.read_text("utf-8") for name, path in beside.items() if path.is_file()}


def _errors(reference: dict[str, str], heard: dict[str, str]) -> float | None:
    """Errors over reference words, summed over all texts."""
    import jiwer

    from qa_toolkit.language import normalise

    outputs = [
        jiwer.process_words(normalise(text, "en") or " ", normalise(heard.get(name, ""), "en") or " ")
        for name, text in sorted(reference.items())
    ]
    words = sum(each.hits + each.substitutions + each.deletions for each in outputs)
    errors = sum(each.substitutions + each.deletions + each.insertions for each in outputs)
    return errors / words if words else None


# --- tables -------------------------------------------------------------------------------------------------


def machine(cores: list[int]) -> dict[str, Any]:
    from importlib.metadata import PackageNotFoundError, version

    def found(name: str) -> str | None:
        try:
            return version(name)
        except PackageNotFoundError:
            return None

    names = (
        "qa-toolkit",
        "faster-whisper",
        "ctranslate2",
        "onnxruntime",
        "av",
        "numpy",
        "whisper-ctranslate2",
    )
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    about = {line.split(":")[0].strip(): line.split(":")[1].strip() for line in lines if ":" in line}
    flags = set(about.get("flags", "").split())
    wanted = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8")
    return {
        "processor": about.get("model name") or platform.processor(),
        "flags": [flag for flag in wanted if flag in flags],
        "cores": cores, "affinity": sorted(os.sched_getaffinity(0)),
        "python": platform.python_version(), "versions": {name: found(name) for name in names},
    }  # fmt: skip


def tables(result: dict[str, Any]) -> str:
    about = result["machine"]
    lines = [
        f"{about['processor']} ({' '.join(about['flags'])}), cores {about['affinity']}; "
        + ", ".join(f"{name} {value}" for name, value in about["versions"].items()),
        (
            f"model {result['model']}, language {result['language']}, words {'on' if result['words'] else 'off'}, "
            f"speakers {result['speakers']}; {result['calls']} calls, {result['calls_of_the_others']} for the others"
        ),
    ]
    return "\n".join(
        [*lines, *(_stage_lines(result) if "stages" in result else _speed_lines(result["speed"]))]
    )


def _stage_lines(result: dict[str, Any]) -> list[str]:
    stages = result["stages"]
    rows = [f"{name:28}{seconds:8.3f}" for name, seconds in stages["seconds"].items()]
    head = f"{stages['audio_s']:.1f} s of audio, one thread, warm; processor seconds by stage"
    once = f"once a process: libraries {stages['libraries_s']:.2f} s, model {stages['model_s']:.2f} s"
    return [head, *rows, once]


def _speed_lines(speed: dict[str, Any]) -> list[str]:
    noisy = "; ".join(speed["noisy"])
    lines = [
        f"order {speed['order']}, load average {speed['load_at_start']:.1f} at the start"
        + (f"; NOISY ({noisy}): no ratios of wall time" if noisy else ""),
        f"{'':18}{'calls s':>9}{'wall s':>9}{'cpu s':>9}{'load s':>8}{'peak MB':>9}{'real time':>11}{'rate':>8}",
    ]
    for name, row in speed["contestants"].items():
        rate = speed["quality"]["rates"].get(name)
        factor = "noisy" if noisy else f"{row['real_time_factor']:.1f}x"
        lines.append(
            f"{LETTERS[name]} {name:16}{row['calls_s']:9.0f}{row['wall_s']:9.2f}{row['cpu_s']:9.2f}"
            f"{row['load_s']:8.2f}{row['peak_mb']:9.0f}{factor:>11}"
            + (f"{100 * rate:7.1f}%" if rate is not None else f"{'–':>8}")
        )
    for name, ratios in speed["ratios"].items():
        lines.append(
            f"{name} over ours: " + ", ".join(f"{kind} {_shown(ratio)}" for kind, ratio in ratios.items())
        )
    counts, judged = speed["counts"], speed["quality"]
    lines.append(
        f"ours: {counts['speech_s']:.0f} s of speech, {counts['windows']} windows, {counts['retried']} retried, "
        f"{counts['doubtful']} in doubt, {counts['gated_s']:.1f} s of crosstalk taken out"
    )
    verdict = "WORSE by more than a point" if judged["worse"] else "not worse by more than a point"
    lines.append(
        f"rate: {judged['measure']}, {judged['normaliser']}; ours held against {judged['held_against']}: {verdict}"
    )
    return lines


def _shown(ratio: dict[str, float] | None) -> str:
    if ratio is None:
        return "noisy"
    return f"{ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})"
