"""MusicXML → `ImportedScore`: the sung part's top voice, its words, and the tempo, chords and marks of all parts.

Ours because the parsers that exist lose verses, elisions or divisions that change inside a part. Positions are
exact fractions of a quarter note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from vocalkit.errors import ScoreError
from vocalkit.score.harmony import QUALITIES, STEPS, key_of
from vocalkit.score.imported import ImportedScore
from vocalkit.score.sung_line import XmlNote, chord_spans, in_seconds, section_spans, sung_line, verse_key
from vocalkit.score.timeline import MAX_BPM, MIN_BPM, Meter, TempoLine, tempo_map
from vocalkit.types import Key

_ELISION = "‿"
_VERSE_NUMBER = re.compile(r"^\s*\d+\s*[.):]\s*")


@dataclass
class PartReading:
    """What walking one part gives."""

    notes: list[XmlNote] = field(default_factory=list)
    tempos: list[tuple[Fraction, float]] = field(default_factory=list)
    chords: list[tuple[Fraction, int | None, str]] = field(default_factory=list)
    rehearsals: list[tuple[Fraction, str]] = field(default_factory=list)
    meters: list[tuple[Fraction, Meter]] = field(default_factory=list)
    keys: list[tuple[Fraction, Key]] = field(default_factory=list)


def parse_musicxml(root: Element, *, language: str = "en-us", verse: int = 1, part: int | None = None) -> ImportedScore:
    """One sung line of a MusicXML tree. See `vocalkit.score.read.read_score`."""
    for element in root.iter():
        if isinstance(element.tag, str) and "}" in element.tag:
            element.tag = element.tag.rsplit("}", 1)[1]
    parts = _parts(root)
    starts, first_bar = _measure_starts(parts)
    readings = [_PartWalk(measures, starts).read() for measures in parts]
    chosen = choose(readings, part)
    end = starts[-1]
    tempos = [mark for reading in readings for mark in reading.tempos]
    line = TempoLine(tempos)
    meter = next((m for reading in readings for _, m in reading.meters), Meter(4, Fraction(1)))
    notes, warnings = sung_line(readings[chosen].notes, verse=verse)
    if not notes:
        raise ScoreError("the score has no notes")
    meters = {m for reading in readings for _, m in reading.meters}
    if len(meters) > 1:
        warnings.append("the time signature changes; bars are counted in the first one")
    key = next((k for reading in (readings[chosen], *readings) for _, k in reading.keys), None)
    marks = sorted({mark for reading in readings for mark in reading.rehearsals})
    return ImportedScore(
        notes=in_seconds(notes, line, verse_name=verse_key(readings[chosen].notes, verse)),
        tempo_map=tempo_map(line, end=end, meter=meter, first_bar=first_bar),
        key=key,
        chords=chord_spans([c for reading in readings for c in reading.chords], line, end),
        sections=section_spans(marks, line, end),
        language=language,
        title=(root.findtext("work/work-title") or root.findtext("movement-title") or "").strip(),
        warnings=tuple(warnings),
    )


def _parts(root: Element) -> list[list[Element]]:
    """Measures of every part; a time-wise score is turned part-wise."""
    if root.tag == "score-partwise":
        parts = [part.findall("measure") for part in root.findall("part")]
    elif root.tag == "score-timewise":
        by_id: dict[str, list[Element]] = {}
        for measure in root.findall("measure"):
            for inner in measure.findall("part"):
                inner.attrib.update({k: v for k, v in measure.attrib.items() if k != "id"})
                by_id.setdefault(inner.get("id", ""), []).append(inner)
        parts = list(by_id.values())
    else:
        raise ScoreError(f"<{root.tag}> is not a MusicXML score; export it as MusicXML")
    parts = [measures for measures in parts if measures]
    if not parts:
        raise ScoreError("the score has no measures")
    return parts


def _measure_starts(parts: list[list[Element]]) -> tuple[list[Fraction], Fraction]:
    """Start of every measure in quarters, the end last; and where the first full bar begins."""
    lengths: list[Fraction] = [Fraction(0)] * max(len(measures) for measures in parts)
    nominal = Fraction(4)
    first_bar = Fraction(0)
    sizes = [_Sizes() for _ in parts]
    for index in range(len(lengths)):
        for measures, size in zip(parts, sizes, strict=True):
            if index < len(measures):
                lengths[index] = max(lengths[index], size.length(measures[index]))
                nominal = size.bar or nominal
        if lengths[index] == 0:
            lengths[index] = nominal
        if index == 0 and 0 < lengths[0] < nominal:
            first_bar = lengths[0]
    starts = [Fraction(0)]
    for length in lengths:
        starts.append(starts[-1] + length)
    return starts, first_bar


class _Sizes:
    """Lengths of one part's measures, with the divisions and time signature that go along."""

    def __init__(self) -> None:
        self.divisions = Fraction(1)
        self.bar: Fraction | None = None

    def length(self, measure: Element) -> Fraction:
        """Furthest position that the measure reaches, in quarters."""
        now = longest = Fraction(0)
        for element in measure:
            if element.tag == "attributes":
                self.divisions = divisions_of(element, measure) or self.divisions
                meter = meter_of(element)
                self.bar = meter.beats * meter.quarters if meter else self.bar
            elif element.tag in ("note", "forward", "backup") and not _timeless(element):
                step = duration_of(element, measure, self.divisions)
                now = max(Fraction(0), now - step if element.tag == "backup" else now + step)
                longest = max(longest, now)
        return longest


