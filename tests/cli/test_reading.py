"""Which line of a score is read: the same choice wherever a score is read, and none where there is no score."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from vocalkit.cli.main import build_parser, main

OneLine = Callable[[str], str]
READERS = [
    ["add-vocals", "song.wav", "--out", "out", "--score", "tune.abc"],
    ["sing", "tune.abc", "--out", "out"],
    ["score", "convert", "tune.abc", "tune.mid"],
    ["score", "check", "tune.abc"],
]
CHOICE = ["--verse", "2", "--part", "3", "--part-voice", "4", "--song", "5", "--as-written", "--lang", "de"]
BOOK = """X:1
T:First
K:C
C4 |]
w: one
X:2
T:Second
M:4/4
L:1/4
Q:1/4=240
K:C
V:1
|: c d e f :|
w: high and up there
w: and on it goes
V:2
|: C D E F :|
w: low and down there
w: so it ends now
"""


def sung(folder: Path) -> list[tuple[str | None, float]]:
    notes = json.loads((folder / "performance.json").read_text(encoding="utf-8"))["notes"]
    return [(note["syllable"], note["midi"]) for note in notes]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    path = tmp_path / "book.abc"
    path.write_text(BOOK, encoding="utf-8")
    return path


@pytest.mark.parametrize("argv", READERS, ids=lambda argv: " ".join(argv[:2]))
def test_the_choice_is_the_same_everywhere(argv: list[str]) -> None:
    from vocalkit.cli.arguments import reading_of
    from vocalkit.score import Reading

    parser = build_parser()
    assert reading_of(parser.parse_args(argv)) == Reading()
    assert reading_of(parser.parse_args([*argv, *CHOICE])) == Reading("de", 2, 3, 4, repeats=False, song=5)


@pytest.mark.parametrize("option", ["--verse", "--part", "--part-voice", "--song"])
@pytest.mark.parametrize("value", ["0", "-1", "two"])
def test_lines_are_counted_from_1(option: str, value: str, one_line: OneLine, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["score", "check", "tune.abc", option, value])
    assert stop.value.code == 2 and option in one_line(capsys.readouterr().err)


@pytest.mark.parametrize("option", ["--verse", "--part", "--part-voice", "--song"])
def test_a_line_that_is_not_there_is_told(
    book: Path, option: str, one_line: OneLine, capsys: pytest.CaptureFixture[str]
) -> None:
    for argv in (["sing", str(book), "--out", str(book.parent / "out")], ["score", "check", str(book)]):
        assert main([*argv, option, "9"]) == 2
        assert "9 does not exist" in one_line(capsys.readouterr().err)
    assert not (book.parent / "out").exists()


def test_another_verse_part_and_song_are_sung(book: Path, tmp_path: Path) -> None:
    chosen = ["--song", "2", "--part", "2", "--verse", "2", "--as-written"]
    assert main(["sing", str(book), *chosen, "--voice", "bruno", "--out", str(tmp_path / "out")]) == 0
    assert [text for text, _ in sung(tmp_path / "out")] == ["so", "it", "ends", "now"]
    arguments = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["arguments"]
    assert arguments["reading"] == {
        "language": "en-us", "verse": 2, "part": 2, "voice": None, "repeats": False, "song": 2,
    }  # fmt: skip


@pytest.mark.slow
def test_a_verse_is_sung_on_an_instrumental(short_song, book: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    argv = ["add-vocals", str(short_song.backing), "--score", str(book), "--song", "2", "--verse", "2", "--as-written"]
    assert main([*argv, "--out", str(tmp_path / "out")]) == 0
    assert [text for text, _ in sung(tmp_path / "out")] == ["and", "on", "it", "goes"]


def test_a_choice_without_a_score_is_a_slip(
    short_song, tmp_path: Path, one_line: OneLine, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    argv = ["add-vocals", str(short_song.backing), "--lyrics", str(short_song.words), "--out", str(tmp_path / "out")]
    assert main([*argv, "--verse", "2"]) == 2
    assert "give --score" in one_line(capsys.readouterr().err)
    performance = tmp_path / "performance.json"
    performance.write_text("{}", encoding="utf-8")
    assert main(["sing", str(performance), "--as-written", "--out", str(tmp_path / "out")]) == 2
    assert "sing the score" in one_line(capsys.readouterr().err)


def test_actions_of_score_have_help_that_groups_the_choice() -> None:
    for argv in READERS:
        parser = build_parser()
        for name in argv[: 2 if argv[0] == "score" else 1]:
            below = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
            parser = below.choices[name]
        assert "which line of the score" in parser.format_help()
