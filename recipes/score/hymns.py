"""Hymns in ABC: words against a count of the ``w:`` lines, notes against music21, by code that shares nothing."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from words import in_order

from vocalkit.score import Reading
from vocalkit.score.abc import parse_abc, tune_titles

BOOK = "openhymnal_pd.abc"


@dataclass
class HymnFigures:
    """Counts over a book of tunes. Words of every verse; notes of the voice with words, as written."""

    tunes: int = 0
    verses: int = 0
    there: int = 0
    kept: int = 0
    notes: int = 0
    agreed: int = 0
    unread: int = 0
    faults: list[str] = field(default_factory=list)


def judge(path: Path, figures: HymnFigures, *, every: int) -> None:
    """All tunes of an ABC file."""
    data = path.read_bytes()
    tunes = re.split(r"(?m)^(?=X:)", data.decode("utf-8"))[1:]
    for song, (title, text) in enumerate(zip(tune_titles(data), tunes, strict=True), 1):
        if song % every:
            continue
        figures.tunes += 1
        for verse, there in enumerate(_verses(text), 1):
            read = parse_abc(data, Reading(song=song, verse=verse, repeats=False)).syllables
            figures.verses += 1
            figures.there += len(there)
            kept = in_order(there, [re.sub(r"\s", "", syllable) for syllable in read])
            figures.kept += kept
            if kept < len(there):
                figures.faults.append(f"{title} verse {verse}: -{len(there) - kept}")
        _judge_notes(data, song, text, title, figures)


def _verses(text: str) -> list[list[str]]:
    """Syllables of each verse of the first voice with words: the n-th w: line under every line of its music."""
    verses: list[list[str]] = []
    number = 0
    voice = sung = ""
    for line in text.splitlines():
        if not line.startswith("w:"):
            number = 0
            found = re.match(r"\[?V:\s*([^\s\]]+)", line)
            voice = found.group(1) if found else voice
            continue
        sung = sung or voice
        number += 1
        while len(verses) < number:
            verses.append([])
        pieces = re.split(r"[\s\-_*|]+", re.sub(r"^\s*\d+\s*[.):]\s*~?", "", line[2:].replace("\\-", " ")))
        pieces = [re.sub(r"^\d+\s*[.):]", "", re.sub(r"[~\\]", "", piece)) for piece in pieces]
        if voice == sung:
            verses[number - 1] += [piece for piece in pieces if re.search(r"[^\W_]", piece)]
    return verses


def _judge_notes(data: bytes, song: int, text: str, title: str, figures: HymnFigures) -> None:
    import music21

    sheet = parse_abc(data, Reading(song=song, repeats=False))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            part = music21.converter.parse(_one_voice(text), format="abc").stripTies().flatten()
    except Exception as error:  # music21's own faults have no common base
        figures.unread += 1
        figures.faults.append(f"{title}: music21 cannot read it ({type(error).__name__})")
        return
    theirs = [
        (round(float(note.offset) * 96), max(p.midi for p in note.pitches))
        for note in part.notes
        if not note.duration.isGrace
    ]
    ours = [(round(float(note.start) * 96), round(note.pitch_midi)) for note in sheet.notes]
    same = in_order(theirs, ours)  # type: ignore[arg-type]
    figures.notes += len(theirs)
    figures.agreed += same
    if same < len(theirs) or len(ours) != len(theirs):
        figures.faults.append(f"{title}: {len(ours)} notes against {len(theirs)}, {same} alike")


def _one_voice(text: str) -> str:
    """The tune with its first voice alone, without words, repeats and page layout."""
    kept, voice, first = [], None, None
    for line in text.splitlines():
        found = re.match(r"\[?V:\s*([^\s\]]+)[^\]\n]*\]?\s*", line)
        if found:
            voice = found.group(1)
            first = first or voice
            line = line[found.end() :] if line.startswith("[") else ""
        header = re.match(r"[A-Za-z]:", line)
        if line.startswith(("%", "w:", "W:")) or (not header and voice not in (None, first)):
            continue
        if line.strip():
            kept.append(re.sub(r"%.*", "", line))
    return "\n".join(kept) + "\n"
