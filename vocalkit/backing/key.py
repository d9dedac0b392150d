"""The home key, and the keys a track goes through.

The home key is agreed on by the network and by rules: correlation with pitch-class profiles, weighed with which chords
and basses are home. On takes kept for validation the two together were right more often than either.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from vocalkit.types import Key, KeySpan

PROFILES = {
    # Krumhansl and Kessler (1982), Temperley (2001) and Albrecht and Shanahan (2013), tonic first.
    "krumhansl": (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    ),
    "temperley": (
        (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
        (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
    ),
    "albrecht": (
        (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
        (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
    ),
}
"""Weight of each scale step in major and in minor."""

_HOME_WEIGHT = 0.35
_RULES_WEIGHT = 5.0
"""How much log likelihood a point of `key_scores` is worth."""

_LEAVE_COST = 14.0
"""Log likelihood that a new key must win before it is believed: a borrowed chord is no modulation."""


def home_key(likely: NDArray[np.float64], treble: NDArray[np.float64], bass: NDArray[np.float64]) -> Key:
    """The likeliest key of a whole track. likely: log probabilities of keys (n, 24); treble, bass: pitch classes of the
    same spans, (n, 12). C major where n is 0.
    """
    if len(likely) == 0:
        return Key(0, "major")
    return _key(int((likely.mean(axis=0) + _RULES_WEIGHT * key_scores(treble, bass).ravel()).argmax()))


def key_scores(
    treble: NDArray[np.float64], bass: NDArray[np.float64], *, profile: str = "albrecht"
) -> NDArray[np.float64]:
    """How well each key fits: float64 (2, 12), rows major and minor, columns tonics.

    treble, bass: pitch classes of every beat, (n, 12).
    """
    total, low = treble.sum(axis=0), bass.sum(axis=0)
    scores = np.zeros((2, 12))
    for mode, shape in enumerate(PROFILES[profile]):
        for tonic in range(12):
            scores[mode, tonic] = _correlation(total, np.roll(shape, tonic))
            scores[mode, tonic] += _HOME_WEIGHT * _correlation(low, np.roll(shape, tonic))
            third = tonic + (4 if mode == 0 else 3)
            home = treble[:, tonic] + treble[:, third % 12] + treble[:, (tonic + 7) % 12]
            scores[mode, tonic] += _HOME_WEIGHT * float(np.mean(home)) / np.sqrt(3.0)
    return scores


def key_spans(
    likely: NDArray[np.float64], edges_s: NDArray[np.float64], heard: NDArray[np.bool_], known: Key | None
) -> tuple[KeySpan, ...]:
    """Keys in turn, covering the track, by Viterbi. heard: bool (n,), false where nothing pitched sounds.

    known: the only key there is, where the user gave it.
    """
    if known is not None or not np.any(heard):
        return (KeySpan(float(edges_s[0]), float(edges_s[-1]), known or Key(0, "major")),)
    emission = np.where(heard[:, None], likely, 0.0)
    score, back = emission[0].copy(), np.zeros(emission.shape, np.intp)
    states = np.arange(24)
    for index in range(1, len(emission)):
        best = int(score.argmax())
        moved = score[best] - _LEAVE_COST
        stay = score >= moved
        back[index] = np.where(stay, states, best)
        score = np.where(stay, score, moved) + emission[index]
    path = np.zeros(len(emission), np.intp)
    path[-1] = int(score.argmax())
    for index in range(len(emission) - 1, 0, -1):
        path[index - 1] = back[index, path[index]]
    starts = [0, *(np.nonzero(np.diff(path))[0] + 1).tolist(), path.size]
    return tuple(
        KeySpan(float(edges_s[a]), float(edges_s[b]), _key(int(path[a]))) for a, b in itertools.pairwise(starts)
    )


def _key(index: int) -> Key:
    return Key(index % 12, "minor" if index >= 12 else "major")


def _correlation(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    a, b = left - left.mean(), right - np.mean(right)
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / norm if norm > 1e-9 else 0.0
