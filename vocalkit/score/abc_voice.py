"""The music lines of one ABC voice, walked character by character: notes, bars, ties, tuplets, repeats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from vocalkit.errors import ScoreError
from vocalkit.score.abc_fields import chord_of, key_signature, tempo_bpm, time_signature, unit_length
from vocalkit.score.harmony import STEPS
from vocalkit.score.repeats import MAX_PLAYED_BARS, BarMarks
from vocalkit.score.sheet import SheetChord, TimeSignature
from vocalkit.score.texts import clean
from vocalkit.score.written import WrittenNote, WrittenPart

MAX_NOTES = 200_000
_NOTE = re.compile(r"(\^{1,2}|_{1,2}|=)?([A-Ga-g])([,']{0,5})")
_LENGTH = re.compile(r"(\d{0,4})(/{0,6})(\d{0,4})")
_BAR = re.compile(r":*\|+\]?:*|\[\|\]?:*|:{2,}")
_ENDING = re.compile(r'\[?\s*"?(\d{1,2}(?:\s*[-,]\s*\d{1,2})*)\.?"?')
_BRACKETED_ENDING = re.compile(r'\[\s*(?:"(\d[\d\s,.-]{0,20})"|(\d{1,2}(?:[-,]\d{1,2})*))')
_TUPLET = re.compile(r"\((\d)(?::(\d{0,2}))?(?::(\d{0,2}))?")
_INLINE = re.compile(r"\[([A-Za-z]):([^\]\n]*)\]")
_DECORATION = re.compile(r"!([^!\n]{0,40})!")
_TUPLET_TIME = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
_MARKS = '"!{()-<>&'
_SIGNS = {
    "segno": "segno", "coda": "coda", "fine": "fine", "dacapo": "da_capo", "D.C.": "da_capo", "D.S.": "dal_segno",
    "D.C.alfine": "da_capo", "D.S.alfine": "dal_segno", "dacoda": "to_coda", "D.C.alcoda": "da_capo",
    "D.S.alcoda": "dal_segno",
}  # fmt: skip


@dataclass
class Setting:
    """What the fields say at the moment. unit: note length in quarters; octaves: of the voice's octave= setting."""

    unit: Fraction
    key: dict[str, int]
    signature: TimeSignature | None
    semitones: int = 0


