"""Files of sound, written by the tests themselves; the speaker embedder."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_sound import Sound

from qa_toolkit import model_files
from qa_toolkit.errors import EnvironmentProblemError


@pytest.fixture(scope="session")
def embedder() -> Path:
    """The file of the model that tells voices apart; tests with it are skipped where it is not."""
    pytest.importorskip("onnxruntime")
    try:
        return model_files.resolve("speaker-embedder").path
    except EnvironmentProblemError as error:
        pytest.skip(str(error))


@pytest.fixture
def wave_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes channels of 16-bit samples as a WAV file."""

    def write(*channels: Sound, rate: int = 16_000, name: str = "call.wav") -> Path:
        path = tmp_path / name
        with wave.open(str(path), "wb") as file:
            file.setnchannels(len(channels))
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(np.stack(channels, axis=1).tobytes())
        return path

    return write


@pytest.fixture
def encoded(tmp_path: Path) -> Callable[..., Path]:
    """Encodes a mono tone with a codec into a container."""
    av = pytest.importorskip("av")

    def write(sound: Sound, codec: str, name: str, *, rate: int, video: bool = False) -> Path:
        path = tmp_path / name
        try:
            with av.open(str(path), "w") as container:
                stream = container.add_stream(codec, rate=rate, layout="mono")
                picture = container.add_stream("mpeg4", rate=10) if video else None
                if picture is not None:
                    picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
                    image = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
                    for _ in range(10):
                        container.mux(picture.encode(image))
                    container.mux(picture.encode(None))
                frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
                frame.sample_rate = rate
                resampler = av.AudioResampler(
                    format=stream.codec_context.format, layout="mono", rate=rate,
                    frame_size=stream.codec_context.frame_size or None,
                )  # fmt: skip
                for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                    container.mux(stream.encode(piece))
                container.mux(stream.encode(None))
        except (av.FFmpegError, ValueError) as error:
            pytest.skip(f"this build of FFmpeg cannot encode {codec}: {error}")
        return path

    return write
