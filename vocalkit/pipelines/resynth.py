"""Copy-synthesis of a file: what a vocoder makes of a recording, at its own pitch or another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocalkit.audio import read, resample, write_wav
from vocalkit.errors import InputError
from vocalkit.protocols import Progress, silent
from vocalkit.synth.backends import load_vocoder
from vocalkit.synth.copying import copy
from vocalkit.synth.mel import CONTRACT
from vocalkit.types import Audio

LONGEST_S = 360.0
FURTHEST_SEMITONES = 24.0
_HEADROOM = 0.999


@dataclass(frozen=True, slots=True)
class Resynthesis:
    """What `resynth_file` did. gain_db: 0, or how far the sound was turned down to fit into its file."""

    vocoder: str
    transposed_semitones: float
    duration_s: float
    sample_rate: int
    gain_db: float


def resynth_file(
    source: Path, out: Path, *, vocoder: str, semitones: float = 0.0, seed: int = 0, progress: Progress = silent
) -> Resynthesis:
    """Read a recording of one voice, take it apart, make it again and write it to `out` as mono WAV, 44.1 kHz, 24 bit.

    InputError for more than two octaves of transposition; AudioError for a file that cannot be read or is longer
    than six minutes; BackendUnavailable where the vocoder's packages are missing.
    """
    if not abs(semitones) <= FURTHEST_SEMITONES:
        raise InputError(f"transpose by at most {FURTHEST_SEMITONES:.0f} semitones either way, got {semitones}")
    maker = load_vocoder(vocoder)
    progress("read", 0.0)
    audio = read(source, max_duration_s=LONGEST_S)
    mono = resample(Audio(audio.mono()[None], audio.sample_rate), CONTRACT.sample_rate)
    progress("copy", 0.3)
    made = copy(mono, maker, semitones=semitones, seed=seed)
    fitted, gain_db = _fitted(made)
    progress("write", 0.9)
    write_wav(out, fitted)
    return Resynthesis(vocoder, semitones, fitted.duration_s, fitted.sample_rate, gain_db)


def _fitted(audio: Audio) -> tuple[Audio, float]:
    """The sound turned down, where it must be, to what a file can hold."""
    peak = float(np.abs(audio.samples).max(initial=0.0))
    if peak <= 1.0:
        return audio, 0.0
    gain = _HEADROOM / peak
    return Audio(audio.samples * np.float32(gain), audio.sample_rate), 20.0 * float(np.log10(gain))
