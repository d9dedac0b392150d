"""Read a score file, by its suffix."""

from __future__ import annotations

from pathlib import Path

from vocalkit.errors import ScoreError
from vocalkit.score.files import parse_xml, read_bytes, unpack_mxl
from vocalkit.score.imported import ImportedScore, in_seconds
from vocalkit.score.midi import parse_midi
from vocalkit.score.musicxml import parse_musicxml
from vocalkit.score.reading import Reading
from vocalkit.score.sheet import Sheet

SUFFIXES = (".musicxml", ".xml", ".mxl", ".mid", ".midi", ".kar")


def read_score(
    path: Path, *, language: str = "en-us", verse: int = 1, part: int | None = None, repeats: bool = True
) -> ImportedScore:
    """The sung line of a score file in seconds, its words as text. See `read_sheet` and `Reading`."""
    return in_seconds(read_sheet(path, Reading(language, verse, part, repeats=repeats)))


def read_sheet(path: Path, reading: Reading = Reading()) -> Sheet:  # noqa: B008  (frozen)
    """The sung line of a score file as notated.

    Raises ScoreError with the measure, line, tick or byte of what cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ScoreError(f"{path.name}: cannot read {suffix or 'a file without a suffix'}; use {', '.join(SUFFIXES)}")
    data = read_bytes(path)
    try:
        return parse_score(data, suffix, reading)
    except ScoreError as error:
        raise ScoreError(f"{path.name}: {error}") from error


def parse_score(data: bytes, suffix: str, reading: Reading = Reading()) -> Sheet:  # noqa: B008  (frozen)
    """`read_sheet` of bytes in memory."""
    if suffix in (".mid", ".midi", ".kar"):
        return parse_midi(data, reading)
    if suffix == ".mxl" or data[:4] == b"PK\x03\x04":
        data = unpack_mxl(data)
    return parse_musicxml(parse_xml(data), reading)
