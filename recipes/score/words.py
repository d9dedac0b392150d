"""Words read against words in the XML: what part of them arrives, in order, verse by verse."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import xml_syllables

from vocalkit.score import Reading, read_sheet


@dataclass
class WordFigures:
    """Counts over many files. line: the voice of a part that has most words. part: all voices together."""

    files: int = 0
    verses: int = 0
    line_there: int = 0
    line_kept: int = 0
    part_there: int = 0
    part_kept: int = 0
    voice_there: int = 0
    voice_kept: int = 0
    elsewhere: int = 0
    worst: list[tuple[int, str]] = field(default_factory=list)


def plain(text: str) -> str:
    return re.sub("[‿\ue550-\ue552]+", "‿", "".join(text.split())).strip("-_‿")


def in_order(there: list[str], found: list[str]) -> int:
    """How many of `there` are in `found`, in order."""
    return sum(block.size for block in SequenceMatcher(None, there, found, autojunk=False).get_matching_blocks())


def judge(path: Path, figures: WordFigures) -> None:
    """Read a file's every verse, as written, and every voice of the part alone."""
    counted = xml_syllables.count(xml_syllables.load(path))
    if counted is None:
        return
    figures.files += 1
    figures.elsewhere += counted.elsewhere
    voices = sorted({voice for _, voice in counted.syllables}, key=_page_order)
    for number, verse in enumerate(counted.verses, 1):
        figures.verses += 1
        lines = {voice: counted.syllables.get((verse, voice), []) for voice in voices}
        fullest = [plain(text) for _, text in max(lines.values(), key=len)]
        merged = _merged(lines)
        read = [plain(text) for text in _read(path, counted.part, verse=number)]
        kept = in_order(fullest, read)
        figures.line_there += len(fullest)
        figures.line_kept += kept
        figures.part_there += len(merged)
        figures.part_kept += in_order(merged, read)
        if kept < len(fullest):
            figures.worst.append((len(fullest) - kept, f"{path.name} verse {verse}"))


def judge_voices(path: Path, figures: WordFigures) -> None:
    """Read every voice of the part by itself: nothing that another voice covers may be out of reach."""
    counted = xml_syllables.count(xml_syllables.load(path))
    if counted is None:
        return
    names = _all_voices(path, counted.part)
    for number, verse in enumerate(counted.verses, 1):
        for index, voice in enumerate(names, 1):
            there = [plain(text) for _, text in counted.syllables.get((verse, voice), [])]
            if there:
                read = [plain(text) for text in _read(path, counted.part, verse=number, voice=index)]
                figures.voice_there += len(there)
                figures.voice_kept += in_order(there, read)


def _read(path: Path, part: int, *, verse: int, voice: int | None = None) -> tuple[str, ...]:
    return read_sheet(path, Reading(part=part, verse=verse, voice=voice, repeats=False)).syllables


def _merged(lines: dict[str, list[tuple]]) -> list[str]:
    """All voices' syllables in time; the same words at the same time are one."""
    heard: dict[tuple, str] = {}
    for syllables in lines.values():
        for onset, text in syllables:
            heard.setdefault((onset, plain(text).casefold().strip(".,;:!?")), plain(text))
    return [text for (_, _), text in sorted(heard.items(), key=lambda item: item[0][0])]


def _all_voices(path: Path, part: int) -> list[str]:
    """Voices with sounding notes, as vocalkit numbers them: by staff, then by number."""
    notes = xml_syllables.load(path).findall("part")[part - 1].iter("note")
    kept = [n for n in notes if n.find("pitch") is not None and n.find("grace") is None]
    kept = [n for n in kept if n.find("cue") is None or n.find("lyric") is not None]
    return sorted({f"{n.findtext('staff') or '1'}:{n.findtext('voice') or '1'}" for n in kept}, key=_page_order)


def _page_order(voice: str) -> list[tuple[int, str]]:
    return [(len(piece), piece) for piece in voice.split(":")]
