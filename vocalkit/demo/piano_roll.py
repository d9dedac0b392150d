"""A performance as a picture: notes as bars with their words, the sung F0 over them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from vocalkit.types import Performance
from vocalkit.units import hz_to_midi

ROW_S = 8.0
WIDTH_INCHES, ROW_INCHES, DPI = 8.0, 1.5, 100
_NATURALS = {0: "C", 2: "D", 4: "E", 5: "F", 7: "G", 9: "A", 11: "B"}
_NOTE, _EDGE, _F0 = "#9ec9e8", "#2f6f9f", "#c2410c"


def save_piano_roll(performance: Performance, path: Path) -> None:
    """Write a PNG 800 pixels wide, one row for every eight seconds in which someone sings."""
    from matplotlib.figure import Figure

    rows = sorted({math.floor(note.start_s / ROW_S) for note in performance.notes})
    figure = Figure(figsize=(WIDTH_INCHES, ROW_INCHES * max(1, len(rows)) + 0.3), dpi=DPI, layout="constrained")
    axes = figure.subplots(max(1, len(rows)), 1, squeeze=False)[:, 0]
    pitches = [note.pitch_midi for note in performance.notes] or [60.0]
    low, high = math.floor(min(pitches)) - 2.0, math.ceil(max(pitches)) + 3.0
    for row, axis in zip(rows, axes, strict=False):
        _draw_row(axis, performance, row * ROW_S)
        axis.set_ylim(low, high)
        axis.set_yticks(*_pitch_ticks(int(low), int(high)), fontsize=7)
    axes[-1].set_xlabel("seconds", fontsize=8)
    figure.savefig(path)


def _draw_row(axis: Any, performance: Performance, start_s: float) -> None:
    end_s = start_s + ROW_S
    for note in performance.notes:
        if note.end_s <= start_s or note.start_s >= end_s:
            continue
        left_s = max(note.start_s, start_s)
        width_s = min(note.end_s, end_s) - left_s
        axis.barh(note.pitch_midi, width_s, left=left_s, height=0.9, color=_NOTE, edgecolor=_EDGE, linewidth=0.6)
        if note.syllable is not None and note.start_s >= start_s:
            word = axis.text(left_s, note.pitch_midi + 0.6, note.syllable.text, fontsize=8, va="bottom", clip_on=True)
            word.set_bbox({"facecolor": "white", "alpha": 0.7, "pad": 0.5, "linewidth": 0})
    hop_s, curve = performance.hop_s, performance.f0
    window = slice(max(0, round(start_s / hop_s)), min(curve.hz.size, round(end_s / hop_s) + 1))
    voiced = curve.voiced[window]
    midi = np.full(voiced.size, np.nan)
    midi[voiced] = hz_to_midi(curve.hz[window][voiced].astype(np.float64))
    axis.plot((window.start + np.arange(midi.size)) * hop_s, midi, color=_F0, linewidth=0.9)
    axis.set_xlim(start_s, end_s)
    axis.set_xticks(np.arange(start_s, end_s + 0.5))
    axis.tick_params(labelsize=7, length=2)
    axis.grid(axis="x", color="#dddddd", linewidth=0.5)
    axis.set_axisbelow(True)


def _pitch_ticks(low: int, high: int) -> tuple[list[int], list[str]]:
    """Every C and G as tick positions and names (C4 is MIDI 60)."""
    ticks = [midi for midi in range(low, high + 1) if midi % 12 in (0, 7)]
    return ticks, [f"{_NATURALS[midi % 12]}{midi // 12 - 1}" for midi in ticks]
