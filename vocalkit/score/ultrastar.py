"""UltraStar `.txt` in and out: karaoke notes on a grid of quarter beats, with one tempo and a gap before beat 0."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm

from vocalkit.errors import ScoreError
from vocalkit.score.lines import one_at_a_time, overlap_warning, sung_lines, with_words
from vocalkit.score.reading import Reading
from vocalkit.score.sheet import Sheet, SheetNote, barred, without_graces
from vocalkit.score.texts import clean, decoded, has_words, lines_of, number
from vocalkit.score.timeline import TempoLine

_MIDDLE_C = 60
_MAX_NOTES = 200_000
_FASTEST_BPM = 200.0
_FINEST_S, _UNIT_S = 0.001, 0.004
_NOTE = re.compile(r"([:*FRG])\s*(-?\d{1,9})\s+(-?\d{1,9})\s+(-?\d{1,4})(?:\s(.*))?$")
_TEMPO = re.compile(r"B\s*(-?[\d.,]{1,20})\s+([\d.,]{1,20})\s*$")
_CARRIED = ("~", "-", "")


@dataclass
class _Song:
    """What the file says. notes: (beat, beats, pitch, text or None, first of its line), beats counted from 0."""

    tags: dict[str, str] = field(default_factory=dict)
    tag_lines: dict[str, int] = field(default_factory=dict)
    notes: list[tuple[int, int, int, str, bool]] = field(default_factory=list)
    tempos: list[tuple[float, float]] = field(default_factory=list)
    unpitched: int = 0


def parse_ultrastar(data: bytes, reading: Reading = Reading()) -> Sheet:  # noqa: B008  (frozen)
    """The notes of one singer. ScoreError, with the line, for what cannot be read. reading.part: P1, P2 of a duet."""
    encoding = re.search(rb"^#ENCODING:\s*([\w-]{2,20})", data[:4000], re.MULTILINE | re.IGNORECASE)
    names = {b"CP1252": "cp1252", b"CP1250": "cp1250", b"UTF8": "utf-8", b"UTF-8": "utf-8"}
    declared = names.get(encoding.group(1).upper()) if encoding else None
    songs = _read(decoded(data, declared=declared, fallbacks=("cp1252", "latin-1")))
    noted = [song for song in songs if song.notes]
    if not noted:
        raise ScoreError("the UltraStar file has no notes")
    if reading.part is not None and reading.part > len(noted):
        raise ScoreError(f"part {reading.part} does not exist; the file has {len(noted)} singers")
    song = noted[(reading.part or 1) - 1]
    tags, lines = songs[0].tags, songs[0].tag_lines
    bpm = 4 * number(tags.get("BPM", ""), f"line {lines.get('BPM', 1)}: #BPM", low=0.01, high=100_000)
    gap_s = number(tags.get("GAP", "0") or "0", f"line {lines.get('GAP', 1)}: #GAP", low=-1e7, high=1e7) / 1000.0
    return _sheet(song, bpm, gap_s, songs[0].tempos, reading, clean(tags.get("TITLE", "")))


def _read(text: str) -> list[_Song]:
    songs = [_Song()]
    relative, shift, opens = False, 0, True
    for line, content in enumerate(lines_of(text), 1):
        content = content.lstrip("\ufeff")
        if content.startswith("#"):
            name, _, value = content[1:].partition(":")
            songs[0].tags[name.strip().upper()] = value.strip()
            songs[0].tag_lines[name.strip().upper()] = line
            relative = songs[0].tags.get("RELATIVE", "").upper() == "YES"
        elif re.match(r"P\s*\d", content):
            songs.append(_Song())
            shift, opens = 0, True
        elif content.startswith("-"):
            numbers = re.findall(r"-?\d{1,9}", content[1:])
            shift += int(numbers[-1]) if relative and numbers else 0
            opens = True
        elif content.startswith("E"):
            shift = 0
        elif content.startswith("B"):
            found = _TEMPO.match(content)
            if not found:
                raise ScoreError(f"line {line}: cannot read {content[:40]!r}")
            at = number(found.group(1), f"line {line}: the beat", low=0, high=1e9)
            songs[0].tempos.append((at, 4 * number(found.group(2), f"line {line}: the tempo", low=0.01, high=1e5)))
        elif content.strip():
            songs[-1].notes.append(_note(content, line, shift, songs[-1], opens))
            opens = False
        if len(songs[-1].notes) > _MAX_NOTES or len(songs) > 100:
            raise ScoreError(f"line {line}: more than {_MAX_NOTES:,} notes")
    return songs


def _note(content: str, line: int, shift: int, song: _Song, opens: bool) -> tuple[int, int, int, str, bool]:
    found = _NOTE.match(content)
    if not found:
        raise ScoreError(f"line {line}: cannot read {content[:40]!r}; a note is ': beat beats pitch text'")
    kind, beat, beats, pitch, text = found.groups()
    song.unpitched += kind in "FRG"
    midi = int(pitch) + _MIDDLE_C
    if not 0 <= midi <= 127:
        raise ScoreError(f"line {line}: pitch {pitch} is out of range")
    return int(beat) + shift, int(beats), midi, text or "", opens


def _sheet(
    song: _Song, bpm: float, gap_s: float, changes: list[tuple[float, float]], reading: Reading, title: str
) -> Sheet:
    """UltraStar tempos are often doubled to have a finer grid; a quarter is made long enough to be one."""
    quarter = 4
    while bpm / quarter > _FASTEST_BPM and not changes and quarter < 4096:
        quarter *= 2
    rate = bpm / quarter
    lead = Fraction(round(gap_s * rate / 60.0 * 10_080), 10_080)
    spans = []
    for beat, beats, pitch, _, _ in song.notes:
        start = lead + Fraction(beat, quarter)
        if start < 0:
            raise ScoreError(f"beat {beat} lies before the start of the recording; check #GAP")
        spans.append((start, start + Fraction(beats, quarter), float(pitch)))
    kept, ends, clashes = one_at_a_time(spans)
    if not kept:
        raise ScoreError("the UltraStar file has no notes that last")
    chosen = [song.notes[index] for index in kept]
    texts: list[str | None] = [_own(text) for _, _, _, text, _ in chosen]
    line = [(start, stop, spans[index][2]) for index, (start, stop) in zip(kept, ends, strict=True)]
    notes = with_words(line, texts, _hyphened(chosen))
    opening = [*(first for *_, first in chosen[1:]), False]
    bars, end = barred((), ends[-1][1])
    warnings = [f"{song.unpitched} spoken or free notes are read with their written pitch"] if song.unpitched else []
    warnings += overlap_warning(clashes)
    return Sheet(
        notes=tuple(replace(n, breath=last) for n, last in zip(notes, opening, strict=True)),
        end=end,
        tempos=((Fraction(0), rate), *((lead + Fraction(at) / quarter, faster / quarter) for at, faster in changes)),
        bars=bars, language=reading.language, title=title, warnings=tuple(warnings),
        overlaps=clashes,
    )  # fmt: skip


def _own(text: str) -> str | None:
    """The syllable; None where the note carries the one before on."""
    sung = clean(text)
    return None if sung in _CARRIED or not has_words(sung) else sung.lstrip("~").rstrip("-~")


def _hyphened(notes: list[tuple[int, int, int, str, bool]]) -> list[bool]:
    """Whether the word goes on: no space after it, none before the next syllable, and no new line; or a hyphen."""
    goes_on = [False] * len(notes)
    following: tuple[str, bool] | None = None
    after_space = False
    for index in range(len(notes) - 1, -1, -1):
        *_, text, first = notes[index]
        if _own(text) is None:
            after_space = after_space or text.endswith(" ")
            following = (following[0], following[1] or first) if following else None
            continue
        spaced = text.endswith(" ") or after_space or following is None or following[0].startswith(" ")
        hyphen = text.endswith("-") and following is not None
        goes_on[index] = hyphen or (not spaced and following is not None and not following[1])
        following, after_space = (text, first), False
    return goes_on


def write_ultrastar(sheet: Sheet) -> bytes:
    """The sheet as UltraStar text, UTF-8. ScoreError where it has no notes.

    With one tempo the grid holds every note exactly if 1 ms is fine enough; else its beats are 2 to 4 ms long.
    """
    if not sheet.notes:
        raise ScoreError("a score without notes cannot be written")
    sheet = without_graces(sheet)
    line = TempoLine(list(sheet.tempos))
    unit_s = _unit_s(sheet, line)
    title = sheet.title or "Untitled"
    rows = [f"#TITLE:{title}", "#ARTIST:Unknown", f"#LANGUAGE:{sheet.language}", "#MP3:audio.mp3"]
    rows += [f"#BPM:{15.0 / unit_s:.6f}".rstrip("0").rstrip("."), "#GAP:0"]
    before = 0
    lines = sung_lines(sheet)
    for index, notes in enumerate(lines):
        if index:
            rows.append(f"- {before}")
        for note in notes:
            start = max(round(line.time_at(note.start) / unit_s), before)
            before = max(start + 1, round(line.time_at(note.end) / unit_s))
            rows.append(f": {start} {before - start} {round(note.pitch_midi) - _MIDDLE_C} {_written(note, notes)}")
    return ("\n".join([*rows, "E"]) + "\n").encode("utf-8")


def _written(note: SheetNote, line: list[SheetNote]) -> str:
    """A syllable, with a space where its word ends and a hyphen where the word goes on in the next line."""
    if note.text is None:
        return "~"
    if note.position in ("single", "end"):
        return f"{note.text} "
    last = next(other for other in reversed(line) if other.text is not None)
    return f"{note.text}-" if last is note else note.text


def _unit_s(sheet: Sheet, line: TempoLine) -> float:
    """Length of UltraStar's beat: every note's exact place if the tempo never changes and 1 ms is fine enough."""
    quarter_s = line.time_at(Fraction(1))
    parts = 4
    for note in sheet.notes:
        parts = lcm(parts, note.start.denominator, note.end.denominator)
        if parts > quarter_s / _FINEST_S:
            break
    steady = len({bpm for _, bpm in sheet.tempos}) <= 1 and all(at <= 1 for at, _ in sheet.tempos)
    if steady and quarter_s / parts >= _FINEST_S:
        return quarter_s / parts
    parts = 4
    while quarter_s / parts > _UNIT_S:
        parts *= 2
    return quarter_s / parts
