"""Composers beside human songs that none of them learned from.

    python recipes/melody/evaluate.py --work WORK [--songs 200] [--composers rules learned] [--split test]

Each composer is given what the human had: the words in their lines with their stress, the chords on their beats, the
key, the tempo, the first bar to sing in, the pace of the words, and a voice of nineteen semitones about the middle of
the human tune. `human` is the tune itself; `unigram` draws pitches and lengths by their frequency.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import measures
import numpy as np
from baseline import Unigrams
from songs import Song, read_songs

from vocalkit.errors import VocalkitError
from vocalkit.melody import ComposeSettings, MelodyReport, melody_report
from vocalkit.melody.backends import COMPOSERS
from vocalkit.types import Score

VOICE_SEMITONES = 19
FIGURES = (
    "pitch_similarity", "duration_similarity", "melody_distance", "chord_tone_rate", "strong_chord_tone_rate",
    "stressed_on_strong_rate", "repetition_rate", "range_semitones", "mean_leap_semitones", "commonest_duration_share",
)  # fmt: skip
BANDED = ("repetition_rate", "range_semitones", "mean_leap_semitones", "commonest_duration_share")
Figures = dict[str, float | None]


def compose(song: Song, name: str, seed: int) -> Score:
    """The song's words, set by a composer."""
    pitches = [note[2] for note in song.notes]
    low = math.ceil((min(pitches) + max(pitches) - VOICE_SEMITONES) / 2)
    settings = ComposeSettings(syllables_per_s=float(np.clip(song.syllables_per_s, 1.0, 5.0)))
    first = max(0.0, math.floor(song.notes[0][0] / song.beats_per_bar + 0.5) * song.beats_per_bar)
    composer = type(COMPOSERS[name]())(settings)  # type: ignore[call-arg]
    return composer.compose(
        song.backing(),
        song.lyrics(),
        low_midi=low,
        high_midi=low + VOICE_SEMITONES,
        start_s=song.time_at(first) - 0.004,
        seed=seed,
    )


def in_beats(score: Score, song: Song) -> list[tuple[float, float, int, bool]]:
    """A score's notes as a song keeps them."""
    lead, beat_at = song.beats_per_bar, score.tempo_map.beat_at
    return [
        (beat_at(n.start_s) - lead, beat_at(n.end_s) - lead, round(n.pitch_midi), n.syllable is not None)
        for n in score.notes
    ]


def judge(song: Song, notes: list[tuple[float, float, int, bool]], report: MelodyReport) -> Figures:
    """All figures of one tune for the song's words."""
    made, human = (
        measures.events([(a * song.beat_quarters, b * song.beat_quarters, pitch) for a, b, pitch, _ in tune])
        for tune in (notes, song.notes)
    )
    figures: Figures = {
        "pitch_similarity": measures.pitch_similarity(made, human),
        "duration_similarity": measures.duration_similarity(made, human),
        "melody_distance": measures.melody_distance(made, human),
    }
    return figures | {name: getattr(report, name) for name in FIGURES[3:]}


def judge_all(song: Song, composers: list[str], unigrams: Unigrams, seeds: int) -> dict[str, list[Figures]]:
    """The figures of every composer for one song, one for each seed; empty where it refused the words."""
    found = {"human": [judge(song, song.notes, melody_report(song.score(), song.backing()))]}
    pitches = [note[2] for note in song.notes]
    low = math.ceil((min(pitches) + max(pitches) - VOICE_SEMITONES) / 2)
    for name in ("unigram", *composers):
        found[name] = []
        for seed in range(seeds):
            try:
                if name == "unigram":
                    notes = unigrams.write(song, low=low, high=low + VOICE_SEMITONES, seed=seed)
                    longer = replace(
                        song, notes=notes, bars=max(song.bars, math.ceil(notes[-1][1] / song.beats_per_bar))
                    )
                    score = longer.score()
                else:
                    score = compose(song, name, seed)
            except VocalkitError:
                continue
            found[name].append(judge(song, in_beats(score, song), melody_report(score, song.backing())))
    return found


def table(results: list[dict[str, list[Figures]]], names: list[str]) -> str:
    """Means over songs, and how many songs lie between the human 10th and 90th percentiles."""

    def mean(name: str, figure: str) -> float:
        of_songs = [[f[figure] for f in song[name] if f[figure] is not None] for song in results]
        return float(np.mean([np.mean(values) for values in of_songs if values]))  # type: ignore[arg-type]

    rows = [f"| figure | {' | '.join(names)} |", f"| --- |{' --- |' * len(names)}"]
    rows += [f"| {figure} | {' | '.join(f'{mean(name, figure):.3f}' for name in names)} |" for figure in FIGURES]
    for figure in BANDED:
        humans = [song["human"][0][figure] for song in results]
        low, high = np.percentile(humans, [10, 90])  # type: ignore[arg-type]
        shares = []
        for name in names:
            values = [f[figure] for song in results for f in song[name]]
            shares.append(float(np.mean([low <= value <= high for value in values])))  # type: ignore[operator]
        rows.append(f"| {figure} in {low:.2f} to {high:.2f} | {' | '.join(f'{share:.2f}' for share in shares)} |")
    refused = [sum(not song[name] for song in results) for name in names]
    rows.append(f"| songs refused | {' | '.join(map(str, refused))} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--composers", nargs="+", default=list(COMPOSERS))
    parser.add_argument("--split", default="test")
    parser.add_argument("--songs", type=int, default=200, help="this many, drawn by the hash of their names")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="figures of every song")
    arguments = parser.parse_args()
    songs = sorted(
        read_songs(arguments.work / "songs.jsonl", arguments.split),
        key=lambda song: hashlib.sha256(song.name.encode()).hexdigest(),
    )[: arguments.songs]
    began = time.perf_counter()
    work: Callable[[Song], dict[str, list[Figures]]] = partial(
        judge_all,
        composers=arguments.composers,
        unigrams=Unigrams(arguments.work / "songs.jsonl"),
        seeds=arguments.seeds,
    )
    if arguments.jobs > 1:
        with ProcessPoolExecutor(arguments.jobs) as pool:
            results = list(pool.map(work, songs, chunksize=4))
    else:
        results = [work(song) for song in songs]
    counts = {corpus: sum(song.corpus == corpus for song in songs) for corpus in ("leadsheets", "lieder", "hymns")}
    print(f"{len(songs)} songs of the {arguments.split} split {counts}, {time.perf_counter() - began:.0f} s\n")
    print(table(results, ["human", "unigram", *arguments.composers]))
    if arguments.json is not None:
        rows = [{"name": song.name, "corpus": song.corpus, **found} for song, found in zip(songs, results, strict=True)]
        arguments.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
