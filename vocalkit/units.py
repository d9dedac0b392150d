"""Conversions between the units of the field. Pure functions, scalars or arrays alike.

Conventions: A4 = MIDI 69 = 440 Hz; levels in dB relative to full scale 1.0; seconds are the only
clock, frame ``i`` of a curve with hop ``h`` sits at ``i * h`` seconds.
"""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

A4_HZ = 440.0
A4_MIDI = 69.0
SILENCE_DB = -200.0
"""Level reported for digital silence, so that no curve holds an infinity."""

REFERENCE_LOUDNESS_DBFS = -20.0
"""RMS level of a vowel sung at a normal (mezzo-forte) loudness."""


@overload
def hz_to_midi(hz: float) -> float: ...
@overload
def hz_to_midi(hz: Array) -> Array: ...
def hz_to_midi(hz: float | Array) -> float | Array:
    """Fractional MIDI note number of a frequency in Hz (> 0)."""
    midi = A4_MIDI + 12.0 * np.log2(np.asarray(hz, dtype=np.float64) / A4_HZ)
    return float(midi) if np.ndim(hz) == 0 else midi


@overload
def midi_to_hz(midi: float) -> float: ...
@overload
def midi_to_hz(midi: Array) -> Array: ...
def midi_to_hz(midi: float | Array) -> float | Array:
    """Frequency in Hz of a fractional MIDI note number."""
    hz = A4_HZ * np.exp2((np.asarray(midi, dtype=np.float64) - A4_MIDI) / 12.0)
    return float(hz) if np.ndim(midi) == 0 else hz


@overload
def cents_between(hz: float, reference_hz: float) -> float: ...
@overload
def cents_between(hz: Array, reference_hz: float | Array) -> Array: ...
def cents_between(hz: float | Array, reference_hz: float | Array) -> float | Array:
    """Interval from ``reference_hz`` up to ``hz`` in cents (negative when below)."""
    cents = 1200.0 * np.log2(np.asarray(hz, np.float64) / np.asarray(reference_hz, np.float64))
    return float(cents) if np.ndim(cents) == 0 else cents


@overload
def db_to_gain(db: float) -> float: ...
@overload
def db_to_gain(db: Array) -> Array: ...
def db_to_gain(db: float | Array) -> float | Array:
    """Amplitude factor of a level difference in dB."""
    gain = np.power(10.0, np.asarray(db, np.float64) / 20.0)
    return float(gain) if np.ndim(db) == 0 else gain


@overload
def gain_to_db(gain: float) -> float: ...
@overload
def gain_to_db(gain: Array) -> Array: ...
def gain_to_db(gain: float | Array) -> float | Array:
    """Level in dB of an amplitude (>= 0); zero gives `SILENCE_DB`."""
    floor = 10.0 ** (SILENCE_DB / 20.0)
    db = 20.0 * np.log10(np.maximum(np.asarray(gain, np.float64), floor))
    return float(db) if np.ndim(gain) == 0 else db


def seconds_to_frames(seconds: float, rate_hz: float) -> int:
    """Nearest whole frame (or sample) index at ``rate_hz`` frames a second."""
    return round(seconds * rate_hz)
