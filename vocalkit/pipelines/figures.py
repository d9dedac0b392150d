"""The figures of one render, measured from the files it left and from nothing else.

Pitch is measured by Praat, vowel onsets by `vocalkit.pipelines.onsets`, loudness on the written
WAV files. Shares are 0 to 1, errors in milliseconds, levels in dBFS, LUFS, dBTP and LU.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import read
from vocalkit.errors import BackendUnavailable
from vocalkit.mix import integrated_lufs, true_peak_dbtp
from vocalkit.phones import is_vowel
from vocalkit.pipelines.onsets import expected_vowels, vowel_onsets
from vocalkit.synth.performance_json import performance_from_json
from vocalkit.types import Audio, Performance, TempoMap
from vocalkit.units import cents_between, gain_to_db

IN_TUNE_CENTS = 50.0
GRID_TOLERANCE_S = 0.002
PRAAT_FLOOR_HZ, PRAAT_CEILING_HZ, PRAAT_STEP_S = 65.0, 1100.0, 0.005
_BLOCK = 1 << 18
_MARKS_APART_DB = -15.0
"""Two renders' watermarks, each 22 dB or more under the voice, differ by about 19 dB under it."""


@dataclass(frozen=True, slots=True)
class PitchFigures:
    """Praat against the performance. frames: compared; octave_notes: notes mostly an octave or more off."""

    frames: int
    in_tune: float
    median_cents: float
    octave_frames: int
    octave_notes: int


@dataclass(frozen=True, slots=True)
class OnsetFigures:
    """Vowel onsets against note starts, in ms. bias: median signed error; the others of its size."""

    count: int
    bias_ms: float
    median_ms: float
    p95_ms: float


def sound(path: Path) -> Audio:
    """A stem as written, however quiet or short."""
    return read(path, min_duration_s=0.0, max_duration_s=float("inf"))


