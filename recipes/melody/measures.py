"""How like a human tune another one is: the three figures of SongMASS (Sheng et al., AAAI 2021).

Pitch and duration similarity: overlap of the two songs' histograms (MIDI numbers with rests as one more, and lengths
in sixteenth notes with those of rests), 0 to 1. Melody distance: both tunes as a pitch every eighth note, rests
filled with the pitch before, less their mean; dynamic time warping; the sum of distances on the best path over the
length of the tune that is judged. As in the authors' evaluation code, read to settle what the paper leaves open.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

REST = 128
LONGEST_SIXTEENTHS = 132
EVERY_SIXTEENTHS = 2
Event = tuple[int, int]
"""MIDI pitch or `REST`, and length in sixteenths."""


def events(notes: list[tuple[float, float, int]]) -> list[Event]:
    """Notes (start, end in quarters, pitch) with the rests between them, lengths of at least a sixteenth."""
    made: list[Event] = []
    before = notes[0][0] if notes else 0.0
    for start, end, pitch in notes:
        rest = round((start - before) * 4)
        if rest >= 1:
            made.append((REST, min(rest, LONGEST_SIXTEENTHS)))
        made.append((pitch, int(np.clip(round((end - start) * 4), 1, LONGEST_SIXTEENTHS))))
        before = end
    return made


def overlap(one: list[int], other: list[int]) -> float:
    """Shared area of two histograms, 0 to 1."""
    a, b = Counter(one), Counter(other)
    return sum(min(a[value] / len(one), b[value] / len(other)) for value in a)


def pitch_similarity(made: list[Event], human: list[Event]) -> float:
    return overlap([pitch for pitch, _ in made], [pitch for pitch, _ in human])


def duration_similarity(made: list[Event], human: list[Event]) -> float:
    return overlap([length for _, length in made], [length for _, length in human])


def melody_distance(made: list[Event], human: list[Event]) -> float:
    """Semitones per eighth note of the made tune on the best warping path."""
    one, other = _series(made), _series(human)
    return _warped(one - one.mean(), other - other.mean()) / len(one)


def _series(tune: list[Event]) -> NDArray[np.float64]:
    series: list[int] = []
    for pitch, length in tune:
        if pitch != REST or series:
            series += [pitch if pitch != REST else series[-1]] * length
    return np.array(series[::EVERY_SIXTEENTHS], np.float64)


def _warped(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Least sum of absolute differences over warping paths with steps right, down and diagonal, by anti-diagonals."""
    rows, columns = len(one), len(other)
    before = np.full(rows + 1, np.inf)
    latest = np.full(rows + 1, np.inf)
    before[0] = 0.0
    for total in range(2, rows + columns + 1):
        low, high = max(1, total - columns), min(rows, total - 1)
        i = np.arange(low, high + 1)
        cost = np.abs(one[i - 1] - other[total - i - 1])
        now = np.full(rows + 1, np.inf)
        now[i] = cost + np.minimum(np.minimum(latest[i - 1], latest[i]), before[i - 1])
        before, latest = latest, now
    return float(latest[rows])
