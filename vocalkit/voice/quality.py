"""Whether a clip is good enough to become part of a voice, and what to do where it is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.types import Audio
from vocalkit.units import SILENCE_DB

FRAME_S = 0.02
CLIPPED_AT = 0.985
SHORTEST_S, LONGEST_S = 2.0, 30.0
LONGEST_DECAY_S = 0.3
_DECAY_FRAME_S, _DECAY_FRAMES, _LEAST_DECAYS = 0.01, 5, 5
QUIETEST_DBFS, MOST_CLIPPED, LEAST_SNR_DB, NARROWEST_HZ = -40.0, 0.0005, 18.0, 6_500.0


@dataclass(frozen=True, slots=True)
class ClipQuality:
    """Measures of one clip.

    level_dbfs: of its loud half; clipped: share of samples in runs at full scale; snr_db: loud frames
    over quiet frames; bandwidth_hz: where the spectrum of the loud frames falls to the noise, at most
    half the rate. decay_s: how long the room takes to fall by 60 dB, at most, as its quickest decays tell; 0 where
    none was found. faults: what to mend, empty where the clip may be used.
    """

    duration_s: float
    level_dbfs: float
    clipped: float
    snr_db: float
    bandwidth_hz: float
    decay_s: float
    faults: tuple[str, ...]


def measure_clip(audio: Audio) -> ClipQuality:
    """Level, clipping, noise, bandwidth and reverberation of a clip of speech, with what is wrong in plain words."""
    mono = audio.mono()
    level_dbfs, snr_db = _levels(mono, audio.sample_rate)
    clipped, bandwidth_hz = _clipped(audio.samples), _bandwidth_hz(mono, audio.sample_rate)
    decay_s = _decay_s(mono, audio.sample_rate)
    measures = (audio.duration_s, level_dbfs, clipped, snr_db, bandwidth_hz, decay_s)
    return ClipQuality(*measures, faults=_faults(*measures))


def _faults(
    duration_s: float, level_dbfs: float, clipped: float, snr_db: float, bandwidth_hz: float, decay_s: float
) -> tuple[str, ...]:
    checks = (
        (duration_s < SHORTEST_S, f"only {duration_s:.1f} s long: say a whole sentence"),
        (duration_s > LONGEST_S, f"{duration_s:.0f} s long: cut it into sentences below {LONGEST_S:.0f} s"),
        (level_dbfs < QUIETEST_DBFS, f"too quiet ({level_dbfs:.0f} dBFS): come closer or turn the gain up"),
        (clipped > MOST_CLIPPED, f"clipped ({100 * clipped:.2f} % of samples): turn the gain down"),
        (snr_db < LEAST_SNR_DB, f"noisy or reverberant ({snr_db:.0f} dB over the noise): find a quieter, softer room"),
        (bandwidth_hz < NARROWEST_HZ, f"nothing above {bandwidth_hz / 1000:.1f} kHz: record at 16 kHz or more"),
        (decay_s > LONGEST_DECAY_S, f"reverberant ({decay_s:.2f} s to die away): record among clothes or blankets"),
    )
    return tuple(text for wrong, text in checks if wrong)


def _levels(mono: NDArray[np.float32], rate_hz: int) -> tuple[float, float]:
    size = max(1, round(FRAME_S * rate_hz))
    whole = mono[: len(mono) // size * size].reshape(-1, size).astype(np.float64)
    if not len(whole) or not np.any(whole):
        return SILENCE_DB, 0.0
    levels = 10 * np.log10((whole**2).mean(axis=1) + 1e-12)
    loud, quiet = np.percentile(levels, [90, 8])
    return float(np.median(levels[levels >= np.median(levels)])), float(loud - quiet)


def _decay_s(mono: NDArray[np.float32], rate_hz: int) -> float:
    """Reverberation time from the ends of sounds: nothing falls faster than the room does.

    The free decays of R. Ratnam et al., JASA 114 (2003), found as straight falls of the level over 50 ms; the quickest
    of them are the room's, slower ones are the speaker's own. It reads low: .13 to .28 s in dry clips of the register,
    .3 in a room of .6 s, .4 in one of a second.
    """
    size = max(1, round(_DECAY_FRAME_S * rate_hz))
    whole = mono[: len(mono) // size * size].reshape(-1, size).astype(np.float64)
    if len(whole) < 2 * _DECAY_FRAMES or not np.any(whole):
        return 0.0
    levels = 10 * np.log10((whole**2).mean(axis=1) + 1e-12)
    loud, floor = np.percentile(levels, [95, 5])
    runs = np.lib.stride_tricks.sliding_window_view(levels, _DECAY_FRAMES)
    time_s = (np.arange(_DECAY_FRAMES) - (_DECAY_FRAMES - 1) / 2) * size / rate_hz
    slope = (runs - runs.mean(axis=1, keepdims=True)) @ time_s / (time_s @ time_s)
    off = np.abs(runs - runs.mean(axis=1, keepdims=True) - slope[:, None] * time_s).max(axis=1)
    free = (slope < 0) & (off < 3.0) & (runs[:, 0] > loud - 25.0) & (runs[:, -1] > floor + 6.0)
    if free.sum() < _LEAST_DECAYS:
        return 0.0
    return float(60.0 / -np.percentile(slope[free], 4))


def _clipped(samples: NDArray[np.float32]) -> float:
    """Share of samples that stay at the clip's own ceiling for three in a row: that is how clipping looks."""
    magnitude = np.abs(samples)
    ceiling = float(magnitude.max(initial=0.0))
    if ceiling < 0.25:
        return 0.0
    flat = magnitude >= max(CLIPPED_AT * ceiling, 0.25)
    runs = flat[:, :-2] & flat[:, 1:-1] & flat[:, 2:]
    level = np.abs(np.diff(samples, axis=1)) < 0.002 * ceiling
    return float((runs & level[:, :-1] & level[:, 1:]).mean()) if runs.size else 0.0


def _bandwidth_hz(mono: NDArray[np.float32], rate_hz: int) -> float:
    """Highest frequency that comes and goes with the speech: its strong frames 9 dB over its quiet ones.

    Every band is held against its own floor, since it is the few frames of an s that reach highest.
    """
    size = 1024
    count = len(mono) // size
    if count < 8:
        return rate_hz / 2
    frames = mono[: count * size].reshape(count, size) * np.hanning(size).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, axis=1)).astype(np.float64) ** 2
    bands = power[:, : size // 2].reshape(count, -1, 8).mean(axis=2)
    strong, quiet = np.percentile(bands, [95, 10], axis=0)
    ratio_db = 10 * np.log10((strong + 1e-13) / (quiet + 1e-13))
    heard = (ratio_db > 9.0) & (10 * np.log10(strong + 1e-13) > 10 * np.log10(strong.max() + 1e-13) - 80.0)
    return float((np.flatnonzero(heard)[-1] + 1 if heard.any() else 0) * 8 * rate_hz / size)
