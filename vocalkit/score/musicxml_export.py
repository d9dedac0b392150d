"""`Score` → MusicXML 4.0 part-wise, as editors open it.

Notes are quantised to 1/48 beat and written as tied values that exist in notation. Position 0 is
0 s: the time before the first beat becomes lead-in beats. Tempo marks keep every beat within 2 ms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from vocalkit.errors import ScoreError
from vocalkit.score.harmony import KIND_SYMBOLS, KINDS, fifths_of, spell
from vocalkit.score.timeline import BeatGrid
from vocalkit.types import Note, Score

UNITS_PER_BEAT = 48
_TEMPO_TOLERANCE_S = 0.002
_TYPES = ("breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th", "256th", "512th", "1024th")


@dataclass(frozen=True, slots=True)
class _Layout:
    """How beats are notated. units a quarter note, bar length in units, pickup length in units."""

    quarter: int
    bar: int
    pickup: int
    unit: int
    fifths: int

    def bar_at(self, at: int) -> int:
        """Index of the bar that holds a position; a pickup is bar 0."""
        return at // self.bar if not self.pickup else (0 if at < self.pickup else 1 + (at - self.pickup) // self.bar)

    def bar_start(self, index: int) -> int:
        return index * self.bar if not self.pickup else (0 if index == 0 else self.pickup + (index - 1) * self.bar)


@dataclass(slots=True)
class _Event:
    """A stretch of one note or of silence, in units."""

    start: int
    end: int
    index: int | None = None
    marks: list[tuple[int, Element]] = field(default_factory=list)


def to_musicxml(score: Score) -> str:
    """The score as a MusicXML document. Pitches are rounded to semitones. ScoreError where it has no notes."""
    if not score.notes:
        raise ScoreError("a score without notes cannot be written")
    ends = [score.end_s, *(chord.end_s for chord in score.chords), *(part.end_s for part in score.sections)]
    grid = BeatGrid.of(score.tempo_map, end_s=max(ends))
    layout = _layout(score, grid)
    events = _events(_quantised(score.notes, grid))
    root = Element("score-partwise", {"version": "4.0"})
    if score.title:
        SubElement(SubElement(root, "work"), "work-title").text = score.title
    SubElement(SubElement(SubElement(root, "identification"), "encoding"), "software").text = "vocalkit"
    SubElement(SubElement(SubElement(root, "part-list"), "score-part", {"id": "P1"}), "part-name").text = "Voice"
    part = SubElement(root, "part", {"id": "P1"})
    marks = sorted(
        [*_tempo_marks(grid, layout), *_section_marks(score, grid), *_chord_marks(score, grid, layout)],
        key=lambda m: m[:2],
    )
    last_bar = layout.bar_at(max(events[-1].end - 1, marks[-1][0] if marks else 0))
    _write_bars(part, score, layout, events, marks, last_bar)
    ElementTree.indent(root)
    doctype = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC '
        '"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
    )
    return doctype + ElementTree.tostring(root, encoding="unicode") + "\n"


def _layout(score: Score, grid: BeatGrid) -> _Layout:
    """Beats are quarters; compound bars (6, 9, 12 beats) count eighths."""
    compound = grid.beats_per_bar in (6, 9, 12)
    return _Layout(
        quarter=UNITS_PER_BEAT * (2 if compound else 1),
        bar=grid.beats_per_bar * UNITS_PER_BEAT,
        pickup=grid.pickup_beats * UNITS_PER_BEAT,
        unit=8 if compound else 4,
        fifths=fifths_of(score.key),
    )


def _quantised(notes: tuple[Note, ...], grid: BeatGrid) -> list[tuple[int, int]]:
    """Start and end of every note in units: in order, none empty, none overlapping."""
    spans: list[tuple[int, int]] = []
    for note in notes:
        start = round(grid.position_at(note.start_s) * UNITS_PER_BEAT)
        start = max(start, spans[-1][0] + 1 if spans else 0)
        if spans and spans[-1][1] > start:
            spans[-1] = (spans[-1][0], start)
        spans.append((start, max(start + 1, round(grid.position_at(note.end_s) * UNITS_PER_BEAT))))
    return spans


def _events(spans: list[tuple[int, int]]) -> list[_Event]:
    events: list[_Event] = []
    now = 0
    for index, (start, end) in enumerate(spans):
        if start > now:
            events.append(_Event(now, start))
        events.append(_Event(start, end, index))
        now = end
    return events


def _tempo_marks(grid: BeatGrid, layout: _Layout) -> list[tuple[int, int, Element]]:
    quarters_per_beat = UNITS_PER_BEAT / layout.quarter
    marks = []
    for beat, seconds in grid.tempo_marks(tolerance_s=_TEMPO_TOLERANCE_S, digits=9):
        sound = Element("sound", {"tempo": f"{60.0 / seconds * quarters_per_beat:.6f}".rstrip("0").rstrip(".")})
        marks.append((beat * UNITS_PER_BEAT, 0, sound))
    return marks


def _section_marks(score: Score, grid: BeatGrid) -> list[tuple[int, int, Element]]:
    marks = []
    for section in score.sections:
        direction = Element("direction", {"placement": "above"})
        SubElement(SubElement(direction, "direction-type"), "rehearsal").text = section.label
        marks.append((_unit_at(section.start_s, grid), 1, direction))
    return marks


def _chord_marks(score: Score, grid: BeatGrid, layout: _Layout) -> list[tuple[int, int, Element]]:
    marks = []
    end_s = None
    for chord in score.chords:
        if end_s is not None and chord.start_s > end_s + 0.01:
            marks.append((_unit_at(end_s, grid), 2, _harmony(None, "maj", layout)))
        marks.append((_unit_at(chord.start_s, grid), 2, _harmony(chord.root, chord.quality, layout)))
        end_s = chord.end_s
    return marks


def _unit_at(time_s: float, grid: BeatGrid) -> int:
    return max(0, round(grid.position_at(time_s) * UNITS_PER_BEAT))


def _harmony(root: int | None, quality: str, layout: _Layout) -> Element:
    harmony = Element("harmony")
    step, alter = spell(root or 0, fifths=layout.fifths)
    parent = SubElement(harmony, "root")
    SubElement(parent, "root-step").text = step
    if alter:
        SubElement(parent, "root-alter").text = str(alter)
    kind = SubElement(harmony, "kind", {"text": "N.C." if root is None else KIND_SYMBOLS[quality]})
    kind.text = "none" if root is None else KINDS[quality]
    return harmony


def _write_bars(
    part: Element,
    score: Score,
    layout: _Layout,
    events: list[_Event],
    marks: list[tuple[int, int, Element]],
    last_bar: int,
) -> None:
    writer = _NoteWriter(score, layout)
    event_at = mark_at = 0
    for bar in range(last_bar + 1):
        start, end = layout.bar_start(bar), layout.bar_start(bar + 1)
        measure = SubElement(part, "measure", {"number": str(bar + (0 if layout.pickup else 1))})
        if layout.pickup and bar == 0:
            measure.set("implicit", "yes")
        if bar == 0:
            _attributes(measure, score, layout)
        now = start
        while now < end:
            while event_at < len(events) and events[event_at].end <= now:
                event_at += 1
            event = events[event_at] if event_at < len(events) else _Event(now, end)
            stop = min(event.end, end)
            while mark_at < len(marks) and marks[mark_at][0] < stop:
                _place_mark(measure, marks[mark_at], now)
                mark_at += 1
            writer.write(measure, event, now, stop, whole_bar=stop - now == layout.bar)
            now = stop


def _place_mark(measure: Element, mark: tuple[int, int, Element], now: int) -> None:
    at, _, element = mark
    if at != now:
        if element.tag == "sound":  # a bare <sound> has its offset as a child only since 4.0; readers want directions
            direction = Element("direction")
            words = SubElement(SubElement(direction, "direction-type"), "words")
            words.text = ""
            SubElement(direction, "offset", {"sound": "yes"}).text = str(at - now)
            direction.append(element)
            element = direction
        else:
            SubElement(element, "offset").text = str(at - now)
    measure.append(element)


def _attributes(measure: Element, score: Score, layout: _Layout) -> None:
    attributes = SubElement(measure, "attributes")
    SubElement(attributes, "divisions").text = str(layout.quarter)
    key = SubElement(attributes, "key")
    SubElement(key, "fifths").text = str(layout.fifths)
    if score.key:
        SubElement(key, "mode").text = score.key.mode
    time = SubElement(attributes, "time")
    SubElement(time, "beats").text = str(score.tempo_map.beats_per_bar)
    SubElement(time, "beat-type").text = str(layout.unit)
    low = sorted(note.pitch_midi for note in score.notes)[len(score.notes) // 2] < 57
    clef = SubElement(attributes, "clef")
    SubElement(clef, "sign").text = "F" if low else "G"
    SubElement(clef, "line").text = "4" if low else "2"


class _NoteWriter:
    """Writes stretches of notes and rests as values that notation has."""

    def __init__(self, score: Score, layout: _Layout) -> None:
        self._notes = score.notes
        self._layout = layout

    def write(self, measure: Element, event: _Event, start: int, stop: int, *, whole_bar: bool) -> None:
        """One stretch inside one bar; ties lead over bar lines and between the pieces of odd lengths."""
        if event.index is None and whole_bar:
            note = SubElement(measure, "note")
            SubElement(note, "rest", {"measure": "yes"})
            SubElement(note, "duration").text = str(stop - start)
            SubElement(note, "voice").text = "1"
            return
        now = start
        for units in pieces(stop - start):
            tied_from, tied_to = now > event.start, now + units < event.end
            self._piece(measure, event, units, tied_from=tied_from, tied_to=tied_to)
            now += units

    def _piece(self, measure: Element, event: _Event, units: int, *, tied_from: bool, tied_to: bool) -> None:
        note = SubElement(measure, "note")
        if event.index is None:
            SubElement(note, "rest")
            tied_from = tied_to = False
        else:
            self._pitch(note, self._notes[event.index].pitch_midi)
        SubElement(note, "duration").text = str(units)
        ties = [kind for kind, on in (("stop", tied_from), ("start", tied_to)) if on]
        for kind in ties:
            SubElement(note, "tie", {"type": kind})
        SubElement(note, "voice").text = "1"
        self._value(note, units)
        slur = self._slur(event, tied_from=tied_from, tied_to=tied_to)
        if ties or slur:
            notations = SubElement(note, "notations")
            for kind in ties:
                SubElement(notations, "tied", {"type": kind})
            if slur:
                SubElement(notations, "slur", {"type": slur, "number": "1"})
        if event.index is not None and not tied_from:
            self._lyric(note, event.index)

    def _pitch(self, note: Element, pitch_midi: float) -> None:
        midi = round(pitch_midi)
        step, alter = spell(midi % 12, fifths=self._layout.fifths)
        pitch = SubElement(note, "pitch")
        SubElement(pitch, "step").text = step
        if alter:
            SubElement(pitch, "alter").text = str(alter)
        SubElement(pitch, "octave").text = str(midi // 12 - 1)

    def _value(self, note: Element, units: int) -> None:
        level, dots, triplet = _VALUES[units]
        SubElement(note, "type").text = _TYPES[level + (0 if self._layout.unit == 4 else 1)]
        for _ in range(dots):
            SubElement(note, "dot")
        if triplet:
            modification = SubElement(note, "time-modification")
            SubElement(modification, "actual-notes").text = "3"
            SubElement(modification, "normal-notes").text = "2"

    def _continues(self, index: int) -> bool:
        return index < len(self._notes) and self._notes[index].syllable is None

    def _slur(self, event: _Event, *, tied_from: bool, tied_to: bool) -> str | None:
        """A melisma is under one slur, from its syllable's first piece to its last note's last."""
        if event.index is None:
            return None
        if not tied_from and not self._continues(event.index) and self._continues(event.index + 1):
            return "start"
        if not tied_to and self._continues(event.index) and not self._continues(event.index + 1):
            return "stop"
        return None

    def _lyric(self, note: Element, index: int) -> None:
        syllable = self._notes[index].syllable
        melisma = self._continues(index + 1)
        if syllable is None:
            if not melisma:
                extend_end = SubElement(note, "lyric", {"number": "1"})
                SubElement(extend_end, "extend", {"type": "stop"})
            return
        lyric = SubElement(note, "lyric", {"number": "1"})
        SubElement(lyric, "syllabic").text = syllable.position
        SubElement(lyric, "text").text = syllable.text
        if melisma:
            SubElement(lyric, "extend", {"type": "start"})


_VALUES: dict[int, tuple[int, int, bool]] = {
    units: value
    for level, plain in ((0, 384), (1, 192), (2, 96), (3, 48), (4, 24), (5, 12), (6, 6), (7, 3))
    for units, value in ((plain, (level, 0, False)), (plain * 3 // 2, (level, 1, False)))
    if value[1] == 0 or plain % 2 == 0
} | {plain: (level, 0, True) for level, plain in ((2, 64), (3, 32), (4, 16), (5, 8), (6, 4), (7, 2), (8, 1))}
"""Units → (index of the value's name, dots, in a triplet), a beat being a quarter."""


@lru_cache(maxsize=4096)
def pieces(units: int) -> tuple[int, ...]:
    """A length as the fewest notated values, the longest first."""
    if units in _VALUES:
        return (units,)
    if units > 576:
        return (576, *pieces(units - 576))
    best: list[tuple[int, ...]] = [()]
    for total in range(1, units + 1):
        options = [(coin, *best[total - coin]) for coin in _VALUES if coin <= total]
        best.append(min(options, key=lambda option: (len(option), [-coin for coin in option])))
    return tuple(sorted(best[units], reverse=True))
