"""The piano roll: one row for every eight seconds with singing, 800 pixels wide."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vocalkit.types import Expression, F0Curve, Note, Performance, Syllable


def performance_of(starts_s: list[float]) -> Performance:
    notes = tuple(Note(start, start + 0.5, 60 + i, Syllable("la", ("l", "ɑ"))) for i, start in enumerate(starts_s))
    frames = round((starts_s[-1] + 1) / 0.005)
    voiced = np.arange(frames) % 200 > 50
    curve = F0Curve(np.full(frames, 262.0), voiced, 0.005)
    return Performance(notes, (), curve, np.full(frames, -20.0), Expression.neutral(frames))


@pytest.mark.parametrize(("starts_s", "rows"), [([1.0], 1), ([1.0, 9.0], 2), ([1.0, 2.0, 41.0], 2)])
def test_rows_follow_the_singing(tmp_path: Path, starts_s: list[float], rows: int) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib (the `demo` extra)")
    from matplotlib.image import imread

    from vocalkit.pipelines.pictures import save_performance_roll

    path = tmp_path / "roll.png"
    save_performance_roll(performance_of(starts_s), path)
    picture = imread(path)
    assert picture.shape[1] == 800
    assert picture.shape[0] == pytest.approx(30 + 150 * rows, abs=2)
    # A note and the F0 line have colours that nothing else in the picture has.
    blue, red = np.array([0x9E, 0xC9, 0xE8]) / 255, np.array([0xC2, 0x41, 0x0C]) / 255
    for colour in (blue, red):
        assert np.sum(np.all(np.abs(picture[..., :3] - colour) < 0.02, axis=-1)) > 50
