"""Short-time spectra and back, for frames centred on multiples of the hop."""

from __future__ import annotations

import torch
from torch import Tensor, nn

FRAMES_OUTSIDE = 2
"""How many frames of silence the caller adds after the last one, so that the sound has all its windows."""


class Stft(nn.Module):
    """Hann windows of `n_fft` samples every `hop`, a quarter of it or less; `inverse(forward(x))` is x."""

    def __init__(self, n_fft: int, hop: int) -> None:
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        self.window: Tensor
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)
        self.gain = 0.375 * n_fft / hop
        """The sum of squared windows over any sample."""

    def forward(self, samples: Tensor) -> Tensor:
        """samples: float32 (batch, frames * hop); complex64 (batch, n_fft / 2 + 1, frames)."""
        padded = nn.functional.pad(samples, (self.n_fft // 2, self.n_fft // 2))
        spectrum = torch.stft(
            padded, self.n_fft, self.hop, window=self.window, center=False, return_complex=True, onesided=True
        )
        return spectrum[..., : samples.shape[1] // self.hop]

    def inverse(self, spectrum: Tensor) -> Tensor:
        """spectrum: complex64 (batch, n_fft / 2 + 1, frames); float32 (batch, frames * hop).

        Frames before the first and after the last count as silence.
        """
        frames = spectrum.shape[-1]
        pieces = torch.fft.irfft(spectrum, n=self.n_fft, dim=1) * self.window[None, :, None]
        length = (frames - 1) * self.hop + self.n_fft
        summed = nn.functional.fold(pieces, (1, length), (1, self.n_fft), stride=(1, self.hop))[:, 0, 0]
        return summed[:, self.n_fft // 2 : self.n_fft // 2 + frames * self.hop] / self.gain
