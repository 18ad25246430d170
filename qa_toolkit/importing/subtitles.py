"""WebVTT and SRT into transcripts; a cue is a turn, its voice or the name before a colon is the speaker.

Own parsers, because a fault has to name its line and because several voices in one cue become several turns;
the libraries for subtitles drop both.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_toolkit.domain import Role, Transcript, Turn
from qa_toolkit.domain.transcript import DRAFT_MARK
from qa_toolkit.errors import TranscriptError
from qa_toolkit.importing.speakers import MAX_LABEL, label_of, names_a_speaker, role_of

SUBTITLE_SUFFIXES = frozenset({".vtt", ".srt"})
MAX_BYTES = 64 * 1024 * 1024
NAMED_SHARE = 0.8
"""From this share of cues with a name before a colon, all such names are taken for speakers."""
SHARED_CUE = (
    "cues that hold several speakers: the times inside them are estimated from the length of the text"
)

_LINE_END = re.compile(r"\r\n|\r|\n")
_CLOCK = r"(?:(\d{1,5}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?\Z")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?(?:[ \t]+([^>]*))?>", re.IGNORECASE)
_VTT_TAG = re.compile(r"</?(?:v|c|i|b|u|ruby|rt|lang)(?:[.\s][^>]*)?>|<\d[\d:.]*>", re.IGNORECASE)
_SRT_TAG = re.compile(r"</?(?:i|b|u|font)(?:\s[^>]*)?>|\{\\[^}]*\}", re.IGNORECASE)
_NAMED = re.compile(rf"(?:>>\s*)?(\[)?([^\[\]:<>]{{1,{MAX_LABEL}}})(?(1)\])\s*:(?:\s+|\Z)(.*)\Z", re.DOTALL)
_WHOLE_NUMBER = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: the line of its times, its name, times and lines of text."""

    line: int
    name: str
    start_s: float
    end_s: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one voice says in a cue; ``name`` is None where no voice is given."""

    name: str | None
    text: str


def read_subtitles(path: Path, *, roles: Mapping[str, Role] | None = None) -> Transcript:
    """The transcript of a WebVTT or SRT file; its id is the file's stem.

    Raises:
        TranscriptError: the file cannot be read, or the first fault in it with its line.
    """
    try:
        if not path.is_file():
            raise TranscriptError("there is no such file", str(path), "check the path")
        if path.stat().st_size > MAX_BYTES:
            raise TranscriptError("the file is larger than 64 MiB", str(path), "split it")
        # Not read_text, which turns line ends into others and so moves the lines of faults.
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TranscriptError("the file is not UTF-8 text", str(path), "save it as UTF-8") from None
    except OSError as error:
        raise TranscriptError(f"the file cannot be read ({error.strerror})", str(path), "check it") from None
    return transcript_of_subtitles(text, default_id=path.stem, source=path.name, roles=roles)


def transcript_of_subtitles(
    text: str, *, default_id: str, source: str | None = None, roles: Mapping[str, Role] | None = None
) -> Transcript:
    """The transcript of a text in WebVTT (it begins with ``WEBVTT``) or SRT.

    The speaker is the cue's voice (``<v Agent>``), or a name before a colon: a role's name, a label such as
    ``SPEAKER_00``, a name in brackets, or any name when most cues have one. A cue without either has the role
    unknown. A cue with several voices becomes one turn for each.

    Args:
        roles: roles of names that are not known by themselves.

    Raises:
        TranscriptError: the first fault, with its line.
    """
    name = source or default_id
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    is_vtt = bool(re.match(r"WEBVTT(?:[ \t]|\Z)", lines[0]))
    read = list(_cues(lines, 1 if is_vtt else 0, name, is_vtt=is_vtt))
    cues = [cue for cue in read if [line.strip() for line in cue.lines] != [f"[{DRAFT_MARK}]"]]
    is_draft = len(cues) < len(read) or (is_vtt and f"NOTE {DRAFT_MARK}" in lines)
    if not cues:
        raise TranscriptError("the file holds no cue", name, "check how it was written")
    spoken = [_voices(cue, is_vtt=is_vtt) for cue in cues]
    spoken = [[_by_name(part, roles, named=False) for part in parts] for parts in spoken]
    if _mostly_named(spoken):
        spoken = [[_by_name(part, roles, named=True) for part in parts] for parts in spoken]
    turns = _turns(cues, spoken, roles)
    return Transcript(
        id=default_id,
        turns=turns,
        language=_language(lines) if is_vtt else None,
        duration_s=max(cue.end_s for cue in cues),
        warnings=(
            *((DRAFT_MARK,) if is_draft else ()),
            *((SHARED_CUE,) if any(len(parts) > 1 for parts in spoken) else ()),
        ),
    )


def _cues(lines: Sequence[str], first: int, name: str, *, is_vtt: bool) -> Iterator[Cue]:
    for start, block in _blocks(lines, first):
        if is_vtt and _is_no_cue(block, header=start == first):
            continue
        at = next((n for n, line in enumerate(block[:2]) if "-->" in line), None)
        if at is None:
            raise _fault(start, f"{_shown(block[0])} is no cue: its times are missing", name)
        times = _TIMES.match(block[at])
        if times is None:
            raise _fault(start + at, f"{_shown(block[at])} are not times", name)
        again = next((n for n in range(at + 1, len(block)) if _TIMES.match(block[n])), None)
        if again is not None:
            raise _fault(start + again, "an empty line is missing before these times", name, "add it")
        start_s, end_s = (
            _seconds(times.groups()[:4], start + at, name),
            _seconds(times.groups()[4:], start + at, name),
        )
        if end_s < start_s:
            raise _fault(
                start + at, f"the cue ends before it starts ({end_s:g} < {start_s:g} s)", name, "correct it"
            )
        yield Cue(start + at + 1, block[0].strip() if at else "", start_s, end_s, tuple(block[at + 1 :]))


def _blocks(lines: Sequence[str], first: int) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not empty, with the index of their first line."""
    block: list[str] = []
    for number in range(first, len(lines)):
        if lines[number].strip(" \t\x00"):
            block.append(lines[number])
        elif block:
            yield number - len(block), block
            block = []
    if block:
        yield len(lines) - len(block), block


