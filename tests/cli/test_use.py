"""What a song is for is said by whoever makes it, and refused where the singer did not allow it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.studio import Studio
from tests.pipelines.made import short_tune
from vocalkit.cli.main import main
from vocalkit.consent import utc_now
from vocalkit.consent.pem import read_public_key
from vocalkit.score import to_musicxml

DEMO, FOLK, HERE = ("--for", "demo"), ("--genre", "folk"), ("--territory", "DE")
NARROW = ("--use", "demo", "--language", "en-us", "--genre", "folk", "--territory", "DE", "--exclude", "advertising")


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    path = tmp_path / "tune.musicxml"
    path.write_text(to_musicxml(short_tune()), encoding="utf-8")
    return path


def refused(studio: Studio, argv: list[str], reason: str, one_line: Any, capsys: Any, out: Path) -> str:
    """The error line of a command that must be refused, leave nothing and be written down once."""
    capsys.readouterr()
    before = {path.name for path in out.parent.iterdir()}
    assert main([*argv, "--out", str(out)]) == 3
    assert {path.name for path in out.parent.iterdir()} == before
    assert studio.refusals() == [reason]
    return str(one_line(capsys.readouterr().err))


@pytest.mark.parametrize(
    ("said", "reason", "hint"),
    [
        ((), "use_not_granted", "it covers demo: give --for demo"),
        (("--for", "research", *FOLK, *HERE), "use_not_granted", "give --for demo"),
        (("--for", "advertising", *FOLK, *HERE), "use_excluded", "never be used for advertising; it may for demo"),
        ((*DEMO, "--for", "advertising", *FOLK, *HERE), "use_excluded", "give --for demo"),
        (DEMO, "territory_not_granted", "every territory; it covers DE: give --territory DE"),
        ((*DEMO, *FOLK, "--territory", "us"), "territory_not_granted", "'US'"),
        ((*DEMO, *HERE), "genre_not_granted", "every genre; it covers folk: give --genre folk"),
        ((*DEMO, *HERE, *FOLK, "--genre", "Death Metal"), "genre_not_granted", "'death-metal'"),
        ((*DEMO, *FOLK, *HERE, "--lang", "en-gb"), "language_not_granted", "it covers en-us: give --lang en-us"),
    ],
)
def test_what_the_singer_did_not_allow(
    studio: Studio, tune: Path, tmp_path: Path, said: Any, reason: str, hint: str, one_line: Any, capsys: Any
) -> None:
    assert studio.grant("--voice", "ada", wishes=NARROW) == 0
    # No key is read on the way to a refusal: there is none.
    studio.registry.destroy_key(studio.draft.grant_id, utc_now())
    argv = ["sing", str(tune), "--voice", "ada", *said]
    assert hint in refused(studio, argv, reason, one_line, capsys, tmp_path / "song")


def test_every_language_that_is_sung_is_asked_for(
    studio: Studio, tune: Path, tmp_path: Path, one_line: Any, capsys: Any
) -> None:
    assert studio.grant("--voice", "ada", wishes=NARROW) == 0
    words = tmp_path / "words.txt"
    words.write_text("[de]Liebe\n", encoding="utf-8")
    argv = ["sing", str(tune), "--lyrics", str(words)]
    # One word in another language, also in a performance that was made with another voice.
    assert main([*argv, "--voice", "clara", "--out", str(tmp_path / "first")]) == 0
    again = ["sing", str(tmp_path / "first" / "performance.json"), "--voice", "ada", *DEMO, *FOLK, *HERE]
    line = refused(studio, again, "language_not_granted", one_line, capsys, tmp_path / "song")
    assert "the language 'de'" in line
    assert main([*argv, "--voice", "ada", *DEMO, *FOLK, *HERE, "--out", str(tmp_path / "song")]) == 3
    assert studio.refusals() == ["language_not_granted"] * 2 and not (tmp_path / "song").exists()
    report = json.loads((tmp_path / "first" / "report.json").read_text(encoding="utf-8"))
    assert report["use"]["languages"] == ["de"]


def test_a_voice_lent_to_one_user(studio: Studio, tune: Path, tmp_path: Path, one_line: Any, capsys: Any) -> None:
    for name in ("bo", "cy"):
        key = ["-o", str(studio.work / f"{name}.pem"), "--passphrase-file", str(studio.work / "words")]
        assert main(["consent", "keygen", *key]) == 0
    bo = read_public_key(studio.work / "bo.pub")
    assert studio.grant("--voice", "ada", "--user", "Bo", "--user-key", str(studio.work / "bo.pub"), wishes=NARROW) == 0
    argv = ["sing", str(tune), "--voice", "ada", *DEMO, *FOLK, *HERE]
    line = refused(studio, argv, "wrong_grantee", one_line, capsys, tmp_path / "song")
    assert "for Bo alone" in line and "--user" in line
    opened = ("--passphrase-file", str(studio.work / "words"))
    assert main([*argv, "--user", str(studio.work / "cy.pem"), *opened, "--out", str(tmp_path / "song")]) == 3
    assert studio.refusals() == ["wrong_grantee"] * 2 and not (tmp_path / "song").exists()
    assert main([*argv, "--user", str(studio.work / "bo.pem"), *opened, "--out", str(tmp_path / "song")]) == 0
    report = json.loads((tmp_path / "song" / "report.json").read_text(encoding="utf-8"))
    assert report["use"] == {
        "purposes": ["demo"], "languages": ["en-us"], "territories": ["DE"], "genres": ["folk"],
        "renderer": "vocalkit", "grantee": bo.thumbprint, "rights": ["mix", "pitch"],
    }  # fmt: skip
    chosen = json.loads((tmp_path / "song" / "credits.json").read_text(encoding="utf-8"))["authorship"]["chosen"]
    assert (chosen["purposes"], chosen["genres"], chosen["territories"]) == (["demo"], ["folk"], ["DE"])
    for again, said in (("again", bo.thumbprint), ("once-more", str(studio.work / "bo.pub"))):
        assert main([*argv, "--user", said, "--out", str(tmp_path / again)]) == 0


def test_an_instrumental_is_refused_as_a_score_is(
    studio: Studio, short_song: Any, tmp_path: Path, one_line: Any, capsys: Any
) -> None:
    assert studio.grant("--voice", "ada", wishes=NARROW) == 0
    argv = ["add-vocals", str(short_song.backing), "--lyrics", str(short_song.words), "--voice", "ada", *DEMO, *HERE]
    assert "--genre folk" in refused(studio, argv, "genre_not_granted", one_line, capsys, tmp_path / "song")


@pytest.mark.parametrize(
    "said",
    [
        ("--for", "fraud"),
        ("--for", "karaoke"),
        ("--genre", "???"),
        ("--territory", "Germany"),
        ("--user", "me"),
        ("--user", ""),
    ],
)
def test_words_that_nobody_could_allow(said: Any, tune: Path, tmp_path: Path, one_line: Any, capsys: Any) -> None:
    try:
        code = main(["sing", str(tune), *said, "--out", str(tmp_path / "song")])
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    assert said[0] in one_line(capsys.readouterr().err)
    assert not (tmp_path / "song").exists()
