"""Takes without any beat: drones, swells and noise, so that the network learns to hear nothing where nothing is."""

from __future__ import annotations

import numpy as np
from render import Take, Truth, finish
from sounds import RATE, instrument


def ambient_take(number: int, seconds: float) -> tuple[np.ndarray, Truth, Take]:
    """Long tones that begin whenever they like."""
    rng = np.random.default_rng([11, number])
    out = np.zeros(int(seconds * RATE))
    player = instrument(str(rng.choice(["strings", "organ", "reeds"])), int(rng.integers(1 << 30)))
    root = int(rng.integers(40, 60))
    at = 0.0
    while at < seconds:
        tone = player.note(float(root + rng.choice([0, 3, 7, 10, 12, 15, 19]))).copy()
        swell = int(rng.uniform(0.5, 2.0) * RATE)
        tone *= np.minimum(1.0, np.minimum(np.arange(tone.size), np.arange(tone.size)[::-1]) / swell)
        start = int(at * RATE)
        piece = tone[: out.size - start]
        out[start : start + piece.size] += rng.uniform(0.3, 1.0) * piece
        at += float(rng.exponential(1.0))
    out += rng.uniform(0.0, 0.3) * rng.standard_normal(out.size)
    take = Take(number, 100.0, player.name, room=0.5)
    truth = Truth([], [], False, "4/4", [], [], 0.0, False)
    return finish(out, take, rng), truth, take
