"""The values that travel along the chain: frozen, validated when made, arrays read-only.

Seconds are the only clock. Arrays are copied in unless they are already read-only, so a producer
that is done with a large array hands it over with `frozen_array` and pays for no second copy.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from vocalkit.errors import InputError

FloatArray = NDArray[np.float32] | NDArray[np.float64]
Mode = Literal["major", "minor"]
WordPosition = Literal["single", "begin", "middle", "end"]

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


def frozen_array(values: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """A read-only, C-contiguous array; copies unless `values` already is one that nobody can write."""
    array = np.asarray(values)
    owned = array.base is None or (isinstance(array.base, np.ndarray) and not array.base.flags.writeable)
    if array.dtype == np.dtype(dtype) and array.flags.c_contiguous and not array.flags.writeable and owned:
        return array
    array = np.array(array, dtype=dtype, order="C", copy=True)
    array.flags.writeable = False
    return array


def _check_span(what: str, start_s: float, end_s: float) -> None:
    if not (math.isfinite(start_s) and math.isfinite(end_s)):
        raise InputError(f"{what}: times must be finite, got {start_s} to {end_s}")
    if end_s <= start_s:
        raise InputError(f"{what}: must end after it starts, got {start_s:.3f} s to {end_s:.3f} s")


def _check_sorted(what: str, spans: Iterable[Any]) -> None:
    tolerance_s = 1e-6
    for before, after in itertools.pairwise(spans):
        if after.start_s < before.end_s - tolerance_s:
            raise InputError(f"{what} overlap or are out of order at {after.start_s:.3f} s")


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Sound. samples: float32 (channels, n), full scale 1.0; sample_rate in Hz."""

    samples: NDArray[np.float32]
    sample_rate: int

    def __post_init__(self) -> None:
        if self.sample_rate <= 0:
            raise InputError(f"sample rate must be positive, got {self.sample_rate}")
        samples = frozen_array(self.samples, np.float32)
        if samples.ndim != 2 or samples.shape[0] < 1:
            raise InputError(f"audio must have shape (channels, samples), got {samples.shape}")
        object.__setattr__(self, "samples", samples)

    @property
    def channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def frames(self) -> int:
        """Number of samples in each channel."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        return self.frames / self.sample_rate

    def mono(self) -> NDArray[np.float32]:
        """Mean of the channels: float32 (n,), read-only."""
        if self.channels == 1:
            only: NDArray[np.float32] = self.samples[0]
            return only
        mixed: NDArray[np.float32] = frozen_array(self.samples.mean(axis=0, dtype=np.float32), np.float32)
        return mixed


@dataclass(frozen=True, slots=True)
class Syllable:
    """One sung syllable. phonemes: IPA symbols in order; stress: 0 none, 1 secondary, 2 primary."""

    text: str
    phonemes: tuple[str, ...]
    stress: int = 0
    position: WordPosition = "single"

    def __post_init__(self) -> None:
        if self.stress not in (0, 1, 2):
            raise InputError(f"syllable {self.text!r}: stress must be 0, 1 or 2, got {self.stress}")
        if not self.phonemes:
            raise InputError(f"syllable {self.text!r} has no phonemes")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of lyrics: a phrase sung on one breath. ends_stanza: a blank line follows."""

    text: str
    syllables: tuple[Syllable, ...]
    ends_stanza: bool = False


