"""The melody recipe: its measures on hand-made tunes, its networks against numpy's, and all of it on few songs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vocalkit.melody.encode import HELD_BINS, PITCH_COLUMNS, RATIOS, REACH, RHYTHM_COLUMNS, WEIGHT_BINS
from vocalkit.melody.network import networks_of
from vocalkit.weights import read_manifest, read_weights

RECIPE = Path(__file__).resolve().parents[2] / "recipes" / "melody"


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(RECIPE))


def test_a_tune_is_like_itself_and_unlike_another(recipe: None) -> None:
    import measures

    tune = measures.events([(0, 1, 60), (1, 1.5, 62), (2, 3, 64)])
    assert tune == [(60, 4), (62, 2), (measures.REST, 2), (64, 4)]
    assert measures.pitch_similarity(tune, tune) == measures.duration_similarity(tune, tune) == 1.0
    assert measures.melody_distance(tune, tune) == 0.0
    other = measures.events([(0, 1, 60), (1, 2, 67)])
    assert measures.pitch_similarity(other, tune) == pytest.approx(0.25)
    assert measures.duration_similarity(other, tune) == pytest.approx(0.5)
    # Two eighths each of 60 and 67 less their mean, against a tune that stays: 3.5 semitones all the way.
    assert measures.melody_distance(other, measures.events([(0, 2, 64)])) == pytest.approx(3.5)
    # Warping forgives another rhythm of the same pitches.
    assert measures.melody_distance(other, measures.events([(0, 2, 60), (2, 4, 67)])) == 0.0


def test_torch_and_numpy_agree(recipe: None) -> None:
    torch = pytest.importorskip("torch", reason="the recipe trains with torch")
    import networks

    torch.manual_seed(0)
    shape = {"wide": 16, "hidden": 12, "dropout": 0.0}
    pitch, rhythm = networks.PitchNet(shape).eval(), networks.RhythmNet(shape).eval()
    tensors = {f"pitch.{name}": value.numpy() for name, value in pitch.state_dict().items()}
    tensors |= {f"rhythm.{name}": value.numpy() for name, value in rhythm.state_dict().items()}
    ours_rhythm, ours_pitch = networks_of(tensors)
    rng, count = np.random.default_rng(0), 12

    columns = rng.normal(size=(count, PITCH_COLUMNS)).astype(np.float32)
    pitches = rng.integers(-15, 15, count)
    with torch.no_grad():
        wanted = pitch(torch.tensor(columns)[None], torch.tensor(pitches)[None])[0].numpy()
    state, before, earlier = ours_pitch.start(1), np.array([REACH + 1]), np.array([REACH + 1])
    for i, known in enumerate(ours_pitch.read(columns)):
        odds, state = ours_pitch.next(known, state, before, earlier)
        assert np.allclose(odds[0], wanted[i], atol=1e-4)
        before, earlier = pitches[i : i + 1], before

    columns = rng.normal(size=(count, RHYTHM_COLUMNS)).astype(np.float32)
    ratios = rng.integers(0, len(RATIOS), count)
    slurs, closes = rng.integers(0, 2, (2, count)).astype(np.float32)
    landing = rng.integers(0, len(WEIGHT_BINS) + 1, (count, len(RATIOS)))
    held = rng.integers(0, len(HELD_BINS) + 1, (count, len(RATIOS)))
    named = {"columns": columns, "ratios": ratios, "slurs": slurs, "closes": closes, "landing": landing, "held": held}
    with torch.no_grad():
        slur_odds, wanted = (part[0].numpy() for part in rhythm({k: torch.tensor(v)[None] for k, v in named.items()}))
    state, before = ours_rhythm.start(1), np.array([len(RATIOS)])
    for i in range(count):
        here = slice(i, i + 1)
        odds, state = ours_rhythm.read(columns[here], before, state)
        assert odds[0] == pytest.approx(slur_odds[i], abs=1e-4)
        intervals = ours_rhythm.intervals(state, slurs[here], closes[here], (landing[here], held[here]))
        assert np.allclose(intervals[0], wanted[i], atol=1e-4)
        before = ratios[here]


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, "-W", "ignore", str(RECIPE / script), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
def test_scores_become_a_composer(shared_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the recipe trains with torch")
    small = tmp_path / "config.toml"
    text = (
        (RECIPE / "config.toml").read_text().replace("test = 0.16", "test = 0.3").replace("valid = 0.08", "valid = 0.2")
    )
    small.write_text(text)
    prepared = run("prepare.py", "--data", shared_data / "scores", "--work", tmp_path, "--limit", 8, "--config", small)
    for corpus in ("leadsheets", "lieder", "hymns"):
        assert f"train {corpus}" in prepared
    trained = run("train.py", "--work", tmp_path, "--minutes", 0.05, "--out", tmp_path / "out", "--config", small)
    assert "pitch\t1" in trained and "rhythm\t1" in trained
    tensors = read_weights(read_manifest(tmp_path / "out" / "composer.toml"))
    networks_of(tensors)
    again = run("train.py", "--work", tmp_path, "--minutes", 0.15, "--config", small)
    first, second = (
        sorted(line.split("\t")[:2] for line in text.splitlines() if "\t" in line) for text in (trained, again)
    )
    assert second and not any(line in first for line in second), "the second call goes on"
    figures = run("evaluate.py", "--work", tmp_path, "--songs", 3)
    assert "| pitch_similarity | 1.000 |" in figures and "rules" in figures and "learned" in figures
