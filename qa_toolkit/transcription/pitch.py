"""The pitch of each frame by YIN (de Cheveigné and Kawahara 2002), by librosa."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.errors import MissingExtraError

Floats = NDArray[np.float32]


def yin(
    sound: Floats, rate_hz: int, lowest_hz: float, highest_hz: float, *, frame: int, hop: int
) -> NDArray[np.float64]:
    """Hertz for each frame of ``frame`` samples, one each ``hop``; none for a sound shorter than a frame.

    Frames without a pitch get some number, too; whether a frame is voiced is for the caller to find out.

    Raises:
        MissingExtraError: librosa is not installed.
    """
    if sound.size < frame:
        return np.zeros(0)
    try:
        import librosa
    except ImportError as error:
        raise MissingExtraError.of("transcription", "finding the pitch of a voice") from error
    _compiled()
    found = librosa.yin(
        sound,
        fmin=lowest_hz,
        fmax=highest_hz,
        sr=rate_hz,
        frame_length=frame,
        hop_length=hop,
        center=False,
    )
    return np.asarray(found, dtype=np.float64)


@cache
def _compiled() -> None:
    """Compiles what librosa needs here, or loads what was compiled before, one process of a user at a time.

    Numba keeps the machine code on disk. Two processes that write it side by side, as the workers of a first
    run do, were seen to leave code behind that ended every later process.
    """
    import librosa

    try:
        import fcntl
    except ImportError:  # no such locks on Windows
        return
    owner = os.getuid()
    with (Path(tempfile.gettempdir()) / f"qa-toolkit-{owner}-compiling.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tone = np.sin(np.arange(2048, dtype=np.float32) / 6)
        librosa.yin(tone, fmin=60, fmax=400, sr=8000, frame_length=1024, hop_length=256, center=False)
