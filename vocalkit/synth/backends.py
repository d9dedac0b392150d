"""Which acoustic models and vocoders there are; each is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from vocalkit.consent import LicensedVoice
from vocalkit.errors import InputError
from vocalkit.protocols import AcousticModel, Vocoder
from vocalkit.resources import locate
from vocalkit.synth.names import DEFAULT_VOCODER
from vocalkit.weights import parse_weights, read_manifest, read_stored_model, read_voice_manifest


def load_vocoder(name: str = DEFAULT_VOCODER) -> Vocoder:
    """A vocoder by name; InputError lists the valid ones."""
    loader = VOCODERS.get(name)
    if loader is None:
        raise InputError(f"unknown vocoder {name!r}; known: {', '.join(VOCODERS)}")
    return loader()


def load_model(voice: LicensedVoice) -> AcousticModel:
    """The acoustic model of a licensed voice, opened by the gate; ConsentError where that refuses."""
    stored = read_stored_model(read_voice_manifest(voice.profile.id))
    tensors = parse_weights(voice.open_model(stored), what=f"the model of {voice.profile.id!r}")
    from vocalkit.synth.acoustic import UnitSelectionModel
    from vocalkit.synth.inventory import from_tensors

    return UnitSelectionModel(from_tensors(tensors))


def _world() -> Vocoder:
    from vocalkit.synth.vocoder import WorldVocoder

    return WorldVocoder()


def _griffinlim() -> Vocoder:
    from vocalkit.synth.griffinlim import GriffinLimVocoder

    return GriffinLimVocoder()


def _neural() -> Vocoder:
    from vocalkit.synth.neural import load_neural

    return load_neural(read_manifest(locate("pretrained") / "vocoder.toml"))


VOCODERS: dict[str, Callable[[], Vocoder]] = {"neural": _neural, "world": _world, "griffinlim": _griffinlim}
