"""The quality report of one take: figures, objections, and a mark by which the best of several is chosen.

The mark compares figures with those of human songs: a figure inside the middle half of what people wrote costs
nothing, one at the edge of what 90 % of them wrote costs its full weight, and beyond it more, up to twice.
`recipes/take_quality/measure.py` counted the bands on half of the registered lead sheets and tests the mark on
the others.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from vocalkit.melody.faults import Finding, find_faults, phrases
from vocalkit.melody.form import chorus_lift_semitones, form, returning_rate
from vocalkit.melody.grid import metrical_weight
from vocalkit.melody.report import MelodyReport, melody_report, note_weights
from vocalkit.types import Backing, Note, Score


@dataclass(frozen=True, slots=True)
class Band:
    """What people write. low, high: 5th and 95th percentile; inner: 25th and 75th; weight: of the figure."""

    low: float
    inner_low: float
    inner_high: float
    high: float
    weight: float


BANDS: dict[str, Band] = {
    "chord_tone_rate": Band(0.590, 0.736, 0.863, 0.933, 2.0),
    "strong_chord_tone_rate": Band(0.537, 0.708, 1.0, 1.0, 2.0),
    "stressed_on_strong_rate": Band(0.441, 0.627, 1.0, 1.0, 1.5),
    "range_semitones": Band(11.0, 13.0, 16.0, 21.0, 1.5),
    "mean_leap_semitones": Band(1.780, 2.119, 2.917, 3.468, 1.5),
    "largest_leap_semitones": Band(5.0, 9.0, 12.0, 15.25, 0.5),
    "repetition_rate": Band(0.083, 0.240, 0.590, 0.754, 2.0),
    "commonest_duration_share": Band(0.285, 0.441, 0.635, 0.753, 1.0),
    "syncopated_rate": Band(0.0, 0.0, 0.134, 0.246, 0.5),
    "interval_bits": Band(2.513, 2.971, 3.376, 3.588, 1.5),
    "held_pitch_rate": Band(0.015, 0.067, 0.222, 0.341, 1.5),
    "pitches_per_phrase": Band(3.375, 5.0, 10.0, 12.25, 1.0),
}
"""Counted in 116 lead sheets; more chord tones and stresses on strong beats than usual cost nothing."""

FAULT_WEIGHTS = {"loop": 3.0, "drone": 2.0, "clash": 3.0, "too fast": 4.0, "out of range": 4.0}
FAULT_FULL_SHARE = 0.1
"""Share of the sung time with one kind of fault that costs its full weight."""
RETURN_WEIGHT = 3.0
SHOWN = 5
"""So many faults are told to people; files hold all."""
STEEPNESS = 1.2


@dataclass(frozen=True, slots=True)
class TakeReport:
    """How good a take is.

    melody: figures against the chords and beats; form: a letter per section; returning_rate: share of sections
    that take up the tune of their kind; tessitura_midi: mean pitch by sung time; syllables_per_s: within phrases,
    their last syllables left out; syncopated_rate: share of notes that are held over a stronger place than they
    start on; interval_bits: entropy of intervals; step_bits: of interval and duration together; held_pitch_rate:
    share of steps without motion; pitches_per_phrase: median of different ones; faults: what to object to;
    mark: 0 to 100, only to be compared between takes of one song.
    """

    melody: MelodyReport
    form: str
    returning_rate: float | None
    chorus_lift_semitones: float | None
    tessitura_midi: float
    syllables_per_s: float
    syncopated_rate: float
    interval_bits: float
    step_bits: float
    held_pitch_rate: float
    pitches_per_phrase: float
    faults: tuple[Finding, ...]
    mark: float

    def to_dict(self) -> dict[str, Any]:
        """JSON values: rates to four digits, times to a millisecond."""
        rounded: dict[str, Any] = _rounded(asdict(self))
        return rounded

    @property
    def lines(self) -> tuple[str, ...]:
        """The report for people: one line a topic."""
        melody = self.melody
        counted = Counter(finding.fault for finding in self.faults)
        shape = f"form {self.form}" if self.form else "no sections named"
        lift = "" if self.chorus_lift_semitones is None else f", chorus {self.chorus_lift_semitones:+.1f} semitones"
        objections = [f"{finding.fault} at {finding.start_s:.1f} s: {finding.text}" for finding in self.faults[:SHOWN]]
        more = [f"and {len(self.faults) - SHOWN} more" if len(self.faults) > SHOWN else ""]
        fit = _percent(melody.chord_tone_rate), _percent(melody.strong_chord_tone_rate)
        return (
            f"quality {self.mark:.0f} of 100: {shape}{lift}",
            f"range {melody.range_semitones:.0f} semitones, {self.interval_bits:.1f} bits an interval, "
            f"{_percent(self.held_pitch_rate)} of steps hold it, {_percent(melody.repetition_rate)} heard before",
            f"{fit[0]} of the time on chord tones, {fit[1]} on strong beats; {counted['clash']} clashes, "
            f"{counted['loop']} loops, {counted['too fast']} phrases too fast, {counted['out of range']} out of range",
            *objections, *filter(None, more),
        )  # fmt: skip


def take_report(
    score: Score, backing: Backing, *, low_midi: float | None = None, high_midi: float | None = None
) -> TakeReport:
    """Judge a take; ScoreError without notes. low_midi, high_midi: of whoever sings it, None: anybody."""
    melody = melody_report(score, backing)
    faults = tuple(find_faults(score, backing, low_midi=low_midi, high_midi=high_midi))
    lengths = np.array([note.duration_s for note in score.notes])
    pitches = np.array([note.pitch_midi for note in score.notes])
    moves = np.diff(pitches)
    lines = phrases(score.notes)
    draft = TakeReport(
        melody=melody,
        form=form(score),
        returning_rate=returning_rate(score),
        chorus_lift_semitones=chorus_lift_semitones(score),
        tessitura_midi=float(np.average(pitches, weights=lengths)),
        syllables_per_s=_pace(lines),
        syncopated_rate=_syncopated(score),
        interval_bits=_entropy(np.round(moves).tolist()),
        step_bits=_entropy(_steps(score)),
        held_pitch_rate=float(np.mean(np.abs(moves) < 0.5)) if moves.size else 0.0,
        pitches_per_phrase=float(np.median([len({round(n.pitch_midi) for n in line}) for line in lines])),
        faults=faults,
        mark=0.0,
    )
    return replace(draft, mark=_mark(draft, score))


def figures(report: TakeReport) -> dict[str, float | None]:
    """The figures that bands are kept for, by name."""
    melody = report.melody
    return {
        "chord_tone_rate": melody.chord_tone_rate,
        "strong_chord_tone_rate": melody.strong_chord_tone_rate,
        "stressed_on_strong_rate": melody.stressed_on_strong_rate,
        "range_semitones": melody.range_semitones,
        "mean_leap_semitones": melody.mean_leap_semitones,
        "largest_leap_semitones": melody.largest_leap_semitones,
        "repetition_rate": melody.repetition_rate,
        "commonest_duration_share": melody.commonest_duration_share,
        "syncopated_rate": report.syncopated_rate,
        "interval_bits": report.interval_bits,
        "held_pitch_rate": report.held_pitch_rate,
        "pitches_per_phrase": report.pitches_per_phrase,
    }


def _mark(report: TakeReport, score: Score) -> float:
    known = {name: value for name, value in figures(report).items() if value is not None and name in BANDS}
    costs = sum(BANDS[name].weight * _strangeness(BANDS[name], value) for name, value in known.items())
    total = sum(BANDS[name].weight for name in known)
    sung_s = sum(note.duration_s for note in score.notes)
    for fault, weight in FAULT_WEIGHTS.items():
        share = sum(f.end_s - f.start_s for f in report.faults if f.fault == fault) / sung_s
        costs += weight * min(2.0, share / FAULT_FULL_SHARE)
        total += weight
    if report.returning_rate is not None:
        costs += RETURN_WEIGHT * (1.0 - report.returning_rate)
        total += RETURN_WEIGHT
    return 100.0 * math.exp(-STEEPNESS * costs / total)


def _strangeness(band: Band, value: float) -> float:
    """0 inside the middle half of what people write, 1 at its edges, at most 2."""
    if value < band.inner_low:
        return min(2.0, (band.inner_low - value) / max(band.inner_low - band.low, 1e-6))
    return min(2.0, max(0.0, value - band.inner_high) / max(band.high - band.inner_high, 1e-6))


def _syncopated(score: Score) -> float:
    """Share of notes held over a stronger place than their own."""
    weights = note_weights(score)
    tempo_map = score.tempo_map
    held = []
    for note, weight in zip(score.notes, weights, strict=True):
        first, last = tempo_map.beat_at(note.start_s), tempo_map.beat_at(note.end_s)
        beats = range(math.floor(first + 0.02) + 1, math.ceil(last - 0.02))
        inside = [_weight(beat - tempo_map.first_downbeat, tempo_map.beats_per_bar) for beat in beats]
        held.append(max(inside, default=0.0) > weight + 1e-6)
    return float(np.mean(held))


def _weight(beat: int, beats_per_bar: int) -> float:
    return metrical_weight(float(beat % beats_per_bar), beats_per_bar)


def _pace(lines: list[list[Note]]) -> float:
    """Syllables a second from the first to the last syllable's start of each phrase."""
    sung = [[note.start_s for note in line if note.syllable is not None] for line in lines]
    seconds = sum(starts[-1] - starts[0] for starts in sung if starts)
    return sum(len(starts) - 1 for starts in sung if starts) / seconds if seconds > 0 else 0.0


def _steps(score: Score) -> list[tuple[int, float]]:
    """From each note to the next: semitones, and beats between their starts."""
    beat_at = score.tempo_map.beat_at
    return [
        (round(b.pitch_midi - a.pitch_midi), round(beat_at(b.start_s) - beat_at(a.start_s), 2))
        for a, b in itertools.pairwise(score.notes)
    ]


def _entropy(values: Sequence[Hashable]) -> float:
    counts = np.array(list(Counter(values).values()), np.float64)
    shares = counts / counts.sum() if counts.size else counts
    return float(-np.sum(shares * np.log2(shares)))


def _percent(rate: float | None) -> str:
    return "?" if rate is None else f"{100 * rate:.0f} %"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
