"""What is said in each clip: a table of names and texts, in the forms that people already have.

``name|text`` (LJSpeech's metadata.csv), ``name<TAB>text``, or ``name text`` (LibriSpeech). A name
stands for a file with or without its suffix.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePath

from vocalkit.errors import InputError

MOST_LINES = 20_000


def parse_transcripts(text: str, names: Collection[str]) -> dict[str, str]:
    """The text of each of `names` (file names), in the order of `names`.

    Raises InputError naming the lines that cannot be read, the clips without a text, and texts given twice.
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise InputError(f"the transcripts have {len(lines)} lines; {MOST_LINES} are the most")
    by_stem = {PurePath(name).stem: name for name in names}
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        first, said = _split(line, number)
        name = first if first in names else by_stem.get(first) or by_stem.get(PurePath(first).stem)
        if name is None:
            continue
        if name in found and found[name] != said:
            raise InputError(f"line {number} of the transcripts gives {name} another text than before; keep one")
        found[name] = said
    missing = [name for name in names if name not in found]
    if missing:
        shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise InputError(f"no transcript for {shown}; write a line 'name|what is said' for each clip")
    return {name: found[name] for name in names}


def _split(line: str, number: int) -> tuple[str, str]:
    for mark in ("|", "\t"):
        if mark in line:
            cells = [cell.strip() for cell in line.split(mark)]
            # LJSpeech's third cell is the same text with its numbers written out.
            name, said = cells[0], cells[2] if len(cells) > 2 and cells[2] else cells[1]
            break
    else:
        name, _, said = line.strip().partition(" ")
        said = said.strip()
    if not name or not re.search(r"\w", said):
        raise InputError(f"line {number} of the transcripts is not 'name|what is said'")
    # Corpora write all capitals; a pronouncing dictionary would spell such words letter by letter.
    return name, said.lower() if said.isupper() else said
