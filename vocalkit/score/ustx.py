"""USTX, the project file of OpenUtau, read: YAML, 480 ticks a quarter, notes of one voice part or of one track.

Facts from OpenUtau's own source (USTx.cs, UNote.cs, UPart.cs, read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from vocalkit.errors import ScoreError
from vocalkit.score.lines import one_at_a_time, overlap_warning, with_pickup, with_words
from vocalkit.score.reading import Reading
from vocalkit.score.sheet import Sheet, TimeSignature, barred
from vocalkit.score.texts import CONTINUATIONS, clean, decoded, has_words
from vocalkit.score.timeline import MAX_BPM, MIN_BPM, TempoLine
from vocalkit.score.ustx_expression import PartCurves, note_expression
from vocalkit.score.word_division import PLAIN_BRACKETS, divide, held_ticks, read_table
from vocalkit.score.yaml_files import load_yaml
from vocalkit.types import Key, NoteExpression

QUARTER = 480
_MAX_NOTES = 200_000
_HINT = re.compile(r"\[.*\]")
_SLURS = ("+~", "+*", "-", "ー")


def parse_ustx(data: bytes, reading: Reading = Reading()) -> Sheet:  # noqa: B008  (frozen)
    """One track of an OpenUtau project. ScoreError, with the line or note, for what cannot be read.

    reading.part: a track that has notes, counted from 1.
    """
    project = load_yaml(decoded(data))
    if not isinstance(project, Mapping) or "voice_parts" not in project:
        raise ScoreError("not an OpenUtau project (no voice_parts); save it from OpenUtau as .ustx")
    parts = [part for part in _list(project, "voice_parts") if isinstance(part, Mapping) and _list(part, "notes")]
    tracks = sorted({_whole(part, "track_no", 0) for part in parts})
    if not tracks:
        raise ScoreError("the project has no notes")
    if reading.part is not None and reading.part > len(tracks):
        raise ScoreError(f"part {reading.part} does not exist; the project has {len(tracks)} tracks with notes")
    track = tracks[(reading.part or 1) - 1]
    chosen = [part for part in parts if _whole(part, "track_no", 0) == track]
    tempos = _tempos(project)
    spans, lyrics, expressions = _notes(chosen, TempoLine(list(tempos)))
    kept, ends, clashes = one_at_a_time(spans)
    if not kept:
        raise ScoreError("the project has no notes that last")
    comments = " ".join(str(part.get("comment") or "") for part in chosen)
    texts, hyphened, undivided = _syllables([lyrics[index] for index in kept], comments)
    signatures, pickup = with_pickup(_signatures(project))
    bars, end = barred(signatures, ends[-1][1], pickup=pickup)
    line = [(start, stop, spans[index][2]) for index, (start, stop) in zip(kept, ends, strict=True)]
    warnings = [*overlap_warning(clashes)]
    if undivided:
        warnings.append(f"{undivided} words could not be divided; their first note sings them whole")
    notes = (
        replace(note, expression=expressions[index])
        for note, index in zip(with_words(line, texts, hyphened), kept, strict=True)
    )
    return Sheet(
        notes=tuple(notes), end=end, tempos=tempos, signatures=signatures, bars=bars,
        keys=_keys(project), language=reading.language, title=clean(str(project.get("name") or "")),
        warnings=tuple(warnings), overlaps=clashes,
    )  # fmt: skip


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    found = values.get(name)
    return found if isinstance(found, list) else []


def _whole(values: Mapping[str, Any], name: str, default: int | None = None, *, where: str = "") -> int:
    value = values.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 10**9:
        raise ScoreError(f"{where}{name} must be a whole number, got {str(value)[:40]!r}")
    return value


def _notes(
    parts: list[Mapping[str, Any]], time: TempoLine
) -> tuple[list[tuple[Fraction, Fraction, float]], list[str], list[NoteExpression]]:
    spans: list[tuple[Fraction, Fraction, float]] = []
    lyrics: list[str] = []
    expressions: list[NoteExpression] = []
    for part in parts:
        begin, curves = _whole(part, "position", 0), PartCurves(part)
        held = held_ticks(str(part.get("comment") or ""))
        for number, note in enumerate(_list(part, "notes"), 1):
            where = f"note {number}: "
            if not isinstance(note, Mapping) or len(spans) >= _MAX_NOTES:
                raise ScoreError(f"{where}not a note, or more than {_MAX_NOTES:,} notes")
            place = _whole(note, "position", where=where)
            start = begin + place
            stop = start + _whole(note, "duration", where=where)
            pitch = _whole(note, "tone", where=where) + _whole(note, "tuning", 0, where=where) / 100.0
            if start < 0 or not 0 <= pitch <= 127:
                raise ScoreError(f"{where}position {start} or tone {pitch:g} is out of range")
            spans.append((Fraction(start, QUARTER), Fraction(stop, QUARTER), pitch))
            length_s = time.time_at(spans[-1][1]) - time.time_at(spans[-1][0]) if stop > start else 0.0
            expressions.append(note_expression(note, curves, (start - begin, stop - begin), length_s))
            lyric = clean(_HINT.sub("", str(note.get("lyric") or "")[:500])).translate(PLAIN_BRACKETS)
            lyrics.append("+~" if place in held else lyric)
    return spans, lyrics, expressions


def _syllables(lyrics: list[str], comments: str) -> tuple[list[str | None], list[bool], int]:
    """Text of every note (None carries on), whether its word goes on, and how many words could not be divided."""
    table = read_table(comments.translate(PLAIN_BRACKETS))
    texts: list[str | None] = [None] * len(lyrics)
    hyphened = [False] * len(lyrics)
    undivided = 0
    index = 0
    while index < len(lyrics):
        begins = index
        index += 1
        if lyrics[begins] in CONTINUATIONS or not has_words(lyrics[begins]):
            continue
        further = []
        while index < len(lyrics) and (lyrics[index] == "+" or lyrics[index] in _SLURS):
            further += [index] if lyrics[index] == "+" else []
            index += 1
        word = lyrics[begins]
        parts = divide(word.strip("-"), len(further) + 1, table)
        undivided += parts is None
        parts = parts or [word]
        for place, text in zip([begins, *further], parts, strict=False):
            texts[place], hyphened[place] = text, True
        hyphened[[begins, *further][len(parts) - 1]] = word.endswith("-")
    return texts, hyphened, undivided


def _tempos(project: Mapping[str, Any]) -> tuple[tuple[Fraction, float], ...]:
    marks: dict[Fraction, float] = {}
    found = _list(project, "tempos") or [{"position": 0, "bpm": project.get("bpm", 120)}]
    for number, tempo in enumerate(found, 1):
        values = tempo if isinstance(tempo, Mapping) else {}
        bpm = values.get("bpm")
        if not isinstance(bpm, int | float) or not MIN_BPM <= bpm <= MAX_BPM:
            raise ScoreError(f"tempo {number} must be {MIN_BPM:g} to {MAX_BPM:g}, got {str(bpm)[:40]!r}")
        marks[Fraction(max(0, _whole(values, "position", 0)), QUARTER)] = float(bpm)
    return tuple(sorted(marks.items()))


def _signatures(project: Mapping[str, Any]) -> list[tuple[Fraction, TimeSignature]]:
    """Signatures stand at bars, so positions follow from the lengths of those before."""
    found = [s for s in _list(project, "time_signatures") if isinstance(s, Mapping)]
    if not found:
        found = [{"beat_per_bar": project.get("beat_per_bar", 4), "beat_unit": project.get("beat_unit", 4)}]
    marks: list[tuple[Fraction, TimeSignature]] = []
    now, bar = Fraction(0), 0
    for values in sorted(found, key=lambda s: _whole(s, "bar_position", 0)):
        at = _whole(values, "bar_position", 0)
        if marks:
            now += (at - bar) * marks[-1][1].quarters
        bar = at
        marks.append((now, TimeSignature(_whole(values, "beat_per_bar", 4), _whole(values, "beat_unit", 4))))
    return marks


def _keys(project: Mapping[str, Any]) -> tuple[tuple[Fraction, Key], ...]:
    tonic = project.get("key", 0)
    known = isinstance(tonic, int) and 0 < tonic < 12  # 0 is also what a project without a key has
    return ((Fraction(0), Key(tonic, "major")),) if known else ()
