"""`Sheet` → MusicXML 4.0 part-wise, as editors open it. Every position is kept to one division of a quarter."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from vocalkit.errors import ScoreError
from vocalkit.score.harmony import KIND_SYMBOLS, KINDS, fifths_of, spell
from vocalkit.score.imported import ImportedScore
from vocalkit.score.musicxml_notes import NoteWriter
from vocalkit.score.notated import READABLE, sheet_of
from vocalkit.score.sheet import Sheet, SheetChord, TimeSignature
from vocalkit.types import Key, Score

MOST_DIVISIONS, COARSE_DIVISIONS = 16_383, 10_080
"""MusicXML's limit; and what positions are rounded to that need more: 10,080 keeps 2s to 1/32, 3s, 5s and 7s."""
_TEMPO_TOLERANCE_S = 0.002
_DOCTYPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC '
    '"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)
Mark = tuple[Fraction, int, Element]


@dataclass(slots=True)
class Stretch:
    """A stretch of one note, or of silence where index is None, in quarters."""

    start: Fraction
    end: Fraction
    index: int | None = None


def to_musicxml(score: Score | ImportedScore) -> str:
    """A score in seconds as a MusicXML document, times rounded as eyes want them.

    Pitches are rounded to semitones. ScoreError where it has no notes.
    """
    return write_musicxml(sheet_of(score, parts=READABLE, tempo_tolerance_s=_TEMPO_TOLERANCE_S))


def write_musicxml(sheet: Sheet) -> str:
    """The sheet as a MusicXML document, with words, chords, tempo and bars. ScoreError where it has no notes."""
    if not sheet.notes:
        raise ScoreError("a score without notes cannot be written")
    root = score_root(sheet.title)
    SubElement(SubElement(SubElement(root, "part-list"), "score-part", {"id": "P1"}), "part-name").text = "Voice"
    write_part(sheet, SubElement(root, "part", {"id": "P1"}))
    return document_text(root)


def score_root(title: str) -> Element:
    """The head of a document, without its list of parts."""
    root = Element("score-partwise", {"version": "4.0"})
    if title:
        SubElement(SubElement(root, "work"), "work-title").text = title
    SubElement(SubElement(SubElement(root, "identification"), "encoding"), "software").text = "vocalkit"
    return root


def write_part(sheet: Sheet, part: Element) -> None:
    """All measures of a line into its part."""
    _Writer(sheet).write(part)


def document_text(root: Element) -> str:
    """The finished document."""
    ElementTree.indent(root)
    return _DOCTYPE + ElementTree.tostring(root, encoding="unicode") + "\n"


def divisions_for(sheet: Sheet) -> int:
    """The least divisions of a quarter that hold every position, `COARSE_DIVISIONS` where no allowed ones do."""
    positions = [*(note.start for note in sheet.notes), *(note.end for note in sheet.notes), *sheet.bars]
    positions += [at for at, _ in sheet.tempos] + [chord.start for chord in sheet.chords]
    least = 1
    for position in positions:
        least = lcm(least, position.denominator)
        if least > MOST_DIVISIONS:
            return COARSE_DIVISIONS
    return least


