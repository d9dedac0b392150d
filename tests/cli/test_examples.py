"""Every example that `--help` shows is run, word for word."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

from vocalkit.cli.main import COMMANDS, EXAMPLES, main
from vocalkit.pipelines.desk import open_desk


def examples() -> list[str]:
    texts = [EXAMPLES, *(command.EXAMPLES for command in COMMANDS)]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    found = [line for line in lines if line.startswith("vocalkit ")]
    assert found
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def workshop(short_song, tmp_path_factory: pytest.TempPathFactory) -> Path:  # type: ignore[no-untyped-def]
    """A folder with every file the examples name."""
    home = tmp_path_factory.mktemp("workshop")
    for folder in ("tracks", "poems"):
        (home / folder).mkdir()
    shutil.copy(short_song.backing, home / "song.wav")
    shutil.copy(short_song.backing, home / "tracks" / "song.wav")
    shutil.copy(short_song.words, home / "words.txt")
    shutil.copy(short_song.words, home / "poems")
    shutil.copy(short_song.chart, home / "chart.txt")
    (home / "lexicon.tsv").write_text("wind\tw ɪ n d\n", encoding="utf-8")
    for name in ("tune.musicxml", "tune.mid"):
        command = ["compose", str(home / "song.wav"), "--lyrics", str(home / "words.txt"), "-o", str(home / name)]
        assert main(command) == 0
    command = ["add-vocals", str(home / "song.wav"), "--lyrics", str(home / "words.txt")]
    assert main([*command, "--out", str(home / "my-song")]) == 0
    (home / "studio.json").write_bytes(open_desk().host.bundle.to_bytes())
    return home


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for line in examples() if not line.startswith("vocalkit demo")])
def test_an_example_works(
    line: str, workshop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if line.startswith("vocalkit bench"):
        pytest.importorskip("parselmouth", reason="needs praat-parselmouth (the `bench` extra)")
    monkeypatch.chdir(workshop)
    argv = shlex.split(line)[1:]
    code = main(argv)
    captured = capsys.readouterr()
    assert code == 0, captured.err + captured.out
    assert captured.out
    if "--json" in argv:
        json.loads(captured.out)
    for flag in ("--out", "-o"):
        if flag in argv:
            assert (workshop / argv[argv.index(flag) + 1]).exists()
