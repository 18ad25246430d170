"""What a caller can choose about a transcription."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa_toolkit.errors import UsageError

Profile = Literal["accurate", "draft"]
Device = Literal["cpu", "cuda"]

PROFILE_MODELS: dict[str, str] = {"accurate": "whisper-base", "draft": "whisper-tiny.en"}


@dataclass(frozen=True, slots=True)
class TranscriptionOptions:
    """Settings of one transcription; all of them are part of the result.

    Attributes:
        engine: the recogniser: ``whisper``, or one that another package offers.
        model: name in the model manifest; None takes the profile's.
        language: ISO 639-1 code, or None to find it from the speech.
        device: where the recogniser runs.
        channel_map: role of each channel of a two-channel recording (``agent``, ``customer`` …).
        speakers: how many voices to tell apart on one channel; with 1 they are not told apart.
        threads: windows recognised at the same time; the text does not depend on it, nor on other recordings
            that are recognised at the same time.
        word_times: whether words get times of their own; without them they are spread over the speech.
        profile: ``accurate``, or ``draft`` for a quick English preview, marked in all that comes of it.
        vad_threshold: probability above which a frame of 32 ms counts as speech.
        vocabulary: names and terms to expect.
        effort: hypotheses weighed while recognising; 1 takes the likeliest at each step.
        direction: ``inbound`` or ``outbound`` if known; helps to tell who is the agent on one channel.
    """

    model: str | None = None
    language: str | None = None
    device: Device = "cpu"
    channel_map: tuple[str, ...] = ("agent", "customer")
    speakers: int = 2
    threads: int = 1
    word_times: bool = True
    profile: Profile = "accurate"
    vad_threshold: float = 0.3
    vocabulary: tuple[str, ...] = ()
    effort: int = 1
    direction: str | None = None
    engine: str = "whisper"

    def __post_init__(self) -> None:
        if self.profile not in PROFILE_MODELS:
            raise UsageError(f"no profile is called '{self.profile}'", None, "use accurate or draft")
        if not 0.0 < self.vad_threshold < 1.0:
            raise UsageError(
                "the speech threshold must lie between 0 and 1", f"vad_threshold {self.vad_threshold}"
            )
        if self.threads < 1 or self.speakers < 1 or self.effort < 1:
            raise UsageError("threads, speakers and effort must be at least 1")

    @property
    def model_name(self) -> str:
        """The model to use: the one asked for, else the profile's."""
        return self.model or PROFILE_MODELS[self.profile]
