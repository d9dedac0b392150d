"""Every bad input ends in one clear line, exit code 2, and no folder."""

from __future__ import annotations

import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vocalkit.cli.main import main

RATE = 22_050
OneLine = Callable[[str], str]


def tone(seconds: float) -> np.ndarray:
    time_s = np.arange(round(seconds * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * 220 * time_s)).astype(np.float32)


def write_tone(path: Path, seconds: float = 5.0) -> None:
    soundfile.write(path, tone(seconds), RATE, subtype="PCM_16")


def write_truncated(path: Path) -> None:
    write_tone(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def write_nan(path: Path) -> None:
    samples = tone(5.0)
    samples[RATE] = np.nan
    soundfile.write(path, samples, RATE, subtype="FLOAT")


def write_three_hours(path: Path) -> None:
    """Three hours of 8-bit sound at 8 kHz, in a sparse file."""
    size = 3 * 3600 * 8000
    header = b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    path.write_bytes(header + b"data" + struct.pack("<I", size))
    with path.open("r+b") as file:
        file.truncate(44 + size)


def write_video(path: Path) -> None:
    path.write_bytes(struct.pack(">I", 32) + b"ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(4096))


AUDIO: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "no file"),
    "empty": (lambda path: path.write_bytes(b""), "empty"),
    "truncated": (write_truncated, "cut off"),
    "silent": (lambda path: soundfile.write(path, np.zeros(5 * RATE), RATE), "silent"),
    "NaN": (write_nan, "NaN"),
    "0.2 seconds": (lambda path: write_tone(path, 0.2), "0.2"),
    "3 hours": (write_three_hours, "3 h"),
    "text": (lambda path: path.write_text("la la la\n" * 99), "text"),
    "video": (write_video, "video"),
    "folder": (lambda path: path.mkdir(), "folder"),
}

LYRICS: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "no file"),
    "empty": (lambda path: path.write_text(""), "empty"),
    "blank": (lambda path: path.write_text("\n \n\t\n"), "empty"),
    "binary": (lambda path: path.write_bytes(bytes(range(256)) * 8), "text"),
    "zeros": (lambda path: path.write_bytes(b"la\0la"), "binary"),
    "other script": (lambda path: path.write_text("Шёл Саша по шоссе и сосал сушку\n", encoding="utf-8"), "Cyrillic"),
    "far too long": (lambda path: path.write_text("over the hills and far away\n" * 400), "syllable"),
    "huge": (lambda path: path.write_text("la " * 500_000), "large"),
    "folder": (lambda path: path.mkdir(), "folder"),
}


def add_vocals(track: Path, words: Path, out: Path, *options: str) -> int:
    return main(["add-vocals", str(track), "--lyrics", str(words), "--out", str(out), *options])


@pytest.mark.parametrize("name", AUDIO)
def test_bad_audio(name: str, tmp_path: Path, one_line: OneLine, capsys: pytest.CaptureFixture[str]) -> None:
    write, says = AUDIO[name]
    track, words, home = tmp_path / "track.wav", tmp_path / "words.txt", tmp_path / "home"
    write(track)
    words.write_text("Who has seen the wind?\n")
    home.mkdir()
    assert add_vocals(track, words, home / "out") == 2
    assert says in one_line(capsys.readouterr().err)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("name", LYRICS)
def test_bad_lyrics(name: str, tmp_path: Path, one_line: OneLine, capsys: pytest.CaptureFixture[str]) -> None:
    write, says = LYRICS[name]
    track, words, home = tmp_path / "track.wav", tmp_path / "words.txt", tmp_path / "home"
    write_tone(track)
    write(words)
    home.mkdir()
    assert add_vocals(track, words, home / "out") == 2
    assert says in one_line(capsys.readouterr().err)
    assert list(home.iterdir()) == []


