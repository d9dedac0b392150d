"""One human song as the recipe keeps it: notes and chords in beats from a downbeat, words in lines; and as our values.

Positions count beats of the time signature (`vocalkit.score.timeline.Meter`), 0.0 at the first full bar.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vocalkit.types import Backing, ChordSpan, Key, Line, Lyrics, LyricSection, Note, Score, Syllable, TempoMap

LEAD_IN_BARS = 1
"""Bars of backing before the first downbeat, so that a pickup has room."""


@dataclass(frozen=True, slots=True)
class Song:
    """notes: (start, end, MIDI pitch, opens a syllable); syllables: (text, stress, position in its word) in order;
    lines: (count of syllables, ends a stanza); chords: (start, end, root or None, quality);
    beat_quarters: length of a beat in quarter notes."""

    name: str
    corpus: str
    bpm: float
    beat_quarters: float
    beats_per_bar: int
    bars: int
    tonic: int
    mode: str
    language: str
    notes: list[tuple[float, float, int, bool]]
    syllables: list[tuple[str, int, str]]
    lines: list[tuple[int, bool]]
    chords: list[tuple[float, float, int | None, str]]
    split: str = "train"

    @property
    def syllables_per_s(self) -> float:
        """Pace of the words inside lines: syllables over the seconds from a line's first onset to its last end."""
        seconds = sum(notes[-1][1] - notes[0][0] for notes in self.line_notes()) * 60.0 / self.bpm
        return len(self.syllables) / max(seconds, 1e-3)

    def line_notes(self) -> list[list[tuple[float, float, int, bool]]]:
        """The notes of each line."""
        lines: list[list[tuple[float, float, int, bool]]] = []
        counts = iter(count for count, _ in self.lines)
        left = 0
        for note in self.notes:
            if note[3] and left == 0:
                lines.append([])
                left = next(counts)
            left -= note[3]
            lines[-1].append(note)
        return lines

    def lyrics(self, label: str = "Verse 1") -> Lyrics:
        """The words as the composer takes them. Phonemes do not matter for a tune."""
        made, at = [], 0
        for count, ends_stanza in self.lines:
            words = self.syllables[at : at + count]
            syllables = tuple(Syllable(text, ("a",), stress, position) for text, stress, position in words)  # type: ignore[arg-type]
            made.append(Line(" ".join(word[0] for word in words), syllables, ends_stanza))
            at += count
        return Lyrics((LyricSection(label, tuple(made)),), self.language)

    def tempo_map(self) -> TempoMap:
        """A steady beat with one bar before the first downbeat at 0 beats."""
        beats = (self.bars + LEAD_IN_BARS) * self.beats_per_bar
        return TempoMap.constant(self.bpm, duration_s=(beats + 1) * 60.0 / self.bpm, beats_per_bar=self.beats_per_bar)

    def time_at(self, beat: float) -> float:
        """Seconds of a position in beats."""
        return (beat + LEAD_IN_BARS * self.beats_per_bar) * 60.0 / self.bpm

    def backing(self) -> Backing:
        """What an analysis of the accompaniment would say."""
        chords = tuple(ChordSpan(self.time_at(a), self.time_at(b), r, q) for a, b, r, q in self.chords)
        key = Key(self.tonic, self.mode)  # type: ignore[arg-type]
        return Backing(self.time_at(self.bars * self.beats_per_bar), self.tempo_map(), key, chords, ())

    def score(self) -> Score:
        """The human tune."""
        coming = iter(s for line in self.lyrics().sections[0].lines for s in line.syllables)
        notes = tuple(
            Note(self.time_at(start), self.time_at(end), pitch, next(coming) if opens else None)
            for start, end, pitch, opens in self.notes
        )
        return Score(notes, self.tempo_map(), Key(self.tonic, self.mode), language=self.language)  # type: ignore[arg-type]


def write_songs(path: Path, songs: list[Song]) -> None:
    """One JSON object a line."""
    path.write_text("".join(json.dumps(asdict(song), ensure_ascii=False) + "\n" for song in songs), encoding="utf-8")


def read_songs(path: Path, split: str | None = None) -> Iterator[Song]:
    """The songs of a split, or all."""
    for line in path.read_text(encoding="utf-8").splitlines():
        table: dict[str, Any] = json.loads(line)
        if split is None or table["split"] == split:
            for name in ("notes", "syllables", "lines", "chords"):
                table[name] = [tuple(row) for row in table[name]]
            yield Song(**table)
