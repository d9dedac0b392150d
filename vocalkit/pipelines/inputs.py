"""What a user hands in as files of text and scores, read and checked before any long work."""

from __future__ import annotations

from pathlib import Path

from vocalkit.errors import ChartError, InputError, LyricsError, ScoreError, VocalkitError
from vocalkit.pipelines.analysis_json import given_of_analysis
from vocalkit.score import Reading, in_seconds, read_sheet
from vocalkit.score.imported import ImportedScore
from vocalkit.types import Given, Performance, TimedLyrics

LARGEST_TEXT_BYTES = 1_000_000
LARGEST_ANALYSIS_BYTES = 20_000_000
LARGEST_PERFORMANCE_BYTES = 200_000_000


def read_given(
    *,
    chords: Path | None = None,
    analysis: Path | None = None,
    given: Given = Given(),  # noqa: B008  (frozen)
) -> Given:
    """What a user's files say about a backing. chords: a chord chart; analysis: a corrected `vocalkit analyze -o`.

    given: what the command line says besides, which comes before the chart's head; not together with an analysis.
    """
    if analysis is not None:
        if chords is not None or given != Given():
            raise InputError("--analysis says it all: correct the file instead of adding --chords or other corrections")
        return given_of_analysis(read_text(analysis, InputError, limit=LARGEST_ANALYSIS_BYTES))
    if chords is None:
        return given
    from vocalkit.band import parse_chart
    from vocalkit.pipelines.chart_given import given_of_chart

    return given_of_chart(parse_chart(read_text(chords, ChartError)), given)


def read_words(path: Path) -> str:
    """The text of a lyrics file: UTF-8, or UTF-16 with its mark."""
    return read_text(path, LyricsError)


def read_words_or_times(path: Path) -> str | TimedLyrics:
    """The words of a lyrics file; with their times where it is an LRC file."""
    if path.suffix.lower() != ".lrc":
        return read_words(path)
    if not path.is_file():
        raise LyricsError(f"there is no file {path}")
    from vocalkit.score import read_timed_lyrics

    return read_timed_lyrics(path)


def read_own_score(path: Path, reading: Reading) -> ImportedScore:
    """The sung line of a user's score file."""
    if not path.is_file():
        raise ScoreError(f"there is no file {path}")
    return in_seconds(read_sheet(path, reading))


def read_music(path: Path, reading: Reading) -> ImportedScore | Performance:
    """A score file, or a performance.json."""
    if path.suffix.lower() != ".json":
        return read_own_score(path, reading)
    check_nothing_chosen(reading, "sing the score instead")
    from vocalkit.synth.performance_json import performance_from_json

    return performance_from_json(read_text(path, ScoreError, limit=LARGEST_PERFORMANCE_BYTES))


def check_nothing_chosen(reading: Reading, instead: str) -> None:
    """A choice that would come to nothing is a slip."""
    if reading != Reading(reading.language):
        raise ScoreError(f"a verse, part, voice or song is chosen in a score, and there is none: {instead}")


def read_text(path: Path, fault: type[VocalkitError], *, limit: int = LARGEST_TEXT_BYTES) -> str:
    """A text file whole, UTF-8 or UTF-16; `fault`, told in one line, for what is none or too large."""
    try:
        if path.is_dir():
            raise fault(f"{path} is a folder, not a text file")
        if path.exists() and path.stat().st_size > limit:
            raise fault(f"{path.name} is far too large for a text ({path.stat().st_size:,} bytes)")
        data = path.read_bytes()
    except FileNotFoundError:
        raise fault(f"there is no file {path}") from None
    except OSError as error:
        raise fault(f"cannot read {path}: {error.strerror or error}") from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise fault(f"{path.name} is not text that can be read; save it as UTF-8") from None
    if "\0" in text:
        raise fault(f"{path.name} is a binary file, not text")
    if not text.strip():
        raise fault(f"{path.name} is empty")
    return text
