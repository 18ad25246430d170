"""A transcript as text in the formats other tools read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from qa_toolkit.domain import Transcript, Turn
from qa_toolkit.domain.contract import canonical_json, to_contract
from qa_toolkit.domain.transcript import DRAFT_MARK
from qa_toolkit.errors import UsageError


def write(transcript: Transcript, format_name: str) -> str:
    """The transcript in a format: ``json``, ``vtt``, ``srt``, ``txt``, ``rttm`` or ``ctm``.

    Turns without times are left out of the formats that are made of times (all but json and txt).

    Raises:
        UsageError: the format is unknown.
    """
    if format_name not in FORMATS:
        raise UsageError(f"no format is called '{format_name}'", None, f"use {', '.join(FORMATS)}")
    return FORMATS[format_name](transcript)


def _json(transcript: Transcript) -> str:
    return canonical_json(to_contract(transcript))


def _vtt(transcript: Transcript) -> str:
    """WebVTT (W3C, 2019), the role as the voice."""
    cues = ["WEBVTT\n", *([f"NOTE {DRAFT_MARK}\n"] if transcript.is_draft else [])]
    for turn, start_s, end_s in _timed(transcript):
        text = turn.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        cues.append(
            f"{turn.id}\n{_clock(start_s, '.')} --> {_clock(end_s, '.')}\n<v {turn.role}>{_line(text)}\n"
        )
    return "\n".join(cues)


def _srt(transcript: Transcript) -> str:
    """SubRip: numbered from 1, decimal comma; it has no comments, so a draft says so in a cue of its own."""
    said = [
        (start_s, end_s, f"{turn.role}: {_line(turn.text)}") for turn, start_s, end_s in _timed(transcript)
    ]
    mark = [(0.0, 0.001, f"[{DRAFT_MARK}]")] if transcript.is_draft else []
    return "\n".join(
        f"{number}\n{_clock(start_s, ',')} --> {_clock(end_s, ',')}\n{text}\n"
        for number, (start_s, end_s, text) in enumerate([*mark, *said], start=1)
    )


def _txt(transcript: Transcript) -> str:
    mark = f"[{DRAFT_MARK}]\n" if transcript.is_draft else ""
    return mark + "".join(f"{turn.role}: {_line(turn.text)}\n" for turn in transcript.turns)


def _rttm(transcript: Transcript) -> str:
    """Rich Transcription Time Marked (NIST, 2009): one SPEAKER line a turn, start and length in seconds."""
    return _comment(transcript) + "".join(
        f"SPEAKER {_field(transcript.id)} {(turn.channel or 0) + 1} {start_s:.3f} {end_s - start_s:.3f} "
        f"<NA> <NA> {_field(turn.speaker or turn.role)} <NA> <NA>\n"
        for turn, start_s, end_s in _timed(transcript)
    )


def _ctm(transcript: Transcript) -> str:
    """Time-marked conversation (NIST sclite): one line a word, channels from 1, start and length."""
    words = sorted(
        ((turn.channel or 0, word) for turn in transcript.turns for word in turn.words),
        key=lambda item: (item[0], item[1].start_s),
    )
    return _comment(transcript) + "".join(
        f"{_field(transcript.id)} {channel + 1} {word.start_s:.3f} {word.end_s - word.start_s:.3f} "
        f"{_field(word.text)}{'' if word.confidence is None else f' {word.confidence:.3f}'}\n"
        for channel, word in words
    )


FORMATS: dict[str, Callable[[Transcript], str]] = {
    "json": _json,
    "vtt": _vtt,
    "srt": _srt,
    "txt": _txt,
    "rttm": _rttm,
    "ctm": _ctm,
}


def _comment(transcript: Transcript) -> str:
    """The mark of a draft as a comment of NIST's formats."""
    return f";; {DRAFT_MARK}\n" if transcript.is_draft else ""


def _timed(transcript: Transcript) -> Iterator[tuple[Turn, float, float]]:
    for turn in transcript.turns:
        if turn.start_s is not None and turn.end_s is not None:
            yield turn, turn.start_s, turn.end_s


def _clock(seconds: float, decimal_mark: str) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{decimal_mark}{rest % 1000:03d}"


def _line(text: str) -> str:
    """One line: an empty line or an arrow inside a cue would end it."""
    return " ".join(text.split()).replace("-->", "->")


def _field(text: str) -> str:
    """A value of a format whose columns are separated by blanks."""
    return "_".join(text.split()) or "<NA>"
