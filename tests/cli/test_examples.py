"""Every example that `--help` shows is run, word for word."""

from __future__ import annotations

import argparse
import getpass
import io
import json
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.studio import PASSPHRASE, Studio
from vocalkit.cli.main import build_parser, main
from vocalkit.consent import utc_now
from vocalkit.consent.draft import draft_path
from vocalkit.consent.registry import Person
from vocalkit.pipelines.desk import open_desk
from vocalkit.weights import user_voices_folder

ENROLL = "vocalkit voice enroll"
"""Its example needs a person's recordings; tests/pipelines/test_enroll_voice.py runs it with some."""


def examples() -> list[str]:
    """Every example of every command and of every action below it."""
    return list(dict.fromkeys(_examples_of(build_parser())))


def _examples_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    lines = map(str.strip, (parser.epilog or "").splitlines())
    yield from (line for line in lines if line.startswith("vocalkit "))
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _examples_of(below)


CONSENT = [line for line in examples() if line.startswith("vocalkit consent ")]
OTHERS = [line for line in examples() if line not in CONSENT and not line.startswith(("vocalkit demo", ENROLL))]


def test_every_command_has_examples() -> None:
    assert len(CONSENT) >= 25 and len(OTHERS) >= 25
    assert any(line.startswith("vocalkit consent ledger prove") for line in CONSENT), "actions of actions too"


@pytest.fixture(scope="module")
def workshop(short_song, tmp_path_factory: pytest.TempPathFactory) -> Path:  # type: ignore[no-untyped-def]
    """A folder with every file the examples name."""
    home = tmp_path_factory.mktemp("workshop")
    for folder in ("tracks", "poems"):
        (home / folder).mkdir()
    shutil.copy(short_song.backing, home / "song.wav")
    shutil.copy(short_song.backing, home / "tracks" / "song.wav")
    shutil.copy(short_song.words, home / "words.txt")
    (home / "words.lrc").write_text("[00:02.00]Who has seen the wind?\n[00:06.00]Neither I nor you\n", encoding="utf-8")
    shutil.copy(short_song.words, home / "poems")
    shutil.copy(short_song.chart, home / "chart.txt")
    (home / "lexicon.tsv").write_text("wind\tw ɪ n d\n", encoding="utf-8")
    for name in ("tune.musicxml", "tune.mid"):
        command = ["compose", str(home / "song.wav"), "--lyrics", str(home / "words.txt"), "-o", str(home / name)]
        assert main(command) == 0
    assert main(["analyze", str(home / "song.wav"), "-o", str(home / "song.json")]) == 0
    shutil.copy(short_song.backing, home / "other.wav")
    (home / "first.txt").write_text("Who has seen the wind?\n", encoding="utf-8")
    command = ["compose", str(home / "song.wav"), "--lyrics", str(home / "first.txt"), "--start", "0"]
    assert main([*command, "-o", str(home / "opening.musicxml")]) == 0
    command = ["add-vocals", str(home / "song.wav"), "--lyrics", str(home / "words.txt")]
    assert main([*command, "--out", str(home / "my-song")]) == 0
    shutil.copy(home / "my-song" / "vocals_dry.wav", home / "take.wav")
    # Whoever hums the tune: the first voice sings it, and its stem is the hum.
    shutil.copy(home / "my-song" / "vocals_dry.wav", home / "hum.wav")
    (home / "clips").mkdir()
    shutil.copy(home / "take.wav", home / "clips" / "line.wav")
    (home / "clips.txt").write_text("line|Who has seen the wind? Neither I nor you\n", encoding="utf-8")
    (home / "studio.json").write_bytes(open_desk().host.bundle.to_bytes())
    return home


@pytest.mark.slow
@pytest.mark.parametrize("line", OTHERS)
def test_an_example_works(
    line: str, workshop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if line.startswith("vocalkit bench"):
        pytest.importorskip("parselmouth", reason="needs praat-parselmouth (the `bench` extra)")
    monkeypatch.chdir(workshop)
    check(line, workshop, capsys)


def check(line: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = shlex.split(line)[1:]
    capsys.readouterr()
    code = main(argv)
    captured = capsys.readouterr()
    assert code == 0, captured.err + captured.out
    assert captured.out
    if "--json" in argv:
        json.loads(captured.out)
    for flag in ("--out", "-o", "--plot"):
        if flag in argv:
            made = folder / argv[argv.index(flag) + 1]
            takes = int(argv[argv.index("--variations") + 1]) if "--variations" in argv else 0
            written = [made.with_stem(f"{made.stem}-{n + 1}") for n in range(takes)] if made.suffix else [made]
            assert all(path.exists() for path in (written or [made]))


class Terminal(io.StringIO):
    """Somebody who types yes."""

    def isatty(self) -> bool:
        return True


@pytest.mark.slow
@pytest.mark.parametrize("line", CONSENT)
def test_an_example_about_consent_works(
    line: str, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(studio.work)
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    monkeypatch.setattr(getpass, "getpass", lambda prompt: PASSPHRASE)
    prepare(line, studio, tmp_path, monkeypatch)
    check(line, studio.work, capsys)


def prepare(line: str, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What must have been done before an example, by the commands that come before it."""
    words = shlex.split(line)
    (studio.work / "words.txt").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    shutil.copy(draft_path(user_voices_folder(), "ada"), studio.work / "draft.json")
    if "keygen" in words:
        for name in ("ada.pem", "ada.pub"):
            (studio.work / name).unlink()
    for name in ("bo", "grace"):
        if {f"{name}.pem", f"{name}.pub"} & set(words):
            assert main(["consent", "keygen", "-o", f"{name}.pem", "--passphrase-file", "words.txt"]) == 0
    if "--countersign" in words:
        assert studio.grant("--sign-only", "draft.json", "-o", "ada.signed") == 0
    if "--show" in words:
        assert studio.grant("--voice", "ada", "-o", "ada.grant") == 0
    if "witness" in words:
        asked = ["--name", "Eva", "--key", "ada.pub", "--voice", "eva", "--language", "en-us", "--use", "demo"]
        assert main(["consent", "challenge", *asked, "-o", "challenge.json"]) == 0
        (studio.work / "clips").mkdir()
        for name in ("consent.wav", "clips/one.wav"):
            (studio.work / name).write_bytes(b"sound")
    if "init" in words:
        monkeypatch.setenv("HOME", str(tmp_path / "new"))
        monkeypatch.setenv("USERPROFILE", str(tmp_path / "new"))
    if "resume" in words:
        assert main(["consent", "suspend", words[-1]]) == 0
    if "erase" in words and words[3] != "ada":
        studio.registry.open_case(words[3], "eva", Person("Eva"), utc_now())
    if "--checkpoint" in words:
        assert main(["consent", "ledger", "checkpoint", "-o", words[-1]]) == 0
