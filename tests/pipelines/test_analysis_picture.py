from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from vocalkit.band import chart_backing, parse_chart
from vocalkit.errors import OutputError
from vocalkit.pipelines.analysis_picture import chord_mark, save_analysis
from vocalkit.pipelines.files import check_suffix
from vocalkit.types import Audio

pytest.importorskip("matplotlib", reason="matplotlib is in the demo extra")


def size_of(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    return width, height


@pytest.mark.parametrize("bars", [2, 24])
def test_a_picture_is_800_wide_and_as_long_as_the_track(bars: int, tmp_path: Path) -> None:
    chart = parse_chart(f"Tempo: 90\nMetre: 4/4\nKey: Eb\n\n[Verse $1]\n| Eb | x{bars}\n[Chorus]\n| Ab Bb | x2\n")
    backing = chart_backing(chart)
    noise = np.random.default_rng(0).standard_normal((2, round(backing.duration_s * 8000))).astype(np.float32)
    save_analysis(backing, Audio(0.1 * noise, 8000), tmp_path / "a.png", title="a $song$")
    width, height = size_of(tmp_path / "a.png")
    assert width == 800
    rows = int(np.ceil(backing.duration_s / 24.0 - 0.02))
    assert height == pytest.approx(210 + 145 * rows, abs=2)


def test_silence_can_be_drawn(tmp_path: Path) -> None:
    backing = chart_backing(parse_chart("Tempo: 90\nMetre: 4/4\nKey: C\n\n[A]\n| C | x2\n"))
    save_analysis(backing, Audio(np.zeros((1, 100), np.float32), 8000), tmp_path / "a.png")
    assert size_of(tmp_path / "a.png")[0] == 800


def test_chords_are_named_as_on_a_chart() -> None:
    assert [chord_mark(*c) for c in ((9, "min7"), (3, "maj"), (None, "maj"), (11, "hdim7"))] == ["Am7", "Eb", "–", "Bø"]


def test_another_suffix_is_refused() -> None:
    with pytest.raises(OutputError, match=r"name it song\.png"):
        check_suffix(Path("song.jpg"), ".png", "a picture")
