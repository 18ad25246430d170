"""The pitch of each frame by YIN (de Cheveigné and Kawahara 2002), by librosa."""

from __future__ import annotations

import os
import platform
import sys
import threading
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.errors import MissingExtraError
from qa_toolkit.resources import qa_home
from qa_toolkit.transcription.machine_code import kept_machine_code

Floats = NDArray[np.float32]

_loading = threading.Lock()


def yin(
    sound: Floats, rate_hz: int, lowest_hz: float, highest_hz: float, *, frame: int, hop: int
) -> NDArray[np.float64]:
    """Hertz for each frame of ``frame`` samples, one each ``hop``; none for a sound shorter than a frame.

    Frames without a pitch get some number, too; whether a frame is voiced is for the caller to find out.

    Raises:
        MissingExtraError: librosa is not installed.
        EnvironmentProblemError: there is no folder that can be written, or its disk is full.
    """
    if sound.size < frame:
        return np.zeros(0)
    found = compiled_librosa().yin(
        sound,
        fmin=lowest_hz,
        fmax=highest_hz,
        sr=rate_hz,
        frame_length=frame,
        hop_length=hop,
        center=False,
    )
    return np.asarray(found, dtype=np.float64)


def compiled_librosa() -> ModuleType:
    """Librosa with its YIN compiled for this processor, now or by an earlier process: the way to import it.

    Compiling takes some 16 s of processor time. What it gives is kept in ``NUMBA_CACHE_DIR`` where that is
    set, else beside librosa, else, where that cannot be written, in ``QA_HOME/cache``.

    Raises:
        MissingExtraError: librosa is not installed.
        EnvironmentProblemError: there is no folder that can be written, or its disk is full.
    """
    with _loading:
        return _loaded()


@cache
def _loaded() -> ModuleType:
    try:
        import librosa
    except ImportError as error:
        raise MissingExtraError.of("transcription", "finding the pitch of a voice") from error
    beside = Path(librosa.__file__).parent / "__pycache__"
    given = os.environ.get("NUMBA_CACHE_DIR", "").strip()
    places = [Path(given)] if given else [beside, qa_home() / "cache"]
    # Numba itself tells the kinds of processors apart, and when the source has changed.
    versions = [version(name) for name in ("librosa", "numba", "llvmlite", "numpy")]
    depends = "\n".join([*versions, sys.version, sys.platform, platform.machine(), str(beside)])
    name = f"yin-{versions[0]}-{sha256(depends.encode()).hexdigest()[:12]}.machine-code"
    with kept_machine_code(name, places):
        tone = np.sin(np.arange(2048, dtype=np.float32) / 6)
        librosa.yin(tone, fmin=60, fmax=400, sr=8000, frame_length=1024, hop_length=256, center=False)
    module: ModuleType = librosa
    return module
