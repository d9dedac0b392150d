"""Chords: how likely each is on every pulse, decoded under the bar."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing.harmony import QUALITIES
from vocalkit.types import CHORD_INTERVALS, ChordSpan, Key

EDGE_S = 0.1
"""Beats this close to the start or end of the track open no span of their own."""

_LEAVE_COST = {"downbeat": 0.8, "half": 1.6, "weak": 2.6}
_FOREIGN_COST = 0.25
"""What each note outside a given key takes from a chord's log likelihood."""


@dataclass(frozen=True, slots=True, eq=False)
class Bar:
    """Where beats stand. first_downbeat: index of a beat that opens a bar."""

    beats_per_bar: int
    first_downbeat: int

    def leave_cost(self, index: int) -> float:
        """Cost of a new chord on beat `index`: chords like to change where bars and half bars begin."""
        place = (index - self.first_downbeat) % self.beats_per_bar
        if place == 0:
            return _LEAVE_COST["downbeat"]
        return _LEAVE_COST["half"] if 2 * place == self.beats_per_bar else _LEAVE_COST["weak"]


def decode_chords(
    likely: NDArray[np.float64], sounding: NDArray[np.bool_], *, key: Key | None, bar: Bar
) -> NDArray[np.intp]:
    """Chord of every span by Viterbi: index into `chord_names()`, the last being no chord.

    likely: log probabilities (n, chords); sounding: bool (n,), false where nothing pitched is; key: the user's.
    """
    fit = likely.copy() if key is None else likely + _key_prior(key)[None, :]
    fit[~sounding, :-1] -= 100.0
    score, back = fit[0], np.zeros(fit.shape, np.intp)
    states = np.arange(fit.shape[1])
    for index in range(1, len(fit)):
        best = int(score.argmax())
        moved = score[best] - bar.leave_cost(index)
        stay = score >= moved
        back[index] = np.where(stay, states, best)
        score = np.where(stay, score, moved) + fit[index]
    path = np.zeros(len(fit), np.intp)
    path[-1] = int(score.argmax())
    for index in range(len(fit) - 1, 0, -1):
        path[index - 1] = back[index, path[index]]
    return path


def chord_names() -> tuple[tuple[int | None, str], ...]:
    """Root and quality of every state of `decode_chords`."""
    return (*((root, quality) for quality in QUALITIES for root in range(12)), (None, "maj"))


def chord_spans(path: NDArray[np.intp], edges_s: NDArray[np.float64]) -> tuple[ChordSpan, ...]:
    """Runs of one chord as spans, covering 0 s to the end. path: chord of each span between edges."""
    names = chord_names()
    starts = [0, *(np.nonzero(np.diff(path))[0] + 1).tolist(), path.size]
    return tuple(
        ChordSpan(float(edges_s[a]), float(edges_s[b]), *names[int(path[a])]) for a, b in itertools.pairwise(starts)
    )


def span_edges(beats_s: NDArray[np.float64], duration_s: float) -> NDArray[np.float64]:
    """Beats inside the track with its start and end: the edges of the spans that chords are made of."""
    inside = beats_s[(beats_s > EDGE_S) & (beats_s < duration_s - EDGE_S)]
    return np.concatenate([[0.0], inside, [duration_s]])


def _key_prior(key: Key) -> NDArray[np.float64]:
    """0 for chords of the key, less for each note outside it."""
    scale = set(key.scale)
    if key.mode == "minor":
        scale.add((key.tonic + 11) % 12)
    prior = np.zeros(len(chord_names()))
    for index, (root, quality) in enumerate(chord_names()[:-1]):
        notes = {((root or 0) + step) % 12 for step in CHORD_INTERVALS[quality]}
        prior[index] = -_FOREIGN_COST * len(notes - scale)
    return prior
