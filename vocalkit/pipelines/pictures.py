"""Notes as a picture: bars with their words, and the sung F0 over them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vocalkit.errors import BackendUnavailable
from vocalkit.types import F0Curve, Performance
from vocalkit.units import hz_to_midi

ROW_S = 8.0
MOST_ROWS = 150
WIDTH_INCHES, ROW_INCHES, DPI = 8.0, 1.5, 100
_NATURALS = {0: "C", 2: "D", 4: "E", 5: "F", 7: "G", 9: "A", 11: "B"}
_NOTE, _EDGE, _F0, _MARKED = "#9ec9e8", "#2f6f9f", "#c2410c", "#f4b8a5"


@dataclass(frozen=True, slots=True)
class RollNote:
    """One bar of the picture. marked: drawn in a colour of warning."""

    start_s: float
    end_s: float
    pitch_midi: float
    text: str | None = None
    marked: bool = False


def save_performance_roll(performance: Performance, path: Path) -> None:
    """`save_piano_roll` of what was sung, with its F0."""
    notes = [
        RollNote(note.start_s, note.end_s, note.pitch_midi, note.syllable.text if note.syllable else None)
        for note in performance.notes
    ]
    save_piano_roll(notes, path, f0=performance.f0)


def save_piano_roll(notes: Sequence[RollNote], path: Path, *, f0: F0Curve | None = None) -> None:
    """Write a PNG 800 pixels wide, one row for every eight seconds in which someone sings, `MOST_ROWS` at most."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise BackendUnavailable("a picture needs matplotlib: pip install 'vocalkit[demo]'") from None

    rows = sorted({math.floor(note.start_s / ROW_S) for note in notes})[:MOST_ROWS]
    figure = Figure(figsize=(WIDTH_INCHES, ROW_INCHES * max(1, len(rows)) + 0.3), dpi=DPI, layout="constrained")
    axes = figure.subplots(max(1, len(rows)), 1, squeeze=False)[:, 0]
    pitches = [note.pitch_midi for note in notes] or [60.0]
    low, high = math.floor(min(pitches)) - 2.0, math.ceil(max(pitches)) + 3.0
    for row, axis in zip(rows, axes, strict=False):
        _draw_row(axis, notes, f0, row * ROW_S)
        axis.set_ylim(low, high)
        axis.set_yticks(*_pitch_ticks(int(low), int(high)), fontsize=7)
    axes[-1].set_xlabel("seconds", fontsize=8)
    figure.savefig(path, format="png")


def _draw_row(axis: Any, notes: Sequence[RollNote], f0: F0Curve | None, start_s: float) -> None:
    end_s = start_s + ROW_S
    for note in notes:
        if note.end_s <= start_s or note.start_s >= end_s:
            continue
        left_s = max(note.start_s, start_s)
        width_s = min(note.end_s, end_s) - left_s
        color = _MARKED if note.marked else _NOTE
        axis.barh(note.pitch_midi, width_s, left=left_s, height=0.9, color=color, edgecolor=_EDGE, linewidth=0.6)
        if note.text is not None and note.start_s >= start_s:
            text = note.text.replace("$", r"\$")  # matplotlib would typeset what stands between dollars
            word = axis.text(left_s, note.pitch_midi + 0.6, text, fontsize=8, va="bottom", clip_on=True)
            word.set_bbox({"facecolor": "white", "alpha": 0.7, "pad": 0.5, "linewidth": 0})
    if f0 is not None:
        _draw_f0(axis, f0, start_s, end_s)
    axis.set_xlim(start_s, end_s)
    axis.set_xticks(np.arange(start_s, end_s + 0.5))
    axis.tick_params(labelsize=7, length=2)
    axis.grid(axis="x", color="#dddddd", linewidth=0.5)
    axis.set_axisbelow(True)


def _draw_f0(axis: Any, f0: F0Curve, start_s: float, end_s: float) -> None:
    window = slice(max(0, round(start_s / f0.hop_s)), min(f0.hz.size, round(end_s / f0.hop_s) + 1))
    voiced = f0.voiced[window]
    midi = np.full(voiced.size, np.nan)
    midi[voiced] = hz_to_midi(f0.hz[window][voiced].astype(np.float64))
    axis.plot((window.start + np.arange(midi.size)) * f0.hop_s, midi, color=_F0, linewidth=0.9)


def _pitch_ticks(low: int, high: int) -> tuple[list[int], list[str]]:
    """Every C and G as tick positions and names (C4 is MIDI 60)."""
    ticks = [midi for midi in range(low, high + 1) if midi % 12 in (0, 7)]
    return ticks, [f"{_NATURALS[midi % 12]}{midi // 12 - 1}" for midi in ticks]
