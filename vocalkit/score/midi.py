"""Standard MIDI and KAR files → `Sheet`: the worded track's top line, tempo, key and markers."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from vocalkit.errors import ScoreError
from vocalkit.score.imported import word_positions
from vocalkit.score.lines import overlap_warning, with_pickup
from vocalkit.score.reading import Reading
from vocalkit.score.sheet import Sheet, SheetNote, TimeSignature, barred
from vocalkit.score.texts import clean
from vocalkit.score.timeline import MAX_BPM, MIN_BPM
from vocalkit.types import Key

_MAX_EVENTS = 2_000_000
_PERCUSSION = 9
_LEGATO = 8
"""Parts of a quarter: notes played legato overlap by less."""


@dataclass
class _Track:
    """Notes [start, end, pitch] and words (tick, text) of one track, in ticks."""

    notes: list[tuple[int, int, int]] = field(default_factory=list)
    lyrics: list[tuple[int, str]] = field(default_factory=list)
    texts: list[tuple[int, str]] = field(default_factory=list)
    name: str = ""


@dataclass
class _Global:
    """What counts for all tracks."""

    tempos: list[tuple[int, float]] = field(default_factory=list)
    signatures: list[tuple[int, TimeSignature]] = field(default_factory=list)
    key: Key | None = None
    markers: list[tuple[int, str]] = field(default_factory=list)
    end: int = 0


def parse_midi(data: bytes, reading: Reading = Reading()) -> Sheet:  # noqa: B008  (frozen)
    """One sung line of a MIDI file. ScoreError, with the byte or tick, for what cannot be read."""
    file = _open(data)
    shared = _Global()
    tracks = [_read_track(track, shared) for track in file.tracks]
    tracks = _split_lyrics(tracks)
    noted = [track for track in tracks if track.notes]
    if not noted:
        raise ScoreError("the MIDI file has no notes")
    chosen = _choose(noted, reading.part)
    quarter = int(file.ticks_per_beat)
    notes = _top_line(chosen.notes)
    overlaps = tuple(Fraction(tick, quarter) for tick in _overlaps(chosen.notes, quarter // _LEGATO))
    texts, warnings = _attach(notes, chosen.lyrics or _lonely_lyrics(tracks, chosen), quarter)
    signatures, pickup = with_pickup([(Fraction(tick, quarter), made) for tick, made in shared.signatures])
    bars, end = barred(signatures, Fraction(max(shared.end, notes[-1][1]), quarter), pickup=pickup)
    return Sheet(
        notes=_sheet_notes(notes, texts, quarter),
        end=end,
        tempos=tuple((Fraction(tick, quarter), bpm) for tick, bpm in shared.tempos),
        signatures=signatures,
        bars=bars,
        keys=((Fraction(0), shared.key),) if shared.key else (),
        marks=tuple((Fraction(tick, quarter), text) for tick, text in sorted(shared.markers)),
        language=reading.language,
        title=tracks[0].name if len(tracks) > 1 else "",
        warnings=(*warnings, *overlap_warning(overlaps)),
        overlaps=overlaps,
    )


def _open(data: bytes) -> Any:
    import mido

    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        data = data[20:]
    if data[:4] != b"MThd":
        raise ScoreError("byte 0: not a MIDI file (no MThd header)")
    stream = io.BytesIO(data)
    try:
        file = mido.MidiFile(file=stream, charset="latin-1", clip=True)
    except Exception as error:  # mido raises bare OSError, EOFError, ValueError, KeyError, IndexError on damage
        raise ScoreError(
            f"byte {stream.tell()}: the MIDI file is damaged ({str(error) or type(error).__name__})"
        ) from error
    if file.type == 2:
        raise ScoreError("MIDI type 2 (independent patterns) is not a score; save it as type 1")
    if not 0 < file.ticks_per_beat < 0x8000:
        raise ScoreError("byte 12: MIDI time code instead of beats; save the file with ticks per quarter note")
    if sum(len(track) for track in file.tracks) > _MAX_EVENTS:
        raise ScoreError(f"the MIDI file has over {_MAX_EVENTS} events")
    return file


def _read_track(track: Any, shared: _Global) -> _Track:
    result = _Track()
    sounding: dict[tuple[int, int], int] = {}
    tick = 0
    for message in track:
        tick += message.time
        if message.type in ("note_on", "note_off") and message.channel != _PERCUSSION:
            began = sounding.pop((message.channel, message.note), None)
            if began is not None and tick > began:
                result.notes.append((began, tick, message.note))
            if message.type == "note_on" and message.velocity > 0:
                sounding[message.channel, message.note] = tick
        elif message.type in ("lyrics", "text"):
            (result.lyrics if message.type == "lyrics" else result.texts).append((tick, _decoded(message.text)))
        elif message.type == "track_name":
            result.name = clean(_decoded(message.name))
        elif message.is_meta:
            _read_shared(message, tick, shared)
    for (_, pitch), began in sounding.items():
        if tick > began:
            result.notes.append((began, tick, pitch))
    shared.end = max(shared.end, tick)
    result.notes.sort()
    return result


def _read_shared(message: Any, tick: int, shared: _Global) -> None:
    if message.type == "set_tempo":
        bpm = 60e6 / message.tempo if message.tempo else 0.0
        if not MIN_BPM <= bpm <= MAX_BPM:
            raise ScoreError(f"tick {tick}: tempo must be {MIN_BPM:g} to {MAX_BPM:g} BPM, got {bpm:g}")
        shared.tempos.append((tick, bpm))
    elif message.type == "time_signature":
        shared.signatures.append((tick, TimeSignature(message.numerator, message.denominator)))
    elif message.type == "key_signature" and shared.key is None:
        shared.key = Key.parse(message.key)
    elif message.type in ("marker", "cue_marker") and clean(_decoded(message.text)):
        shared.markers.append((tick, clean(_decoded(message.text))))


def _decoded(text: str) -> str:
    """MIDI text has no declared encoding: UTF-8 if it is that, else Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return text


