"""What the detector sees of a sound: how far each tile stands out of its neighbours.

The mark is a pattern of small steps in level; voice, backing and noise are large and slow ones. So
levels in dB lose the mean of their neighbours in time (equalizers, held notes) and in frequency
(compressors, onsets), are divided by how much levels vary around there, and what still stands out
far is held down. In a stereo mix the voice is in the middle: tiles with much of their level on the
sides count for less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len, rfft
from scipy.ndimage import uniform_filter1d

from vocalkit.errors import InputError
from vocalkit.provenance.watermark.grid import CHIP_S, WINDOW_S, band_edges_hz
from vocalkit.types import Audio

FRAMES_PER_CHIP = 4
HOP_S = CHIP_S / FRAMES_PER_CHIP
_TOP_HZ = 7600.0
_NEAR_FRAMES, _NEAR_BANDS = 5 * FRAMES_PER_CHIP + 1, 7
_SPREAD_BANDS = 5
_LEAST_SPREAD_DB = 0.3
_SOFT_LIMIT = 1.5
"""In spreads: what stands out by more counts hardly more."""
_FLOOR = 1e-9
"""Beside the loudest tile."""
_SIDE_WEIGHT = 2.0
_BLOCK = 512

Tiles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spectrogram:
    """Running sums of power over frequency. middle: (frames, bins + 1); side: the same, of what differs
    between two channels, or None for one channel; bin_hz: width of a bin."""

    middle: NDArray[np.float64]
    side: NDArray[np.float64] | None
    bin_hz: float


def spectrogram(audio: Audio, start_s: float, end_s: float) -> Spectrogram:
    """Short-time power of a part of a sound, frame i centred (i + 1/2) * HOP_S after start_s.

    Raises InputError for samples that are not finite.
    """
    rate = audio.sample_rate
    samples = audio.samples[:, round(start_s * rate) : round(end_s * rate)]
    if not np.isfinite(samples).all():
        raise InputError("samples must be finite to look for a watermark")
    if audio.channels == 1:
        return Spectrogram(_running_power(samples[0], rate), None, _bin_hz(rate))
    middle = samples.mean(axis=0, dtype=np.float32)
    side = 0.5 * (samples[0] - samples[1])
    return Spectrogram(_running_power(middle, rate), _running_power(side, rate), _bin_hz(rate))


def stand_out(spectra: Spectrogram, scale: float) -> Tiles:
    """How far tiles stand out, were all frequencies multiplied by `scale`: (frames, BANDS), about ±1.

    Row i is for the chip centred (i + FRAMES_PER_CHIP / 2) * HOP_S after the start.
    """
    power = _bands(spectra.middle, spectra.bin_hz, scale)
    peak = np.float32(power.max(initial=0.0))
    if peak <= 0.0:
        return np.zeros(power.shape, np.float32)
    level_db = np.float32(10.0) * np.log10(power + np.float32(_FLOOR) * peak)
    level_db -= uniform_filter1d(level_db, _NEAR_FRAMES, axis=0)
    level_db -= uniform_filter1d(level_db, _NEAR_BANDS, axis=1)
    around = uniform_filter1d(uniform_filter1d(level_db**2, _NEAR_FRAMES, axis=0), _SPREAD_BANDS, axis=1)
    spread_db = np.sqrt(np.maximum(around, 0.0)) + np.float32(_LEAST_SPREAD_DB)
    tiles = np.tanh(level_db / (np.float32(_SOFT_LIMIT) * spread_db))
    if spectra.side is not None:
        side = _bands(spectra.side, spectra.bin_hz, scale)
        tiles *= power / (power + np.float32(_SIDE_WEIGHT) * side + np.float32(_FLOOR) * peak)
    return np.asarray(tiles, np.float32)


def _size(sample_rate: int) -> int:
    return int(next_fast_len(round(WINDOW_S * sample_rate), real=True))


def _bin_hz(sample_rate: int) -> float:
    return sample_rate / _size(sample_rate)


def _running_power(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    size = _size(sample_rate)
    bins = min(size // 2 + 1, int(_TOP_HZ / _bin_hz(sample_rate)) + 2)
    window = np.sqrt(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(size) / size)).astype(np.float32)
    count = int(samples.size / sample_rate / HOP_S)
    starts = np.round((np.arange(count) + 0.5) * HOP_S * sample_rate).astype(np.int64)
    padded = np.pad(samples, size // 2 + 1)
    sums = np.zeros((count, bins + 1))
    for begin in range(0, count, _BLOCK):
        at = starts[begin : begin + _BLOCK, None] + np.arange(1, size + 1)
        spectra = rfft(padded[at] * window, axis=1)[:, :bins]
        np.cumsum(spectra.real**2 + spectra.imag**2, axis=1, out=sums[begin : begin + _BLOCK, 1:])
    return sums


def _bands(running: NDArray[np.float64], bin_hz: float, scale: float) -> NDArray[np.float32]:
    """Power of each band, averaged over the frames of a chip: (frames, BANDS)."""
    if running.shape[0] < FRAMES_PER_CHIP:
        return np.zeros((0, band_edges_hz().size - 1), np.float32)
    edges = np.clip(band_edges_hz(scale) / bin_hz + 0.5, 0.0, running.shape[1] - 1.0)
    below = np.minimum(edges.astype(np.int64), running.shape[1] - 2)
    part = edges - below
    frames = np.diff(running[:, below] * (1.0 - part) + running[:, below + 1] * part, axis=1).astype(np.float32)
    count = frames.shape[0] - FRAMES_PER_CHIP + 1
    chips: NDArray[np.float32] = np.maximum(sum(frames[at : at + count] for at in range(FRAMES_PER_CHIP)), 0.0)
    return chips
