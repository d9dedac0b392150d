"""MusicXML → `Sheet`: the sung part as it is played, its words, and the tempo, chords and marks of all parts.

Ours because the parsers that exist lose verses, elisions or divisions that change inside a part. Positions are
exact fractions of a quarter note.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeVar
from xml.etree.ElementTree import Element

from vocalkit.errors import ScoreError
from vocalkit.score.lines import overlap_warning
from vocalkit.score.musicxml_part import PartWalk, bar_lengths
from vocalkit.score.musicxml_signs import bar_marks
from vocalkit.score.reading import Reading
from vocalkit.score.repeats import BarMarks, play_order
from vocalkit.score.sheet import Sheet
from vocalkit.score.sung_line import sheet_notes, sung_line
from vocalkit.score.unfold import Playing
from vocalkit.score.written import WrittenPart

T = TypeVar("T")


def parse_musicxml(root: Element, reading: Reading = Reading()) -> Sheet:  # noqa: B008  (frozen)
    """One sung line of a MusicXML tree. ScoreError, with the measure, for what cannot be read."""
    parts = _parts(root)
    starts = [Fraction(0)]
    for length in bar_lengths(parts):
        starts.append(starts[-1] + length)
    written = [PartWalk(measures, starts).read() for measures in parts]
    chosen = _choose(written, reading.part)
    order = play_order(bar_marks(parts)) if reading.repeats else list(range(len(starts) - 1))
    playing = Playing(starts, order)
    played = [playing.part(part) for part in written]
    line, warnings = sung_line(played[chosen].notes, verse=reading.verse, voice=reading.voice)
    if not line:
        raise ScoreError("the score has no notes")
    warnings += [f"{count} {what} are left out" for what, count in written[chosen].lost.items()]
    overlaps = tuple(note.start for note in line if note.cuts)
    return Sheet(
        notes=sheet_notes(line),
        end=max(playing.end, line[-1].end),
        tempos=_changes([[mark for part in played for mark in part.tempos]]),
        signatures=_changes([played[chosen].signatures, *(part.signatures for part in played)]),
        bars=playing.bars,
        keys=_changes([played[chosen].keys, *(part.keys for part in played)]),
        chords=tuple(sorted((c for part in played for c in part.chords), key=lambda chord: chord.start)),
        marks=tuple(sorted({mark for part in played for mark in part.rehearsals})),
        language=reading.language,
        title=(root.findtext("work/work-title") or root.findtext("movement-title") or "").strip(),
        warnings=(*warnings, *overlap_warning(overlaps)),
        overlaps=overlaps,
    )


def bar_marks_of(root: Element) -> list[BarMarks]:
    """The repeats, endings and jumps of every bar, as `vocalkit.score.repeats.play_order` takes them."""
    return bar_marks(_parts(root))


def _changes(of_parts: list[list[tuple[Fraction, T]]]) -> tuple[tuple[Fraction, T], ...]:
    """Signatures or keys of the first part that has any, without those that change nothing."""
    marks = next((marks for marks in of_parts if marks), [])
    changes: list[tuple[Fraction, T]] = []
    for at, value in dict(sorted(marks, key=lambda mark: mark[0])).items():
        if not changes or changes[-1][1] != value:
            changes.append((at, value))
    return tuple(changes)


def _parts(root: Element) -> list[list[Element]]:
    """Measures of every part; names lose their namespace, and a time-wise score is turned part-wise."""
    for element in root.iter():
        if isinstance(element.tag, str) and "}" in element.tag:
            element.tag = element.tag.rsplit("}", 1)[1]
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


def _choose(parts: list[WrittenPart], part: int | None) -> int:
    if part is not None:
        if part > len(parts):
            raise ScoreError(f"part {part} does not exist; the score has {len(parts)}")
        return part - 1
    worded = (i for i, written in enumerate(parts) if any(note.lyrics for note in written.notes))
    noted = (i for i, written in enumerate(parts) if written.notes)
    return next(worded, next(noted, 0))
