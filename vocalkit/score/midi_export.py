"""`Sheet` → Standard MIDI File, type 1: tempo, meters, key and markers on the first track, the voice on the second.

Lyric events are UTF-8; a syllable that its word continues after ends in a hyphen.
"""

from __future__ import annotations

import io
from math import lcm
from typing import Any

from vocalkit.errors import ScoreError
from vocalkit.score.harmony import fifths_of
from vocalkit.score.imported import ImportedScore
from vocalkit.score.lines import bar_counts
from vocalkit.score.notated import sheet_of
from vocalkit.score.sheet import Sheet, without_graces
from vocalkit.types import Score

TICKS, MOST_TICKS, COARSE_TICKS = 480, 32_767, 10_080
"""Ticks a quarter: multiples of 480 that hold every position, 10,080 where none does that the format allows."""
_VELOCITY = 96
_MAJOR = {0: "C", 1: "G", 2: "D", 3: "A", 4: "E", 5: "B", 6: "F#", -1: "F", -2: "Bb", -3: "Eb", -4: "Ab", -5: "Db"}
_MINOR = {
    0: "Am", 1: "Em", 2: "Bm", 3: "F#m", 4: "C#m", 5: "G#m", 6: "D#m",
    -1: "Dm", -2: "Gm", -3: "Cm", -4: "Fm", -5: "Bbm",
}  # fmt: skip
Event = tuple[int, int, Any]


def to_midi(score: Score | ImportedScore) -> bytes:
    """A score in seconds as a MIDI file; times are kept within 1 ms, pitches rounded to semitones."""
    return write_midi(sheet_of(score))


def write_midi(sheet: Sheet) -> bytes:
    """The sheet as a MIDI file. MIDI carries no chords and no phonemes. ScoreError where it has no notes."""
    import mido

    if not sheet.notes:
        raise ScoreError("a score without notes cannot be written")
    sheet = without_graces(sheet)
    quarter = ticks_for(sheet)
    file = mido.MidiFile(type=1, ticks_per_beat=quarter, charset="utf-8")
    file.tracks.append(conductor_track(sheet, quarter))
    file.tracks.append(voice_track(sheet, quarter))
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def conductor_track(sheet: Sheet, quarter: int) -> Any:
    """What counts for every voice: tempo, meters, keys, markers."""
    return _track(_conductor(sheet, quarter), round(sheet.end * quarter))


def voice_track(sheet: Sheet, quarter: int, *, name: str = "Voice") -> Any:
    """One line with its words."""
    return _track(_voice(sheet, quarter, name), round(sheet.end * quarter))


def ticks_for(sheet: Sheet) -> int:
    """Ticks a quarter that hold every note and tempo mark."""
    least = TICKS
    for at in (*(n.start for n in sheet.notes), *(n.end for n in sheet.notes), *(at for at, _ in sheet.tempos)):
        least = lcm(least, at.denominator)
        if least > MOST_TICKS:
            return COARSE_TICKS
    return least


def _conductor(sheet: Sheet, quarter: int) -> list[Event]:
    """(tick, order, message) of what counts for all tracks."""
    from mido import MetaMessage

    events: list[Event] = [(0, 0, MetaMessage("track_name", name=sheet.title))] if sheet.title else []
    for bar, made in bar_counts(sheet):  # a pickup is a short first bar, so that bar lines fall on downbeats
        meter = MetaMessage("time_signature", numerator=made.count, denominator=made.unit)
        events.append((round(sheet.bars[bar] * quarter), 1, meter))
    for at, key in sheet.keys:
        names = _MAJOR if key.mode == "major" else _MINOR
        events.append((round(at * quarter), 2, MetaMessage("key_signature", key=names[fifths_of(key)])))
    for at, bpm in sheet.tempos:
        events.append((max(0, round(at * quarter)), 3, MetaMessage("set_tempo", tempo=round(60e6 / bpm))))
    for at, label in sheet.marks:
        events.append((round(at * quarter), 4, MetaMessage("marker", text=label)))
    return events


def _voice(sheet: Sheet, quarter: int, name: str) -> list[Event]:
    from mido import Message, MetaMessage

    events: list[Event] = [(0, 0, MetaMessage("track_name", name=name))]
    before = 0
    for note in sheet.notes:
        start = max(round(note.start * quarter), before)
        end = max(start + 1, round(note.end * quarter))
        before = end
        pitch = round(note.pitch_midi)
        if note.text is not None:
            hyphen = "-" if note.position in ("begin", "middle") else ""
            events.append((start, 2, MetaMessage("lyrics", text=note.text + hyphen)))
        events.append((start, 3, Message("note_on", note=pitch, velocity=_VELOCITY)))
        events.append((end, 1, Message("note_off", note=pitch, velocity=0)))
    return events


def _track(events: list[Event], end: int) -> Any:
    from mido import MetaMessage, MidiTrack

    track = MidiTrack()
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(MetaMessage("end_of_track", time=max(0, end - now)))
    return track
