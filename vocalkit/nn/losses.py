"""How far a sound is from another: what the vocoder is trained with."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vocalkit.nn.spectral import Spectrum, magnitude


class SpectralDistance(nn.Module):
    """Multi-resolution STFT loss (Yamamoto et al., 2020): spectral convergence and log magnitude, averaged.

    Magnitudes are scaled so that white noise of variance v has a mean square of v in every bin; below -80 dB
    nothing counts.
    """

    def __init__(self, sizes: tuple[int, ...] = (512, 1024, 2048, 4096), *, floor: float = 1e-4) -> None:
        super().__init__()
        self.sizes, self.floor = sizes, floor
        for size in sizes:
            self.register_buffer(f"window_{size}", torch.hann_window(size), persistent=False)

    def forward(self, made: Tensor, true: Tensor) -> Tensor:
        """made and true: float32 (batch, samples)."""
        total = made.new_zeros(())
        for size in self.sizes:
            a, b = self._magnitude(made, size), self._magnitude(true, size)
            convergence = torch.linalg.vector_norm(a - b) / (torch.linalg.vector_norm(b) + self.floor)
            total = total + convergence + (torch.log(a) - torch.log(b)).abs().mean()
        return total / len(self.sizes)

    def _magnitude(self, samples: Tensor, size: int) -> Tensor:
        window = getattr(self, f"window_{size}")
        spectrum = torch.stft(samples, size, size // 4, window=window, center=False, return_complex=True)
        power = (spectrum.real.square() + spectrum.imag.square()) / (0.375 * size)
        return torch.sqrt(power + self.floor**2)


def phase_distance(made: Spectrum, true: Spectrum) -> Tensor:
    """Mean of 1 - cos of the angle between two spectra, weighted by the root of the true magnitude.

    Where phases cannot be known, as in noise, its gradient is zero on average.
    """
    weight = torch.sqrt(magnitude(true))
    dot = made[0] * true[0] + made[1] * true[1]
    cosine = dot / (magnitude(made, 1e-5) * magnitude(true, 1e-5))
    return (weight * (1.0 - cosine)).sum() / (weight.sum() + 1e-6)


def mel_distance(made: Spectrum, true: Spectrum, mel_basis: Tensor, *, floor: float) -> Tensor:
    """Mean absolute difference of log mel bands of two spectra (batch, bins, frames)."""
    return (log_mel(made, mel_basis, floor=floor) - log_mel(true, mel_basis, floor=floor)).abs().mean()


def log_mel(spectrum: Spectrum, mel_basis: Tensor, *, floor: float) -> Tensor:
    """Natural log of mel bands (batch, n_mels, frames), nothing under `floor`."""
    return torch.log(torch.clamp(mel_basis @ magnitude(spectrum), min=floor))
