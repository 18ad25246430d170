"""How often the wrong speaker is named on one channel, and whether roles are found: calls mixed down to one.

    python benchmarks/diarisation.py [--data FOLDER] [--model whisper-base] [--mixes clean,noisy] [--overlap-only] [--json FILE]

Calls (``labelled_calls``; ``clean``: both channels halved and added; ``noisy``: with white noise 15 dB below the speech)
are transcribed as any mono recording, then compared with what their two channels say:

* **words**: share of the recognised words given to the wrong speaker, of those that align with the true words (word
  diarisation error rate, Shafey and others 2019), under the best one-to-one naming of the speakers. Of the recorded
  call the true words are those recognised on its two channels.
* **DER**: (missed + false alarm + confused) time / true speech, no collar, overlap counted, the same naming.
* **roles**: whether those called agent and customer are; announcements and interpreters do not count here.

* **overlap**: how much of what is marked as two voices at once is, and how much is found (``overlap_report``), with the
  processor time it takes beside the rest of diarisation.

AMI excerpts (``ami-excerpts``, meetings: 2 to 4 people, far more overlap than calls) give DER and overlap only, with the number
of people told. The published figures are of other recordings and only show what is usual. ``--overlap-only`` leaves the words out.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from labelled_calls import FRAME_S, LabelledCall, Span, frames_of, labelled_calls
from overlap_report import KnownRecording, OverlapRow, known_recordings, overlap_row, overlap_summary
from rapidfuzz.distance import Levenshtein

from qa_toolkit import model_files
from qa_toolkit.domain import Role, Transcript
from qa_toolkit.language import normalise
from qa_toolkit.statistics import wilson
from qa_toolkit.transcription import TranscriptionOptions, transcribe
from qa_toolkit.transcription.audio import SAMPLE_RATE_HZ, Samples, decode
from qa_toolkit.transcription.diarisation import Diarisation, SpeakerSpan, tell_apart
from qa_toolkit.transcription.layout import find_tracks
from qa_toolkit.transcription.speech_edges import on_sound
from qa_toolkit.transcription.speech_search import find_speech
from qa_toolkit.transcription.voice_activity import speech_probabilities

PUBLISHED = (
    ("pyannote 3.1", "CALLHOME part 2", 28.5),
    ("pyannote community-1", "CALLHOME part 2", 26.7),
    ("pyannote precision-2 (paid)", "CALLHOME part 2", 16.6),
    ("pyannote 3.1", "AMI, headset mix / distant", "18.8 / 22.7"),
    ("pyannote community-1", "AMI, headset mix / distant", "17.0 / 19.9"),
)
"""DER in percent without collar, pyannote.audio README, September 2025."""
WORDS_WANTED = 0.10
NOISE_DB = -15.0

SpokenToken = tuple[str, str]
"""A normalised word and whose it is."""


@dataclass(frozen=True)
class Row:
    """One mix: how its words, its time and its roles came out."""

    call: str
    mix: str
    minutes: float
    aligned_words: int
    wrong_words: int
    true_s: float
    missed_s: float
    false_s: float
    confused_s: float
    speakers: int
    roles: str
    confidence: float | None
    cpu_s_per_minute: float

    @property
    def word_error(self) -> float | None:
        return self.wrong_words / self.aligned_words if self.aligned_words else None

    @property
    def der(self) -> float:
        return (self.missed_s + self.false_s + self.confused_s) / self.true_s


def true_tokens(call: LabelledCall, options: TranscriptionOptions, folder: Path) -> list[SpokenToken]:
    """The true words in order of time, with the party's role; words lie evenly in their turn."""
    timed: list[tuple[float, str, str]] = []
    for turn in call.turns:
        words = turn.text.split()
        for number, word in enumerate(words):
            at = turn.start_s + (turn.end_s - turn.start_s) * number / len(words)
            timed.append((at, turn.role, word))
    if not call.turns:
        heard = transcribe(call.write(folder / "both.wav"), options)
        timed = [(word.start_s, turn.role.value, word.text) for turn in heard.turns for word in turn.words]
    return tokens(sorted(timed), call.language)


def tokens(timed: Sequence[tuple[float, str, str]], language: str) -> list[SpokenToken]:
    return [(token, who) for _, who, word in timed for token in normalise(word, language).split()]


def best_naming(pairs: Counter[tuple[str, str]]) -> dict[str, str]:
    """Label to party, one to one, with the largest weight on pairs that belong together."""
    labels = sorted({label for label, _ in pairs})
    parties: list[str | None] = [*sorted({party for _, party in pairs})]
    parties += [None] * max(0, len(labels) - len(parties))
    best = max(
        itertools.permutations(parties, len(labels)),
        key=lambda chosen: sum(
            pairs[label, party] for label, party in zip(labels, chosen, strict=True) if party
        ),
    )
    return {label: party for label, party in zip(labels, best, strict=True) if party}


