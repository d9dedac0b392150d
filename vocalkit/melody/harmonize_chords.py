"""The chords under a tune: its own, or the likeliest ones where a score has no chord symbols."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vocalkit.types import ChordSpan, Key, Score

_ROMAN = {"major": ((0, "maj"), (2, "min"), (4, "min"), (5, "maj"), (7, "maj"), (9, "min")),
          "minor": ((0, "min"), (3, "maj"), (5, "min"), (7, "maj"), (8, "maj"), (10, "maj"))}  # fmt: skip
"""Triads that songs are made of, as semitones above the tonic; the fifth of minor with its leading tone."""
_LIKELY = {"major": (1.0, 0.2, 0.1, 0.7, 0.9, 0.4), "minor": (1.0, 0.5, 0.6, 0.7, 0.5, 0.4)}
_TO_HOME = 0.3
_CHANGE = 0.25
_STRONG_BONUS = 0.5


def chords_under(score: Score) -> tuple[tuple[ChordSpan, ...], Key, tuple[str, ...]]:
    """Chords, key and warnings. Chords of the score (or of the backing it was set on) come first."""
    if any(chord.root is not None for chord in score.chords):
        return score.chords, score.key or _key_of(score), ()
    key = score.key or _key_of(score)
    heard = "" if score.key is not None else f" in {key.name}, which was guessed as well"
    notice = (
        f"the score has no chord symbols: chords were guessed from the tune{heard}; write them in, or give --backing"
    )
    return _guessed(score, key), key, (notice,)


def _guessed(score: Score, key: Key) -> tuple[ChordSpan, ...]:
    """A triad for every bar (half bars of four beats): what the tune's notes belong to, going on as songs do."""
    grid = score.tempo_map
    size = grid.beats_per_bar / 2 if grid.beats_per_bar == 4 else float(grid.beats_per_bar)
    first = math.floor((grid.beat_at(score.notes[0].start_s) - grid.first_downbeat) / size)
    last = math.ceil((grid.beat_at(score.end_s) - grid.first_downbeat) / size)
    edges_s = [grid.time_at(grid.first_downbeat + size * at) for at in range(first, max(last, first + 1) + 1)]
    sounds = _sounds(score, np.array(edges_s))
    triads = [((key.tonic + step) % 12, quality) for step, quality in _ROMAN[key.mode]]
    fits = np.array([_fit(sounds, root, quality) for root, quality in triads]).T + 0.4 * np.array(_LIKELY[key.mode])
    path = _walk(fits)
    spans = []
    for at, choice in enumerate(path):
        root, quality = triads[choice]
        start_s = max(0.0, edges_s[at])
        if edges_s[at + 1] > start_s:
            spans.append(ChordSpan(start_s, edges_s[at + 1], root, quality))
    return tuple(spans)


def _sounds(score: Score, edges_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pitch classes that sound in every span, shares of it; what begins the span counts more: float64 (n, 12)."""
    sounds = np.zeros((edges_s.size - 1, 12))
    for note in score.notes:
        for at in range(edges_s.size - 1):
            shared_s = min(note.end_s, edges_s[at + 1]) - max(note.start_s, edges_s[at])
            if shared_s > 0:
                opens = abs(note.start_s - edges_s[at]) < 0.05
                share = shared_s / (edges_s[at + 1] - edges_s[at])
                sounds[at, round(note.pitch_midi) % 12] += share + (_STRONG_BONUS * share if opens else 0.0)
    return sounds


def _fit(sounds: NDArray[np.float64], root: int, quality: str) -> NDArray[np.float64]:
    inside = list(ChordSpan(0.0, 1.0, root, quality).pitch_classes)
    fits: NDArray[np.float64] = 2.0 * sounds[:, inside].sum(axis=1) - sounds.sum(axis=1)
    return fits


def _walk(fits: NDArray[np.float64]) -> list[int]:
    """The best triad of every span, (n,): a change costs a little, and a tune ends at home."""
    count = fits.shape[1]
    change = _CHANGE * (1.0 - np.eye(count))
    total, back = fits[0].copy(), []
    for row in fits[1:]:
        paths = total[None, :] - change
        back.append(paths.argmax(axis=1))
        total = paths.max(axis=1) + row
    total[0] += _TO_HOME
    at = int(total.argmax())
    path = [at]
    for pointers in reversed(back):
        at = int(pointers[at])
        path.append(at)
    return path[::-1]


def _key_of(score: Score) -> Key:
    """The key whose scale and tonic triad hold most of the tune, its last note counting as home."""
    heard = np.zeros(12)
    for note in score.notes:
        heard[round(note.pitch_midi) % 12] += note.duration_s
    heard /= heard.sum()
    home = round(score.notes[-1].pitch_midi) % 12
    best, found = -math.inf, Key(0, "major")
    for tonic in range(12):
        for mode in ("major", "minor"):
            key = Key(tonic, mode)  # type: ignore[arg-type]
            third = 4 if mode == "major" else 3
            triad = heard[tonic] + heard[(tonic + third) % 12] + heard[(tonic + 7) % 12]
            value = float(heard[list(key.scale)].sum() + 0.4 * triad + 0.25 * (home == tonic))
            if value > best:
                best, found = value, key
    return found
