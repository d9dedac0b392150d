"""Held-out lead sheets played by the product's own band, which no model was trained on."""

from __future__ import annotations

import numpy as np
from music import UNKNOWN, Piece
from render import Truth
from sounds import RATE

from vocalkit.audio import resample
from vocalkit.band import chart_backing, parse_chart, render_chart
from vocalkit.score.harmony import KIND_SYMBOLS

STYLES = ("pop", "ballad", "folk", "lo-fi")
MOST_BARS = 24
BAND_RATE = 44_100


def band_take(piece: Piece, number: int) -> tuple[np.ndarray, Truth] | None:
    """Mono sound and truth of the first bars; None where the band cannot play the metre or the key is not known."""
    if piece.metre not in ("4/4", "3/4") or not piece.keys:
        return None
    rng = np.random.default_rng([8, number])
    per_bar = int(piece.metre[0])
    chart = parse_chart(_chart(piece, per_bar, int(rng.integers(70, 150)), number))
    backing = chart_backing(chart)
    audio = resample(render_chart(chart, sample_rate=BAND_RATE, seed=number), RATE)
    grid = backing.tempo_map
    end_s = float(grid.beats_s[-1] + np.diff(grid.beats_s)[-1])
    truth = Truth(
        beats_s=[*map(float, grid.beats_s), end_s],
        downbeats_s=[*map(float, grid.downbeats_s), end_s],
        compound=False,
        metre=piece.metre,
        chords=[(c.start_s, c.end_s, c.name) for c in backing.chords],
        keys=[(0.0, end_s, chart.key.name)],
        cents=0.0,
        swung=chart.swing > 0.55,
    )
    return audio.samples.mean(axis=0).astype(np.float32), truth


def _chart(piece: Piece, per_bar: int, bpm: int, number: int) -> str:
    downs = np.nonzero(piece.downbeats)[0]
    bars = []
    for first in downs[:-1][:MOST_BARS]:
        names: list[str] = []
        for beat in range(first, first + per_bar):
            at = piece.beats[min(beat, piece.beats.size - 2)]
            name = _sounding(piece, float(at))
            held = bool(names) and next(n for n in reversed(names) if n != ".") == name
            names.append("." if held else name)
        bars.append(" ".join(names))
    style = "waltz" if per_bar == 3 else STYLES[number % len(STYLES)]
    key = piece.keys[0][1]
    half = len(bars) // 2
    head = f"Tempo: {bpm}\nMetre: {per_bar}/4\nKey: {key.name}\nStyle: {style}\n"
    return f"{head}\n[Verse]\n| {' | '.join(bars[:half])} |\n[Chorus]\n| {' | '.join(bars[half:])} |\n"


def _sounding(piece: Piece, at: float) -> str:
    now = [c for c in piece.chords if c[0] <= at + 1e-6]
    if not now or now[-1][1] is None or now[-1][2] == UNKNOWN:
        return "N.C."
    _, root, quality = now[-1]
    return ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")[root] + KIND_SYMBOLS[quality]
