"""Beat times: dynamic programming along the tempo curve, phase checked, then a smooth grid over the whole track."""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.ndimage
from numpy.typing import NDArray

from vocalkit.backing.onsets import ONSET_RATE_HZ
from vocalkit.backing.tempo import TempoCurve

_TIGHTNESS = 80.0
_REACH_S = 0.045
_STEADY_S = 0.025
_STEADY_SHARE = 0.6
"""A track was made to a click where this share of its beats lies this close to one straight line, all along."""
_FASTEST_DOUBLED_BPM = 165.0
_AS_STRONG = 0.8
_STRUCK_FLUX = 0.2
"""Flux, summed over the bands, that even soft strings reach on their beats."""


def find_beats(envelope: NDArray[np.float64], curve: TempoCurve) -> NDArray[np.float64]:
    """Beat frames float64 (n,) that lie on onsets and keep the tempo (Ellis, JNMR 2007, with a period that moves)."""
    period = curve.period_frames(envelope.size)
    score = np.array(envelope, np.float64)
    back = np.full(envelope.size, -1)
    for frame in range(envelope.size):
        length = period[frame]
        nearest, farthest = frame - max(1, int(0.6 * length)), frame - int(1.7 * length)
        if nearest < 0:
            continue
        before = np.arange(max(0, farthest), nearest + 1)
        total = score[before] - _TIGHTNESS * np.square(np.log((frame - before) / length))
        best = int(total.argmax())
        if total[best] > 0:
            score[frame] += total[best]
            back[frame] = before[best]
    beats = [_last_beat(score, period)]
    while back[beats[-1]] >= 0:
        beats.append(int(back[beats[-1]]))
    return np.array(beats[::-1], np.float64)


def _last_beat(score: NDArray[np.float64], period: NDArray[np.float64]) -> int:
    tail = max(1, int(period[-1]))
    return score.size - tail + int(score[-tail:].argmax()) if score.size > tail else int(score.argmax())


def choose_phase(
    beats: NDArray[np.float64], low: NDArray[np.float64], envelope: NDArray[np.float64], novelty: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The beats, or the points half-way between where kick, bass and chord changes fall there instead.

    low, envelope, novelty: float64 (t,) on onset frames, each about unit deviation.
    """
    if beats.size < 8:
        return beats
    between = 0.5 * (beats[:-1] + beats[1:])

    def weight(frames: NDArray[np.float64]) -> float:
        kick = np.mean(_peak_near(low, frames))
        all_onsets = np.mean(_peak_near(envelope, frames))
        change = np.mean(np.interp(frames, np.arange(novelty.size), novelty))
        return float(1.5 * kick + all_onsets + 1.5 * change)

    # The decoder already preferred these beats: leave them only for clearly better ones.
    return between if weight(between) > 1.15 * weight(beats) + 0.1 else beats


def is_every_other_beat(beats: NDArray[np.float64], bands: NDArray[np.float64], bpm: float) -> bool:
    """Whether what was found is every other beat of a fast track: half-way between sound drums as strong as on it.

    bands: float64 (3, t), onset strength in the low, mid and high band. A backbeat's snare falls between slow beats,
    while the subdivisions of a truly slow beat are weaker than the beat.
    """
    if beats.size < 8 or 2.0 * bpm > _FASTEST_DOUBLED_BPM:
        return False
    between = 0.5 * (beats[:-1] + beats[1:])
    ratios = [np.mean(_peak_near(band, between)) / (np.mean(_peak_near(band, beats)) + 1e-9) for band in bands[1:]]
    return float(np.mean(np.minimum(ratios, 2.0))) > _AS_STRONG


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


def cover(beats_s: NDArray[np.float64], curve: TempoCurve, duration_s: float) -> NDArray[np.float64]:
    """Go on with the beat to 0 s and to the end of the track or just past it."""
    if beats_s.size < 4:
        period = 60.0 / float(curve.bpm[0])
        start = float(beats_s[0]) % period if beats_s.size else 0.0
        return np.asarray(start + period * np.arange(max(2, int(np.ceil((duration_s - start) / period)) + 1)))
    first, last = (float(np.median(np.diff(part))) for part in (beats_s[:9], beats_s[-9:]))
    before = beats_s[0] - first * np.arange(int((beats_s[0] + 1e-3) / first), 0, -1)
    after = beats_s[-1] + last * np.arange(1, max(0, int(np.ceil((duration_s - beats_s[-1]) / last))) + 1)
    joined = np.concatenate([before, beats_s, after])
    joined = np.maximum(joined, 0.0) if joined[0] > -2e-3 else joined
    return joined[np.concatenate([[True], np.diff(joined) > 0]) & (joined >= 0.0)]


def confidence(
    beats_s: NDArray[np.float64], envelope: NDArray[np.float64], curve: TempoCurve, onsets: NDArray[np.float32]
) -> float:
    """How sure the beat is, 0 to 1: periodic, stronger on the beats than between them, and truly struck.

    onsets: as in `Features`, where the ripple of a held chord stays far below what a struck note gives.
    """
    if beats_s.size < 4:
        return 0.0
    frames = beats_s * ONSET_RATE_HZ
    inside = frames < envelope.size
    on = float(np.mean(_peak_near(envelope, frames[inside])))
    quarter = np.concatenate([frames[:-1] + f * np.diff(frames) for f in (0.25, 0.5, 0.75)])
    off = float(np.mean(_peak_near(envelope, quarter[quarter < envelope.size])))
    contrast = np.clip((on - off) / (on + off + 1e-9), 0.0, 1.0)
    struck = float(np.mean(_peak_near(onsets.sum(axis=0).astype(np.float64), frames[inside]))) / _STRUCK_FLUX
    periodic = np.clip(2.0 * float(np.mean(curve.clarity)), 0.0, 1.0)
    return float(np.clip(1.2 * np.sqrt(contrast * periodic), 0.0, 1.0) * min(struck, 1.0))
