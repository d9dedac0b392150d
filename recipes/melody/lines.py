"""Where the lines of a sung part end: what a lyrics sheet would have shown."""

from __future__ import annotations

from dataclasses import replace

from vocalkit.score import Sheet, SheetNote
from vocalkit.score.lines import sung_lines

SHORTEST_LINE, SHORTEST_CLAUSE, LONGEST_LINE = 3, 5, 16
"""Syllables: a rest divides lines of at least the first, punctuation of the second; longer ones than the third part."""
LONGEST_STANZA = 4


def lines_of(sheet: Sheet, notes: list[SheetNote]) -> list[tuple[int, bool]]:
    """Syllables of each line, and whether it ends a stanza: at a full stop, after four lines, and at the end."""
    lines = divide(sheet, notes)
    made, since = [], 0
    for index, line in enumerate(lines):
        since += 1
        ends = (since >= 2 and _last_text(line).endswith((".", "!", "?"))) or since == LONGEST_STANZA
        ends = ends or index == len(lines) - 1
        made.append((_syllables(line), ends))
        since = 0 if ends else since
    return made


def divide(sheet: Sheet, notes: list[SheetNote]) -> list[list[SheetNote]]:
    """At rests and breaths, else after punctuation; what is still too long is parted after its longest note."""
    rested = {id(line[0]) for line in sung_lines(replace(sheet, notes=tuple(notes)))}
    lines: list[list[SheetNote]] = [[]]
    for note in notes:
        count = _syllables(lines[-1])
        closed = count >= SHORTEST_CLAUSE and _last_text(lines[-1]).endswith((".", ",", ";", ":", "!", "?"))
        if _opens_word(note) and (closed or (count >= SHORTEST_LINE and id(note) in rested)):
            lines.append([])
        lines[-1].append(note)
    return [piece for line in lines for piece in _parted(line)]


def _syllables(notes: list[SheetNote]) -> int:
    return sum(note.text is not None for note in notes)


def _opens_word(note: SheetNote) -> bool:
    return note.text is not None and not note.continues and note.position in ("single", "begin")


def _last_text(notes: list[SheetNote]) -> str:
    return next((note.text for note in reversed(notes) if note.text is not None), "").rstrip("'\"”’)")


def _parted(line: list[SheetNote]) -> list[list[SheetNote]]:
    if _syllables(line) <= LONGEST_LINE:
        return [line]
    cuts = [
        i
        for i in range(1, len(line))
        if _opens_word(line[i]) and min(_syllables(line[:i]), _syllables(line[i:])) >= SHORTEST_CLAUSE
    ]
    if not cuts:
        return [line]
    cut = max(cuts, key=lambda i: (line[i].start - line[i - 1].start, -abs(i - len(line) / 2)))
    return [*_parted(line[:cut]), *_parted(line[cut:])]
