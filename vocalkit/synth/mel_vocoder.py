"""Vocoders that make sound of mel and F0, and how source and filter become what they read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.synth.mel import CONTRACT, MelContract, check_mel, mel_filterbank
from vocalkit.types import Audio, F0Curve, SourceFilter, frozen_array

_BLOCK_FRAMES = 512
# The mean of a Rayleigh variable against its root mean square: noise in a magnitude spectrum.
_RAYLEIGH = np.sqrt(np.pi) / 2.0


@dataclass(frozen=True, slots=True, eq=False)
class MelFrames:
    """mel: float32 (n_mels, frames), natural log; f0_hz: float32 (frames,), 0 where unvoiced; valid when made.

    F0 may also run on through unvoiced frames, as editors write it: what is noise then shows in the mel.
    """

    mel: NDArray[np.float32]
    f0_hz: NDArray[np.float32]
    contract: MelContract = CONTRACT

    def __post_init__(self) -> None:
        mel, f0_hz = frozen_array(self.mel, np.float32), frozen_array(self.f0_hz, np.float32)
        check_mel(mel, f0_hz, self.contract)
        object.__setattr__(self, "mel", mel)
        object.__setattr__(self, "f0_hz", f0_hz)

    @property
    def frames(self) -> int:
        return len(self.f0_hz)

    @property
    def samples(self) -> int:
        """Length of the sound they stand for."""
        return self.frames * self.contract.hop


class MelVocoder(ABC):
    """A `vocalkit.protocols.Vocoder` that reads mel and F0."""

    contract: MelContract = CONTRACT

    @abstractmethod
    def from_mel(self, frames: MelFrames, *, seed: int) -> Audio:
        """Mono audio at the contract's rate, ``frames * hop`` samples; InputError for another contract."""

    def synthesize(self, features: SourceFilter, *, seed: int) -> Audio:
        """Mono audio at the features' rate, ``frames * hop_s`` long; the rate must be the contract's."""
        made = self.from_mel(mel_from_source_filter(features, self.contract), seed=seed)
        length = round(len(features.f0.hz) * features.f0.hop_s * features.sample_rate)
        fitted = np.zeros((1, length), np.float32)
        kept = min(length, made.frames)
        fitted[0, :kept] = made.samples[0, :kept]
        fitted.flags.writeable = False
        return Audio(fitted, made.sample_rate)

    def check(self, frames: MelFrames) -> None:
        """Raise InputError unless the frames keep this vocoder's contract."""
        if frames.contract != self.contract:
            raise InputError(f"this vocoder reads mel of {self.contract}, got {frames.contract}")


def f0_at_frames(curve: F0Curve, frames: int, hop_s: float) -> NDArray[np.float32]:
    """F0 (frames,) on another hop: linear within voiced runs, 0 where the nearest frame is unvoiced."""
    position = np.minimum(np.arange(frames) * (hop_s / curve.hop_s), curve.hz.size - 1.0)
    low = np.minimum(np.floor(position).astype(int), curve.hz.size - 1)
    high = np.minimum(low + 1, curve.hz.size - 1)
    share = position - low
    left = np.where(curve.voiced[low], curve.hz[low], curve.hz[high])
    right = np.where(curve.voiced[high], curve.hz[high], curve.hz[low])
    nearest = np.where(share < 0.5 - 1e-9, low, high)
    hz = np.where(curve.voiced[nearest], left + (right - left) * share, 0.0)
    return np.asarray(hz, np.float32)


