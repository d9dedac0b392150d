"""`vocalkit score`: convert and check, by files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vocalkit.cli.main import main

TUNE = (
    "X:1\nT:Lullaby\nM:3/4\nL:1/4\nQ:1/4=90\nK:G\n"
    '"G"G A B | c2 d | e3 |]\nw: Sleep my lit- tle one now\nw: Dream my lit- tle one now\n'
)


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    path = tmp_path / "tune.abc"
    path.write_text(TUNE, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["musicxml", "mid", "ustx", "ust", "ds", "txt", "lrc"])
def test_convert(tune: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    target = tune.with_name(f"out.{suffix}")
    assert main(["score", "convert", str(tune), str(target), "--verse", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["notes"], told["syllables"]) == (6, 6) and told["warnings"] == []
    assert told["duration_s"] == pytest.approx(6.0)
    assert ("chord" in " ".join(told["losses"])) == (suffix != "musicxml")
    if suffix != "lrc":
        assert main(["score", "convert", str(target), str(tune.with_name("back.musicxml"))]) == 0
        assert "Dream" in tune.with_name("back.musicxml").read_text(encoding="utf-8")


def test_convert_says_what_is_not_carried(tune: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "convert", str(tune), str(tune.with_name("a.mid"))]) == 0
    assert "not carried: 1 chord symbols" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "told"), [("a.pdf", "name it"), ("a.musicxml", "verse 9"), ("missing/a.mid", "missing")]
)
def test_convert_refuses_in_one_line(tune: Path, target: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--verse", "9"] if "verse" in told else []
    assert main(["score", "convert", str(tune), str(tune.parent / target), *options]) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1


def test_check_with_a_voice_and_a_picture(tune: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    picture = tune.with_name("tune.png")
    high = tune.with_name("high.abc")
    high.write_text(TUNE.replace("e3", "e'''3"), encoding="utf-8")
    assert main(["score", "check", str(high), "--voice", "clara", "--plot", str(picture), "--json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert {finding["kind"] for finding in checked["findings"]} == {"range", "leap"}
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert main(["score", "check", str(tune)]) == 0
    assert "nothing to complain about" in capsys.readouterr().out


def test_a_ds_file_tells_what_is_guessed_and_hears_a_lexicon(tune: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guessed, target = tune.with_name("guessed.abc"), tune.with_name("a.ds")
    guessed.write_text(TUNE.replace("Sleep", "Xqzt"), encoding="utf-8")
    assert main(["score", "convert", str(guessed), str(target), "--json"]) == 0
    assert "guess: Xqzt;" in json.loads(capsys.readouterr().out)["warnings"][0]
    lexicon = tune.with_name("lexicon.tsv")
    lexicon.write_text("xqzt\tˈɪ k s t\n", encoding="utf-8")
    assert main(["score", "convert", str(guessed), str(target), "--lexicon", str(lexicon), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == []
    assert json.loads(target.read_text(encoding="utf-8"))[0]["ph_seq"].split()[:4] == ["ɪ", "k", "s", "t"]
