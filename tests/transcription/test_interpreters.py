"""Three voices on one channel: real voices, with words laid over them, and who is who."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from qa_toolkit import model_files
from qa_toolkit.domain import Role, Word
from qa_toolkit.errors import EnvironmentProblemError
from qa_toolkit.transcription.attribution import one_channel, two_parties
from qa_toolkit.transcription.audio import Samples, decode
from qa_toolkit.transcription.layout import Track
from qa_toolkit.transcription.listening import HeardTrack
from qa_toolkit.transcription.options import TranscriptionOptions

pytestmark = pytest.mark.model
RATE = 16_000
VOICES = {"A": "1688-142285", "C": "1998-15444", "I": "2033-164914"}
PAUSE_S = 0.6

SCRIPT = (
    ("A", "Thank you for calling the health exchange, how can I help you today?"),
    ("C", "Hola, buenos días, recibí una carta y no la entiendo bien."),
    ("A", "One moment please, let me get an interpreter on the line for you."),
    ("I", "Hello, this is the Spanish interpreter, ID four one two."),
    ("A", "Hi, please ask her for her full name and date of birth."),
    ("I", "¿Me puede dar su nombre completo y su fecha de nacimiento, por favor?"),
    ("C", "Sí, me llamo Ana Ruiz, el tres de marzo del ochenta."),
    ("I", "Her name is Ana Ruiz, and she says March third, nineteen eighty."),
    ("A", "Thank you. I see the letter in your account, it is about your renewal."),
    ("I", "Gracias. Veo la carta en su cuenta, es sobre la renovación de su plan."),
    ("C", "Ah, muy bien, muchas gracias, eso era todo lo que quería saber."),
    ("I", "Very well, thank you, that was all she wanted to know."),
    ("A", "Is there anything else I can help you with today?"),
)


def laid_out(shared_data: Callable[[str], Path]) -> tuple[Samples, list[tuple[str, float, float, str]]]:
    """The script read by three people: 4 s of a real voice for each line, a pause after it."""
    folder = shared_data("librispeech-speakers")
    sounds = {
        who: np.concatenate([decode(path).channels[0] for path in sorted(folder.glob(f"{stem}-*.flac"))])
        for who, stem in VOICES.items()
    }
    used = dict.fromkeys(VOICES, RATE)
    parts, said, at = [], [], 0.5
    parts.append(np.zeros(RATE // 2, np.int16))
    for who, text in SCRIPT:
        parts += [sounds[who][used[who] : used[who] + 4 * RATE], np.zeros(round(PAUSE_S * RATE), np.int16)]
        used[who] += 4 * RATE
        said.append((who, at, at + 4.0, text))
        at += 4.0 + PAUSE_S
    return np.concatenate(parts), said


def words_of(said: list[tuple[str, float, float, str]]) -> tuple[Word, ...]:
    words = []
    for _, start, end, text in said:
        each = text.split()
        step = (end - start) / len(each)
        words += [Word(word, start + n * step, start + (n + 0.9) * step, 0.9) for n, word in enumerate(each)]
    return tuple(words)


def test_an_interpreter_is_a_third_voice_on_one_channel(shared_data: Callable[[str], Path]) -> None:
    pytest.importorskip("onnxruntime")
    try:
        model_files.resolve("speaker-embedder")
    except EnvironmentProblemError as error:
        pytest.skip(str(error))
    samples, said = laid_out(shared_data)
    heard = HeardTrack(Track(0, samples), tuple((start, end) for _, start, end, _ in said), words_of(said))
    options = TranscriptionOptions(speakers=3, direction="inbound")
    spoken = one_channel([heard], options, "en")
    roles = {"A": Role.AGENT, "C": Role.CUSTOMER, "I": Role.INTERPRETER}
    found = [(turn.role, turn.text) for turn in spoken.turns]
    assert found == [(roles[who], text) for who, _, _, text in said]
    assert spoken.role_confidence is not None
    assert spoken.role_confidence > 0.8
    assert {span.role for span in spoken.speech} == set(roles.values())


def test_an_interpreter_shares_the_channel_of_a_party(shared_data: Callable[[str], Path]) -> None:
    pytest.importorskip("onnxruntime")
    samples, said = laid_out(shared_data)
    sides = []
    for channel, who in ((0, "A"), (1, "CI")):
        own = [line for line in said if line[0] in who]
        sound = np.zeros_like(samples)
        for _, start, end, _ in own:
            sound[round(start * RATE) : round(end * RATE)] = samples[round(start * RATE) : round(end * RATE)]
        spans = tuple((start, end) for _, start, end, _ in own)
        sides.append(HeardTrack(Track(channel, sound), spans, words_of(own)))
    roles = {"A": Role.AGENT, "C": Role.CUSTOMER, "I": Role.INTERPRETER}
    spoken = two_parties(sides, TranscriptionOptions(speakers=3), "en")
    assert [(turn.role, turn.text) for turn in spoken.turns] == [(roles[who], text) for who, *_, text in said]
    assert {(span.role, span.channel) for span in spoken.speech} == {
        (Role.AGENT, 0), (Role.CUSTOMER, 1), (Role.INTERPRETER, 1),
    }  # fmt: skip
    spoken_s = sum(span.end_s - span.start_s for span in spoken.speech)
    assert spoken_s == pytest.approx(4.0 * len(said), abs=0.01)
    assert "an interpreter was told apart on channel 1, by voice and words" in spoken.warnings
    two = two_parties(sides, TranscriptionOptions(), "en")
    assert {turn.role for turn in two.turns} == {Role.AGENT, Role.CUSTOMER}


def test_roles_follow_the_words_whatever_the_voices(
    shared_data: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same script with every voice in every role: men and women change places, the roles stay."""
    pytest.importorskip("onnxruntime")
    stems = list(VOICES.values())
    for shift in range(3):
        turned = dict(zip("ACI", stems[shift:] + stems[:shift], strict=True))
        monkeypatch.setattr(f"{__name__}.VOICES", turned)
        samples, said = laid_out(shared_data)
        heard = HeardTrack(Track(0, samples), tuple((a, b) for _, a, b, _ in said), words_of(said))
        spoken = one_channel([heard], TranscriptionOptions(speakers=3), "en")
        assert [turn.role.value[0].upper() for turn in spoken.turns] == [who for who, *_ in said]
