"""Several voices as stems: each through the vocal chain, in its place between left and right, and their sum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vocalkit.errors import InputError
from vocalkit.mix.curves import Samples, hop_frames
from vocalkit.mix.effects import decay_s, vocal_chain
from vocalkit.mix.loudness import hop_true_peaks, integrated_lufs, true_peak_dbtp
from vocalkit.mix.place import fade_tail, place
from vocalkit.mix.settings import DEFAULT_SETTINGS, MixSettings
from vocalkit.types import Audio, Mix, Performance, Vocal
from vocalkit.units import db_to_gain

_RING = 0.75
"""Part of the reverb time after which a reverb that lies 15 dB under the voice has died away."""


@dataclass(frozen=True, slots=True, eq=False)
class Harmony:
    """A voice beside the lead. gain_db: against the lead's loudness; pan: -1 left to 1 right, heard in stereo only."""

    vocal: Vocal
    performance: Performance
    gain_db: float = -4.0
    pan: float = 0.0

    def __post_init__(self) -> None:
        if not -60.0 <= self.gain_db <= 12.0:
            raise InputError(f"a harmony's gain must be -60 to 12 dB, got {self.gain_db}")
        if not -1.0 <= self.pan <= 1.0:
            raise InputError(f"a pan must be -1 (left) to 1 (right), got {self.pan}")
        if not self.performance.notes:
            raise InputError("a harmony without notes cannot be mixed")


def voice_stems(
    lead: tuple[Vocal, Performance], harmonies: Sequence[Harmony], backing: Audio, settings: MixSettings
) -> list[Samples]:
    """The lead and every harmony as they will be mixed, equally long, float32 (channels, n), writable."""
    rate, room_s = backing.sample_rate, decay_s(lead[1].notes)
    parts = [lead, *((harmony.vocal, harmony.performance) for harmony in harmonies)]
    dry = [
        place(vocal.audio, performance, backing, ring_s=_RING * room_s, max_tail_s=settings.max_tail_s)
        for vocal, performance in parts
    ]
    frames = max(samples.size for samples in dry)
    stems = []
    for number, (_, performance) in enumerate(parts):
        samples = np.pad(dry[number], (0, frames - dry[number].size))
        dry[number] = np.zeros(0, np.float32)
        spans = [(note.start_s, note.end_s) for note in performance.notes]
        stem = vocal_chain(
            samples, rate, channels=backing.channels, spans_s=spans, room_s=room_s, send_db=settings.reverb_send_db
        )
        if number:
            _set_in_place(stem, harmonies[number - 1])
        fade_tail(stem, backing_frames=backing.frames, sample_rate=rate)
        stems.append(stem)
    return stems


def _set_in_place(stem: Samples, harmony: Harmony) -> None:
    """Level, and pan by the sine law: together as loud wherever a voice stands; in place."""
    stem *= np.float32(db_to_gain(harmony.gain_db))
    if stem.shape[0] == 2:
        angle = (harmony.pan + 1.0) * math.pi / 4.0
        stem[0] *= np.float32(math.sqrt(2.0) * math.cos(angle))
        stem[1] *= np.float32(math.sqrt(2.0) * math.sin(angle))


def sum_of(stems: Sequence[Samples]) -> Samples:
    """All stems together, added in order in float32; the stem itself where there is but one."""
    if len(stems) == 1:
        return stems[0]
    total = stems[0] + stems[1]
    for samples in stems[2:]:
        total += samples
    return np.asarray(total)


def mix_choir(
    vocal: Vocal,
    performance: Performance,
    harmonies: Sequence[Harmony],
    *,
    sample_rate: int,
    settings: MixSettings = DEFAULT_SETTINGS,
) -> Mix:
    """Voices without a backing, stereo: ``mix`` is the sum of the stems to the bit, as loud as the ceiling allows.

    Raises InputError where there are no notes or a voice is silent.
    """
    if not performance.notes:
        raise InputError("there are no notes to sing; nothing to mix")
    end_s = max(part.notes[-1].end_s for part in (performance, *(h.performance for h in harmonies)))
    nothing = Audio(np.zeros((2, math.ceil((end_s + 0.5) * sample_rate)), np.float32), sample_rate)
    stems = voice_stems((vocal, performance), harmonies, nothing, settings)
    loud = integrated_lufs(Audio(sum_of(stems), sample_rate))
    peak = float(hop_true_peaks(sum_of(stems), hop_frames(sample_rate)).max())
    gain = np.float32(min(db_to_gain(settings.target_lufs - loud), db_to_gain(settings.ceiling_dbtp) / peak))
    for samples in stems:
        samples *= gain
    mix = sum_of(stems) if len(stems) > 1 else stems[0].copy()
    for samples in (mix, *stems):
        samples.flags.writeable = False
    audio = Audio(mix, sample_rate)
    return Mix(
        audio=audio,
        vocals=Audio(stems[0], sample_rate),
        provenance=vocal.provenance,
        backing_gain=0.0,
        lufs=integrated_lufs(audio),
        true_peak_dbtp=true_peak_dbtp(audio),
        vocal_lift_lu=0.0,
        mastered=False,
        harmonies=tuple(Audio(samples, sample_rate) for samples in stems[1:]),
    )
