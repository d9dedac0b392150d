"""F0 of one voice: normalised autocorrelation and the cheapest path through its peaks.

After P. Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise
ratio of a sampled sound" (IFA Proceedings 17, 1993): dividing by the autocorrelation of the window
takes away its bias towards high pitches, and one dynamic program over the whole recording decides
voicing and octaves, so that a single frame cannot leap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.types import F0Curve

RATE_HZ = 16_000
HOP_S = 0.005
LOWEST_HZ, HIGHEST_HZ = 60.0, 1100.0

_WINDOW_S = 3.0 / LOWEST_HZ
_FFT = 2048
_FINER = 2
"""Lags are interpolated to half samples before a parabola is laid through three of them."""
_CANDIDATES = 6
_OCTAVE_COST = 0.01
_LEAP_COST = 0.5
_SWITCH_COST = 0.2
_UNVOICED = 0.5
_SILENCE = 0.02
_BATCH = 256

Frames = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Pitched:
    """A tracked voice. f0: see `F0Curve`, F0 in unvoiced frames held from the voiced ones beside them.

    periodicity: float32 (t,), 0 to 1, correlation of a frame with itself one period on, at the best
    period there is, voiced or not.
    """

    f0: F0Curve
    periodicity: Frames


def track_f0(mono: NDArray[np.float32]) -> Pitched:
    """F0 of a recording on a hop of `HOP_S`. mono: float32 (n,) at `RATE_HZ`, one voice.

    Memory is that of the candidates: about 60 bytes a frame.
    """
    hop = round(HOP_S * RATE_HZ)
    frames = 1 + mono.size // hop
    hz = np.zeros((frames, _CANDIDATES), np.float32)
    strength = np.zeros((frames, _CANDIDATES), np.float32)
    loudest = float(np.max(np.abs(mono - mono.mean()), initial=0.0))
    unvoiced = np.full(frames, np.float32(_UNVOICED + 2.0))
    for first in range(0, frames, _BATCH):
        last = min(first + _BATCH, frames)
        windows, peaks = _windows(mono, np.arange(first, last) * hop)
        hz[first:last], strength[first:last] = _peaks(_autocorrelation(windows))
        relative = peaks / max(loudest, 1e-9)
        unvoiced[first:last] = _UNVOICED + np.maximum(0.0, 2.0 - relative * (1.0 + _UNVOICED) / _SILENCE)
    path = _cheapest_path(hz, strength, unvoiced)
    voiced = path >= 0
    chosen = hz[np.arange(frames), np.maximum(path, 0)]
    return Pitched(F0Curve(_held(chosen, voiced), voiced, HOP_S), np.clip(strength.max(axis=1), 0.0, 1.0))


def _windows(mono: NDArray[np.float32], centres: NDArray[np.intp]) -> tuple[Frames, Frames]:
    """Frames without their mean, float32 (n, window), and the peak of each within its middle third."""
    size = round(_WINDOW_S * RATE_HZ)
    at = centres[:, None] + np.arange(-(size // 2), size - size // 2)
    inside = (at >= 0) & (at < mono.size)
    windows = np.where(inside, mono[np.clip(at, 0, mono.size - 1)], np.float32(0.0))
    windows -= windows.mean(axis=1, keepdims=True)
    third = size // 3
    return windows, np.abs(windows[:, third : size - third]).max(axis=1)


def _autocorrelation(windows: Frames) -> Frames:
    """Normalised by that of the window: float32 (n, lags), 1 at lag 0; lags in steps of ``1 / _FINER`` samples."""
    from scipy import fft

    shape = np.hanning(windows.shape[1] + 2)[1:-1].astype(np.float32)
    own = fft.irfft(np.abs(fft.rfft(shape, _FFT)) ** 2, _FFT * _FINER)
    power = np.abs(fft.rfft(windows * shape, _FFT, axis=1)) ** 2
    lags = fft.irfft(power, _FFT * _FINER, axis=1)[:, : _FINER * (round(RATE_HZ / LOWEST_HZ) + 2)]
    zero = np.maximum(lags[:, :1], 1e-9)
    return np.asarray(lags / zero / (own[: lags.shape[1]] / own[0]), np.float32)


def _peaks(correlation: Frames) -> tuple[Frames, Frames]:
    """The strongest peaks of every frame: Hz and strength, (n, candidates); strength 0 and 1 Hz where there are fewer.

    Strength falls a little with every octave down, which decides between a period and its double.
    """
    before, middle, after = correlation[:, :-2], correlation[:, 1:-1], correlation[:, 2:]
    lag = np.arange(1, middle.shape[1] + 1)
    allowed = (lag >= _FINER * RATE_HZ / HIGHEST_HZ) & (lag <= _FINER * RATE_HZ / LOWEST_HZ)
    found = (middle > before) & (middle >= after) & (middle > 0.2) & allowed
    # What every candidate of a frame pays alike is left out here and decided against "unvoiced".
    cost = _OCTAVE_COST * np.log2(LOWEST_HZ * lag / (_FINER * RATE_HZ))
    value = np.where(found, middle - cost.astype(np.float32), np.float32(-1.0))
    best = np.argpartition(-value, _CANDIDATES, axis=1)[:, :_CANDIDATES]
    rows = np.arange(len(value))[:, None]
    y0, y1, y2 = before[rows, best], middle[rows, best], after[rows, best]
    bend = np.minimum(y0 - 2.0 * y1 + y2, -1e-9)
    shift = np.clip(0.5 * (y0 - y2) / bend, -0.5, 0.5)
    top = np.minimum(y1 - 0.25 * (y0 - y2) * shift, 1.0) - cost[best]
    there = found[rows, best]
    hz = np.where(there, _FINER * RATE_HZ / (best + 1.0 + shift), 1.0)
    return hz.astype(np.float32), np.where(there, top, 0.0).astype(np.float32)


def _cheapest_path(hz: Frames, strength: Frames, unvoiced: Frames) -> NDArray[np.intp]:
    """The candidate of every frame, -1 where it is unvoiced: int (t,)."""
    # Costs are per 10 ms in the paper; a shorter hop leaps and switches more cheaply to come to the same.
    scale = 0.01 / HOP_S
    octaves = np.log2(hz)
    gain = np.concatenate([strength, unvoiced[:, None]], axis=1)
    gain[:, :-1][strength <= 0.0] = -1e3
    total = gain[0].copy()
    back = np.zeros((len(hz), gain.shape[1]), np.int8)
    move = np.zeros((gain.shape[1], gain.shape[1]), np.float32)
    move[:-1, -1] = move[-1, :-1] = _SWITCH_COST * scale
    for t in range(1, len(hz)):
        move[:-1, :-1] = np.abs(octaves[t][:, None] - octaves[t - 1]) * np.float32(_LEAP_COST * scale)
        scores = total - move
        back[t] = scores.argmax(axis=1)
        total = scores.max(axis=1) + gain[t]
    path = np.zeros(len(hz), np.intp)
    path[-1] = int(total.argmax())
    for t in range(len(hz) - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    path[path == gain.shape[1] - 1] = -1
    return path


def _held(hz: Frames, voiced: NDArray[np.bool_]) -> Frames:
    """F0 with the gaps between voiced frames filled in pitch; 220 Hz where nothing is voiced."""
    if not voiced.any():
        return np.full(hz.shape, 220.0, np.float32)
    at = np.arange(hz.size)
    return np.exp2(np.interp(at, at[voiced], np.log2(hz[voiced]))).astype(np.float32)
