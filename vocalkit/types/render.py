"""Voices, and what they leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vocalkit.errors import InputError
from vocalkit.types.sound import Audio

SoundFormat = Literal["wav", "flac", "mp3", "ogg"]
"""The files we write: 24-bit WAV and FLAC without loss, MP3 and Ogg Vorbis with."""


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
    """Who sang, by whose leave, with what: travels with every rendered sound.

    mark: the 32-bit number that the watermark in the sound spells, None where nothing was embedded;
    kept_marks: those of earlier renders of which samples were kept, where only a part was sung again.
    """

    voice_id: str
    grant_id: str
    model_sha256: str
    credit: str
    label: str = "AI-generated singing voice"
    mark: int | None = None
    kept_marks: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for mark in self.marks:
            if not 0 < mark < 1 << 32:
                raise InputError(f"a mark is a number of 32 bits other than 0, got {mark}")
        if self.kept_marks and self.mark is None:
            raise InputError("a sound that keeps marks of earlier renders has one of its own")

    @property
    def marks(self) -> tuple[int, ...]:
        """Every mark that may be heard in the sound, its own first."""
        return (() if self.mark is None else (self.mark,)) + self.kept_marks


@dataclass(frozen=True, slots=True, eq=False)
class Vocal:
    """A sung stem and where it comes from."""

    audio: Audio
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The finished mix beside its stems, all starting at the backing's sample 0 at its rate.

    backing_gain: the factor g with mix = g * backing + vocals + harmonies when nothing was mastered, 0 without a
    backing; vocals, harmonies: as mixed. lufs, true_peak_dbtp: of the mix; vocal_lift_lu: vocals over backing where
    sung.
    """

    audio: Audio
    vocals: Audio
    provenance: Provenance
    backing_gain: float
    lufs: float
    true_peak_dbtp: float
    vocal_lift_lu: float
    mastered: bool
    harmonies: tuple[Audio, ...] = ()
