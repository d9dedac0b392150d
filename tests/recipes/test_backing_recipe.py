"""The truth of a rendered take is what one hears in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

RECIPE = Path(__file__).resolve().parents[2] / "recipes" / "backing"
MODULES = ("music", "sounds", "playing", "render")


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    """The recipe's modules, which are scripts beside each other and no package."""
    monkeypatch.syspath_prepend(str(RECIPE))
    before = {name: sys.modules.pop(name, None) for name in MODULES}
    yield {name: __import__(name) for name in MODULES}
    for name, module in before.items():
        sys.modules.pop(name, None)
        if module is not None:
            sys.modules[name] = module


def piece_of(recipe: dict[str, ModuleType], bars: int = 6) -> object:
    """A chord on every beat in 4/4, C and G in turn."""
    music = recipe["music"]
    beats = np.arange(4 * bars + 1, dtype=np.float64)
    struck = [(b, 48 + 7 * (b // 4 % 2) + step) for b in range(4 * bars) for step in (0, 4, 7)]
    notes = [music.Played(float(b), b + 0.9, midi, "hands") for b, midi in struck]
    chords = [(4.0 * bar, 7 * (bar % 2), "maj") for bar in range(bars)]
    return music.Piece("test", "lieder", notes, beats, beats % 4 == 0, False, "4/4", chords, [])


@pytest.mark.parametrize(("swing", "rubato"), [(0.5, 0.0), (0.66, 0.0), (0.5, 0.06)])
def test_notes_begin_on_the_beats_of_the_truth(swing: float, rubato: float, recipe: dict[str, ModuleType]) -> None:
    render = recipe["render"]
    take = render.Take(1, 90.0, "piano", bass="", swing=swing, rubato=rubato, room=0.0)
    sound, truth = render.render(piece_of(recipe), take)
    rate = recipe["sounds"].RATE
    level = np.sqrt(np.mean(np.square(sound[: sound.size // 110 * 110].reshape(-1, 110)), axis=1))
    rise = np.maximum(np.diff(np.log(level + 1e-3)), 0.0)
    for beat_s in truth.beats_s[1:-1]:
        at = round(beat_s * rate / 110)
        assert rise[at - 6 : at + 7].max() > 0.2
    assert len(truth.downbeats_s) == 7
    assert [name for _, _, name in truth.chords] == ["C:maj", "G:maj"] * 3
    assert (np.std(np.diff(truth.beats_s)) < 1e-9) == (rubato == 0.0)


def test_drums_alone_have_the_same_clock(recipe: dict[str, ModuleType]) -> None:
    render = recipe["render"]
    piece = piece_of(recipe)
    both = render.stems(piece, render.Take(3, 100.0, "organ", drums="with"))[2]
    alone = render.stems(piece, render.Take(3, 100.0, "organ", drums="only"))[2]
    assert both.beats_s == alone.beats_s


@pytest.mark.parametrize(
    ("count", "unit", "pulses", "compound"), [(4, 4, 4, False), (3, 4, 3, False), (6, 8, 2, True), (2, 2, 2, False)]
)
def test_bars_are_cut_into_felt_beats(
    count: int, unit: int, pulses: int, compound: bool, recipe: dict[str, ModuleType]
) -> None:
    from vocalkit.score.sheet import TimeSignature

    signature = TimeSignature(count, unit)
    bars = [signature.quarters * n for n in range(3)]
    beats, downs, threes, _ = recipe["music"].grid(bars, signature.quarters * 3, [(Fraction(0), signature)])
    assert (beats.size, int(downs.sum()), threes) == (3 * pulses + 1, 4, compound)


def test_a_pickup_opens_no_bar(recipe: dict[str, ModuleType]) -> None:
    from vocalkit.score.sheet import TimeSignature

    bars = [Fraction(0), Fraction(1), Fraction(5)]
    beats, downs, _, _ = recipe["music"].grid(bars, Fraction(9), [(Fraction(0), TimeSignature(4, 4))])
    assert beats[downs].tolist() == [1.0, 5.0, 9.0]
