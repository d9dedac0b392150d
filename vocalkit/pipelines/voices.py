"""Which voice sings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vocalkit.consent import LicensedVoice, Use
from vocalkit.errors import InputError
from vocalkit.protocols import AcousticModel, Vocoder
from vocalkit.types import VoiceProfile


def every_voice() -> tuple[VoiceProfile, ...]:
    """The voices that are installed; raises InputError where there are none."""
    from vocalkit.weights import list_voices

    voices = list_voices()
    if not voices:
        raise InputError("no voices are installed; install vocalkit again")
    return voices


def choose_voice(name: str | None) -> VoiceProfile:
    """The built-in voice of that id, the first one for None. An unknown name lists the known ones."""
    voices = every_voice()
    if name is None:
        return voices[0]
    found = next((voice for voice in voices if voice.id == name), None)
    if found is None:
        raise InputError(f"there is no voice {name!r}; known: {', '.join(voice.id for voice in voices)}")
    return found


@dataclass(frozen=True, slots=True)
class Singer:
    """A licensed voice with what it sings through."""

    voice: LicensedVoice
    model: AcousticModel
    vocoder: Vocoder


def open_voice(profile: VoiceProfile, use: Use, *, vocoder: str) -> Singer:
    """Ask the consent gate for the voice and load its model; ConsentError where the gate refuses."""
    from vocalkit.synth.backends import load_model, load_vocoder
    from vocalkit.voice.load import license_installed

    voice = license_installed(profile.id, use=use)
    return Singer(voice, load_model(voice), load_vocoder(vocoder))


def voice_facts(profile: VoiceProfile) -> dict[str, Any]:
    """A voice as JSON values: what a user may know before choosing it."""
    from vocalkit.weights import read_voice_manifest

    return {
        "id": profile.id,
        "name": profile.name,
        "description": profile.description,
        "languages": list(profile.languages),
        "low_midi": profile.low_midi,
        "high_midi": profile.high_midi,
        "licence": profile.licence,
        "credit": profile.credit,
        "sources": [
            f"{source.title} by {source.author}, {source.licence}, {source.url}"
            for source in read_voice_manifest(profile.id).sources
        ],
        "model_sha256": profile.model_sha256,
    }
