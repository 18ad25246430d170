"""How a process of the toolkit's own looks after its memory."""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 50


def collect_seldom() -> None:
    """Has Python look for cycles of unused objects seldom, as judging a conversation makes none.

    By default it looks through what is young after every 700 objects more, and through everything now and
    then: rubrics, phrases and classifiers, 200,000 objects that stay; a seventh of the time of judging. It is
    a setting of the whole process: for commands and workers of the toolkit, never made on import.
    """
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
