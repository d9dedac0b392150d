"""The vocal balanced against the backing, and both summed: mixed only, or mixed and mastered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.mix.choir import Harmony, sum_of, voice_stems
from vocalkit.mix.curves import Samples, block_slices, hop_frames
from vocalkit.mix.loudness import (
    Powers,
    block_powers,
    gated_lufs,
    hop_energies,
    hop_true_peaks,
    integrated_lufs,
    sung_blocks,
    true_peak_dbtp,
)
from vocalkit.mix.master import duck, master_bus
from vocalkit.mix.settings import DEFAULT_SETTINGS, MixSettings
from vocalkit.types import Audio, Mix, Performance, Vocal
from vocalkit.units import SILENCE_DB, db_to_gain

_STEM_PEAK = 0.98


def mix_vocals(
    backing: Audio,
    vocal: Vocal,
    performance: Performance,
    *,
    master: bool,
    harmonies: Sequence[Harmony] = (),
    settings: MixSettings = DEFAULT_SETTINGS,
) -> Mix:
    """Put a dry vocal on a backing, and harmony voices around it. Same inputs, same bits.

    backing: mono or stereo, at least 0.4 s and not silent; the result keeps its rate and channels.
    vocal: starts at the backing's sample 0, at any rate. performance: its notes say where someone
    sings. The mix is as long as the backing, or up to `settings.max_tail_s` longer.

    Not mastered: ``mix == backing_gain * backing + vocals`` in float32 to the bit (beyond the
    backing's end, vocals alone), with both turned down by one factor where the mix would pass the
    ceiling; `backing_gain` is 1 where it fits. Mastered: the backing also dips while sung, and the
    sum goes through glue and limiter. `vocals` is then the stem as it enters that bus, with the
    drive on it, and `backing_gain` the backing's static gain there; both are turned down together
    should the stem pass full scale, so the stem can be written as PCM and keeps its balance.

    harmonies: with them, what is said of the vocals holds for the sum of all stems, added lead first.

    Raises InputError for a performance without notes, notes past the end, a silent vocal or backing.
    """
    _check(backing, performance)
    spans = [(note.start_s, note.end_s) for note in performance.notes]
    rate = backing.sample_rate
    voices = voice_stems((vocal, performance), harmonies, backing, settings)
    finish = _mastered if master else _summed
    mix, gain, lift = finish(backing.samples, voices, rate, spans, settings)
    for samples in (mix, *voices):
        samples.flags.writeable = False
    audio = Audio(mix, rate)
    return Mix(
        audio=audio,
        vocals=Audio(voices[0], rate),
        provenance=vocal.provenance,
        backing_gain=gain,
        lufs=integrated_lufs(audio),
        true_peak_dbtp=true_peak_dbtp(audio),
        vocal_lift_lu=lift,
        mastered=master,
        harmonies=tuple(Audio(samples, rate) for samples in voices[1:]),
    )


def _check(backing: Audio, performance: Performance) -> None:
    if backing.channels > 2:
        raise InputError(f"the backing has {backing.channels} channels; mix it down to mono or stereo first")
    if backing.duration_s < 0.4:
        raise InputError(f"the backing must be at least 0.4 s long, got {backing.duration_s:.2f} s")
    if not performance.notes:
        raise InputError("there are no notes to sing; nothing to mix")


Spans = Sequence[tuple[float, float]]


def _summed(
    backing: NDArray[np.float32], voices: list[Samples], rate: int, spans: Spans, settings: MixSettings
) -> tuple[Samples, float, float]:
    """mix, backing gain and vocal lift (LU) of the plain sum; `voices` become the stems, in place."""
    lift = _balance(backing, voices, rate, spans, settings.vocal_lift_lu)
    mix = np.empty_like(voices[0])
    bus = sum_of(voices)
    _sum(backing, bus, np.float32(1.0), mix, rate)
    highest = max(float(hop_true_peaks(samples, hop_frames(rate)).max()) for samples in (mix, bus, *voices[1:]))
    gain = np.float32(min(1.0, float(db_to_gain(settings.ceiling_dbtp)) / highest))
    if gain < 1.0:
        for samples in voices:
            samples *= gain
        _sum(backing, sum_of(voices), gain, mix, rate)
    return mix, float(gain), lift


def _mastered(
    backing: NDArray[np.float32], voices: list[Samples], rate: int, spans: Spans, settings: MixSettings
) -> tuple[Samples, float, float]:
    """The same, ducked and mastered."""
    mix = np.empty_like(voices[0])
    duck(backing, mix, rate, spans, settings.duck_db)
    lift = _balance(mix[:, : backing.shape[1]], voices, rate, spans, settings.vocal_lift_lu)
    mix += sum_of(voices)
    drive = master_bus(mix, rate, settings)
    highest = max(
        float(np.max(np.abs(samples[:, block])))
        for samples in voices
        for block in block_slices(samples.shape[1], hop_frames(rate))
    )
    gain = np.float32(min(drive, _STEM_PEAK / highest))
    for samples in voices:
        samples *= gain
    return mix, float(gain), lift


def _balance(backing: NDArray[np.float32], voices: list[Samples], rate: int, spans: Spans, lift_lu: float) -> float:
    """Set the voices together so many LU over the backing where they sing, in place; returns the lift they have then.

    Loudness is gated over the blocks in which notes sound. Where the backing rests there, its
    loudness over the whole track counts.
    """
    powers = _powers(backing, rate)
    backing_lufs = gated_lufs(powers[sung_blocks(spans, powers.size)])
    if backing_lufs == SILENCE_DB:
        backing_lufs = gated_lufs(powers)
    if backing_lufs == SILENCE_DB:
        raise InputError("the backing is silent (below -70 LUFS); turn it up or choose another file")
    sung = _powers(sum_of(voices), rate)
    sung = sung[sung_blocks(spans, sung.size)]
    gain = np.float32(db_to_gain(backing_lufs + lift_lu - gated_lufs(sung)))
    for samples in voices:
        samples *= gain
    return gated_lufs(sung * float(gain) ** 2) - backing_lufs


def _powers(samples: NDArray[np.float32], rate: int) -> Powers:
    return block_powers(hop_energies(samples, rate), hop_frames(rate) / rate)


def _sum(backing: NDArray[np.float32], vocals: Samples, gain: np.float32, mix: Samples, rate: int) -> None:
    frames = backing.shape[1]
    for block in block_slices(frames, hop_frames(rate)):
        mix[:, block] = gain * backing[:, block] + vocals[:, block]
    mix[:, frames:] = vocals[:, frames:]
