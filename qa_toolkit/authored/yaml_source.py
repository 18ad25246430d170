"""The safe subset of YAML 1.2 that people write files in, read with the line of every key and value.

Only the event stream of the parser is used: depth, aliases, tags and duplicate keys are judged before any
tree is built. ``yes`` and ``no``, dates and times stay text; ``true`` / ``false`` are the only booleans.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from qa_toolkit.domain.transcript import Scalar

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20

Step = str | int
Loc = tuple[Step, ...]

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong (or, as a warning, doubtful) in a file; ``line`` counts from 1."""

    level: Literal["error", "warning"]
    line: int
    path: str
    message: str
    file: str = "<text>"

    def __str__(self) -> str:
        """``file:line: path: what: accepted values``."""
        warning = "warning: " if self.level == "warning" else ""
        path, message = " ".join(self.path.split()), " ".join(self.message.split())
        return f"{self.file}:{self.line}: {path}: {warning}{message}"


@dataclass(slots=True)
class Node:
    """A value of the file with its line; ``keys`` holds the lines of a mapping's keys."""

    value: dict[str, Node] | list[Node] | Scalar
    line: int
    keys: dict[str, int] = field(default_factory=dict)

    def plain(self) -> Any:
        """The value as dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def path_text(loc: Loc) -> str:
    """``sections[0].criteria[2].weight`` for a location; ``(file)`` for the whole."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "(file)"


def read_tree(text: str) -> tuple[Node | None, list[Fault]]:
    """The tree of a document and the faults of its form; no tree when the form does not allow one."""
    early = _text_faults(text)
    if early:
        return None, early
    reader = _Reader(_events(text))
    try:
        root = reader.document()
    except _Unreadable as error:
        return None, [*reader.faults, error.fault]
    except Exception as error:  # noqa: BLE001  # a parser given arbitrary bytes may raise anything
        return None, [*reader.faults, _parser_fault(error)]
    return root, reader.faults


def decode(data: bytes) -> tuple[str, list[Fault]]:
    """The text of a file; anything but UTF-8 (with or without a byte-order mark) is a fault."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", [Fault("error", line, "(file)", "not UTF-8 text: accepted: a YAML file saved as UTF-8")]


def _text_faults(text: str) -> list[Fault]:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return [Fault("error", 1, "(file)", f"larger than {MAX_BYTES // 1024} KiB: accepted: smaller files")]
    faults = []
    for number, line in enumerate(text.split("\n"), start=1):
        if "\t" in line[: len(line) - len(line.lstrip(" \t"))] and line.strip():
            faults.append(Fault("error", number, "(file)", "a tab in the indentation: accepted: spaces"))
        if _CONTROL.search(line):
            faults.append(Fault("error", number, "(file)", "a control character: accepted: plain text"))
    return faults


def _events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    return events


class _Unreadable(Exception):  # noqa: N818  # never leaves this module
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def _parser_fault(error: Exception) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or type(error).__name__
    line = mark.line + 1 if mark is not None else 1
    return Fault("error", line, "(file)", f"not readable as YAML ({what}): accepted: YAML 1.2")


class _Reader:
    """Builds nodes out of parser events, collecting faults of form on the way."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self.faults: list[Fault] = []

    def document(self) -> Node:
        event = self._next("StreamStartEvent")
        event = next(self._events)
        if type(event).__name__ == "StreamEndEvent":
            raise _Unreadable(Fault("error", 1, "(file)", "the file is empty: accepted: a mapping"))
        if getattr(event, "version", None) or getattr(event, "tags", None):
            self._fault(event, (), "a YAML directive: accepted: none")
        root = self._node(next(self._events), (), 1)
        next(self._events)
        event = next(self._events)
        if type(event).__name__ != "StreamEndEvent":
            self._fault(event, (), "a second document: accepted: one document a file")
        return root

    def _next(self, expected: str) -> Any:
        event = next(self._events)
        if type(event).__name__ != expected:
            raise _Unreadable(Fault("error", 1, "(file)", "not readable as YAML: accepted: YAML 1.2"))
        return event

    def _fault(self, event: Any, loc: Loc, message: str) -> None:
        self.faults.append(Fault("error", event.start_mark.line + 1, path_text(loc), message))

    def _node(self, event: Any, loc: Loc, depth: int) -> Node:
        kind = type(event).__name__
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels: accepted: a flatter file"
            raise _Unreadable(Fault("error", line, path_text(loc[:4]), message))
        if kind == "AliasEvent":
            self._fault(event, loc, "an alias (*name): accepted: the value written out")
            return Node(None, line)
        if getattr(event, "anchor", None):
            self._fault(event, loc, "an anchor (&name): accepted: the value written out")
        if _has_tag(event):
            self._fault(event, loc, "a tag (!name): accepted: plain values")
        if kind == "MappingStartEvent":
            return self._mapping(line, loc, depth)
        if kind == "SequenceStartEvent":
            return self._sequence(line, loc, depth)
        return Node(self._scalar(event, loc), line)

    def _mapping(self, line: int, loc: Loc, depth: int) -> Node:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            if type(event).__name__ != "ScalarEvent":
                message = "a key that is not plain text: accepted: a name"
                raise _Unreadable(Fault("error", event.start_mark.line + 1, path_text(loc), message))
            key = str(event.value)
            if key == "<<" and event.implicit[0]:
                self._fault(event, loc, "a merge key (<<): accepted: the keys written out")
            if getattr(event, "anchor", None) or _has_tag(event):
                self._fault(event, (*loc, key), "an anchor or tag on a key: accepted: a name")
            node = self._node(next(self._events), (*loc, key), depth + 1)
            if key in entries:
                self._fault(
                    event, (*loc, key), f"the key stands twice (first in line {lines[key]}): accepted: once"
                )
                continue
            entries[key], lines[key] = node, event.start_mark.line + 1
        return Node(entries, line, lines)

    def _sequence(self, line: int, loc: Loc, depth: int) -> Node:
        items: list[Node] = []
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            items.append(self._node(event, (*loc, len(items)), depth + 1))
        return Node(items, line)

    def _scalar(self, event: Any, loc: Loc) -> Scalar:
        text = str(event.value)
        if not event.implicit[0]:
            return text
        if _NOT_FINITE.match(text):
            self._fault(event, loc, f"'{text}' is not a finite number: accepted: a finite number")
            return None
        return self._plain_scalar(text, event, loc)

    def _plain_scalar(self, text: str, event: Any, loc: Loc) -> Scalar:
        if text in {"", "~", "null", "Null", "NULL"}:
            return None
        if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
            return text.lower() == "true"
        if len(text) <= 40 and _INT.match(text):
            return int(text)
        if len(text) <= 40 and _FLOAT.match(text):
            number = float(text)
            if not math.isfinite(number):
                self._fault(event, loc, "the number is too large: accepted: a finite number")
                return None
            return number
        return text


def _has_tag(event: Any) -> bool:
    tag = getattr(event, "tag", None)
    if tag is None:
        return False
    return str(tag) not in {"None", "!"} or getattr(event, "style", None) is None
