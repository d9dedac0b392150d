"""Voices, and what they leave behind."""

from __future__ import annotations

from dataclasses import dataclass

from vocalkit.errors import InputError
from vocalkit.types.sound import Audio


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
