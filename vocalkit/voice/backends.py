"""Which aligners there are; each is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from vocalkit.errors import InputError
from vocalkit.protocols import Aligner

DEFAULT_ALIGNER = "own"


def load_aligner(name: str = DEFAULT_ALIGNER) -> Aligner:
    """An aligner by name; InputError lists the valid ones."""
    loader = ALIGNERS.get(name)
    if loader is None:
        raise InputError(f"unknown aligner {name!r}; known: {', '.join(ALIGNERS)}")
    return loader()


def _own() -> Aligner:
    from vocalkit.resources import locate
    from vocalkit.voice.own_aligner import ModelAligner
    from vocalkit.voice.phone_model import TENSORS, model_of
    from vocalkit.weights import read_manifest, read_weights

    manifest = read_manifest(locate("pretrained") / "aligner.toml")
    return ModelAligner(model_of(read_weights(manifest, names=TENSORS)))


def _pocketsphinx() -> Aligner:
    from vocalkit.voice.align import PocketsphinxAligner

    return PocketsphinxAligner()


ALIGNERS: dict[str, Callable[[], Aligner]] = {"own": _own, "pocketsphinx": _pocketsphinx}
"""own: any language, speech and singing; pocketsphinx: English speech, needs the `align` extra."""
