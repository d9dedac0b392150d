"""Beats and bars over the whole track: from likely beats to a tempo map, and what had to be assumed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing import beats
from vocalkit.backing.bar_pointer import Bars, count_bars, decode_beats
from vocalkit.backing.features import GATE_DB, Features
from vocalkit.backing.onsets import ONSET_RATE_HZ, onset_envelope
from vocalkit.backing.pulse import FRAME_POOL, PULSE_RATE_HZ, Pulse, hear_pulse, strength_near
from vocalkit.backing.subdivision import log_odds_of_three
from vocalkit.errors import InputError
from vocalkit.types import Given, Metre, TempoMap

ASSUMED_BPM = 100.0
"""Tempo of the grid where no beat is heard."""

BEATLESS = 0.4
"""Beat confidence under which the grid is an assumption rather than something heard."""

_METRE_PRIOR = {4: 0.0, 3: -0.05, 2: -0.6, 5: -0.6}
"""Pulses a bar that are tried, and the log likelihood each gives away on every beat."""
_UNUSUAL_BAR = 2.0
"""Log odds against three in a beat where the bar has not two: a swung 4/4 is no 12/8 to whoever plays it."""
_SURE_MARGIN_A_BAR = 0.15
_TEMPO_CHANGE = 0.15
_NEAR_BEATS = 0.3
_ANCHOR_WEIGHT = 1.0 - 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """pulse_beats: as in `Backing`; assumed: what could not be heard, a line each."""

    tempo_map: TempoMap
    confidence: float
    pulse_beats: int = 1
    assumed: tuple[str, ...] = ()


def hear_grid(features: Features, semitones: NDArray[np.float64], given: Given) -> Grid:
    """The beats of a track. Steady ones, with a low confidence, where none are heard."""
    envelope = onset_envelope(features.onsets)
    if given.tempo_map is not None:
        return Grid(given.tempo_map, 1.0, given.pulse_beats)
    if features.silent or not np.any(envelope):
        return _steady(features, given, 0.0)
    pulse = _anchored(hear_pulse(features.bands, semitones), given.first_downbeat_s)
    frames = decode_beats(pulse.beat, tempo_bpm=given.tempo_bpm)
    confidence = beats.confidence(frames / PULSE_RATE_HZ, pulse.beat)
    if confidence < BEATLESS or frames.size < 4:
        return _steady(features, given, min(confidence, BEATLESS - 0.01))
    found = (frames + 0.25) * FRAME_POOL
    if given.first_downbeat_s is None:
        found = beats.on_the_kick(found, onset_envelope(features.onsets[:1]), envelope)
    heard_s = beats.settle(found, envelope)
    in_three = log_odds_of_three(features.bands, heard_s)
    bars, unsure = _bars(strength_near(pulse.downbeat, heard_s), given, in_three=in_three > 0.0)
    heard_s, first = _from_first_bar(heard_s, bars.first, given.first_downbeat_s)
    times_s = beats.cover(heard_s, features.duration_s)
    first_index = int(np.abs(times_s - heard_s[first]).argmin())
    pulses = bars.beats_per_bar
    compound = in_three > (0.0 if pulses == 2 else _UNUSUAL_BAR)
    if given.metre is not None:
        compound = given.metre.pulse_beats == 3
    assumed = _doubts(times_s, pulses, unsure, given, features)
    tempo_map = TempoMap(times_s, pulses, first_index % pulses)
    return Grid(_in_threes(tempo_map), confidence, 3, assumed) if compound else Grid(tempo_map, confidence, 1, assumed)


def _bars(downbeat: NDArray[np.float64], given: Given, *, in_three: bool) -> tuple[Bars, int | None]:
    """The best bars for beats, and another number of beats a bar that fits nearly as well.

    in_three: beats fall in three, so that two of them make a common bar (6/8).
    """
    wanted = _METRE_PRIOR | ({2: -0.1} if in_three else {})
    if given.metre is not None:
        wanted = {given.metre.pulses: 0.0}
    found = {count: count_bars(downbeat, beats_per_bar=count) for count in wanted}
    scores = {count: found[count].score + prior * downbeat.size for count, prior in wanted.items()}
    best, *others = sorted(scores, key=lambda count: -scores[count])
    margin = _SURE_MARGIN_A_BAR * max(1.0, downbeat.size / best)
    near = [other for other in others if scores[best] - scores[other] < margin]
    return found[best], near[0] if near else None


def _anchored(pulse: Pulse, first_downbeat_s: float | None) -> Pulse:
    """The same with a certain downbeat at a given time, and no beat right beside it."""
    if first_downbeat_s is None:
        return pulse
    beat, downbeat = pulse.beat.copy(), pulse.downbeat.copy()
    at = min(round(first_downbeat_s * PULSE_RATE_HZ), beat.size - 1)
    near = slice(max(0, at - 8), at + 9)
    beat[near] = downbeat[near] = 0.0
    beat[at] = downbeat[at] = _ANCHOR_WEIGHT
    return Pulse(beat, downbeat)


def _from_first_bar(
    heard_s: NDArray[np.float64], first: int, first_downbeat_s: float | None
) -> tuple[NDArray[np.float64], int]:
    """Beats and the index of one that opens a bar: the given one, put exactly where the user wants it."""
    if first_downbeat_s is None:
        return heard_s, min(first, heard_s.size - 1)
    nearest = int(np.abs(heard_s - first_downbeat_s).argmin())
    miss_s = first_downbeat_s - float(heard_s[nearest])
    period_s = float(np.median(np.diff(heard_s)))
    if abs(miss_s) > _NEAR_BEATS * period_s:
        # What is heard and what is given do not meet: the user knows better, and all beats go along.
        moved = heard_s + miss_s - period_s * round(miss_s / period_s)
        return moved, int(np.abs(moved - first_downbeat_s).argmin())
    # A steady grid moves as one; a hand-played one bends to the given beat within a bar.
    steps = np.abs(np.arange(heard_s.size) - nearest)
    share = 1.0 if np.std(np.diff(heard_s)) < 1e-6 else np.maximum(0.0, 1.0 - steps / 4.0)
    return heard_s + miss_s * share, nearest


def _in_threes(pulses: TempoMap) -> TempoMap:
    """Every pulse of a compound metre as its three beats."""
    at = np.arange(3 * (pulses.beats_s.size - 1) + 1) / 3.0
    times_s = np.interp(at, np.arange(pulses.beats_s.size), pulses.beats_s)
    return TempoMap(times_s, 3 * pulses.beats_per_bar, 3 * pulses.first_downbeat)


def _steady(features: Features, given: Given, confidence: float) -> Grid:
    """A grid at the given or an assumed tempo, its first bar where the user or the first sound says."""
    metre = given.metre or Metre(4, 4)
    bpm = given.tempo_bpm or ASSUMED_BPM
    period_s = 60.0 / bpm
    sounding = np.nonzero(features.level_db > GATE_DB)[0]
    heard_s = float(sounding[0]) / ONSET_RATE_HZ if sounding.size else 0.0
    first_s = heard_s if given.first_downbeat_s is None else given.first_downbeat_s
    start_s = first_s % period_s
    count = max(2, int(np.ceil((features.duration_s - start_s) / period_s)) + 1)
    first = round((first_s - start_s) / period_s)
    tempo_map = TempoMap(
        np.asarray(start_s + period_s * np.arange(count), np.float64), metre.pulses, first % metre.pulses
    )
    known = given.tempo_bpm is not None and given.first_downbeat_s is not None
    taken = f"a grid of {bpm:g} BPM in {metre.count}/{metre.unit} is assumed from {first_s:.2f} s"
    line = f"no steady beat is heard: {taken}; give --tempo and --first-downbeat if you know them"
    assumed = () if known else (line,)
    if metre.pulse_beats == 3:
        return Grid(_in_threes(tempo_map), confidence, 3, assumed)
    return Grid(tempo_map, confidence, 1, assumed)


def _doubts(
    times_s: NDArray[np.float64], pulses: int, unsure: int | None, given: Given, features: Features
) -> tuple[str, ...]:
    """Lines about what may be otherwise than it was taken."""
    found = []
    if pulses not in (2, 3, 4) and given.metre is None:
        found.append(f"bars of {pulses} beats are heard, which is rare; give --metre if that is wrong")
    elif unsure is not None and {pulses, unsure} != {2, 4}:
        found.append(
            f"bars are taken to have {pulses} beats, but {unsure} fit nearly as well; give --metre if you know"
        )
    if times_s.size >= 16:
        periods = np.convolve(np.diff(times_s), np.ones(8) / 8.0, mode="valid")
        slow, fast = 60.0 / periods.max(), 60.0 / periods.min()
        if fast / slow > 1.0 + _TEMPO_CHANGE:
            found.append(f"the tempo moves between {slow:.0f} and {fast:.0f} BPM; the beats follow it as far as heard")
    sounding = np.nonzero(features.level_db > GATE_DB)[0]
    if sounding.size and sounding[0] / ONSET_RATE_HZ > 2.0:
        found.append(f"the first {sounding[0] / ONSET_RATE_HZ:.1f} s are silent; the beat is counted back through them")
    return tuple(found)


def check_tempo_map(tempo_map: TempoMap, duration_s: float) -> None:
    """Raises InputError where given beats cannot be those of a track of this length."""
    if tempo_map.beats_s[0] < 0 or tempo_map.beats_s[0] > duration_s:
        raise InputError(f"the given beats begin at {tempo_map.beats_s[0]:.2f} s, outside the track")