def _is_no_cue(block: Sequence[str], *, header: bool) -> bool:
    """Comments, style sheets, regions, and the lines of the header."""
    if re.match(r"NOTE(?:\s|\Z)", block[0]):
        return True
    has_times = any("-->" in line for line in block)
    return not has_times and (header or re.match(r"(?:STYLE|REGION)\s*\Z", block[0]) is not None)


def _seconds(clock: Sequence[str | None], line: int, name: str) -> float:
    hours, minutes, seconds, fraction = clock
    if int(minutes or 0) > 59 or int(seconds or 0) > 59:
        raise _fault(line, "minutes and seconds go up to 59", name, "write HH:MM:SS.mmm")
    milliseconds = int((fraction or "0").ljust(3, "0"))
    return (
        int(hours or 0) * 3_600_000 + int(minutes or 0) * 60_000 + int(seconds or 0) * 1000 + milliseconds
    ) / 1000


def _fault(
    line: int, what: str, name: str, fix: str = "write HH:MM:SS.mmm --> HH:MM:SS.mmm"
) -> TranscriptError:
    return TranscriptError(f"line {line + 1}: {what}", name, fix)


def _shown(text: str) -> str:
    shown = " ".join(text.split())
    return repr(shown if len(shown) <= 40 else shown[:39] + "…")


def _voices(cue: Cue, *, is_vtt: bool) -> list[_Part]:
    text = " ".join(cue.lines)
    if not is_vtt:
        return [_Part(None, _tidy(_SRT_TAG.sub("", text)))]
    pieces = _VOICE.split(text)
    parts = [_Part(None, pieces[0])] if pieces[0].strip() else []
    parts += [
        _Part(_tidy(html.unescape(n or "")) or None, t)
        for n, t in zip(pieces[1::2], pieces[2::2], strict=True)
    ]
    return [
        _Part(part.name, _tidy(html.unescape(_VTT_TAG.sub("", part.text))))
        for part in parts or [_Part(None, "")]
    ]


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _by_name(part: _Part, roles: Mapping[str, Role] | None, *, named: bool) -> _Part:
    """A part without a voice whose text begins with a speaker's name and a colon gets that name."""
    match = _NAMED.match(part.text) if part.name is None else None
    if match is None or not (named or match[1] or names_a_speaker(match[2], roles)):
        return part
    return _Part(_tidy(match[2]), match[3])


def _mostly_named(spoken: Sequence[Sequence[_Part]]) -> bool:
    parts = [part for parts in spoken for part in parts]
    names = [match[2] for part in parts if part.name is None and (match := _NAMED.match(part.text))]
    plausible = all(len(name.split()) <= 3 for name in names) and len(set(names)) <= max(2, len(names) // 2)
    return plausible and len(names) >= max(2.0, NAMED_SHARE * len(parts))


def _turns(
    cues: Sequence[Cue], spoken: Sequence[Sequence[_Part]], roles: Mapping[str, Role] | None
) -> tuple[Turn, ...]:
    names = [cue.name for cue in cues]
    numbered = all(map(_WHOLE_NUMBER.fullmatch, names)) and len({int(name) for name in names}) == len(names)
    numbered = numbered and all(len(parts) == 1 for parts in spoken)
    turns: list[Turn] = []
    for cue, parts in zip(cues, spoken, strict=True):
        whole = sum(len(part.text) for part in parts) or 1
        done = 0
        for part in parts:
            length = cue.end_s - cue.start_s
            start_s = cue.start_s + length * done / whole
            done += len(part.text)
            end_s = cue.end_s if part is parts[-1] else cue.start_s + length * done / whole
            turns.append(
                Turn(
                    id=int(cue.name) if numbered else len(turns) + 1,
                    role=Role.UNKNOWN if part.name is None else role_of(part.name, roles),
                    text=part.text,
                    start_s=round(start_s, 3),
                    end_s=round(end_s, 3),
                    speaker=None if part.name is None else label_of(part.name),
                )
            )
    return tuple(turns)


def _language(lines: Sequence[str]) -> str | None:
    """The language a header states (``Language: en``), as some services write it."""
    for line in lines[1:]:
        if not line.strip():
            break
        stated = re.fullmatch(r"Language:\s*([A-Za-z]{2,3})(?:[-_]\w+)?\s*", line)
        if stated:
            return stated[1].lower()
    return None