def _timeless(element: Element) -> bool:
    """Chord members and grace notes do not move the cursor."""
    return element.tag == "note" and (element.find("chord") is not None or element.find("grace") is not None)


def _number(text: str | None, what: str, measure: Element) -> Fraction:
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
    divisions = _number(text, "divisions", measure)
    if divisions <= 0:
        raise ScoreError(f"measure {measure.get('number', '?')}: divisions must be positive, got {text}")
    return divisions


def meter_of(attributes: Element) -> Meter | None:
    """The time signature set here, None for none or senza misura. 3+2/8 counts as 5/8."""
    beats, unit = attributes.findtext("time/beats"), attributes.findtext("time/beat-type")
    if beats is None or unit is None:
        return None
    try:
        return Meter.of(sum(int(count) for count in beats.split("+")), int(unit))
    except ValueError as error:
        raise ScoreError(f"time signature {beats}/{unit} cannot be read") from error


def duration_of(element: Element, measure: Element, divisions: Fraction) -> Fraction:
    """Length of a note, backup or forward in quarters; ScoreError if negative or absurd."""
    text = element.findtext("duration")
    if text is None and element.tag == "note" and element.find("cue") is not None:
        return Fraction(0)
    quarters = _number(text, f"the duration of a <{element.tag}>", measure) / divisions
    if not 0 <= quarters <= 10_000:
        raise ScoreError(f"measure {measure.get('number', '?')}: a duration of {text} cannot be sung")
    return quarters