@dataclass(frozen=True, slots=True)
class LyricSection:
    """Lines under one heading such as ``Verse 1``; sections with equal `kind` share their tune."""

    label: str
    lines: tuple[Line, ...]

    @property
    def kind(self) -> str:
        """The heading without its number, lower case: ``Verse 2`` → ``verse``."""
        return self.label.rstrip("0123456789. ").strip().lower()

    @property
    def syllable_count(self) -> int:
        return sum(len(line.syllables) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Lyrics:
    """Words ready to be sung. language: espeak code such as ``en-us``."""

    sections: tuple[LyricSection, ...]
    language: str

    @property
    def syllable_count(self) -> int:
        return sum(section.syllable_count for section in self.sections)


@dataclass(frozen=True, slots=True)
class Note:
    """One note. pitch_midi may be fractional; syllable None continues the one before (a slur)."""

    start_s: float
    end_s: float
    pitch_midi: float
    syllable: Syllable | None = None

    def __post_init__(self) -> None:
        _check_span("note", self.start_s, self.end_s)
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
        _check_span("chord", self.start_s, self.end_s)
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
        _check_span("section", self.start_s, self.end_s)


@dataclass(frozen=True, slots=True, eq=False)
class Backing:
    """What was heard in an instrumental. Chords and sections are sorted and do not overlap.

    tuning_cents: how far the recording sits above A = 440 Hz, -50 to 50.
    beat_confidence, lead_voice: 0 to 1; lead_voice says how likely someone already sings.
    """

    duration_s: float
    tempo_map: TempoMap
    key: Key
    chords: tuple[ChordSpan, ...]
    sections: tuple[SectionSpan, ...]
    tuning_cents: float = 0.0
    beat_confidence: float = 1.0
    lead_voice: float = 0.0

    def __post_init__(self) -> None:
        _check_sorted("chords", self.chords)
        _check_sorted("sections", self.sections)

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
        _check_sorted("notes", self.notes)
        if self.notes and self.notes[0].syllable is None:
            raise InputError("the first note has no syllable to sing")

    @property
    def end_s(self) -> float:
        return self.notes[-1].end_s if self.notes else 0.0


@dataclass(frozen=True, slots=True)
class PhonemeSpan:
    """One phoneme in time. note: index of the note it belongs to, None for silence."""

    symbol: str
    start_s: float
    end_s: float
    note: int | None = None

    def __post_init__(self) -> None:
        _check_span(f"phoneme {self.symbol!r}", self.start_s, self.end_s)


@dataclass(frozen=True, slots=True, eq=False)
class F0Curve:
    """Fundamental frequency. hz: float32 (t,), > 0 wherever voiced: bool (t,) is true; hop_s."""

    hz: NDArray[np.float32]
    voiced: NDArray[np.bool_]
    hop_s: float

    def __post_init__(self) -> None:
        hz, voiced = frozen_array(self.hz, np.float32), frozen_array(self.voiced, np.bool_)
        if hz.ndim != 1 or hz.shape != voiced.shape:
            raise InputError(f"F0 and voicing must be equally long, got {hz.shape} and {voiced.shape}")
        if not (math.isfinite(self.hop_s) and self.hop_s > 0):
            raise InputError(f"hop must be positive seconds, got {self.hop_s}")
        if not np.all(np.isfinite(hz[voiced])) or np.any(hz[voiced] <= 0):
            raise InputError("F0 must be finite and positive in voiced frames")
        object.__setattr__(self, "hz", hz)
        object.__setattr__(self, "voiced", voiced)


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """Curves of a performance, float32 (t,) each, 0 is neutral, range -1 to 1.

    breathiness: more noise; tension: brighter, pressed; gender: formants up (brighter, smaller).
    """

    breathiness: NDArray[np.float32]
    tension: NDArray[np.float32]
    gender: NDArray[np.float32]

    def __post_init__(self) -> None:
        for name in ("breathiness", "tension", "gender"):
            curve = frozen_array(getattr(self, name), np.float32)
            if curve.ndim != 1 or not np.all(np.abs(curve) <= 1.0):
                raise InputError(f"{name} must be one curve with values -1 to 1")
            object.__setattr__(self, name, curve)

    @classmethod
    def neutral(cls, frames: int) -> Expression:
        zeros = frozen_array(np.zeros(frames, np.float32), np.float32)
        return cls(zeros, zeros, zeros)


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """How the score is sung, frame by frame on one hop (that of `f0`).

    loudness_dbfs: float32 (t,), RMS level a vowel has at that frame; spans cover the sung parts,
    silence between them may be left out.
    """

    notes: tuple[Note, ...]
    spans: tuple[PhonemeSpan, ...]
    f0: F0Curve
    loudness_dbfs: NDArray[np.float32]
    expression: Expression
    language: str = "en-us"

    def __post_init__(self) -> None:
        _check_sorted("phonemes", self.spans)
        loudness = frozen_array(self.loudness_dbfs, np.float32)
        if loudness.shape != self.f0.hz.shape or self.expression.tension.shape != self.f0.hz.shape:
            raise InputError("F0, loudness and expression curves must be equally long")
        if any(span.note is not None and not 0 <= span.note < len(self.notes) for span in self.spans):
            raise InputError("a phoneme names a note that does not exist")
        object.__setattr__(self, "loudness_dbfs", loudness)

    @property
    def hop_s(self) -> float:
        return self.f0.hop_s

    @property
    def duration_s(self) -> float:
        return self.f0.hz.size * self.f0.hop_s


@dataclass(frozen=True, slots=True)
class VoiceProfile:
    """A voice one may ask for. low_midi, high_midi: comfortable range; model_sha256: its weights."""

    id: str
    name: str
    description: str
    languages: tuple[str, ...]
    low_midi: float
    high_midi: float
    model_file: str
    model_sha256: str
    licence: str
    credit: str

    def __post_init__(self) -> None:
        if not self.low_midi < self.high_midi:
            raise InputError(f"voice {self.id!r}: its range must rise, got {self.low_midi} to {self.high_midi}")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who sang, by whose leave, with what: travels with every rendered sound."""

    voice_id: str
    grant_id: str
    model_sha256: str
    credit: str
    label: str = "AI-generated singing voice"


@dataclass(frozen=True, slots=True, eq=False)
class Vocal:
    """A sung stem and where it comes from."""

    audio: Audio
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The finished mix beside its stems, all starting at the backing's sample 0 at its rate.

    backing_gain: the factor g with mix = g * backing + vocals when nothing was mastered;
    vocals: as mixed. lufs, true_peak_dbtp: of the mix; vocal_lift_lu: vocals over backing where sung.
    """

    audio: Audio
    vocals: Audio
    provenance: Provenance
    backing_gain: float
    lufs: float
    true_peak_dbtp: float
    vocal_lift_lu: float
    mastered: bool


@dataclass(frozen=True, slots=True, eq=False)
class SourceFilter:
    """What a vocoder turns into sound: source and filter, apart, one row a frame.

    envelope: float32 (frames, n_fft / 2 + 1), power spectral envelope, linear frequency to Nyquist;
    aperiodicity: float32 (frames, n_fft / 2 + 1), 0 periodic to 1 noise; f0: the same frames.
    """

    envelope: NDArray[np.float32]
    aperiodicity: NDArray[np.float32]
    f0: F0Curve
    sample_rate: int

    def __post_init__(self) -> None:
        envelope, aperiodicity = (frozen_array(a, np.float32) for a in (self.envelope, self.aperiodicity))
        if envelope.ndim != 2 or envelope.shape != aperiodicity.shape or len(envelope) != self.f0.hz.size:
            raise InputError(
                "envelope, aperiodicity and F0 must have the same frames, got "
                f"{envelope.shape}, {aperiodicity.shape} and {self.f0.hz.shape}"
            )
        object.__setattr__(self, "envelope", envelope)
        object.__setattr__(self, "aperiodicity", aperiodicity)
