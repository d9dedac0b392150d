from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.synth.inventory import Inventory
from vocalkit.synth.trajectories import Placed, follow, time_map

kinds = st.sampled_from(["ɑ", "aɪ", "s", "t", "m", "w", "tʃ", "ɾ", "l"])


@given(kinds, st.integers(3, 90), st.integers(1, 900))
def test_time_never_runs_backwards_or_out_of_the_unit(symbol: str, source: int, frames: int) -> None:
    position = time_map(symbol, source, frames)
    assert len(position) == frames
    assert np.all(np.diff(position) >= 0)
    assert position[0] >= 0
    assert position[-1] <= source


def test_a_stretched_vowel_keeps_the_pace_of_its_ends() -> None:
    position = time_map("ɑ", 30, 400)
    assert np.diff(position)[:8] == pytest.approx(np.ones(8))
    assert np.diff(position)[-8:] == pytest.approx(np.ones(8))
    assert np.diff(position)[150:250].max() < 0.1


def test_a_stretched_diphthong_is_held_on_its_first_vowel_and_glides_at_the_end() -> None:
    position = time_map("aɪ", 40, 300)
    assert position[200] < 0.46 * 40
    assert np.diff(position)[-20:] == pytest.approx(np.full(20, 1 / 2.5))
    short = time_map("aɪ", 40, 60)
    assert np.diff(short)[-20:] == pytest.approx(np.ones(20))


def test_a_stretched_stop_waits_in_its_closure_and_bursts_at_its_own_pace() -> None:
    position = time_map("t", 16, 60)
    assert np.diff(position)[-7:] == pytest.approx(np.ones(7))


def test_a_vowel_begins_on_its_frame(inventory: Inventory) -> None:
    first, second = inventory.units_of["s"][0], inventory.units_of["i"][0]
    followed = follow([Placed(int(first), "s", 20, 34), Placed(int(second), "i", 34, 120)], inventory, 140)
    s_code, i_code = ((20 * number - 40) * 0.02 for number in (2, 0))
    assert np.allclose(followed.shape[22:30, 0], s_code, atol=0.25)
    assert np.allclose(followed.shape[40:115, 0], i_code, atol=0.25)
    crossing = np.flatnonzero(followed.shape[20:60, 0] < (s_code + i_code) / 2)[0] + 20
    assert abs(crossing - 34) <= 2


def test_nothing_sounds_outside_the_units(inventory: Inventory) -> None:
    followed = follow([Placed(int(inventory.units_of["i"][0]), "i", 20, 60)], inventory, 100)
    assert np.all(followed.level_db[:20] == -200)
    assert np.all(followed.level_db[60:] == -200)
    assert np.all(followed.level_db[20:60] > -40)


def test_units_at_the_edges_of_the_phrase_are_cut_not_wrapped(inventory: Inventory) -> None:
    followed = follow([Placed(int(inventory.units_of["i"][0]), "i", 0, 30)], inventory, 20)
    assert np.all(followed.level_db > -40)


def test_neighbours_of_one_recording_pass_unchanged(inventory: Inventory) -> None:
    unit = int(np.flatnonzero(inventory.unit_end[:-1] == inventory.unit_start[1:])[0])
    start, middle, end = inventory.unit_start[unit], inventory.unit_end[unit], inventory.unit_end[unit + 1]
    names = [inventory.symbols[inventory.unit_symbol[u]] for u in (unit, unit + 1)]
    placed = [
        Placed(unit, names[0], 0, int(middle - start)),
        Placed(unit + 1, names[1], int(middle - start), int(end - start)),
    ]
    followed = follow(placed, inventory, int(end - start))
    assert followed.shape == pytest.approx(inventory.shape(np.arange(start, end)), abs=1e-5)
