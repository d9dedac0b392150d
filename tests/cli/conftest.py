"""How the command line's answers are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.studio import Studio, make_studio


@pytest.fixture
def one_line() -> Callable[[str], str]:
    """The single error line in what a command wrote to stderr."""

    def find(text: str) -> str:
        lines = [line for line in text.splitlines() if line.startswith("vocalkit: ") and "warning: " not in line]
        assert len(lines) == 1, text
        assert "Traceback" not in text
        return lines[0]

    return find


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A studio in a home of its own."""
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    return make_studio(tmp_path / "work")
