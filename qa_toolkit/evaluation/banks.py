"""Banks: labelled utterances behind an event, in YAML.

    event: identity_asked
    language: en
    positive: ["What is your date of birth?", {text: "And when were you born?", split: held_back}]
    negative: ["I've got your date of birth right here."]
    near_miss: ["I don't need your date of birth."]

Near misses are negatives that share the words or the meaning of the positives. Entries of the split
``held_back`` are never used for training or as exemplars, only for measuring.

Below a rubric folder a bank lies in ``banks/<language>/<event>.yaml``. What somebody else wrote to measure it
lies apart, in ``banks/held_back/<language>/<event>.yaml``, and is joined to it only for measuring.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from qa_toolkit import resources
from qa_toolkit.authored.faults import choices, faults_of
from qa_toolkit.authored.yaml_source import Fault, decode, read_tree
from qa_toolkit.domain.rubric import Authored, Identifier
from qa_toolkit.errors import AuthoredFileError

FOLDER: Final = "banks"
HELD_BACK: Final = "held_back"
Split = Literal["train", "held_back"]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


def _with_text(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


class Utterance(Authored):
    """One thing somebody might say; ``group`` names the conversation it is from, for cross-validation."""

    text: str = Field(min_length=1, max_length=500)
    split: Split = "train"
    group: str | None = None


_Utterance = Annotated[Utterance, BeforeValidator(_with_text, json_schema_input_type=str | dict[str, str])]


class Bank(Authored):
    """Utterances that mean an event (``positive``), and that do not."""

    event: Identifier
    language: Language
    positive: tuple[_Utterance, ...] = Field(min_length=1)
    negative: tuple[_Utterance, ...] = ()
    near_miss: tuple[_Utterance, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        seen: dict[str, str] = {}
        for label in ("positive", "negative", "near_miss"):
            for utterance in getattr(self, label):
                key = " ".join(utterance.text.casefold().split())
                if key in seen:
                    where = f"under {seen[key]} and under {label}"
                    raise ValueError(f"'{utterance.text}' stands {where}: accepted: every text once")
                seen[key] = label
        return self

    def utterances(self, split: Split) -> Iterator[tuple[Utterance, bool]]:
        """The utterances of a split with whether they mean the event."""
        for label in ("positive", "negative", "near_miss"):
            for utterance in getattr(self, label):
                if utterance.split == split:
                    yield utterance, label == "positive"


@dataclass(frozen=True, slots=True)
class LoadedBank:
    """A bank that passed every check; ``sha256`` is the hash of the bytes of its file."""

    bank: Bank
    sha256: str


def load_bank(name: str, *, search: Sequence[Path] = ()) -> LoadedBank:
    """The bank of a file below the rubric folders (``banks/identity_asked.yaml``).

    Raises:
        AuthoredFileError: there is no such file, or it has faults (``faults`` holds one line for each).
    """
    path = find_beside_rubrics(name, search=search)
    stamp = path.stat()
    return _load_bank(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=512)
def _load_bank(path: Path, _changed: int, _size: int) -> LoadedBank:
    data = path.read_bytes()
    text, faults = decode(data)
    if not faults:
        bank, faults = _examine(text)
        if bank is not None and not faults:
            return LoadedBank(bank, hashlib.sha256(data).hexdigest())
    lines = tuple(f"{path.name}:{fault.line}: {fault.path}: {fault.message}" for fault in faults)
    raise AuthoredFileError(
        f"{lines[0]}{f' (and {len(lines) - 1} more)' if len(lines) > 1 else ''}", None, None, lines
    )


def bank_name(event: str, language: str) -> str:
    """Where the bank of an event lies below a rubric folder."""
    return f"{FOLDER}/{language}/{event}.yaml"


def bank_names(*, search: Sequence[Path] = (), language: str = "*", event: str = "*") -> tuple[str, ...]:
    """The banks of all events and languages below the rubric folders, each name once, in order."""
    found = {
        path.relative_to(folder).as_posix()
        for folder in [*search, resources.rubrics_dir()]
        for path in folder.glob(f"{FOLDER}/{language}/{event}.yaml")
        if path.parent.name != HELD_BACK
    }
    return tuple(sorted(found))


def held_back_of(loaded: LoadedBank, *, search: Sequence[Path] = ()) -> list[tuple[Utterance, bool]]:
    """What was written to measure a bank, with whether it means the event; never for training.

    Texts that stand in the bank too, but for case and punctuation, are left out: they would measure memory.

    Raises:
        AuthoredFileError: the held-back file has faults.
    """
    bank = loaded.bank
    found = list(bank.utterances("held_back"))
    name = f"{FOLDER}/{HELD_BACK}/{bank.language}/{bank.event}.yaml"
    if any((folder / name).is_file() for folder in [*search, resources.rubrics_dir()]):
        apart = load_bank(name, search=search).bank
        found += [*apart.utterances("held_back"), *apart.utterances("train")]
    trained = {_words(utterance.text) for utterance, _ in bank.utterances("train")}
    return [(utterance, label) for utterance, label in found if _words(utterance.text) not in trained]


def _words(text: str) -> str:
    """A text without case and punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def find_beside_rubrics(name: str, *, search: Sequence[Path] = ()) -> Path:
    """A file named in a rubric: a relative path below one of the rubric folders.

    Raises:
        AuthoredFileError: the path leaves the folders, or there is no such file.
    """
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name:
        raise AuthoredFileError(
            f"'{name}' leaves the rubric folder", None, "name a file below it, as banks/name.yaml"
        )
    folders = [*search, resources.rubrics_dir()]
    for folder in folders:
        path = folder / parts
        if path.is_file():
            return path
    top = parts.parts[0] if len(parts.parts) > 1 else FOLDER
    known = sorted(p.relative_to(f).as_posix() for f in folders for p in f.glob(f"{top}/**/*{parts.suffix}"))
    raise AuthoredFileError(f"no file '{name}' beside the rubrics", None, choices(name, known))


def _examine(text: str) -> tuple[Bank | None, list[Fault]]:
    root, faults = read_tree(text)
    if root is None:
        return None, faults
    if not isinstance(root.value, dict):
        return None, [
            *faults,
            Fault("error", root.line, "(file)", "not a mapping: accepted: event, language, …"),
        ]
    try:
        return Bank.model_validate(root.plain()), faults
    except ValidationError as error:
        return None, [*faults, *faults_of(error, Bank, root)]


def search_folders(settings: Any) -> tuple[Path, ...]:
    """The site's rubric folder of the settings of evaluators, if it has one."""
    folder = settings.get("rubrics_dir")
    return (Path(folder),) if folder else ()