def mel_from_source_filter(features: SourceFilter, contract: MelContract = CONTRACT) -> MelFrames:
    """The mel of the sound that source and filter stand for, without making it.

    The envelope is a power spectral density (white noise of variance v has v in every bin), as WORLD's.
    Harmonics are lines of Hann's shape, noise has its mean magnitude; both add in power.
    """
    if features.sample_rate != contract.sample_rate:
        raise InputError(f"features must be at {contract.sample_rate} Hz for this vocoder, got {features.sample_rate}")
    hop_s, count = features.f0.hop_s, len(features.envelope)
    if not count:
        raise InputError("source and filter hold no frames")
    frames = max(1, round(count * hop_s / contract.hop_s))
    f0_hz = f0_at_frames(features.f0, frames, contract.hop_s)
    position = np.minimum(np.arange(frames) * (contract.hop_s / hop_s), count - 1.0)
    bank = mel_filterbank(contract)
    mel = np.empty((contract.n_mels, frames), np.float32)
    for start in range(0, frames, _BLOCK_FRAMES):
        block = slice(start, start + _BLOCK_FRAMES)
        power = _between(features.envelope, position[block], contract.bins, logarithmic=True)
        noise_share = np.clip(_between(features.aperiodicity, position[block], contract.bins), 0.0, 1.0) ** 2
        magnitude = _magnitudes(power, noise_share, f0_hz[block], contract)
        mel[:, block] = np.log(np.maximum(bank @ magnitude.T, contract.floor))
    return MelFrames(mel, f0_hz, contract)


def _between(
    rows: NDArray[np.float32], position: NDArray[np.float64], bins: int, *, logarithmic: bool = False
) -> NDArray[np.float64]:
    """Rows (frames, columns) at fractional frames, resampled to so many bins."""
    low = np.floor(position).astype(int)
    high = np.minimum(low + 1, len(rows) - 1)
    share = (position - low)[:, None]
    first, second = rows[low].astype(np.float64), rows[high].astype(np.float64)
    if logarithmic:
        first, second = np.log(np.maximum(first, 1e-20)), np.log(np.maximum(second, 1e-20))
    mixed = first + (second - first) * share
    if mixed.shape[1] != bins:
        old = np.linspace(0.0, 1.0, mixed.shape[1])
        mixed = np.stack([np.interp(np.linspace(0.0, 1.0, bins), old, row) for row in mixed])
    result: NDArray[np.float64] = np.exp(mixed) if logarithmic else mixed
    return result


def _magnitudes(
    power: NDArray[np.float64], noise_share: NDArray[np.float64], f0_hz: NDArray[np.float32], contract: MelContract
) -> NDArray[np.float64]:
    """Mean magnitudes (frames, bins) of the windowed spectrum."""
    bins_per_hz = contract.n_fft / contract.sample_rate
    voiced = f0_hz > 0
    spacing = np.where(voiced, f0_hz * bins_per_hz, 1.0)[:, None]
    bins = np.arange(contract.bins)[None]
    noise = np.where(voiced[:, None], power * noise_share, power) * (0.375 * contract.n_fft * _RAYLEIGH**2)
    lines = np.zeros_like(power)
    nearest = np.round(bins / spacing)
    side = np.where(bins >= nearest * spacing, 1.0, -1.0)
    for number in (nearest, nearest + side):
        at = np.clip(number * spacing, 0, contract.bins - 1.0)
        column = np.round(at).astype(int)
        # A pulse a period whose power is that of the envelope: lines of amplitude 2 sqrt(power / period).
        line = np.take_along_axis(power * (1.0 - noise_share), column, axis=1) * 4.0 * spacing / contract.n_fft
        lines += np.where(number >= 1, line * (contract.n_fft / 4 * _hann_line(bins - number * spacing)) ** 2, 0.0)
    total: NDArray[np.float64] = np.sqrt(noise + np.where(voiced[:, None], lines, 0.0))
    return total


def _hann_line(away: NDArray[np.float64]) -> NDArray[np.float64]:
    """Magnitude of a Hann window's spectrum, 1 at its peak, so many bins away; 0 beyond its main lobe."""
    inside = np.abs(away) < 2.0
    away = np.where(inside, away, 0.0)
    safe = np.where(np.abs(np.abs(away) - 1.0) < 1e-6, 0.5, away)
    value = np.where(np.abs(np.abs(away) - 1.0) < 1e-6, 0.5, np.sinc(safe) / (1.0 - safe**2))
    return np.where(inside, np.abs(value), 0.0)
