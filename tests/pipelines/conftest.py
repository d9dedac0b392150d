"""A render of a few notes, and the desk of the tests' own host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.made import short_render, with_mix
from vocalkit.pipelines.add_vocals import Render
from vocalkit.pipelines.desk import Desk, open_desk


@pytest.fixture(scope="session")
def sung() -> Render:
    """A dry render, not released yet."""
    return short_render()


@pytest.fixture(scope="session")
def mixed(sung: Render) -> Render:
    """The same on a backing of noise."""
    return with_mix(sung)


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def other_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who never ran vocalkit before."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    return home
