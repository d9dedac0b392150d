"""Registered scores in, songs with chords and lines out: `songs.jsonl`, split by tune.

    python recipes/melody/prepare.py --data ../shared/data/scores --work WORK

Lead sheets bring their chord symbols; under lieder and hymns chords are derived from what the other parts play. Tunes
that share a stretch of notes and rhythm, as hymns often do, are one group and fall on one side of the split.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import accompaniment
import numpy as np
from lines import lines_of
from songs import Song, write_songs

from vocalkit.errors import VocalkitError
from vocalkit.lyrics import phonemize_underlay
from vocalkit.score import Reading, Sheet, SheetNote, parse_score
from vocalkit.score.abc import parse_abc, tune_titles
from vocalkit.score.files import parse_xml, unpack_mxl
from vocalkit.score.timeline import Meter, TempoLine
from vocalkit.types import Syllable

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lyrics"))
from lieder_words import language_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FEWEST_SYLLABLES, FEWEST_BARS = 24, 8
COMMON_NOTES = 14
"""Tunes that share so many notes in a row, pitch steps and rhythm, count as one."""
ESPEAK = {"en": "en-us", "de": "de", "fr": "fr-fr", "it": "it", "es": "es", "pt": "pt", "sv": "sv"}
VOICES = (2, 3, 4)


def read_xml(path: Path) -> tuple[Sheet, list[accompaniment.Sounding]]:
    """The sung line as written, repeats not played, and the notes of the other parts."""
    data = unpack_mxl(path.read_bytes())
    sheet = parse_score(data, ".musicxml", Reading(repeats=False))
    return sheet, accompaniment.played_notes(parse_xml(data))


def read_hymn(tune: str) -> tuple[Sheet, list[accompaniment.Sounding]]:
    """The sung line and the voices below it."""
    data = tune.encode("utf-8")
    sheet = parse_abc(data, Reading(repeats=False))
    notes: list[accompaniment.Sounding] = []
    for part in VOICES:
        try:
            voice = parse_abc(data, Reading(part=part, repeats=False))
        except VocalkitError:
            break
        notes += [(note.start, note.end, note.pitch_midi) for note in voice.notes]
    return sheet, notes


def regular_stretch(sheet: Sheet) -> tuple[Fraction, Fraction, Meter] | None:
    """The longest run of bars of one signature: its first downbeat, its end, and its metre.

    A bar that a repeat divides in two is whole again with its other half.
    """
    marks, signature = list(sheet.signatures), sheet.signature
    runs: list[tuple[Fraction, Fraction, Meter]] = []
    start: Fraction | None = None
    for low, high in pairwise((*sheet.bars, sheet.end)):
        while marks and marks[0][0] <= low:
            if marks[0][1] != signature:
                start = None
            signature = marks.pop(0)[1]
        size, meter = signature.quarters, Meter.of(signature.count, signature.unit)
        full = high - low == size
        if high - low > size or (full and start is not None and (low - start) % size):
            start = None
        if full and start is None:
            start = low
            runs.append((low, high, meter))
        if start is not None and (high - start) % size == 0:
            runs[-1] = (start, high, meter)
    return max(runs, key=lambda run: run[1] - run[0], default=None)


def words_of(notes: list[SheetNote], language: str) -> list[Syllable]:
    """Stress of every syllable, by the pronunciation of its word."""
    words: list[list[str]] = []
    for note in notes:
        if note.text is None:
            continue
        if note.position in ("single", "begin") or not words:
            words.append([])
        words[-1].append(note.text)
    return [syllable for word in phonemize_underlay(words, language=language) for syllable in word]


def language_of_sheet(sheet: Sheet, corpus: str) -> str | None:
    """espeak's code; English for hymns and lead sheets unless the words are clearly of another."""
    words: list[str] = []
    for note in sheet.notes:
        if note.text is not None:
            words = (
                [*words, note.text]
                if note.position in ("single", "begin")
                else [*words[:-1], (words or [""])[-1] + note.text]
            )
    code = language_of(["".join(c for c in word.lower() if c.isalpha() or c in "'’") for word in words])
    if code is None:
        return None if corpus == "lieder" else "en-us"
    return ESPEAK[code]


