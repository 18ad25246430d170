"""Files people write: their bytes, and all their faults as one error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from qa_toolkit.authored.yaml_source import MAX_BYTES, Fault
from qa_toolkit.errors import AuthoredFileError

E = TypeVar("E", bound=AuthoredFileError)


@dataclass(frozen=True, slots=True)
class AuthoredKind(Generic[E]):
    """A kind of file people write.

    Attributes:
        name: what messages call it: rubric, layout.
        error: what its faults are raised as.
        lint: the command that lists every fault.
    """

    name: str
    error: type[E]
    lint: str

    def read(self, path: Path) -> bytes:
        """The bytes of a file; refuses one over the limit before reading it.

        Raises:
            AuthoredFileError: the file is missing, unreadable, not a file, or too large; as ``error``.
        """
        try:
            if not path.is_file():
                fix = f"give a {self.name} id or the path of a YAML file"
                raise self.error(f"no such {self.name} file", str(path), fix)
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            raise self.error(f"the {self.name} file cannot be read ({error})", str(path)) from error
        if len(data) > MAX_BYTES:
            what = f"larger than {MAX_BYTES // 1024} KiB: accepted: smaller files"
            raise self.refusal([Fault("error", 1, "(file)", what)], path.name)
        return data

    def refusal(self, faults: Sequence[Fault], filename: str) -> E:
        """One error for all faults: its message is the first fault and how many more there are."""
        lines = tuple(str(replace(fault, file=filename)) for fault in faults)
        more = f"and {len(lines) - 1} more faults; see `{self.lint}`" if len(lines) > 1 else None
        return self.error(lines[0], None, more, lines)
