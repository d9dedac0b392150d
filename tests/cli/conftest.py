"""How the command line's answers are read."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def one_line() -> Callable[[str], str]:
    """The single error line in what a command wrote to stderr."""

    def find(text: str) -> str:
        lines = [line for line in text.splitlines() if line.startswith("vocalkit: ") and "warning: " not in line]
        assert len(lines) == 1, text
        assert "Traceback" not in text
        return lines[0]

    return find
