"""How notes of a MusicXML part are to be sung: its dynamics, wedges, accents, slides and vibrato signs.

Standard signs have no numbers, so these are ours: a step from p to mp or from mf to f is 3 dB, mf is what holds
without a sign, and a wedge that no dynamic sign ends is one step. What the format has no sign for stands in
``<play><other-play type="vocalkit:NAME">`` of a note (MusicXML's place for a player's own), by the names of
`vocalkit.types.NoteExpression`; it takes the place of what the signs say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from vocalkit.errors import InputError, ScoreError
from vocalkit.score.musicxml_values import number
from vocalkit.score.written import WrittenNote
from vocalkit.types import EXPRESSION_RANGES, NEUTRAL, NoteExpression

STEP_DB = 3.0
_LEVELS_DB = {
    "pppp": -15.0, "ppp": -12.0, "pp": -9.0, "p": -6.0, "mp": -3.0, "mf": 0.0, "f": 3.0, "ff": 6.0, "fff": 9.0,
    "ffff": 10.0, "fp": -6.0, "sfp": -6.0, "sfpp": -9.0,
}  # fmt: skip
_ACCENTED = ("sf", "sfz", "sffz", "fz", "rf", "rfz", "fp", "sfp", "sfpp")
_ACCENT, _STRONG_ACCENT = (
    NoteExpression(loudness_db=3.0, swell_db=-3.0, tension=0.15),
    NoteExpression(loudness_db=5.0, swell_db=-5.0, tension=0.25),
)
_SLIDE_S, _WAVY_CENTS, _WAVY_ONSET_S, _MOLTO_CENTS = 0.2, 90.0, 0.1, 110.0
_NO_VIBRATO = re.compile(r"\W*(senza|non|no|ohne|sans)\W+vib", re.IGNORECASE)
_MUCH_VIBRATO = re.compile(r"\W*(molto|viel|molt)\W+vib", re.IGNORECASE)
_VIBRATO_AGAIN = re.compile(r"\W*((con\W+)?vib|ord)", re.IGNORECASE)
_PREFIX = "vocalkit:"


@dataclass
class PartMarks:
    """Signs of one part by position in quarters. vibrato: depth in cents from there on, None for the singer's own."""

    levels: list[tuple[Fraction, float]] = field(default_factory=list)
    accents: set[Fraction] = field(default_factory=set)
    wedges: list[tuple[Fraction, Fraction, float]] = field(default_factory=list)
    vibrato: list[tuple[Fraction, float | None]] = field(default_factory=list)
    open_wedges: dict[str, tuple[Fraction, float]] = field(default_factory=dict)
    wavy: bool = False

    def add(self, direction: Element, at: Fraction) -> None:
        """Take in a <direction> that stands at a position."""
        for sign in direction.iterfind("direction-type/dynamics/*"):
            self._dynamic(sign.tag, at)
        for wedge in direction.iterfind("direction-type/wedge"):
            kind, name = wedge.get("type") or "", wedge.get("number") or "1"
            if kind in ("crescendo", "diminuendo"):
                self.open_wedges[name] = (at, 1.0 if kind == "crescendo" else -1.0)
            elif kind == "stop" and name in self.open_wedges:
                start, way = self.open_wedges.pop(name)
                if at > start:
                    self.wedges.append((start, at, way))
        for words in direction.iterfind("direction-type/words"):
            text = words.text or ""
            if _NO_VIBRATO.match(text):
                self.vibrato.append((at, 0.0))
            elif _MUCH_VIBRATO.match(text):
                self.vibrato.append((at, _MOLTO_CENTS))
            elif _VIBRATO_AGAIN.match(text):
                self.vibrato.append((at, None))

    def note(self, element: Element, at: Fraction) -> NoteExpression:
        """What stands on a <note> itself."""
        for sign in element.iterfind("notations/dynamics/*"):
            self._dynamic(sign.tag, at)
        own = NEUTRAL
        if element.find("notations/articulations/strong-accent") is not None:
            own = _STRONG_ACCENT
        elif element.find("notations/articulations/accent") is not None:
            own = _ACCENT
        slides = (*element.iterfind("notations/slide"), *element.iterfind("notations/glissando"))
        if any(slide.get("type") == "stop" for slide in slides):
            own = replace(own, portamento_s=_SLIDE_S)
        wavy = {sign.get("type") for sign in element.iterfind("notations/ornaments/wavy-line")}
        trill = element.find("notations/ornaments/trill-mark") is not None
        if (self.wavy or "start" in wavy) and not trill:
            own = replace(own, vibrato_depth_cents=_WAVY_CENTS, vibrato_onset_s=_WAVY_ONSET_S)
        self.wavy = (self.wavy or "start" in wavy) and "stop" not in wavy and not trill
        return own

    def _dynamic(self, name: str, at: Fraction) -> None:
        if name in _LEVELS_DB:
            self.levels.append((at, _LEVELS_DB[name]))
        if name in _ACCENTED:
            self.accents.add(at)

    def express(self, notes: list[WrittenNote]) -> None:
        """Give every note of the part what the signs around it say, in place."""
        line, vibrato = _LevelLine(self.levels, self.wedges), sorted(self.vibrato, key=lambda mark: mark[0])
        for note in notes:
            own = note.expression
            if note.start in self.accents and own.loudness_db == 0.0:
                own = replace(own, loudness_db=_ACCENT.loudness_db, swell_db=_ACCENT.swell_db, tension=_ACCENT.tension)
            start_db, end_db = line.after(note.start), line.before(note.end)
            depth = next((depth for at, depth in reversed(vibrato) if at <= note.start), None) if vibrato else None
            own = replace(
                own,
                loudness_db=_within("loudness_db", own.loudness_db + start_db),
                swell_db=_within("swell_db", own.swell_db + end_db - start_db),
                vibrato_depth_cents=depth if own.vibrato_depth_cents is None else own.vibrato_depth_cents,
            )
            note.expression = replace(own, **note.played)


