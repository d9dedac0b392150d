"""Scores in and out: MusicXML, MXL and MIDI; words laid under notes. One importer or exporter a file."""

from __future__ import annotations

from vocalkit.score.imported import ImportedNote, ImportedScore
from vocalkit.score.midi_export import to_midi
from vocalkit.score.musicxml_export import to_musicxml
from vocalkit.score.read import read_score
from vocalkit.score.underlay import lay_lyrics, lay_words

__all__ = ["ImportedNote", "ImportedScore", "lay_lyrics", "lay_words", "read_score", "to_midi", "to_musicxml"]
