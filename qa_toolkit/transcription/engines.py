"""Which recognisers exist: functions found by the entry point group ``qa_toolkit.speech_engines``.

Such a function takes :class:`TranscriptionOptions` and gives a :class:`SpeechEngine`. It is called for every
recording, so it keeps what is dear to load. Whisper comes through the same door as anybody's engine.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from qa_toolkit.errors import EnvironmentProblemError, QAToolkitError, UsageError

if TYPE_CHECKING:
    from qa_toolkit.transcription.engine import SpeechEngine
    from qa_toolkit.transcription.options import TranscriptionOptions

GROUP = "qa_toolkit.speech_engines"


def names() -> tuple[str, ...]:
    """Names of all recognisers that are installed."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)}))


def load(options: TranscriptionOptions) -> SpeechEngine:
    """The recogniser that the options ask for.

    Raises:
        UsageError: no recogniser has that name, or two have it.
        EnvironmentProblemError: it cannot be imported or loaded.
    """
    entry = _entry(options.engine)
    try:
        engine: SpeechEngine = entry.load()(options)
    except QAToolkitError:
        raise
    except Exception as error:
        raise EnvironmentProblemError(
            f"the recogniser '{options.engine}' cannot be loaded ({type(error).__name__}: {error})",
            entry.value,
            "reinstall or correct its package",
        ) from error
    if not hasattr(engine, "recognise") or not hasattr(engine, "identity"):
        raise EnvironmentProblemError(
            f"'{options.engine}' gives no recogniser ({type(engine).__name__})",
            entry.value,
            "it must have 'identity' and 'recognise'",
        )
    return engine


@cache
def _entry(name: str) -> EntryPoint:
    found = [entry for entry in entry_points(group=GROUP) if entry.name == name]
    if not found:
        known = ", ".join(names()) or "none is installed; reinstall qa-toolkit"
        raise UsageError(f"no recogniser is called '{name}'", None, f"accepted: {known}")
    if len({entry.value for entry in found}) > 1:
        raise UsageError(
            f"two packages offer the recogniser '{name}'",
            ", ".join(entry.value for entry in found),
            "uninstall one of them",
        )
    return found[0]
