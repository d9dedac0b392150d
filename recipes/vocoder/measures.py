"""How near a copy is to its recording. Each takes mono float32 at 44.1 kHz, equally long."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.fft
import soxr
import torch
from numpy.typing import NDArray

from vocalkit.nn.losses import SpectralDistance
from vocalkit.synth.griffinlim import stft
from vocalkit.synth.mel import CONTRACT, log_mel
from vocalkit.units import cents_between

Samples = NDArray[np.float32]
RATE = CONTRACT.sample_rate
HOP_S = 0.01
LOWEST_HZ, HIGHEST_HZ = 60.0, 1200.0
ACTIVE_DB = -50.0
WHISTLE_BAND_BINS = 4
WHISTLE_FLOOR_DBFS = -90.0


@dataclass(frozen=True, slots=True)
class Pitch:
    """Praat's view every 10 ms: F0 in Hz (0 where unvoiced), and the height of the best autocorrelation peak."""

    hz: NDArray[np.float64]
    periodicity: NDArray[np.float64]


def pitch_of(samples: Samples) -> Pitch:
    import parselmouth

    sound = parselmouth.Sound(samples.astype(np.float64), RATE)
    common = {"time_step": HOP_S, "pitch_floor": LOWEST_HZ, "pitch_ceiling": HIGHEST_HZ}
    heard = sound.to_pitch_ac(**common)
    always = sound.to_pitch_ac(**common, voicing_threshold=0.0, silence_threshold=0.0)
    return Pitch(heard.selected_array["frequency"], always.selected_array["strength"])


def pesq_wb(true: Samples, made: Samples) -> float:
    """ITU-T P.862.2 at 16 kHz; NaN where it finds no utterance."""
    from pesq import PesqError, pesq

    value = pesq(16_000, soxr.resample(true, RATE, 16_000), soxr.resample(made, RATE, 16_000), "wb",
                 on_error=PesqError.RETURN_VALUES)  # fmt: skip
    return float(value) if value > 0 else math.nan


def stft_distance(true: Samples, made: Samples) -> float:
    """Spectral convergence plus log-magnitude distance at windows of 512 to 4096 samples."""
    with torch.inference_mode():
        return float(SpectralDistance()(torch.from_numpy(made)[None], torch.from_numpy(true)[None]))


def cepstral_distortion_db(true: Samples, made: Samples) -> float:
    """Mel-cepstral distortion over coefficients 1 to 24 of the contract's mel, frame by frame."""
    pair = [scipy.fft.dct(log_mel(part), axis=0, norm="ortho")[1:25] for part in (true, made)]
    scale = 10.0 / math.log(10.0) * math.sqrt(2.0 / CONTRACT.n_mels)
    active = frame_db(true) > ACTIVE_DB
    return float(scale * np.sqrt(((pair[0] - pair[1]) ** 2).sum(0))[active].mean())


def frame_db(samples: Samples) -> NDArray[np.float64]:
    """Level of each mel frame under the loudest one, dB."""
    power = (np.abs(stft(_whole(samples), CONTRACT)) ** 2).sum(0)
    return np.asarray(10.0 * np.log10(power / (power.max() + 1e-20) + 1e-20))


def _whole(samples: Samples) -> Samples:
    return np.pad(samples, (0, -len(samples) % CONTRACT.hop))


def pitch_figures(true: Pitch, made: Pitch, *, ratio: float = 1.0) -> dict[str, float]:
    """Periodicity RMSE, V/UV F1, and the median distance in cents where both are voiced."""
    count = min(len(true.hz), len(made.hz))
    a, b = true.hz[:count], made.hz[:count]
    both = (a > 0) & (b > 0)
    hits, misses = int(both.sum()), int(((a > 0) != (b > 0)).sum())
    error = np.sqrt(np.mean((true.periodicity[:count] - made.periodicity[:count]) ** 2))
    return {
        "periodicity": float(error),
        "vuv_f1": 2 * hits / max(2 * hits + misses, 1),
        "cents": float(np.median(np.abs(cents_between(b[both], a[both] * ratio)))) if hits else math.nan,
    }


def excess_db(true: Samples, made: Samples, pitch: Pitch) -> NDArray[np.float64]:
    """By how much each band of 86 Hz exceeds the recording's, over its unvoiced and silent frames; NaN without any.

    Bands that the mel covers; of what lies above it a mel vocoder can only guess.
    """
    spectra = [np.abs(stft(_whole(part), CONTRACT)) ** 2 for part in (true, made)]
    times = np.arange(spectra[0].shape[1]) * CONTRACT.hop_s
    near = np.clip(np.round(times / HOP_S).astype(int) - 2, 0, len(pitch.hz) - 1)
    padded = np.convolve(pitch.hz[near] > 0, np.ones(9), mode="same") > 0
    told = int(CONTRACT.high_hz / (RATE / CONTRACT.n_fft * WHISTLE_BAND_BINS))
    if (~padded).sum() < 20:
        return np.full(told, math.nan)
    bands = [part[:1024, ~padded].mean(1).reshape(-1, WHISTLE_BAND_BINS).mean(1) for part in spectra]
    floor = 10.0 ** (WHISTLE_FLOOR_DBFS / 10.0) * 0.375 * CONTRACT.n_fft
    return np.asarray(10.0 * np.log10((bands[1] + floor) / (bands[0] + floor))[:told])


def naturalness(samples: Samples) -> float:
    """DNSMOS P.835 overall of up to 9 s: a judge of noisy speech that hears no reference. A development tool."""
    from speechmos import dnsmos

    low = soxr.resample(samples, RATE, 16_000).astype(np.float32)
    return float(dnsmos.run(np.clip(low, -1.0, 1.0), 16_000)["ovrl_mos"])


def nisqa(folder: Path, checkout: Path, weights: str) -> dict[str, float]:
    """Scores of every WAV file in a folder by NISQA (Mittag et al., 2020 and 2021), by name. A development tool.

    checkout: a copy of its repository, whose weights may be used for research alone: nothing of it is ours.
    """
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "run_predict.py", "--mode", "predict_dir", "--bs", "1", "--output_dir", place]
        command += ["--pretrained_model", f"weights/{weights}", "--data_dir", str(folder.resolve())]
        subprocess.run(command, check=True, capture_output=True, cwd=checkout)
        rows = csv.DictReader((Path(place) / "NISQA_results.csv").read_text().splitlines())
        return {row["deg"]: float(row["mos_pred"]) for row in rows}
