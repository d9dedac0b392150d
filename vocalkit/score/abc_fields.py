"""Fields of ABC tunes: keys, meters, lengths, tempos. ABC 2.1 (abcnotation.com/wiki/abc:standard:v2.1)."""

from __future__ import annotations

import re
from fractions import Fraction

from vocalkit.errors import ScoreError
from vocalkit.score.harmony import STEPS, key_of
from vocalkit.score.sheet import TimeSignature
from vocalkit.score.timeline import MAX_BPM, MIN_BPM
from vocalkit.types import Key

_FIFTHS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F": -1}
_MODES = {
    "maj": 0,
    "ion": 0,
    "": 0,
    "mix": -1,
    "dor": -2,
    "m": -3,
    "min": -3,
    "aeo": -3,
    "phr": -4,
    "loc": -5,
    "lyd": 1,
}
_ORDER = "FCGDAEB"
_KEY = re.compile(r"([A-G])([#b]?)\s*(maj|ion|mix|dor|min|aeo|phr|loc|lyd|m(?![a-z]))?[a-z]*", re.IGNORECASE)


def key_signature(text: str) -> tuple[Key | None, dict[str, int]]:
    """The key, None for none, and what it does to each letter. ``Dmix``, ``F#m``, ``G exp ^f``, ``HP``, ``none``."""
    found = _KEY.match(text.strip())
    if not found or text.strip().lower().startswith("none"):
        return None, {}
    letter, sign, mode = found.group(1).upper(), found.group(2), (found.group(3) or "").lower()[:3]
    fifths = _FIFTHS[letter] + {"#": 7, "b": -7}.get(sign, 0) + _MODES[mode]
    altered = {_ORDER[n] if fifths > 0 else _ORDER[6 - n]: 1 if fifths > 0 else -1 for n in range(min(7, abs(fifths)))}
    for accidental, note in re.findall(r"([_^=]{1,2})([A-Ga-g])(?![a-z])", text[found.end() :]):
        altered[note.upper()] = accidental.count("^") - accidental.count("_")
    return key_of(fifths, "minor" if mode in ("m", "min", "aeo") else "major"), altered


def time_signature(text: str, where: str) -> TimeSignature | None:
    """``3/4``, ``C``, ``C|``, ``2+3/8``; None for ``none``."""
    text = text.strip()
    if text in ("C", "c"):
        return TimeSignature(4, 4)
    if text in ("C|", "c|"):
        return TimeSignature(2, 2)
    found = re.match(r"\(?(\d{1,2}(?:\s*\+\s*\d{1,2})*)\)?\s*/\s*(\d{1,2})", text)
    if not found:
        if text.lower() in ("none", "") or text.startswith("%"):
            return None
        raise ScoreError(f"{where}: the meter {text[:20]!r} cannot be read")
    return TimeSignature(sum(int(part) for part in found.group(1).split("+")), int(found.group(2)))


def unit_length(text: str, where: str) -> Fraction:
    """``1/8`` of a whole note, in quarters."""
    found = re.match(r"(\d{1,3})(?:/(\d{1,3}))?\s*$", text.strip())
    if not found or int(found.group(1)) == 0 or int(found.group(2) or 1) == 0:
        raise ScoreError(f"{where}: the note length {text.strip()[:20]!r} cannot be read")
    return Fraction(4 * int(found.group(1)), int(found.group(2) or 1))


def default_length(signature: TimeSignature | None) -> Fraction:
    """Where a tune gives none: sixteenths in short bars, else eighths."""
    return Fraction(1, 4) if signature and signature.quarters < 3 else Fraction(1, 2)


def tempo_bpm(text: str, unit: Fraction, where: str) -> float | None:
    """Quarters a minute of ``1/4=120``, ``"Slow" 3/8=50`` or ``120``; None for words alone."""
    text = re.sub(r'"[^"]*"', "", text).strip()
    found = re.match(r"((?:\d{1,3}/\d{1,3}\s*)+|C\d?)?\s*=?\s*(\d{1,4}(?:\.\d{1,6})?)\s*$", text)
    if re.search(r"(?:^|=)\s*-\s*\d", text):
        raise ScoreError(f"{where}: the tempo {text[:20]!r} is negative")
    if not found:
        return None
    beats = re.findall(r"(\d+)/(\d+)", found.group(1) or "")
    quarters = sum((Fraction(4 * int(a), max(1, int(b))) for a, b in beats), Fraction(0)) or (
        Fraction(1) if not found.group(1) else unit
    )
    bpm = float(found.group(2)) * float(quarters)
    if not MIN_BPM <= bpm <= MAX_BPM:
        raise ScoreError(f"{where}: the tempo {text[:20]!r} must be {MIN_BPM:g} to {MAX_BPM:g} quarters a minute")
    return bpm


def chord_of(text: str) -> tuple[int | None, str] | None:
    """Root and quality of a chord symbol such as ``F#m7``; None for other words in quotes."""
    if text.strip().upper().rstrip(".") in ("N.C", "NC"):
        return None, "maj"
    found = re.match(r"([A-G])([#b♯♭]?)([^/()]{0,12})", text.strip())
    quality = _QUALITIES.get(found.group(3).strip()) if found else None
    if not found or quality is None:
        return None
    alter = {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(found.group(2), 0)
    return (STEPS[found.group(1)] + alter) % 12, quality


_QUALITIES = {
    "": "maj", "maj": "maj", "M": "maj", "m": "min", "min": "min", "-": "min", "dim": "dim", "o": "dim", "°": "dim",
    "aug": "aug", "+": "aug", "sus": "sus4", "sus4": "sus4", "sus2": "sus2", "7": "7", "maj7": "maj7", "M7": "maj7",
    "m7": "min7", "min7": "min7", "-7": "min7", "dim7": "dim7", "o7": "dim7", "m7b5": "hdim7", "6": "6", "m6": "min6",
    "9": "9", "7sus4": "sus4", "m9": "min7", "maj9": "maj7", "5": "5", "7b9": "7", "aug7": "aug", "13": "9", "11": "9",
}  # fmt: skip
