"""Loudness and true peak after ITU-R BS.1770-4, in blocks, so that memory stays flat on long audio.

K-weighting takes its filters from pyloudnorm; gating works on the energy of hops (see `curves`),
which lets the loudness of a changed gain be foretold without touching the sound again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.mix.curves import block_slices, hop_count, hop_frames
from vocalkit.types import Audio
from vocalkit.units import SILENCE_DB, gain_to_db

Powers = NDArray[np.float64]

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
_BLOCK_S, _STEP_S = 0.4, 0.1
_OFFSET_DB = -0.691
_OVERSAMPLING = 4
_HALF_TAPS = 10
_SEGMENT = 64
_SUNG_SHARE = 0.75


def integrated_lufs(audio: Audio) -> float:
    """Gated loudness of the whole in LUFS; -200 where nothing passes the gate. Needs 0.4 s or more."""
    if audio.duration_s < _BLOCK_S:
        raise InputError(f"loudness needs at least {_BLOCK_S} s of audio, got {audio.duration_s:.2f} s")
    hop = hop_frames(audio.sample_rate)
    return gated_lufs(block_powers(hop_energies(audio.samples, audio.sample_rate), hop / audio.sample_rate))


def true_peak_dbtp(audio: Audio) -> float:
    """Highest level between the samples too, in dB over full scale: 4x oversampled; -200 for silence."""
    return gain_to_db(float(np.max(hop_true_peaks(audio.samples, hop_frames(audio.sample_rate)), initial=0.0)))


def hop_energies(samples: NDArray[np.float32], sample_rate: int) -> Powers:
    """K-weighted energy of each hop, channels summed: float64 (hops,). samples: float32 (channels, n)."""
    from scipy.signal import sosfilt

    sections = _k_weighting(sample_rate)
    hop, frames = hop_frames(sample_rate), samples.shape[1]
    state = np.zeros((len(sections), samples.shape[0], 2))
    energies = np.zeros(hop_count(frames, hop))
    for block in block_slices(frames, hop):
        weighted, state = sosfilt(sections, samples[:, block].astype(np.float64), axis=1, zi=state)
        squares = np.einsum("cn,cn->n", weighted, weighted)
        hops = hop_count(squares.size, hop)
        squares = np.pad(squares, (0, hops * hop - squares.size))
        first = block.start // hop
        energies[first : first + hops] = squares.reshape(hops, hop).sum(axis=1)
    return energies / hop


def _k_weighting(sample_rate: int) -> Powers:
    """Second-order sections of the standard's shelf and high-pass, at any sample rate."""
    from pyloudnorm.iirfilter import IIRfilter

    shelf = IIRfilter(3.99984385397, 0.7071752369554193, 1681.9744509555319, sample_rate, "high_shelf_DeMan")
    highpass = IIRfilter(0.0, 0.5003270373253953, 38.13547087613982, sample_rate, "high_pass_DeMan")
    return np.array([[*stage.b, *stage.a] for stage in (shelf, highpass)], dtype=np.float64)


def block_powers(energies: Powers, hop_s: float) -> Powers:
    """Mean K-weighted power of blocks of 0.4 s that start every 0.1 s: float64 (blocks,)."""
    count = max(1, math.floor((energies.size * hop_s - _BLOCK_S) / _STEP_S + 1e-3) + 1)
    starts_s = np.arange(count) * _STEP_S
    total = np.concatenate(([0.0], np.cumsum(energies)))
    edges = np.arange(total.size)
    upper = np.interp((starts_s + _BLOCK_S) / hop_s, edges, total)
    lower = np.interp(starts_s / hop_s, edges, total)
    return np.asarray(np.maximum(upper - lower, 0.0) * (hop_s / _BLOCK_S), dtype=np.float64)


def gated_lufs(powers: Powers) -> float:
    """Loudness of those blocks that pass the absolute and then the relative gate; -200 where none does."""
    levels = _lufs(powers)
    loud = powers[levels >= ABSOLUTE_GATE_LUFS]
    if loud.size == 0:
        return SILENCE_DB
    gate = float(_lufs(np.mean(loud))) + RELATIVE_GATE_LU
    kept = powers[(levels >= ABSOLUTE_GATE_LUFS) & (levels > gate)]
    return float(_lufs(np.mean(kept)))


