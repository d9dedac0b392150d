"""Moves aligned phone borders to where the sound changes.

A forced aligner answers in 10 ms frames and is off by 20–40 ms as a rule. A singer's timing hangs on
where a vowel begins, so each border is looked for again in the signal around the aligner's answer:
at the onset or end of voicing where just one side is voiced, elsewhere at the steepest change of
the spectrum.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocalkit.phones import is_voiced, is_vowel, phone_class

HOP_S = 0.005
REACH_S = 0.04


def voicing_db(mono: NDArray[np.float64], rate_hz: int, frames: int) -> NDArray[np.float64]:
    """Level in dB (t,) of the 100–900 Hz band in 10 ms windows: where the folds swing it is high."""
    from scipy.signal import butter, sosfiltfilt

    band = sosfiltfilt(butter(3, [100, 900], "bandpass", fs=rate_hz, output="sos"), mono)
    return level_db(band, rate_hz, frames)


def level_db(signal: NDArray[np.float64], rate_hz: int, frames: int) -> NDArray[np.float64]:
    """RMS level in dB of 10 ms windows centred on 5 ms frames."""
    half = round(0.005 * rate_hz)
    power = np.concatenate([[0.0], np.cumsum(signal**2)])
    centres = np.round(np.arange(frames) * HOP_S * rate_hz).astype(int)
    low, high = np.clip(centres - half, 0, len(signal)), np.clip(centres + half, 0, len(signal))
    level: NDArray[np.float64] = 10 * np.log10((power[high] - power[low]) / np.maximum(high - low, 1) + 1e-10)
    return level


def change(envelope: NDArray[np.float32], level: NDArray[np.float64]) -> NDArray[np.float64]:
    """How fast the spectrum changes at each frame: distance of the 15 ms before from the 15 ms after."""
    shape = np.concatenate([envelope[:, 1:25], 0.08 * level[:, None]], axis=1)
    padded = np.pad(shape, ((3, 3), (0, 0)), mode="edge")
    before = (padded[0:-6] + padded[1:-5] + padded[2:-4]) / 3
    after = (padded[4:-2] + padded[5:-1] + padded[6:]) / 3
    distance: NDArray[np.float64] = np.linalg.norm(after - before, axis=1)
    return distance


def refine(
    symbols: Sequence[str],
    starts_s: Sequence[float],
    ends_s: Sequence[float],
    *,
    mono: NDArray[np.float64],
    rate_hz: int,
    code: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Borders float32 (n, 2): start and end in seconds of each phone, moved by at most 40 ms.

    mono: float64 (samples,); code: float32 (t, dims), WORLD's envelope code of it on a 5 ms hop.
    """
    frames = len(code)
    low = voicing_db(mono, rate_hz, frames)
    speed = change(code, level_db(mono, rate_hz, frames))
    spans = np.array([starts_s, ends_s], np.float64).T
    for index in range(len(symbols)):
        joined = index > 0 and abs(spans[index, 0] - ends_s[index - 1]) < 0.015
        left = symbols[index - 1] if joined else None
        border = _look(left, symbols[index], spans[index, 0], low, speed)
        floor = spans[index - 1, 0] + 0.015 if index else 0.0
        border = float(np.clip(border, floor, spans[index, 1] - 0.015))
        spans[index, 0] = border
        if joined:
            spans[index - 1, 1] = border
    moved: NDArray[np.float32] = spans.astype(np.float32)
    return moved


def _look(left: str | None, right: str, guess_s: float, low: NDArray[np.float64], speed: NDArray[np.float64]) -> float:
    centre = round(guess_s / HOP_S)
    reach = round(REACH_S / HOP_S)
    first, last = max(2, centre - reach), min(len(speed) - 3, centre + reach)
    if last <= first + 2:
        return guess_s
    around = np.arange(first, last + 1)
    nearness = 1.0 - 0.5 * np.abs(around - centre) / reach
    opens_voice = is_voiced(right) and (
        left is None or not is_voiced(left) or phone_class(left) in ("stop", "affricate")
    )
    if is_vowel(right) and opens_voice:
        rise = (low[around + 2] - low[around - 2]) * nearness
        return float(around[np.argmax(rise)] * HOP_S)
    if left is not None and is_vowel(left) and not is_voiced(right):
        fall = (low[around - 2] - low[around + 2]) * nearness
        return float(around[np.argmax(fall)] * HOP_S)
    return float(around[np.argmax(speed[around] * nearness)] * HOP_S)
