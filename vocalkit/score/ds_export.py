"""`Sheet` → DiffSinger `.ds`, a phrase for every line that is sung.

`ph_num` counts from vowel to vowel, as DiffSinger's variance models group phonemes: a syllable's first consonants
belong to the note before. Lengths of phonemes and F0 are left to those models. `text` has the syllables, which
DiffSinger does not read. Times are differences of times rounded to the microsecond, so that no error adds up.
"""

from __future__ import annotations

import json
from typing import Any

from vocalkit.errors import ScoreError
from vocalkit.phones import is_vowel
from vocalkit.score.lines import sung_lines
from vocalkit.score.sheet import Sheet, SheetNote, without_graces
from vocalkit.score.timeline import TempoLine
from vocalkit.types import PITCH_NAMES

LEAD_S = 0.5
_CURVE_STEP_S = 0.005
_MICRO = 1_000_000


def write_ds(sheet: Sheet) -> bytes:
    """The sheet as a `.ds` file. ScoreError where it has no notes, or syllables without phonemes."""
    sheet = without_graces(sheet)
    if not sheet.notes:
        raise ScoreError("a score without notes cannot be written")
    if any(note.text is not None and not note.phonemes for note in sheet.notes):
        raise ScoreError("a .ds file needs phonemes; pronounce the words first")
    line = TempoLine(list(sheet.tempos))
    phrases = []
    free = 0
    for notes in sung_lines(sheet):
        times = [(round(line.time_at(n.start) * _MICRO), round(line.time_at(n.end) * _MICRO)) for n in notes]
        offset = max(free, times[0][0] - round(LEAD_S * _MICRO))
        phrases.append(_phrase(notes, times, offset))
        free = times[-1][1]
    return json.dumps(phrases, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def _phrase(notes: list[SheetNote], times: list[tuple[int, int]], offset: int) -> dict[str, Any]:
    names, lengths, slurs, groups, texts = [], [], [], [], []
    now, vowel = offset, "SP"
    for note, (start, end) in zip(notes, times, strict=True):
        rested = start > now
        if rested:
            names.append("rest")
            lengths.append(start - now)
            slurs.append(0)
            groups.append(["SP"])
            texts.append("SP")
        begins = not note.continues or not names or rested
        names.append(_name(note.pitch_midi))
        lengths.append(end - max(start, now))
        slurs.append(0 if begins else 1)
        vowel = next((symbol for symbol in reversed(note.phonemes) if is_vowel(symbol)), vowel)
        if begins:  # after a rest a melisma begins again on its vowel: a slur would make it part of the silence
            groups.append(list(note.phonemes) or [vowel])
            texts.append(_text(note))
        now = end
    document: dict[str, Any] = {
        "offset": offset / _MICRO,
        "text": " ".join(texts),
        "ph_seq": " ".join(symbol for group in groups for symbol in group),
        "ph_num": " ".join(str(count) for count in _vowel_to_vowel(groups)),
        "note_seq": " ".join(names),
        "note_dur": " ".join(f"{length / _MICRO:.6f}" for length in lengths),
        "note_slur": " ".join(map(str, slurs)),
        "input_type": "phoneme",
    }
    if any(note.expression.gender for note in notes):
        document |= _gender_curve(notes, times, offset)
    return document


def _gender_curve(notes: list[SheetNote], times: list[tuple[int, int]], offset: int) -> dict[str, Any]:
    """`gender` over the phrase: each note's until the next begins."""
    values: list[float] = []
    for note, (_, end) in zip(notes, times, strict=True):
        count = round((end - offset) / (_CURVE_STEP_S * _MICRO)) - len(values)
        values += [note.expression.gender] * max(count, 0)
    return {"gender": " ".join(f"{value:.4g}" for value in values), "gender_timestep": str(_CURVE_STEP_S)}


def _text(note: SheetNote) -> str:
    hyphen = "-" if note.position in ("begin", "middle") else ""
    return f"{note.text}{hyphen}".replace(" ", "\u00a0") if note.text is not None else "SP"


def _vowel_to_vowel(groups: list[list[str]]) -> list[int]:
    """Phonemes of each note, its first consonants counted to the note before; the first note keeps its own."""
    leads = []
    for group in groups:
        vowels = [index for index, symbol in enumerate(group) if is_vowel(symbol) or symbol == "SP"]
        leads.append(vowels[0] if vowels else 0)
    leads[0] = 0
    following = [*leads[1:], 0]
    return [len(group) - lead + after for group, lead, after in zip(groups, leads, following, strict=True)]


def _name(pitch_midi: float) -> str:
    midi = round(pitch_midi)
    cents = round((pitch_midi - midi) * 100)
    return f"{PITCH_NAMES[midi % 12]}{midi // 12 - 1}" + (f"{cents:+d}" if cents else "")
