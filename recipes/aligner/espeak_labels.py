"""Speech whose phonemes are known to the sample: espeak-ng says it and tells."""

from __future__ import annotations

import ctypes
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Synchronous: with espeak's own thread a call can wait for ever where another part of the process uses the library too.
_SYNCHRONOUS, _PHONEMES_IN_IPA = 2, 3
_UTF8, _PHONEME = 1, 7
Labels = list[tuple[str, float, float]]


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int), ("unique", ctypes.c_uint), ("position", ctypes.c_int), ("length", ctypes.c_int),
        ("audio_ms", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("id", _Id),
    )  # fmt: skip


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@lru_cache(maxsize=1)
def _library() -> tuple[ctypes.CDLL, int]:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), _PHONEMES_IN_IPA)
    return library, rate


def say(text: str, voice: str, *, words_a_minute: int = 150) -> tuple[NDArray[np.float32], int, Labels]:
    """Samples, their rate, and (espeak's IPA, start s, end s) of every phoneme; pauses begin with an underscore."""
    library, rate = _library()
    pieces: list[NDArray[np.int16]] = []
    marks: list[tuple[int, str]] = []

    def keep(samples: object, count: int, events: object) -> int:
        if count > 0:
            pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())  # type: ignore[arg-type]
        index = 0
        while events[index].type != 0:  # type: ignore[index]
            event = events[index]  # type: ignore[index]
            if event.type == _PHONEME:
                marks.append((event.sample, bytes(event.id.string).split(b"\0")[0].decode("utf-8", "replace")))
            index += 1
        return 0

    callback = _CALLBACK(keep)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise SystemExit(f"espeak has no voice {voice}")
    library.espeak_SetParameter(1, words_a_minute, 0)
    data = text.encode() + b"\0"
    library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    sound = (np.concatenate(pieces) / 32768.0).astype(np.float32)
    ends = [sample for sample, _ in marks[1:]] + [len(sound)]
    labels = [(name, start / rate, end / rate) for (start, name), end in zip(marks, ends, strict=True)]
    return sound, rate, labels
