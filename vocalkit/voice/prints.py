"""Voice prints: where a voice stands among voices, in windows of three seconds.

The encoder is Resemblyzer's (Wan et al., "Generalized End-to-End Loss for Speaker Verification",
ICASSP 2018), which reads 1.6 s at a time. A window of 3.0 s is three such readings, 0.7 s apart.
Silence is cut out first, so that every window holds three seconds of voice.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import resample
from vocalkit.errors import AudioError, BackendUnavailable
from vocalkit.types import Audio
from vocalkit.voice.listenable import check_listenable

RATE_HZ = 16_000
FRAME_S = 0.01
READING_FRAMES = 160
STEP_FRAMES = 70
READINGS_A_WINDOW = 3
WINDOW_S = (READING_FRAMES + (READINGS_A_WINDOW - 1) * STEP_FRAMES) * FRAME_S
SHORTEST_S = READING_FRAMES * FRAME_S
LONGEST_S = 30 * 60.0

_LEVEL_DBFS = -30.0
_BELOW_LOUD_DB = 25.0
_FLOOR_DBFS = -60.0
_KEPT_PAUSE_S = 0.05
_BATCH = 64


class Encoder(Protocol):
    """Turns pieces of speech into voice prints."""

    def __call__(self, mono: NDArray[np.float32]) -> NDArray[np.float32]:
        """mono: float32 (n,) at 16 kHz, at least 1.6 s. Unit vectors float32 (readings, 256), 0.7 s apart."""


def load_encoder() -> Encoder:
    """Resemblyzer on the processor; needs the `enroll` extra."""
    try:
        import torch
        from resemblyzer import VoiceEncoder
        from resemblyzer.audio import wav_to_mel_spectrogram
    except ImportError as error:
        raise BackendUnavailable(
            "comparing voices needs Resemblyzer and torch: pip install 'vocalkit[enroll]'"
        ) from error
    network: Any = VoiceEncoder("cpu", verbose=False).eval()

    def encode(mono: NDArray[np.float32]) -> NDArray[np.float32]:
        mel = wav_to_mel_spectrogram(mono)
        starts = range(0, max(1, len(mel) - READING_FRAMES + 1), STEP_FRAMES)
        pieces = np.stack([mel[start : start + READING_FRAMES] for start in starts])
        with torch.no_grad():
            read = [network(torch.from_numpy(pieces[at : at + _BATCH])) for at in range(0, len(pieces), _BATCH)]
        prints: NDArray[np.float32] = torch.cat(read).numpy().astype(np.float32)
        return prints

    return encode


def check_clip(audio: Audio, what: str) -> None:
    """Raises AudioError for a clip that no voice print can come of."""
    check_listenable(audio, what, shortest_s=SHORTEST_S, longest_s=LONGEST_S)


def readings(audio: Audio, encoder: Encoder, *, what: str = "the clip") -> NDArray[np.float32]:
    """Voice prints of every 1.6 s of voice, 0.7 s apart: unit vectors float32 (readings, 256).

    Raises AudioError where fewer than 1.6 s of voice are left once silence is cut out, or for sound
    that is too long, silent or not finite.
    """
    check_clip(audio, what)
    voice = voiced_part(resample(Audio(audio.mono()[None], audio.sample_rate), RATE_HZ).samples[0])
    if len(voice) < SHORTEST_S * RATE_HZ:
        raise AudioError(f"{what} holds {len(voice) / RATE_HZ:.1f} s of voice; {SHORTEST_S:g} s are needed")
    return encoder(voice)


def windows(prints: NDArray[np.float32]) -> NDArray[np.float32]:
    """Readings (n, 256) averaged over 3 s: unit vectors (max(1, n - 2), 256), 0.7 s apart."""
    count = min(READINGS_A_WINDOW, len(prints))
    sums = sum(prints[at : len(prints) - count + 1 + at] for at in range(count))
    return unit(np.asarray(sums, np.float32))


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each vector of the last axis at length 1."""
    scaled: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return scaled


def voiced_part(mono: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (n,) at 16 kHz without its pauses, at one level whatever the microphone's."""
    hop = round(FRAME_S * RATE_HZ)
    frames = len(mono) // hop
    if frames == 0:
        return mono[:0]
    level = 10 * np.log10(np.mean(mono[: frames * hop].reshape(frames, hop).astype(np.float64) ** 2, axis=1) + 1e-12)
    loud = level > max(float(np.percentile(level, 95)) - _BELOW_LOUD_DB, _FLOOR_DBFS)
    reach = round(_KEPT_PAUSE_S / FRAME_S)
    kept = np.convolve(loud, np.ones(2 * reach + 1), mode="same") > 0
    voice = mono[: frames * hop].reshape(frames, hop)[kept].ravel()
    power = float(np.mean(voice.astype(np.float64) ** 2)) if len(voice) else 0.0
    if power == 0.0:
        return voice[:0]
    scaled: NDArray[np.float32] = (voice * (10 ** (_LEVEL_DBFS / 20) / np.sqrt(power))).astype(np.float32)
    return scaled
