"""One pass over the track: everything the later steps need, in a few megabytes for any length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing.onsets import ONSET_HOP, OnsetMeter
from vocalkit.backing.pitches import PitchMeter
from vocalkit.backing.stream import ANALYSIS_RATE, BLOCK_S, LEVEL_RMS, Framer, analysis_blocks, level_and_offset
from vocalkit.backing.voice_cues import VoiceMeter
from vocalkit.protocols import Progress
from vocalkit.types import Audio
from vocalkit.units import gain_to_db

SILENT_RMS = 10.0 ** (-80.0 / 20.0)
"""A track below −80 dBFS RMS holds nothing to analyze."""

GATE_DB = -45.0
"""Frames this far below the track's RMS count as silence."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Compact description of a track.

    onsets: float32 (3, t) low, mid, high flux at `onsets.ONSET_RATE_HZ`; bands: float16 (onsets.BANDS, t), the same
    in finer bands; level_db: float32 (t,) on the same frames, relative to the track's RMS; pitches: float32
    (u, FINE_BINS) at `pitches.PITCH_RATE_HZ`; voice: float32 (v, CUES) at `voice_cues.CUE_RATE_HZ`.
    """

    duration_s: float
    onsets: NDArray[np.float32]
    bands: NDArray[np.float16]
    level_db: NDArray[np.float32]
    pitches: NDArray[np.float32]
    voice: NDArray[np.float32]

    @property
    def silent(self) -> bool:
        return bool(np.all(self.level_db < GATE_DB))


def extract(audio: Audio, *, progress: Progress) -> Features:
    """All features of a track, block by block. Raises AudioError where samples are not finite."""
    rms, offset = level_and_offset(audio)
    gain = LEVEL_RMS / rms if rms > SILENT_RMS else 0.0
    onset_meter, pitch_meter, voice_meter = OnsetMeter(), PitchMeter(), VoiceMeter()
    level_framer = Framer(2 * ONSET_HOP, ONSET_HOP)
    onsets, pitches, voices, levels = [], [], [], []
    blocks = max(1, -(-audio.frames // round(BLOCK_S * audio.sample_rate)))
    for index, block in enumerate(analysis_blocks(audio, gain=gain, offset=offset)):
        last = index == blocks - 1
        onsets.append(onset_meter.push(block[0], last=last))
        pitches.append(pitch_meter.push(block[0], last=last))
        voices.append(voice_meter.push(block, last=last))
        levels.append(np.sqrt(np.mean(np.square(level_framer.push(block[0], last=last)), axis=1)))
        progress("listen", 0.8 * (index + 1) / blocks)
    flux, level = np.concatenate([part.flux for part in onsets], axis=1), np.concatenate(levels)
    bands = np.concatenate([part.bands for part in onsets], axis=1)
    frames = min(flux.shape[1], level.size, int(audio.duration_s * ANALYSIS_RATE / ONSET_HOP) + 1)
    level_db = gain_to_db(level[:frames].astype(np.float64) / LEVEL_RMS)
    return Features(
        audio.duration_s,
        flux[:, :frames],
        bands[:, :frames],
        level_db.astype(np.float32),
        np.concatenate(pitches),
        np.concatenate(voices),
    )
