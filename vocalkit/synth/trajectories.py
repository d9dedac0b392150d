"""Chosen units onto the time of the performance: stretched where sounds stretch, joined in overlap.

A sound keeps the pace of its ends, where it comes from its neighbours and goes to them; only its
elastic middle (of a diphthong: its first vowel; of a stop: its closure) takes up the difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.phones import phone_class
from vocalkit.synth.inventory import MARGIN_FRAMES, Inventory

_ELASTIC: dict[str, tuple[float, float]] = {
    "vowel": (0.4, 0.6), "diphthong": (0.15, 0.45), "glide": (0.3, 0.6), "liquid": (0.3, 0.7), "nasal": (0.3, 0.7),
    "fricative": (0.25, 0.75), "affricate": (0.0, 0.4), "stop": (0.0, 0.45), "tap": (0.2, 0.5),
}  # fmt: skip
_RIGID_END_FRAMES = 14
_SQUEEZED = 0.25
_SLOWEST_GLIDE = 2.5
_FLOOR_DB, _LOUD_DB, _HELD_BACK = -32.0, 2.0, 0.7
_EVENNESS = 0.6
_SUNG_DB = {"nasal": -5.0, "liquid": -7.0, "glide": -6.0, "tap": -4.0}


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit on the output's frames [start, end)."""

    unit: int
    symbol: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Trajectories:
    """Frames of a phrase. shape: (t, dims); level_db: (t,) against a vowel at 0 dB, -200 where nothing sounds;
    bands_db: (t, bands); voiced: bool (t,), where the sources swing."""

    shape: NDArray[np.float32]
    level_db: NDArray[np.float32]
    bands_db: NDArray[np.float32]
    voiced: NDArray[np.bool_]


def time_map(symbol: str, source_frames: int, frames: int) -> NDArray[np.float64]:
    """Source position, 0 to source_frames, of each of `frames` output frame centres, rising."""
    low, high = _ELASTIC[phone_class(symbol) or "vowel"]
    head = min(low * source_frames, _RIGID_END_FRAMES)
    tail = min((1.0 - high) * source_frames, _RIGID_END_FRAMES)
    middle = source_frames - head - tail
    tail_out = tail
    if phone_class(symbol) == "diphthong":
        tail, middle = source_frames * (1.0 - high), source_frames * high - head
        # Sung, the way to the second vowel takes longer than spoken, so that it is heard before the note fades.
        tail_out = tail * min(max(frames / (2.0 * source_frames), 1.0), _SLOWEST_GLIDE)
    stretched = frames - head - tail_out
    if stretched < _SQUEEZED * middle:
        return np.asarray((np.arange(frames) + 0.5) * (source_frames / frames), np.float64)
    knots_out = [0.0, head, head + stretched, float(frames)]
    knots_in = [0.0, head, head + middle, float(source_frames)]
    return np.asarray(np.interp(np.arange(frames) + 0.5, knots_out, knots_in), np.float64)


def overlap(left: str, right: str, shorter: int) -> int:
    """Half the frames over which two sounds fade into each other."""
    brief = ("stop", "affricate", "tap")
    wide = 2 if phone_class(left) in brief or phone_class(right) in brief else 4
    return max(1, min(wide, shorter // 3, MARGIN_FRAMES - 1))


def follow(placed: list[Placed], inventory: Inventory, frames: int) -> Trajectories:
    """The trajectories of a phrase of `frames` frames; units that touch are cross-faded."""
    dims, bands = inventory.shape_q.shape[1], inventory.aperiodicity_q.shape[1]
    table = np.zeros((frames, dims + bands + 2), np.float32)
    weight = np.zeros(frames, np.float32)
    for index, unit in enumerate(placed):
        before = placed[index - 1] if index and placed[index - 1].end == unit.start else None
        after = placed[index + 1] if index + 1 < len(placed) and placed[index + 1].start == unit.end else None
        fade_in = overlap(before.symbol, unit.symbol, _shorter(before, unit)) if before else 0
        fade_out = overlap(unit.symbol, after.symbol, _shorter(unit, after)) if after else 0
        rows, first = _unit_rows(unit, inventory, (fade_in, fade_out))
        window = _window(len(rows), fade_in, fade_out)
        low, high = max(first, 0), min(first + len(rows), frames)
        part = slice(low - first, high - first)
        table[low:high] += rows[part] * window[part, None]
        weight[low:high] += window[part]
    sounding = weight > 0
    table[sounding] /= weight[sounding, None]
    level = np.where(sounding, table[:, dims + bands], -200.0).astype(np.float32)
    return Trajectories(table[:, :dims], level, table[:, dims : dims + bands], table[:, -1] > 0.5)


def _shorter(left: Placed, right: Placed) -> int:
    return min(left.end - left.start, right.end - right.start)


def _window(length: int, fade_in: int, fade_out: int) -> NDArray[np.float32]:
    window = np.ones(length, np.float32)
    if fade_in:
        window[: 2 * fade_in] = (np.arange(2 * fade_in) + 0.5) / (2 * fade_in)
    if fade_out:
        window[-2 * fade_out :] *= (np.arange(2 * fade_out)[::-1] + 0.5) / (2 * fade_out)
    return window


def _unit_rows(placed: Placed, inventory: Inventory, fades: tuple[int, int]) -> tuple[NDArray[np.float32], int]:
    """Rows (frames + fades, dims + bands + level + voiced) and the output frame of the first."""
    start, end = int(inventory.unit_start[placed.unit]), int(inventory.unit_end[placed.unit])
    frames = placed.end - placed.start
    inner = time_map(placed.symbol, end - start, frames)
    lead = -(np.arange(fades[0])[::-1] + 0.5)
    tail = (end - start) + np.arange(fades[1]) + 0.5
    position = np.concatenate([lead, inner, tail]) + start - 0.5
    lower = np.floor(position).astype(np.intp)
    share = (position - lower).astype(np.float32)[:, None]
    shape = inventory.shape(lower) * (1 - share) + inventory.shape(lower + 1) * share
    bands = inventory.bands(lower) * (1 - share) + inventory.bands(lower + 1) * share
    level = inventory.level_db[lower] * (1 - share[:, 0]) + inventory.level_db[lower + 1] * share[:, 0]
    nearest = np.round(position).astype(np.intp)
    voiced = inventory.f0_dhz[nearest] > 0
    relative = _relative_level(level, placed, inventory)
    return np.column_stack([shape, bands, relative, voiced]).astype(np.float32), placed.start - fades[0]


def _relative_level(level_db: NDArray[np.float32], placed: Placed, inventory: Inventory) -> NDArray[np.float32]:
    """Level against the vowels around it in the recording, brought nearer to how one sings.

    Speech has vowels of any strength, and sonorants as strong as they; a singer's vowels are even and
    stand out. Room noise under -32 dB falls twice as fast, what rises over +2 dB rises slower.
    """
    relative = level_db - inventory.unit_level[placed.unit]
    kind = phone_class(placed.symbol) or "vowel"
    if kind in ("vowel", "diphthong"):
        start, end = int(inventory.unit_start[placed.unit]), int(inventory.unit_end[placed.unit])
        own = float(np.median(inventory.level_db[start:end])) - float(inventory.unit_level[placed.unit])
        relative = relative - np.float32(_EVENNESS * own)
    relative = relative + np.float32(_SUNG_DB.get(kind, 0.0))
    lowered: NDArray[np.float32] = (
        relative + np.minimum(relative - _FLOOR_DB, 0) - np.float32(_HELD_BACK) * np.maximum(relative - _LOUD_DB, 0)
    )
    return lowered
