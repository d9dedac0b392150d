"""Chord charts between plain text and `Chart`. The format is described in docs/chord-charts.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from vocalkit.band.chart import STYLE_NAMES, Bar, BarChord, Chart, ChartSection, StyleName, section_kind
from vocalkit.band.chords import parse_chord
from vocalkit.errors import ChartError, InputError
from vocalkit.types import PITCH_NAMES, Key

_HEADERS = {
    "title": "title", "tempo": "tempo", "bpm": "tempo", "metre": "metre", "meter": "metre", "time": "metre",
    "key": "key", "style": "style", "feel": "style", "swing": "swing",
}  # fmt: skip
_HEADER = re.compile(r"([A-Za-z]+)\s*:\s*(.*)")
_HEADING = re.compile(r"\[\s*([^\[\]:]*?)\s*(?::\s*([^\[\]:]*?)\s*)?\]")
_REPEAT = re.compile(r"[x×]\s*(\d+)")
_MAX_REPEAT = 99
_MAX_LABEL = 40
_MAX_BARS = 2400
_T = TypeVar("_T")
_WORD_ENERGIES = {"light": 0.3, "medium": 0.55, "full": 0.9}
_KIND_ENERGIES = {
    "intro": 0.35, "verse": 0.5, "pre-chorus": 0.65, "prechorus": 0.65, "chorus": 0.85, "refrain": 0.85,
    "hook": 0.85, "bridge": 0.6, "solo": 0.7, "instrumental": 0.6, "interlude": 0.45, "break": 0.3,
    "outro": 0.4, "coda": 0.4, "ending": 0.4,
}  # fmt: skip
_DEFAULT_ENERGY = 0.5
_DEFAULT_STYLE: StyleName = "pop"
_DEFAULT_SWING: dict[StyleName, float] = {"lo-fi": 0.57}


@dataclass
class _Reading:
    """What was read so far."""

    headers: dict[str, tuple[int, str]] = field(default_factory=dict)
    sections: list[tuple[int, str, float, list[Bar]]] = field(default_factory=list)
    beats_per_bar: int = 4


def parse_chart(text: str) -> Chart:
    """Read a chord chart. Raises ChartError, naming the line and what was expected there."""
    reading = _Reading()
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            _read_line(reading, number, line)
        except ChartError as error:
            raise ChartError(f"line {number}: {error}") from None
    return _build(reading)


def _read_line(reading: _Reading, number: int, line: str) -> None:
    if line.startswith("["):
        _read_heading(reading, number, line)
    elif line.startswith("|"):
        if not reading.sections:
            raise ChartError("bars before any section; expected a heading such as [Verse 1] first")
        bars = reading.sections[-1][3]
        bars.extend(_read_bars(line, reading.beats_per_bar, bars[-1] if bars else None))
        if len(bars) > _MAX_BARS:
            raise ChartError(f"more than {_MAX_BARS} bars in one section; expected a shorter chart")
    elif not reading.sections:
        _read_header(reading, number, line)
    else:
        raise ChartError(f"cannot read {line[:30]!r}; expected a heading like [Chorus] or bars like | C  G/B | Am |")


def _read_header(reading: _Reading, number: int, line: str) -> None:
    match = _HEADER.fullmatch(line)
    name = _HEADERS.get(match[1].lower()) if match else None
    if match is None or name is None:
        raise ChartError(
            f"cannot read {line[:30]!r}; expected Title, Tempo, Metre, Key, Style or Swing with a colon, "
            "or a heading such as [Verse 1]"
        )
    if name in reading.headers:
        raise ChartError(f"{name} was given already on line {reading.headers[name][0]}")
    if not match[2]:
        raise ChartError(f"{match[1]} has no value")
    reading.headers[name] = (number, match[2])
    if name == "metre":
        if match[2].replace(" ", "") not in ("4/4", "3/4"):
            raise ChartError(f"metre must be 4/4 or 3/4, got {match[2]!r}")
        reading.beats_per_bar = int(match[2][0])


def _read_heading(reading: _Reading, number: int, line: str) -> None:
    match = _HEADING.fullmatch(line)
    if match is None or not section_kind(match[1]) or len(match[1]) > _MAX_LABEL:
        raise ChartError(f"cannot read the heading {line[:30]!r}; expected one like [Verse 1] or [Chorus: full]")
    label = " ".join(match[1].split())
    energy = _KIND_ENERGIES.get(section_kind(label), _DEFAULT_ENERGY)
    if match[2] is not None:
        energy = _read_energy(match[2])
    reading.sections.append((number, label, energy, []))


def _read_energy(word: str) -> float:
    if word.lower() in _WORD_ENERGIES:
        return _WORD_ENERGIES[word.lower()]
    percent = re.fullmatch(r"(\d{1,3})\s*%", word)
    if percent is None or int(percent[1]) > 100:
        raise ChartError(f"cannot read the energy {word!r}; expected light, medium, full or 0% to 100%")
    return int(percent[1]) / 100.0


def _read_bars(line: str, beats_per_bar: int, before: Bar | None) -> list[Bar]:
    """The bars of one line such as ``| C  G/B | Am | % | x2``."""
    *cells, last = line[1:].split("|")
    repeat = _REPEAT.fullmatch(last.strip())
    times = int(repeat[1]) if repeat else 1
    if not 1 <= times <= _MAX_REPEAT:
        raise ChartError(f"cannot repeat {times} times; expected x1 to x{_MAX_REPEAT}")
    if repeat is None and last.strip():
        cells.append(last)
    bars: list[Bar] = []
    for cell in cells:
        tokens = cell.split()
        if not tokens:
            raise ChartError("an empty bar; expected chords, % to repeat the bar before, or N.C. for no chord")
        if tokens == ["%"]:
            previous = bars[-1] if bars else before
            if previous is None:
                raise ChartError("% has no bar before it in this section; expected chords first")
            bars.append(previous)
        else:
            bars.append(_read_bar(tokens, beats_per_bar))
    if not bars:
        raise ChartError("no bars; expected chords between bar lines, such as | C | F |")
    return bars * times


def _read_bar(tokens: list[str], beats_per_bar: int) -> Bar:
    if (2 * beats_per_bar) % len(tokens):
        raise ChartError(
            f"{len(tokens)} chords do not share {beats_per_bar} beats evenly; "
            f"expected one for each beat, with dots to hold: | {' '.join((['C', '.', 'G', '.'])[:beats_per_bar])} |"
        )
    share = beats_per_bar / len(tokens)
    chords: list[BarChord] = []
    for index, token in enumerate(tokens):
        if token == ".":
            if not chords:
                raise ChartError("a bar cannot begin with a dot; expected a chord or N.C.")
            held = chords.pop()
            chords.append(BarChord(held.symbol, held.start_beat, held.beats + share))
        else:
            chords.append(BarChord(parse_chord(token), index * share, share))
    return Bar(tuple(chords))


def _build(reading: _Reading) -> Chart:
    for name in ("tempo", "key"):
        if name not in reading.headers:
            raise ChartError(f"the chart has no {name}; expected a line such as {_EXAMPLES[name]!r} at the top")
    style = _value(reading, "style", _style, _DEFAULT_STYLE)
    return Chart(
        title=reading.headers.get("title", (0, ""))[1],
        tempo_bpm=_value(reading, "tempo", _tempo, 0.0),
        key=_value(reading, "key", Key.parse, Key(0, "major")),
        sections=_sections(reading),
        beats_per_bar=reading.beats_per_bar,
        style=style,
        swing=_value(reading, "swing", _swing, _DEFAULT_SWING.get(style, 0.5)),
    )


_EXAMPLES = {"tempo": "Tempo: 96", "key": "Key: G"}


def _value(reading: _Reading, name: str, read: Callable[[str], _T], default: _T) -> _T:
    """A header's value, or its documented default; a fault names the header's line."""
    if name not in reading.headers:
        return default
    number, text = reading.headers[name]
    try:
        return read(text)
    except InputError as error:
        raise ChartError(f"line {number}: {error}") from None


def _tempo(text: str) -> float:
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,3})?)\s*(?:bpm)?", text, re.IGNORECASE)
    if match is None or not 40.0 <= float(match[1]) <= 240.0:
        raise ChartError(f"cannot use the tempo {text!r}; expected 40 to 240 beats a minute, such as 96")
    return float(match[1])


def _style(text: str) -> StyleName:
    name = text.lower().replace("lofi", "lo-fi").replace("lo fi", "lo-fi")
    for known in STYLE_NAMES:
        if name == known:
            return known
    raise ChartError(f"unknown style {text!r}; expected one of: {', '.join(STYLE_NAMES)}")


def _swing(text: str) -> float:
    match = re.fullmatch(r"(\d{2})\s*%", text)
    if match is None or not 50 <= int(match[1]) <= 75:
        raise ChartError(f"cannot read the swing {text!r}; expected 50% (even) to 75% (dotted)")
    return int(match[1]) / 100.0


def _sections(reading: _Reading) -> tuple[ChartSection, ...]:
    """Sections with their bars; a heading without bars plays the last section of its kind again."""
    if not reading.sections:
        raise ChartError("the chart has no sections; expected a heading such as [Verse 1] and bars below it")
    played: dict[str, list[Bar]] = {}
    sections = []
    for number, label, energy, written in reading.sections:
        kind = section_kind(label)
        bars = written or played.get(kind)
        if not bars:
            raise ChartError(f"line {number}: [{label}] has no bars, and no earlier section of its kind to repeat")
        played[kind] = bars
        sections.append(ChartSection(label, tuple(bars), energy))
    return tuple(sections)


def format_chart(chart: Chart) -> str:
    """A chart as text that `parse_chart` reads back to an equal chart; four bars a line."""
    mode = "m" if chart.key.mode == "minor" else ""
    title = " ".join(chart.title.split())
    lines = [f"Title: {title}"] if title else []
    lines += [
        f"Tempo: {chart.tempo_bpm:.10g}",
        f"Metre: {chart.beats_per_bar}/4",
        f"Key: {PITCH_NAMES[chart.key.tonic]}{mode}",
        f"Style: {chart.style}",
        f"Swing: {chart.swing:.0%}",
    ]
    for section in chart.sections:
        lines += ["", f"[{section.label}: {section.energy:.0%}]"]
        cells = [_format_bar(bar, chart.beats_per_bar) for bar in section.bars]
        lines += ["| " + " | ".join(cells[i : i + 4]) + " |" for i in range(0, len(cells), 4)]
    return "\n".join(lines) + "\n"


def _format_bar(bar: Bar, beats_per_bar: int) -> str:
    counts = [n for n in (1, 2, beats_per_bar, 2 * beats_per_bar) if _fits(bar, beats_per_bar / n)]
    share = beats_per_bar / counts[0]
    return "  ".join(" ".join([c.symbol.text] + ["."] * (round(c.beats / share) - 1)) for c in bar.chords)


def _fits(bar: Bar, share: float) -> bool:
    return all(chord.start_beat % share == 0 and chord.beats % share == 0 for chord in bar.chords)
