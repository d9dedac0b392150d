"""How a score is sung, frame by frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.types.arrays import check_sorted, check_span, frozen_array
from vocalkit.types.music import Note
from vocalkit.types.words import languages_of


@dataclass(frozen=True, slots=True)
class PhonemeSpan:
    """One phoneme in time. note: index of the note it belongs to, None for silence."""

    symbol: str
    start_s: float
    end_s: float
    note: int | None = None

    def __post_init__(self) -> None:
        check_span(f"phoneme {self.symbol!r}", self.start_s, self.end_s)


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
        check_sorted("phonemes", self.spans)
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

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that is sung, sorted."""
        return languages_of((note.syllable for note in self.notes if note.syllable is not None), self.language)


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