def song_of(name: str, corpus: str, sheet: Sheet, played: list[accompaniment.Sounding]) -> Song | None:
    """The song on its longest regular stretch, None where that is short or has no words, chords or clear language."""
    stretch = regular_stretch(sheet)
    language = language_of_sheet(sheet, corpus)
    if stretch is None or language is None:
        return None
    start, end, meter = stretch
    bar = meter.quarters * meter.beats
    # A pickup to the first bar belongs to the tune.
    sung = [note for note in sheet.notes if note.start >= max(0, start - bar / 2) and note.end <= end]
    first = next(
        (i for i, note in enumerate(sung) if note.text is not None and note.position in ("single", "begin")), None
    )
    if first is None:
        return None
    sung = [note for note in sung[first:] if note.text is not None or note.continues]
    syllables = words_of(sung, language)
    bars = int((end - start) / bar)
    if len(syllables) < FEWEST_SYLLABLES or bars < FEWEST_BARS:
        return None
    edges = [start + i * meter.quarters for i in range(-meter.beats, bars * meter.beats + 1)]
    notes = played if corpus != "leadsheets" else [(n.start, n.end, n.pitch_midi) for n in sheet.notes]
    treble, bass = accompaniment.beat_chroma(notes, edges)
    if corpus == "leadsheets":
        treble, bass = _with_symbols(sheet, edges, treble)
    key = accompaniment.key_of_music(treble, bass, sheet.keys[0][1] if sheet.keys else None)
    if corpus == "leadsheets":
        chords = _symbols(sheet, edges)
    else:
        chords = accompaniment.chords_of(treble, bass, key=key, beats_per_bar=meter.beats, first_downbeat=0)
    if sum(root is not None for root, _ in chords) < 0.7 * len(chords):
        return None
    return Song(
        name=name, corpus=corpus, bpm=_bpm(sheet, start, end, meter),
        beat_quarters=float(meter.quarters), beats_per_bar=meter.beats, bars=bars,
        tonic=key.tonic, mode=key.mode, language=language,
        notes=[
            (_beat(n.start, start, meter), _beat(n.end, start, meter), round(n.pitch_midi), n.text is not None)
            for n in sung
        ],
        syllables=[(s.text, s.stress, s.position) for s in syllables],
        lines=lines_of(sheet, sung),
        chords=_spans(chords, meter.beats),
    )  # fmt: skip


def _beat(position: Fraction, start: Fraction, meter: Meter) -> float:
    return round(float((position - start) / meter.quarters), 6)


def _bpm(sheet: Sheet, start: Fraction, end: Fraction, meter: Meter) -> float:
    """Beats a minute, one steady tempo for the stretch."""
    return round(float(TempoLine(list(sheet.tempos)).bpm_between(start, end)) / float(meter.quarters), 3)


def _symbols(sheet: Sheet, edges: list[Fraction]) -> list[tuple[int | None, str]]:
    """Root and quality on every beat, by the sheet's own symbols."""
    found: list[tuple[int | None, str]] = []
    for edge in edges[:-1]:
        known = [chord for chord in sheet.chords if chord.start <= edge + Fraction(1, 4)]
        found.append((known[-1].root, known[-1].quality) if known else (None, "maj"))
    return found


def _with_symbols(sheet: Sheet, edges: list[Fraction], tune: Any) -> tuple[Any, Any]:
    """Treble and bass of the chord symbols, the tune added, for finding the key."""
    from vocalkit.types import CHORD_INTERVALS

    treble, bass = 0.5 * tune, np.zeros_like(tune)
    for beat, (root, quality) in enumerate(_symbols(sheet, edges)):
        if root is not None:
            treble[beat, [(root + step) % 12 for step in CHORD_INTERVALS[quality]]] += 0.5
            bass[beat, root] = 1.0
    return treble, bass


