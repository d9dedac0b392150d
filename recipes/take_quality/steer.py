"""How far each slider moves its figure, how much the best of several gains, and how far variations are apart.

    python recipes/take_quality/steer.py --lyrics docs/examples/lyrics --seeds 4

The words of every file are set on four bars of chords that go round, at three tempos, by the rule composer.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vocalkit.lyrics import read_lyrics
from vocalkit.melody import load_composer
from vocalkit.melody.quality import TakeReport, take_report
from vocalkit.melody.sliders import compose_settings
from vocalkit.melody.takes import distance, write_takes
from vocalkit.types import Backing, ChordSpan, Key, Lyrics, Score, Sliders, TempoMap, Wishes

TEMPOS = (76.0, 104.0, 138.0)
CHORDS = ((0, "maj"), (7, "maj"), (9, "min"), (5, "maj"))
LOW_MIDI, HIGH_MIDI, DURATION_S = 55.0, 74.0, 240.0
FIGURES: dict[str, Callable[[TakeReport], float]] = {
    "range": lambda report: report.melody.range_semitones,
    "energy": lambda report: report.tessitura_midi,
    "complexity": lambda report: report.step_bits,
    "density": lambda report: report.syllables_per_s,
    "repetition": lambda report: report.melody.repetition_rate,
    "syncopation": lambda report: report.syncopated_rate,
}


def backing(bpm: float) -> Backing:
    grid = TempoMap.constant(bpm, duration_s=DURATION_S)
    edges = grid.downbeats_s.tolist()
    chords = tuple(ChordSpan(a, b, *CHORDS[i % 4]) for i, (a, b) in enumerate(itertools.pairwise(edges)))
    return Backing(DURATION_S, grid, Key(0, "major"), chords, ())


def judged(score: Score, under: Backing) -> TakeReport:
    return take_report(score, under, low_midi=LOW_MIDI, high_midi=HIGH_MIDI)


def written(lyrics: Lyrics, under: Backing, seed: int, wishes: Wishes) -> Score:
    composer = load_composer("rules", compose_settings(wishes))
    return composer.compose(under, lyrics, low_midi=LOW_MIDI, high_midi=HIGH_MIDI, start_s=None, seed=seed)


def sliders(songs: list[Lyrics], seeds: int) -> None:
    print("slider, its figure at -1, -0.5, 0, 0.5, 1; in brackets the mean mark")
    for name, figure in FIGURES.items():
        cells = []
        for value in (-1.0, -0.5, 0.0, 0.5, 1.0):
            reports = [
                judged(written(lyrics, under, seed, Wishes(Sliders(**{name: value}))), under)
                for lyrics in songs
                for under in map(backing, TEMPOS)
                for seed in range(seeds)
            ]
            marks = np.mean([report.mark for report in reports])
            cells.append(f"{np.mean([figure(report) for report in reports]):.3f} ({marks:.0f})")
        print(f"{name:12} {'  '.join(cells)}")


def takes(songs: list[Lyrics], seeds: int) -> None:
    under = backing(TEMPOS[1])
    for best_of in (1, 4, 8):
        marks, began = [], time.process_time()
        for lyrics, seed in itertools.product(songs, range(seeds)):
            found = write_takes(
                lambda own, lyrics=lyrics: written(lyrics, under, own, Wishes()),  # type: ignore[misc]
                lambda score: judged(score, under),
                seed=seed,
                best_of=best_of,
            )
            marks.append(found.chosen[0].report.mark)
        seconds = (time.process_time() - began) / len(marks)
        print(f"best of {best_of}: mean mark {np.mean(marks):.1f}, least {np.min(marks):.1f}; {seconds:.2f} s a song")
    apart, short = [], 0
    for lyrics in songs:
        found = write_takes(
            lambda own, lyrics=lyrics: written(lyrics, under, own, Wishes()),  # type: ignore[misc]
            lambda score: judged(score, under),
            seed=0,
            count=4,
        )
        short += bool(found.warnings)
        apart += [distance(a.score, b.score) for a, b in itertools.combinations(found.chosen, 2)]
    print(f"4 variations: distance {np.min(apart):.2f} to {np.max(apart):.2f}, {short} of {len(songs)} songs warned")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lyrics", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--songs", type=int, default=4)
    args = parser.parse_args()
    songs = [read_lyrics(path) for path in sorted(args.lyrics.glob("*.txt"))[: args.songs]]
    sliders(songs, args.seeds)
    takes(songs, args.seeds)


if __name__ == "__main__":
    main()
