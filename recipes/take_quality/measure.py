"""What people write, figure by figure, and whether the mark of a take tells their tunes from damaged ones.

    python recipes/take_quality/measure.py bands --data ../shared/data/scores/leadsheets
    python recipes/take_quality/measure.py test --data ../shared/data/scores/leadsheets

bands: percentiles over one half of the lead sheets, as `vocalkit.melody.quality.BANDS` has them. test: on the other
half, how often a tune gets a better mark than the same tune damaged in one way. Halves by the digest of the title.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from vocalkit.errors import VocalkitError
from vocalkit.lyrics import phonemize_underlay
from vocalkit.melody.quality import figures, take_report
from vocalkit.score import lay_words, read_score
from vocalkit.score.imported import ImportedScore
from vocalkit.types import Backing, Key, Note, Score, Syllable

LA = Syllable("la", ("l", "ɑ"), 0)
FEWEST_NOTES = 40
Damage = Callable[[Score, np.random.Generator], Score]


def tunes(folder: Path, *, half: str) -> Iterator[tuple[str, Score, Backing]]:
    """Lead sheets with chords, each with what its chords make as a backing. half: ``bands`` or ``test``."""
    for path in sorted(folder.glob("*.mxl")):
        odd = hashlib.sha256(path.name.encode()).digest()[0] & 1
        if odd != (half == "test"):
            continue
        try:
            imported = read_score(path)
            score = _sung(imported)
        except VocalkitError:
            continue
        chords = tuple(chord for chord in imported.chords if chord.root is not None)
        if len(score.notes) < FEWEST_NOTES or len(chords) < 8:
            continue
        key = imported.key or Key(0, "major")
        yield path.stem, score, Backing(score.end_s + 1.0, score.tempo_map, key, imported.chords, ())


def _sung(imported: ImportedScore) -> Score:
    if imported.has_words:
        return lay_words(imported, phonemize_underlay(imported.words, language="en-us"))
    notes = tuple(Note(n.start_s, n.end_s, n.pitch_midi, None if n.continues else LA) for n in imported.notes)
    return Score(notes, imported.tempo_map, imported.key, imported.chords)


def _with_pitches(score: Score, pitches: list[float]) -> Score:
    return replace(
        score, notes=tuple(replace(note, pitch_midi=p) for note, p in zip(score.notes, pitches, strict=True))
    )


def shuffled(score: Score, rng: np.random.Generator) -> Score:
    return _with_pitches(score, rng.permutation([note.pitch_midi for note in score.notes]).tolist())


def shifted(score: Score, rng: np.random.Generator) -> Score:
    """A semitone off its chords."""
    return _with_pitches(score, [note.pitch_midi + 1 for note in score.notes])


def looped(score: Score, rng: np.random.Generator) -> Score:
    """Its first four pitches for ever."""
    return _with_pitches(score, [score.notes[i % 4].pitch_midi for i in range(len(score.notes))])


def flattened(score: Score, rng: np.random.Generator) -> Score:
    """Everything within a third of its mean."""
    mean = float(np.mean([note.pitch_midi for note in score.notes]))
    return _with_pitches(score, [round(mean + 0.25 * (note.pitch_midi - mean)) for note in score.notes])


def wandering(score: Score, rng: np.random.Generator) -> Score:
    """A random walk as wide as the tune's own steps."""
    steps = rng.permutation(np.diff([note.pitch_midi for note in score.notes])) * rng.choice([-1, 1])
    walk = score.notes[0].pitch_midi + np.concatenate([[0.0], np.cumsum(steps)])
    return _with_pitches(score, np.clip(walk, 36, 96).tolist())


def hurried(score: Score, rng: np.random.Generator) -> Score:
    """Sung three times as fast, chords too."""
    beats = score.tempo_map.beats_s / 3.0
    notes = tuple(replace(n, start_s=n.start_s / 3.0, end_s=n.end_s / 3.0) for n in score.notes)
    chords = tuple(replace(c, start_s=c.start_s / 3.0, end_s=c.end_s / 3.0) for c in score.chords)
    return replace(score, notes=notes, tempo_map=replace(score.tempo_map, beats_s=beats), chords=chords)


DAMAGES: dict[str, Damage] = {
    "pitches shuffled": shuffled,
    "a semitone off its chords": shifted,
    "four notes looped": looped,
    "flattened to a quarter of its range": flattened,
    "intervals shuffled": wandering,
    "three times as fast": hurried,
}


def bands(folder: Path) -> None:
    found: dict[str, list[float]] = {}
    for _, score, backing in tunes(folder, half="bands"):
        for name, value in figures(take_report(score, backing)).items():
            if value is not None:
                found.setdefault(name, []).append(value)
    print(f"{max(map(len, found.values()))} tunes; 5th, 25th, 75th, 95th percentile")
    for name, values in found.items():
        low, inner_low, inner_high, high = np.percentile(values, [5, 25, 75, 95])
        print(f'    "{name}": Band({low:.3f}, {inner_low:.3f}, {inner_high:.3f}, {high:.3f}, 1.0),')


def test(folder: Path) -> None:
    rng = np.random.default_rng(0)
    marks: dict[str, list[tuple[float, float]]] = {name: [] for name in DAMAGES}
    for _, score, backing in tunes(folder, half="test"):
        mark = take_report(score, backing).mark
        for name, damage in DAMAGES.items():
            worse = damage(score, rng)
            under = backing
            if worse.tempo_map is not score.tempo_map:
                under = Backing(worse.end_s + 1.0, worse.tempo_map, backing.key, worse.chords, ())
            marks[name].append((mark, take_report(worse, under).mark))
    whole = [mark for mark, _ in marks["pitches shuffled"]]
    print(f"{len(whole)} held-out tunes, mean mark {np.mean(whole):.1f}")
    for name, pairs in marks.items():
        told, mean = np.mean([a > b for a, b in pairs]), np.mean([b for _, b in pairs])
        print(f"{name:40} told {told:.3f}, mean mark {mean:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("bands", "test"))
    parser.add_argument("--data", type=Path, required=True)
    args = parser.parse_args()
    {"bands": bands, "test": test}[args.what](args.data)


if __name__ == "__main__":
    main()
