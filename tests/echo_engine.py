"""A recogniser for tests, installed the way anybody's is: a package with an entry point.

It hears one word each half second, named after the sound of that half second, so what it hears depends on the
sound alone. In whispers it knows nothing of temperatures or compression.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qa_toolkit.transcription import engines

SOURCE = """
import numpy as np
from qa_toolkit.transcription.engine import EngineIdentity, Heard, HeardWord, Recognition


class Echo:
    identity = EngineIdentity("echo", "none", "0" * 64, {"pace": 2})

    def recognise(self, windows, settings, on_done=None):
        heard = []
        for number, window in enumerate(windows, start=1):
            heard.append(Heard(tuple(self._words(window.samples, settings.word_times))))
            if on_done is not None:
                on_done(number)
        return Recognition(settings.language or "en", 1.0, tuple(heard))

    def _words(self, samples, timed):
        for number in range(samples.size // 8_000):
            part = samples[number * 8_000 : (number + 1) * 8_000]
            word = f"w{int(1e6 * float(np.mean(np.abs(part))))}"
            yield HeardWord(word, number / 2 if timed else None, number / 2 + 0.4 if timed else None, 0.9)


class Nothing:
    pass


def make(options):
    return Echo()


def broken(options):
    raise ValueError("no licence key")


def nothing(options):
    return Nothing()
"""
ENTRY_POINTS = """[qa_toolkit.speech_engines]
echo = qa_echo_engine:make
broken = qa_echo_engine:broken
nothing = qa_echo_engine:nothing
missing = qa_no_such_module:make
"""


@contextmanager
def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Installs the package into a folder of the search path."""
    about = folder / "qa_echo_engine-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "qa_echo_engine.py").write_text(SOURCE, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: qa-echo-engine\nVersion: 1.0\n", "utf-8")
    (about / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
    engines._entry.cache_clear()
    yield
    engines._entry.cache_clear()
