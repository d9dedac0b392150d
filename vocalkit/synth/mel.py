"""The mel contract that vocoders of ours and of the DiffSinger world share, and sound turned into it.

Mel bands are those of M. Slaney's Auditory Toolbox (linear to 1 kHz, logarithmic above, each of unit
area), over the magnitude of a Hann-windowed spectrum. Frame i is centred on i * hop samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError

_LINEAR_HZ_PER_MEL = 200.0 / 3.0
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _LINEAR_HZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27.0
_BLOCK_FRAMES = 1024


@dataclass(frozen=True, slots=True)
class MelContract:
    """What a mel spectrogram means. Natural log of magnitudes, nothing under `floor`; the window is `n_fft` long."""

    sample_rate: int = 44_100
    n_fft: int = 2048
    hop: int = 512
    n_mels: int = 128
    low_hz: float = 40.0
    high_hz: float = 16_000.0
    floor: float = 1e-5

    def __post_init__(self) -> None:
        if min(self.sample_rate, self.n_fft, self.hop, self.n_mels) <= 0 or self.n_fft % self.hop:
            raise InputError(f"rate, n_fft, hop and bands must be positive and hop a divisor of n_fft, got {self}")
        if not 0 <= self.low_hz < self.high_hz <= self.sample_rate / 2 or self.floor <= 0:
            raise InputError(f"mel bands must lie between 0 Hz and half the rate, and the floor above 0, got {self}")

    @property
    def bins(self) -> int:
        return self.n_fft // 2 + 1

    @property
    def hop_s(self) -> float:
        return self.hop / self.sample_rate

    @property
    def silence(self) -> float:
        """The log mel value of silence."""
        return float(np.log(self.floor))


CONTRACT = MelContract()


def hz_to_mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's scale: 3 mel for every 200 Hz up to 1 kHz, then 27 for every factor of 6.4."""
    return np.where(
        hz < _BREAK_HZ,
        hz / _LINEAR_HZ_PER_MEL,
        _BREAK_MEL + np.log(np.maximum(hz, _BREAK_HZ) / _BREAK_HZ) / _LOG_STEP,
    )


def mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `hz_to_mel`."""
    return np.where(
        mel < _BREAK_MEL,
        mel * _LINEAR_HZ_PER_MEL,
        _BREAK_HZ * np.exp(_LOG_STEP * (np.maximum(mel, _BREAK_MEL) - _BREAK_MEL)),
    )


def mel_filterbank(contract: MelContract = CONTRACT) -> NDArray[np.float32]:
    """float32 (n_mels, n_fft / 2 + 1): triangles of unit area in Hz."""
    low, high = hz_to_mel(np.array([contract.low_hz, contract.high_hz]))
    edges = mel_to_hz(np.linspace(low, high, contract.n_mels + 2))
    bins_hz = np.arange(contract.bins) * (contract.sample_rate / contract.n_fft)
    rise = (bins_hz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins_hz) / (edges[2:] - edges[1:-1])[:, None]
    area = 2.0 / (edges[2:] - edges[:-2])
    return np.asarray(np.maximum(0.0, np.minimum(rise, fall)) * area[:, None], np.float32)


def hann(length: int) -> NDArray[np.float32]:
    """A periodic Hann window."""
    return np.asarray(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length), np.float32)


def frame_count(samples: int, contract: MelContract = CONTRACT) -> int:
    """Frames that cover so many samples: ``frames * hop`` is the length of what a vocoder makes of them."""
    return -(-samples // contract.hop)


def log_mel(samples: NDArray[np.float32], contract: MelContract = CONTRACT) -> NDArray[np.float32]:
    """float32 (n_mels, frames) of mono samples (n,) at the contract's rate; outside the sound is silence.

    Works in blocks: memory beyond the result does not grow with length. InputError for what is no
    finite mono sound.
    """
    samples = np.asarray(samples, np.float32)
    if samples.ndim != 1 or not samples.size:
        raise InputError(f"a mel spectrogram is made of mono samples, one dimension, not empty; got {samples.shape}")
    if not np.all(np.isfinite(samples)):
        raise InputError("samples must be finite to make a mel spectrogram")
    frames, half = frame_count(samples.size, contract), contract.n_fft // 2
    padded = np.zeros((frames - 1) * contract.hop + contract.n_fft, np.float32)
    kept = min(samples.size, padded.size - half)
    padded[half : half + kept] = samples[:kept]
    windows = np.lib.stride_tricks.sliding_window_view(padded, contract.n_fft)[:: contract.hop]
    bank, window = mel_filterbank(contract), hann(contract.n_fft)
    mel = np.empty((contract.n_mels, frames), np.float32)
    for start in range(0, frames, _BLOCK_FRAMES):
        block = slice(start, start + _BLOCK_FRAMES)
        mel[:, block] = bank @ np.abs(np.fft.rfft(windows[block] * window, axis=1)).T
    logged: NDArray[np.float32] = np.log(np.maximum(mel, np.float32(contract.floor)))
    return logged


def check_mel(mel: NDArray[np.float32], f0_hz: NDArray[np.float32], contract: MelContract = CONTRACT) -> None:
    """Raise InputError unless mel (n_mels, frames) and F0 (frames,) keep the contract; unvoiced frames have F0 0."""
    if mel.ndim != 2 or mel.shape[0] != contract.n_mels:
        raise InputError(f"mel must be ({contract.n_mels} bands, frames), got {mel.shape}")
    if not mel.shape[1]:
        raise InputError("mel is empty: at least one frame is needed")
    if f0_hz.shape != (mel.shape[1],):
        raise InputError(f"F0 must have one value for each of the {mel.shape[1]} mel frames, got {f0_hz.shape}")
    if not np.all(np.isfinite(mel)):
        raise InputError("mel must be finite; silence is the natural log of the floor, not minus infinity")
    highest = float(mel.max())
    if highest > np.log(contract.n_fft * 8.0):
        raise InputError(f"mel reaches {highest:.1f}: these are no natural logs of magnitudes; check the contract")
    if not np.all(np.isfinite(f0_hz)) or np.any(f0_hz < 0) or np.any(f0_hz > contract.sample_rate / 4):
        raise InputError(f"F0 must be 0 (unvoiced) or up to {contract.sample_rate // 4} Hz, and never NaN")
