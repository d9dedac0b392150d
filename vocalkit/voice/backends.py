"""Which aligners there are; each is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from vocalkit.errors import InputError
from vocalkit.protocols import Aligner

DEFAULT_ALIGNER = "pocketsphinx"


def load_aligner(name: str = DEFAULT_ALIGNER) -> Aligner:
    """An aligner by name; InputError lists the valid ones."""
    loader = ALIGNERS.get(name)
    if loader is None:
        raise InputError(f"unknown aligner {name!r}; known: {', '.join(ALIGNERS)}")
    return loader()


def _pocketsphinx() -> Aligner:
    from vocalkit.voice.align import PocketsphinxAligner

    return PocketsphinxAligner()


ALIGNERS: dict[str, Callable[[], Aligner]] = {"pocketsphinx": _pocketsphinx}
