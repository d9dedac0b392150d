"""Piano rolls: a human tune above those of the composers for the same words and chords.

python recipes/melody/rolls.py --work WORK --out rolls.png [--split valid] [--songs 3] [--composers learned rules]
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

from evaluate import compose, in_beats
from songs import Song, read_songs

from vocalkit.errors import VocalkitError
from vocalkit.types import CHORD_INTERVALS

BARS = 24


def draw(axes: Any, song: Song, notes: list[tuple[float, float, int, bool]], title: str) -> None:
    """One tune over its chord tones; strong notes dark, slurs light, words below."""
    first = int(notes[0][0] // song.beats_per_bar)
    low, high = first * song.beats_per_bar, (first + BARS) * song.beats_per_bar
    shown = [note for note in notes if note[0] < high]
    bottom, top = min(n[2] for n in shown) - 2, max(n[2] for n in shown) + 2
    for start, end, root, quality in song.chords:
        if root is not None and start < high and end > low:
            tones = {(root + step) % 12 for step in CHORD_INTERVALS[quality]}
            for pitch in range(bottom, top + 1):
                if pitch % 12 in tones:
                    axes.barh(
                        pitch, end - start, left=start, height=1.0, color="#fdebc8" if pitch % 12 != root else "#f8cf8a"
                    )
    for bar in range(first, first + BARS + 1):
        axes.axvline(bar * song.beats_per_bar, color="#bbbbbb", linewidth=0.6)
    words = iter(song.syllables)
    for start, end, pitch, opens in shown:
        text, stress, _ = next(words) if opens else ("", 0, "")
        color = "#9ecae1" if not opens else "#08519c" if stress == 2 else "#4292c6"
        axes.barh(pitch, end - start, left=start, height=0.8, color=color)
        axes.text(start, pitch - 1.3, text, fontsize=4.5)
    axes.set_xlim(low, high)
    axes.set_ylim(bottom, top)
    axes.set_title(title, fontsize=7, loc="left")
    axes.tick_params(labelsize=5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--songs", type=int, default=3)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--composers", nargs="+", default=["learned", "rules"])
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    songs = sorted(
        read_songs(arguments.work / "songs.jsonl", arguments.split),
        key=lambda song: hashlib.sha256(song.name.encode()).hexdigest(),
    )[arguments.skip : arguments.skip + arguments.songs]
    rows = len(songs) * (1 + len(arguments.composers))
    figure, axes = plt.subplots(rows, 1, figsize=(14, 1.9 * rows), squeeze=False)
    at = iter(axes[:, 0])
    for song in songs:
        about = f"{song.name} ({song.corpus}, {song.beats_per_bar} beats, {song.bpm:.0f} BPM, {song.tonic} {song.mode})"
        draw(next(at), song, song.notes, f"{about}: human")
        for name in arguments.composers:
            here = next(at)
            try:
                draw(here, song, in_beats(compose(song, name, arguments.seed), song), name)
            except VocalkitError as error:
                here.set_title(f"{name}: {error}", fontsize=7, loc="left")
    figure.tight_layout()
    figure.savefig(arguments.out, dpi=110)


if __name__ == "__main__":
    main()
