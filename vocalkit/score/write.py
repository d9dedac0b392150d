"""Write a score file, by its suffix, and say what its format could not carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vocalkit.errors import ScoreError
from vocalkit.score.ds_export import write_ds
from vocalkit.score.lines import grid_spans
from vocalkit.score.lrc import timed_lyrics, write_lrc
from vocalkit.score.midi_export import MOST_TICKS, ticks_for, write_midi
from vocalkit.score.musicxml_export import write_musicxml
from vocalkit.score.sheet import Sheet
from vocalkit.score.ultrastar import write_ultrastar
from vocalkit.score.ust import write_ust
from vocalkit.score.ustx_export import write_ustx


@dataclass(frozen=True, slots=True)
class Written:
    """A file's bytes, and what they do not say that the sheet did, one line each."""

    data: bytes
    losses: tuple[str, ...] = ()


WRITERS: dict[str, Callable[[Sheet], bytes]] = {
    ".musicxml": lambda sheet: write_musicxml(sheet).encode("utf-8"),
    ".xml": lambda sheet: write_musicxml(sheet).encode("utf-8"),
    ".mid": write_midi,
    ".midi": write_midi,
    ".ust": write_ust,
    ".ustx": write_ustx,
    ".ds": write_ds,
    ".txt": write_ultrastar,
    ".lrc": lambda sheet: write_lrc(timed_lyrics(sheet)),
}
"""Suffix → writer. UltraStar files end in .txt."""

_CARRIES: dict[str, frozenset[str]] = {
    ".musicxml": frozenset(
        {"chords", "marks", "meters", "tempos", "keys", "graces", "breaths", "pitches", "words", "expression"}
    ),
    ".mid": frozenset({"marks", "meters", "tempos", "keys", "pitches", "words"}),
    ".ust": frozenset({"tempos", "pitches", "words"}),
    ".ustx": frozenset({"meters", "tempos", "pitches", "cents", "words", "expression"}),
    ".ds": frozenset({"pitches", "cents", "words", "breaths", "phonemes", "expression"}),
    ".txt": frozenset({"pitches", "words", "breaths"}),
    ".lrc": frozenset({"words", "breaths"}),
}
_ALIASES = {".xml": ".musicxml", ".midi": ".mid"}
_SHORTEST_USTX = 10


def write_score(sheet: Sheet, suffix: str) -> Written:
    """The sheet in a format. ScoreError for a suffix that is not known, or a sheet without notes."""
    if suffix not in WRITERS:
        raise ScoreError(f"cannot write {suffix or 'a file without a suffix'}; use {', '.join(WRITERS)}")
    return Written(WRITERS[suffix](sheet), tuple(_losses(sheet, _ALIASES.get(suffix, suffix))))


def _losses(sheet: Sheet, suffix: str) -> list[str]:
    carries = _CARRIES[suffix]
    graces = sum(len(note.graces) for note in sheet.notes)
    cents = sum(abs(note.pitch_midi - round(note.pitch_midi)) > 0.005 for note in sheet.notes)
    wishing = sum(bool(note.expression.wishes) for note in sheet.notes)
    minor = any(key.mode == "minor" for _, key in sheet.keys)
    found = {
        "pitches": (bool(sheet.notes), "pitches and note lengths: only words and their times are written"),
        "chords": (bool(sheet.chords), f"{len(sheet.chords)} chord symbols"),
        "marks": (bool(sheet.marks), f"{len(sheet.marks)} section names"),
        "meters": (bool(sheet.signatures), "time signatures and bars"),
        "tempos": (bool(sheet.tempos), "tempo marks: notes keep their times, not their beats"),
        "keys": (bool(sheet.keys), "the key" if suffix != ".ustx" or minor else "key changes"),
        "graces": (graces > 0, f"{graces} grace notes are written as short notes"),
        "cents": (cents > 0, f"{cents} pitches between semitones are rounded"),
        "breaths": (any(note.breath for note in sheet.notes), "breath marks"),
        "expression": (wishing > 0, f"how {wishing} notes are to be sung"),
    }
    losses = [text for name, (there, text) in found.items() if there and name not in carries]
    if suffix == ".ds" and any(set(note.expression.wishes) - {"gender"} for note in sheet.notes):
        losses.append("breath, tension, loudness, vibrato and portamento of notes")
    if suffix == ".ds" and sheet.tempos:
        losses.append("phonemes are espeak's IPA: map them to the dictionary of your voicebank")
    if suffix in (".ust", ".ustx"):
        spans = grid_spans(sheet.notes, 480)
        short = sum(end - start < _SHORTEST_USTX for start, end in spans)
        if short:
            losses.append(f"{short} notes are shorter than the {_SHORTEST_USTX} ticks that OpenUtau keeps")
    if suffix == ".mid" and ticks_for(sheet) > MOST_TICKS:
        losses.append("positions finer than MIDI counts")
    return losses
