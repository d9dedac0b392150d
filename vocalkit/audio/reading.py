"""Files into `Audio`: everything that can be wrong with a file ends in one clear AudioError line."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio.checks import (
    BLOCK_FRAMES,
    MAX_DURATION_S,
    MIN_DURATION_S,
    audio_blocks,
    check_samples,
    check_shape,
)
from vocalkit.audio.containers import READABLE, foreign_kind, missing_part, mp3_frames
from vocalkit.errors import AudioError
from vocalkit.types import Audio

if TYPE_CHECKING:
    from soundfile import SoundFile

_FORMATS = ("WAV", "WAVEX", "RF64", "FLAC", "MP3", "OGG")
_NO_LENGTH = 1 << 40


def read(path: Path, *, min_duration_s: float = MIN_DURATION_S, max_duration_s: float = MAX_DURATION_S) -> Audio:
    """Decode a WAV, FLAC, MP3 or OGG file, keeping its rate (8 to 192 kHz) and its one or two channels.

    Needs memory for the samples and one block beside them. Raises AudioError, one line, for a file
    that is missing, unreadable, empty, cut off, of another kind, silent, not finite, or shorter or
    longer than the limits in seconds; a file that is too long is refused before it is decoded.
    """
    path = Path(path)
    _check_file(path)
    import soundfile

    try:
        if missing := missing_part(path):
            raise _cut_off(path, missing)
        with _forward_only()(str(path)) as file:
            if file.format not in _FORMATS:
                raise AudioError(f"{path.name} is a {file.format} file; we read {READABLE}: convert it")
            return _decode(file, path, min_duration_s, max_duration_s)
    except soundfile.LibsndfileError as error:
        raise AudioError(f"{path.name} is damaged, or not {READABLE} ({_reason(error)}); export it again") from error
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error.strerror or error}") from error
    except MemoryError as error:
        raise AudioError(f"{path.name} needs more memory than there is; cut out the part to work on") from error


def _check_file(path: Path) -> None:
    """Refuse what is no readable file of sound, by its place and its first bytes."""
    try:
        if path.is_dir():
            raise AudioError(f"{path} is a folder; name one audio file ({READABLE})")
        if not path.exists():
            raise AudioError(f"there is no file {path}; check the name")
        if not path.is_file():
            raise AudioError(f"{path} is not a regular file; name one audio file ({READABLE})")
        with path.open("rb") as file:
            head = file.read(4096)
    except PermissionError as error:
        raise AudioError(f"no permission to read {path}; change its permissions or copy it") from error
    except (OSError, ValueError) as error:
        raise AudioError(f"cannot read {path}: {error}") from error
    if not head:
        raise AudioError(f"{path.name} is empty (0 bytes); download or export it again")
    if kind := foreign_kind(head):
        raise AudioError(f"{path.name} is {kind}; we read {READABLE}: convert its sound to one of them")


def _forward_only() -> type[SoundFile]:
    """SoundFile that never seeks: it does so after every read, which tears MP3 at each block's edge."""
    from soundfile import SoundFile

    class ForwardSoundFile(SoundFile):  # type: ignore[misc]
        def seekable(self) -> bool:
            return False

    return ForwardSoundFile


def _decode(file: SoundFile, path: Path, min_duration_s: float, max_duration_s: float) -> Audio:
    frames = file.frames
    if file.format == "MP3":
        frames = _mp3_length(path, file.samplerate, frames)
    if frames >= _NO_LENGTH:
        raise AudioError(f"{path.name} does not say how long it is; convert it to WAV or encode it again")
    check = partial(
        check_shape,
        path.name,
        channels=file.channels,
        sample_rate=file.samplerate,
        min_duration_s=min_duration_s,
        max_duration_s=max_duration_s,
    )
    check(frames=frames)
    samples = _decoded(file, frames)
    held = samples.shape[1]
    if file.format != "MP3" and held < frames:
        raise _cut_off(path, f"it holds {held:,} of the {frames:,} samples that its header promises")
    check(frames=held)
    audio = Audio(samples, file.samplerate)
    check_samples(path.name, audio_blocks(audio), audio.sample_rate)
    return audio


def _mp3_length(path: Path, sample_rate: int, header_frames: int) -> int:
    """An upper bound of the samples that an MP3 decodes to."""
    frames = mp3_frames(path)
    if frames is None or frames.sample_rate != sample_rate:
        return header_frames
    if missing := frames.missing_part():
        raise _cut_off(path, missing)
    return frames.samples


def _decoded(file: SoundFile, frames: int) -> NDArray[np.float32]:
    """Up to `frames` samples, read-only float32 (channels, n) that `Audio` takes over without a copy."""
    flat = np.empty(file.channels * frames, dtype=np.float32)
    planes = flat.reshape(file.channels, frames)
    held = 0
    while held < frames:
        got = file.read(min(BLOCK_FRAMES, frames - held), dtype="float32", always_2d=True)
        if len(got) == 0:
            break
        planes[:, held : held + len(got)] = got.T
        held += len(got)
    for channel in range(1, file.channels if held < frames else 0):
        _move(flat, source=channel * frames, target=channel * held, count=held)
    flat.flags.writeable = False
    return flat[: file.channels * held].reshape(file.channels, held)


def _move(flat: NDArray[np.float32], *, source: int, target: int, count: int) -> None:
    """Move samples towards the front in blocks, so that the overlap costs no second copy."""
    for start in range(0, count, BLOCK_FRAMES):
        stop = min(start + BLOCK_FRAMES, count)
        flat[target + start : target + stop] = flat[source + start : source + stop]


def _cut_off(path: Path, how: str) -> AudioError:
    return AudioError(f"{path.name} is cut off: {how}; download or export it again")


def _reason(error: Exception) -> str:
    text = str(getattr(error, "error_string", error)).strip().rstrip(".")
    return " ".join(text.split()) or "unknown error"
