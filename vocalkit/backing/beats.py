"""Beat times: decoded beats moved onto the onsets they belong to, smoothed, and led on over the whole track."""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.ndimage
from numpy.typing import NDArray

from vocalkit.backing.onsets import ONSET_RATE_HZ
from vocalkit.backing.pulse import strength_near

_REACH_S = 0.045
_STEADY_S = 0.025
_STEADY_SHARE = 0.6
_FAR_STRONGER = 2.0
"""A track was made to a click where this share of its beats lies this close to one straight line, all along."""


def on_the_kick(
    beats: NDArray[np.float64], low: NDArray[np.float64], envelope: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The beats, or the points half-way between them where kick and bass clearly fall there instead.

    beats: onset frames; low, envelope: onset strength of the low band and of all, float64 (t,). A kick on every beat
    and hats between are what the network may hear the wrong way round.
    """
    if beats.size < 8:
        return beats
    between = 0.5 * (beats[:-1] + beats[1:])

    def weight(frames: NDArray[np.float64]) -> float:
        return float(2.0 * np.mean(_peak_near(low, frames)) + np.mean(_peak_near(envelope, frames)))

    # The decoder preferred these beats: they are left only for far better ones.
    return between if weight(between) > _FAR_STRONGER * weight(beats) + 0.1 else beats


def _peak_near(curve: NDArray[np.float64], frames: NDArray[np.float64]) -> NDArray[np.float64]:
    wide = scipy.ndimage.maximum_filter1d(curve, 5)
    return np.asarray(wide[np.clip(np.round(frames).astype(int), 0, curve.size - 1)])


def settle(beats: NDArray[np.float64], envelope: NDArray[np.float64]) -> NDArray[np.float64]:
    """Beat times in seconds, moved onto the onsets near them and smoothed as far as a steady hand would be."""
    seen, trust = _measure(beats, envelope)
    times_s = seen / ONSET_RATE_HZ
    if beats.size < 4 or trust.sum() <= 0:
        return np.asarray(beats / ONSET_RATE_HZ)
    straight, steady = _robust_line(times_s, trust)
    if steady:
        return straight
    smooth = times_s
    weight = trust.copy()
    for _ in range(4):
        smooth = _smooth(times_s, weight)
        residual = np.abs(times_s - smooth) / 0.02
        weight = trust / (1.0 + np.square(residual))
    return _rising(smooth)


def _measure(
    beats: NDArray[np.float64], envelope: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the onset at each beat peaks, between frames, and how far it can be trusted."""
    reach = round(_REACH_S * ONSET_RATE_HZ)
    seen, trust = beats.copy(), np.zeros(beats.size)
    offsets = np.arange(-reach, reach + 1)
    nearness = np.exp(-0.5 * np.square(offsets / reach))
    for index, beat in enumerate(np.round(beats).astype(int)):
        around = np.clip(beat + offsets, 1, envelope.size - 2)
        best = int(around[(envelope[around] * nearness).argmax()])
        left, mid, right = envelope[best - 1 : best + 2]
        if mid >= left and mid >= right and mid > 0.2:
            seen[index] = best + 0.5 * (left - right) / min(left - 2.0 * mid + right, -1e-9)
            trust[index] = min(mid, 3.0)
    return seen, trust


def _robust_line(times_s: NDArray[np.float64], trust: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    """Straight line through the beats that shrugs off single misses, and whether the beats keep to it throughout."""
    index = np.arange(times_s.size, dtype=np.float64)
    weight, line = trust.copy(), times_s
    for _ in range(8):
        slope, start = np.polyfit(index, times_s, 1, w=np.sqrt(weight + 1e-9))
        line = start + slope * index
        weight = trust / (1.0 + np.square((times_s - line) / 0.01))
    near = np.where(np.abs(times_s - line) < _STEADY_S, trust, 0.0)
    quarters = np.array_split(np.arange(times_s.size), 4)
    shares = [near[part].sum() / max(trust[part].sum(), 1e-9) for part in quarters if trust[part].sum() > 0]
    return line, near.sum() / trust.sum() >= _STEADY_SHARE and min(shares) >= 0.6 * _STEADY_SHARE


def _smooth(times_s: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Minimize weighted distance to the beats plus squared second differences (a Whittaker smoother)."""
    count, stiffness = times_s.size, 1.5
    bands = np.zeros((3, count))
    for offset, pattern in ((0, (1.0, 4.0, 1.0)), (1, (-2.0, -2.0)), (2, (1.0,))):
        for place, value in enumerate(pattern):
            bands[2 - offset, offset + place : count - 2 + offset + place] += stiffness * value
    bands[2] += weight + 1e-3
    return np.asarray(scipy.linalg.solveh_banded(bands, (weight + 1e-3) * times_s))


def _rising(times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    shortest = 0.25 * float(np.median(np.diff(times_s)))
    keep = [0]
    for index in range(1, times_s.size):
        if times_s[index] - times_s[keep[-1]] > shortest:
            keep.append(index)
    return times_s[keep]


def cover(beats_s: NDArray[np.float64], duration_s: float) -> NDArray[np.float64]:
    """Go on with the beat, at least two of them, to 0 s and to the end of the track or just past it."""
    first, last = (float(np.median(np.diff(part))) for part in (beats_s[:9], beats_s[-9:]))
    before = beats_s[0] - first * np.arange(int((beats_s[0] + 1e-3) / first), 0, -1)
    after = beats_s[-1] + last * np.arange(1, max(0, int(np.ceil((duration_s - beats_s[-1]) / last))) + 1)
    joined = np.concatenate([before, beats_s, after])
    joined = np.maximum(joined, 0.0) if joined[0] > -2e-3 else joined
    return joined[np.concatenate([[True], np.diff(joined) > 0]) & (joined >= 0.0)]


def confidence(beats_s: NDArray[np.float64], beat: NDArray[np.float64]) -> float:
    """How sure the beat is, 0 to 1: by how much likelier it is where it is than in between.

    beat: probability of a beat at `pulse.PULSE_RATE_HZ`. On takes kept for validation the difference is 0.3 to 0.9
    where there is a beat and under 0.06 where there is none.
    """
    if beats_s.size < 4:
        return 0.0
    quarters = np.concatenate([beats_s[:-1] + part * np.diff(beats_s) for part in (0.25, 0.5, 0.75)])
    contrast = float(np.mean(strength_near(beat, beats_s)) - np.mean(strength_near(beat, quarters)))
    return float(np.clip(1.5 * contrast, 0.0, 1.0))
