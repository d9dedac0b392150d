"""Read a score file, by its suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vocalkit.errors import ScoreError
from vocalkit.score.abc import parse_abc
from vocalkit.score.ds import parse_ds
from vocalkit.score.files import parse_xml, read_bytes, unpack_mxl
from vocalkit.score.imported import ImportedScore, in_seconds
from vocalkit.score.lrc import parse_lrc, timed_lyrics
from vocalkit.score.midi import parse_midi
from vocalkit.score.musicxml import parse_musicxml
from vocalkit.score.reading import Reading
from vocalkit.score.sheet import Sheet
from vocalkit.score.ultrastar import parse_ultrastar
from vocalkit.score.ust import parse_ust
from vocalkit.score.ustx import parse_ustx
from vocalkit.types import TimedLyrics

Parser = Callable[[bytes, Reading], Sheet]
PARSERS: dict[str, Parser] = {
    ".musicxml": lambda data, reading: parse_musicxml(parse_xml(data), reading),
    ".mxl": lambda data, reading: parse_musicxml(parse_xml(unpack_mxl(data)), reading),
    ".mid": parse_midi,
    ".abc": parse_abc,
    ".ust": parse_ust,
    ".ustx": parse_ustx,
    ".ds": parse_ds,
    ".txt": parse_ultrastar,
}
_ALIASES = {".xml": ".musicxml", ".midi": ".mid", ".kar": ".mid"}
SUFFIXES = (*PARSERS, *_ALIASES)


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
    if suffix == ".lrc":
        raise ScoreError(f"{path.name}: LRC times words but has no pitches; give a score, or compose a melody for it")
    if suffix not in SUFFIXES:
        raise ScoreError(f"{path.name}: cannot read {suffix or 'a file without a suffix'}; use {', '.join(SUFFIXES)}")
    try:
        return parse_score(read_bytes(path), suffix, reading)
    except ScoreError as error:
        raise ScoreError(f"{path.name}: {str(error).removeprefix(f'{path.name}: ')}") from error


def read_timed_lyrics(path: Path) -> TimedLyrics:
    """The timed words of an LRC file, or of any score's notes."""
    if path.suffix.lower() != ".lrc":
        return timed_lyrics(read_sheet(path))
    try:
        return parse_lrc(read_bytes(path))
    except ScoreError as error:
        raise ScoreError(f"{path.name}: {str(error).removeprefix(f'{path.name}: ')}") from error


def parse_score(data: bytes, suffix: str, reading: Reading = Reading()) -> Sheet:  # noqa: B008  (frozen)
    """`read_sheet` of bytes in memory. A zip archive is read as MXL whatever its name."""
    kind = _ALIASES.get(suffix, suffix)
    if kind == ".musicxml" and data[:4] == b"PK\x03\x04":
        kind = ".mxl"
    return PARSERS[kind](data, reading)
