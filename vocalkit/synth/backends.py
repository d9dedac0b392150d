"""Which acoustic models and vocoders there are; each is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from vocalkit.consent import LicensedVoice
from vocalkit.errors import InputError
from vocalkit.protocols import AcousticModel, Vocoder
from vocalkit.weights import read_voice_manifest, read_weights

DEFAULT_VOCODER = "world"


def load_vocoder(name: str = DEFAULT_VOCODER) -> Vocoder:
    """A vocoder by name; InputError lists the valid ones."""
    loader = VOCODERS.get(name)
    if loader is None:
        raise InputError(f"unknown vocoder {name!r}; known: {', '.join(VOCODERS)}")
    return loader()


def load_model(voice: LicensedVoice) -> AcousticModel:
    """The acoustic model of a licensed voice, from weights with the digest its grant vouches for."""
    manifest = read_voice_manifest(voice.profile.id)
    tensors = read_weights(manifest, sha256=voice.model_sha256)
    from vocalkit.synth.acoustic import UnitSelectionModel
    from vocalkit.synth.inventory import from_tensors

    return UnitSelectionModel(from_tensors(tensors))


def _world() -> Vocoder:
    from vocalkit.synth.vocoder import WorldVocoder

    return WorldVocoder()


VOCODERS: dict[str, Callable[[], Vocoder]] = {"world": _world}