def _spans(chords: list[tuple[int | None, str]], lead_in: int) -> list[tuple[float, float, int | None, str]]:
    """Runs of one chord in beats, the bar before the first downbeat included."""
    spans: list[tuple[float, float, int | None, str]] = []
    for beat, chord in enumerate(chords):
        at = float(beat - lead_in)
        if spans and spans[-1][2:] == chord:
            spans[-1] = (spans[-1][0], at + 1.0, *chord)
        else:
            spans.append((at, at + 1.0, *chord))
    return spans


def every_song(data: Path, limit: int | None, skipped: Counter[str]) -> Iterator[Song]:
    """All songs that can be used; why the others cannot is counted."""
    book = (data / "hymns" / "openhymnal_pd.abc").read_bytes()
    sources: list[tuple[str, str, Any]] = [
        (path.stem, folder, path)
        for folder in ("leadsheets", "lieder")
        for path in sorted((data / folder).glob("*.mxl"))[:limit]
    ]
    tunes = re.split(r"(?m)^(?=X:)", book.decode("utf-8"))[1:]
    hymns = list(zip(tune_titles(book), tunes, strict=True))[:limit]
    sources += [(f"{index:03d} {title}", "hymns", tune) for index, (title, tune) in enumerate(hymns, 1)]
    for name, corpus, source in sources:
        try:
            sheet, played = read_hymn(source) if corpus == "hymns" else read_xml(source)
            song = song_of(name, corpus, sheet, played)
        except VocalkitError as error:
            skipped[f"{corpus}: {str(error)[:60]}"] += 1
            continue
        if song is None:
            skipped[f"{corpus}: too short, no words or chords, or language unclear"] += 1
        else:
            yield song


def groups(songs: list[Song]) -> list[int]:
    """A number for each song; songs that share a tune have one number."""
    parents = list(range(len(songs)))

    def root(index: int) -> int:
        while parents[index] != index:
            index = parents[index]
        return index

    seen: dict[tuple[tuple[int, float], ...], int] = {}
    for index, song in enumerate(songs):
        steps = [(b[2] - a[2], round(b[0] - a[0], 2)) for a, b in pairwise(song.notes)]
        for at in range(len(steps) - COMMON_NOTES + 1):
            run = tuple(steps[at : at + COMMON_NOTES])
            if len(set(run)) > 3:
                other = seen.setdefault(run, index)
                parents[max(root(index), root(other))] = min(root(index), root(other))
    return [root(index) for index in range(len(songs))]


def split(songs: list[Song], shares: dict[str, float]) -> list[Song]:
    """Every song with its side, by the hash of the first name of its group."""
    made = []
    for song, group in zip(songs, groups(songs), strict=True):
        place = int.from_bytes(hashlib.sha256(songs[group].name.encode()).digest()[:4], "big") / 2**32
        side = "test" if place < shares["test"] else "valid" if place < shares["test"] + shares["valid"] else "train"
        made.append(replace(song, split=side))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--data", type=Path, required=True, help="the folder with lieder, hymns and leadsheets")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=None, metavar="N", help="only the first N of each corpus")
    arguments = parser.parse_args()
    config = tomllib.loads(arguments.config.read_text())
    arguments.work.mkdir(parents=True, exist_ok=True)
    skipped: Counter[str] = Counter()
    songs = split(list(every_song(arguments.data, arguments.limit, skipped)), config["split"])
    write_songs(arguments.work / "songs.jsonl", songs)
    for side, count in sorted(Counter((song.split, song.corpus) for song in songs).items()):
        print(*side, count)
    for why, count in skipped.most_common(12):
        print(f"left out {count}: {why}")


if __name__ == "__main__":
    main()
