"""The pitch of each frame by YIN (de Cheveigné and Kawahara 2002), by librosa."""

from __future__ import annotations

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
