"""A small inventory made by arithmetic."""

from __future__ import annotations

import json

import numpy as np

from vocalkit.synth.inventory import MARGIN_FRAMES

SYMBOLS = ("i", "m", "s", "t", "ɑ")
DIMS, BANDS = 30, 5


def made_tensors(units_each: int = 6, seed: int = 0) -> dict[str, np.ndarray]:
    """Units of five phones, two to a fragment, whose first code dimension tells the phone."""
    rng = np.random.default_rng(seed)
    shape, level, bands, f0, units = [], [], [], [], []
    length = 0
    for _ in range(units_each):
        for first, second in ((2, 4), (1, 0), (3, 4), (1, 4), (2, 0)):
            run = [(first, int(rng.integers(10, 20))), (second, int(rng.integers(24, 40)))]
            total = sum(frames for _, frames in run) + 2 * MARGIN_FRAMES
            rows = rng.integers(-5, 6, (total, DIMS))
            at = MARGIN_FRAMES
            for place, (symbol, frames) in enumerate(run):
                rows[at : at + frames, 0] = 20 * symbol - 40
                left, right = (-1, run[1][0]) if place == 0 else (run[0][0], -1)
                units.append((symbol, left, right, length + at, length + at + frames, -20.0))
                at += frames
            shape.append(rows)
            level.append(np.full(total, -22.0))
            bands.append(np.full((total, BANDS), 120))
            f0.append(np.full(total, 0 if first in (2, 3) else 2000))
            length += total
    table = np.array(units)
    header = {"symbols": list(SYMBOLS), "sample_rate": 44_100, "hop_s": 0.005, "bend": {"formant_ratio": 1.05}}
    return {
        "shape_q": np.concatenate(shape).astype(np.int8),
        "shape_scale": np.full(DIMS, 0.02, np.float32),
        "shape_offset": np.zeros(DIMS, np.float32),
        "level_db": np.concatenate(level).astype(np.float32),
        "aperiodicity_q": np.concatenate(bands).astype(np.uint8),
        "f0_dhz": np.concatenate(f0).astype(np.uint16),
        "unit_symbol": table[:, 0].astype(np.int32),
        "unit_left": table[:, 1].astype(np.int32),
        "unit_right": table[:, 2].astype(np.int32),
        "unit_start": table[:, 3].astype(np.int32),
        "unit_end": table[:, 4].astype(np.int32),
        "unit_level": table[:, 5].astype(np.float32),
        "header": np.frombuffer(json.dumps(header).encode(), np.uint8),
    }