def load_report(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def load_performance(folder: Path) -> Performance:
    return performance_from_json((folder / "performance.json").read_text(encoding="utf-8"))


def aligned(backing: Audio, *stems: Audio) -> bool:
    """Whether all stems share one length, the backing's rate, and last at least as long as it."""
    same = all(stem.frames == stems[0].frames and stem.sample_rate == backing.sample_rate for stem in stems)
    return same and stems[0].frames >= backing.frames


def same_but_for_marks(one: Audio, other: Audio) -> bool:
    """Whether two dry stems are the same singing: every render has a watermark of its own."""
    if one.samples.shape != other.samples.shape:
        return False
    apart, whole = (
        float(np.sqrt(np.mean(x.astype(np.float64) ** 2))) for x in (one.samples - other.samples, one.samples)
    )
    return gain_to_db(apart) - gain_to_db(whole) < _MARKS_APART_DB


def residual_dbfs(mix: Audio, backing: Audio, vocals: Audio, *, backing_gain: float) -> float:
    """Peak of mix - gain * backing - vocals: what else is in the mix."""
    peak = 0.0
    for start in range(0, mix.frames, _BLOCK):
        span = slice(start, start + _BLOCK)
        rest = mix.samples[:, span].astype(np.float64) - vocals.samples[:, span]
        under = backing.samples[:, span]
        rest[:, : under.shape[1]] -= backing_gain * under.astype(np.float64)
        peak = max(peak, float(np.max(np.abs(rest), initial=0.0)))
    return float(gain_to_db(peak))


def pitch_figures(dry: Audio, performance: Performance) -> PitchFigures:
    """Compare Praat's F0 of the dry stem to the performance's, in frames voiced in both and inside notes."""
    times_s, hz = _praat(dry)
    hop_s, curve = performance.hop_s, performance.f0
    frame = np.round(times_s / hop_s).astype(int)
    starts = np.array([note.start_s for note in performance.notes])
    ends = np.array([note.end_s for note in performance.notes])
    note = np.searchsorted(starts, times_s, side="right") - 1
    usable = (hz > 0) & (frame < curve.hz.size) & (note >= 0)
    usable[usable] &= curve.voiced[frame[usable]] & (times_s[usable] < ends[note[usable]])
    if not usable.any():
        return PitchFigures(0, 0.0, 0.0, 0, 0)
    cents = np.asarray(cents_between(hz[usable], curve.hz[frame[usable]].astype(np.float64)))
    octave = np.round(cents / 1200.0) != 0
    off = np.bincount(note[usable], weights=octave, minlength=starts.size)
    heard = np.bincount(note[usable], minlength=starts.size)
    return PitchFigures(
        frames=int(usable.sum()),
        in_tune=float(np.mean(np.abs(cents) <= IN_TUNE_CENTS)),
        median_cents=float(np.median(np.abs(cents))),
        octave_frames=int(octave.sum()),
        octave_notes=int(np.sum(off > heard / 2)),
    )


def _praat(dry: Audio) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    try:
        import parselmouth
    except ImportError:
        raise BackendUnavailable("measuring pitch needs Praat: pip install 'vocalkit[bench]'") from None
    recording = parselmouth.Sound(dry.mono().astype(np.float64), sampling_frequency=dry.sample_rate)
    pitch = recording.to_pitch_ac(time_step=PRAAT_STEP_S, pitch_floor=PRAAT_FLOOR_HZ, pitch_ceiling=PRAAT_CEILING_HZ)
    return np.asarray(pitch.xs()), np.asarray(pitch.selected_array["frequency"])


def planned_onsets(performance: Performance) -> OnsetFigures:
    """Onsets as performance.json says: the first vowel of every syllable against its note's start."""
    errors_s, done = [], set()
    for span in performance.spans:
        if span.note is None or span.note in done or not is_vowel(span.symbol):
            continue
        done.add(span.note)
        note = performance.notes[span.note]
        if note.syllable is not None:
            errors_s.append(span.start_s - note.start_s)
    return _onset_figures(np.array(errors_s))


def sung_onsets(dry: Audio, performance: Performance) -> OnsetFigures:
    """Onsets as heard in the dry stem, by the independent estimator."""
    expected = expected_vowels(performance)
    found_s = vowel_onsets(dry, expected)
    return _onset_figures(found_s - np.array([vowel.time_s for vowel in expected]))


def _onset_figures(errors_s: NDArray[np.float64]) -> OnsetFigures:
    errors_ms = 1e3 * errors_s[np.isfinite(errors_s)]
    if errors_ms.size == 0:
        return OnsetFigures(0, 0.0, 0.0, 0.0)
    size = np.abs(errors_ms)
    return OnsetFigures(
        errors_ms.size, float(np.median(errors_ms)), float(np.median(size)), float(np.percentile(size, 95))
    )


def on_grid(performance: Performance, grid: TempoMap) -> float:
    """Share of note starts on a quarter or a third of a tracked beat."""
    hits = 0
    for note in performance.notes:
        beat = grid.beat_at(note.start_s)
        hits += any(abs(grid.time_at(round(beat * n) / n) - note.start_s) <= GRID_TOLERANCE_S for n in (4, 3))
    return hits / max(1, len(performance.notes))


def vocal_lift_lu(vocals: Audio, backing: Audio, performance: Performance, *, backing_gain: float) -> float:
    """Loudness of the vocals over the backing as mixed, both only where someone sings."""
    rate = vocals.sample_rate
    sung = np.zeros(backing.frames, bool)
    for span in performance.spans:
        sung[round(span.start_s * rate) : round(span.end_s * rate)] = True
    voice = Audio(vocals.samples[:, : sung.size][:, sung[: vocals.frames]], rate)
    under = Audio(backing.samples[:, sung] * np.float32(backing_gain), rate)
    return integrated_lufs(voice) - integrated_lufs(under)


def levels(mix: Audio) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP of a written mix."""
    return integrated_lufs(mix), true_peak_dbtp(mix)
