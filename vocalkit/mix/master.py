"""Ducking, bus glue and a true-peak limiter: gains worked out per hop, applied in place.

The limiter looks ahead: the gain a peak needs is spread backwards by a minimum filter, released by
a steady slope in dB, and smoothed by a window no longer than the minimum filter, so that it never
rises above what any peak needs. The release is as slow as the target loudness allows: sound with
sharp, far-apart peaks cannot get loud under a slow one. Loudness after gain is foretold from the
energy of hops, so the drive is found without touching the sound; then it is applied and measured,
and corrected once or twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vocalkit.errors import InputError
from vocalkit.mix.curves import Curve, Samples, at_edges, block_slices, gain_of, hop_count, hop_frames, smooth
from vocalkit.mix.loudness import Powers, block_powers, gated_lufs, hop_energies, hop_true_peaks
from vocalkit.mix.settings import MixSettings
from vocalkit.units import SILENCE_DB, db_to_gain, gain_to_db

_DUCK_HZ, _DUCK_Q = 2200.0, 0.6
_DUCK_RAMP_S, _DUCK_BRIDGE_S = 0.15, 0.6
_GLUE_RATIO, _GLUE_ABOVE_LU, _GLUE_MAX_DB = 1.5, 1.0, 2.0
_LOOKAHEAD_S = 0.004
_RELEASES_DB_PER_S = (25.0, 80.0, 250.0, 1000.0)
_MAX_PUSH_DB = 18.0
_SOLVED_LU = 0.02
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

    Raises InputError for a mix that is silent. Loudness that limiting cannot reach (a lone click in
    silence) is left as near as it comes; the ceiling always holds.
    """
    bus = _Bus.of(mix, sample_rate)
    target, ceiling = settings.target_lufs, settings.ceiling_dbtp
    applied = np.zeros(bus.glue_db.size)
    drive_db = 0.0
    for _ in range(_ROUNDS):
        drive_db, curve_db = _drive(bus, target, ceiling)
        _apply(mix, np.asarray(db_to_gain(curve_db - applied)), sample_rate)
        applied = curve_db
        now = gated_lufs(block_powers(hop_energies(mix, sample_rate), bus.hop_s))
        peak_db = gain_to_db(float(hop_true_peaks(mix, hop_frames(sample_rate)).max()))
        over_db = max(0.0, peak_db - settings.ceiling_dbtp)
        if over_db <= _PEAK_TOLERANCE_DB and abs(now - settings.target_lufs) <= _LUFS_TOLERANCE:
            break
        target += float(np.clip(settings.target_lufs - now, -1.0, 1.0))
        ceiling -= over_db
    return float(db_to_gain(drive_db))


@dataclass(frozen=True, slots=True, eq=False)
class _Bus:
    """What the gains are worked out from: energy and peak level of hops, glue at their edges."""

    energies: Powers
    peaks_db: Powers
    glue_db: Curve
    lufs: float
    hop_s: float

    @classmethod
    def of(cls, mix: Samples, sample_rate: int) -> _Bus:
        hop_s = hop_frames(sample_rate) / sample_rate
        energies = hop_energies(mix, sample_rate)
        lufs = gated_lufs(block_powers(energies, hop_s))
        if lufs == SILENCE_DB:
            raise InputError("the mix is too quiet to master (below -70 LUFS); turn the backing up first")
        peaks_db = np.asarray(gain_to_db(hop_true_peaks(mix, hop_frames(sample_rate))), dtype=np.float64)
        return cls(energies, peaks_db, _glue_db(energies, hop_s, lufs), lufs, hop_s)


def _glue_db(energies: Powers, hop_s: float, loudness_lufs: float) -> Curve:
    """Gain (dB, <= 0) of a slow, gentle compressor over the whole mix, at hop edges."""
    level = 10.0 * np.log10(np.maximum(smooth(energies, round(0.03 / hop_s)), 1e-20))
    over = level - (loudness_lufs + _GLUE_ABOVE_LU)
    cut = np.clip(over * (1.0 - 1.0 / _GLUE_RATIO), 0.0, _GLUE_MAX_DB)
    return at_edges(-smooth(cut, round(0.12 / hop_s)))


def _drive(bus: _Bus, target_lufs: float, ceiling_dbtp: float) -> tuple[float, Curve]:
    """Drive (dB) and all gain (dB at hop edges) that are foretold to reach the target, released as slowly as can be."""
    tried: list[tuple[float, float, Curve]] = []
    for release in _RELEASES_DB_PER_S:
        tried.append(_solve(bus, target_lufs, ceiling_dbtp, release))
        if abs(tried[-1][0]) <= _SOLVED_LU:
            break
    _, drive_db, curve_db = min(tried, key=lambda found: abs(found[0]))
    return drive_db, curve_db


def _solve(bus: _Bus, target_lufs: float, ceiling_dbtp: float, release: float) -> tuple[float, float, Curve]:
    """How much loudness is missed (LU), the drive (dB) and the gain (dB at hop edges) for one release."""
    least = target_lufs - bus.lufs
    drive_db, low, high = least, least, least + _MAX_PUSH_DB
    for _ in range(14):
        curve = bus.glue_db + drive_db
        curve = curve + _limit_db(bus.peaks_db, curve, bus.hop_s, ceiling_dbtp, release)
        centre = np.asarray(db_to_gain(0.5 * (curve[:-1] + curve[1:])))
        miss = target_lufs - gated_lufs(block_powers(bus.energies * centre * centre, bus.hop_s))
        if abs(miss) <= _SOLVED_LU or high - low < 0.01:
            break
        low, high = (drive_db, high) if miss > 0 else (low, drive_db)
        guess = drive_db + miss * 1.3
        drive_db = guess if low < guess < 0.5 * (low + high) else 0.5 * (low + high)
    return miss, drive_db, curve


def _limit_db(peaks_db: Powers, curve_db: Curve, hop_s: float, ceiling_dbtp: float, release: float) -> Curve:
    """Further gain (dB, <= 0) at hop edges that keeps every peak under the ceiling. release: dB per second."""
    from scipy.ndimage import minimum_filter1d

    needed = np.maximum(curve_db[:-1], curve_db[1:])
    needed += peaks_db
    np.subtract(ceiling_dbtp, needed, out=needed)
    np.minimum(needed, 0.0, out=needed)
    if not needed.any():
        return np.zeros_like(curve_db)
    reach = max(2, round(_LOOKAHEAD_S / hop_s))
    held = minimum_filter1d(needed, 2 * reach + 1, mode="nearest")
    slope = np.arange(held.size) * (release * hop_s)
    np.subtract(held, slope, out=needed)
    np.minimum.accumulate(needed, out=needed)
    needed += slope
    return at_edges(smooth(np.minimum(needed, held, out=held), reach - 2))


def _apply(mix: Samples, gain: Curve, sample_rate: int) -> None:
    hop = hop_frames(sample_rate)
    for block in block_slices(mix.shape[1], hop):
        mix[:, block] *= gain_of(gain, block, hop)
