"""Chords: templates on the notes of every beat, decoded under the key and the bar."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.types import CHORD_INTERVALS, ChordSpan, Key, TempoMap

QUALITIES = ("maj", "min", "7", "maj7", "min7", "sus4", "dim")
_BIAS = {"maj": 0.03, "min": 0.03, "7": -0.02, "maj7": -0.02, "min7": -0.02, "sus4": -0.06, "dim": -0.06}
"""What a quality must gain by fitting better before it is believed; triads are the rule."""

EDGE_S = 0.1
"""Beats this close to the start or end of the track open no span of their own."""

_SHARPNESS = 14.0
_BASS_WEIGHT = 0.35
_NO_CHORD_FIT = 0.45
_LEAVE_COST = {"downbeat": 2.0, "half": 3.5, "weak": 6.0}


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
    treble: NDArray[np.float64], bass: NDArray[np.float64], loud: NDArray[np.bool_], *, key: Key, bar: Bar
) -> NDArray[np.intp]:
    """Chord of every beat by Viterbi: index into `chord_names()`, the last being no chord.

    treble, bass: pitch classes of every beat, (n, 12); loud: bool (n,), false where nothing sounds.
    """
    fit = _SHARPNESS * (chord_fit(treble, bass) + _key_prior(key)[None, :])
    fit[~loud, :-1] -= 100.0
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


def chord_fit(treble: NDArray[np.float64], bass: NDArray[np.float64]) -> NDArray[np.float64]:
    """Likeness of every beat to every chord, and to none in the last column: (n, 12 * qualities + 1)."""
    templates, roots, bias = _templates()
    harmony = treble @ templates.T
    low = bass[:, roots] + 0.4 * bass[:, (roots + 7) % 12]
    fit = harmony + _BASS_WEIGHT * low + bias
    return np.concatenate([fit, np.full((len(treble), 1), _NO_CHORD_FIT)], axis=1)


def chord_names() -> tuple[tuple[int | None, str], ...]:
    """Root and quality of every state of `decode_chords`."""
    return (*((root, quality) for quality in QUALITIES for root in range(12)), (None, "maj"))


def chord_spans(path: NDArray[np.intp], tempo_map: TempoMap, duration_s: float) -> tuple[ChordSpan, ...]:
    """Runs of one chord as spans on beats, covering 0 s to the end. path: chord of each span from `span_edges`."""
    edges = span_edges(tempo_map.beats_s, duration_s)
    names = chord_names()
    starts = [0, *(np.nonzero(np.diff(path))[0] + 1).tolist(), path.size]
    return tuple(
        ChordSpan(float(edges[a]), float(edges[b]), *names[int(path[a])]) for a, b in itertools.pairwise(starts)
    )


def span_edges(beats_s: NDArray[np.float64], duration_s: float) -> NDArray[np.float64]:
    """Beats inside the track with its start and end: the edges of the spans that chords are made of."""
    inside = beats_s[(beats_s > EDGE_S) & (beats_s < duration_s - EDGE_S)]
    return np.concatenate([[0.0], inside, [duration_s]])


def _templates() -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    rows, roots, bias = [], [], []
    for quality in QUALITIES:
        for root in range(12):
            row = np.zeros(12)
            for place, step in enumerate(CHORD_INTERVALS[quality]):
                row[(root + step) % 12] = (1.0, 1.0, 0.9, 0.75)[place]
            rows.append(row / np.linalg.norm(row))
            roots.append(root)
            bias.append(_BIAS[quality])
    return np.array(rows), np.array(roots, np.intp), np.array(bias)


def _key_prior(key: Key) -> NDArray[np.float64]:
    """Chords of the key fit a little better: 0 for diatonic ones, less for each note outside the key."""
    scale = set(key.scale)
    if key.mode == "minor":
        scale.add((key.tonic + 11) % 12)
    prior = np.zeros(len(chord_names()))
    for index, (root, quality) in enumerate(chord_names()[:-1]):
        notes = {((root or 0) + step) % 12 for step in CHORD_INTERVALS[quality]}
        prior[index] = -0.06 * len(notes - scale) + (0.02 if root == key.tonic else 0.0)
    return prior
