"""The store the app shows, opened once for the pages and the media routes of this process."""

from __future__ import annotations

import os
from threading import Lock

from qa_toolkit.store import Store

STORE_VARIABLE = "QA_STORE"
"""Environment variable with the address of the store; `qa app` sets it."""

_opened: dict[str, Store] = {}
_lock = Lock()


def opened(address: str) -> Store:
    """The store at an address.

    Raises:
        QAToolkitError: there is none, or it cannot be used; asked again, it is tried again.
    """
    with _lock:
        if address not in _opened:
            _opened[address] = Store.open(address, create=False, origin="qa app")
        return _opened[address]


def configured() -> str | None:
    """The address the app was started with."""
    return os.environ.get(STORE_VARIABLE) or None
