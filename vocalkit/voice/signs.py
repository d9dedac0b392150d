"""What a recording's background tells: cut edges, pasted pauses, missing air, a ceiling on its spectrum.

Each number is measured on the sound alone and says nothing about who speaks. Bounds for them are in
`vocalkit.voice.risk`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import resample
from vocalkit.types import Audio

HOP_S = 0.005
_RATE_HZ = 16_000
_LOUD_DB = 25.0
_PAUSE_S = 0.15
_PAUSE_DB = 20.0
_FLOOR_S = 0.06
_FALL_S = 0.02
_BANDS = 8
_SILENT_DB = -120.0


@dataclass(frozen=True, slots=True)
class Signs:
    """Measures of one recording.

    zero_s: longest run of exactly equal samples between its first and last sound; floor_db: level of
    its quietest tenth below its loudest; cut_ends: sounds a second that fall 25 dB within 20 ms;
    pause_spread_db: how far the spectra of its pauses lie apart, None with fewer than three pauses;
    ceiling_hz: frequency above which there is next to nothing.
    """

    zero_s: float
    floor_db: float
    cut_ends: float
    pause_spread_db: float | None
    ceiling_hz: float


def measure_signs(audio: Audio) -> Signs:
    """Signs of a mono or stereo recording of at least half a second that is not silent."""
    mono = audio.mono()
    low = resample(Audio(mono[None], audio.sample_rate), _RATE_HZ).samples[0].astype(np.float64)
    level = _levels(low)
    loud = float(np.percentile(level, 95))
    return Signs(
        zero_s=_longest_flat(mono) / audio.sample_rate,
        floor_db=float(np.percentile(level, 10)) - loud,
        cut_ends=_cut_ends(level, loud),
        pause_spread_db=_pause_spread(low, level, loud),
        ceiling_hz=_ceiling(mono, audio.sample_rate),
    )


def _levels(mono: NDArray[np.float64]) -> NDArray[np.float64]:
    """dBFS (t,) of 10 ms windows every 5 ms."""
    hop = round(HOP_S * _RATE_HZ)
    power = np.concatenate([[0.0], np.cumsum(mono**2)])
    starts = np.arange(0, max(1, len(mono) - 2 * hop), hop)
    ends = np.minimum(starts + 2 * hop, len(mono))
    level: NDArray[np.float64] = 10 * np.log10(
        (power[ends] - power[starts]) / (ends - starts) + 10 ** (_SILENT_DB / 10)
    )
    return level


def _longest_flat(mono: NDArray[np.float32]) -> int:
    """Samples in the longest run of equal ones, the silence before and after everything left out."""
    sounding = np.flatnonzero(mono)
    if len(sounding) < 2:
        return len(mono)
    inner = mono[sounding[0] : sounding[-1] + 1]
    changes = np.flatnonzero(np.diff(inner) != 0)
    return int(np.diff(changes).max(initial=1))


def _cut_ends(level: NDArray[np.float64], loud: float) -> float:
    """Ends of sounds, a second, at which the level falls 25 dB within 20 ms and stays there for 50 ms."""
    fall, stay = round(_FALL_S / HOP_S), round(0.05 / HOP_S)
    if len(level) < fall + stay + 1:
        return 0.0
    after = np.lib.stride_tricks.sliding_window_view(level[fall:], stay).max(axis=1)
    before = level[: len(after)]
    cut = (before > loud - _LOUD_DB) & (before - after > _LOUD_DB)
    return float(np.count_nonzero(cut[1:] & ~cut[:-1]) / (len(level) * HOP_S))


def _pause_spread(mono: NDArray[np.float64], level: NDArray[np.float64], loud: float) -> float | None:
    """Largest distance in dB, a band's average, of a pause's spectrum from the middle one of all pauses."""
    quiet = level < loud - _PAUSE_DB
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(int), [0]])))
    width = round(_FLOOR_S / HOP_S)
    spectra = []
    for start, end in edges.reshape(-1, 2):
        if (end - start) * HOP_S >= _PAUSE_S:
            # The quietest stretch of a pause: neither the tail of a word nor a breath.
            loudness = np.lib.stride_tricks.sliding_window_view(level[start:end], width).max(axis=1)
            first = (start + int(loudness.argmin())) * HOP_S
            spectra.append(_bands(mono[round(first * _RATE_HZ) : round((first + _FLOOR_S) * _RATE_HZ)]))
    if len(spectra) < 3:
        return None
    table = np.stack(spectra)
    return float(np.abs(table - np.median(table, axis=0)).mean(axis=1).max())


def _bands(piece: NDArray[np.float64]) -> NDArray[np.float64]:
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)))) ** 2 / max(1, len(piece))
    parts = np.array_split(spectrum[1:], _BANDS)
    return np.array([10 * np.log10(part.mean() + 1e-13) for part in parts])


def _ceiling(mono: NDArray[np.float32], sample_rate: int) -> float:
    """The highest frequency whose average power lies within 60 dB of the strongest 1 kHz."""
    size = 2048
    count = len(mono) // size
    if count == 0:
        return sample_rate / 2
    frames = mono[: count * size].reshape(count, size) * np.hanning(size)
    power = np.zeros(size // 2 + 1)
    for start in range(0, count, 256):
        power += (np.abs(np.fft.rfft(frames[start : start + 256], axis=1)) ** 2).sum(axis=0)
    width = max(1, round(1000 * size / sample_rate / 4))
    smooth = np.convolve(power, np.ones(width) / width, mode="same")
    above = np.flatnonzero(smooth > smooth.max() * 1e-6)
    return float(above[-1] * sample_rate / size)
