"""Notes, beats, keys and chords: what a score and a backing are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.types.arrays import check_sorted, check_span, frozen_array
from vocalkit.types.expression import NEUTRAL, NoteExpression
from vocalkit.types.words import Syllable, languages_of

Mode = Literal["major", "minor"]
_MAJOR_KEYS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_KEYS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
PITCH_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
CHORD_INTERVALS: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "dim7": (0, 3, 6, 9),
    "hdim7": (0, 3, 6, 10),
    "minmaj7": (0, 3, 7, 11),
    "6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "9": (0, 4, 7, 10, 2),
    "5": (0, 7),
}
"""Chord qualities in Harte's shorthand (ISMIR 2005) as semitones above the root."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note. pitch_midi may be fractional; syllable None continues the one before (a slur).

    expression: how this note is to be sung, where that differs from the song.
    """

    start_s: float
    end_s: float
    pitch_midi: float
    syllable: Syllable | None = None
    expression: NoteExpression = NEUTRAL

    def __post_init__(self) -> None:
        check_span("note", self.start_s, self.end_s)
        if self.start_s < 0:
            raise InputError(f"note starts before 0 s, at {self.start_s:.3f} s")
        if not 0.0 <= self.pitch_midi <= 127.0:
            raise InputError(f"note pitch must be MIDI 0 to 127, got {self.pitch_midi}")

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, eq=False)
class TempoMap:
    """Time of every beat. beats_s: float64 (n >= 2,), strictly rising; linear between and beyond.

    first_downbeat: index of a beat that opens a bar; bars are `beats_per_bar` long from there both
    ways. Beat positions are floats in beats, 0.0 at ``beats_s[0]``.
    """

    beats_s: NDArray[np.float64]
    beats_per_bar: int = 4
    first_downbeat: int = 0

    def __post_init__(self) -> None:
        beats = frozen_array(self.beats_s, np.float64)
        if beats.ndim != 1 or beats.size < 2:
            raise InputError(f"a tempo map needs at least two beats, got shape {beats.shape}")
        if not np.all(np.isfinite(beats)) or np.any(np.diff(beats) <= 0):
            raise InputError("beat times must be finite and strictly rising")
        if self.beats_per_bar < 1:
            raise InputError(f"beats per bar must be at least 1, got {self.beats_per_bar}")
        object.__setattr__(self, "beats_s", beats)
        object.__setattr__(self, "first_downbeat", self.first_downbeat % self.beats_per_bar)

    @classmethod
    def constant(cls, bpm: float, *, duration_s: float, start_s: float = 0.0, beats_per_bar: int = 4) -> TempoMap:
        """A steady grid that covers `duration_s` from a downbeat at `start_s`."""
        if not (math.isfinite(bpm) and bpm > 0):
            raise InputError(f"tempo must be a positive number of BPM, got {bpm}")
        count = max(2, math.ceil((duration_s - start_s) * bpm / 60.0) + 1)
        return cls(np.asarray(start_s + np.arange(count) * 60.0 / bpm, np.float64), beats_per_bar)

    @property
    def bpm(self) -> float:
        """Median tempo in beats per minute."""
        return float(60.0 / np.median(np.diff(self.beats_s)))

    @property
    def downbeats_s(self) -> NDArray[np.float64]:
        return self.beats_s[self.first_downbeat :: self.beats_per_bar]

    def time_at(self, beat: float) -> float:
        """Seconds of a beat position; positions off the map follow its first or last beat."""
        beats = self.beats_s
        low = min(max(math.floor(beat), 0), beats.size - 2)
        return float(beats[low] + (beat - low) * (beats[low + 1] - beats[low]))

    def beat_at(self, time_s: float) -> float:
        """Beat position of a time in seconds: the inverse of `time_at`."""
        beats = self.beats_s
        low = int(np.clip(np.searchsorted(beats, time_s, side="right") - 1, 0, beats.size - 2))
        return float(low + (time_s - beats[low]) / (beats[low + 1] - beats[low]))


@dataclass(frozen=True, slots=True)
class Key:
    """A key. tonic: pitch class 0 (C) to 11 (B)."""

    tonic: int
    mode: Mode

    def __post_init__(self) -> None:
        if not 0 <= self.tonic <= 11:
            raise InputError(f"key tonic must be a pitch class 0 to 11, got {self.tonic}")
        if self.mode not in ("major", "minor"):
            raise InputError(f"key mode must be major or minor, got {self.mode!r}")

    @property
    def name(self) -> str:
        """As musicians write it, with the fewer accidentals: ``Eb major``, ``C# minor``."""
        names = _MAJOR_KEYS if self.mode == "major" else _MINOR_KEYS
        return f"{names[self.tonic]} {self.mode}"

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the major or natural minor scale from the tonic."""
        steps = (0, 2, 4, 5, 7, 9, 11) if self.mode == "major" else (0, 2, 3, 5, 7, 8, 10)
        return tuple((self.tonic + step) % 12 for step in steps)

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read ``C``, ``F#m``, ``Bb major`` or ``e minor``."""
        words = text.strip().replace("♯", "#").replace("♭", "b")
        letter, rest = words[:1].upper(), words[1:]
        naturals = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
        if letter not in naturals:
            raise InputError(f"cannot read the key {text!r}; write it like C, F#m or 'Bb major'")
        tonic = naturals[letter]
        while rest[:1] in ("#", "b"):
            tonic += 1 if rest[0] == "#" else -1
            rest = rest[1:]
        modes: dict[str, Mode] = {
            "": "major", "maj": "major", "major": "major", "m": "minor", "min": "minor", "minor": "minor",
        }  # fmt: skip
        mode = modes.get(rest.strip() if rest.strip() == "m" else rest.strip().lower())
        if mode is None:
            raise InputError(f"cannot read the key {text!r}; write it like C, F#m or 'Bb major'")
        return cls(tonic % 12, mode)


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord from start_s to end_s. root: pitch class, None where no chord sounds."""

    start_s: float
    end_s: float
    root: int | None
    quality: str = "maj"

    def __post_init__(self) -> None:
        check_span("chord", self.start_s, self.end_s)
        if self.root is not None and not 0 <= self.root <= 11:
            raise InputError(f"chord root must be a pitch class 0 to 11, got {self.root}")
        if self.quality not in CHORD_INTERVALS:
            raise InputError(f"unknown chord quality {self.quality!r}; known: {', '.join(CHORD_INTERVALS)}")

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        if self.root is None:
            return ()
        return tuple((self.root + step) % 12 for step in CHORD_INTERVALS[self.quality])

    @property
    def name(self) -> str:
        """Harte notation: ``A:min``, or ``N`` for no chord."""
        return "N" if self.root is None else f"{PITCH_NAMES[self.root]}:{self.quality}"


@dataclass(frozen=True, slots=True)
class SectionSpan:
    """A part of the track. energy: 0 to 1, its loudness rank within the track."""

    start_s: float
    end_s: float
    label: str
    energy: float = 0.5

    def __post_init__(self) -> None:
        check_span("section", self.start_s, self.end_s)


@dataclass(frozen=True, slots=True)
class KeySpan:
    """A key from start_s to end_s."""

    start_s: float
    end_s: float
    key: Key

    def __post_init__(self) -> None:
        check_span("key", self.start_s, self.end_s)


@dataclass(frozen=True, slots=True)
class VoicePlace:
    """A stretch that leaves place for a voice. room: 0 to 1, how free of other melody its middle range is."""

    start_s: float
    end_s: float
    room: float = 1.0

    def __post_init__(self) -> None:
        check_span("place for a voice", self.start_s, self.end_s)


@dataclass(frozen=True, slots=True, eq=False)
class Backing:
    """What was heard in an instrumental. Spans of one kind are sorted and do not overlap.

    tuning_cents: how far the recording sits above A = 440 Hz, -50 to 50.
    beat_confidence, lead_voice: 0 to 1; lead_voice says how likely someone already sings.
    key: where the track is at home; keys: key by key where it modulates, empty where nobody asked.
    pulse_beats: beats of the tempo map that make one felt pulse: 3 in 6/8, whose bars have six beats, else 1.
    voice_places: where a voice fits; lead_voice_at: (start s, end s) where someone seems to sing or lead already.
    assumed: what was taken for granted because it could not be heard, one line each, for the user.
    """

    duration_s: float
    tempo_map: TempoMap
    key: Key
    chords: tuple[ChordSpan, ...]
    sections: tuple[SectionSpan, ...]
    tuning_cents: float = 0.0
    beat_confidence: float = 1.0
    lead_voice: float = 0.0
    keys: tuple[KeySpan, ...] = ()
    pulse_beats: int = 1
    voice_places: tuple[VoicePlace, ...] = ()
    lead_voice_at: tuple[tuple[float, float], ...] = ()
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_sorted("chords", self.chords)
        check_sorted("sections", self.sections)
        check_sorted("keys", self.keys)
        check_sorted("places for a voice", self.voice_places)
        if self.pulse_beats < 1 or self.tempo_map.beats_per_bar % self.pulse_beats:
            raise InputError(f"a bar of {self.tempo_map.beats_per_bar} beats has no pulses of {self.pulse_beats}")

    @property
    def pulses_s(self) -> NDArray[np.float64]:
        """What one taps to: every beat, in compound metres every third."""
        return self.tempo_map.beats_s[self.tempo_map.first_downbeat % self.pulse_beats :: self.pulse_beats]

    @property
    def tempo_bpm(self) -> float:
        """Median tempo of the pulse."""
        return self.tempo_map.bpm / self.pulse_beats

    @property
    def metre(self) -> str:
        """``4/4``, ``3/4``, ``6/8``."""
        return f"{self.tempo_map.beats_per_bar}/{8 if self.pulse_beats > 1 else 4}"

    def tempo_curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times in seconds and tempo of the pulse there in BPM, a median over five pulses: float64 (n,) both."""
        pulses = self.pulses_s
        if pulses.size < 2:
            return np.zeros(1), np.full(1, self.tempo_bpm)
        bpm = 60.0 / np.diff(pulses)
        padded = np.pad(bpm, 2, mode="edge")
        steady = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
        return 0.5 * (pulses[:-1] + pulses[1:]), steady

    def key_at(self, time_s: float) -> Key:
        """The key that holds at a time: the home key where no other is known."""
        return next((span.key for span in self.keys if span.start_s <= time_s < span.end_s), self.key)

    def chord_at(self, time_s: float) -> ChordSpan | None:
        """The chord that sounds at a time, None where there is none."""
        return next((c for c in self.chords if c.start_s <= time_s < c.end_s), None)


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Notes sorted in time, not overlapping, on a tempo map; what a musician edits."""

    notes: tuple[Note, ...]
    tempo_map: TempoMap
    key: Key | None = None
    chords: tuple[ChordSpan, ...] = ()
    sections: tuple[SectionSpan, ...] = ()
    language: str = "en-us"
    title: str = ""

    def __post_init__(self) -> None:
        check_sorted("notes", self.notes)
        if self.notes and self.notes[0].syllable is None:
            raise InputError("the first note has no syllable to sing")

    @property
    def end_s(self) -> float:
        return self.notes[-1].end_s if self.notes else 0.0

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that is sung, sorted."""
        return languages_of((note.syllable for note in self.notes if note.syllable is not None), self.language)
