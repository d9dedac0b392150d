"""Mel to sound by Griffin and Lim's iterations: the baseline that knows nothing of voices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.synth.mel import CONTRACT, MelContract, hann, mel_filterbank
from vocalkit.synth.mel_vocoder import MelFrames, MelVocoder
from vocalkit.types import Audio, frozen_array

_ITERATIONS = 32
_MOMENTUM = 0.99
# A vocoder's memory must not grow with length: longer sounds are made in pieces that overlap.
_PIECE_FRAMES, _OVERLAP_FRAMES = 2048, 32


class GriffinLimVocoder(MelVocoder):
    """Pseudo-inverse magnitudes, random phases, 32 fast iterations (Perraudin et al., WASPAA 2013). Reads no F0."""

    def __init__(self, contract: MelContract = CONTRACT) -> None:
        self.contract = contract
        self._inverse = np.linalg.pinv(mel_filterbank(contract).astype(np.float64)).astype(np.float32)

    def from_mel(self, frames: MelFrames, *, seed: int) -> Audio:
        self.check(frames)
        hop, random = self.contract.hop, np.random.default_rng(seed)
        made = np.zeros((1, frames.samples), np.float32)
        for start in range(0, frames.frames, _PIECE_FRAMES):
            first, last = max(0, start - _OVERLAP_FRAMES), min(frames.frames, start + _PIECE_FRAMES)
            magnitude = np.maximum(self._inverse @ np.exp(frames.mel[:, first:last]), 0.0)
            piece = self._iterate(magnitude, random)
            fresh = (start - first) * hop
            ramp = np.ones(len(piece), np.float32)
            if fresh:
                ramp[:fresh] = np.linspace(0.0, 1.0, fresh, dtype=np.float32)
                made[0, first * hop : start * hop] *= 1.0 - ramp[:fresh]
            made[0, first * hop : last * hop] += piece * ramp
        made.flags.writeable = False
        return Audio(frozen_array(made, np.float32), self.contract.sample_rate)

    def _iterate(self, magnitude: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
        angles = np.exp(2j * np.pi * random.random(magnitude.shape, np.float32)).astype(np.complex64)
        before = np.zeros_like(angles)
        for _ in range(_ITERATIONS):
            rebuilt = stft(istft(magnitude * angles, self.contract), self.contract)
            angles = rebuilt + _MOMENTUM * (rebuilt - before)
            angles /= np.maximum(np.abs(angles), 1e-9)
            before = rebuilt
        return istft(magnitude * angles, self.contract)


def stft(samples: NDArray[np.float32], contract: MelContract) -> NDArray[np.complex64]:
    """complex64 (bins, frames) of ``frames * hop`` samples, frame i centred on i * hop."""
    padded = np.pad(samples, contract.n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, contract.n_fft)[:: contract.hop]
    import scipy.fft

    spectrum: NDArray[np.complex64] = scipy.fft.rfft(
        frames[: len(samples) // contract.hop] * hann(contract.n_fft), axis=1
    ).T
    return spectrum


def istft(spectrum: NDArray[np.complex64], contract: MelContract) -> NDArray[np.float32]:
    """float32 (frames * hop,): overlapped and added, outside the frames is silence."""
    import scipy.fft

    pieces = scipy.fft.irfft(spectrum.T, n=contract.n_fft, axis=1) * hann(contract.n_fft)
    frames, parts = len(pieces), contract.n_fft // contract.hop
    total = np.zeros((frames + parts - 1, contract.hop), np.float32)
    for part in range(parts):
        total[part : part + frames] += pieces[:, part * contract.hop : (part + 1) * contract.hop]
    half = contract.n_fft // 2
    gain = 0.375 * contract.n_fft / contract.hop
    return total.ravel()[half : half + frames * contract.hop] / np.float32(gain)