def _within(name: str, value: float) -> float:
    low, high = EXPRESSION_RANGES[name]
    return min(max(value, low), high)


class _LevelLine:
    """Level over the part: steps at dynamic signs, straight lines along wedges, in dB against mf."""

    def __init__(self, levels: list[tuple[Fraction, float]], wedges: list[tuple[Fraction, Fraction, float]]) -> None:
        signs = dict(sorted(levels, key=lambda mark: mark[0]))
        self._at: list[Fraction] = [Fraction(-1)]
        self._db: list[float] = [0.0]
        ramps = {start: (stop, way) for start, stop, way in sorted(wedges)}
        busy = Fraction(-1)
        for at in sorted({*signs, *ramps}):
            if at in signs:
                self._knot(at, self._db[-1] if at > busy else self.before(at))
                self._knot(at, signs[at])
            if at in ramps and at >= busy:
                stop, way = ramps[at]
                begin = self._db[-1]
                aim = next((db for place, db in signs.items() if stop <= place <= stop + 1), begin)
                end = aim if (aim - begin) * way > 0 else begin + way * STEP_DB
                self._knot(at, begin)
                self._knot(stop, end)
                busy = stop

    def _knot(self, at: Fraction, db: float) -> None:
        if at >= self._at[-1]:
            self._at.append(at)
            self._db.append(db)

    def after(self, at: Fraction) -> float:
        """Level from a position on."""
        return self._between(bisect_right(self._at, at), at)

    def before(self, at: Fraction) -> float:
        """Level just before a position."""
        index = bisect_right(self._at, at)
        while index > 1 and self._at[index - 1] == at:
            index -= 1
        return self._between(index, at)

    def _between(self, index: int, at: Fraction) -> float:
        if index == len(self._at):
            return self._db[-1]
        low, high = self._at[index - 1], self._at[index]
        share = float((at - low) / (high - low)) if high > low else 0.0
        return self._db[index - 1] + share * (self._db[index] - self._db[index - 1])


def played(element: Element, measure: Element) -> dict[str, Any]:
    """Wishes in a <note>'s <play>, by name. ScoreError, with the measure, for what is unknown or out of range."""
    found: dict[str, Any] = {}
    for own in element.iterfind("play/other-play"):
        name = own.get("type") or ""
        if name.startswith(_PREFIX):
            name = name.removeprefix(_PREFIX)
            if name not in EXPRESSION_RANGES:
                known = ", ".join(EXPRESSION_RANGES)
                raise ScoreError(
                    f"measure {measure.get('number', '?')}: unknown {name[:40]!r} in <play>; known: {known}"
                )
            found[name] = float(number((own.text or "").strip(), name, measure))
    try:
        NoteExpression(**found)
    except InputError as error:
        raise ScoreError(f"measure {measure.get('number', '?')}: {error}") from error
    return found


def write_play(note: Element, expression: NoteExpression) -> None:
    """Put a note's wishes into its <play>; nothing where it wishes for nothing."""
    wishes = expression.wishes
    if not wishes:
        return
    play = SubElement(note, "play")
    for name, value in wishes.items():
        SubElement(play, "other-play", {"type": f"{_PREFIX}{name}"}).text = f"{value:.6g}"


def joined(first: NoteExpression, last: NoteExpression) -> NoteExpression:
    """Two tied notes as one: its level goes from the first's start to the last's end."""
    swell_db = last.loudness_db + last.swell_db - first.loudness_db
    return replace(first, swell_db=_within("swell_db", swell_db))
