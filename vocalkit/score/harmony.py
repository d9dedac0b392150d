"""Names that MusicXML uses for keys, pitches and chord qualities, and ours for the same."""

from __future__ import annotations

from vocalkit.types import Key

KINDS: dict[str, str] = {
    "maj": "major", "min": "minor", "dim": "diminished", "aug": "augmented", "sus2": "suspended-second",
    "sus4": "suspended-fourth", "7": "dominant", "maj7": "major-seventh", "min7": "minor-seventh",
    "dim7": "diminished-seventh", "hdim7": "half-diminished", "minmaj7": "major-minor", "6": "major-sixth",
    "min6": "minor-sixth", "9": "dominant-ninth", "5": "power",
}  # fmt: skip
"""Chord quality (`vocalkit.types.CHORD_INTERVALS`) → MusicXML kind."""

KIND_SYMBOLS: dict[str, str] = {
    "maj": "", "min": "m", "dim": "dim", "aug": "aug", "sus2": "sus2", "sus4": "sus4", "7": "7", "maj7": "maj7",
    "min7": "m7", "dim7": "dim7", "hdim7": "m7b5", "minmaj7": "m(maj7)", "6": "6", "min6": "m6", "9": "9", "5": "5",
}  # fmt: skip

_RICHER = {
    "augmented-seventh": "aug", "major-ninth": "maj7", "minor-ninth": "min7", "dominant-11th": "9",
    "dominant-13th": "9", "major-11th": "maj7", "major-13th": "maj7", "minor-11th": "min7", "minor-13th": "min7",
    "minor-major": "minmaj7", "augmented-ninth": "aug", "maj69": "6", "suspended-fourth-seventh": "sus4",
}  # fmt: skip
QUALITIES: dict[str, str] = {kind: quality for quality, kind in KINDS.items()} | _RICHER
"""MusicXML kind → chord quality; ninths and beyond become the nearest that we have."""

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARP = (
    ("C", 0),
    ("C", 1),
    ("D", 0),
    ("D", 1),
    ("E", 0),
    ("F", 0),
    ("F", 1),
    ("G", 0),
    ("G", 1),
    ("A", 0),
    ("A", 1),
    ("B", 0),
)
_FLAT = (
    ("C", 0),
    ("D", -1),
    ("D", 0),
    ("E", -1),
    ("E", 0),
    ("F", 0),
    ("G", -1),
    ("G", 0),
    ("A", -1),
    ("A", 0),
    ("B", -1),
    ("B", 0),
)


def fifths_of(key: Key | None) -> int:
    """Sharps (positive) or flats (negative) of a key's signature, -6 to 6; 0 for none."""
    if key is None:
        return 0
    major_tonic = key.tonic if key.mode == "major" else (key.tonic + 3) % 12
    return (major_tonic * 7 + 5) % 12 - 5


def key_of(fifths: int, mode: str) -> Key:
    """The key of a signature."""
    tonic = fifths * 7 % 12
    return Key((tonic - 3) % 12, "minor") if mode == "minor" else Key(tonic, "major")


def spell(pitch_class: int, *, fifths: int) -> tuple[str, int]:
    """Letter and alteration of a pitch class, flats in flat keys."""
    return (_FLAT if fifths < 0 else _SHARP)[pitch_class % 12]
