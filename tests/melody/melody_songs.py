"""Backings and lyrics made by hand for the tests of the melody room."""

from __future__ import annotations

import itertools

import numpy as np

from vocalkit.types import Backing, ChordSpan, Key, Line, Lyrics, LyricSection, SectionSpan, Syllable, TempoMap

MAJOR = ((0, "maj"), (7, "maj"), (9, "min"), (5, "maj"))
MINOR = ((0, "min"), (8, "maj"), (5, "min"), (7, "7"))

BALLAD = (
    ("Verse 1", ("02020202", "020202", "02020202", "020202")),
    ("Chorus", ("2002002", "20020020", "2002002", "02022")),
    ("Verse 2", ("02020202", "020202", "02020202", "020202")),
    ("Chorus", ("2002002", "20020020", "2002002", "02022")),
)
FREE = (
    ("Verse", ("0202020202", "02020200", "0202020202", "020202", "0022002002", "0200202", "0202020202", "0202")),
    ("Refrain", ("20200", "2020", "200200200", "2")),
)


def make_lyrics(parts: tuple[tuple[str, tuple[str, ...]], ...]) -> Lyrics:
    """parts: label and lines; a line is a string of stress marks, one a syllable. Four lines a stanza."""
    sections = []
    for label, lines in parts:
        made = [
            Line(
                marks,
                tuple(Syllable(f"{label}{at}", ("l", "a"), int(mark)) for at, mark in enumerate(marks)),
                i % 4 == 3,
            )
            for i, marks in enumerate(lines)
        ]
        sections.append(LyricSection(label, tuple(made)))
    return Lyrics(tuple(sections), "en-us")


def truncate(lyrics: Lyrics, count: int) -> Lyrics:
    """The first `count` syllables."""
    sections, left = [], count
    for section in lyrics.sections:
        lines = []
        for line in section.lines:
            if left > 0:
                lines.append(Line(line.text, line.syllables[:left], line.ends_stanza))
                left -= len(line.syllables[:left])
        if lines:
            sections.append(LyricSection(section.label, tuple(lines)))
    return Lyrics(tuple(sections), lyrics.language)


def make_backing(
    bpm: float,
    *,
    beats_per_bar: int = 4,
    duration_s: float = 150.0,
    key: str = "C",
    drift: float = 0.0,
    chords: tuple[tuple[int, str], ...] | None = None,
    sections: tuple[SectionSpan, ...] = (),
    tuning_cents: float = 0.0,
) -> Backing:
    """One chord a bar, degrees as semitones above the tonic; drift: greatest share the tempo wanders by."""
    count = int(duration_s * bpm / 60.0 * 1.5) + 4
    lengths = 60.0 / bpm * (1.0 + drift * np.sin(np.arange(count) / 17.0))
    beats = 0.3 + np.concatenate([[0.0], np.cumsum(lengths)])
    tempo_map = TempoMap(beats[beats < duration_s], beats_per_bar, 0)
    tonic = Key.parse(key)
    chords = chords if chords is not None else MAJOR if tonic.mode == "major" else MINOR
    edges = [*tempo_map.downbeats_s.tolist(), duration_s]
    spans = tuple(
        ChordSpan(low, high, (tonic.tonic + chords[i % len(chords)][0]) % 12, chords[i % len(chords)][1])
        for i, (low, high) in enumerate(itertools.pairwise(edges))
        if chords
    )
    return Backing(duration_s, tempo_map, tonic, spans, sections, tuning_cents)