class _PartWalk:
    """Reads one part in order, keeping the cursor, divisions and transposition."""

    def __init__(self, measures: list[Element], starts: list[Fraction]) -> None:
        self._measures = measures
        self._starts = starts
        self._divisions = Fraction(1)
        self._transpose = Fraction(0)
        self._now = Fraction(0)
        self._grace_lyrics: dict[str, tuple[str, str]] = {}
        self._reading = PartReading()

    def read(self) -> PartReading:
        for measure, start in zip(self._measures, self._starts, strict=False):
            self._now = start
            for element in measure:
                if element.tag == "note":
                    self._note(element, measure)
                elif element.tag in ("backup", "forward"):
                    step = duration_of(element, measure, self._divisions)
                    self._now = max(start, self._now - step) if element.tag == "backup" else self._now + step
                elif element.tag == "attributes":
                    self._attributes(element, measure)
                elif element.tag in ("direction", "sound"):
                    self._direction(element, measure)
                elif element.tag == "harmony":
                    self._harmony(element, measure)
        return self._reading

    def _attributes(self, element: Element, measure: Element) -> None:
        self._divisions = divisions_of(element, measure) or self._divisions
        meter = meter_of(element)
        if meter:
            self._reading.meters.append((self._now, meter))
        fifths = element.findtext("key/fifths")
        if fifths is not None:
            count = int(_number(fifths, "the key's fifths", measure))
            self._reading.keys.append((self._now, key_of(count, (element.findtext("key/mode") or "major").strip())))
        if element.find("transpose") is not None:
            chromatic = _number(element.findtext("transpose/chromatic") or "0", "transposition", measure)
            octaves = _number(element.findtext("transpose/octave-change") or "0", "transposition", measure)
            self._transpose = chromatic + 12 * octaves

    def _direction(self, element: Element, measure: Element) -> None:
        offset = element.findtext("offset")
        at = self._now + (_number(offset, "offset", measure) / self._divisions if offset else 0)
        at = max(Fraction(0), at)
        sound = element if element.tag == "sound" else element.find("sound")
        tempo = sound.get("tempo") if sound is not None else None
        if tempo is not None:
            bpm = float(_number(tempo, "tempo", measure))
            if not MIN_BPM <= bpm <= MAX_BPM:
                raise ScoreError(
                    f"measure {measure.get('number', '?')}: tempo {tempo} must be {MIN_BPM:g} to {MAX_BPM:g}"
                )
            self._reading.tempos.append((at, bpm))
        elif element.find("direction-type/metronome/per-minute") is not None:
            self._metronome(element, at)
        for mark in element.iterfind("direction-type/rehearsal"):
            if (mark.text or "").strip():
                self._reading.rehearsals.append((at, (mark.text or "").strip()))

    def _metronome(self, element: Element, at: Fraction) -> None:
        """♩ = 96 without a <sound>; words such as ca. 96 give their number."""
        found = re.search(r"\d+(?:\.\d+)?", element.findtext("direction-type/metronome/per-minute") or "")
        units = {"whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "16th": 0.25}
        unit = units.get(element.findtext("direction-type/metronome/beat-unit") or "", 0.0)
        dotted = element.find("direction-type/metronome/beat-unit-dot") is not None
        bpm = float(found.group()) * unit * (1.5 if dotted else 1.0) if found else 0.0
        if MIN_BPM <= bpm <= MAX_BPM:
            self._reading.tempos.append((at, bpm))

    def _harmony(self, element: Element, measure: Element) -> None:
        kind = (element.findtext("kind") or "").strip()
        offset = element.findtext("offset")
        at = self._now + (_number(offset, "offset", measure) / self._divisions if offset else 0)
        step = (element.findtext("root/root-step") or "").strip().upper()
        if kind == "none":
            self._reading.chords.append((at, None, "maj"))
        elif step in STEPS and kind in QUALITIES:
            alter = _number(element.findtext("root/root-alter") or "0", "a chord's root", measure)
            root = (STEPS[step] + round(alter) + round(self._transpose)) % 12
            self._reading.chords.append((at, root, QUALITIES[kind]))

    def _note(self, element: Element, measure: Element) -> None:
        lyrics = lyrics_of(element)
        if element.find("grace") is not None:
            self._grace_lyrics.update(lyrics)  # an ornament's syllable is sung on its main note
            return
        length = duration_of(element, measure, self._divisions)
        chord = element.find("chord") is not None
        start = self._now - length if chord else self._now
        if not chord:
            self._now += length
        pitch = self._pitch(element, measure)
        if pitch is None or length == 0 or (element.find("cue") is not None and not lyrics):
            return
        if chord and self._reading.notes and self._reading.notes[-1].start == start:
            top = self._reading.notes[-1]
            top.pitch = max(top.pitch, pitch)
            top.lyrics = {**lyrics, **top.lyrics}
            return
        voice = f"{element.findtext('staff') or '1'}:{element.findtext('voice') or '1'}"
        slurs = [slur.get("type") for slur in element.iterfind("notations/slur")]
        ties = [tie.get("type") for tie in element.findall("tie")]
        self._reading.notes.append(
            XmlNote(
                start, start + length, pitch, voice, measure.get("number", "?"), {**self._grace_lyrics, **lyrics},
                "stop" in ties, slurs.count("start"), slurs.count("stop"),
            )
        )  # fmt: skip
        self._grace_lyrics = {}

    def _pitch(self, element: Element, measure: Element) -> float | None:
        step = element.findtext("pitch/step")
        if step is None:
            return None
        if step.strip().upper() not in STEPS:
            raise ScoreError(f"measure {measure.get('number', '?')}: pitch step {step!r} is not A to G")
        octave = _number(element.findtext("pitch/octave"), "a pitch's octave", measure)
        alter = _number(element.findtext("pitch/alter") or "0", "a pitch's alteration", measure)
        midi = float(12 * (octave + 1) + STEPS[step.strip().upper()] + alter + self._transpose)
        if not 0 <= midi <= 127:
            raise ScoreError(f"measure {measure.get('number', '?')}: pitch {step}{octave} is out of range")
        return midi


def lyrics_of(note: Element) -> dict[str, tuple[str, str]]:
    """Verse → (text, syllabic) of a note; text that holds no letter or digit is no syllable."""
    found: dict[str, tuple[str, str]] = {}
    for lyric in note.findall("lyric"):
        pieces: list[str] = []
        syllabic = "single"
        for child in lyric:
            if child.tag == "text":
                pieces.append((child.text or "").strip())
            elif child.tag == "elision":
                pieces.append(_ELISION)
            elif child.tag == "syllabic":
                syllabic = _merge_syllabic(syllabic, (child.text or "single").strip(), first=not pieces)
        text = _VERSE_NUMBER.sub("", " ".join("".join(pieces).split())).strip("-_ ")
        if any(char.isalnum() for char in text):
            found[lyric.get("number") or "1"] = (text, syllabic)
    return found


def _merge_syllabic(before: str, now: str, *, first: bool) -> str:
    """Of two syllables elided on one note: joined to the left as the first is, to the right as the second."""
    if first:
        return now
    left, right = before in ("middle", "end"), now in ("begin", "middle")
    return {(True, True): "middle", (True, False): "end", (False, True): "begin"}.get((left, right), "single")


def choose(readings: list[PartReading], part: int | None) -> int:
    if part is not None:
        if part > len(readings):
            raise ScoreError(f"part {part} does not exist; the score has {len(readings)}")
        return part - 1
    worded = (i for i, reading in enumerate(readings) if any(note.lyrics for note in reading.notes))
    noted = (i for i, reading in enumerate(readings) if reading.notes)
    return next(worded, next(noted, 0))
