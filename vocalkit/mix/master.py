"""Ducking, bus glue and a true-peak limiter: gains worked out per hop, applied in place.

The limiter looks ahead: the gain a peak needs is spread backwards by a minimum filter, released by
a steady slope in dB, and smoothed by a window no longer than the minimum filter, so that it never
rises above what any peak needs. Loudness after gain is foretold from the energy of hops, so the
drive is found without touching the sound; then it is applied and measured, and corrected once or twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vocalkit.errors import InputError
from vocalkit.mix.curves import Curve, Samples, at_edges, block_slices, gain_of, hop_count, hop_frames, smooth
from vocalkit.mix.loudness import Powers, block_powers, gated_lufs, hop_energies, hop_true_peaks
from vocalkit.mix.settings import MixSettings
from vocalkit.units import SILENCE_DB, db_to_gain, gain_to_db

_DUCK_HZ, _DUCK_Q = 2200.0, 0.6
_DUCK_RAMP_S, _DUCK_BRIDGE_S = 0.15, 0.6
_GLUE_RATIO, _GLUE_ABOVE_LU, _GLUE_MAX_DB = 1.5, 1.0, 2.0
_LOOKAHEAD_S, _RELEASE_DB_PER_S = 0.004, 25.0
_LUFS_TOLERANCE, _PEAK_TOLERANCE_DB = 0.1, 0.1
_ROUNDS = 4


def duck(
    backing: Samples, out: Samples, sample_rate: int, spans_s: Sequence[tuple[float, float]], depth_db: float
) -> None:
    """Copy the backing into `out` without its DC offset, dipped around 2.2 kHz while someone sings.

    backing: float32 (channels, m); out: float32 (channels, n >= m), zero beyond m on return.
    """
    from scipy.signal import iirpeak, sosfilt, tf2sos

    frames, hop = backing.shape[1], hop_frames(sample_rate)
    offset = backing.mean(axis=1, dtype=np.float64)
    offset[np.abs(offset) < 1e-4] = 0.0
    centre_hz = min(_DUCK_HZ, 0.25 * sample_rate)
    band = tf2sos(*iirpeak(centre_hz, _DUCK_Q, fs=sample_rate)).astype(np.float32)
    sung = _sung_share(spans_s, hop_count(frames, hop), hop / sample_rate)
    extra = at_edges(np.asarray(db_to_gain(-depth_db * sung))) - 1.0
    state = np.zeros((len(band), backing.shape[0], 2), dtype=np.float32)
    out[:, frames:] = 0.0
    for block in block_slices(frames, hop):
        sound = backing[:, block] - offset[:, None].astype(np.float32)
        presence, state = sosfilt(band, sound, axis=1, zi=state)
        out[:, block] = sound + gain_of(extra, block, hop) * presence


def _sung_share(spans_s: Sequence[tuple[float, float]], hops: int, hop_s: float) -> Curve:
    """1 while notes sound and across short rests, 0 elsewhere, with smooth ramps: float64 (hops,)."""
    mask = np.zeros(hops)
    for start_s, end_s in spans_s:
        mask[max(0, round(start_s / hop_s)) : max(0, round((end_s + _DUCK_BRIDGE_S) / hop_s))] = 1.0
    return smooth(mask, round(_DUCK_RAMP_S / hop_s))


def master_bus(mix: Samples, sample_rate: int, settings: MixSettings) -> float:
    """Glue, drive and limit a mix in place to the target loudness and ceiling; returns the drive (a factor).

    Raises InputError for a mix that is silent. Loudness that limiting alone cannot reach (a lone
    click in silence) is left as near as it comes.
    """
    hop_s = hop_frames(sample_rate) / sample_rate
    energies, peaks = hop_energies(mix, sample_rate), hop_true_peaks(mix, hop_frames(sample_rate))
    before = gated_lufs(block_powers(energies, hop_s))
    if before == SILENCE_DB:
        raise InputError("the mix is too quiet to master (below -70 LUFS); turn the backing up first")
    glue = _glue_db(energies, hop_s, before)
    target, ceiling = settings.target_lufs, settings.ceiling_dbtp
    applied = np.zeros(peaks.size + 1)
    drive_db = target - before
    for _ in range(_ROUNDS):
        drive_db, curve_db = _solve(energies, peaks, glue, hop_s, target, ceiling, drive_db)
        _apply(mix, np.asarray(db_to_gain(curve_db - applied)), sample_rate)
        applied = curve_db
        now = gated_lufs(block_powers(hop_energies(mix, sample_rate), hop_s))
        peak_db = gain_to_db(float(hop_true_peaks(mix, hop_frames(sample_rate)).max()))
        over_db = max(0.0, peak_db - settings.ceiling_dbtp)
        if over_db <= _PEAK_TOLERANCE_DB and abs(now - settings.target_lufs) <= _LUFS_TOLERANCE:
            break
        target += settings.target_lufs - now
        ceiling -= over_db
    return float(db_to_gain(drive_db))


def _glue_db(energies: Powers, hop_s: float, loudness_lufs: float) -> Curve:
    """Gain (dB, <= 0) of a slow, gentle compressor over the whole mix, at hop edges."""
    level = 10.0 * np.log10(np.maximum(smooth(energies, round(0.03 / hop_s)), 1e-20))
    over = level - (loudness_lufs + _GLUE_ABOVE_LU)
    cut = np.clip(over * (1.0 - 1.0 / _GLUE_RATIO), 0.0, _GLUE_MAX_DB)
    return at_edges(-smooth(cut, round(0.12 / hop_s)))


def _solve(
    energies: Powers, peaks: Powers, glue: Curve, hop_s: float, target: float, ceiling: float, drive_db: float
) -> tuple[float, Curve]:
    """The drive whose limited mix is foretold to have the target loudness, and all gain in dB at hop edges."""
    step_db, last = 0.0, None
    for _ in range(16):
        curve = glue + drive_db
        curve = curve + _limit_db(peaks, curve, hop_s, ceiling)
        centre = np.asarray(db_to_gain(0.5 * (curve[:-1] + curve[1:])))
        miss = target - gated_lufs(block_powers(energies * centre * centre, hop_s))
        if abs(miss) < 0.01 or drive_db > 80.0:
            break
        slope = 1.0 if last is None or step_db == 0.0 else (last - miss) / step_db
        last, step_db = miss, float(np.clip(miss / max(slope, 0.2), -12.0, 12.0))
        drive_db += step_db
    return drive_db, curve


def _limit_db(peaks: Powers, curve_db: Curve, hop_s: float, ceiling_dbtp: float) -> Curve:
    """Further gain (dB, <= 0) at hop edges that keeps every peak under the ceiling."""
    from scipy.ndimage import minimum_filter1d

    levels = np.asarray(gain_to_db(peaks)) + np.maximum(curve_db[:-1], curve_db[1:])
    needed = np.minimum(0.0, ceiling_dbtp - levels)
    if not needed.any():
        return np.zeros_like(curve_db)
    reach = max(2, round(_LOOKAHEAD_S / hop_s))
    held = minimum_filter1d(needed, 2 * reach + 1, mode="nearest")
    slope = np.arange(held.size) * (_RELEASE_DB_PER_S * hop_s)
    released = np.minimum.accumulate(held - slope) + slope
    return at_edges(smooth(np.minimum(released, held), reach - 2))


def _apply(mix: Samples, gain: Curve, sample_rate: int) -> None:
    hop = hop_frames(sample_rate)
    for block in block_slices(mix.shape[1], hop):
        mix[:, block] *= gain_of(gain, block, hop)
