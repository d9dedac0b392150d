"""An analysis as a picture: the whole track in one strip, then row by row with beats, chords, keys and sections."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import BackendUnavailable
from vocalkit.pipelines.pictures import DPI, WIDTH_INCHES
from vocalkit.types import Audio, Backing

ROW_S = 24.0
MOST_ROWS = 75
_ROW_INCHES, _TOP_INCHES = 1.45, 1.75
_POINTS_A_ROW = 1400
_WAVE, _BEAT, _DOWN, _TEMPO, _VOICE = "#8fa3b5", "#5f7283", "#1f4e79", "#c2410c", "#2e7d4f"
_SECTIONS = ("#cfe3f3", "#f6dfc8", "#d5ead6", "#e6d9ee", "#f3ecc4", "#f4d6da", "#d9e2e7", "#e3e8cf")
_SILENT = "#eeeeee"
_FLATS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MARKS = {"maj": "", "min": "m", "dim": "°", "aug": "+", "maj7": "maj7", "min7": "m7", "hdim7": "ø", "dim7": "°7",
          "minmaj7": "mM7", "min6": "m6"}  # fmt: skip
_LETTER_S = 0.24
"""How many seconds of a row a letter takes."""


@dataclass(frozen=True, slots=True, eq=False)
class _Outline:
    """Largest and smallest sample of every stretch of `step_s` seconds, scaled to the track's peak."""

    step_s: float
    low: NDArray[np.float32]
    high: NDArray[np.float32]


