"""The exact truth of a chart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.band import chart_backing, parse_chart
from vocalkit.band.chart import LEAD_IN_S

TEXT = """Tempo: 120
Key: Am
Swing: 66%
[Intro]
| Am | % |
[Chorus]
| F  F/C | N.C. | C . . G | Am . . . . . . G |
"""


def test_beats_bars_key_and_sections() -> None:
    backing = chart_backing(parse_chart(TEXT))
    np.testing.assert_allclose(backing.tempo_map.beats_s, LEAD_IN_S + 0.5 * np.arange(24))
    np.testing.assert_allclose(backing.tempo_map.downbeats_s, LEAD_IN_S + 2.0 * np.arange(6))
    assert backing.key.name == "A minor"
    assert [(s.label, s.start_s, s.end_s) for s in backing.sections] == [("Intro", 0.25, 4.25), ("Chorus", 4.25, 12.25)]
    assert backing.sections[0].energy < backing.sections[1].energy
    assert backing.tuning_cents == 0.0


def test_chords_are_merged_where_they_do_not_change_and_swing_with_the_band() -> None:
    chords = chart_backing(parse_chart(TEXT)).chords
    assert [c.name for c in chords] == ["A:min", "F:maj", "N", "C:maj", "G:maj", "A:min", "G:maj"]
    starts = [0.25, 4.25, 6.25, 8.25, 9.75, 10.25, 11.75 + 0.66 * 0.5]
    assert [c.start_s for c in chords] == pytest.approx(starts)
    assert chords[-1].end_s == pytest.approx(12.25)


@settings(max_examples=40, deadline=None)
@given(st.floats(40, 240), st.integers(50, 75), st.floats(0, 400))
def test_the_clock_rises_and_keeps_whole_beats(tempo_bpm: float, swing: int, beat: float) -> None:
    chart = parse_chart(f"Tempo: {tempo_bpm:.2f}\nKey: C\nSwing: {swing}%\n[A]\n| C |")
    assert chart.time_at(beat + 0.01) > chart.time_at(beat)
    whole = float(int(beat))
    assert chart.time_at(whole) == pytest.approx(LEAD_IN_S + whole * 60.0 / chart.tempo_bpm)
