"""What a sung F0 does, read from a curve in cents: vibrato, glides, overshoot, small irregularities."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from vocalkit.audio import read
from vocalkit.types import Note

HOP_S = 0.005
Curve = NDArray[np.float64]
LEAST_VIBRATO_CENTS, LEAST_NOTE_S = 15.0, 0.45


def sung_cents(path: Path) -> Curve:
    """F0 of a recording by Praat's autocorrelation on a 5 ms hop: cents of MIDI pitch, NaN where unvoiced."""
    import parselmouth

    audio = read(path)
    sound = parselmouth.Sound(audio.mono().astype(np.float64), audio.sample_rate)
    pitch = sound.to_pitch_ac(time_step=HOP_S, pitch_floor=70.0, pitch_ceiling=700.0)
    hz = pitch.selected_array["frequency"]
    cents = np.full(int(audio.duration_s / HOP_S) + 1, np.nan)
    at = np.round(pitch.xs() / HOP_S).astype(int)
    cents[at[hz > 0]] = 6900.0 + 1200.0 * np.log2(hz[hz > 0] / 440.0)
    return cents


def vibrato_of(cents: Curve, note: Note) -> tuple[float, float, float] | None:
    """Depth in cents, rate in Hz and delay in s of a note's vibrato; None where there is none to speak of."""
    low, high = round((note.start_s + 0.1) / HOP_S), round((note.end_s - 0.05) / HOP_S)
    part = cents[low:high]
    if note.duration_s < LEAST_NOTE_S or part.size < 60 or np.isnan(part).mean() > 0.1:
        return None
    part = np.interp(np.arange(part.size), np.flatnonzero(~np.isnan(part)), part[~np.isnan(part)])
    band = signal.butter(2, (3.5, 9.0), "bandpass", fs=1 / HOP_S, output="sos")
    swing = signal.sosfiltfilt(band, part - np.median(part))
    envelope = np.abs(signal.hilbert(swing))
    spectrum = np.abs(np.fft.rfft(swing * np.hanning(swing.size), 4096))
    hz = np.fft.rfftfreq(4096, HOP_S)
    rate = float(hz[int(np.argmax(spectrum))])
    depth = float(np.percentile(envelope, 80))
    # A swing is a vibrato where one rate holds most of it.
    near = (hz > rate - 1.2) & (hz < rate + 1.2)
    narrow = float((spectrum[near] ** 2).sum() / (spectrum**2).sum())
    if depth < LEAST_VIBRATO_CENTS or not 4.0 <= rate <= 8.0 or narrow < 0.6:
        return None
    onset = int(np.argmax(envelope > 0.5 * depth))
    return depth, rate, 0.1 + onset * HOP_S


def glides(cents: Curve, notes: Sequence[Note]) -> tuple[list[float], list[float]]:
    """10 to 90 % times in s and overshoots in cents of the changes between joined notes, where voiced throughout."""
    times, over = [], []
    for before, after in pairwise(notes):
        leap = 100.0 * (after.pitch_midi - before.pitch_midi)
        if after.start_s - before.end_s > 0.02 or abs(leap) < 150.0 or min(before.duration_s, after.duration_s) < 0.25:
            continue
        low, high = round((after.start_s - 0.15) / HOP_S), round((after.start_s + 0.2) / HOP_S)
        part = cents[low:high]
        if np.isnan(part).any() or low < 0:
            continue
        settled = cents[round((after.start_s + 0.12) / HOP_S) : round((after.end_s - 0.03) / HOP_S)]
        held = cents[round((before.start_s + 0.08) / HOP_S) : round((before.end_s - 0.12) / HOP_S)]
        if np.isnan(settled).mean() > 0.2 or np.isnan(held).mean() > 0.2 or not settled.size or not held.size:
            continue
        start, end = float(np.nanmedian(held)), float(np.nanmedian(settled))
        if abs(end - start) < 0.6 * abs(leap):
            continue
        share = (part - start) / (end - start)
        ten = np.flatnonzero(share[: np.argmax(share > 0.5)] < 0.1)
        ninety = int(np.argmax(share > 0.9))
        if ten.size and ninety > ten[-1]:
            times.append((ninety - ten[-1]) * HOP_S)
            over.append(max(float(share.max() - 1.0) * abs(end - start), 0.0))
    return times, over


def irregularity(cents: Curve, notes: Sequence[Note]) -> tuple[list[float], list[float]]:
    """Standard deviations in cents of the steady parts of notes: above 9 Hz, and from 0.5 to 3 Hz."""
    fine, drift = [], []
    for note in notes:
        part = cents[round((note.start_s + 0.1) / HOP_S) : round((note.end_s - 0.1) / HOP_S)]
        if part.size < 40 or np.isnan(part).any():
            continue
        high = signal.butter(2, 9.0, "highpass", fs=1 / HOP_S, output="sos")
        low = signal.butter(2, 3.0, "lowpass", fs=1 / HOP_S, output="sos")
        fine.append(float(np.std(signal.sosfiltfilt(high, part - part.mean()))))
        drift.append(float(np.std(signal.sosfiltfilt(low, part - part.mean()))))
    return fine, drift