def save_analysis(backing: Backing, audio: Audio, path: Path, *, title: str = "") -> None:
    """Write a PNG 800 pixels wide: an overview, and a row for every 24 s, `MOST_ROWS` at most.

    Raises BackendUnavailable without matplotlib.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise BackendUnavailable("a picture needs matplotlib: pip install 'vocalkit[demo]'") from None

    rows = min(MOST_ROWS, max(1, math.ceil(backing.duration_s / ROW_S - 0.02)))
    height = _TOP_INCHES + _ROW_INCHES * rows + 0.35
    figure = Figure(figsize=(WIDTH_INCHES, height), dpi=DPI, layout="constrained")
    axes = figure.subplots(rows + 1, 1, squeeze=False, height_ratios=[_TOP_INCHES, *[_ROW_INCHES] * rows])[:, 0]
    outline, colors = _outline(audio), _colors(backing)
    _draw_overview(axes[0], backing, outline, colors, title)
    for row in range(rows):
        _draw_row(axes[row + 1], backing, outline, colors, row * ROW_S)
    axes[-1].set_xlabel("seconds", fontsize=8)
    figure.savefig(path, format="png")


def _outline(audio: Audio) -> _Outline:
    step = max(1, round(ROW_S / _POINTS_A_ROW * audio.sample_rate))
    mono = audio.samples.mean(axis=0)
    whole = mono[: mono.size // step * step].reshape(-1, step)
    if not len(whole):
        whole = np.zeros((1, 1), np.float32)
    peak = float(np.abs(mono).max()) or 1.0
    return _Outline(step / audio.sample_rate, whole.min(axis=1) / peak, whole.max(axis=1) / peak)


def _colors(backing: Backing) -> dict[str, str]:
    """A colour for every label, in order of appearance."""
    labels = dict.fromkeys(section.label for section in backing.sections if section.label != "silence")
    return {label: _SECTIONS[index % len(_SECTIONS)] for index, label in enumerate(labels)} | {"silence": _SILENT}


def _draw_overview(axis: Any, backing: Backing, outline: _Outline, colors: dict[str, str], title: str) -> None:
    """Energy, sections, places for a voice along the foot, and the tempo over it."""
    end_s = backing.duration_s
    for section in backing.sections:
        axis.axvspan(section.start_s, section.end_s, color=colors[section.label], linewidth=0)
        if section.end_s - section.start_s > (0.012 + 0.011 * len(section.label)) * end_s:
            axis.text(section.start_s + 0.004 * end_s, 1.02, _plain(section.label), fontsize=7, va="top", clip_on=True)
    points = max(1, outline.high.size // 800)
    high = outline.high[: outline.high.size // points * points].reshape(-1, points).max(axis=1)
    axis.fill_between(np.arange(high.size) * points * outline.step_s, 0.0, 0.8 * high, color=_WAVE, linewidth=0)
    for place in backing.voice_places:
        axis.plot([place.start_s, place.end_s], [-0.06, -0.06], color=_VOICE, linewidth=3, solid_capstyle="butt")
    axis.set_xlim(0.0, end_s)
    axis.set_ylim(-0.13, 1.1)
    axis.set_yticks([])
    axis.tick_params(labelsize=7, length=2)
    times_s, bpm = backing.tempo_curve()
    tempo = axis.twinx()
    tempo.plot(times_s, bpm, color=_TEMPO, linewidth=1.0)
    middle = float(np.median(bpm))
    tempo.set_ylim(min(0.85 * middle, float(bpm.min())), max(1.15 * middle, float(bpm.max())))
    tempo.tick_params(labelsize=7, length=2, colors=_TEMPO)
    tempo.set_ylabel("BPM", fontsize=7, color=_TEMPO)
    facts = f"{backing.tempo_bpm:.1f} BPM · {backing.metre} · {backing.key.name} · {backing.tuning_cents:+.0f} cents"
    axis.set_title(f"{_plain(title)}   {facts}   (green: place for a voice)", fontsize=8, loc="left")


def _draw_row(axis: Any, backing: Backing, outline: _Outline, colors: dict[str, str], start_s: float) -> None:
    end_s = start_s + ROW_S
    low, high = int(start_s / outline.step_s), int(end_s / outline.step_s) + 1
    at_s = (low + np.arange(outline.high[low:high].size)) * outline.step_s
    axis.fill_between(at_s, outline.low[low:high], outline.high[low:high], color=_WAVE, linewidth=0, step="mid")
    downs = {round(float(time_s), 6) for time_s in backing.tempo_map.downbeats_s}
    for time_s in backing.tempo_map.beats_s:
        if start_s <= time_s < min(end_s, backing.duration_s):
            down = round(float(time_s), 6) in downs
            reach = 1.0 if down else 0.7
            axis.vlines(time_s, -reach, reach, color=_DOWN if down else _BEAT, linewidth=1.3 if down else 0.7)
    _draw_sections(axis, backing, colors, start_s, end_s)
    _draw_chords(axis, backing, start_s, end_s)
    axis.axvspan(min(backing.duration_s, end_s), end_s, color="white", linewidth=0)
    axis.set_xlim(start_s, end_s)
    axis.set_ylim(-1.05, 2.3)
    axis.set_yticks([])
    axis.set_xticks(np.arange(start_s, end_s + 0.5, 2.0))
    axis.tick_params(labelsize=7, length=2)


def _draw_sections(axis: Any, backing: Backing, colors: dict[str, str], start_s: float, end_s: float) -> None:
    """A strip of sections on top of the row, with the key where it begins."""
    for section in backing.sections:
        left, right = max(section.start_s, start_s), min(section.end_s, end_s)
        if right <= left:
            continue
        axis.fill_between([left, right], 1.85, 2.3, color=colors[section.label], linewidth=0)
        shown = _plain(section.label) if section.start_s >= start_s else f"({_plain(section.label)})"
        axis.text(left + 0.1, 1.91, shown, fontsize=7, va="bottom", clip_on=True)
    for span in backing.keys or ():
        left = max(span.start_s, start_s)
        if left < min(span.end_s, end_s) and (span.start_s >= start_s or start_s == 0):
            at, side = (left + 0.1, "left") if left < end_s - 2.5 else (end_s - 0.1, "right")
            shown = axis.text(at, 1.6, span.key.name, fontsize=6.5, color=_TEMPO, style="italic", va="center", ha=side)
            shown.set_bbox({"facecolor": "white", "alpha": 0.8, "pad": 0.4, "linewidth": 0})


def _draw_chords(axis: Any, backing: Backing, start_s: float, end_s: float) -> None:
    for chord in backing.chords:
        left, right = max(chord.start_s, start_s), min(chord.end_s, end_s)
        if right <= left:
            continue
        if chord.start_s >= start_s:
            axis.vlines(left, 1.0, 1.35, color="#555555", linewidth=0.6)
        mark = chord_mark(chord.root, chord.quality)
        if right - left >= _LETTER_S * len(mark):
            axis.text(left + 0.07, 0.98, mark, fontsize=7, va="bottom", clip_on=True)


def chord_mark(root: int | None, quality: str) -> str:
    """A chord as a chart shows it: ``Am7``, ``Eb``, a dash for none."""
    return "–" if root is None else f"{_FLATS[root]}{_MARKS.get(quality, quality)}"


def _plain(text: str) -> str:
    """matplotlib would typeset what stands between dollars."""
    return text.replace("$", r"\$")
