"""How many words are wrong: jiwer's rates over whole sets, and words written where nobody speaks.

    python benchmarks/word_errors.py [--data FOLDER] [--models whisper-tiny.en,whisper-base] [--seconds 30] [--json FILE]

The rate of a set is the sum of its errors over the sum of its reference words, never the mean of the rates of its files
(jiwer at corpus level). Reference and hypothesis go through the toolkit's normaliser, whose version is printed, fillers
left out. Two-channel calls are scored channel by channel, each against what was said on it in order of time.

FOLDER (default: QA_TEST_DATA) may hold ``librivox-sense``, ``faster-whisper-tests``, ``exchange-calls`` and
``synthetic-calls``; the bundled calls are always there. The phantom words of ``benchmarks/phantom.py`` are counted on each
sound alone; that script has the other settings.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import jiwer
from labelled_calls import labelled_calls
from phantom import SOUNDS, write

from qa_toolkit.language import NORMALISER_VERSION, normalise
from qa_toolkit.transcription import TranscriptionOptions, transcribe

STEREO_WORDS = (
    "He began a confused complaint against the wizard, who had vanished behind the curtain on the left.",
    "The horizon seems extremely distant.",
)
JFK_WORDS = "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."
QUIET = ("silence", "tone", "ring-back", "busy", "beeps", "fax", "keypad")
"""Sounds on which no word at all is accepted."""


@dataclass(frozen=True)
class Said:
    """A recording and the true words of one channel of it."""

    set_name: str
    file: Path
    language: str
    channel: int
    words: str


@dataclass(frozen=True)
class SetErrors:
    """Errors of one model over one set."""

    model: str
    set_name: str
    language: str
    channels: int
    reference_words: int
    substitutions: int
    deletions: int
    insertions: int

    @property
    def rate(self) -> float:
        return (self.substitutions + self.deletions + self.insertions) / self.reference_words


def recordings(data: Path | None, folder: Path) -> Iterator[Said]:
    """Everything that has words."""
    if data is not None and (data / "librivox-sense").is_dir():
        for line in (data / "librivox-sense" / "transcription").read_text(encoding="utf-8").splitlines():
            text, _, name = line.strip().removeprefix("<s>").partition("</s>")
            file = data / "librivox-sense" / f"{name.strip(' ()')}.wav"
            if file.is_file():
                yield Said("librivox-sense", file, "en", 0, text)
    tests = data / "faster-whisper-tests" if data is not None else None
    if tests is not None and tests.is_dir():
        yield Said("faster-whisper-tests", tests / "jfk.flac", "en", 0, JFK_WORDS)
        for channel, words in enumerate(STEREO_WORDS):
            yield Said("faster-whisper-tests", tests / "stereo_diarization.wav", "en", channel, words)
    for call in labelled_calls(data):
        if not call.turns:
            continue
        file = call.write(folder / f"{call.name}.wav")
        for channel in (0, 1):
            turns = sorted((t for t in call.turns if t.channel == channel), key=lambda t: t.start_s)
            yield Said(call.kind, file, call.language, channel, " ".join(t.text for t in turns))


def errors(model: str, said: Sequence[Said]) -> Iterator[SetErrors]:
    """Errors by set and language, each file transcribed once."""
    heard: dict[Path, dict[int, str]] = {}
    for item in said:
        if item.file not in heard:
            transcript = transcribe(item.file, TranscriptionOptions(model=model, language=item.language))
            texts: dict[int, list[str]] = {}
            for turn in transcript.turns:
                texts.setdefault(turn.channel or 0, []).append(turn.text)
            heard[item.file] = {channel: " ".join(own) for channel, own in texts.items()}
    for set_name, language in dict.fromkeys((item.set_name, item.language) for item in said):
        own = [item for item in said if (item.set_name, item.language) == (set_name, language)]
        found = jiwer.process_words(
            [plain(item.words, language) for item in own],
            [plain(heard[item.file].get(item.channel, ""), language) for item in own],
        )
        yield SetErrors(
            model, set_name, language, len(own), found.hits + found.substitutions + found.deletions,
            found.substitutions, found.deletions, found.insertions,
        )  # fmt: skip


def plain(text: str, language: str) -> str:
    return normalise(text, language, drop_fillers=True)


def phantom_words(model: str, seconds: float, folder: Path) -> dict[str, float]:
    """Words a minute on each sound alone."""
    options = TranscriptionOptions(model=model, language="en")
    found = {}
    for name, sound in SOUNDS.items():
        transcript = transcribe(write(folder / "sound.wav", sound(seconds)), options)
        found[name] = sum(len(turn.words) for turn in transcript.turns) * 60 / seconds
    return found


def report(rows: Sequence[SetErrors], phantoms: dict[str, dict[str, float]]) -> bool:
    print(f"normaliser: qa_toolkit.language, version {NORMALISER_VERSION}; jiwer, sums over each set")
    print(
        f"{'model':18} {'set':22} {'lang':4} {'channels':>8} {'words':>6} {'WER':>7} {'sub':>5} {'del':>5} {'ins':>5}"
    )
    for r in rows:
        print(
            f"{r.model:18} {r.set_name:22} {r.language:4} {r.channels:8d} {r.reference_words:6d} {r.rate:7.2%} "
            f"{r.substitutions:5d} {r.deletions:5d} {r.insertions:5d}"
        )
    for model in dict.fromkeys(r.model for r in rows):
        own = [r for r in rows if r.model == model]
        wrong = sum(r.substitutions + r.deletions + r.insertions for r in own)
        words = sum(r.reference_words for r in own)
        print(
            f"{model:18} {'all':22} {'':4} {sum(r.channels for r in own):8d} {words:6d} {wrong / words:7.2%}"
        )
    good = True
    for model, found in phantoms.items():
        written = {name: rate for name, rate in found.items() if rate}
        listed = ", ".join(f"{name} {rate:g}" for name, rate in written.items()) or "none"
        print(f"{model}: insertions a minute over {len(found)} sounds without speech: {listed}")
        good = good and not any(word in name for name in written for word in QUIET)
    return good


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("QA_TEST_DATA"))
    parser.add_argument("--models", default="whisper-tiny.en,whisper-base")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each sound without speech")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows: list[SetErrors] = []
    phantoms: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        said = list(recordings(Path(given.data) if given.data else None, Path(name)))
        for model in given.models.split(","):
            english = model.endswith(".en")
            rows += errors(model, [item for item in said if item.language == "en" or not english])
            phantoms[model] = phantom_words(model, given.seconds, Path(name))
    good = report(rows, phantoms)
    if given.json:
        found = {"sets": [asdict(r) | {"rate": r.rate} for r in rows], "insertions_per_minute": phantoms}
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
