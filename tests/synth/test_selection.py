from __future__ import annotations

import numpy as np

from vocalkit.synth.inventory import Inventory
from vocalkit.synth.selection import Target, Weights, select


def syllable(frames: int = 30, f0_hz: float = 200.0) -> list[Target]:
    return [Target("s", None, "ɑ", 14, f0_hz), Target("ɑ", "s", None, frames, f0_hz)]


def test_units_sing_the_phones_asked_for(inventory: Inventory) -> None:
    chosen = select(syllable(), inventory)
    assert [inventory.symbols[inventory.unit_symbol[unit]] for unit in chosen] == ["s", "ɑ"]


def test_neighbours_of_one_recording_are_taken_together(inventory: Inventory) -> None:
    first, second = select(syllable(), inventory, weights=Weights(stretch=0.0, pitch=0.0))
    assert inventory.unit_end[first] == inventory.unit_start[second]


def test_context_decides_where_nothing_else_does(inventory: Inventory) -> None:
    (unit,) = select([Target("i", "m", None, 30, 200.0)], inventory, weights=Weights(stretch=0.0, pitch=0.0))
    assert inventory.symbols[inventory.unit_left[unit]] == "m"


def test_a_held_vowel_takes_a_long_source(inventory: Inventory) -> None:
    (unit,) = select(
        [Target("ɑ", None, None, 400, 200.0)], inventory, weights=Weights(left=0.0, right=0.0, stretch=5.0)
    )
    lengths = (inventory.unit_end - inventory.unit_start)[inventory.units_of["ɑ"]]
    assert inventory.unit_end[unit] - inventory.unit_start[unit] >= np.percentile(lengths, 80)
