"""Source and filter to sound with WORLD (Morise et al., IEICE Trans. 2016): the baseline vocoder."""

from __future__ import annotations

import numpy as np

from vocalkit.types import Audio, SourceFilter, frozen_array


class WorldVocoder:
    """Pulses at F0 and noise, each through the minimum-phase filter of its frame."""

    def synthesize(self, features: SourceFilter, *, seed: int) -> Audio:
        """Mono audio, ``frames * hop_s`` long. WORLD seeds its noise itself: `seed` changes nothing."""
        import pyworld

        f0 = np.where(features.f0.voiced, features.f0.hz, 0.0).astype(np.float64)
        samples = pyworld.synthesize(
            f0,
            np.ascontiguousarray(features.envelope, np.float64),
            np.ascontiguousarray(features.aperiodicity, np.float64),
            features.sample_rate,
            features.f0.hop_s * 1000.0,
        )
        length = round(len(f0) * features.f0.hop_s * features.sample_rate)
        fitted = np.zeros((1, length), np.float32)
        fitted[0, : min(length, len(samples))] = samples[:length]
        fitted.flags.writeable = False
        return Audio(frozen_array(fitted, np.float32), features.sample_rate)