def _split_lyrics(tracks: list[_Track]) -> list[_Track]:
    """KAR files keep their words in text events; words, like ``@T`` headers, are told apart by their marks."""
    if any(track.lyrics for track in tracks):
        return tracks
    for track in tracks:
        words = [(tick, text) for tick, text in track.texts if not text.startswith("@") and tick > 0]
        if len(words) >= 4 and (track.name.lower() == "words" or any(text[:1] in "\\/" for _, text in words)):
            track.lyrics = words
    return tracks


def _choose(noted: list[_Track], part: int | None) -> _Track:
    if part is not None:
        if part > len(noted):
            raise ScoreError(f"part {part} does not exist; the file has {len(noted)} tracks with notes")
        return noted[part - 1]
    return next((track for track in noted if track.lyrics), noted[0])


def _lonely_lyrics(tracks: list[_Track], chosen: _Track) -> list[tuple[int, str]]:
    """Words on a track without notes, where their ticks are the chosen track's notes."""
    starts = {start for start, _, _ in chosen.notes}
    for track in tracks:
        if track.lyrics and not track.notes and sum(t in starts for t, _ in track.lyrics) * 2 > len(track.lyrics):
            return track.lyrics
    return []


def _top_line(notes: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """One note at a time: the highest of those that start together, each ending where the next starts."""
    line: list[tuple[int, int, int]] = []
    for start, end, pitch in sorted(notes, key=lambda n: (n[0], -n[2])):
        if line and line[-1][0] == start:
            continue
        if line and line[-1][1] > start:
            line[-1] = (line[-1][0], start, line[-1][2])
        line.append((start, end, pitch))
    return line


def _overlaps(notes: list[tuple[int, int, int]], legato: int) -> list[int]:
    """Ticks where a note begins while one that began earlier goes on for longer than players tie notes together."""
    found: list[int] = []
    before: tuple[int, int] = (0, 0)
    for start, end, _ in sorted(notes):
        if start > before[0] and before[1] - start > legato and found[-1:] != [start]:
            found.append(start)
        before = max(before, (start, end))
    return found


def _attach(
    notes: list[tuple[int, int, int]], lyrics: list[tuple[int, str]], quarter: int
) -> tuple[list[str | None], list[str]]:
    """The raw text of each note; a syllable goes to the note it starts with, within a 32nd."""
    texts: list[str | None] = [None] * len(notes)
    starts = {start: index for index, (start, _, _) in enumerate(notes)}
    lost = 0
    at = 0
    for tick, text in lyrics:
        if not any(char.isalnum() for char in text):
            if texts[max(0, at - 1)] and text.strip(" ") in ("", "\r", "\n"):
                texts[max(0, at - 1)] = f"{texts[max(0, at - 1)]} "
            continue
        exact = starts.get(tick, -1)
        at = exact if exact >= at else at
        while at < len(notes) and notes[at][0] < tick - quarter // 8:
            at += 1
        if at == len(notes) or notes[at][0] > tick + quarter // 8:
            lost += 1
            continue
        texts[at] = text
        at += 1
    return texts, [f"{lost} syllables begin on no note and are left out"] if lost else []


def _sheet_notes(notes: list[tuple[int, int, int]], texts: list[str | None], quarter: int) -> tuple[SheetNote, ...]:
    worded = [text for text in texts if text is not None]
    positions = iter(word_positions(_syllabics(worded)))
    result: list[SheetNote] = []
    for (start, end, pitch), text in zip(notes, texts, strict=True):
        span = Fraction(start, quarter), Fraction(end, quarter)
        if text is None:
            result.append(SheetNote(*span, float(pitch), continues=bool(worded) and bool(result)))
        else:
            result.append(SheetNote(*span, float(pitch), clean(text).strip(" \\/-_"), next(positions)))
    return tuple(result)


def _syllabics(texts: list[str]) -> list[str]:
    """begin, middle, end or single, by the file's own habit: hyphens, or spaces between words, or neither."""
    hyphens = any(text.rstrip().endswith("-") for text in texts)
    spaces = any(text[:1] in " \\/\r\n" or text[-1:] in " \r\n" for text in texts)
    marks: list[str] = []
    open_word = False
    for index, text in enumerate(texts):
        following = texts[index + 1] if index + 1 < len(texts) else " "
        if hyphens:
            goes_on = text.rstrip().endswith("-")
        else:
            goes_on = spaces and text[-1:] not in " \r\n" and following[:1] not in " \\/\r\n"
        marks.append(("middle" if goes_on else "end") if open_word else ("begin" if goes_on else "single"))
        open_word = goes_on
    return marks
