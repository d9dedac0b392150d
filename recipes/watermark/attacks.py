"""What is done to a marked sound before the mark is looked for. Each takes the sound and a random generator."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pedalboard
import soundfile

from vocalkit.audio import resample
from vocalkit.provenance.watermark import embed
from vocalkit.types import Audio

Random = np.random.Generator
Attack = Callable[[Audio, Random], Audio]
_MP3_LEVELS = {32: 0.99, 64: 0.889, 128: 0.667}
"""libsndfile's compression level for a constant bit rate in kbit/s at 44.1 kHz; checked by the size."""


def _of(samples: Any, rate: int) -> Audio:
    return Audio(np.ascontiguousarray(np.atleast_2d(samples), dtype=np.float32), rate)


def _safe(audio: Audio) -> Audio:
    """Below full scale, as whoever exports a file sees to."""
    peak = float(np.abs(audio.samples).max(initial=0.0))
    return _of(audio.samples * (0.95 / peak), audio.sample_rate) if peak > 0.95 else audio


def _coded(audio: Audio, kbit_s: float, **how: Any) -> Audio:
    file = io.BytesIO()
    soundfile.write(file, _safe(audio).samples.T, audio.sample_rate, **how)
    rate = file.tell() * 8.0 / 1000.0 / audio.duration_s
    if audio.duration_s > 10.0 and rate > 1.15 * kbit_s:
        raise SystemExit(f"coded at {rate:.1f} kbit/s, not {kbit_s}: libsndfile's levels have changed")
    file.seek(0)
    samples, sample_rate = soundfile.read(file, dtype="float32", always_2d=True)
    return _of(samples.T, sample_rate)


def mp3(kbit_s: int) -> Attack:
    def attack(audio: Audio, random: Random) -> Audio:
        level = _MP3_LEVELS[kbit_s]
        sound = resample(audio, 44_100)
        return _coded(
            sound, kbit_s, format="MP3", subtype="MPEG_LAYER_III", compression_level=level, bitrate_mode="CONSTANT"
        )

    return attack


def opus_48(audio: Audio, random: Random) -> Audio:
    level = {1: 0.825, 2: 0.93}[audio.channels]
    return _coded(resample(audio, 48_000), 48.0, format="OGG", subtype="OPUS", compression_level=level)


def to_rate(rate: int) -> Attack:
    return lambda audio, random: resample(audio, rate)


def equalizer(audio: Audio, random: Random) -> Audio:
    """Five bands, each 6 dB up or down."""
    gains = random.choice([-6.0, 6.0], 5)
    bands = [
        pedalboard.LowShelfFilter(250.0, gains[0]),
        pedalboard.PeakFilter(600.0, gains[1], 1.0),
        pedalboard.PeakFilter(1500.0, gains[2], 1.0),
        pedalboard.PeakFilter(3500.0, gains[3], 1.0),
        pedalboard.HighShelfFilter(6000.0, gains[4]),
    ]
    return _of(pedalboard.Pedalboard(bands)(audio.samples, audio.sample_rate), audio.sample_rate)


def compressor_and_reverb(audio: Audio, random: Random) -> Audio:
    room = pedalboard.Reverb(room_size=float(random.uniform(0.4, 0.7)), wet_level=0.25, dry_level=0.8)
    board = pedalboard.Pedalboard([pedalboard.Compressor(-24.0, 4.0, 5.0, 100.0), room])
    return _of(board(audio.samples, audio.sample_rate), audio.sample_rate)


def noise(snr_db: float) -> Attack:
    def attack(audio: Audio, random: Random) -> Audio:
        level = np.sqrt(np.mean(audio.samples.astype(np.float64) ** 2)) * 10.0 ** (-snr_db / 20.0)
        return _of(audio.samples + level * random.standard_normal(audio.samples.shape), audio.sample_rate)

    return attack


