"""One part of a MusicXML score, walked in order: notes, words, tempo, chords and signs, at exact positions."""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element

from vocalkit.errors import ScoreError
from vocalkit.score.harmony import QUALITIES, STEPS, key_of
from vocalkit.score.musicxml_expression import PartMarks, played
from vocalkit.score.musicxml_values import (
    divisions_of,
    duration_of,
    lyrics_of,
    metronome_bpm,
    number,
    pitch_of,
    signature_of,
)
from vocalkit.score.sheet import SheetChord
from vocalkit.score.timeline import MAX_BPM, MIN_BPM
from vocalkit.score.written import WrittenNote, WrittenPart

_BREATHS = ("breath-mark", "caesura")


def bar_lengths(parts: list[list[Element]]) -> list[Fraction]:
    """Length of every measure in quarters: a full bar where some part fills it exactly, else as far as any reaches.

    So an accompaniment that overflows its bar, as engraving slips do, does not move the words; words that do are kept.
    """
    lengths: list[Fraction] = [Fraction(0)] * max(len(measures) for measures in parts)
    nominal = Fraction(4)
    sizes = [_Sizes() for _ in parts]
    worded = [any(measure.find("note/lyric") is not None for measure in measures) for measures in parts]
    for index in range(len(lengths)):
        filled: dict[Fraction, bool] = {}
        for measures, size, words in zip(parts, sizes, worded, strict=True):
            if index < len(measures):
                length = size.length(measures[index])
                filled[length] = filled.get(length, False) or words
                nominal = size.bar or nominal
        reached = max(filled) or nominal
        sung = max((length for length, words in filled.items() if words), default=nominal)
        lengths[index] = max(nominal, sung) if nominal in filled else reached
    return lengths


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
                signature = signature_of(element)
                self.bar = signature.quarters if signature else self.bar
            elif element.tag in ("note", "forward", "backup") and not _timeless(element):
                step = duration_of(element, measure, self.divisions)
                now = max(Fraction(0), now - step if element.tag == "backup" else now + step)
                longest = max(longest, now)
        return longest


def _timeless(element: Element) -> bool:
    """Chord members and grace notes do not move the cursor."""
    return element.tag == "note" and (element.find("chord") is not None or element.find("grace") is not None)


