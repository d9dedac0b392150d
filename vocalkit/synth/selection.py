"""Which unit of the inventory sings which phoneme: target and join costs, Viterbi over candidates.

Hunt and Black, "Unit selection in a concatenative speech synthesis system", ICASSP 1996, with costs
for singing: a unit should come from a like context, need little stretching, lie near the note's
pitch, and join its neighbour without a spectral step. Neighbours in one recording join for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.phones import is_vowel
from vocalkit.synth.articulation import context_cost
from vocalkit.synth.inventory import Inventory

CANDIDATES = 48


@dataclass(frozen=True, slots=True)
class Target:
    """A phoneme to sing: a symbol of the inventory, its neighbours (None: silence), frames, F0."""

    symbol: str
    left: str | None
    right: str | None
    frames: int
    f0_hz: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Prices of the faults a choice can have."""

    left: float = 1.0
    right: float = 0.8
    stretch: float = 0.3
    pitch: float = 0.7
    join: float = 0.2
    level: float = 0.05


def select(targets: list[Target], inventory: Inventory, *, weights: Weights | None = None) -> list[int]:
    """The cheapest sequence of unit indices for `targets`, one each."""
    prices = weights or Weights()
    candidates, costs = [], []
    for target in targets:
        units, cost = _candidates(target, inventory, prices)
        candidates.append(units)
        costs.append(cost)
    best, back = costs[0], []
    for index in range(1, len(targets)):
        joined = best[:, None] + prices.join * _join_costs(
            candidates[index - 1], candidates[index], inventory, apart=targets[index].left is None
        )
        back.append(np.argmin(joined, axis=0))
        best = joined.min(axis=0) + costs[index]
    path = [int(np.argmin(best))]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return [int(units[choice]) for units, choice in zip(candidates, reversed(path), strict=True)]


def _candidates(target: Target, inventory: Inventory, prices: Weights) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    units = inventory.units_of[target.symbol]
    lookup = (*inventory.symbols, None)
    left = np.array([context_cost(target.left, symbol) for symbol in lookup])
    right = np.array([context_cost(target.right, symbol) for symbol in lookup])
    lengths = (inventory.unit_end - inventory.unit_start)[units]
    ratio = np.log2(target.frames / lengths)
    # A held vowel suffers from a short source; a consonant is best at its own length.
    stretch = np.maximum(ratio, 0) + 0.5 * np.maximum(-ratio, 0) if is_vowel(target.symbol) else np.abs(ratio)
    middle = (inventory.unit_start[units] + inventory.unit_end[units]) // 2
    source_hz = inventory.f0_dhz[middle] / 10.0
    pitch = np.where(source_hz > 0, np.abs(np.log2(target.f0_hz / np.maximum(source_hz, 1.0))), 0.3)
    cost = (
        prices.left * left[inventory.unit_left[units]]
        + prices.right * right[inventory.unit_right[units]]
        + prices.stretch * stretch
        + prices.pitch * pitch
        + prices.level * np.maximum(inventory.unit_level.max() - inventory.unit_level[units], 0)
    )
    order = np.argsort(cost, kind="stable")[:CANDIDATES]
    return units[order], cost[order]


def _join_costs(
    before: NDArray[np.int32], after: NDArray[np.int32], inventory: Inventory, *, apart: bool
) -> NDArray[np.float64]:
    """(before, after): 0 for neighbours in one recording or across a silence, else a spectral step."""
    if apart:
        return np.zeros((len(before), len(after)))
    ends, starts = inventory.unit_end[before], inventory.unit_start[after]
    left = _border(ends, inventory.unit_level[before], inventory)
    right = _border(starts, inventory.unit_level[after], inventory)
    step = np.linalg.norm(left[:, None, :] - right[None, :, :], axis=2)
    return np.where(ends[:, None] == starts[None, :], 0.0, 0.4 + step)


def _border(frames: NDArray[np.int32], unit_level_db: NDArray[np.float32], inventory: Inventory) -> NDArray[np.float32]:
    """What lies just before a border, (len(frames), dims): low-order shape, and level against the vowels around."""
    before = np.asarray(frames - 1, np.intp)
    level = (inventory.level_db[before] - unit_level_db)[:, None] * np.float32(0.05)
    stacked: NDArray[np.float32] = np.concatenate([inventory.shape(before)[:, :24], level], axis=1)
    return stacked
