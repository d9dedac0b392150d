"""When vowels begin in a sung recording, found from the sound alone.

Around each note's start the estimator takes the moment where the energy of one band rises most
from the 12 ms before to the 12 ms after. The band depends on the manner of the phoneme before the
vowel: voicing tells a vowel from an unvoiced consonant, the formants above 1 kHz tell it from a
nasal, and so on. Energies are compressed by a fourth root, so that neither a faint noise nor the
loudest moment wins by itself, and rises count less the farther they lie from the note's start, so
that the next consonant is seldom taken for this vowel.

The words of a note (which phonemes) come from the score; no time of a performance is used but the
note's start, as the centre of the search. A vowel that follows a vowel has no such moment and is
left out. What this estimator is worth is measured by `vocalkit.pipelines.onset_trial` on recorded
singing with labelled phonemes; `docs/benchmarks.md` has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import resample
from vocalkit.phones import is_voiced, is_vowel, phone_class
from vocalkit.types import Audio, Performance

Manner = Literal["pause", "unvoiced", "nasal", "liquid", "glide", "stop", "fricative"]

SEARCH_S = 0.100
"""Half-width of the search around a note's start."""

NEARNESS_S = 0.080
"""Standard deviation of the bell by which rises count less away from the note's start."""

_RATE = 16_000
_HOP = 32
_WINDOW = 256
_FFT = 512
_CONTRAST_FRAMES = 6
_COMPRESSION = 0.25
_BLOCK_FRAMES = 8192

_BANDS_HZ: dict[Manner, tuple[float, float]] = {
    "pause": (80.0, 1000.0),
    "unvoiced": (80.0, 1000.0),
    "nasal": (1000.0, 3400.0),
    "liquid": (300.0, 3400.0),
    "glide": (600.0, 2400.0),
    "stop": (80.0, 8000.0),
    "fricative": (300.0, 1600.0),
}


@dataclass(frozen=True, slots=True)
class ExpectedVowel:
    """A vowel to look for: where, and after which manner of sound."""

    time_s: float
    after: Manner


def expected_vowels(performance: Performance) -> tuple[ExpectedVowel, ...]:
    """The vowel of every syllable at its note's start, where something else than a vowel precedes it."""
    found = []
    spans = performance.spans
    for index, span in enumerate(spans):
        if span.note is None or not is_vowel(span.symbol):
            continue
        note = performance.notes[span.note]
        first = not any(is_vowel(s.symbol) for s in spans[:index] if s.note == span.note)
        if note.syllable is None or not first:
            continue
        before = spans[index - 1] if index else None
        gap = before is None or span.start_s - before.end_s > 0.02
        if gap or not (before and is_vowel(before.symbol)):
            found.append(ExpectedVowel(note.start_s, "pause" if gap or before is None else manner(before.symbol)))
    return tuple(found)


def manner(symbol: str) -> Manner:
    """How the estimator treats what comes before a vowel; symbols outside the alphabet are pauses."""
    kind = phone_class(symbol)
    if kind is None or kind in ("vowel", "diphthong"):
        return "pause"
    if not is_voiced(symbol):
        return "unvoiced"
    by_class: dict[str, Manner] = {
        "nasal": "nasal", "liquid": "liquid", "tap": "liquid", "glide": "glide", "stop": "stop",
        "fricative": "fricative", "affricate": "fricative",
    }  # fmt: skip
    return by_class[kind]


def vowel_onsets(audio: Audio, expected: Sequence[ExpectedVowel]) -> NDArray[np.float64]:
    """Seconds at which each expected vowel begins: float64 (n,), NaN outside the recording."""
    bands = {vowel.after: _BANDS_HZ[vowel.after] for vowel in expected}
    rises = dict(zip(bands, _rises(audio, tuple(bands.values())), strict=True)) if bands else {}
    hop_s = _HOP / _RATE
    found = np.full(len(expected), np.nan)
    for index, vowel in enumerate(expected):
        rise = rises[vowel.after]
        low = max(0, round((vowel.time_s - SEARCH_S) / hop_s))
        high = min(rise.size, round((vowel.time_s + SEARCH_S) / hop_s) + 1)
        if high - low > 2 * _CONTRAST_FRAMES:
            away = (np.arange(low, high) * hop_s - vowel.time_s) / NEARNESS_S
            found[index] = (low + int(np.argmax(np.maximum(rise[low:high], 0.0) * np.exp(-0.5 * away**2)))) * hop_s
    return found


def _rises(audio: Audio, bands_hz: tuple[tuple[float, float], ...]) -> list[NDArray[np.float64]]:
    """For each band, how much its compressed energy rises at every frame (hop 2 ms)."""
    mono = resample(Audio(audio.mono()[None], audio.sample_rate), _RATE).samples[0]
    padded = np.pad(mono, _WINDOW // 2)
    frames = 1 + (padded.size - _WINDOW) // _HOP
    strided = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:frames]
    window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    hz = np.arange(_FFT // 2 + 1) * (_RATE / _FFT)
    masks = np.stack([(hz >= low) & (hz < high) for low, high in bands_hz], axis=1).astype(np.float32)
    energy = np.empty((frames, len(bands_hz)))
    for start in range(0, frames, _BLOCK_FRAMES):
        block = np.fft.rfft(strided[start : start + _BLOCK_FRAMES] * window, _FFT)
        energy[start : start + _BLOCK_FRAMES] = (block.real**2 + block.imag**2) @ masks
    return [_contrast(column**_COMPRESSION) for column in energy.T]


def _contrast(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of the frames after each frame minus the mean of those before it."""
    sums = np.concatenate([[0.0], np.cumsum(curve)])
    at = np.arange(curve.size)
    before, after = np.clip(at - _CONTRAST_FRAMES, 0, curve.size), np.clip(at + _CONTRAST_FRAMES, 0, curve.size)
    rise: NDArray[np.float64] = (sums[after] - sums[at] - (sums[at] - sums[before])) / _CONTRAST_FRAMES
    return rise