class _Writer:
    """Writes bar after bar."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._divisions = divisions_for(sheet)
        self._signatures = {Fraction(0): TimeSignature(4, 4)} | dict(sheet.signatures)
        self._changes = sorted(self._signatures)
        self._keys = dict(sheet.keys)
        self._stretches = self._all_stretches()
        end = max(self._round(sheet.end), self._stretches[-1].end)
        self._bars = [*(self._round(at) for at in sheet.bars if self._round(at) < end), end]
        fifths = fifths_of(sheet.keys[0][1] if sheet.keys else None)
        self._notes = NoteWriter(sheet.notes, self._divisions, fifths)
        self._marks = sorted(
            [*self._tempo_marks(), *self._section_marks(), *self._chord_marks(fifths)], key=lambda mark: mark[:2]
        )

    def _round(self, at: Fraction) -> Fraction:
        return Fraction(round(at * self._divisions), self._divisions)

    def _all_stretches(self) -> list[Stretch]:
        """Notes and the silence between them, on the divisions: none empty, none overlapping."""
        stretches: list[Stretch] = []
        now, least = Fraction(0), Fraction(1, self._divisions)
        for index, note in enumerate(self._sheet.notes):
            start = max(self._round(note.start), now)
            if start > now:
                stretches.append(Stretch(now, start))
            now = max(start + least, self._round(note.end))
            stretches.append(Stretch(start, now, index))
        return stretches

    def _signature_at(self, at: Fraction) -> TimeSignature:
        return self._signatures[self._changes[bisect_right(self._changes, at) - 1]]

    def write(self, part: Element) -> None:
        """All measures."""
        first = 0 if self._sheet.pickup else 1
        stretch_at = mark_at = 0
        for index, (start, end) in enumerate(pairwise(self._bars)):
            measure = SubElement(part, "measure", {"number": str(index + first)})
            full = self._signature_at(start).quarters
            if end - start < full:
                measure.set("implicit", "yes")
            self._attributes(measure, start, first=index == 0)
            now = start
            while now < end:
                while stretch_at < len(self._stretches) and self._stretches[stretch_at].end <= now:
                    stretch_at += 1
                inside = stretch_at < len(self._stretches)
                stretch = self._stretches[stretch_at] if inside else Stretch(now, end)
                stop = min(stretch.end, end)
                while mark_at < len(self._marks) and self._marks[mark_at][0] < stop:
                    self._place(measure, self._marks[mark_at], now)
                    mark_at += 1
                whole = stop - now == end - start and end - start == full
                self._notes.write(measure, stretch, now, stop, whole_bar=whole)
                now = stop

    def _attributes(self, measure: Element, at: Fraction, *, first: bool) -> None:
        signature, key = self._signatures.get(at), self._keys.get(at)
        if first:
            signature = signature or self._signature_at(at)
        if not (first or signature or key):
            return
        attributes = SubElement(measure, "attributes")
        if first:
            SubElement(attributes, "divisions").text = str(self._divisions)
        if first or key:
            self._key(attributes, key)
        if signature:
            time = SubElement(attributes, "time")
            SubElement(time, "beats").text = str(signature.count)
            SubElement(time, "beat-type").text = str(signature.unit)
        if first:
            low = sorted(note.pitch_midi for note in self._sheet.notes)[len(self._sheet.notes) // 2] < 57
            clef = SubElement(attributes, "clef")
            SubElement(clef, "sign").text = "F" if low else "G"
            SubElement(clef, "line").text = "4" if low else "2"

    def _key(self, attributes: Element, key: Key | None) -> None:
        element = SubElement(attributes, "key")
        SubElement(element, "fifths").text = str(fifths_of(key))
        if key:
            SubElement(element, "mode").text = key.mode

    def _place(self, measure: Element, mark: Mark, now: Fraction) -> None:
        at, _, element = mark
        offset = round((at - now) * self._divisions)
        if offset:
            if element.tag == "sound":  # a bare <sound> has its offset as a child only since 4.0; readers want this
                direction = Element("direction")
                SubElement(SubElement(direction, "direction-type"), "words").text = ""
                SubElement(direction, "offset", {"sound": "yes"}).text = str(offset)
                direction.append(element)
                element = direction
            else:
                SubElement(element, "offset").text = str(offset)
        measure.append(element)

    def _tempo_marks(self) -> list[Mark]:
        marks = []
        for at, bpm in self._sheet.tempos:
            text = f"{bpm:.7f}".rstrip("0").rstrip(".")
            marks.append((max(Fraction(0), at), 0, Element("sound", {"tempo": text})))
        return marks

    def _section_marks(self) -> list[Mark]:
        marks = []
        for at, label in self._sheet.marks:
            direction = Element("direction", {"placement": "above"})
            SubElement(SubElement(direction, "direction-type"), "rehearsal").text = label
            marks.append((at, 1, direction))
        return marks

    def _chord_marks(self, fifths: int) -> list[Mark]:
        return [(chord.start, 2, _harmony(chord, fifths)) for chord in self._sheet.chords]


def _harmony(chord: SheetChord, fifths: int) -> Element:
    harmony = Element("harmony")
    step, alter = spell(chord.root or 0, fifths=fifths)
    parent = SubElement(harmony, "root")
    SubElement(parent, "root-step").text = step
    if alter:
        SubElement(parent, "root-alter").text = str(alter)
    kind = SubElement(harmony, "kind", {"text": "N.C." if chord.root is None else KIND_SYMBOLS[chord.quality]})
    kind.text = "none" if chord.root is None else KINDS[chord.quality]
    return harmony
