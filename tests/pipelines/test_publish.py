"""Folders appear whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vocalkit.errors import InputError, OutputError
from vocalkit.pipelines.publish import check_target, is_render, staged_file, staged_folder
from vocalkit.pipelines.report import RENDER_FORMAT


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def write_render(folder: Path, mark: str) -> None:
    (folder / "report.json").write_text(json.dumps({"format": RENDER_FORMAT}))
    (folder / "score.mid").write_text(mark)


def test_a_folder_appears_with_everything_in_it(tmp_path: Path) -> None:
    out = tmp_path / "new" / "song"
    with staged_folder(out) as staging:
        write_render(staging, "first")
        assert not out.exists()
    assert names(tmp_path) == ["new", "new/song", "new/song/report.json", "new/song/score.mid"]
    assert is_render(out)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    out = tmp_path / "song"
    out.mkdir()
    with staged_folder(out) as staging:
        write_render(staging, "first")
    assert names(tmp_path) == ["song", "song/report.json", "song/score.mid"]


def test_an_earlier_render_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "song"
    for mark in ("first", "second"):
        with staged_folder(out) as staging:
            write_render(staging, mark)
    assert (out / "score.mid").read_text() == "second"
    assert names(tmp_path) == ["song", "song/report.json", "song/score.mid"]


@pytest.mark.parametrize(
    "stopped", [KeyboardInterrupt(), ValueError("bug"), InputError("bad"), OSError(28, "No space")]
)
def test_any_error_leaves_everything_as_it_was(tmp_path: Path, stopped: BaseException) -> None:
    out = tmp_path / "deep" / "song"
    expected = OutputError if isinstance(stopped, OSError) else type(stopped)
    with pytest.raises(expected), staged_folder(out) as staging:
        write_render(staging, "half")
        raise stopped
    assert names(tmp_path) == []
    with staged_folder(out) as staging:
        write_render(staging, "whole")
    before = names(tmp_path)
    with pytest.raises(expected), staged_folder(out) as staging:
        write_render(staging, "half")
        raise stopped
    assert names(tmp_path) == before
    assert (out / "score.mid").read_text() == "whole"


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    out = tmp_path / "song"
    with (
        pytest.raises(OutputError, match=f"cannot write {out}: no space left on device"),
        staged_folder(out) as staging,
    ):
        (staging / "mix.wav").symlink_to("/dev/full")
        (staging / "mix.wav").write_bytes(bytes(1 << 20))
    assert names(tmp_path) == []


@pytest.mark.parametrize("foreign", [["notes.txt"], ["report.json"], ["report.json", "score.mid", "lyrics.txt"]])
def test_other_peoples_files_are_not_touched(tmp_path: Path, foreign: list[str]) -> None:
    out = tmp_path / "song"
    out.mkdir()
    for name in foreign:
        (out / name).write_text("{}")
    if len(foreign) > 1:
        (out / "report.json").write_text(json.dumps({"format": RENDER_FORMAT}))
    with pytest.raises(OutputError, match="choose another --out"):
        check_target(out)
    assert sorted(path.name for path in out.iterdir()) == sorted(foreign)


def test_the_place_is_checked_before_the_work(tmp_path: Path) -> None:
    check_target(tmp_path / "a" / "b")
    assert names(tmp_path) == []
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError):
            check_target(out)


def test_the_folder_one_stands_in_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="new folder"):
        check_target(Path())


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "tune.mid"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt), staged_file(target) as staging:
        staging.write_text("half")
        raise KeyboardInterrupt
    assert target.read_text() == "old"
    with staged_file(target) as staging:
        assert staging.suffix == ".mid"
        staging.write_text("new")
    assert names(tmp_path) == ["tune.mid"]
    assert target.read_text() == "new"
    with pytest.raises(OutputError, match="folder has that name"), staged_file(tmp_path):
        pass
    with pytest.raises(OutputError, match="no such file"), staged_file(tmp_path / "nowhere" / "tune.mid") as staging:
        staging.write_text("lost")
