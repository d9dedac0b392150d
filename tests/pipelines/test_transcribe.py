"""A hum to files: scores with words, on a beat, and a performance that can be sung as it was hummed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "melody"))
from hums import hummed

from vocalkit.audio import write_wav
from vocalkit.cli.main import main
from vocalkit.errors import OutputError
from vocalkit.pipelines.transcribe import HumChoices, transcribe_file
from vocalkit.score import read_score
from vocalkit.synth.performance_json import performance_from_json
from vocalkit.types import Key

TUNE = ((0.5, 0.94, 57.0), (1.0, 1.44, 59.0), (1.5, 1.94, 61.0), (2.0, 2.5, 61.0), (3.0, 3.8, 57.0))


@pytest.fixture(scope="module")
def hum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hum") / "hum.wav"
    write_wav(path, hummed(TUNE, duration_s=4.5, vibrato_cents=50.0))
    return path


@pytest.mark.parametrize("suffix", [".musicxml", ".mid", ".ust", ".ustx"])
def test_a_hum_without_words_becomes_a_score(hum: Path, tmp_path: Path, suffix: str) -> None:
    made = transcribe_file(hum, tmp_path / f"hum{suffix}")
    read = read_score(tmp_path / f"hum{suffix}")
    assert [round(note.pitch_midi) for note in read.notes] == [57, 59, 61, 61, 57]
    assert [note.start_s for note in read.notes] == pytest.approx([start for start, _, _ in TUNE], abs=0.06)
    assert any("--tempo" in warning for warning in made.warnings)


def test_words_are_laid_under_and_what_gave_way_is_told(hum: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("Who has seen\nwind", encoding="utf-8")
    made = transcribe_file(
        hum, tmp_path / "hum.musicxml", lyrics=words, choices=HumChoices(tempo_bpm=120.0, key=Key(9, "major"))
    )
    read = read_score(tmp_path / "hum.musicxml")
    assert [text for (text, *_) in read.words] == ["Who", "has", "seen", "wind"]
    assert read.key == Key(9, "major")
    assert made.warnings == ("1 notes carry on the syllable before them",)


def test_the_performance_keeps_the_hums_own_pitch(hum: Path, tmp_path: Path) -> None:
    transcribe_file(hum, tmp_path / "a.musicxml", performance=tmp_path / "hum.json")
    sung = performance_from_json((tmp_path / "hum.json").read_text(encoding="utf-8"))
    last = slice(round(3.3 / sung.hop_s), round(3.75 / sung.hop_s))
    cents = 1200 * np.log2(sung.f0.hz[last] / (440.0 * 2 ** ((57 - 69) / 12)))
    assert 30 < np.ptp(cents) < 160, "its vibrato is still there"
    assert abs(np.mean(cents)) < 30
    assert [round(note.pitch_midi) for note in sung.notes] == [57, 59, 61, 61, 57]


def test_the_backing_gives_beats_key_and_chords(short_song, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    notes = [(2.0 + 0.5 * i, 2.44 + 0.5 * i, float(p)) for i, p in enumerate((60, 62, 64, 65, 67, 64, 60))]
    write_wav(tmp_path / "hum.wav", hummed(notes, duration_s=7.0))
    made = transcribe_file(tmp_path / "hum.wav", tmp_path / "hum.musicxml", backing=short_song.backing)
    read = read_score(tmp_path / "hum.musicxml")
    assert read.key == Key(0, "major") and len(read.chords) >= 4
    assert abs(read.tempo_map.bpm - 120.0) < 1.0
    assert [round(note.pitch_midi) for note in made.score.notes] == [60, 62, 64, 65, 67, 64, 60]


def test_nothing_is_written_where_something_is_wrong(hum: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot tell the format"):
        transcribe_file(hum, tmp_path / "hum.pdf")
    with pytest.raises(OutputError, match="JSON"):
        transcribe_file(hum, tmp_path / "hum.mid", performance=tmp_path / "hum.txt")
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_json(hum: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transcribe", str(hum), "--pitch", "key", "-o", str(tmp_path / "hum.mid"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [round(note["midi"]) for note in told["notes"]] == [57, 59, 61, 61, 57]
    assert told["key"] in ("A major", "F# minor", "D major", "E major")


@pytest.mark.slow
def test_add_vocals_follows_the_hum_on_a_track(short_song, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    notes = [(4.0, 4.9, 50.0), (5.0, 5.9, 52.0)]
    write_wav(tmp_path / "hum.wav", hummed(notes, duration_s=6.5, vibrato_cents=40.0))
    transcribe_file(tmp_path / "hum.wav", tmp_path / "hum.mid", performance=tmp_path / "hum.json")
    before = performance_from_json((tmp_path / "hum.json").read_text(encoding="utf-8"))
    command = ["add-vocals", str(short_song.backing), "--score", str(tmp_path / "hum.json"), "--no-master"]
    assert main([*command, "--out", str(tmp_path / "song")]) == 0
    after = performance_from_json((tmp_path / "song" / "performance.json").read_text(encoding="utf-8"))
    assert after.notes == before.notes and np.array_equal(after.f0.hz, before.f0.hz)
    report = json.loads((tmp_path / "song" / "report.json").read_text(encoding="utf-8"))
    assert report["notes"] == 2
    assert main([*command, "--lyrics", str(short_song.words), "--out", str(tmp_path / "two")]) == 2
