"""What a killed render leaves is cleaned up by the next; nothing else is touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vocalkit.pipelines.publish import RENDER_FILES, staged_folder
from vocalkit.pipelines.staging import held, hidden_name, made_and_held, sweep

KNOWN = {"mix.wav", "report.json"}

MAKER = """
import sys, time
from pathlib import Path
from vocalkit.pipelines.staging import made_and_held
with made_and_held(Path(sys.argv[1])) as folder:
    (folder / "mix.wav").write_bytes(b"sound")
    print(folder, flush=True)
    time.sleep(60)
"""


def left_by_the_dead(target: Path, *names: str, role: str = "making") -> Path:
    folder = hidden_name(target, role)  # type: ignore[arg-type]
    folder.mkdir()
    for name in names:
        (folder / name).write_text("left")
    return folder


def test_the_folder_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", MAKER, str(tmp_path / "song")], stdout=subprocess.PIPE, text=True
    ) as maker:
        assert maker.stdout is not None
        folder = Path(maker.stdout.readline().strip())
        sweep(tmp_path, known=KNOWN)
        assert (folder / "mix.wav").exists(), "its maker still lives"
        maker.kill()
    sweep(tmp_path, known=KNOWN)
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_render_that_was_never_replaced_comes_back(tmp_path: Path) -> None:
    target = tmp_path / "song.v1"
    left_by_the_dead(target, "mix.wav", role="earlier")
    sweep(tmp_path, known=KNOWN)
    assert [path.name for path in tmp_path.iterdir()] == ["song.v1"]
    left_by_the_dead(target, "report.json", role="earlier")
    sweep(tmp_path, known=KNOWN)
    assert [path.name for path in tmp_path.rglob("*")] == ["song.v1", "mix.wav"]


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    foreign = left_by_the_dead(tmp_path / "song", "mix.wav", "diary.txt")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mix.wav").write_text("kept")
    link = hidden_name(tmp_path / "song", "making")
    link.symlink_to(elsewhere)
    for name in (".song-12345678", ".song-1234567.making", "song-12345678.making", ".song-12345678.making.d"):
        (tmp_path / name).mkdir()
    (tmp_path / ".file-12345678.making").write_text("a file")
    before = sorted(tmp_path.rglob("*"))
    sweep(tmp_path, known=KNOWN)
    assert sorted(tmp_path.rglob("*")) == before
    assert (foreign / "diary.txt").exists()


def test_a_hold_is_for_one(tmp_path: Path) -> None:
    with made_and_held(tmp_path / "song") as folder:
        with held(folder) as again:
            assert not again
        sweep(tmp_path, known=KNOWN)
        assert folder.is_dir()
    with held(folder) as free:
        assert free


def test_errors_of_the_maker_come_through(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), made_and_held(tmp_path / "song") as folder:
        (folder / "missing").read_text()


def test_the_next_render_sweeps(tmp_path: Path) -> None:
    left_by_the_dead(tmp_path / "other", *sorted(RENDER_FILES)[:3])
    with staged_folder(tmp_path / "song") as folder:
        (folder / "report.json").write_text("{}")
    assert [path.name for path in tmp_path.iterdir()] == ["song"]
