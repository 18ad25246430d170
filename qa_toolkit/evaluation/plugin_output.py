"""What a plugin prints goes to standard error: standard output belongs to the results of a command."""

from __future__ import annotations

import sys
import threading
from contextlib import AbstractContextManager, nullcontext, redirect_stdout

_OWN = "qa_toolkit."
_AS_IT_IS: AbstractContextManager[object] = nullcontext()


def is_plugin(module: str) -> bool:
    """Whether a module, by its full name, is no part of the toolkit."""
    return not module.startswith(_OWN)


def off_stdout(*, plugin: bool) -> AbstractContextManager[object]:
    """Sends to standard error what is printed inside by a plugin; the toolkit's own evaluators print nothing.

    In the main thread only, since standard output is the whole process's. What other programs and C code
    write is not seen.
    """
    if not plugin or threading.current_thread() is not threading.main_thread():
        return _AS_IT_IS
    return redirect_stdout(sys.stderr)
