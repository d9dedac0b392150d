"""The whole voice recipe on a handful of clips: what it writes loads, and holds what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vocalkit.synth.inventory import from_tensors
from vocalkit.weights import read_voice_manifest, read_weights

RECIPE = Path(__file__).resolve().parents[2] / "recipes" / "voices"
pytestmark = pytest.mark.slow


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, "-W", "ignore", str(RECIPE / script), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_clips_become_a_voice(shared_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is in the recipes extra")
    work, out = tmp_path / "work", tmp_path / "voices"
    run("prepare.py", "--corpus", shared_data / "speech" / "kathleen", "--work", work, "--limit", 12, "--jobs", 2)
    prepared = sorted(work.glob("*.npz"))
    assert len(prepared) >= 8
    before = [path.stat().st_mtime_ns for path in prepared]
    run("prepare.py", "--corpus", shared_data / "speech" / "kathleen", "--work", work, "--limit", 12, "--jobs", 2)
    assert [path.stat().st_mtime_ns for path in prepared] == before, "a second run takes up where the first ended"
    assert "units of" in run("train.py", "--work", work, "--voice", "clara", "--out", out)
    inventory = from_tensors(read_weights(read_voice_manifest("clara", folder=out)))
    assert len(inventory.symbols) >= 15
    with np.load(prepared[0]) as first:
        assert np.all(np.diff(first["borders_s"], axis=1) > 0)
    lengths = inventory.unit_end - inventory.unit_start
    assert 6 < np.median(lengths) < 40
