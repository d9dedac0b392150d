"""Syllables straight from MusicXML, by code that shares nothing with vocalkit: what its readers are judged against.

A syllable is a <lyric> of a sounding, non-grace note whose <text> elements hold a letter or a digit, once a leading
verse number (``2. ``) is taken off. Syllables under rests and grace notes are counted apart. Everything is as written:
repeats are not played.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from lxml import etree

NUMBERING = re.compile(r"^\s*(?:\d+\s*[.):]|\[\d+\.?\])\s*")


@dataclass
class Counted:
    """Of the first part with words. syllables: (verse, voice) → [(onset in quarters, text)] in order."""

    part: int
    syllables: dict[tuple[str, str], list[tuple[Fraction, str]]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: int = 0

    @property
    def verses(self) -> list[str]:
        return sorted({verse for verse, _ in self.syllables}, key=lambda v: int(re.sub(r"\D", "", v) or 0))


def load(path: Path) -> etree._Element:
    """Root of the MusicXML inside an MXL file."""
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.endswith((".xml", ".musicxml")) and "META-INF" not in n)
        return etree.fromstring(archive.read(name))


def bar_lines(root: etree._Element) -> list[Fraction]:
    """Where measures begin: each is as long as the longest of its parts' contents."""
    parts = root.findall("part")
    longest: dict[int, Fraction] = defaultdict(Fraction)
    for part in parts:
        unit = 1
        for index, measure in enumerate(part.iterfind("measure")):
            cursor = Fraction(0)
            for child in measure:
                if child.tag == "attributes" and child.findtext("divisions"):
                    unit = int(child.findtext("divisions"))
                length = Fraction(int(child.findtext("duration") or 0), unit)
                if child.tag == "backup":
                    cursor -= length
                elif child.tag == "forward" or (child.tag == "note" and child.find("chord") is None):
                    cursor += length
                longest[index] = max(longest[index], cursor)
    lines = [Fraction(0)]
    for index in range(len(longest)):
        lines.append(lines[-1] + longest[index])
    return lines


def count(root: etree._Element) -> Counted | None:
    """Syllables of the first part that has any; None for a score without words."""
    lines = bar_lines(root)
    for number, part in enumerate(root.findall("part"), 1):
        found = Counted(number)
        unit = 1
        for measure, line in zip(part.iterfind("measure"), lines, strict=False):
            cursor = onset = line
            for child in measure:
                if child.tag == "attributes" and child.findtext("divisions"):
                    unit = int(child.findtext("divisions"))
                elif child.tag in ("backup", "forward"):
                    step = Fraction(int(child.findtext("duration")), unit)
                    cursor += step if child.tag == "forward" else -step
                elif child.tag == "note":
                    if child.find("chord") is None:
                        onset = cursor
                        cursor += Fraction(int(child.findtext("duration") or 0), unit)
                    _note(child, onset, found)
        if found.syllables:
            return found
    return None


def _note(note: etree._Element, onset: Fraction, found: Counted) -> None:
    voice = f"{note.findtext('staff') or '1'}:{note.findtext('voice') or '1'}"
    seen = set()
    for lyric in note.findall("lyric"):
        verse = lyric.get("number") or "1"
        text = "‿".join("".join((t.text or "").split()) for t in lyric.findall("text"))
        text = NUMBERING.sub("", text)
        if not re.search(r"\w", text.replace("_", "")) or verse in seen:
            continue
        seen.add(verse)  # a verse that one note has twice is an engraving slip: in three lieder, the same syllable
        if note.find("pitch") is None or note.find("grace") is not None:
            found.elsewhere += 1
        else:
            found.syllables[verse, voice].append((onset, text))
