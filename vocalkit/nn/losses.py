"""How far a sound is from another: what the vocoder is trained with."""

from __future__ import annotations

import torch
from torch import Tensor, nn


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


def phase_distance(made: Tensor, true: Tensor) -> Tensor:
    """Mean of 1 - cos of the angle between two complex spectra, weighted by the root of the true magnitude.

    Where phases cannot be known, as in noise, its gradient is zero on average.
    """
    weight = torch.sqrt(true.abs())
    dot = made.real * true.real + made.imag * true.imag
    norm = torch.sqrt((made.real.square() + made.imag.square()) * (true.real.square() + true.imag.square()) + 1e-10)
    return (weight * (1.0 - dot / norm)).sum() / (weight.sum() + 1e-6)


def mel_distance(made: Tensor, true: Tensor, mel_basis: Tensor, *, floor: float) -> Tensor:
    """Mean absolute difference of log mel bands of two complex spectra (batch, bins, frames)."""
    logs = [torch.log(torch.clamp(mel_basis @ spectrum.abs(), min=floor)) for spectrum in (made, true)]
    return (logs[0] - logs[1]).abs().mean()
