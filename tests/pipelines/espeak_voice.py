"""espeak-ng reading aloud: the synthetic speech that tests try as consent, bare or with a room's noise under it."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vocalkit.types import Audio

# Synchronous: with espeak's own thread a call can wait for ever where another part of the process uses the library too.
_SYNCHRONOUS = 2
_UTF8 = 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@lru_cache
def _library() -> tuple[ctypes.CDLL, int]:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 200, espeakng_loader.get_data_path().encode(), 0)
    return library, rate_hz


@lru_cache
def say(text: str, voice: str = "en-us") -> tuple[NDArray[np.float32], int]:
    """Samples float32 (n,) and their rate in Hz."""
    library, rate_hz = _library()
    pieces: list[NDArray[np.int16]] = []

    def keep(samples: object, count: int, _events: object) -> int:
        if count > 0:
            pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())  # type: ignore[arg-type]
        return 0

    callback = _CALLBACK(keep)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(voice.encode())
    data = text.encode() + b"\0"
    library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    return (np.concatenate(pieces) / 32768).astype(np.float32), rate_hz


def read_aloud(text: str, words: Sequence[str] = (), *, voice: str = "en-us", room: float = 1e-3) -> Audio:
    """The text and then the words with pauses; room: level of the noise under it, 0 for none."""
    sound, rate_hz = say(text, voice)
    pause = np.zeros(round(0.4 * rate_hz), np.float32)
    parts = [pause, sound, pause] + [piece for word in words for piece in (say(word, voice)[0], pause)]
    joined = np.concatenate(parts)
    noise = room * np.random.default_rng(len(joined)).standard_normal(len(joined))
    return Audio((joined + noise)[None].astype(np.float32), rate_hz)
