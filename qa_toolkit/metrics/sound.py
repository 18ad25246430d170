"""Loudness and pitch as metrics: what the transcription measured on each party's speech, summarised."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, pstdev

from qa_toolkit.domain.transcript import PartySound, Role, Transcript
from qa_toolkit.metrics.sheet import NO_ROLES, Sheet

NO_SOUND = "the transcript does not come from audio"
NOT_MEASURED = "sound was not measured when the transcript was made"


def add_sound(sheet: Sheet, transcript: Transcript, roles: Sequence[Role]) -> None:
    """Loudness, its variation, clipping, pitch and its variation of each role."""
    least_s = sheet.thresholds.acoustic_speech_s
    for role in roles:
        sound = _of(role, transcript.acoustics)
        missing = None if sound is not None else _missing(role, transcript)
        because = missing or _too_little(sound, least_s)
        levels = [level for level in sound.loudness_by_second_dbfs if level is not None] if sound else []
        unlevelled = because or (None if levels else f"no second of the {role.value}'s speech has a level")
        sheet.add("loudness/1", role, None if unlevelled else median(levels), "channel_speech", unlevelled)
        sheet.add(
            "loudness_variation/1", role, None if unlevelled else pstdev(levels), "channel_speech", unlevelled
        )
        clipped = sound.clipped_share if sound and not because else None
        sheet.add("clipping/1", role, clipped, "channel_speech", because or "not measured")
        unvoiced = because or _too_little_voiced(sound, least_s)
        pitch = sound.pitch_hz if sound and not unvoiced else None
        spread = sound.pitch_spread_semitones if sound and not unvoiced else None
        sheet.add("pitch/1", role, pitch, "channel_speech", unvoiced or "not measured")
        sheet.add("pitch_variation/1", role, spread, "channel_speech", unvoiced or "not measured")


def _of(role: Role, sounds: Sequence[PartySound]) -> PartySound | None:
    """The sound of a role on the channel where it speaks longest; None when it was not measured."""
    mine = [sound for sound in sounds if sound.role == role]
    return max(mine, key=lambda sound: (sound.speech_s, -sound.channel), default=None)


def _missing(role: Role, transcript: Transcript) -> str:
    if transcript.recording is None and not transcript.acoustics:
        return NO_SOUND
    heard = {span.role for span in transcript.speech}
    if heard & {Role.UNKNOWN}:
        return NO_ROLES
    return NOT_MEASURED if role in heard else f"no speech of the {role.value} in this transcript"


def _too_little(sound: PartySound | None, least_s: float) -> str | None:
    if sound is not None and sound.speech_s >= least_s and sound.speech_s > 0.0:
        return None
    return f"less than {least_s:g} s of speech that no other party on the channel talks into"


def _too_little_voiced(sound: PartySound | None, least_s: float) -> str | None:
    if sound is not None and sound.voiced_s >= least_s and sound.voiced_s > 0.0:
        return None
    return f"less than {least_s:g} s of voiced speech"