def crop(seconds: float) -> Attack:
    """A part that is sung for at least half of its time; the loudest of eight tries if none is."""

    def attack(audio: Audio, random: Random) -> Audio:
        count = round(seconds * audio.sample_rate)
        sounding = np.abs(audio.mono()) > 1e-3 * np.abs(audio.mono()).max()
        share = np.convolve(sounding[::100], np.ones(count // 100) / (count // 100), "valid")
        starts = 100 * random.integers(0, max(1, share.size), 8)
        shares = share[starts // 100]
        start = int(starts[np.flatnonzero(shares >= 0.5)[0]] if (shares >= 0.5).any() else starts[np.argmax(shares)])
        return _of(audio.samples[:, start : start + count], audio.sample_rate)

    return attack


def speed(per_cent: float) -> Attack:
    """Faster and higher, or slower and lower, as a tape is."""

    def attack(audio: Audio, random: Random) -> Audio:
        ratio = 1.0 + random.choice([-1.0, 1.0]) * per_cent / 100.0
        return Audio(resample(audio, round(audio.sample_rate / ratio)).samples, audio.sample_rate)

    return attack


def tempo(per_cent: float) -> Attack:
    """Rubber Band: faster or slower at the same pitch."""

    def attack(audio: Audio, random: Random) -> Audio:
        factor = 1.0 + random.choice([-1.0, 1.0]) * per_cent / 100.0
        # The faster of its two engines, the rougher one too.
        bent = pedalboard.time_stretch(audio.samples, audio.sample_rate, factor, high_quality=False)
        return _of(bent, audio.sample_rate)

    return attack


def pitch(semitones: float) -> Attack:
    """Rubber Band: higher or lower at the same tempo."""

    def attack(audio: Audio, random: Random) -> Audio:
        shift = pedalboard.PitchShift(float(random.choice([-1.0, 1.0]) * semitones))
        return _of(shift(audio.samples, audio.sample_rate, reset=True), audio.sample_rate)

    return attack


def marked_again(audio: Audio, random: Random) -> Audio:
    """A second mark over the first, with a key that nobody looks for."""
    return embed(audio, int(random.integers(1, 2**32)), key=random.bytes(32))


def wow(audio: Audio, random: Random) -> Audio:
    """Speed that wavers by 1 % over four seconds, as of a bad tape."""
    time_s = np.arange(audio.frames) / audio.sample_rate
    bent_s = time_s + 0.01 * 4.0 / (2.0 * np.pi) * np.sin(2.0 * np.pi * time_s / 4.0 + random.uniform(0.0, 6.0))
    return _of([np.interp(bent_s, time_s, channel) for channel in audio.samples], audio.sample_rate)


def world(audio: Audio, random: Random) -> Audio:
    """The voice taken apart into pitch, envelope and aperiodicity, and synthesized again."""
    import pyworld

    sound = audio.mono().astype(np.float64)
    f0, times = pyworld.harvest(sound, audio.sample_rate, f0_floor=60.0, f0_ceil=1000.0)
    envelope = pyworld.cheaptrick(sound, f0, times, audio.sample_rate)
    breath = pyworld.d4c(sound, f0, times, audio.sample_rate)
    return _of(pyworld.synthesize(f0, envelope, breath, audio.sample_rate), audio.sample_rate)


PROMISED: dict[str, Attack] = {
    "as it is": lambda audio, random: audio,
    "MP3 64 kbit/s": mp3(64),
    "Opus 48 kbit/s": opus_48,
    "16 kHz": to_rate(16_000),
    "equalizer ±6 dB": equalizer,
    "compressor and reverb": compressor_and_reverb,
    "noise at 20 dB": noise(20.0),
    "any 20 s": crop(20.0),
    "speed ±5 %": speed(5.0),
    "tempo ±5 %, pitch kept": tempo(5.0),
    "pitch ±1 semitone, tempo kept": pitch(1.0),
}
BEYOND: dict[str, Attack] = {
    "noise at 10 dB": noise(10.0),
    "noise at 5 dB": noise(5.0),
    "MP3 32 kbit/s": mp3(32),
    "8 kHz, as on the telephone": to_rate(8_000),
    "any 10 s": crop(10.0),
    "any 5 s": crop(5.0),
    "speed ±8 %": speed(8.0),
    "pitch ±2 semitones": pitch(2.0),
    "wow of 1 %": wow,
    "marked again, with another key": marked_again,
    "backwards": lambda audio, random: _of(audio.samples[:, ::-1], audio.sample_rate),
}
STEM_ONLY: dict[str, Attack] = {"WORLD analysis and synthesis": world}
MIX_ONLY: dict[str, Attack] = {"MP3 128 kbit/s": mp3(128)}
