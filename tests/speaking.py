"""A synthetic speaker for tests: espeak-ng says any text, in a room that is not quite silent.

It stands for an artist where no recording of a real one can say words drawn at random. Real voices
are used wherever their own words are enough.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache

import espeakng_loader
import numpy as np
from scipy.signal import lfilter

from vocalkit.types import Audio

# Synchronous: with espeak's own thread a call can wait for ever where another part of the process uses the library too.
_SYNCHRONOUS, _UTF8 = 2, 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@lru_cache(maxsize=1)
def _library() -> tuple[ctypes.CDLL, int]:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    assert rate > 0
    return library, rate


def speak(
    text: str,
    *,
    voice: str = "en-us",
    words_a_minute: int = 150,
    pitch: int = 45,
    noise_dbfs: float = -62.0,
    seed: int = 0,
) -> Audio:
    """The text, spoken, with half a second of room before and after it."""
    library, rate = _library()
    heard: list[np.ndarray] = []

    @_CALLBACK
    def keep(samples: object, count: int, _events: object) -> int:
        if count > 0:
            heard.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
        return 0

    library.espeak_SetSynthCallback(keep)
    library.espeak_SetVoiceByName(voice.encode())
    for parameter, value in ((_RATE, words_a_minute), (_PITCH, pitch), (_RANGE, 60)):
        library.espeak_SetParameter(parameter, value, 0)
    data = text.encode() + b"\0"
    library.espeak_Synth(data, len(data), 0, 0, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    sound = np.concatenate(heard).astype(np.float64) / 32768
    rng = np.random.default_rng(seed)
    pause = np.zeros(rate // 2)
    whole = np.concatenate([pause, sound * (0.5 / np.abs(sound).max()), pause])
    room = lfilter([1.0], [1.0, -0.9], rng.normal(size=whole.size))
    whole += room * (10 ** (noise_dbfs / 20) / room.std())
    return Audio(whole[None].astype(np.float32), rate)
