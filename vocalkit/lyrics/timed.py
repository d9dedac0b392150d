"""Timed lyrics → syllables and when each is sung.

A file times lines, words or parts of words. Where one time covers several syllables they are spread evenly after it,
at a pace that can be sung, and marked as not given.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise

from vocalkit.errors import LyricsError
from vocalkit.lyrics.lexicon import Lexicon
from vocalkit.lyrics.sheet import LyricSheet, SheetLine, line_syllables, phonemize_sheet
from vocalkit.types import Line, Lyrics, LyricSection, Syllable, SyllableSpan, TimedLine, TimedLyrics

SLOWEST_SPREAD_S = 0.5
"""Syllables without a time of their own follow each other at least this fast."""
FASTEST_SPREAD_S = 0.05
STANZA_PAUSE_S = 2.5
_NO_LEXICON = Lexicon()
_Spans = tuple[SyllableSpan, ...]


@dataclass(frozen=True, slots=True)
class TimedSheet:
    """sheet: its words read in full, in the sections of `lyrics`; spans: when the syllables of each line are sung."""

    sheet: LyricSheet
    lyrics: Lyrics
    spans: tuple[_Spans, ...]


def phonemize_timed(timed: TimedLyrics, *, language: str = "en-us", lexicon: Lexicon = _NO_LEXICON) -> TimedSheet:
    """Syllables of timed lyrics with their times. Lines that come back word for word are the chorus.

    Lines without words (``♪``) are left out. Raises LyricsError where nothing is left, where a time leaves its
    syllables no room, and as `phonemize_sheet`.
    """
    texts = ["" if _is_heading(line.text) else " ".join(line.text.split()) for line in timed.lines]
    sheet = phonemize_sheet("\n".join(texts), language=language, lexicon=lexicon)
    rows = [(timed.lines[line.number - 1], line) for line in sheet.lines]
    words = [line_syllables(line.words, language) for _, line in rows]
    spans = tuple(_spans(row, syllables) for (row, _), syllables in zip(rows, words, strict=True))
    return TimedSheet(sheet, Lyrics(_sections(rows, words), language), spans)


def _is_heading(text: str) -> bool:
    return text.startswith("[") and text.endswith("]")


def _sections(rows: list[tuple[TimedLine, SheetLine]], words: list[tuple[Syllable, ...]]) -> tuple[LyricSection, ...]:
    keys = [line.text.casefold() for _, line in rows]
    sections = []
    for chorus, numbers in groupby(range(len(rows)), key=lambda i: keys.count(keys[i]) > 1):
        lines = []
        for i in numbers:
            pause_s = rows[i + 1][0].start_s - rows[i][0].end_s if i + 1 < len(rows) else 0.0
            lines.append(Line(rows[i][1].text, words[i], pause_s >= STANZA_PAUSE_S))
        sections.append(LyricSection("Chorus" if chorus else "Verse", tuple(lines)))
    return tuple(sections)


def _spans(line: TimedLine, syllables: tuple[Syllable, ...]) -> _Spans:
    """Each syllable belongs to the last time that stands before its first letter."""
    letters = [_letters(word.text) for word in line.words]
    sung = [max(1, _letters(syllable.text)) for syllable in syllables]
    # Figures and the like are spelled out when sung: positions are scaled where the letters are not as many.
    scale = sum(letters) / sum(sung)
    owners = []
    for index in range(len(syllables)):
        place = scale * sum(sung[:index])
        owners.append(max(i for i in range(len(letters)) if sum(letters[:i]) <= place + 1e-6))
    starts = [word.start_s for word in line.words]
    found: list[SyllableSpan] = []
    for owner, members in groupby(range(len(syllables)), key=lambda i: owners[i]):
        count = len(list(members))
        following = [start for start in starts[owner + 1 :] if start > starts[owner] + 1e-6]
        until_s = following[0] if following else line.end_s
        found += _spread(starts[owner], until_s, count, last=len(found) + count == len(syllables))
    return _in_order(found)


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _spread(start_s: float, until_s: float, count: int, *, last: bool) -> list[SyllableSpan]:
    """`count` syllables after one time; the last of the line is held to its end."""
    step_s = min((until_s - start_s) / count, SLOWEST_SPREAD_S)
    if step_s < FASTEST_SPREAD_S:
        raise LyricsError(f"{count} syllables at {start_s:.2f} s have {until_s - start_s:.2f} s; give them more time")
    times = [start_s + index * step_s for index in range(count)]
    ends = [*times[1:], until_s if last or count == 1 else times[-1] + step_s]
    return [SyllableSpan(a, b, given=i == 0) for i, (a, b) in enumerate(zip(times, ends, strict=True))]


def _in_order(spans: list[SyllableSpan]) -> _Spans:
    """Ends that do not pass the next syllable."""
    ends = [min(span.end_s, after.start_s) for span, after in pairwise(spans)]
    return tuple(
        SyllableSpan(span.start_s, end_s, span.given)
        for span, end_s in zip(spans, [*ends, spans[-1].end_s], strict=True)
    )
