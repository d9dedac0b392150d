"""Fixtures that several rooms share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# What an example takes depends on what else the machine does; tests that bound time measure it themselves.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")

ROOT = Path(__file__).resolve().parent.parent

SHORT_CHART = """\
Title: Short
Tempo: 120
Metre: 4/4
Key: C
Style: folk

[Verse 1]
| C | G | Am | F |
| C | G | C  |
"""
SHORT_WORDS = """\
[Verse 1]
Who has seen the wind?
Neither I nor you
"""


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of their own for the tests: keys, registry and voices of whoever runs them are left alone."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        # Browsers are programs, not data: they stay where they were installed.
        if "PLAYWRIGHT_BROWSERS_PATH" not in os.environ and (Path.home() / ".cache" / "ms-playwright").is_dir():
            patch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(Path.home() / ".cache" / "ms-playwright"))
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        yield home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The registered recordings and scores; they are not part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the registered data in ../shared/data, which is not here")
    return folder


@dataclass(frozen=True, slots=True)
class ShortSong:
    """A 14-second backing that the project's own band plays, and words (Rossetti, 1872) that fit it."""

    backing: Path
    words: Path
    chart: Path


@pytest.fixture(scope="session")
def short_song(tmp_path_factory: pytest.TempPathFactory) -> ShortSong:
    from vocalkit.pipelines.files import render_chart_file

    home = tmp_path_factory.mktemp("short-song")
    song = ShortSong(home / "backing.wav", home / "words.txt", home / "chart.txt")
    song.chart.write_text(SHORT_CHART, encoding="utf-8")
    song.words.write_text(SHORT_WORDS, encoding="utf-8")
    render_chart_file(song.chart, song.backing)
    return song
