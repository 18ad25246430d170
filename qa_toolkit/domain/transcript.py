"""Who said what, when: words, turns and the transcript that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from qa_toolkit.domain.events import Event

Scalar = str | int | float | bool | None
Metadata = Mapping[str, Scalar]


DRAFT_MARK = "draft transcript, made with the quick profile"
"""What formats without fields say of a draft."""


class Role(StrEnum):
    """The part a speaker plays in an interaction."""

    AGENT = "agent"
    CUSTOMER = "customer"
    INTERPRETER = "interpreter"
    IVR = "ivr"
    UNKNOWN = "unknown"


class ChannelLayout(StrEnum):
    """How the parties lie on the channels of a recording."""

    MONO = "mono"
    DUAL_MONO = "dual_mono"
    TWO_PARTY = "two_party"


@dataclass(frozen=True, slots=True)
class Recording:
    """An audio file of an interaction; ``file`` is its name without a folder."""

    file: str
    sha256: str
    sample_rate_hz: int
    channels: int
    layout: ChannelLayout


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; times in seconds from the start of the recording, confidence 0-1 or None."""

    text: str
    start_s: float
    end_s: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Uninterrupted speech (or one chat message) of one speaker.

    Attributes:
        id: unique in the transcript; evidence refers to it.
        channel: index in the audio file; 0 for mono, None where there is no audio.
        start_s: seconds from the start; None where the source gives no times.
        at: ISO time of a chat message; then ``start_s`` is its distance from the first message.
    """

    id: int
    role: Role
    text: str
    start_s: float | None = None
    end_s: float | None = None
    speaker: str | None = None
    channel: int | None = None
    words: tuple[Word, ...] = ()
    at: str | None = None


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch where a voice was found on a channel (or by a diarised speaker)."""

    role: Role
    channel: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class MusicSpan:
    """A stretch of music or tones on a channel: nobody speaks, and what sounds is no noise."""

    channel: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class PartySound:
    """How a party sounds on a channel, measured on its speech alone.

    Attributes:
        speech_s: speech that could be measured; where parties share a channel, speech of two at once is not.
        loudness_by_second_dbfs: level of the party's speech in each second of the recording (index 0 is the
            first), as 20 log10(RMS / full scale), so that a full-scale sine reads -3.0; None in seconds with
            less than 0.2 s of its speech. Ends with the last second that has a level.
        clipped_share: 0-1, samples at the limit of the format; None without speech.
        voiced_s: speech with a pitch.
        pitch_hz: median over the voiced frames; None where there are none.
        pitch_spread_semitones: standard deviation about the median; None where there are none.
    """

    role: Role
    channel: int
    speech_s: float
    loudness_by_second_dbfs: tuple[float | None, ...] = ()
    clipped_share: float | None = None
    voiced_s: float = 0.0
    pitch_hz: float | None = None
    pitch_spread_semitones: float | None = None


@dataclass(frozen=True, slots=True)
class MadeBy:
    """Which engine, model and settings made a transcript; part of the result so that it can be repeated."""

    engine: str
    model: str
    model_sha256: str
    profile: str
    settings: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelSound:
    """How much of a channel's sound was taken for speech.

    Attributes:
        sound_s: sound that stands out of the channel's noise.
        speech_s: speech found.
        other_s: the part of the sound that is near no speech: music, tones, noise, or speech that was missed.
        threshold: probability of speech from which it was taken for speech.
    """

    channel: int
    sound_s: float
    speech_s: float
    other_s: float
    threshold: float


@dataclass(frozen=True, slots=True)
class RecognitionCounts:
    """What a recogniser was given and how it went; nothing that was left out or doubted goes uncounted.

    Attributes:
        speech_s: speech found, summed over the channels.
        gated_s: crosstalk of the other channel that was taken out before listening.
        windows: stretches of up to 30 s that were recognised.
        retried_windows: those whose first text was rejected and that were recognised again with more care.
        doubtful_windows: those whose text is still in doubt; it is kept, with low confidence.
        channels: speech found against sound, by channel.
    """

    speech_s: float = 0.0
    gated_s: float = 0.0
    windows: int = 0
    retried_windows: int = 0
    doubtful_windows: int = 0
    channels: tuple[ChannelSound, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """Ordered turns with the facts needed to repeat and to trust them.

    Attributes:
        speech: where voices were found, when the transcript comes from audio; metrics prefer it to turns.
        role_confidence: 0-1 when roles were inferred (mono recordings); None when they are known
            from the channel map or were given by the author of the file.
        acoustics: loudness and pitch of each party whose role is known, when the transcript comes from audio.
        events: things that came with the source, such as holds of the telephone system, and overlaps that
            were heard on one channel (source ``diarisation``).
        music: music and tones, when the transcript comes from audio.
        recognition: what was recognised and doubted, when the transcript comes from audio.
    """

    id: str
    turns: tuple[Turn, ...]
    language: str | None = None
    duration_s: float | None = None
    kind: Literal["call", "chat"] = "call"
    recording: Recording | None = None
    metadata: Metadata = field(default_factory=dict)
    speech: tuple[SpeechSpan, ...] = ()
    role_confidence: float | None = None
    events: tuple[Event, ...] = ()
    warnings: tuple[str, ...] = ()
    made_by: MadeBy | None = None
    acoustics: tuple[PartySound, ...] = ()
    music: tuple[MusicSpan, ...] = ()
    recognition: RecognitionCounts | None = None
    schema: Literal["qa-toolkit/transcript/1"] = "qa-toolkit/transcript/1"

    @property
    def is_draft(self) -> bool:
        """Whether the quick profile made it, here or before an import; it should not decide anything."""
        return (self.made_by is not None and self.made_by.profile == "draft") or DRAFT_MARK in self.warnings

    def turn(self, turn_id: int) -> Turn:
        """The turn with that id; KeyError when there is none."""
        for turn in self.turns:
            if turn.id == turn_id:
                return turn
        raise KeyError(turn_id)
