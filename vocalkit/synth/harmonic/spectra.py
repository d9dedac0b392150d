"""Short-time spectra and back, for frames centred on multiples of the hop.

Samples lie between the zeros that the first and last windows reach into, as rows of one hop: (frames + parts - 1, hop)
with parts = n_fft / hop. Frame i reads and writes the rows from i on.
"""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from vocalkit.synth.mel import hann

Samples = NDArray[np.float32]
Spectrum = NDArray[np.complex64]


class Spectra:
    """Hann windows of `n_fft` samples every `hop`, a quarter of it or less."""

    def __init__(self, n_fft: int, hop: int) -> None:
        self.n_fft, self.hop, self.parts = n_fft, hop, n_fft // hop
        self.window = hann(n_fft)
        self.back = self.window / np.float32(0.375 * n_fft / hop)
        """The window over the sum of squared windows at any sample."""

    def room(self, frames: int) -> Samples:
        """Zeros for the samples of so many frames and the windows around them."""
        return np.zeros((frames + self.parts - 1, self.hop), np.float32)

    def inside(self, room: Samples) -> Samples:
        """The frames' own samples (frames * hop,), a view."""
        half = self.n_fft // 2
        return room.reshape(-1)[half : room.size - (self.n_fft - self.hop - half)]

    def pieces(self, room: Samples) -> Samples:
        """The samples (frames, n_fft) under every window, a view."""
        return np.lib.stride_tricks.sliding_window_view(room.reshape(-1), self.n_fft)[:: self.hop]

    def read(self, pieces: Samples, window: Samples) -> Spectrum:
        """complex64 (frames, n_fft / 2 + 1) of pieces (frames, n_fft)."""
        found: Spectrum = scipy.fft.rfft(pieces * window, axis=1, overwrite_x=True, workers=1)
        return found

    def write(self, spectrum: Spectrum, room: Samples, start: int) -> None:
        """Add the frames from `start` on to what the room holds."""
        pieces = scipy.fft.irfft(spectrum, n=self.n_fft, axis=1, workers=1)
        pieces *= self.back
        frames = len(spectrum)
        for part in range(self.parts):
            room[start + part : start + part + frames] += pieces[:, part * self.hop : (part + 1) * self.hop]

    def silence_outside(self, room: Samples) -> None:
        """Frames before the first and after the last count as silence."""
        half, flat = self.n_fft // 2, room.reshape(-1)
        flat[:half] = 0.0
        flat[flat.size - (self.n_fft - self.hop - half) :] = 0.0


def power(spectrum: Spectrum) -> Samples:
    """Squared magnitude of every bin."""
    total = np.square(spectrum.real)
    total += np.square(spectrum.imag)
    return total
