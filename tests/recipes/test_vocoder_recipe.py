"""The whole vocoder recipe on a minute of recordings: prepared, trained, resumed, judged, measured, exported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vocalkit.weights import read_manifest

RECIPE = Path(__file__).resolve().parents[2] / "recipes" / "vocoder"
SMALL = ["--set", "train.batch=1", "--set", "shape.channels=16", "--set", "shape.hidden=16", "--set", "shape.blocks=1",
         "--set", "train.judge_channels=2"]  # fmt: skip
pytestmark = pytest.mark.slow


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, "-W", "ignore", str(RECIPE / script), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_recordings_become_a_vocoder(shared_data: Path, tmp_path: Path) -> None:
    for package in ("torch", "parselmouth", "pesq", "onnx", "matplotlib"):
        pytest.importorskip(package, reason=f"the recipe needs {package}")
    work = tmp_path / "work"
    prepare = ("prepare.py", "--data", shared_data, "--work", work, "--minutes", 0.1, "--jobs", 1, "--valid-every", 2)
    run(*prepare)
    clips = sorted((work / "clips").glob("*.npz"))
    before = [path.stat().st_mtime_ns for path in clips]
    run(*prepare)
    assert [path.stat().st_mtime_ns for path in clips] == before, "a second run takes up where the first ended"
    index = json.loads((work / "train" / "index.json").read_text())
    frames = np.fromfile(work / "train" / "frames.f32", np.float32).reshape(-1, 2)
    assert len(frames) == sum(clip["frames"] for clip in index)
    assert 0.2 < np.mean(frames[:, 0] > 0) < 0.9
    assert frames[:, 1].min() >= 0 and frames[:, 1].max() < 1

    train = ("train.py", "--work", work, "--name", "smoke", *SMALL)
    run(*train, "--minutes", 0.05)
    first = (work / "runs" / "smoke" / "log.tsv").read_text()
    run(*train, "--minutes", 0.2, "--adversarial")
    log = (work / "runs" / "smoke" / "log.tsv").read_text()
    assert log.startswith(first) and len(log) > len(first)
    steps = [int(line.split("\t")[1]) for line in log.splitlines() if line.startswith("valid")]
    assert steps[-1] > steps[0] > 0, "the second call goes on"

    checkpoint = work / "runs" / "smoke" / "latest.pt"
    run("export.py", "--checkpoint", checkpoint, "--out", tmp_path / "pretrained", "--onnx", tmp_path / "onnx")
    assert read_manifest(tmp_path / "pretrained" / "vocoder.toml").sample_rate == 44_100
    settings = (tmp_path / "onnx" / "vocoder.yaml").read_text()
    assert "mel_base: 'e'" in settings and (tmp_path / "onnx" / "vocoder.onnx").stat().st_size > 10_000

    run("travel.py", "pack", "--work", work, "--box", tmp_path / "box", "--megabytes", 1)
    run("travel.py", "unpack", "--work", tmp_path / "there", "--box", tmp_path / "box")
    there = json.loads((tmp_path / "there" / "train" / "index.json").read_text())
    here = {clip["name"]: clip for clip in index}
    sound, sent = (np.fromfile(place / "train" / "audio.i16", np.int16) for place in (work, tmp_path / "there"))
    for clip in there:
        source = here[clip["name"]]["first"] * 512
        arrived = sent[clip["first"] * 512 : (clip["first"] + clip["frames"]) * 512]
        assert np.array_equal(arrived, sound[source : source + len(arrived)])
    stored = tmp_path / "pretrained" / "vocoder.safetensors"
    run("train.py", "--work", tmp_path / "there", "--name", "on", "--weights", stored, *SMALL, "--minutes", 0.03)
    assert (tmp_path / "there" / "runs" / "on" / "latest.pt").exists()

    table = run(
        "evaluate.py", "--data", shared_data, "--out", tmp_path / "figures", "--vocoders", "griffinlim",
        "--checkpoint", f"smoke={checkpoint}", "--tests", "sms-speech", "--files", 1, "--transpose",
    )  # fmt: skip
    assert "| griffinlim (1) |" in table and "| smoke (1) |" in table
    rows = json.loads((tmp_path / "figures" / "figures.json").read_text())
    assert {row["vocoder"] for row in rows} == {"griffinlim", "smoke"}
    assert all(row["pesq"] > 1.0 and row["stft"] > 0 for row in rows)
    assert (tmp_path / "figures" / "sms-speech.png").stat().st_size > 10_000
