"""Short-time spectra and back, for frames centred on multiples of the hop.

A spectrum is a pair of real tensors, real and imaginary part, so that everything made of it can be exported.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

Spectrum = tuple[Tensor, Tensor]

_ROWS = 32


class Stft(nn.Module):
    """Hann windows of `n_fft` samples every `hop`, a quarter of it or less; `inverse(forward(x))` is x."""

    def __init__(self, n_fft: int, hop: int) -> None:
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        self.window: Tensor
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)
        self.gain = 0.375 * n_fft / hop
        """The sum of squared windows over any sample."""

    def forward(self, samples: Tensor) -> Spectrum:
        """samples: float32 (batch, frames * hop); each part float32 (batch, n_fft / 2 + 1, frames)."""
        padded = nn.functional.pad(samples, (self.n_fft // 2, self.n_fft // 2 - self.hop))
        return self._analyse(padded)

    def inverse(self, spectrum: Spectrum) -> Tensor:
        """float32 (batch, frames * hop) of parts (batch, n_fft / 2 + 1, frames).

        Frames before the first and after the last count as silence.
        """
        parts, half = self.n_fft // self.hop, self.n_fft // 2
        pieces = self._pieces(spectrum) * self.window
        blocks = pieces.reshape(pieces.shape[0], -1, parts, self.hop)
        total = nn.functional.pad(blocks[:, :, 0], (0, 0, 0, parts - 1))
        for part in range(1, parts):
            total = total + nn.functional.pad(blocks[:, :, part], (0, 0, part, parts - 1 - part))
        samples: Tensor = total.flatten(1)[:, half : half + spectrum[0].shape[2] * self.hop]
        return samples / self.gain

    def _analyse(self, padded: Tensor) -> Spectrum:
        spectrum = torch.stft(
            padded, self.n_fft, self.hop, window=self.window, center=False, return_complex=True, onesided=True
        )
        return spectrum.real, spectrum.imag

    def _pieces(self, spectrum: Spectrum) -> Tensor:
        """Samples (batch, frames, n_fft) of every frame."""
        pieces: Tensor = torch.fft.irfft(torch.complex(*spectrum), n=self.n_fft, dim=1)
        return pieces.transpose(1, 2)


class MatrixStft(Stft):
    """The same by matrix products alone, for ONNX: Cooley and Tukey's (1965) first split, rows of 32 by columns."""

    def __init__(self, n_fft: int, hop: int) -> None:
        super().__init__(n_fft, hop)
        columns = n_fft // _ROWS
        self.kept = columns // 2 + 1
        turn = 2.0 * math.pi / n_fft
        row, column = torch.arange(_ROWS, dtype=torch.float64), torch.arange(columns, dtype=torch.float64)
        angles = {
            "rows": torch.outer(row, row) * columns * turn,
            "twiddle": torch.outer(row, column) * turn,
            "columns": torch.outer(column, column[: self.kept]) * _ROWS * turn,
        }
        for name, angle in angles.items():
            self.register_buffer(f"{name}_cos", torch.cos(angle).float(), persistent=False)
            self.register_buffer(f"{name}_sin", torch.sin(angle).float(), persistent=False)
        weight = torch.full((n_fft // 2 + 1,), 2.0 / n_fft)
        weight[0] = weight[-1] = 1.0 / n_fft
        self.weight: Tensor
        self.register_buffer("weight", weight, persistent=False)

    def _table(self, name: str) -> Spectrum:
        return getattr(self, f"{name}_cos"), getattr(self, f"{name}_sin")

    def _analyse(self, padded: Tensor) -> Spectrum:
        blocks = padded.reshape(padded.shape[0], -1, self.hop)
        parts = self.n_fft // self.hop
        frames = blocks.shape[1] - parts + 1
        windows = torch.cat([blocks[:, part : part + frames] for part in range(parts)], dim=2) * self.window
        square = windows.reshape(windows.shape[0], -1, _ROWS, self.n_fft // _ROWS)
        cos, sin = self._table("rows")
        real, imag = cos @ square, -(sin @ square)
        real, imag = _times((real, imag), self._table("twiddle"), sign=-1.0)
        cos, sin = self._table("columns")
        real, imag = real @ cos + imag @ sin, imag @ cos - real @ sin
        return self._spread(real), self._spread(imag)

    def _spread(self, part: Tensor) -> Tensor:
        """(batch, frames, rows, columns kept) into bins (batch, n_fft / 2 + 1, frames)."""
        return part.transpose(2, 3).flatten(2)[:, :, : self.n_fft // 2 + 1].transpose(1, 2)

    def _pieces(self, spectrum: Spectrum) -> Tensor:
        missing = self.kept * _ROWS - (self.n_fft // 2 + 1)
        folded = [
            nn.functional.pad(part.transpose(1, 2) * self.weight, (0, missing)).reshape(
                part.shape[0], -1, self.kept, _ROWS
            )
            for part in spectrum
        ]
        real, imag = (part.transpose(2, 3) for part in folded)
        cos, sin = (table.T for table in self._table("columns"))
        real, imag = real @ cos - imag @ sin, imag @ cos + real @ sin
        real, imag = _times((real, imag), self._table("twiddle"), sign=1.0)
        cos, sin = self._table("rows")
        return (cos @ real - sin @ imag).flatten(2)


def _times(value: Spectrum, turn: Spectrum, *, sign: float) -> Spectrum:
    """A complex product with unit vectors, conjugated where sign is -1."""
    real, imag = value
    cos, sin = turn[0], sign * turn[1]
    return real * cos - imag * sin, real * sin + imag * cos


def magnitude(spectrum: Spectrum, floor: float = 1e-9) -> Tensor:
    """Of every bin; `floor` keeps its gradient finite."""
    return torch.sqrt(spectrum[0].square() + spectrum[1].square() + floor**2)
