"""Sound as samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.types.arrays import frozen_array


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Sound. samples: float32 (channels, n), full scale 1.0; sample_rate in Hz."""

    samples: NDArray[np.float32]
    sample_rate: int

    def __post_init__(self) -> None:
        if self.sample_rate <= 0:
            raise InputError(f"sample rate must be positive, got {self.sample_rate}")
        samples = frozen_array(self.samples, np.float32)
        if samples.ndim != 2 or samples.shape[0] < 1:
            raise InputError(f"audio must have shape (channels, samples), got {samples.shape}")
        object.__setattr__(self, "samples", samples)

    @property
    def channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def frames(self) -> int:
        """Number of samples in each channel."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        return self.frames / self.sample_rate

    def mono(self) -> NDArray[np.float32]:
        """Mean of the channels: float32 (n,), read-only."""
        if self.channels == 1:
            only: NDArray[np.float32] = self.samples[0]
            return only
        mixed: NDArray[np.float32] = frozen_array(self.samples.mean(axis=0, dtype=np.float32), np.float32)
        return mixed
