"""From the arguments of a run to its items: each recording with what is known of it before anyone listens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa_toolkit.batch.manifest import read_manifest
from qa_toolkit.config import Configuration
from qa_toolkit.domain.transcript import Metadata
from qa_toolkit.errors import ConfigurationError, InputError

if TYPE_CHECKING:
    from qa_toolkit.transcription import TranscriptionOptions

DOCUMENT_SUFFIX = ".json"
SUBTITLE_SUFFIXES = frozenset({".vtt", ".srt"})


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One recording or transcript of a run.

    Attributes:
        name: what results call it: relative to the folder or manifest it was found by.
        id: the interaction's id, the file's stem unless the metadata gives one.
        rubric: the rubric asked for (by the manifest's row, else by the run); None when nobody named one.
        fault: why it cannot be used, found before processing.
    """

    path: Path
    name: str
    id: str
    metadata: Metadata
    rubric: str | None
    fault: InputError | None = None


def plan(
    arguments: Sequence[tuple[Path, str]], rubric: str | None, current: Configuration
) -> list[PlannedItem]:
    """The items of a run, in order; every one of several items with one id carries a fault.

    Args:
        arguments: files and the names results call them by; a ``.csv`` file is a manifest.
        rubric: the rubric of items whose manifest row names none.
        current: the configuration in force.

    Raises:
        ManifestError: a manifest as a whole cannot be used.
    """
    items: list[PlannedItem] = []
    for path, name in arguments:
        if path.suffix.lower() == ".csv":
            items += _from_manifest(path, rubric, current)
        else:
            items.append(_item(path, name, metadata_of(path, current), rubric))
    return _without_shared_ids(items)


def metadata_of(path: Path, current: Configuration) -> Metadata:
    """What configuration and file name say of a recording; the file name wins.

    Raises:
        ConfigurationError: ``file_names`` is not a pattern with named groups.
    """
    source = current.settings.source_of(path)
    known: dict[str, str] = dict(source.metadata) if source else {}
    pattern = current.settings.file_names
    if pattern:
        try:
            found = re.compile(pattern)
        except re.error as error:
            raise ConfigurationError(
                f"file_names is not a pattern ({error})", current.origins.get("file_names"), "correct it"
            ) from None
        if not found.groupindex:
            raise ConfigurationError(
                "file_names has no named group",
                current.origins.get("file_names"),
                "write (?P<agent>…) and the like",
            )
        match = found.search(path.stem)
        known |= {key: value for key, value in (match.groupdict() if match else {}).items() if value}
    return known


def is_document(path: Path) -> bool:
    """Whether a file is read as a transcript, chat or record; any other is listened to."""
    return path.suffix.lower() in {DOCUMENT_SUFFIX, *SUBTITLE_SUFFIXES}


def transcription_options(
    path: Path, current: Configuration, metadata: Metadata | None = None
) -> TranscriptionOptions:
    """How that recording is transcribed: the configuration, with what its source says on top.

    A channel map or language given as a flag wins over the source's. The language of the metadata's queue
    (``transcription.queue_languages``) counts where neither configuration, source nor metadata name one.

    Raises:
        ConfigurationError: the file of ``transcription.vocabulary_file`` cannot be used.
    """
    from qa_toolkit.transcription import TranscriptionOptions

    chosen = current.settings.transcription
    options = TranscriptionOptions(
        model=chosen.model,
        language=chosen.language,
        device=chosen.device,
        channel_map=tuple(role.value for role in chosen.channels),
        speakers=chosen.speakers,
        word_times=chosen.words,
        engine=chosen.engine,
        profile=chosen.profile,
        vocabulary=(*chosen.vocabulary, *terms_of(current)),
    )
    source = current.settings.source_of(path)
    if source and source.channels and current.origins.get("transcription.channels") != "flag":
        options = replace(options, channel_map=tuple(role.value for role in source.channels))
    if source and source.language and current.origins.get("transcription.language") != "flag":
        options = replace(options, language=source.language)
    if options.language is None and metadata and not metadata.get("language"):
        options = replace(options, language=chosen.queue_languages.get(str(metadata.get("queue"))))
    return options


def terms_of(current: Configuration) -> tuple[str, ...]:
    """The terms in the vocabulary file: one a line; empty lines and those that begin with ``#`` say nothing.

    Raises:
        ConfigurationError: the file cannot be read or is no text.
    """
    path = current.settings.transcription.vocabulary_file
    if path is None:
        return ()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or "unreadable") if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigurationError(
            f"the vocabulary cannot be read ({reason})", str(path), "give a text file with one term a line"
        ) from None
    return tuple(dict.fromkeys(term for line in lines if (term := line.strip()) and not term.startswith("#")))


def _from_manifest(path: Path, rubric: str | None, current: Configuration) -> list[PlannedItem]:
    items = []
    for row in read_manifest(path, current.settings.manifest_roots):
        known = row.metadata if row.fault else {**metadata_of(row.path, current), **row.metadata}
        items.append(replace(_item(row.path, row.name, known, row.rubric or rubric), fault=row.fault))
    return items


def _item(path: Path, name: str, metadata: Metadata, rubric: str | None) -> PlannedItem:
    given = metadata.get("id") or _id_inside(path)
    rest = {key: value for key, value in metadata.items() if key != "id"}
    return PlannedItem(path, name, str(given) if given else path.stem, rest, rubric)


def _id_inside(path: Path) -> str | None:
    """The id a transcript or record file gives itself; one that cannot be read says so in its turn."""
    from qa_toolkit.pipeline import read_json

    if path.suffix.lower() != DOCUMENT_SUFFIX:
        return None
    try:
        document = read_json(path)
    except InputError:
        return None
    given = document.get("id") if isinstance(document, dict) else None
    return given if isinstance(given, str) else None


def _without_shared_ids(items: list[PlannedItem]) -> list[PlannedItem]:
    names: dict[str, list[str]] = {}
    for item in items:
        if item.fault is None:
            names.setdefault(item.id, []).append(item.name)
    return [
        replace(item, fault=_shared(item.id, names[item.id]))
        if item.fault is None and len(names[item.id]) > 1
        else item
        for item in items
    ]


def _shared(item_id: str, names: list[str]) -> InputError:
    listed = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    return InputError(
        f"{len(names)} inputs of this run have the id '{item_id}'", listed, "give each an id of its own"
    )
