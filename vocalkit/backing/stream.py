"""The track as the analysis hears it: mid and side at 22,050 Hz, level and offset removed, block by block.

Nothing here holds the whole track: each block is mixed down, resampled and handed on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import soxr
from numpy.typing import NDArray

from vocalkit.errors import AudioError
from vocalkit.types import Audio

ANALYSIS_RATE = 22_050
"""Sample rate in Hz of everything the analysis computes."""

BLOCK_S = 20.0
LEVEL_RMS = 0.1
"""RMS that every track is brought to, so that no threshold depends on how loud it was mastered."""


def level_and_offset(audio: Audio) -> tuple[float, NDArray[np.float64]]:
    """RMS of the mid signal without its offset, and each channel's mean. Raises AudioError on NaN or infinity."""
    total, square = np.zeros(audio.channels), 0.0
    step = round(BLOCK_S * audio.sample_rate)
    for start in range(0, audio.frames, step):
        block = audio.samples[:, start : start + step].astype(np.float64)
        total += block.sum(axis=1)
        square += float(np.square(block.mean(axis=0)).sum())
    if not np.isfinite(square):
        raise AudioError("the track holds samples that are not numbers (NaN or infinity); export it again")
    offset = total / max(audio.frames, 1)
    power = square / max(audio.frames, 1) - float(offset.mean()) ** 2
    return float(np.sqrt(max(power, 0.0))), offset


def analysis_blocks(audio: Audio, *, gain: float, offset: NDArray[np.float64]) -> Iterator[NDArray[np.float32]]:
    """Blocks float32 (2, n) at `ANALYSIS_RATE`: mid and side of the first two channels, times `gain`.

    Side is zero for mono. Together the blocks are as long as the track to within one sample.
    """
    same_rate = audio.sample_rate == ANALYSIS_RATE
    stream = None if same_rate else soxr.ResampleStream(audio.sample_rate, ANALYSIS_RATE, 2, dtype="float32")
    step = round(BLOCK_S * audio.sample_rate)
    for start in range(0, audio.frames, step):
        block = (audio.samples[:, start : start + step] - offset[:, None]) * gain
        mid = block.mean(axis=0)
        side = 0.5 * (block[0] - block[1]) if audio.channels == 2 else np.zeros_like(mid)
        pair = np.stack([mid, side], axis=1).astype(np.float32)
        if stream is not None:
            pair = stream.resample_chunk(pair, last=start + step >= audio.frames)
        yield np.ascontiguousarray(pair.T)


class Framer:
    """Cuts a stream of blocks into centred frames: frame ``i`` is centred on sample ``i * hop``."""

    def __init__(self, n_fft: int, hop: int) -> None:
        self._n_fft, self._hop = n_fft, hop
        self._left = np.zeros(n_fft // 2, np.float32)

    def push(self, samples: NDArray[np.float32], *, last: bool = False) -> NDArray[np.float32]:
        """Frames float32 (t, n_fft) that are complete by now; the last push pads the end with silence."""
        parts = [self._left, samples]
        if last:
            parts.append(np.zeros(self._n_fft // 2, np.float32))
        joined = np.concatenate(parts)
        count = max(0, (joined.size - self._n_fft) // self._hop + 1)
        self._left = joined[count * self._hop :]
        if count == 0:
            return np.zeros((0, self._n_fft), np.float32)
        return np.lib.stride_tricks.sliding_window_view(joined, self._n_fft)[:: self._hop][:count]
