"""Metrical weights, the felt pulse, and slots over a drifting tempo."""

from __future__ import annotations

import pytest
from melody_songs import make_backing

from vocalkit.melody.grid import beat_groups, make_grid, metrical_weight


@pytest.mark.parametrize(
    ("beats", "groups"), [(2, (2,)), (3, (3,)), (4, (2, 2)), (5, (3, 2)), (6, (3, 3)), (7, (2, 2, 3)), (12, (3,) * 4)]
)
def test_bars_fall_into_groups(beats: int, groups: tuple[int, ...]) -> None:
    assert beat_groups(beats) == groups
    assert sum(beat_groups(beats)) == beats


def test_weights_fall_from_downbeat_to_quarters() -> None:
    weights = [metrical_weight(beat, 4) for beat in (0.0, 2.0, 1.0, 0.5, 0.25)]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == 5
    assert metrical_weight(3.0, 6) > metrical_weight(2.0, 6)


@pytest.mark.parametrize(("bpm", "beats", "split", "pulse_s"), [(60, 4, 4, 0.5), (120, 4, 4, 0.5), (190, 4, 2, 0.63)])
def test_the_pulse_stays_singable(bpm: float, beats: int, split: int, pulse_s: float) -> None:
    grid = make_grid(make_backing(bpm, beats_per_bar=beats).tempo_map)
    assert grid.slots_per_beat == split
    assert grid.tactus_slots * grid.slot_s == pytest.approx(pulse_s, abs=0.01)
    assert 1.0 / (grid.shortest_slots * grid.slot_s) <= 6.2


def test_slots_follow_the_tracked_beats() -> None:
    tempo_map = make_backing(100, drift=0.08).tempo_map
    grid = make_grid(tempo_map)
    for beat in (0, 7, 40):
        assert grid.time_at(beat * grid.slots_per_beat) == pytest.approx(tempo_map.beats_s[beat])
    assert grid.bar_at(grid.bar_time(9)) == 9
    assert grid.bar_from(grid.bar_time(9)) == 9
    assert grid.bar_from(grid.bar_time(9) + 0.1) == 10
    end = 20 * grid.slots_per_bar
    rest = grid.rest_slots(end, 0.25)
    assert grid.time_at(end) - grid.time_at(end - rest) >= 0.25
    assert grid.time_at(end) - grid.time_at(end - rest + 1) < 0.25