def wrong_words(true: Sequence[SpokenToken], heard: Sequence[SpokenToken]) -> tuple[int, int, dict[str, str]]:
    """Aligned words, those of the wrong speaker, and the naming."""
    pairs: Counter[tuple[str, str]] = Counter()
    for step in Levenshtein.opcodes([word for word, _ in true], [word for word, _ in heard]):
        if step.tag in ("equal", "replace"):
            for a, b in zip(
                range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=True
            ):
                pairs[heard[b][1], true[a][1]] += 1
    naming = best_naming(pairs)
    wrong = sum(n for (label, party), n in pairs.items() if naming.get(label) != party)
    return pairs.total(), wrong, naming


def der_parts(
    true: Mapping[str, Sequence[Span]], found: Mapping[str, Sequence[Span]], count: int
) -> tuple[float, float, float, float]:
    """Seconds of true speech, missed, false and confused (NIST, no collar), under the best naming."""
    said = {party: frames_of(list(spans), count) for party, spans in true.items()}
    heard = {label: frames_of(list(spans), count) for label, spans in found.items()}
    pairs = Counter({(b, a): int((said[a] & heard[b]).sum()) for a in said for b in heard})
    naming = best_naming(pairs) if pairs else {}
    speaking = np.sum(list(said.values()), axis=0)
    named = np.sum(list(heard.values()), axis=0) if heard else np.zeros(count, int)
    correct = sum((said[party] & heard[label]).astype(int) for label, party in naming.items()) + np.zeros(
        count, int
    )
    parts = (
        speaking.sum(),
        np.maximum(speaking - named, 0).sum(),
        np.maximum(named - speaking, 0).sum(),
        (np.minimum(speaking, named) - correct).sum(),
    )
    return tuple(float(part) * FRAME_S for part in parts)  # type: ignore[return-value]


@dataclass(frozen=True)
class Heard:
    """What diarisation says of one channel, and its processor seconds with and without looking for overlap."""

    found: Diarisation
    cpu_s: float
    cpu_without_overlap_s: float


def hear(samples: Samples, speakers: int = 2) -> Heard:
    """The speakers as the transcription finds them."""
    begun = time.process_time()
    probabilities = speech_probabilities(samples, model_files.resolve("silero-vad").path)
    detected = find_speech(samples, probabilities, samples.size / SAMPLE_RATE_HZ, 0.3)
    spans = on_sound(detected.spans, samples)
    detecting_s = time.process_time() - begun
    embedder = model_files.resolve("speaker-embedder").path
    cpu_s = []
    for overlaps in (False, True):
        begun = time.process_time()
        found = tell_apart(samples, spans, speakers=speakers, embedder=embedder, overlaps=overlaps)
        cpu_s.append(time.process_time() - begun)
    return Heard(found, detecting_s + cpu_s[1], detecting_s + cpu_s[0])


