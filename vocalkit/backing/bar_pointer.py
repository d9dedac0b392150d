"""Beats and bars from how likely each moment is a beat, and the first of a bar.

Beats are a pointer that runs through the beat at a tempo that may drift (the bar pointer model of Whiteley, Cemgil and
Godsill, ISMIR 2006, cut down to one beat, on the state space of Krebs, Böck and Widmer, ISMIR 2015: a state is a tempo
and a place within the beat, and the tempo changes on beats only). Bars are then counted on those beats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing.pulse import PULSE_RATE_HZ

SLOWEST_BPM, FASTEST_BPM = 54.0, 225.0
PEAK_FRAMES = 3
"""A beat is heard in so many frames: the one it is in, and one on either side."""

_QUIET_PARTS = 4.0
"""How many times rarer a frame is a beat than not, to start with."""
_TEMPO_COST = 90.0
_PREFERRED_BPM, _PRIOR_OCTAVES = 108.0, 0.75
_TEMPO_HINT_SHARE = 0.07


@dataclass(frozen=True, slots=True)
class Bars:
    """How beats fall into bars. first: index of a beat that opens one; score: log likelihood of all beats."""

    beats_per_bar: int
    first: int
    score: float


def periods(tempo_bpm: float | None = None) -> NDArray[np.intp]:
    """Beat lengths in frames that are searched; around a given tempo only those near it."""
    slow, fast = SLOWEST_BPM, FASTEST_BPM
    if tempo_bpm is not None:
        slow, fast = tempo_bpm * (1.0 - _TEMPO_HINT_SHARE), tempo_bpm * (1.0 + _TEMPO_HINT_SHARE)
    low, high = np.floor(60.0 * PULSE_RATE_HZ / fast), np.ceil(60.0 * PULSE_RATE_HZ / slow)
    return np.arange(max(PEAK_FRAMES + 1, int(low)), max(PEAK_FRAMES + 2, int(high)) + 1)


def decode_beats(beat: NDArray[np.float64], *, tempo_bpm: float | None = None) -> NDArray[np.float64]:
    """Frames of the beats on the likeliest path: float64 (n,). beat: probabilities at `PULSE_RATE_HZ`, (t,)."""
    spaces = periods(tempo_bpm)
    prior = np.zeros(spaces.size)
    if tempo_bpm is None:
        bpm = 60.0 * PULSE_RATE_HZ / spaces
        prior = -0.5 * np.square(np.log2(bpm / _PREFERRED_BPM) / _PRIOR_OCTAVES)
    sounding = np.log(np.clip(beat, 1e-4, 1.0))
    quiet = np.log(np.clip(1.0 - beat, 1e-4, 1.0) / _QUIET_PARTS)
    return _Trellis(spaces).decode(sounding - quiet, prior)


class _Trellis:
    """States laid out by tempo and place in the beat."""

    def __init__(self, spaces: NDArray[np.intp]) -> None:
        self._spaces = spaces
        ends = np.cumsum(spaces)
        self._firsts, self._lasts = ends - spaces, ends - 1
        self._sounding = np.concatenate([self._firsts + place for place in range(PEAK_FRAMES)])
        cost = -_TEMPO_COST * np.abs(spaces[None, :] / spaces[:, None] - 1.0)
        self._cost = cost - np.log(np.exp(cost).sum(axis=1, keepdims=True))

    def decode(self, gain: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
        """gain: what a frame adds to paths that have a beat there, (t,); prior: of every tempo."""
        score = np.repeat(prior - np.log(self._spaces), self._spaces)
        back = np.zeros((gain.size, self._spaces.size), np.int16)
        tempos = np.arange(self._spaces.size)
        for frame in range(gain.size):
            moves = score[self._lasts][:, None] + self._cost
            back[frame] = moves.argmax(axis=0)
            score[1:] = score[:-1]
            score[self._firsts] = moves[back[frame], tempos]
            score[self._sounding] += gain[frame]
        return self._trace(score, back)

    def _trace(self, score: NDArray[np.float64], back: NDArray[np.int16]) -> NDArray[np.float64]:
        """Beats back from the best last state; a beat lies in the middle of the frames it is heard in."""
        state = int(score.argmax())
        tempo = int(np.searchsorted(self._firsts, state, side="right")) - 1
        frame = len(back) - 1 - (state - int(self._firsts[tempo]))
        beats = []
        while frame >= 0:
            beats.append(float(frame + PEAK_FRAMES // 2))
            tempo = int(back[frame, tempo])
            frame -= int(self._spaces[tempo])
        return np.array(beats[::-1])


def count_bars(downbeat: NDArray[np.float64], *, beats_per_bar: int) -> Bars:
    """The best place for the bar lines. downbeat: how likely each beat opens a bar, (n,)."""
    opens = np.log(np.clip(downbeat, 0.02, 0.98))
    inside = np.log(1.0 - np.clip(downbeat, 0.02, 0.98))
    gain = opens - inside
    scores = [float(inside.sum() + gain[first::beats_per_bar].sum()) for first in range(beats_per_bar)]
    best = int(np.argmax(scores))
    return Bars(beats_per_bar, best, scores[best])