def test_too_many_words_say_how_many_fit(
    short_song, tmp_path: Path, one_line: OneLine, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    words = tmp_path / "words.txt"
    words.write_text("over the hills and far away\n" * 40)
    assert add_vocals(short_song.backing, words, tmp_path / "out") == 2
    line = one_line(capsys.readouterr().err)
    assert "320" in line
    assert any(word.isdigit() and int(word) < 320 for word in line.replace(",", " ").split())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--voice", "nobody"], "known: "),
        (["--start", "5.1"], "5.0 s"),
        (["--lang", "xx-nowhere"], "xx-nowhere"),
        (["--score", "tune.doc"], "tune.doc"),
        (["--score", "missing.mid"], "no file"),
        (["--continue", "missing.mid"], "no file"),
        (["--reference", "missing.wav"], "no file"),
        (["--prompt", "calm " * 200], "at most 500 characters"),
        (["--variations", "2", "--score", "tune.mid"], "leave out --score"),
    ],
)
def test_bad_options(
    options: list[str], says: str, tmp_path: Path, one_line: OneLine, capsys: pytest.CaptureFixture[str]
) -> None:
    track, words, home = tmp_path / "track.wav", tmp_path / "words.txt", tmp_path / "home"
    write_tone(track)
    words.write_text("Who has seen the wind?\n")
    home.mkdir()
    assert add_vocals(track, words, home / "out", *options) == 2
    assert says in one_line(capsys.readouterr().err)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--energy", "2"], "a slider goes from -1 to 1"),
        (["--range", "wide"], "a slider goes from -1 to 1"),
        (["--variations", "0"], "whole number from 1 to 16"),
        (["--best-of", "99"], "whole number from 1 to 16"),
    ],
)
def test_wishes_out_of_bounds(
    options: list[str], says: str, one_line: OneLine, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        add_vocals(Path("track.wav"), Path("words.txt"), Path("out"), *options)
    assert stopped.value.code == 2
    assert says in one_line(capsys.readouterr().err)


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_nothing_to_retake(folder: str, tmp_path: Path, one_line: OneLine, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["retake", str(tmp_path / folder), "--part", "Chorus 1", "--out", str(out)]) == 2
    assert "holds no render" in one_line(capsys.readouterr().err)
    assert not out.exists()


def test_nothing_to_sing(tmp_path: Path, one_line: OneLine, capsys: pytest.CaptureFixture[str]) -> None:
    track = tmp_path / "track.wav"
    write_tone(track)
    assert main(["add-vocals", str(track), "--out", str(tmp_path / "out")]) == 2
    assert "lyrics" in one_line(capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["file in the way", "below a file", "below a device", "full of other things"])
def test_a_folder_that_cannot_be_written(
    kind: str, tmp_path: Path, one_line: OneLine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests may run as root, whom no permission stops; these places refuse everybody."""
    track, words, taken = tmp_path / "track.wav", tmp_path / "words.txt", tmp_path / "taken"
    write_tone(track)
    words.write_text("Who has seen the wind?\n")
    if kind == "full of other things":
        taken.mkdir()
        (taken / "diary.txt").write_text("mine")
        out = taken
    else:
        taken.write_text("mine")
        out = {"file in the way": taken, "below a file": taken / "out", "below a device": Path("/dev/null/out")}[kind]
    before = sorted(tmp_path.rglob("*"))
    assert add_vocals(track, words, out) == 2
    assert str(out) in one_line(capsys.readouterr().err)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", ["read", "compose"])
def test_stopping_cleans_up(short_song, tmp_path: Path, one_line: OneLine, sent: signal.Signals, after: str) -> None:  # type: ignore[no-untyped-def]
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-m", "vocalkit", "add-vocals", str(short_song.backing)]
    command += ["--lyrics", str(short_song.words), "--out", str(home / "deep" / "out")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    seen = ""
    for line in process.stderr:
        seen += line
        if line.startswith(after):
            break
    process.send_signal(sent)
    _, rest = process.communicate(timeout=120)
    assert process.returncode == 130, seen + rest
    assert "stopped" in one_line(seen + rest)
    assert list(home.iterdir()) == []


@pytest.mark.slow
def test_a_full_disk_leaves_nothing(short_song, tmp_path: Path, one_line: OneLine) -> None:  # type: ignore[no-untyped-def]
    """No file may pass 3 MB here: the writes fail the way they do on a full disk."""
    home = tmp_path / "home"
    home.mkdir()
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000));"
        "from vocalkit.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", limited, "add-vocals", str(short_song.backing)]
    command += ["--lyrics", str(short_song.words), "--out", str(home / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert f"cannot write {home / 'out'}" in one_line(done.stderr)
    assert list(home.iterdir()) == []
