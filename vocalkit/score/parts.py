"""Several sung lines as parts of one file: MusicXML part-wise, MIDI type 1."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement

from vocalkit.errors import ScoreError
from vocalkit.score.midi_export import conductor_track, ticks_for, voice_track
from vocalkit.score.musicxml_export import document_text, score_root, write_part
from vocalkit.score.sheet import Sheet, without_graces


def parts_to_musicxml(sheets: Mapping[str, Sheet]) -> str:
    """One document, a part for every line in order, all with the bars of the longest. Raises ScoreError for none."""
    lines = _same_bars(sheets)
    first = next(iter(lines.values()))
    root = score_root(first.title)
    listed = SubElement(root, "part-list")
    for number, name in enumerate(lines, 1):
        SubElement(SubElement(listed, "score-part", {"id": f"P{number}"}), "part-name").text = shown_name(name)
    for number, sheet in enumerate(lines.values(), 1):
        part: Element = SubElement(root, "part", {"id": f"P{number}"})
        write_part(sheet, part)
    return document_text(root)


def parts_to_midi(sheets: Mapping[str, Sheet]) -> bytes:
    """One file, a track for every line after that of tempo and meters. Raises ScoreError for none."""
    import mido

    lines = {name: without_graces(sheet) for name, sheet in _same_bars(sheets).items()}
    quarter = max(ticks_for(sheet) for sheet in lines.values())
    file = mido.MidiFile(type=1, ticks_per_beat=quarter, charset="utf-8")
    file.tracks.append(conductor_track(next(iter(lines.values())), quarter))
    for name, sheet in lines.items():
        file.tracks.append(voice_track(sheet, quarter, name=shown_name(name)))
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def shown_name(name: str) -> str:
    """``harmony_1`` → ``Harmony 1``."""
    return name.replace("_", " ").capitalize()


def _same_bars(sheets: Mapping[str, Sheet]) -> dict[str, Sheet]:
    if not sheets or not all(sheet.notes for sheet in sheets.values()):
        raise ScoreError("a score of several parts needs a line with notes for each")
    longest = max(sheets.values(), key=lambda sheet: sheet.end)
    return {name: replace(sheet, end=longest.end, bars=longest.bars) for name, sheet in sheets.items()}
