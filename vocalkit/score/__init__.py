"""Scores in and out: one importer or exporter a file, all by way of `Sheet`; words laid under notes."""

from __future__ import annotations

from vocalkit.score.check import Finding, check_sheet
from vocalkit.score.fit import Fitted, fit_lyrics
from vocalkit.score.imported import ImportedNote, ImportedScore, in_seconds
from vocalkit.score.midi_export import to_midi
from vocalkit.score.musicxml_export import to_musicxml
from vocalkit.score.read import parse_score, read_score, read_sheet, read_timed_lyrics
from vocalkit.score.reading import Reading
from vocalkit.score.sheet import Sheet, SheetNote
from vocalkit.score.underlay import lay_lyrics, lay_words
from vocalkit.score.write import Written, write_score

__all__ = [
    "Finding",
    "Fitted",
    "ImportedNote",
    "ImportedScore",
    "Reading",
    "Sheet",
    "SheetNote",
    "Written",
    "check_sheet",
    "fit_lyrics",
    "in_seconds",
    "lay_lyrics",
    "lay_words",
    "parse_score",
    "read_score",
    "read_sheet",
    "read_timed_lyrics",
    "to_midi",
    "to_musicxml",
    "write_score",
]
