"""Our notes against partitura's, and our order of bars against music21's, on the same files."""

from __future__ import annotations

import tempfile
import warnings
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xml_syllables
from lxml import etree

from vocalkit.score import Reading, read_sheet
from vocalkit.score.files import parse_xml
from vocalkit.score.musicxml import bar_marks_of
from vocalkit.score.repeats import play_order


@dataclass
class PeerFigures:
    """Counts over many files. theirs: notes of the sung voice; agreed: same pitch and onset in ours."""

    files: int = 0
    ours: int = 0
    theirs: int = 0
    agreed: int = 0
    unread: int = 0
    faults: list[str] = field(default_factory=list)


def judge_notes(path: Path, figures: PeerFigures) -> None:
    """The fullest voice of the first part with words, as written, against partitura's notes of that voice.

    Counted from the start or bar by bar, whichever agrees more: the two differ where a part leaves a bar unfilled.
    """
    import partitura

    root = xml_syllables.load(path)
    counted = xml_syllables.count(root)
    if counted is None:
        return
    voice = max(counted.syllables.items(), key=lambda item: len(item[1]))[0][1]
    part = root.findall("part")[counted.part - 1]
    names = sorted(
        {f"{n.findtext('staff') or '1'}:{n.findtext('voice') or '1'}" for n in part.iter("note") if _sounds(n)},
        key=lambda name: [(len(piece), piece) for piece in name.split(":")],
    )
    sheet = read_sheet(path, Reading(part=counted.part, voice=names.index(voice) + 1, repeats=False))
    line = [(float(note.start), round(note.pitch_midi)) for note in sheet.notes]
    for cue in [n for n in root.iter("note") if n.find("cue") is not None and n.find("lyric") is None]:
        cue.find("cue").getparent().remove(cue.find("cue"))  # silent small notes: out of the comparison
        for child in cue.findall("pitch"):
            cue.replace(child, etree.Element("rest"))
    with tempfile.NamedTemporaryFile(suffix=".musicxml") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file.write(etree.tostring(root))
        file.flush()
        try:
            notes, bars = _notes_of(partitura.load_musicxml(file.name).parts[counted.part - 1])
        except Exception as error:  # partitura's own faults have no common base
            figures.unread += 1
            figures.faults.append(f"{path.name}: partitura cannot read it ({type(error).__name__})")
            return
    staff, number = (int(piece) for piece in voice.split(":"))
    top: dict[float, int] = {}
    for note in notes:
        if note["voice"] == number and note["staff"] in (staff, 0) and note["duration_div"] > 0:
            at = float(note["onset_quarter"])
            top[at] = max(top.get(at, 0), int(note["pitch"]))
    begin = min(bars, default=0.0)  # partitura counts from the first full bar, and bars by what one part has in them
    whole = (
        {(round(at * 480), pitch) for at, pitch in line},
        {(round((at - begin) * 480), pitch) for at, pitch in top.items()},
    )
    by_bar = (
        {_in_bar(at, sheet.bars, pitch) for at, pitch in line},
        {_in_bar(at, bars, pitch) for at, pitch in top.items()},
    )
    ours, theirs = max((whole, by_bar), key=lambda sets: len(sets[0] & sets[1]))
    figures.files += 1
    figures.ours += len(ours)
    figures.theirs += len(theirs)
    figures.agreed += len(ours & theirs)
    if ours != theirs:
        figures.faults.append(f"{path.name}: {len(ours)} against {len(theirs)}, {len(ours & theirs)} alike")


def _notes_of(part: Any) -> tuple[Any, list[float]]:
    """partitura's notes, and where its bars begin, in quarters."""
    return part.note_array(include_staff=True), [float(part.quarter_map(bar.start.t)) for bar in part.measures]


def _in_bar(at: Any, bars: Sequence[Any], pitch: float) -> tuple[int, int, int]:
    """Bar, 480ths of a quarter within it, pitch: a bar that one part leaves unfilled does not shift what follows."""
    bar = bisect_right(bars, float(at) + 1e-6) - 1
    return bar, round((float(at) - float(bars[bar])) * 480), round(pitch)


def _sounds(note: etree._Element) -> bool:
    return (
        note.find("pitch") is not None
        and note.find("grace") is None
        and (note.find("cue") is None or note.find("lyric") is not None)
    )


def judge_order(path: Path, figures: PeerFigures) -> None:
    """Bars in the order of play, of a score that has repeats or jumps."""
    import music21

    root = xml_syllables.load(path)
    if not root.findall(".//repeat") and not root.xpath("//sound[@dacapo or @dalsegno]"):
        return
    ours = play_order(bar_marks_of(parse_xml(etree.tostring(root))))
    for part in root.findall("part")[1:]:
        root.remove(part)
    for score_part in root.findall("part-list/score-part")[1:]:
        score_part.getparent().remove(score_part)
    for index, measure in enumerate(root.find("part").iterfind("measure")):
        measure.set("number", str(index))
    figures.files += 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            part = music21.converter.parseData(etree.tostring(root).decode(), format="musicxml").parts[0]
            theirs = [measure.number for measure in part.expandRepeats().getElementsByClass("Measure")]
    except Exception as error:  # music21's own faults have no common base
        figures.unread += 1
        figures.faults.append(f"{path.name}: music21 cannot play it ({type(error).__name__})")
        return
    figures.ours += len(ours)
    figures.theirs += len(theirs)
    figures.agreed += ours == theirs
    if ours != theirs:
        first = next(
            (i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
        )
        figures.faults.append(
            f"{path.name}: {len(ours)} bars against {len(theirs)}, from {ours[first - 1 : first + 3]} on"
        )
