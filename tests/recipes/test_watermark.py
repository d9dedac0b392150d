"""The watermark's table on one voice made for the test: every row is measured, and nothing twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.provenance.watermark.sounds import sung
from vocalkit.audio import write_wav

RECIPE = Path(__file__).resolve().parents[2] / "recipes" / "watermark" / "evaluate.py"
pytestmark = pytest.mark.slow


def run(shared: Path, work: Path, part: str) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    command = [sys.executable, "-W", "ignore", str(RECIPE), "--shared", str(shared), "--work", str(work)]
    subprocess.run([*command, "--part", part, "--renders", "1"], check=True, capture_output=True)
    tables: dict[str, dict[str, dict[str, dict[str, int]]]] = json.loads((work / "table.json").read_text())
    return tables


def test_the_table_of_one_render(shared_data: Path, tmp_path: Path) -> None:
    (tmp_path / "hosts").mkdir()
    write_wav(tmp_path / "hosts" / "made.wav", sung(62.0), bit_depth=32)
    rows = run(shared_data, tmp_path, "promised")["promised"]
    assert len(rows) >= 12
    assert sum("stem" in cells for cells in rows.values()) >= 10
    for attack, cells in rows.items():
        # Some things are done to a mix alone.
        if "stem" in cells:
            assert cells["stem"]["right"] == cells["stem"]["renders"] == 1, attack
        assert cells["mix"]["wrong"] == 0, attack
    before = (tmp_path / "results.jsonl").read_bytes()
    run(shared_data, tmp_path, "promised")
    assert (tmp_path / "results.jsonl").read_bytes() == before, "a second run takes up where the first ended"
