"""The error family of the toolkit.

    QAToolkitError                 anything a user can do something about
    ├── UsageError                 exit 2: the command line asked for something impossible
    ├── InputError                 exit 1: this item could not be processed, the rest of a batch goes on
    │   ├── AudioError             a recording that cannot be decoded
    │   ├── TranscriptError        a transcript, chat or record file that cannot be read
    │   ├── ManifestError          a row of a manifest that cannot be used
    │   ├── RecordError            a file of keyed records, or a row of one, that cannot be used
    │   └── ApplicabilityError     the rubric does not apply to the item (it is *rejected*, not failed)
    ├── ConflictError              exit 1: somebody else was quicker; look again before you repeat it
    ├── PermissionRefusedError     exit 1: the person's role does not allow it
    ├── ConfigurationError         exit 3: configuration, rubric or layout is wrong
    │   └── AuthoredFileError      a file people write has faults, one line each
    │       ├── RubricError
    │       └── LayoutError
    ├── EvaluatorError             exit 3: a plugin is broken, unknown or answered against its contract
    └── EnvironmentProblemError    exit 4: the machine lacks something
        ├── ModelFileError         a model is missing or is not the file the manifest names
        ├── MissingExtraError      an optional part is not installed
        └── StoreError             the database cannot be used

Every message is one line: what happened, where, what to do.
"""

from __future__ import annotations

from typing import ClassVar


class QAToolkitError(Exception):
    """A problem the user can act on; printed as one line, without a traceback.

    Args:
        what: what happened.
        where: the file, line, path inside the file, or command concerned.
        fix: what to do about it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, where: str | None = None, fix: str | None = None) -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(", ".join(" ".join(part.split()) for part in (what, where, fix) if part))

    def __reduce__(self) -> tuple[type[QAToolkitError], tuple[str, str | None, str | None]]:
        # Errors cross process borders in a batch; the default would rebuild them from the joined text.
        return type(self), (self.what, self.where, self.fix)


class UsageError(QAToolkitError):
    """The command line, or a call, asked for something impossible."""

    exit_code = 2


class InputError(QAToolkitError):
    """One item could not be processed; the rest of a batch goes on."""

    exit_code = 1


class AudioError(InputError):
    """A recording that cannot be decoded or holds no sound samples."""


class TranscriptError(InputError):
    """A transcript, chat or record file that cannot be read."""


class ManifestError(InputError):
    """A manifest row that cannot be used."""


class RecordError(InputError):
    """A file of keyed records, or a row of one, that cannot be used."""


class ApplicabilityError(InputError):
    """The rubric says it does not apply to this interaction; the item is rejected."""


class ConflictError(QAToolkitError):
    """What a change was based on has changed meanwhile; the message says by whom and when."""


class PermissionRefusedError(QAToolkitError):
    """The acting person's role does not allow it."""


class ConfigurationError(QAToolkitError):
    """The configuration, a rubric or a layout is wrong; nothing was processed."""

    exit_code = 3


class AuthoredFileError(ConfigurationError):
    """One or more faults in a file people write; ``faults`` holds one line for each."""

    def __init__(
        self,
        what: str,
        where: str | None = None,
        fix: str | None = None,
        faults: tuple[str, ...] = (),
    ) -> None:
        super().__init__(what, where, fix)
        self.faults = faults

    def __reduce__(  # type: ignore[override]
        self,
    ) -> tuple[type[AuthoredFileError], tuple[str, str | None, str | None, tuple[str, ...]]]:
        return type(self), (self.what, self.where, self.fix, self.faults)


class RubricError(AuthoredFileError):
    """Faults of a rubric file."""


class LayoutError(AuthoredFileError):
    """Faults of a record layout."""


class EvaluatorError(QAToolkitError):
    """A plugin is broken, unknown, or answered against its contract."""

    exit_code = 3


class EnvironmentProblemError(QAToolkitError):
    """The machine lacks something: a model, a database, a package, room on a disk."""

    exit_code = 4


class ModelFileError(EnvironmentProblemError):
    """A model file is missing, or its hash is not the one in the manifest."""


class MissingExtraError(EnvironmentProblemError):
    """An optional part of the toolkit is needed and not installed."""

    @classmethod
    def of(cls, extra: str, needed_for: str) -> MissingExtraError:
        """The error for a part that the extra of that name installs, with the command to install it."""
        return cls(f"{needed_for} needs the extra '{extra}'", None, f"pip install 'qa-toolkit[{extra}]'")


class StoreError(EnvironmentProblemError):
    """The store cannot be opened, is full, or belongs to another version."""
