"""A recording, decoded: 16 kHz samples per channel, with what had to be noted on the way.

Everything goes through FFmpeg's demuxers and decoders (PyAV), chosen by content, never by the file's name.
Only local audio and video containers are let in: playlists, which could name other files or hosts, are
refused.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qa_toolkit.errors import AudioError, MissingExtraError
from qa_toolkit.model_files import file_sha256
from qa_toolkit.transcription.spool import Spool

if TYPE_CHECKING:
    import av

Samples = NDArray[np.int16]

SAMPLE_RATE_HZ = 16_000
MAX_CHANNELS = 8
MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 192_000
MAX_CHANNEL_HOURS = 24
"""Hours of sound summed over the channels; 24 are 2.8 GB of samples."""

_CONTAINERS = (
    "wav,w64,aiff,caf,au,flac,ogg,mp3,aac,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,mpegts,mpeg,flv,amr,gsm,g722,"
    "g723_1,g729,ac3,eac3,ape,tta,wv,voc,sox,nistsphere,ircam,sln,amrnb,amrwb,spx,mka"
)
_TOLD_EACH = 60 * SAMPLE_RATE_HZ
_ADVICE = "give a recording that FFmpeg can decode"


@dataclass(frozen=True, slots=True)
class DecodedAudio:
    """The sound of a recording on one clock.

    Attributes:
        channels: one array of 16-bit samples at 16 kHz per channel, all of one length.
        sample_rate_hz: of the file, before resampling.
        sha256: of the file's bytes.
    """

    channels: tuple[Samples, ...]
    sample_rate_hz: int
    duration_s: float
    sha256: str
    warnings: tuple[str, ...] = ()

    @property
    def channel_count(self) -> int:
        """Channels in the file."""
        return len(self.channels)


def decode(path: Path, on_progress: Callable[[float], None] | None = None) -> DecodedAudio:
    """Decodes the first sound stream of a file.

    Args:
        on_progress: told the fraction done, 0 to 1, where the file says how long it is.

    Raises:
        AudioError: missing, not a regular file, empty, unreadable, without sound, outside the limits on
            channels (8), rate (4-192 kHz) or length (24 hours over all channels).
    """
    _check_file(path)
    channels, rate_hz, warnings = _decode_channels(path, on_progress)
    duration_s = channels[0].size / SAMPLE_RATE_HZ
    shortfall = _truncation(path)
    return DecodedAudio(channels, rate_hz, duration_s, file_sha256(path), (*warnings, *shortfall))


def _check_file(path: Path) -> None:
    try:
        if not path.exists():
            raise AudioError("the file does not exist", str(path), "check the path")
        if not path.is_file():
            raise AudioError("this is not a regular file", str(path), "name a recording")
        if path.stat().st_size == 0:
            raise AudioError("the file is empty", str(path), "copy it again from its source")
    except (OSError, ValueError) as error:
        raise AudioError(f"the file cannot be opened ({error})", str(path)) from error


def _decode_channels(
    path: Path, on_progress: Callable[[float], None] | None
) -> tuple[tuple[Samples, ...], int, tuple[str, ...]]:
    try:
        import av
    except ImportError as error:
        raise MissingExtraError.of("transcription", "decoding audio") from error
    av.logging.set_level(av.logging.PANIC)
    options = {"protocol_whitelist": "file,pipe", "format_whitelist": _CONTAINERS}
    try:
        with av.open(str(path), options=options, metadata_errors="ignore") as container:
            stream, warnings = _sound_stream(container, path)
            rate_hz = int(stream.codec_context.sample_rate or 0)
            _check_limits(stream, rate_hz, path)
            damaged: list[str] = []
            grown: list[Spool] = []
            announced = (container.duration or 0) * SAMPLE_RATE_HZ // 1_000_000
            done, told = 0, 0
            for block in _resampled(container, stream, path, damaged):
                grown = grown or [Spool() for _ in block]
                for channel, samples in zip(grown, block, strict=True):
                    channel.add(samples)
                done += block.shape[1]
                if on_progress is not None and announced and done - told >= _TOLD_EACH:
                    told = done
                    on_progress(min(1.0, done / announced))
            channels = tuple(channel.finish() for channel in grown)
    except AudioError:
        raise
    except MemoryError as error:
        raise AudioError("the recording does not fit into memory", str(path), "split it") from error
    except (av.FFmpegError, OSError, ValueError, IndexError, EOFError, RuntimeError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioError(f"the file cannot be decoded ({reason})", str(path), _ADVICE) from error
    if not channels or not channels[0].size:
        raise AudioError("the file holds no sound samples", str(path), "copy it again from its source")
    return channels, rate_hz, (*warnings, *damaged)


def _sound_stream(
    container: av.container.InputContainer, path: Path
) -> tuple[av.audio.stream.AudioStream, tuple[str, ...]]:
    streams = list(container.streams.audio)
    if not streams:
        raise AudioError("the file has no sound", str(path), _ADVICE)
    if streams[0].codec_context is None:
        raise AudioError("the sound is coded in an unknown way", str(path), _ADVICE)
    warnings = []
    if container.streams.video:
        warnings.append("the file is a video; only its sound is used")
    if len(streams) > 1:
        warnings.append(f"the file has {len(streams)} sound streams; only the first is used")
    return streams[0], tuple(warnings)


def _check_limits(stream: av.audio.stream.AudioStream, rate_hz: int, path: Path) -> None:
    channels = int(stream.codec_context.channels or 0)
    if not 1 <= channels <= MAX_CHANNELS:
        raise AudioError(f"the file says it has {channels} channels", str(path), f"give 1 to {MAX_CHANNELS}")
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise AudioError(
            f"the file says it has {rate_hz} samples a second",
            str(path),
            f"give {MIN_RATE_HZ} to {MAX_RATE_HZ}",
        )


def _resampled(container: Any, stream: Any, path: Path, damaged: list[str]) -> Iterator[NDArray[np.int16]]:
    """Blocks of shape (channels, samples) at 16 kHz; one resampler for all channels, hence one clock."""
    import av

    resampler = av.AudioResampler(format="s16p", layout=stream.codec_context.layout, rate=SAMPLE_RATE_HZ)
    samples = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            frames = packet.decode() if packet is not None else []
        except av.FFmpegError as error:
            # Damage in the middle of a file: what came before it is worth scoring, with a warning.
            if samples == 0 or isinstance(error, av.error.MemoryError):
                raise
            if not damaged:
                damaged.append(
                    f"the recording is damaged after {samples / SAMPLE_RATE_HZ:.1f} s; parts are missing"
                )
            if packet is None:
                break
            continue
        for frame in frames:
            for block in resampler.resample(frame):
                samples += block.samples
                yield _planar(block)
        if samples * stream.codec_context.channels > MAX_CHANNEL_HOURS * 3600 * SAMPLE_RATE_HZ:
            raise AudioError(
                f"the recording holds more than {MAX_CHANNEL_HOURS} hours of sound", str(path), "split it"
            )
        if packet is None:
            break
    if samples:
        for block in resampler.resample(None):
            yield _planar(block)


def _planar(block: av.AudioFrame) -> NDArray[np.int16]:
    return block.to_ndarray().astype(np.int16, copy=False).reshape(len(block.layout.channels), -1)


def _truncation(path: Path) -> tuple[str, ...]:
    """A warning when a RIFF/WAVE header announces more sound than the file holds."""
    announced, present = _wave_data_bytes(path)
    if announced is None or present >= announced:
        return ()
    return (f"truncated: the header announces {announced} bytes of sound, the file holds {present}",)


def _wave_data_bytes(path: Path) -> tuple[int | None, int]:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return None, 0
        while len(chunk := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", chunk)
            if name == b"data":
                # 0 and 2^32-1 are what a recorder writes that cannot go back to the header.
                known = length not in (0, 0xFFFFFFFF, 0xFFFFFFFE) or None
                return (length if known else None), size - file.tell()
            file.seek(length + length % 2, 1)
    return None, 0
