"""Recordings into coded source-filter frames with their phonemes in place.

Morise et al., WORLD (IEICE 2016): DIO refined by StoneMask, CheapTrick, D4C; its envelope and
aperiodicity codes are what an inventory of units stores.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import resample
from vocalkit.errors import AudioError
from vocalkit.protocols import Aligner
from vocalkit.types import AlignedClip, Audio

RATE_HZ = 44_100
HOP_S = 0.005
ENVELOPE_DIMS = 60
LOWEST_HZ, HIGHEST_HZ = 60.0, 700.0

Words = tuple[tuple[str, ...], ...]


def pitch_range(clips: Sequence[Audio]) -> tuple[float, float]:
    """The F0 in Hz that a speaker hardly leaves: an octave below to 1.3 octaves above the median of the clips.

    A tracker that searches no wider makes fewer octave errors. AudioError where nothing is voiced.
    """
    import pyworld

    voiced = []
    for clip in clips:
        f0, _ = pyworld.dio(
            _mono(clip), RATE_HZ, f0_floor=LOWEST_HZ, f0_ceil=HIGHEST_HZ, frame_period=10.0, speed=4, allowed_range=0.1
        )
        voiced.append(f0[f0 > 0])
    found = np.concatenate(voiced) if voiced else np.zeros(0)
    if len(found) < 50:
        raise AudioError("hardly anything in the recordings is voiced: are these clips of a person speaking?")
    middle = float(np.median(found))
    return max(LOWEST_HZ, middle / 2.0), min(HIGHEST_HZ, middle * 2.5)


def coded_frames(audio: Audio, *, floor_hz: float, ceiling_hz: float) -> dict[str, NDArray[np.float32]]:
    """f0_hz (t,), envelope (t, 60) and aperiodicity (t, bands) of a recording at 44.1 kHz on a 5 ms hop."""
    import pyworld

    mono, period_ms = _mono(audio), HOP_S * 1000.0
    f0, times = pyworld.dio(
        mono, RATE_HZ, f0_floor=floor_hz, f0_ceil=ceiling_hz, frame_period=period_ms, allowed_range=0.12
    )
    f0 = pyworld.stonemask(mono, f0, times, RATE_HZ)
    envelope = pyworld.cheaptrick(mono, f0, times, RATE_HZ)
    aperiodicity = pyworld.d4c(mono, f0, times, RATE_HZ, threshold=0.6)
    return {
        "f0_hz": f0.astype(np.float32),
        "envelope": pyworld.code_spectral_envelope(envelope, RATE_HZ, ENVELOPE_DIMS).astype(np.float32),
        "aperiodicity": pyworld.code_aperiodicity(aperiodicity, RATE_HZ).astype(np.float32),
    }


def aligned_clip(audio: Audio, words: Words, aligner: Aligner, *, floor_hz: float, ceiling_hz: float) -> AlignedClip:
    """A recording of known words (phonemes of each) as frames and phonemes; AudioError where they are not found."""
    spans = aligner.align(audio, words)
    return AlignedClip(
        symbols=tuple(span.symbol for span in spans),
        borders_s=np.array([(span.start_s, span.end_s) for span in spans], np.float32),
        hop_s=HOP_S,
        **coded_frames(audio, floor_hz=floor_hz, ceiling_hz=ceiling_hz),
    )


def _mono(audio: Audio) -> NDArray[np.float64]:
    """Mono float64 at 44.1 kHz without its DC offset."""
    mono = resample(Audio(audio.mono()[None], audio.sample_rate), RATE_HZ).samples[0].astype(np.float64)
    return np.ascontiguousarray(mono - mono.mean())
