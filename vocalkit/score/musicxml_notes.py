"""Notes, rests and words as MusicXML elements."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol
from xml.etree.ElementTree import Element, SubElement

from vocalkit.score.harmony import spell
from vocalkit.score.musicxml_expression import write_play
from vocalkit.score.musicxml_values import ELISION
from vocalkit.score.notation import Value, pieces
from vocalkit.score.sheet import SheetNote


class Stretched(Protocol):
    """A stretch of one note, or of silence where index is None, in quarters."""

    start: Fraction
    end: Fraction
    index: int | None


class NoteWriter:
    """Writes stretches of notes and rests as values that notation has."""

    def __init__(self, notes: Sequence[SheetNote], divisions: int, fifths: int) -> None:
        self._notes = notes
        self._divisions = divisions
        self._fifths = fifths

    def write(self, measure: Element, stretch: Stretched, start: Fraction, stop: Fraction, *, whole_bar: bool) -> None:
        """One stretch inside one bar; ties lead over bar lines and between the pieces of odd lengths."""
        if stretch.index is None and whole_bar:
            note = SubElement(measure, "note")
            SubElement(note, "rest", {"measure": "yes"})
            SubElement(note, "duration").text = str(round((stop - start) * self._divisions))
            SubElement(note, "voice").text = "1"
            return
        if stretch.index is not None and start == stretch.start:
            for pitch in self._notes[stretch.index].graces:
                self._grace(measure, pitch)
        now = start
        for quarters, value in pieces(stop - start, self._divisions):
            ties = (now > stretch.start, now + quarters < stretch.end)
            self._piece(measure, stretch, (quarters, value), ties=ties)
            now += quarters

    def _piece(
        self, measure: Element, stretch: Stretched, piece: tuple[Fraction, Value], *, ties: tuple[bool, bool]
    ) -> None:
        note = SubElement(measure, "note")
        tied_from, tied_to = ties if stretch.index is not None else (False, False)
        if stretch.index is None:
            SubElement(note, "rest")
        else:
            self._pitch(note, self._notes[stretch.index].pitch_midi)
        SubElement(note, "duration").text = str(round(piece[0] * self._divisions))
        kinds = [kind for kind, on in (("stop", tied_from), ("start", tied_to)) if on]
        for kind in kinds:
            SubElement(note, "tie", {"type": kind})
        SubElement(note, "voice").text = "1"
        _value(note, piece[1])
        self._notations(note, stretch.index, kinds)
        if stretch.index is not None and not tied_from:
            self._lyric(note, stretch.index)
            write_play(note, self._notes[stretch.index].expression)

    def _notations(self, note: Element, index: int | None, ties: list[str]) -> None:
        slur = self._slur(index, ties)
        breath = index is not None and self._notes[index].breath and "start" not in ties
        if not (ties or slur or breath):
            return
        notations = SubElement(note, "notations")
        for kind in ties:
            SubElement(notations, "tied", {"type": kind})
        if slur:
            SubElement(notations, "slur", {"type": slur, "number": "1"})
        if breath:
            SubElement(SubElement(notations, "articulations"), "breath-mark")

    def _grace(self, measure: Element, pitch_midi: float) -> None:
        note = SubElement(measure, "note")
        SubElement(note, "grace")
        self._pitch(note, pitch_midi)
        SubElement(note, "voice").text = "1"
        SubElement(note, "type").text = "eighth"

    def _pitch(self, note: Element, pitch_midi: float) -> None:
        midi = round(pitch_midi)
        step, alter = spell(midi % 12, fifths=self._fifths)
        pitch = SubElement(note, "pitch")
        SubElement(pitch, "step").text = step
        if alter:
            SubElement(pitch, "alter").text = str(alter)
        SubElement(pitch, "octave").text = str(midi // 12 - 1)

    def _continues(self, index: int) -> bool:
        return index < len(self._notes) and self._notes[index].continues

    def _slur(self, index: int | None, ties: list[str]) -> str | None:
        """A melisma is under one slur, from its syllable's first piece to its last note's last."""
        if index is None:
            return None
        if "stop" not in ties and not self._continues(index) and self._continues(index + 1):
            return "start"
        if "start" not in ties and self._continues(index) and not self._continues(index + 1):
            return "stop"
        return None

    def _lyric(self, note: Element, index: int) -> None:
        sung = self._notes[index]
        melisma = self._continues(index + 1)
        if sung.text is None:
            if sung.continues and not melisma:
                SubElement(SubElement(note, "lyric", {"number": "1"}), "extend", {"type": "stop"})
            return
        lyric = SubElement(note, "lyric", {"number": "1"})
        SubElement(lyric, "syllabic").text = sung.position
        for place, text in enumerate(sung.text.split(ELISION)):
            if place:
                SubElement(lyric, "elision").text = ELISION
            SubElement(lyric, "text").text = text
        if melisma:
            SubElement(lyric, "extend", {"type": "start"})


def _value(note: Element, value: Value) -> None:
    SubElement(note, "type").text = value.type
    for _ in range(value.dots):
        SubElement(note, "dot")
    if value.actual != 1:
        modification = SubElement(note, "time-modification")
        SubElement(modification, "actual-notes").text = str(value.actual)
        SubElement(modification, "normal-notes").text = str(value.normal)
