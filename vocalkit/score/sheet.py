"""`Sheet`: one sung line as notation has it, in exact quarter notes; what importers make and exporters take.

Positions are fractions of a quarter note from the start of the file, so that tuplets and tempo changes pass from one
format to the next without a rounding. `vocalkit.score.imported.in_seconds` gives the same line in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from vocalkit.errors import ScoreError
from vocalkit.score.timeline import Meter
from vocalkit.types import NEUTRAL, Key, NoteExpression, WordPosition

GRACE_SHARE = Fraction(1, 4)
GRACE_QUARTERS = Fraction(1, 8)
_MAX_BARS = 100_000


@dataclass(frozen=True, slots=True)
class SheetNote:
    """One sounding note, ties merged. start, end: quarters; text: its syllable, None where it has none of its own.

    continues: the syllable before is carried on to this note. graces: pitches of the grace notes before it, which are
    sung first, on its syllable. breath: a breath or a line's end follows. phonemes: IPA, where they are known.
    expression: how it is to be sung; its own `breath` is not used here.
    """

    start: Fraction
    end: Fraction
    pitch_midi: float
    text: str | None = None
    position: WordPosition = "single"
    continues: bool = False
    graces: tuple[float, ...] = ()
    breath: bool = False
    phonemes: tuple[str, ...] = ()
    expression: NoteExpression = NEUTRAL

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ScoreError(f"a note must last, got quarter {float(self.start):.3f} to {float(self.end):.3f}")
        if not 0.0 <= self.pitch_midi <= 127.0:
            raise ScoreError(f"quarter {float(self.start):.3f}: a note's pitch must be MIDI 0 to 127")


@dataclass(frozen=True, slots=True)
class TimeSignature:
    """``6/8`` and its like. unit: 1, 2, 4 … 64."""

    count: int
    unit: int

    def __post_init__(self) -> None:
        Meter.of(self.count, self.unit)

    @property
    def quarters(self) -> Fraction:
        """Length of a full bar."""
        return Fraction(4 * self.count, self.unit)


@dataclass(frozen=True, slots=True)
class SheetChord:
    """A chord from a position on, until the next. root: pitch class, None for no chord."""

    start: Fraction
    root: int | None
    quality: str = "maj"


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Notes sorted and not overlapping, on bars. Every mark is (position in quarters, what holds from there on).

    tempos: quarters a minute. bars: where every bar begins. overlaps: where notes of the file sounded together, so that
    one was cut or left out. warnings: what the file had that is not here.
    """

    notes: tuple[SheetNote, ...]
    end: Fraction
    tempos: tuple[tuple[Fraction, float], ...] = ()
    signatures: tuple[tuple[Fraction, TimeSignature], ...] = ()
    bars: tuple[Fraction, ...] = (Fraction(0),)
    keys: tuple[tuple[Fraction, Key], ...] = ()
    chords: tuple[SheetChord, ...] = ()
    marks: tuple[tuple[Fraction, str], ...] = ()
    language: str = "en-us"
    title: str = ""
    warnings: tuple[str, ...] = ()
    overlaps: tuple[Fraction, ...] = ()

    def __post_init__(self) -> None:
        for before, after in pairwise(self.notes):
            if after.start < before.end:
                raise ScoreError(f"notes overlap at quarter {float(after.start):.3f}")

    @property
    def signature(self) -> TimeSignature:
        """The first time signature, 4/4 where none is given."""
        return self.signatures[0][1] if self.signatures else TimeSignature(4, 4)

    @property
    def pickup(self) -> Fraction:
        """Length of a first bar that is shorter than its signature, 0 where it is full."""
        if len(self.bars) < 2:
            return Fraction(0)
        return self.bars[1] if self.bars[1] < self.signature.quarters else Fraction(0)

    @property
    def syllables(self) -> tuple[str, ...]:
        """Every syllable in singing order."""
        return tuple(note.text for note in self.notes if note.text is not None)


def barred(
    signatures: tuple[tuple[Fraction, TimeSignature], ...], end: Fraction, *, pickup: Fraction = Fraction(0)
) -> tuple[tuple[Fraction, ...], Fraction]:
    """Where bars begin under these signatures, and where the last full one ends. At least one; ScoreError if absurd."""
    changes = sorted(dict(signatures).items())
    size = TimeSignature(4, 4).quarters
    starts: list[Fraction] = []
    now = Fraction(0)
    while not starts or now < end:
        while changes and changes[0][0] <= now:
            size = changes.pop(0)[1].quarters
        starts.append(now)
        now += pickup if pickup and len(starts) == 1 else size
        if changes and starts[-1] < changes[0][0] < now:
            now = changes[0][0]  # a bar that the next signature cuts short
        if len(starts) > _MAX_BARS:
            raise ScoreError(f"the score has more than {_MAX_BARS:,} bars")
    return tuple(starts), now


def without_graces(sheet: Sheet) -> Sheet:
    """The same line with its grace notes written out: each an eighth of a quarter, together a quarter of the note."""
    notes: list[SheetNote] = []
    for note in sheet.notes:
        if not note.graces:
            notes.append(note)
            continue
        step = min(GRACE_QUARTERS, (note.end - note.start) * GRACE_SHARE / len(note.graces))
        starts = [note.start + step * index for index in range(len(note.graces) + 1)]
        pitches = [*note.graces, note.pitch_midi]
        for index, (start, pitch) in enumerate(zip(starts, pitches, strict=True)):
            end = starts[index + 1] if index < len(note.graces) else note.end
            if index == 0:
                notes.append(replace(note, end=end, pitch_midi=pitch, graces=(), breath=False))
            else:
                last = index == len(note.graces)
                carried = note.text is not None or note.continues
                made = SheetNote(start, end, pitch, continues=carried, breath=note.breath and last)
                notes.append(replace(made, expression=note.expression))
    return replace(sheet, notes=tuple(notes))
