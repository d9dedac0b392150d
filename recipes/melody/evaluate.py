"""Composers beside human songs that none of them learned from.

    python recipes/melody/evaluate.py --work WORK [--songs 200] [--composers rules learned] [--split test]

Each composer is given what the human had: the words in their lines with their stress, the bars of each line, the chords
on their beats, the key, the tempo, and a voice of nineteen semitones about the middle of the human tune. With `--free`
it finds bars itself, told the first one and the pace of the words. `human` is the tune itself; `unigram` draws pitches
and lengths by their frequency.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import measures
import numpy as np
from baseline import Unigrams
from songs import LEAD_IN_BARS, Song, read_songs

from vocalkit.errors import VocalkitError
from vocalkit.melody import ComposeSettings, MelodyReport, melody_report
from vocalkit.melody.backends import COMPOSERS, load_composer
from vocalkit.melody.layout import LineSpan
from vocalkit.types import Score

VOICE_SEMITONES = 19
FIGURES = (
    "pitch_similarity", "duration_similarity", "melody_distance", "chord_tone_rate", "strong_chord_tone_rate",
    "stressed_on_strong_rate", "repetition_rate", "range_semitones", "mean_leap_semitones", "commonest_duration_share",
)  # fmt: skip
BANDED = ("repetition_rate", "range_semitones", "mean_leap_semitones", "commonest_duration_share")
Figures = dict[str, float | None]


def placed(song: Song) -> tuple[Song, tuple[LineSpan, ...]]:
    """The song with lines of at least a bar, and the bars that the human gave them: from the one a line opens or leads
    into, to the one it ends in or the next line."""
    firsts: list[int] = []
    ends: list[float] = []
    lines: list[tuple[int, bool]] = []
    for (count, closes), notes in zip(song.lines, song.line_notes(), strict=True):
        first = math.floor(notes[0][0] / song.beats_per_bar + 0.5)
        if firsts and first <= firsts[-1]:
            lines[-1] = (lines[-1][0] + count, closes)
            ends[-1] = notes[-1][1]
        else:
            firsts.append(first)
            lines.append((count, closes))
            ends.append(notes[-1][1])
    limits = [*firsts[1:], song.bars]
    spans = []
    for index, (first, end, limit) in enumerate(zip(firsts, ends, limits, strict=True)):
        bars = min(limit, math.ceil(end / song.beats_per_bar - 1e-6)) - first
        spans.append(LineSpan(0, index, first + LEAD_IN_BARS, max(1, bars)))
    return replace(song, lines=lines), tuple(spans)


def lowest(song: Song) -> int:
    """Lowest pitch of a voice about the middle of the human tune."""
    pitches = [note[2] for note in song.notes]
    return math.ceil((min(pitches) + max(pitches) - VOICE_SEMITONES) / 2)


def compose(song: Song, name: str, seed: int, *, free: bool = False) -> Score:
    """The song's words, set by a composer. free: on bars of its own choice."""
    maker = type(load_composer(name))
    if not free:
        song, spans = placed(song)
        maker = type("Placed", (maker,), {"_spans": lambda *_: spans})
    low = lowest(song)
    settings = ComposeSettings(syllables_per_s=float(np.clip(song.syllables_per_s, 1.0, 5.0)))
    first = max(0.0, math.floor(song.notes[0][0] / song.beats_per_bar + 0.5) * song.beats_per_bar)
    composer = maker(settings)  # type: ignore[call-arg]
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


@dataclass(frozen=True, slots=True)
class Trial:
    """One composer on one song. free: on bars of its own choice."""

    song: Song
    name: str
    seeds: int
    free: bool


def judge_trial(trial: Trial, unigrams: Unigrams) -> list[Figures]:
    """Figures of a composer's tunes for one song, one for each seed; none where it refused the words."""
    song, found = trial.song, []
    if trial.name == "human":
        return [judge(song, song.notes, melody_report(song.score(), song.backing()))]
    for seed in range(trial.seeds):
        try:
            if trial.name == "unigram":
                notes = unigrams.write(song, low=lowest(song), high=lowest(song) + VOICE_SEMITONES, seed=seed)
                bars = max(song.bars, math.ceil(notes[-1][1] / song.beats_per_bar))
                score = replace(song, notes=notes, bars=bars).score()
            else:
                score = compose(song, trial.name, seed, free=trial.free)
        except VocalkitError:
            continue
        found.append(judge(song, in_beats(score, song), melody_report(score, song.backing())))
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
    parser.add_argument("--free", action="store_true", help="composers also choose the bars of each line")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--json",
        type=Path,
        default=None,
        metavar="FILE",
        help="figures of every song; composers that it holds already are not run again",
    )
    arguments = parser.parse_args()
    songs = sorted(
        read_songs(arguments.work / "songs.jsonl", arguments.split),
        key=lambda song: hashlib.sha256(song.name.encode()).hexdigest(),
    )[: arguments.songs]
    began, known = time.perf_counter(), {}
    if arguments.json is not None and arguments.json.exists():
        known = json.loads(arguments.json.read_text())
    names = ["human", "unigram", *arguments.composers]
    trials = [
        Trial(song, name, arguments.seeds, arguments.free) for name in names if name not in known for song in songs
    ]
    work = partial(judge_trial, unigrams=Unigrams(arguments.work / "songs.jsonl"))
    if arguments.jobs > 1:
        with ProcessPoolExecutor(arguments.jobs) as pool:
            judged = list(pool.map(work, trials, chunksize=4))
    else:
        judged = [work(trial) for trial in trials]
    for trial, figures in zip(trials, judged, strict=True):
        known.setdefault(trial.name, {})[trial.song.name] = figures
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(known, indent=1))
    results = [{name: known[name][song.name] for name in names} for song in songs]
    counts = {corpus: sum(song.corpus == corpus for song in songs) for corpus in ("leadsheets", "lieder", "hymns")}
    print(f"{len(songs)} songs of the {arguments.split} split {counts}, {time.perf_counter() - began:.0f} s\n")
    print(table(results, names))


if __name__ == "__main__":
    main()
