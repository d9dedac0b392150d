"""Single values of MusicXML: numbers, lengths, meters, pitches and lyrics, with the measure in every fault."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import Element

from vocalkit.errors import ScoreError
from vocalkit.score.harmony import STEPS
from vocalkit.score.sheet import TimeSignature
from vocalkit.score.texts import clean
from vocalkit.score.timeline import MAX_BPM, MIN_BPM

ELISION = "‿"
_ENGRAVED_ELISIONS = re.compile("[‿\ue550-\ue552]+")
_VERSE_NUMBER = re.compile(r"^\s*(\d+\s*[.):]|\[\d+\s*[.):]?\])\s*")
_BEAT_UNITS = {"whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "16th": 0.25}


def number(text: str | None, what: str, measure: Element) -> Fraction:
    """An exact number; ScoreError, with the measure, for anything else."""
    try:
        if text is None or len(text) > 32 or "e" in text.lower():
            raise ValueError
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError) as error:
        raise ScoreError(f"measure {measure.get('number', '?')}: {what} {text!r} is not a number") from error


def divisions_of(attributes: Element, measure: Element) -> Fraction | None:
    """Divisions of a quarter that durations count from here on."""
    text = attributes.findtext("divisions")
    if text is None:
        return None
    divisions = number(text, "divisions", measure)
    if divisions <= 0:
        raise ScoreError(f"measure {measure.get('number', '?')}: divisions must be positive, got {text}")
    return divisions


def signature_of(attributes: Element) -> TimeSignature | None:
    """The time signature set here, None for none or senza misura. 3+2/8 counts as 5/8."""
    beats, unit = attributes.findtext("time/beats"), attributes.findtext("time/beat-type")
    if beats is None or unit is None:
        return None
    try:
        return TimeSignature(sum(int(count) for count in beats.split("+")), int(unit))
    except ValueError as error:
        raise ScoreError(f"time signature {beats}/{unit} cannot be read") from error


def duration_of(element: Element, measure: Element, divisions: Fraction) -> Fraction:
    """Length of a note, backup or forward in quarters; ScoreError if negative or absurd."""
    text = element.findtext("duration")
    if text is None and element.tag == "note" and element.find("cue") is not None:
        return Fraction(0)
    quarters = number(text, f"the duration of a <{element.tag}>", measure) / divisions
    if not 0 <= quarters <= 10_000:
        raise ScoreError(f"measure {measure.get('number', '?')}: a duration of {text} cannot be sung")
    return quarters


def pitch_of(note: Element, measure: Element, transpose: Fraction) -> float | None:
    """The sounding pitch as a MIDI number, None for rests and unpitched notes."""
    step = note.findtext("pitch/step")
    if step is None:
        return None
    where = f"measure {measure.get('number', '?')}"
    if step.strip().upper() not in STEPS:
        raise ScoreError(f"{where}: pitch step {step!r} is not A to G")
    octave = number(note.findtext("pitch/octave"), "a pitch's octave", measure)
    alter = number(note.findtext("pitch/alter") or "0", "a pitch's alteration", measure)
    midi = float(12 * (octave + 1) + STEPS[step.strip().upper()] + alter + transpose)
    if not 0 <= midi <= 127:
        raise ScoreError(f"{where}: pitch {step}{octave} is out of range")
    return midi


def metronome_bpm(direction: Element) -> float | None:
    """Quarters a minute of ♩ = 96 without a <sound>; words such as ca. 96 give their number."""
    found = re.search(r"\d+(?:\.\d+)?", direction.findtext("direction-type/metronome/per-minute") or "")
    unit = _BEAT_UNITS.get(direction.findtext("direction-type/metronome/beat-unit") or "", 0.0)
    dotted = direction.find("direction-type/metronome/beat-unit-dot") is not None
    bpm = float(found.group()[:12]) * unit * (1.5 if dotted else 1.0) if found else 0.0
    return bpm if MIN_BPM <= bpm <= MAX_BPM else None


def lyrics_of(note: Element) -> dict[str, tuple[str, str]]:
    """Verse → (text, syllabic) of a note; text that holds no letter or digit is no syllable.

    A verse that a note has twice is an engraving slip: the first counts.
    """
    found: dict[str, tuple[str, str]] = {}
    for lyric in note.findall("lyric"):
        pieces: list[str] = []
        syllabic = "single"
        for child in lyric:
            if child.tag == "text":
                pieces.append((child.text or "").strip())
            elif child.tag == "elision":
                pieces.append(ELISION)
            elif child.tag == "syllabic":
                syllabic = _merge_syllabic(syllabic, (child.text or "single").strip(), first=not pieces)
        text = _ENGRAVED_ELISIONS.sub(ELISION, clean("".join(pieces)))
        text = _VERSE_NUMBER.sub("", text).strip("-_ ")
        if any(char.isalnum() for char in text):
            found.setdefault(lyric.get("number") or "1", (text, syllabic))
    return found


def _merge_syllabic(before: str, now: str, *, first: bool) -> str:
    """Of two syllables elided on one note: joined to the left as the first is, to the right as the second."""
    if first:
        return now
    left, right = before in ("middle", "end"), now in ("begin", "middle")
    return {(True, True): "middle", (True, False): "end", (False, True): "begin"}.get((left, right), "single")
