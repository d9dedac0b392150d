"""Write a mark into a voice: every tile is made a little louder or softer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.protocols import Progress, silent
from vocalkit.provenance.watermark.code import Signs, check_mark, code_of
from vocalkit.provenance.watermark.grid import CHIP_S, CHIPS, WINDOW_S, band_edges_hz
from vocalkit.provenance.watermark.strength import HALO_FRAMES, depths
from vocalkit.types import Audio

MIN_RATE_HZ = 16_000
_OVERLAP = 4
_BLOCK_FRAMES = 256
_SILENT_RUN = 32
"""So many zeros in a row are silence; fewer are sound that crosses zero."""


def embed(audio: Audio, mark: int, *, key: bytes, progress: Progress = silent) -> Audio:
    """The same sound with a mark in it: same length, rate and channels, same input same bits.

    audio: a dry voice at 16 kHz or more. mark: 1 to 2^32 - 1. key: at least 16 bytes. Silence stays
    silence to the bit. Peaks may grow by up to 4 dB, in practice by some tenths. Memory beyond the
    result is that of one block. Raises InputError for another rate, mark or key, or samples that
    are not finite.
    """
    check_mark(mark)
    if audio.sample_rate < MIN_RATE_HZ:
        raise InputError(f"a mark needs a sample rate of {MIN_RATE_HZ} Hz or more, got {audio.sample_rate}")
    signs = code_of(key).signs(mark)
    hop = round(WINDOW_S * audio.sample_rate / _OVERLAP)
    step = _BLOCK_FRAMES * hop
    marked = np.empty_like(audio.samples)
    for start in range(0, audio.frames, step):
        progress("watermark", start / audio.frames)
        stop = min(start + step, audio.frames)
        marked[:, start:stop] = audio.samples[:, start:stop] + _change(audio, signs, hop, start, stop)
    progress("watermark", 1.0)
    marked.flags.writeable = False
    return Audio(marked, audio.sample_rate)


def _change(audio: Audio, signs: Signs, hop: int, start: int, stop: int) -> NDArray[np.float32]:
    """What the mark adds to the samples from start (a multiple of the hop) to stop: (channels, stop - start)."""
    size = _OVERLAP * hop
    halo = size + HALO_FRAMES * hop
    hops = -(-(stop - start) // hop)
    first, last = start - halo, start + hops * hop + halo
    inside = audio.samples[:, max(0, first) : max(0, last)]
    if not np.isfinite(inside).all():
        raise InputError("samples must be finite to be marked")
    sound = np.pad(inside, ((0, 0), (max(0, -first), last - max(0, first) - inside.shape[1])))
    window = np.sqrt(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(size) / size)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(sound, size, axis=1)[:, ::hop]
    spectra = np.fft.rfft(frames * window, axis=2).astype(np.complex64)
    centre_s = (first + hop * np.arange(spectra.shape[1]) + size / 2) / audio.sample_rate
    gains = _gains(spectra, centre_s, signs, audio.sample_rate / size)
    bent = np.fft.irfft(spectra * gains, size, axis=2).astype(np.float32) * (window * np.float32(2.0 / _OVERLAP))
    change = _overlap_add(bent, hop)[:, halo : halo + stop - start]
    change[:, _silence(sound)[halo : halo + stop - start]] = 0.0
    return change


def _gains(
    spectra: NDArray[np.complex64], centre_s: NDArray[np.float64], signs: Signs, bin_hz: float
) -> NDArray[np.float32]:
    """Gain less 1 for each frame and bin, the same in every channel: (frames, bins)."""
    power = np.sum(spectra.real**2 + spectra.imag**2, axis=0)
    hz = bin_hz * np.arange(power.shape[1])
    edges = np.searchsorted(hz, band_edges_hz())
    bands = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    depth = depths(bands, power.sum(axis=1, keepdims=True))
    chip = np.floor(centre_s / CHIP_S).astype(np.int64) % CHIPS
    gain = np.where(signs[chip] > 0.0, depth, 1.0 / (1.0 + depth) - 1.0).astype(np.float32)
    full = np.zeros(power.shape, np.float32)
    full[:, edges[0] : edges[-1]] = np.repeat(gain, np.diff(edges), axis=1)
    return full


def _overlap_add(frames: NDArray[np.float32], hop: int) -> NDArray[np.float32]:
    """Frames (channels, n, size) summed `hop` apart: (channels, (n - 1) * hop + size)."""
    channels, count, size = frames.shape
    out = np.zeros((channels, (count - 1) * hop + size), np.float32)
    for phase in range(_OVERLAP):
        part = frames[:, phase::_OVERLAP].reshape(channels, -1)
        out[:, phase * hop : phase * hop + part.shape[1]] += part
    return out


def _silence(sound: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where all channels hold a run of zeros: bool (n,)."""
    zero = np.concatenate([[False], (sound == 0.0).all(axis=0), [False]])
    edges = np.flatnonzero(zero[1:] != zero[:-1]).reshape(-1, 2)
    still = np.zeros(sound.shape[1], bool)
    for begin, end in edges[edges[:, 1] - edges[:, 0] >= _SILENT_RUN]:
        still[begin:end] = True
    return still
