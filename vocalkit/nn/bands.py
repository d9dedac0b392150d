"""Fixed matrices between mel bands and the bins of a spectrum, of which a `HarmonicVocoder` is made. NumPy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


def spread_of(mel_basis: Matrix) -> Matrix:
    """(bins, n_mels): weights, summing to 1, that carry mel bands to bins; the outer bands reach on outwards."""
    weights = mel_basis.T / mel_basis.max(axis=1)
    total = weights.sum(axis=1, keepdims=True)
    spread = weights / np.maximum(total, 1e-9)
    covered = np.flatnonzero(total[:, 0] > 1e-6)
    low, high = covered[0], covered[-1] + 1
    spread[:low], spread[high:] = 0.0, 0.0
    spread[:low, 0] = 1.0
    spread[high:, -1] = 1.0
    for index in np.flatnonzero(spread.sum(axis=1) < 0.5):
        spread[index] = spread[index - 1]
    return np.asarray(spread, np.float32)


def untold_of(mel_basis: Matrix) -> NDArray[np.float32]:
    """(bins,): share of a bin's magnitude that its mel band does not tell: 1 less 1 over the values a band sums up.

    A band sums up one value for every 1.5 bins, the noise bandwidth of a Hann window: neighbours tell the same.
    """
    wide = mel_basis.sum(axis=1) / mel_basis.max(axis=1)
    return np.asarray(1.0 - 1.0 / np.maximum(spread_of(mel_basis) @ wide / 1.5, 1.0), np.float32)


def smooth_of(mel_basis: Matrix, sample_rate: int) -> Matrix:
    """(n_mels, n_mels): weights by which a band hears its neighbours, a band or 150 Hz wide."""
    hz = np.linspace(0.0, sample_rate / 2, mel_basis.shape[1])
    centre = (mel_basis @ hz) / mel_basis.sum(axis=1)
    width = np.maximum(1.0 / mel_basis.max(axis=1), 150.0)
    return np.asarray((1.0 + ((centre[:, None] - centre) / width[:, None]) ** 2) ** -2, np.float32)


def minimum_phase_of(spread: Matrix) -> Matrix:
    """(bins, n_mels): the linear map from log mel bands to the minimum phase of their envelope, by its cepstrum."""
    log_magnitude = np.concatenate([spread, spread[-2:0:-1]]).astype(np.float64)
    cepstrum = np.fft.ifft(log_magnitude, axis=0).real
    size = len(cepstrum)
    fold = np.zeros((size, 1))
    fold[0] = fold[size // 2] = 1.0
    fold[1 : size // 2] = 2.0
    return np.asarray(np.fft.fft(cepstrum * fold, axis=0).imag[: len(spread)], np.float32)
