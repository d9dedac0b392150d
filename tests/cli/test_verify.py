"""`vocalkit verify`: its exit code is its answer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.pipelines.made import short_render
from vocalkit.cli.main import main
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.render_folder import Release, publish


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("released") / "song"
    publish(short_render(), out, Release("mp3"), desk=open_desk())
    return out / "vocals_dry.mp3"


def test_verified_is_0(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(song)]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["manifest"].startswith("trusted")
    assert lines["verdict"] == "verified"
    assert {"file", "tags", "watermark", "grant", "AI"} <= lines.keys()


def test_json_tells_each_on_its_own(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(song), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["verdict"] == "verified"
    assert values["manifest"]["claim"] == values["tags"]
    assert values["manifest"]["sound_matches"] is True
    assert values["grant_now"] == "active"
    assert values["registry"]["released"] is True


def test_broken_is_3(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(song.read_bytes())
    data[-1500] ^= 1
    (tmp_path / "changed.mp3").write_bytes(data)
    assert main(["verify", str(tmp_path / "changed.mp3")]) == 3
    assert "BUT         the manifest was made for other bytes" in capsys.readouterr().out


def test_labelled_is_6(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import mutagen

    (tmp_path / "stripped.mp3").write_bytes(song.read_bytes())
    tagged = mutagen.File(tmp_path / "stripped.mp3")
    tagged.tags.delall("GEOB")
    tagged.save()
    assert main(["verify", str(tmp_path / "stripped.mp3")]) == 6
    assert "manifest    none" in capsys.readouterr().out


def test_unmarked_is_5(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(0).uniform(-0.5, 0.5, 44_100), 44_100)
    assert main(["verify", str(tmp_path / "a.wav")]) == 5
    assert "AI label    none" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["none.wav", "text.wav"])
def test_no_sound_is_2(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str], one_line) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "text.wav").write_text("la la la " * 99)
    assert main(["verify", str(tmp_path / name)]) == 2
    assert one_line(capsys.readouterr().err)


def test_a_bad_bundle_is_2(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], one_line) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "bundle").write_text("no")
    assert main(["verify", str(song), "--trust", str(tmp_path / "bundle")]) == 2
    assert "trust bundle" in one_line(capsys.readouterr().err)