def _lufs(power: Powers | np.floating) -> Powers:
    return np.asarray(_OFFSET_DB + 10.0 * np.log10(np.maximum(power, 1e-20)), dtype=np.float64)


def sung_blocks(spans_s: Sequence[tuple[float, float]], count: int) -> NDArray[np.bool_]:
    """Which of `count` gating blocks lie in sung spans (start, end), by three quarters or as far as any does."""
    starts = np.arange(count) * _STEP_S
    covered = np.zeros(count)
    for start_s, end_s in spans_s:
        covered += np.clip(np.minimum(starts + _BLOCK_S, end_s) - np.maximum(starts, start_s), 0.0, None)
    enough = min(_SUNG_SHARE * _BLOCK_S, float(covered.max()))
    return (covered >= enough - 1e-9) & (covered > 0.0)


def hop_true_peaks(samples: NDArray[np.float32], hop: int) -> Powers:
    """Highest level of each hop, 4x oversampled, channels joined: float64 (hops,). samples: (channels, n).

    The matrix product is a convolution, 18 times as fast as `numpy.convolve`; one thread keeps it
    the same on every machine setting.
    """
    from threadpoolctl import threadpool_limits

    frames = samples.shape[1]
    peaks = np.zeros(hop_count(frames, hop))
    bank = _oversampling_bank()
    with threadpool_limits(1, user_api="blas"):
        for block in block_slices(frames, hop):
            hops = hop_count(block.stop - block.start, hop)
            highest = np.zeros(hops * hop, dtype=np.float32)
            inside = highest[: block.stop - block.start]
            for channel in samples:
                np.maximum(inside, np.abs(channel[block]), out=inside)
                np.maximum(inside, _between(channel, block, bank), out=inside)
            first = block.start // hop
            peaks[first : first + hops] = highest.reshape(hops, hop).max(axis=1)
    return peaks


def _between(channel: NDArray[np.float32], block: slice, bank: NDArray[np.float32]) -> NDArray[np.float32]:
    """Highest level between each sample of a block and the next: float32 (n,)."""
    frames = block.stop - block.start
    segments = hop_count(frames, _SEGMENT)
    low, high = max(0, block.start - _HALF_TAPS + 1), min(channel.size, block.stop + _HALF_TAPS)
    padded = np.zeros(segments * _SEGMENT + 2 * _HALF_TAPS, dtype=np.float32)
    offset = low - block.start + _HALF_TAPS - 1
    padded[offset : offset + high - low] = channel[low:high]
    step = padded.strides[0]
    windows = np.lib.stride_tricks.as_strided(
        padded, (segments, _SEGMENT + 2 * _HALF_TAPS), (step * _SEGMENT, step), writeable=False
    )
    phases = (np.ascontiguousarray(windows) @ bank).reshape(segments, _OVERSAMPLING - 1, _SEGMENT)
    highest: NDArray[np.float32] = np.abs(phases, out=phases).max(axis=1)
    return highest.reshape(-1)[:frames]


def _oversampling_bank() -> NDArray[np.float32]:
    """Windows of samples to the three points after each: Kaiser-windowed sinc of 20 taps a point.

    float32 (_SEGMENT + 20, 3 * _SEGMENT): column ``p * _SEGMENT + i`` holds the taps of point p after sample i.
    """
    from scipy.signal import firwin

    taps = 2 * _HALF_TAPS * _OVERSAMPLING + 1
    kernel = firwin(taps, 1.0 / _OVERSAMPLING, window=("kaiser", 5.0)) * _OVERSAMPLING
    bank = np.zeros((_SEGMENT + 2 * _HALF_TAPS, (_OVERSAMPLING - 1) * _SEGMENT), dtype=np.float32)
    for point in range(1, _OVERSAMPLING):
        phase = kernel[point::_OVERSAMPLING][::-1]
        for sample in range(_SEGMENT):
            bank[sample : sample + phase.size, (point - 1) * _SEGMENT + sample] = phase
    return bank
