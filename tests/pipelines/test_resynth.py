from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vocalkit.audio import read, write_wav
from vocalkit.cli.main import main
from vocalkit.errors import InputError
from vocalkit.pipelines.resynth import resynth_file
from vocalkit.types import Audio
from vocalkit.units import cents_between

RATE = 32_000


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    """Two seconds of a hum at 220 Hz, in stereo at another rate."""
    time_s = np.arange(2 * RATE) / RATE
    tone = sum(np.cos(2 * np.pi * 220.0 * k * time_s) / k**2 for k in range(1, 30))
    path = tmp_path / "hum.wav"
    write_wav(path, Audio(np.stack([0.2 * tone, 0.1 * tone]).astype(np.float32), RATE))
    return path


def heard_hz(path: Path) -> float:
    parselmouth = pytest.importorskip("parselmouth", reason="parselmouth is in the bench extra")
    audio = read(path)
    pitch = parselmouth.Sound(audio.samples[0].astype(np.float64), audio.sample_rate).to_pitch_ac()
    hz = pitch.selected_array["frequency"]
    return float(np.median(hz[hz > 0]))


@pytest.mark.parametrize("vocoder", ["world", "griffinlim"])
@pytest.mark.parametrize("semitones", [0.0, 7.0])
def test_a_copy_has_the_length_and_the_pitch_asked_for(
    hum: Path, tmp_path: Path, vocoder: str, semitones: float
) -> None:
    done = resynth_file(hum, tmp_path / "copy.wav", vocoder=vocoder, semitones=semitones)
    made = read(tmp_path / "copy.wav")
    assert (made.channels, made.sample_rate, made.frames) == (1, 44_100, 88_200)
    assert done.duration_s == pytest.approx(2.0)
    assert abs(cents_between(heard_hz(tmp_path / "copy.wav"), 220.0 * 2 ** (semitones / 12))) < 15


def test_too_far_and_unknown_are_refused(hum: Path, tmp_path: Path) -> None:
    for semitones in (25.0, float("nan")):
        with pytest.raises(InputError, match="24 semitones"):
            resynth_file(hum, tmp_path / "o.wav", vocoder="world", semitones=semitones)
    with pytest.raises(InputError, match="griffinlim"):
        resynth_file(hum, tmp_path / "o.wav", vocoder="hifigan")
    assert not (tmp_path / "o.wav").exists()


def test_the_command_says_what_it_did(hum: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "copy.wav"
    assert main(["resynth", str(hum), "-o", str(out), "--vocoder", "world", "--transpose", "-3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["transposed_semitones"] == -3
    assert said["out"] == str(out)
    assert main(["resynth", str(tmp_path / "none.wav"), "-o", str(out)]) == 2
    assert "there is no file" in capsys.readouterr().err