class VoiceWalk:
    """Reads the lines of one voice in order. `part` and `marks` grow; `line` holds the notes of the latest line.

    open_words: verse → its latest line ended inside a word.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.part = WrittenPart()
        self.marks: list[BarMarks] = [BarMarks()]
        self.starts: list[Fraction] = [Fraction(0)]
        self.now = Fraction(0)
        self.line: list[WrittenNote] = []
        self.open_words: dict[int, bool] = {}
        self._altered: dict[tuple[str, int], int] = {}
        self._tied_from: WrittenNote | None = None
        self._tuplet: tuple[Fraction, int] = (Fraction(1), 0)
        self._broken = Fraction(1)
        self._graces: tuple[float, ...] = ()
        self._slurs = 0
        self._voice = "1:1"
        self._ending: frozenset[int] | None = None

    def read(self, text: str, where: str) -> None:
        """One line of music. ScoreError, with the line, for what cannot be read."""
        self.line = []
        at = 0
        while at < len(text):
            at = self._one(text, at, where)
            if len(self.part.notes) > MAX_NOTES:
                raise ScoreError(f"{where}: more than {MAX_NOTES:,} notes")

    def _one(self, text: str, at: int, where: str) -> int:
        """Read what begins here; where it ends."""
        char = text[at]
        if char in _MARKS:
            return self._sign(text, at)
        inline = _INLINE.match(text, at)
        if inline:
            self.field(inline.group(1), inline.group(2), where)
            return inline.end()
        ending = _BRACKETED_ENDING.match(text, at)
        if ending:
            self._open_ending(ending.group(1) or ending.group(2))
            return ending.end()
        bar = _BAR.match(text, at)
        if bar:
            return self._bar(text, bar)
        if char in "zxZX":
            return self._rest(text, at)
        if char == "[" and _NOTE.match(text, at + 1):
            return self._chord(text, at, where)
        if _NOTE.match(text, at):
            return self._note(text, at, where)
        return at + 1  # spaces, decorations, or a slip of the pen: nothing about what is sung

    def _sign(self, text: str, at: int) -> int:
        """Everything that is neither note, rest, bar nor field."""
        char = text[at]
        if char == '"':
            end = text.find('"', at + 1)
            self._quoted(text[at + 1 : end] if end > 0 else "")
            return end + 1 if end > 0 else len(text)
        if char == "!":
            found = _DECORATION.match(text, at)
            name = _SIGNS.get(found.group(1)) if found else None
            if name:
                setattr(self.marks[-1], name, True)
            return found.end() if found else at + 1
        if char == "{":
            end = text.find("}", at)
            self._graces = tuple(self._pitch(note) for note in _NOTE.finditer(text, at, end if end > 0 else len(text)))
            return end + 1 if end > 0 else len(text)
        if char == "(":
            return self._open(text, at)
        if char == ")" and self.part.notes:
            self.part.notes[-1].slur_stops += 1
        elif char == "-" and self.part.notes:
            self._tied_from = self.part.notes[-1]
        elif char in "<>":
            return self._break(text, at)
        elif char == "&":
            self.now, self._voice = self.starts[-1], "1:2"
        return at + 1

    def _quoted(self, words: str) -> None:
        """A chord symbol; words above, below or beside the notes begin with a sign that says where."""
        chord = chord_of(words) if words[:1] not in tuple("^_<>@") else None
        if chord:
            self.part.chords.append(SheetChord(self.now, *chord))

    def _open(self, text: str, at: int) -> int:
        tuplet = _TUPLET.match(text, at)
        if not tuplet:
            self._slurs += 1
            return at + 1
        count = int(tuplet.group(1))
        compound = self.setting.signature is not None and self.setting.signature.count in (6, 9, 12)
        time = int(tuplet.group(2) or 0) or _TUPLET_TIME.get(count, 3 if compound else 2)
        if count:
            self._tuplet = (Fraction(time, count), int(tuplet.group(3) or 0) or count)
        return tuplet.end()

    def _break(self, text: str, at: int) -> int:
        """``A>B`` dots the first and halves the second; ``>>`` and ``>>>`` do so twice and three times."""
        end = at
        while end < len(text) and text[end] == text[at] and end - at < 3:
            end += 1
        short = Fraction(1, 2 ** (end - at))
        first, second = (2 - short, short) if text[at] == ">" else (short, 2 - short)
        if self.part.notes and self.part.notes[-1].end == self.now:
            last = self.part.notes[-1]
            self.now = last.start + (last.end - last.start) * first
            last.end = self.now
            self._broken = second
        return end

    def field(self, letter: str, value: str, where: str) -> None:
        """A field inside the tune."""
        value = value.split("%")[0]
        if letter == "L":
            self.setting.unit = unit_length(value, where)
        elif letter == "M":
            self.setting.signature = time_signature(value, where)
            if self.setting.signature:
                self.part.signatures.append((self.now, self.setting.signature))
        elif letter == "K":
            key, self.setting.key = key_signature(value)
            if key:
                self.part.keys.append((self.now, key))
        elif letter == "Q":
            bpm = tempo_bpm(value, self.setting.unit, where)
            if bpm is not None:
                self.part.tempos.append((self.now, bpm))
        elif letter == "P" and clean(value):
            self.part.rehearsals.append((self.now, clean(value)))

    def _bar(self, text: str, bar: re.Match[str]) -> int:
        signs = bar.group()
        lead, tail = len(signs) - len(signs.lstrip(":")), len(signs) - len(signs.rstrip(":"))
        if "|" not in signs:
            lead = tail = 1
        if lead:
            self.marks[-1 if self.now > self.starts[-1] else -2 if len(self.marks) > 1 else -1].backward = lead + 1
        ends_bracket = lead or "||" in signs or "]" in signs or "[" in signs
        if self.now > self.starts[-1]:
            self._altered = {}
            self._voice = "1:1"
            self.starts.append(self.now)
            self._ending = None if ends_bracket else self._ending
            self.marks.append(BarMarks(endings=self._ending))
        elif ends_bracket:
            self._ending = None
            self.marks[-1].endings = None
        self.marks[-1].forward |= tail > 0
        ending = _ENDING.match(text, bar.end()) if text[bar.end() : bar.end() + 1].isdigit() else None
        if ending:
            self._open_ending(ending.group(1))
            return ending.end()
        return bar.end()

    def _open_ending(self, numbers: str) -> None:
        passes: set[int] = set()
        for low, high in re.findall(r"(\d{1,2})(?:\s*-\s*(\d{1,2}))?", numbers):
            passes.update(range(int(low), int(high or low) + 1))
        self._ending = frozenset(passes)
        self.marks[-1].endings, self.marks[-1].opens = self._ending, True

    def _rest(self, text: str, at: int) -> int:
        length, end = _length(text, at + 1)
        if text[at] in "ZX":
            bar = self.setting.signature.quarters if self.setting.signature else Fraction(4)
            if len(self.starts) > MAX_PLAYED_BARS:
                raise ScoreError(f"more than {MAX_PLAYED_BARS:,} bars")
            for _ in range(min(1000, max(1, int(length)))):  # whole bars
                self.now += bar
                self.starts.append(self.now)
                self.marks.append(BarMarks(endings=self._ending))
            return end
        self.now += self._scaled(length)
        return end

    def _scaled(self, length: Fraction) -> Fraction:
        share, left = self._tuplet
        self._tuplet = (share, left - 1) if left > 1 else (Fraction(1), 0)
        scaled = length * self.setting.unit * (share if left else 1) * self._broken
        self._broken = Fraction(1)
        return scaled

    def _chord(self, text: str, at: int, where: str) -> int:
        """``[CEG]2``: the highest note is sung."""
        end = text.find("]", at)
        end = len(text) if end < 0 else end
        notes = list(_NOTE.finditer(text, at + 1, end))
        inner, _ = _length(text, notes[0].end())
        outer, after = _length(text, end + 1)
        top = max((self._pitch(note) for note in notes), default=60.0)
        tied = "-" in text[at:end]
        self._sound(top, self._scaled(inner * outer), where)
        if tied:
            self._tied_from = self.part.notes[-1]
        return after

    def _note(self, text: str, at: int, where: str) -> int:
        found = _NOTE.match(text, at)
        if found is None:
            return at + 1
        length, end = _length(text, found.end())
        self._sound(self._pitch(found), self._scaled(length), where)
        return end

    def _pitch(self, found: re.Match[str]) -> float:
        sign, letter, marks = found.groups()
        octave = (5 if letter.islower() else 4) + marks.count("'") - marks.count(",")
        place = (letter.upper(), octave)
        if sign:
            self._altered[place] = sign.count("^") - sign.count("_")
        alter = self._altered.get(place, self.setting.key.get(letter.upper(), 0))
        return float(12 * (octave + 1) + STEPS[letter.upper()] + alter + self.setting.semitones)

    def _sound(self, pitch: float, length: Fraction, where: str) -> None:
        if not 0 <= pitch <= 127 or not 0 < length <= 10_000:
            raise ScoreError(f"{where}: a note of pitch {pitch:g} and length {float(length):g} cannot be sung")
        tied = self._tied_from
        if tied is not None and tied.end == self.now and abs(tied.pitch - pitch) == 1 and not self._altered:
            pitch = tied.pitch  # a tie carries its accidental over the bar line
        joins = tied is not None and tied.end == self.now and tied.pitch == pitch
        note = WrittenNote(
            self.now, self.now + length, pitch, self._voice, len(self.starts) - 1, {}, tied_on=joins,
            slur_starts=self._slurs, graces=self._graces,
        )  # fmt: skip
        self._graces, self._slurs, self._tied_from = (), 0, None
        self.now += length
        self.part.notes.append(note)
        if self._voice == "1:1":
            self.line.append(note)


def _length(text: str, at: int) -> tuple[Fraction, int]:
    """``3/2``, ``/``, ``//`` or nothing, as a factor, and where it ends."""
    found = _LENGTH.match(text, at)
    if found is None:
        return Fraction(1), at
    top, slashes, bottom = found.groups()
    below = int(bottom) if slashes and bottom else 2 ** len(slashes)
    return Fraction(int(top or 1), max(1, below)), found.end()
