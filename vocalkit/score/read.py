"""Read a score file, by its suffix."""

from __future__ import annotations

from pathlib import Path

from vocalkit.errors import ScoreError
from vocalkit.score.files import parse_xml, read_bytes, unpack_mxl
from vocalkit.score.imported import ImportedScore
from vocalkit.score.midi import parse_midi
from vocalkit.score.musicxml import parse_musicxml

SUFFIXES = (".musicxml", ".xml", ".mxl", ".mid", ".midi", ".kar")


def read_score(path: Path, *, language: str = "en-us", verse: int = 1, part: int | None = None) -> ImportedScore:
    """The sung line of a score file, its words as text.

    path: .musicxml, .xml, .mxl, .mid, .midi or .kar. language: espeak code the words will be said in.
    verse: which verse's words, 1 for the first. part: which part or track, 1 for the first; None for the
    first with words, or with notes. Repeats are read once, as written. Raises ScoreError with the
    measure, line or byte of what cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ScoreError(f"{path.name}: cannot read {suffix or 'a file without a suffix'}; use {', '.join(SUFFIXES)}")
    if verse < 1 or (part is not None and part < 1):
        raise ScoreError("verses and parts are counted from 1")
    data = read_bytes(path)
    try:
        if suffix in (".mid", ".midi", ".kar"):
            return parse_midi(data, language=language, part=part)
        if suffix == ".mxl" or data[:4] == b"PK\x03\x04":
            data = unpack_mxl(data)
        return parse_musicxml(parse_xml(data), language=language, verse=verse, part=part)
    except ScoreError as error:
        raise ScoreError(f"{path.name}: {error}") from error
