"""`Score` → Standard MIDI File, type 1: tempo, meter, key and markers on the first track, the voice on the second.

Lyric events are UTF-8; a syllable that its word continues after ends in a hyphen.
"""

from __future__ import annotations

import io
from typing import Any

from vocalkit.errors import ScoreError
from vocalkit.score.harmony import fifths_of
from vocalkit.score.timeline import BeatGrid
from vocalkit.types import Score

TICKS_PER_BEAT = 960
_TEMPO_TOLERANCE_S = 0.0003
_VELOCITY = 96
_MAJOR = {0: "C", 1: "G", 2: "D", 3: "A", 4: "E", 5: "B", 6: "F#", -1: "F", -2: "Bb", -3: "Eb", -4: "Ab", -5: "Db"}
_MINOR = {
    0: "Am",
    1: "Em",
    2: "Bm",
    3: "F#m",
    4: "C#m",
    5: "G#m",
    6: "D#m",
    -1: "Dm",
    -2: "Gm",
    -3: "Cm",
    -4: "Fm",
    -5: "Bbm",
}


class _TickLine:
    """Ticks of a time in seconds under the written tempo marks, whole microseconds a beat."""

    def __init__(self, marks: list[tuple[int, float]]) -> None:
        self._segments: list[tuple[float, int, float]] = []
        now_s, last_beat, rate_s = 0.0, 0, 0.0
        for beat, seconds in marks:
            now_s += (beat - last_beat) * rate_s
            last_beat, rate_s = beat, seconds
            self._segments.append((now_s, beat, seconds))

    def tick_at(self, time_s: float) -> int:
        """Nearest tick."""
        begin_s, beat, seconds = next((s for s in reversed(self._segments) if s[0] <= time_s), self._segments[0])
        return max(0, round((beat + (time_s - begin_s) / seconds) * TICKS_PER_BEAT))


def to_midi(score: Score) -> bytes:
    """The score as a MIDI file; times are kept within 1 ms, pitches rounded to semitones.

    MIDI carries no chords and no phonemes. ScoreError where the score has no notes.
    """
    import mido

    if not score.notes:
        raise ScoreError("a score without notes cannot be written")
    ends = [score.end_s, *(section.end_s for section in score.sections)]
    grid = BeatGrid.of(score.tempo_map, end_s=max(ends))
    marks = grid.tempo_marks(tolerance_s=_TEMPO_TOLERANCE_S, digits=6)
    line = _TickLine(marks)
    compound = grid.beats_per_bar in (6, 9, 12)
    quarter = TICKS_PER_BEAT * (2 if compound else 1)
    file = mido.MidiFile(type=1, ticks_per_beat=quarter, charset="utf-8")
    file.tracks.append(_track(_conductor(score, grid, marks, line, quarter)))
    file.tracks.append(_track(_voice(score, line)))
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def _conductor(
    score: Score, grid: BeatGrid, marks: list[tuple[int, float]], line: _TickLine, quarter: int
) -> list[tuple[int, int, Any]]:
    """(tick, order, message) of what counts for all tracks."""
    from mido import MetaMessage

    unit = 8 if quarter > TICKS_PER_BEAT else 4
    events: list[tuple[int, int, Any]] = [(0, 0, MetaMessage("track_name", name=score.title))] if score.title else []
    pickup = grid.pickup_beats
    if pickup:  # a short first bar, so that bar lines fall on downbeats
        events.append((0, 1, MetaMessage("time_signature", numerator=pickup, denominator=unit)))
    meter = MetaMessage("time_signature", numerator=grid.beats_per_bar, denominator=unit)
    events.append((pickup * TICKS_PER_BEAT, 1, meter))
    if score.key:
        names = _MAJOR if score.key.mode == "major" else _MINOR
        events.append((0, 2, MetaMessage("key_signature", key=names[fifths_of(score.key)])))
    for beat, seconds in marks:
        tempo = round(seconds * 1e6 * quarter / TICKS_PER_BEAT)
        events.append((beat * TICKS_PER_BEAT, 3, MetaMessage("set_tempo", tempo=tempo)))
    for section in score.sections:
        events.append((line.tick_at(section.start_s), 4, MetaMessage("marker", text=section.label)))
    return events


def _voice(score: Score, line: _TickLine) -> list[tuple[int, int, Any]]:
    from mido import Message, MetaMessage

    events: list[tuple[int, int, Any]] = [(0, 0, MetaMessage("track_name", name="Voice"))]
    before = -1
    for note in score.notes:
        start = max(line.tick_at(note.start_s), before)
        end = max(start + 1, line.tick_at(note.end_s))
        before = end
        pitch = round(note.pitch_midi)
        if note.syllable is not None:
            hyphen = "-" if note.syllable.position in ("begin", "middle") else ""
            events.append((start, 2, MetaMessage("lyrics", text=note.syllable.text + hyphen)))
        events.append((start, 3, Message("note_on", note=pitch, velocity=_VELOCITY)))
        events.append((end, 1, Message("note_off", note=pitch, velocity=0)))
    return events


def _track(events: list[tuple[int, int, Any]]) -> Any:
    from mido import MetaMessage, MidiTrack

    track = MidiTrack()
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(MetaMessage("end_of_track", time=0))
    return track