class PartWalk:
    """Reads one part in order, keeping the cursor, divisions and transposition. Grace notes wait for their note."""

    def __init__(self, measures: list[Element], starts: list[Fraction]) -> None:
        self._measures = measures
        self._starts = starts
        self._divisions = Fraction(1)
        self._transpose = Fraction(0)
        self._now = Fraction(0)
        self._bar = 0
        self._graces: dict[str, list[float]] = {}
        self._grace_lyrics: dict[str, dict[str, tuple[str, str]]] = {}
        self._latest: WrittenNote | None = None
        self._part = WrittenPart()
        self._marks = PartMarks()

    def read(self) -> WrittenPart:
        """Everything that the part says."""
        for index, (measure, start) in enumerate(zip(self._measures, self._starts, strict=False)):
            self._bar, self._now = index, start
            self._latest = None
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
        for _ in range(sum(map(len, self._grace_lyrics.values()))):
            self._part.lose("syllables under grace notes that no note follows")
        self._marks.express(self._part.notes)
        return self._part

    def _attributes(self, element: Element, measure: Element) -> None:
        self._divisions = divisions_of(element, measure) or self._divisions
        signature = signature_of(element)
        if signature:
            self._part.signatures.append((self._now, signature))
        fifths = element.findtext("key/fifths")
        if fifths is not None:
            count = int(number(fifths, "the key's fifths", measure))
            self._part.keys.append((self._now, key_of(count, (element.findtext("key/mode") or "major").strip())))
        if element.find("transpose") is not None:
            chromatic = number(element.findtext("transpose/chromatic") or "0", "transposition", measure)
            octaves = number(element.findtext("transpose/octave-change") or "0", "transposition", measure)
            self._transpose = chromatic + 12 * octaves

    def _at(self, element: Element, measure: Element) -> Fraction:
        offset = element.findtext("offset")
        moved = number(offset, "offset", measure) / self._divisions if offset else Fraction(0)
        return max(Fraction(0), self._now + moved)

    def _direction(self, element: Element, measure: Element) -> None:
        at = self._at(element, measure)
        sound = element if element.tag == "sound" else element.find("sound")
        tempo = sound.get("tempo") if sound is not None else None
        where = measure.get("number", "?")
        if tempo is not None:
            bpm = float(number(tempo, "tempo", measure))
            if not MIN_BPM <= bpm <= MAX_BPM:
                raise ScoreError(f"measure {where}: tempo {tempo} must be {MIN_BPM:g} to {MAX_BPM:g}")
            self._part.tempos.append((at, bpm))
        elif element.tag == "direction":
            metronome = metronome_bpm(element)
            if metronome is not None:
                self._part.tempos.append((at, metronome))
        self._marks.add(element, at)
        for mark in element.iterfind("direction-type/rehearsal"):
            if (mark.text or "").strip():
                self._part.rehearsals.append((at, (mark.text or "").strip()))

    def _harmony(self, element: Element, measure: Element) -> None:
        kind = (element.findtext("kind") or "").strip()
        at = self._at(element, measure)
        step = (element.findtext("root/root-step") or "").strip().upper()
        if kind == "none":
            self._part.chords.append(SheetChord(at, None))
        elif step in STEPS and kind in QUALITIES:
            alter = number(element.findtext("root/root-alter") or "0", "a chord's root", measure)
            root = (STEPS[step] + round(alter) + round(self._transpose)) % 12
            self._part.chords.append(SheetChord(at, root, QUALITIES[kind]))
        else:
            self._part.lose("chord symbols of a kind that is not known")

    def _note(self, element: Element, measure: Element) -> None:
        lyrics = lyrics_of(element)
        voice = f"{element.findtext('staff') or '1'}:{element.findtext('voice') or '1'}"
        pitch = pitch_of(element, measure, self._transpose)
        if element.find("grace") is not None:
            self._grace(voice, pitch, lyrics, chord=element.find("chord") is not None)
            return
        length = duration_of(element, measure, self._divisions)
        chord = element.find("chord") is not None
        start = self._now - length if chord else self._now
        if not chord:
            self._now += length
        if chord and self._latest is not None and self._latest.start == start:
            if pitch is not None:
                self._latest.pitch = max(self._latest.pitch, pitch)
            self._latest.lyrics = {**lyrics, **self._latest.lyrics}
            return
        if pitch is None or length == 0:
            for _ in lyrics:
                self._part.lose("syllables under rests or notes without pitch or length")
            return
        if element.find("cue") is not None and not lyrics:
            return
        self._latest = self._sounding(element, voice, pitch, (start, start + length), lyrics)
        self._latest.expression = self._marks.note(element, start)
        self._latest.played = played(element, measure)
        self._part.notes.append(self._latest)

    def _grace(self, voice: str, pitch: float | None, lyrics: dict[str, tuple[str, str]], *, chord: bool) -> None:
        waiting = self._graces.setdefault(voice, [])
        if pitch is not None and chord and waiting:
            waiting[-1] = max(waiting[-1], pitch)
        elif pitch is not None:
            waiting.append(pitch)
        kept = self._grace_lyrics.setdefault(voice, {})
        for key, lyric in lyrics.items():
            if key in kept:
                self._part.lose("syllables of several grace notes before one note")
            kept.setdefault(key, lyric)

    def _sounding(
        self, element: Element, voice: str, pitch: float, span: tuple[Fraction, Fraction],
        lyrics: dict[str, tuple[str, str]],
    ) -> WrittenNote:  # fmt: skip
        grace_lyrics = self._grace_lyrics.pop(voice, {})
        for key in lyrics.keys() & grace_lyrics.keys():
            text, syllabic = lyrics[key]
            lyrics[key] = (f"{grace_lyrics[key][0]}‿{text}", syllabic)  # both are sung, one after the other
        slurs = [slur.get("type") for slur in element.iterfind("notations/slur")]
        return WrittenNote(
            *span, pitch, voice, self._bar, {**grace_lyrics, **lyrics},
            tied_on="stop" in [tie.get("type") for tie in element.findall("tie")],
            slur_starts=slurs.count("start"),
            slur_stops=slurs.count("stop"),
            cue=element.find("cue") is not None,
            breath=any(element.find(f"notations/articulations/{mark}") is not None for mark in _BREATHS),
            graces=tuple(self._graces.pop(voice, ())),
        )  # fmt: skip
