"""The project's own aligner: phonemes of any language, spoken or sung, found without a dictionary or a download.

Two passes: the model as it was trained, then moved towards this voice. Made by recipes/aligner; decision 12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import resample
from vocalkit.errors import AudioError, InputError
from vocalkit.types import Audio, PhonemeSpan
from vocalkit.voice.cepstra import HOP_S, RATE_HZ, Frames, cepstra
from vocalkit.voice.phone_model import PhoneModel, chain

Words = tuple[tuple[str, ...], ...]
LONGEST_S = 60.0
PASSES = 2
LEAST_FIT = -4.2
"""Log-likelihood a frame under the best phoneme anywhere, below which the words are not what is heard."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """starts_s, ends_s: float64 (p,) of each phoneme; fit: mean log-likelihood over the free choice, 0 is perfect."""

    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    fit: float
    path: NDArray[np.int32]


class ModelAligner:
    """`vocalkit.protocols.Aligner` over a `PhoneModel`."""

    def __init__(self, model: PhoneModel) -> None:
        self.model = model

    def align(self, audio: Audio, words: Words) -> tuple[PhonemeSpan, ...]:
        """Spans of every phoneme in order, on 5 ms. AudioError where the words cannot be found in the sound."""
        found = find(self.model, frames_of(audio, words), words)
        if found.fit < LEAST_FIT:
            raise AudioError("the words were not found in the clip; check that it says what its transcript says")
        symbols = [symbol for word in words for symbol in word]
        return tuple(
            PhonemeSpan(symbol, float(start), float(end))
            for symbol, start, end in zip(symbols, found.starts_s, found.ends_s, strict=True)
        )


def frames_of(audio: Audio, words: Words) -> Frames:
    """The clip's features. InputError for words without phonemes, AudioError for a silent clip or one too long."""
    if not words or any(not word for word in words):
        raise InputError("alignment needs words, and phonemes in each of them")
    if audio.duration_s > LONGEST_S:
        raise AudioError(f"a clip of {audio.duration_s:.0f} s is too long to align; cut it below {LONGEST_S:.0f} s")
    mono = audio.mono()
    if not np.any(mono):
        raise AudioError("the clip is silent: there is nothing to align")
    return cepstra(resample(Audio(mono[None], audio.sample_rate), RATE_HZ).samples[0].astype(np.float64))


def find(model: PhoneModel, frames: Frames, words: Words, *, passes: int = PASSES) -> Found:
    """Where each phoneme of the words is in a clip's features."""
    from vocalkit.voice.viterbi import best_path

    wanted, optional, owner = chain(model, words)
    for turn in range(passes):
        every = model.loglik(frames)
        score = np.stack([every[:, states].max(axis=1) for states in wanted], axis=1)
        path = best_path(score, np.array(optional))
        if turn + 1 < passes:
            columns = [np.array(states) for states in wanted]
            chosen = np.array([columns[s][np.argmax(every[t, columns[s]])] for t, s in enumerate(path)], np.int32)
            model = model.adapted(frames, chosen)
    owners = np.array(owner)[path]
    phones = max(owner) + 1
    starts = np.array([int(np.argmax(owners == p)) for p in range(phones)])
    ends = np.array([len(owners) - int(np.argmax(owners[::-1] == p)) for p in range(phones)])
    spoken = owners >= 0
    fit = float((score[np.arange(len(path)), path] - every.max(axis=1))[spoken].mean())
    # A frame's features stand for the sound around its middle.
    return Found((starts - 0.5).clip(0) * HOP_S, (ends - 0.5) * HOP_S, fit, path)