def by_speaker(spans: Sequence[SpeakerSpan]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for span in spans:
        found.setdefault(f"S{span.speaker}", []).append((span.start_s, span.end_s))
    return found


def examine_overlap(known: KnownRecording) -> tuple[OverlapRow, Heard]:
    heard = hear(known.samples, len(known.truth) if known.kind == "meeting" else 2)
    count = round(known.samples.size / SAMPLE_RATE_HZ / FRAME_S) + 1
    before, after = (
        der_parts(known.truth, by_speaker(spans), count) for spans in (heard.found.spans, heard.found.voices)
    )
    marked = [(overlap.start_s, overlap.end_s) for overlap in heard.found.overlaps]
    return overlap_row(known, marked, sum(before[1:]) / before[0], sum(after[1:]) / after[0]), heard


def role_result(transcript: Transcript, naming: Mapping[str, str]) -> str:
    """``right``, ``wrong`` or ``unknown``, of those who are truly agent or customer."""
    given = {turn.speaker: turn.role for turn in transcript.turns}
    people = {label: party for label, party in naming.items() if party in ("agent", "customer")}
    roles = {label: given.get(label, Role.UNKNOWN) for label in people}
    if not roles or all(role is Role.UNKNOWN for role in roles.values()):
        return "unknown"
    return "right" if all(roles[label].value == party for label, party in people.items()) else "wrong"


def examine(
    call: LabelledCall, mix: str, truth: Sequence[SpokenToken], options: TranscriptionOptions, folder: Path
) -> Row:
    path = (noisy(call) if mix == "noisy" else call).write(
        folder / f"{call.name.replace('/', '-')}.wav", mono=True
    )
    transcript = transcribe(path, options)
    heard = sorted(
        (word.start_s, turn.speaker or "?", word.text) for turn in transcript.turns for word in turn.words
    )
    aligned, wrong, naming = wrong_words(truth, tokens(heard, call.language))
    samples = find_tracks(decode(path)).tracks[0].samples
    heard_voices = hear(samples)
    found = by_speaker(heard_voices.found.voices)
    true: dict[str, list[Span]] = {}
    for (role, _), spans in call.speech().items():
        true.setdefault(role, []).extend(spans)
    parts = der_parts(true, found, round(call.duration_s / FRAME_S) + 1)
    minutes = call.duration_s / 60
    return Row(
        call.name, mix, minutes, aligned, wrong, *parts, len(found), role_result(transcript, naming),
        transcript.role_confidence, heard_voices.cpu_s / minutes,
    )  # fmt: skip


def noisy(call: LabelledCall) -> LabelledCall:
    """The call with white noise on its first channel, 15 dB below the speech of both."""
    first, second = call.channels
    total = first.astype(np.float64) + second
    loud = np.sort(np.square(total[: total.size // 160 * 160]).reshape(-1, 160).mean(axis=1))
    level = np.sqrt(loud[int(0.8 * loud.size) :].mean()) * 10 ** (NOISE_DB / 20)
    added = first + np.random.default_rng(7).normal(0.0, level, first.size)
    return replace(call, channels=(np.clip(added, -32768, 32767).astype(np.int16), second))


def report(rows: Sequence[Row]) -> bool:
    print(
        f"{'call':18} {'mix':6} {'words':>6} {'wrong':>7} {'DER':>7} {'miss':>6} {'false':>6} {'conf.':>6} voices  roles"
    )
    for r in rows:
        error = "none" if r.word_error is None else f"{r.word_error:.1%}"
        sure = "" if r.confidence is None else f" ({r.confidence:.2f})"
        parts = " ".join(f"{part / r.true_s:6.1%}" for part in (r.missed_s, r.false_s, r.confused_s))
        print(
            f"{r.call:18} {r.mix:6} {r.aligned_words:6d} {error:>7} {r.der:7.1%} {parts} {r.speakers:6d}  {r.roles}{sure}"
        )
    good = True
    for mix in dict.fromkeys(row.mix for row in rows):
        own = [row for row in rows if row.mix == mix]
        words, wrong = sum(r.aligned_words for r in own), sum(r.wrong_words for r in own)
        der = sum(r.missed_s + r.false_s + r.confused_s for r in own) / sum(r.true_s for r in own)
        right = sum(r.roles == "right" for r in own)
        interval = wilson(right, len(own))
        print(
            f"\n{mix}: word-level speaker error {wrong / words:.1%} ({wrong} of {words}), DER {der:.1%} without collar, "
            f"roles right in {right} of {len(own)} calls (95 % interval {interval.low:.0%} to {interval.high:.0%})"
        )
        for r in own:
            if r.roles != "right" or (r.word_error or 0.0) > WORDS_WANTED:
                print(f"    failed: {r.call}: roles {r.roles}, {r.word_error or 0.0:.1%} of the words wrong")
        good = good and (mix != "clean" or (wrong / words <= WORDS_WANTED and right == len(own)))
    return good


def report_overlap(rows: Sequence[OverlapRow], heard: Sequence[Heard]) -> None:
    print(
        f"\n{'recording':20} {'kind':10} {'at once':>8} {'marked':>7} {'right':>6} {'DER':>7} {'with overlap named':>19} voices"
    )
    for row, own in zip(rows, heard, strict=True):
        print(
            f"{row.name:20} {row.kind:10} {row.true_s:8.1f} {row.marked_s:7.1f} {row.right_s:6.1f} {row.der_before:7.1%} "
            f"{row.der_after:19.1%} {len({span.speaker for span in own.found.spans}):6d}"
        )
    print("\n" + "\n".join(overlap_summary(rows)))
    total, without = sum(h.cpu_s for h in heard), sum(h.cpu_without_overlap_s for h in heard)
    minutes = sum(row.minutes for row in rows)
    print(
        f"diarisation: {total / minutes:.2f} CPU s a minute, {(total - without) / without:.1%} of it for overlap "
        f"({minutes:.0f} minutes; speech detection included)"
    )
    for system, what, der in PUBLISHED:
        print(f"published, not measured here: {system}, {what}: DER {der} % without collar")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("QA_TEST_DATA"))
    parser.add_argument("--model", default="whisper-base")
    parser.add_argument("--mixes", default="clean,noisy")
    parser.add_argument("--overlap-only", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    data = Path(given.data) if given.data else None
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for call in () if given.overlap_only else labelled_calls(data):
            options = TranscriptionOptions(
                model=given.model, language=call.language, direction=call.direction
            )
            truth = true_tokens(call, options, folder)
            rows += [examine(call, mix, truth, options, folder) for mix in given.mixes.split(",")]
    good = report(rows) if rows else True
    overlaps = [examine_overlap(known) for known in known_recordings(data)]
    report_overlap([row for row, _ in overlaps], [heard for _, heard in overlaps])
    if given.json:
        found = [asdict(r) | {"word_error": r.word_error, "der": r.der} for r in rows]
        given.json.write_text(
            json.dumps({"calls": found, "overlap": [asdict(row) for row, _ in overlaps]}, indent=1),
            encoding="utf-8",
        )
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
