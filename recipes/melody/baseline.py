"""The least a composer can do: pitches and lengths drawn one by one as often as the training songs have them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
from songs import Song, read_songs

from vocalkit.melody.encode import anchor_of


class Unigrams:
    """How often each length, rest between lines and pitch (above the tonic nearest to a song's middle) occurs."""

    def __init__(self, path: Path) -> None:
        self.pitches: dict[str, Counter[int]] = {"major": Counter(), "minor": Counter()}
        self.lengths: Counter[float] = Counter()
        self.rests: Counter[float] = Counter()
        for song in read_songs(path, "train"):
            anchor = anchor_of(song.tonic, float(np.mean([note[2] for note in song.notes])))
            self.pitches[song.mode].update(note[2] - anchor for note in song.notes)
            lines = song.line_notes()
            self.lengths.update(round((n[1] - n[0]) * song.beat_quarters, 3) for line in lines for n in line)
            self.rests.update(round((b[0][0] - a[-1][1]) * song.beat_quarters, 3) for a, b in pairwise(lines))

    def write(self, song: Song, *, low: int, high: int, seed: int) -> list[tuple[float, float, int, bool]]:
        """Notes like `Song.notes`: a syllable each."""
        rng = np.random.default_rng(seed)
        anchor = anchor_of(song.tonic, (low + high) / 2.0)
        fitting = Counter({k: n for k, n in self.pitches[song.mode].items() if low <= anchor + k <= high})
        now, notes = 0.0, []
        for count, _ in song.lines:
            for length, pitch in zip(_draw(self.lengths, count, rng), _draw(fitting, count, rng), strict=True):
                end = now + length / song.beat_quarters
                notes.append((now, end, anchor + int(pitch), True))
                now = end
            now += _draw(self.rests, 1, rng)[0] / song.beat_quarters
        return notes


def _draw(counts: Counter[int] | Counter[float], size: int, rng: np.random.Generator) -> list[float]:
    values = sorted(counts)
    shares = np.array([counts[value] for value in values], np.float64)  # type: ignore[index]
    return [float(v) for v in rng.choice(np.array(values, np.float64), size=size, p=shares / shares.sum())]
