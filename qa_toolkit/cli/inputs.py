"""Arguments to items: files, folders, and what becomes of an item that cannot be processed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_toolkit.domain.evaluation import Result
from qa_toolkit.errors import QAToolkitError, UsageError

AUDIO_SUFFIXES = frozenset(
    {
        *(".wav", ".wave", ".w64", ".mp3", ".ogg", ".oga", ".opus", ".spx", ".flac", ".m4a", ".mp4", ".aac"),
        *(".au", ".snd", ".gsm", ".amr", ".wma", ".webm", ".mkv", ".mov", ".avi", ".g722", ".aif", ".aiff"),
        *(".3gp", ".caf", ".mka"),
    }
)
DOCUMENT_SUFFIXES = frozenset({".json"})
SUBTITLE_SUFFIXES = frozenset({".vtt", ".srt"})
CONVERSATION_SUFFIXES = DOCUMENT_SUFFIXES | SUBTITLE_SUFFIXES


@dataclass(frozen=True, slots=True)
class Item:
    """One input: where it lies and the name results call it by (no folder of this machine in it).

    ``document`` is the interaction itself where a file holds several (a table of chats or records).
    """

    path: Path
    name: str
    document: Mapping[str, object] | None = None


def expand(paths: Sequence[Path], suffixes: frozenset[str]) -> tuple[list[Item], list[Path]]:
    """Files as given, folders as the files below them with one of the suffixes, in order of name.

    Subtitles that lie in a folder beside another input of the same name are the same conversation once more
    and are left out.

    Returns:
        The items and the files of folders that were left out.
    """
    items: list[Item] = []
    left_out: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
            taken = _without_copies([p for p in below if p.suffix.lower() in suffixes])
            items += [Item(p, p.relative_to(path).as_posix()) for p in taken]
            left_out += [p for p in below if p not in set(taken)]
        else:
            items.append(Item(path, path.name))
    if not items:
        raise UsageError(
            "nothing to do", ", ".join(str(p) for p in paths), f"files with {', '.join(sorted(suffixes))}"
        )
    return items, left_out


def _without_copies(paths: list[Path]) -> list[Path]:
    """The paths without subtitles that repeat another input; of a .vtt and a .srt, the .srt."""
    chosen = [path for path in paths if path.suffix.lower() not in SUBTITLE_SUFFIXES]
    stems = {path.with_suffix("") for path in chosen}
    subtitles = {p.with_suffix(""): p for p in paths if p.suffix.lower() in SUBTITLE_SUFFIXES}
    return sorted([*chosen, *(path for stem, path in subtitles.items() if stem not in stems)])


def is_single(paths: Sequence[Path]) -> bool:
    """One file argument gives one JSON object, everything else an array."""
    return len(paths) == 1 and not paths[0].is_dir()


def duplicated(ids: Sequence[str]) -> frozenset[str]:
    """Ids that more than one input of a run carries; all of those are rejected."""
    return frozenset(each for each, n in Counter(ids).items() if n > 1)


def failed(item: Item, error: QAToolkitError, status: str = "failed") -> Result:
    """The result of an item that could not be processed; the reason names no folder."""
    return Result(
        input=item.name, status="rejected" if status == "rejected" else "failed", reason=reason(item, error)
    )


def reason(item: Item, error: QAToolkitError) -> str:
    """The error as one line with the item's name in place of its path."""
    return str(error).replace(str(item.path), item.name)
