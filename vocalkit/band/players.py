"""Players: functions from an event to stereo sound, each on its place of the stage."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vocalkit.band.bass import bass
from vocalkit.band.drums import drum
from vocalkit.band.events import PIECES, Hit, Tone
from vocalkit.band.keys import electric_piano, felt_piano
from vocalkit.band.pad import pad
from vocalkit.band.sampler import Sampler, released
from vocalkit.band.signal import Signal
from vocalkit.band.strings import guitar
from vocalkit.band.styles import Style

_PANS = {
    "kick": 0.0, "snare": 0.05, "brush": 0.05, "rim": 0.1, "hat": 0.35, "shaker": -0.4, "ride": -0.35,
    "crash": -0.25, "tom1": 0.3, "tom2": 0.0, "tom3": -0.3, "bass": 0.0, "keys": 0.28, "guitar": -0.38,
}  # fmt: skip
"""-1 left to 1 right."""
_RELEASES_S = {"bass": 0.07, "keys": 0.16, "guitar": 0.09}


def _placed(sound: Signal | NDArray[np.float32], pan: float) -> Signal:
    """Equal-power panning: (n,) → (2, n)."""
    angle = (pan + 1.0) * np.pi / 4.0
    return np.stack([np.cos(angle) * sound, np.sin(angle) * sound]).astype(np.float64)


def drummer(sample_rate: int, seed: int) -> Callable[[Hit, int], Signal]:
    """Plays the kit; strokes in turn sound slightly different."""
    sampler = Sampler(seed=seed, variants=4)

    def play(hit: Hit, turn: int) -> Signal:
        def make(velocity: float, rng: np.random.Generator) -> Signal:
            return drum(hit.piece, velocity=velocity, sample_rate=sample_rate, rng=rng)

        note = sampler.note(PIECES.index(hit.piece), velocity=hit.velocity, turn=turn, make=make)
        return _placed(note, _PANS[hit.piece])

    return play


def player(part: str, style: Style, sample_rate: int, seed: int) -> Callable[[Tone, int], Signal]:
    """Plays bass, keys, guitar or pad."""
    if part == "pad":
        return _pad_player(sample_rate, seed)
    sampler = Sampler(seed=seed, variants=2 if part == "guitar" else 1)
    keyboard = electric_piano if style.keys == "electric" else felt_piano

    def play(tone: Tone, turn: int) -> Signal:
        def make(velocity: float, rng: np.random.Generator) -> Signal:
            if part == "guitar":
                return guitar(tone.midi, velocity=velocity, sample_rate=sample_rate, rng=rng)
            sing = bass if part == "bass" else keyboard
            return sing(tone.midi, velocity=velocity, sample_rate=sample_rate)

        note = sampler.note(tone.midi, velocity=tone.velocity, turn=turn, make=make)
        heard = released(
            note, duration_s=tone.duration_s, release_s=_RELEASES_S[part], sample_rate=sample_rate
        )  # fmt: skip
        return _placed(heard, _PANS[part])

    return play


def _pad_player(sample_rate: int, seed: int) -> Callable[[Tone, int], Signal]:
    def play(tone: Tone, turn: int) -> Signal:
        rng = np.random.default_rng([seed, turn])
        return pad(
            tone.midi, duration_s=tone.duration_s, velocity=tone.velocity, sample_rate=sample_rate, rng=rng
        )  # fmt: skip

    return play
