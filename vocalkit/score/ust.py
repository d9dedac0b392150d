"""UST, the sequence text of UTAU, in and out. 480 ticks a quarter; every note may set a tempo.

A syllable whose word goes on ends in a hyphen, ``+~`` carries one on, as OpenUtau reads them. A tempo that changes
inside a note cannot be written: the note gets the tempo that makes it last as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from vocalkit.errors import ScoreError
from vocalkit.score.lines import grid_spans, with_words
from vocalkit.score.reading import Reading
from vocalkit.score.sheet import Sheet, barred, without_graces
from vocalkit.score.texts import CONTINUATIONS, NO_LYRIC, clean, decoded, has_words, lines_of, number
from vocalkit.score.timeline import DEFAULT_BPM, MAX_BPM, MIN_BPM, TempoLine

QUARTER = 480
_MAX_NOTES = 200_000
_RESTS = ("r", "")
_HEADING = re.compile(r"\[#(.+?)\]\s*$")
_CHARSET = re.compile(rb"^Charset=([\w-]{1,32})\s*$", re.MULTILINE)


@dataclass
class _Section:
    name: str
    line: int
    values: dict[str, str] = field(default_factory=dict)


def parse_ust(data: bytes, reading: Reading = Reading()) -> Sheet:  # noqa: B008  (frozen)
    """The notes of a UST file, Shift-JIS or UTF-8. ScoreError, with the line, for what cannot be read."""
    charset = _CHARSET.search(data[:2000])
    text = decoded(data, declared=charset.group(1).decode() if charset else None, fallbacks=("cp932", "gb18030"))
    sections = list(_sections(text))
    opening = next((s for s in sections if s.name.upper() == "SETTING"), _Section("SETTING", 1))
    setting = opening.values
    first_bpm = _tempo(setting.get("Tempo", f"{DEFAULT_BPM}"), f"line {opening.line}: the tempo")
    tempos: list[tuple[Fraction, float]] = [(Fraction(0), first_bpm)]
    spans: list[tuple[Fraction, Fraction, float]] = []
    texts: list[str | None] = []
    hyphened: list[bool] = []
    now, empty = Fraction(0), 0
    for section in (s for s in sections if s.name.isdecimal()):
        if section.values.get("Tempo", "").strip():
            tempos.append((now, _tempo(section.values["Tempo"], f"line {section.line}: the tempo")))
        where = f"line {section.line}: the length"
        length = Fraction(number(section.values.get("Length", ""), where, low=0, high=1e8)) / QUARTER
        lyric = clean(section.values.get("Lyric", ""))
        empty += lyric.lower() not in _RESTS and length == 0
        if lyric.lower() not in _RESTS and length > 0:
            pitch = number(section.values.get("NoteNum", "60"), f"line {section.line}: the pitch", low=0, high=127)
            spans.append((now, now + length, pitch))
            sung = has_words(lyric) and lyric not in CONTINUATIONS
            texts.append(lyric.strip("-") if sung else None)
            hyphened.append(lyric.endswith("-") and sung)
        now += length
    if not spans:
        raise ScoreError("the UST file has no notes")
    bars, end = barred((), now)
    return Sheet(
        notes=with_words(spans, texts, hyphened), end=end, tempos=_changes(tempos), bars=bars,
        language=reading.language, title=clean(setting.get("ProjectName", "")),
        warnings=(f"{empty} notes have no length; they are left out",) if empty else (),
    )  # fmt: skip


def _sections(text: str) -> Iterator[_Section]:
    section: _Section | None = None
    count = 0
    for line, content in enumerate(lines_of(text), 1):
        heading = _HEADING.match(content.strip()) if content.lstrip().startswith("[#") else None
        if heading:
            if section is not None:
                yield section
            section = _Section(heading.group(1), line)
            count += 1
            if count > _MAX_NOTES:
                raise ScoreError(f"line {line}: more than {_MAX_NOTES:,} notes")
        elif section is not None and "=" in content:
            key, _, value = content.partition("=")
            section.values[key.strip()] = value
    if section is None:
        raise ScoreError("line 1: not a UST file (no [#…] sections)")
    yield section


def _tempo(text: str, what: str) -> float:
    return number(text, what, low=MIN_BPM, high=MAX_BPM)


def _changes(tempos: list[tuple[Fraction, float]]) -> tuple[tuple[Fraction, float], ...]:
    changes: list[tuple[Fraction, float]] = []
    for at, bpm in dict(tempos).items():
        if not changes or changes[-1][1] != bpm:
            changes.append((at, bpm))
    return tuple(changes)


def write_ust(sheet: Sheet) -> bytes:
    """The sheet as a UST file: Shift-JIS where its words allow, UTF-8 (and saying so) otherwise."""
    if not sheet.notes:
        raise ScoreError("a score without notes cannot be written")
    sheet = without_graces(sheet)
    line = TempoLine(list(sheet.tempos))
    first = line.bpm_between(Fraction(0), max(sheet.notes[0].start, Fraction(1, QUARTER)))
    body: list[str] = []
    now, bpm = 0, _written(first)
    stretches: list[tuple[int, int, str, int]] = []
    for note, (start, end) in zip(sheet.notes, grid_spans(sheet.notes, QUARTER), strict=True):
        if start > now:
            stretches.append((now, start, "R", 60))
        hyphen = "-" if note.position in ("begin", "middle") else ""
        wordless = "+~" if note.continues else NO_LYRIC
        lyric = f"{note.text}{hyphen}" if note.text is not None else wordless
        stretches.append((start, end, lyric, round(note.pitch_midi)))
        now = end
    for index, (start, end, lyric, pitch) in enumerate(stretches):
        body += [f"[#{index:04d}]", f"Length={end - start}", f"Lyric={lyric}", f"NoteNum={pitch}"]
        here = _written(line.bpm_between(Fraction(start, QUARTER), Fraction(end, QUARTER)))
        if here != bpm:
            body.append(f"Tempo={here}")
            bpm = here
        body += ["PreUtterance=", "Intensity=100", "Modulation=0"]
    head = ["[#VERSION]", "UST Version1.2", "[#SETTING]", f"Tempo={_written(first)}", "Tracks=1"]
    head += [f"ProjectName={sheet.title}", "Mode2=True"]
    text = "\r\n".join([*head, *body, "[#TRACKEND]", ""])
    try:
        data = text.encode("cp932")
        return data if _same(data, text) else _utf8(text)
    except UnicodeEncodeError:
        return _utf8(text)


def _same(data: bytes, text: str) -> bool:
    """A reader that tries UTF-8 first must not find that in the Shift-JIS."""
    try:
        return data.decode("utf-8") == text
    except UnicodeDecodeError:
        return data.decode("cp932") == text


def _utf8(text: str) -> bytes:
    return text.replace("[#SETTING]", "[#SETTING]\r\nCharset=UTF-8", 1).encode("utf-8")


def _written(bpm: float) -> str:
    return f"{bpm:.6f}".rstrip("0").rstrip(".")
