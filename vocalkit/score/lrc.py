"""LRC and enhanced LRC in and out: timed words without pitch. ``[01:02.50]<01:02.50>Hea<01:02.90>ven``."""

from __future__ import annotations

import re
from dataclasses import replace

from vocalkit.errors import ScoreError
from vocalkit.score.lines import sung_lines
from vocalkit.score.sheet import Sheet
from vocalkit.score.texts import clean, decoded, has_words, lines_of
from vocalkit.score.timeline import TempoLine
from vocalkit.types import TimedLine, TimedLyrics, TimedWord

LAST_LINE_S = 5.0
_MAX_LINES = 100_000
_TIME = re.compile(r"\[(\d{1,3}):(\d{1,2}(?:[.:]\d{1,3})?)\]")
_WORD = re.compile(r"<(\d{1,3}):(\d{1,2}(?:[.:]\d{1,3})?)>")
_CUT_OFF = re.compile(r"<[\d:.]{0,12}$")
_TAG = re.compile(r"\[([A-Za-z#]\w{0,20}):(.*)\]\s*$")


def parse_lrc(data: bytes) -> TimedLyrics:
    """Lines in the order of their times; a line with several times is sung at each. ScoreError, with the line."""
    tags: dict[str, str] = {}
    found: list[tuple[float, list[TimedWord], float | None]] = []
    for number, content in enumerate(lines_of(decoded(data, fallbacks=("cp1252", "latin-1"))), 1):
        content = content.strip().lstrip("\ufeff")
        tag = _TAG.match(content)
        if tag and not _TIME.match(content):
            tags[tag.group(1).lower()] = tag.group(2).strip()
            continue
        times, text = _leading_times(content)
        for time_s in times:
            words, until_s = _words(text, time_s, moved_s=time_s - times[0], where=f"line {number}")
            found.append((time_s, words, until_s))
        if len(found) > _MAX_LINES:
            raise ScoreError(f"line {number}: more than {_MAX_LINES:,} lines")
    lines = _lines(sorted(found, key=lambda line: line[0]), _shift_s(tags.get("offset", "0")))
    if not lines:
        raise ScoreError("the LRC file has no timed words ([mm:ss.xx] before each line)")
    return TimedLyrics(lines, clean(tags.get("ti", "")))


def _leading_times(content: str) -> tuple[list[float], str]:
    times: list[float] = []
    at = 0
    while found := _TIME.match(content, at):
        times.append(_seconds(*found.groups()))
        at = found.end()
        while content[at : at + 1] == " ":
            at += 1
    return times, content[at:]


def _seconds(minutes: str, seconds: str) -> float:
    return 60 * int(minutes) + float(seconds.replace(":", "."))


def _words(text: str, time_s: float, *, moved_s: float, where: str) -> tuple[list[TimedWord], float | None]:
    """Words with their own times where the line is enhanced, and the time that ends it if that is given."""
    pieces = _WORD.split(_CUT_OFF.sub("", text))
    words: list[TimedWord] = []
    if has_words(pieces[0]):
        words.append(TimedWord(time_s, clean(pieces[0])))
    last_s, until_s = time_s, None
    for minutes, seconds, piece in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        at_s = _seconds(minutes, seconds) + moved_s
        if at_s < last_s - 1e-6:
            raise ScoreError(f"{where}: its words' times go backwards")
        last_s = at_s
        if has_words(piece):
            words.append(TimedWord(at_s, clean(piece), joins=not piece.endswith(" ")))
            until_s = None
        else:
            until_s = at_s
    return words, until_s


def _shift_s(offset: str) -> float:
    """[offset:500] shows words half a second earlier."""
    try:
        milliseconds = float(offset or "0") if len(offset) < 20 else 0.0
    except ValueError as error:
        raise ScoreError(f"[offset:{offset[:20]}] is no number of milliseconds") from error
    return -milliseconds / 1000.0 if abs(milliseconds) < 1e6 else 0.0


def _lines(found: list[tuple[float, list[TimedWord], float | None]], shift_s: float) -> tuple[TimedLine, ...]:
    """Each line lasts until its own end, else until the next begins (an empty line ends the one before)."""
    lines: list[TimedLine] = []
    for index, (time_s, words, until_s) in enumerate(found):
        if not words:
            continue
        following = next((later for later, *_ in found[index + 1 :][:1]), None)
        end_s = until_s if until_s is not None else following
        last_s = words[-1].start_s
        end_s = last_s + LAST_LINE_S if end_s is None or end_s <= last_s else end_s
        moved = tuple(replace(word, start_s=max(0.0, word.start_s + shift_s)) for word in words)
        start_s = max(0.0, time_s + shift_s)
        lines.append(TimedLine(start_s, max(end_s + shift_s, moved[-1].start_s + 0.01, start_s + 0.01), moved))
    return tuple(lines)


def timed_lyrics(sheet: Sheet) -> TimedLyrics:
    """The words of a sheet with the times of their notes."""
    line = TempoLine(list(sheet.tempos))
    lines = []
    for notes in sung_lines(sheet):
        words = tuple(
            TimedWord(line.time_at(note.start), note.text, joins=note.position in ("begin", "middle"))
            for note in notes
            if note.text is not None
        )
        if words:
            lines.append(TimedLine(words[0].start_s, line.time_at(notes[-1].end), words))
    if not lines:
        raise ScoreError("the score has no words to time")
    return TimedLyrics(tuple(lines), sheet.title)


def write_lrc(lyrics: TimedLyrics) -> bytes:
    """Enhanced LRC, UTF-8, to a hundredth of a second; every line ends with the time it ends at."""
    rows = [f"[ti:{lyrics.title}]"] if lyrics.title else []
    rows.append("[re:vocalkit]")
    for line in lyrics.lines:
        row = f"[{_clock(line.start_s)}]"
        for word in line.words:
            row += f"<{_clock(word.start_s)}>{word.text}{'' if word.joins else ' '}"
        rows.append(f"{row}<{_clock(line.end_s)}>")
    return ("\n".join(rows) + "\n").encode("utf-8")


def _clock(time_s: float) -> str:
    hundredths = round(time_s * 100)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"
