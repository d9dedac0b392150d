"""What the players are given to play."""

from __future__ import annotations

import numpy as np
import pytest

from vocalkit.band import Chart, parse_chart
from vocalkit.band.arrange import arrange
from vocalkit.band.chart import STYLE_NAMES
from vocalkit.band.events import PIECES


def song(style: str, metre: str = "4/4", swing: str = "50%") -> Chart:
    if style == "waltz":
        metre = "3/4"
    return parse_chart(
        f"Tempo: 96\nMetre: {metre}\nKey: D\nStyle: {style}\nSwing: {swing}\n"
        "[Intro]\n| D | Gadd9 |\n[Verse 1]\n| D | A/C# | Bm7 | G |\n| N.C. | % | Em7 | A7sus4 |\n"
        "[Chorus]\n| G | A | F#m7 | Bm |\n| G | A | D | % |\n[Outro]\n| G | D |\n"
    )


CASES = [(style, metre) for style in STYLE_NAMES for metre in ("4/4", "3/4")]


@pytest.mark.parametrize(("style", "metre"), CASES)
def test_players_are_human_but_on_the_grid(style: str, metre: str) -> None:
    chart = song(style, metre)
    music = arrange(chart, seed=3)
    grid = np.array([chart.time_at(i / 4) for i in range(4 * chart.beat_count + 1)])
    for part in (music.bass, music.pad, music.drums, music.keys, music.guitar):
        off_s = np.array([np.min(np.abs(grid - event.start_s)) for event in part])
        assert off_s.size == 0 or off_s.max() < 0.032
        assert off_s.size < 8 or 0.0005 < np.median(off_s) < 0.016
        assert [e.start_s for e in part] == sorted(e.start_s for e in part)
        assert all(0.0 < e.velocity <= 1.0 and e.start_s > 0.0 for e in part)
    velocities = [hit.velocity for hit in music.drums if hit.piece == "kick"]
    assert len(set(velocities)) > len(velocities) // 2
    assert {hit.piece for hit in music.drums} <= set(PIECES)


@pytest.mark.parametrize(("style", "metre"), CASES)
def test_only_the_chord_of_the_moment_sounds(style: str, metre: str) -> None:
    chart = song(style, metre)
    music = arrange(chart, seed=0)
    chords = chart.placed_chords()
    for part in (music.keys, music.guitar, music.pad):
        for tone in part:
            middle_s = tone.start_s + min(0.5 * tone.duration_s, 0.1)
            chord = next(c for c in reversed(chords) if chart.time_at(c.start_beat) <= middle_s)
            assert tone.midi % 12 in chord.symbol.pitch_classes
    heard = sorted(t.start_s for t in (*music.keys, *music.guitar))
    for chord in chords:
        if chord.symbol.root is not None:  # every chord is struck when it comes
            assert np.min(np.abs(np.array(heard) - chart.time_at(chord.start_beat))) < 0.03
    silence = next(c for c in chords if c.symbol.root is None)
    during = (chart.time_at(silence.start_beat) + 0.05, chart.time_at(silence.end_beat) - 0.05)
    assert not [t for t in (*music.bass, *music.keys, *music.guitar, *music.pad) if during[0] < t.start_s < during[1]]


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_a_chorus_is_fuller_than_a_verse_and_a_fill_leads_into_it(style: str) -> None:
    chart = song(style)
    music = arrange(chart, seed=1)

    def busy(first_bar: int, last_bar: int) -> int:
        low, high = (chart.time_at(bar * chart.beats_per_bar) - 0.03 for bar in (first_bar, last_bar))
        return sum(
            low <= e.start_s < high for part in (music.bass, music.keys, music.guitar, music.drums) for e in part
        )

    assert busy(10, 18) > busy(2, 6) * 2  # eight bars of chorus, four of verse before its silence
    crash = [hit.start_s for hit in music.drums if hit.piece == "crash"]
    assert min(crash) == pytest.approx(chart.time_at(10 * chart.beats_per_bar), abs=0.02)
    fill_from = chart.time_at(10 * chart.beats_per_bar - 2) - 0.02
    assert [hit for hit in music.drums if hit.piece.startswith("tom") and fill_from < hit.start_s < min(crash)]


def test_the_last_bar_rings_out() -> None:
    chart = song("pop")
    music = arrange(chart, seed=0)
    last_s = chart.time_at(chart.beat_count - 4)
    assert {h.piece for h in music.drums if h.start_s > last_s - 0.05} == {"kick", "ride"}
    late = [t for t in (*music.bass, *music.keys, *music.guitar) if t.start_s > last_s - 0.05]
    assert all(t.start_s < last_s + 0.05 for t in late)
    assert all(chart.bars_end_s + 1.0 < t.start_s + t.duration_s < chart.duration_s for t in late)


def test_the_seed_decides() -> None:
    chart = song("folk")
    assert arrange(chart, seed=5) == arrange(chart, seed=5)
    assert arrange(chart, seed=5) != arrange(chart, seed=6)


def test_swing_moves_the_off_beats_only() -> None:
    straight, swung = (arrange(song("pop", swing=s), seed=0).drums for s in ("50%", "66%"))
    later_s = [b.start_s - a.start_s for a, b in zip(straight, swung, strict=True)]
    beat_s = 60.0 / 96
    assert min(later_s) == pytest.approx(0.0, abs=1e-9)
    assert max(later_s) == pytest.approx(0.16 * beat_s, abs=1e-6)
