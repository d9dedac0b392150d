"""The same recording twice: found by fingerprints that survive cutting, level and coding.

Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002: one bit a band and
frame says whether the energy difference to the next band grows. Two takes of one sentence differ in
nearly half of their bits; one take, coded twice, in few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import resample
from vocalkit.types import Audio

_RATE_HZ = 8_000
_WINDOW, _HOP = 2048, 96
_BANDS = 33
_LOW_HZ, _HIGH_HZ = 300.0, 3000.0
_LEAST_FRAMES = 120
"""1.4 s: shorter agreement happens by chance."""
_BIT_ERRORS = 0.25
_TRIED_OFFSETS = 4
_MOST_PLACES = 8
"""A print that turns up more often than this in all (a held note, say) points nowhere."""


def fingerprint(audio: Audio) -> NDArray[np.uint32]:
    """uint32 (frames,): 32 bits every 12 ms; empty for a clip of under a third of a second."""
    mono = resample(Audio(audio.mono()[None], audio.sample_rate), _RATE_HZ).samples[0]
    if len(mono) < _WINDOW + _HOP:
        return np.zeros(0, np.uint32)
    frames = np.lib.stride_tricks.sliding_window_view(mono, _WINDOW)[::_HOP]
    edges = np.geomspace(_LOW_HZ, _HIGH_HZ, _BANDS + 1) * _WINDOW / _RATE_HZ
    starts = np.round(edges).astype(int)
    bands = np.empty((len(frames), _BANDS))
    for at in range(0, len(frames), 512):
        power = np.abs(np.fft.rfft(frames[at : at + 512] * np.hanning(_WINDOW), axis=1)) ** 2
        bands[at : at + 512] = np.add.reduceat(power, starts[:-1], axis=1)[:, :_BANDS]
    bits = np.diff(np.diff(bands, axis=1), axis=0) > 0
    weights = np.uint32(1) << np.arange(_BANDS - 1, dtype=np.uint32)
    prints: NDArray[np.uint32] = (bits * weights).sum(axis=1, dtype=np.uint32)
    return prints


def same_recordings(prints: Sequence[NDArray[np.uint32]]) -> Iterator[tuple[int, int]]:
    """Pairs (earlier, later) of fingerprints that hold the same 1.4 s of one recording."""
    places: dict[int, list[tuple[int, int]]] = {}
    for later, frames in enumerate(prints):
        votes: Counter[tuple[int, int]] = Counter()
        for at, value in enumerate(frames.tolist()):
            for earlier, where in places.get(value, ()):
                votes[earlier, where - at] += 1
        found = set()
        for (earlier, offset), _ in votes.most_common(_TRIED_OFFSETS * 8):
            if earlier not in found and _agree(prints[earlier], frames, offset):
                found.add(earlier)
                yield earlier, later
        for at, value in enumerate(frames.tolist()):
            held = places.setdefault(value, [])
            if len(held) < _MOST_PLACES:
                held.append((later, at))


def _agree(one: NDArray[np.uint32], other: NDArray[np.uint32], offset: int) -> bool:
    """Whether `other`, moved by `offset` frames, has few bit errors over some stretch of 1.4 s."""
    start, end = max(0, offset), min(len(one), len(other) + offset)
    if end - start < _LEAST_FRAMES:
        return False
    differ = one[start:end] ^ other[start - offset : end - offset]
    errors = np.unpackbits(differ.view(np.uint8)).reshape(len(differ), 32).sum(axis=1)
    total = np.concatenate([[0], np.cumsum(errors)])
    stretches = total[_LEAST_FRAMES:] - total[:-_LEAST_FRAMES]
    return bool(stretches.min() < _BIT_ERRORS * 32 * _LEAST_FRAMES)
