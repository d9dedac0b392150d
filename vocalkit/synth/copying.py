"""A recording into what vocoders read, so that it can be made again: WORLD's source and filter, or mel and F0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.protocols import Vocoder
from vocalkit.synth.mel import CONTRACT, log_mel
from vocalkit.synth.mel_vocoder import MelFrames, MelVocoder, mel_from_source_filter
from vocalkit.types import Audio, F0Curve, SourceFilter

LOWEST_HZ, HIGHEST_HZ = 60.0, 1200.0
WORLD_HOP_S = 0.005


def track_f0(samples: NDArray[np.float32], sample_rate: int, *, hop_s: float) -> F0Curve:
    """F0 of mono sound by DIO and StoneMask (Morise, WORLD), 60 to 1,200 Hz: speech and singing."""
    import pyworld

    mono = np.ascontiguousarray(samples, np.float64)
    f0, times = pyworld.dio(
        mono, sample_rate, f0_floor=LOWEST_HZ, f0_ceil=HIGHEST_HZ, frame_period=hop_s * 1000.0, allowed_range=0.12
    )
    f0 = pyworld.stonemask(mono, f0, times, sample_rate)
    return F0Curve(f0.astype(np.float32), f0 > 0, hop_s)


def source_filter_of(audio: Audio) -> SourceFilter:
    """WORLD's envelope and aperiodicity of mono sound, every 5 ms."""
    import pyworld

    mono = _mono(audio)
    curve = track_f0(mono, audio.sample_rate, hop_s=WORLD_HOP_S)
    samples = np.ascontiguousarray(mono, np.float64)
    f0 = np.where(curve.voiced, curve.hz, 0.0).astype(np.float64)
    times = np.arange(f0.size) * WORLD_HOP_S
    envelope = pyworld.cheaptrick(samples, f0, times, audio.sample_rate)
    aperiodicity = pyworld.d4c(samples, f0, times, audio.sample_rate)
    return SourceFilter(envelope.astype(np.float32), aperiodicity.astype(np.float32), curve, audio.sample_rate)


def mel_frames_of(audio: Audio) -> MelFrames:
    """Mel and F0 of mono sound at the contract's rate."""
    if audio.sample_rate != CONTRACT.sample_rate:
        raise InputError(f"a mel of this contract is made of {CONTRACT.sample_rate} Hz, got {audio.sample_rate} Hz")
    mono = _mono(audio)
    mel = log_mel(mono, CONTRACT)
    curve = track_f0(mono, audio.sample_rate, hop_s=CONTRACT.hop_s)
    f0_hz = np.zeros(mel.shape[1], np.float32)
    kept = min(len(f0_hz), curve.hz.size)
    f0_hz[:kept] = np.where(curve.voiced, curve.hz, 0.0)[:kept]
    return MelFrames(mel, f0_hz)


def transposed(features: SourceFilter, semitones: float) -> SourceFilter:
    """The same filter over another pitch."""
    curve = features.f0
    hz = curve.hz * np.float32(2.0 ** (semitones / 12.0))
    return SourceFilter(
        features.envelope, features.aperiodicity, F0Curve(hz, curve.voiced, curve.hop_s), features.sample_rate
    )


def copy(audio: Audio, vocoder: Vocoder, *, semitones: float, seed: int) -> Audio:
    """Mono sound taken apart and made again by a vocoder, as long as it was.

    A mel vocoder hears the recording's own mel; transposed, the mel of WORLD's filter over the new pitch, because a
    mel holds its harmonics fast.
    """
    if isinstance(vocoder, MelVocoder):
        if semitones:
            frames = mel_from_source_filter(transposed(source_filter_of(audio), semitones), vocoder.contract)
        else:
            frames = mel_frames_of(audio)
        made = vocoder.from_mel(frames, seed=seed)
    else:
        made = vocoder.synthesize(transposed(source_filter_of(audio), semitones), seed=seed)
    fitted = np.zeros((1, audio.frames), np.float32)
    kept = min(audio.frames, made.frames)
    fitted[0, :kept] = made.samples[0, :kept]
    fitted.flags.writeable = False
    return Audio(fitted, audio.sample_rate)


def _mono(audio: Audio) -> NDArray[np.float32]:
    if audio.channels != 1:
        raise InputError(f"copy-synthesis takes one channel, got {audio.channels}; mix them first")
    return audio.mono()
