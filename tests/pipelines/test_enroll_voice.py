"""From an artist's key to a verified song and back to nothing: the whole way, with one synthetic artist."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.speaking import speak
from vocalkit.audio import write_wav
from vocalkit.cli.main import main
from vocalkit.consent.pem import read_public_key
from vocalkit.pipelines.consent.issue import issue_challenge
from vocalkit.pipelines.desk import open_desk
from vocalkit.weights import user_voices_folder

pytest.importorskip("pocketsphinx", reason="hearing words needs the align extra")
pytest.importorskip("resemblyzer", reason="comparing voices needs the enroll extra")
pytestmark = pytest.mark.slow

HEARD = (68, 130, 60, 230, 199, 221)
"""Words of the English list that the recogniser knows from the lips of espeak-ng."""
TEXTS = (
    "Author of the danger trail, Philip Steels, and many more of them.",
    "Not at this particular case, Tom, apologized Whittemore.",
    "For the twentieth time that evening the two men shook hands.",
    "Will we ever forget it, the old man asked his three daughters.",
    "God bless them, I hope I will go on seeing them forever.",
    "And you always want to see it in the superlative degree.",
    "Gregson shoved back his chair and rose slowly to his feet.",
    "He was the man who brought the treasure of the mountain home.",
    "The young voyager looked out over the yellow fields of grain.",
    "Which of the judges measured the pleasure of a boy with a toy?",
)


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada's key, a witness's key that this host trusts, ten clips with their texts, and a backing with words."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "words").write_text("four words of hers\n")
    for name in ("ada", "grace"):
        assert run("consent", "keygen", "-o", tmp_path / f"{name}.pem", "--passphrase-file", tmp_path / "words") == 0
    assert run("consent", "witness", "trust", tmp_path / "grace.pub", "--name", "Grace") == 0
    clips = tmp_path / "clips"
    clips.mkdir()
    for number, text in enumerate(TEXTS):
        write_wav(clips / f"{number}.wav", speak(text, seed=number, words_a_minute=130))
        (clips / f"{number}.txt").write_text(text)
    (tmp_path / "chart.txt").write_text(
        "Tempo: 120\nMetre: 4/4\nKey: C\n\n[Verse 1]\n| C | G | Am | F |\n| C | G | C |\n"
    )
    (tmp_path / "lyrics.txt").write_text("[Verse 1]\nWho has seen the wind?\nNeither I nor you\n")
    assert run("backing", tmp_path / "chart.txt", "-o", tmp_path / "backing.wav") == 0
    return tmp_path


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def challenge(studio: Path, name: str = "challenge.json") -> Path:
    """A challenge in words that the synthetic artist says well."""
    made = issue_challenge(
        name="Ada",
        key=read_public_key(studio / "ada.pub"),
        contact=None,
        voice_id="ada",
        uses=("commercial_music", "noncommercial_music"),
        language="en-us",
        out=studio / name,
        desk=open_desk(),
        entropy=lambda count: bytes(HEARD) + os.urandom(count - len(HEARD)),
    )
    words = " . . ".join(f"{word}." for word in made.words)
    write_wav(studio / "consent.wav", speak(f"{made.statement} . . {words}", words_a_minute=130))
    return studio / name


def enroll(studio: Path, asked: Path, *more: object) -> int:
    files = ("--challenge", asked, "--consent", studio / "consent.wav", "--audio", studio / "clips")
    return run("voice", "enroll", *files, *more)


def sing(studio: Path, out: str) -> int:
    words = studio / "lyrics.txt"
    return run("add-vocals", studio / "backing.wav", "--lyrics", words, "--voice", "ada", "--out", studio / out)


def grant(studio: Path, key: str = "ada.pem") -> int:
    wishes = ("--use", "commercial_music", "--use", "noncommercial_music", "--language", "en")
    return run(
        "consent", "grant", "--voice", "ada", "--key", studio / key, "--passphrase-file", studio / "words",
        "--royalty", "0.05 EUR per second", "--yes", *wishes,
    )  # fmt: skip


def refusals() -> list[str]:
    return [entry.facts()["reason"] for entry in open_desk().registry.entries() if entry.kind == "refused"]


def test_from_a_key_to_a_song_and_back_to_nothing(studio: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = challenge(studio)
    # A robot's statement leaves doubts: a human is asked, and the same recordings come again.
    assert enroll(studio, asked) == 3
    assert refusals() == ["needs_witness"]
    assert sing(studio, "too-early") == 2, "there is no such voice yet"
    signed = studio / "grace.jws"
    evidence = ("--consent", studio / "consent.wav", "--audio", studio / "clips")
    who = ("--key", studio / "grace.pem", "--name", "Grace", "--passphrase-file", studio / "words", "-o", signed)
    assert run("consent", "witness", "sign", asked, *evidence, *who) == 0
    capsys.readouterr()
    assert enroll(studio, asked, "--witness", signed, "--json") == 0
    enrolled = json.loads(capsys.readouterr().out)
    assert enrolled["clips"] >= 8 and len(enrolled["units"]) > 20
    assert enrolled["verdict"]["witness"] == "witnessed"
    # Nobody sings before the artist has signed, and nobody signs but the artist.
    assert sing(studio, "unsigned") != 0
    assert grant(studio, "grace.pem") == 3
    assert grant(studio) == 0
    assert sing(studio, "song") == 0
    assert run("verify", studio / "song" / "mix.wav") == 0
    capsys.readouterr()
    assert run("consent", "report", "--json") == 0
    line = json.loads(capsys.readouterr().out)["lines"][0]
    assert (
        float(line["amount"]) == pytest.approx(0.05 * float(line["seconds"]), abs=0.01) and float(line["seconds"]) > 2
    )
    # What is taken back is gone: the key, the model, and at last the name.
    assert run("consent", "revoke", "ada", "--cause", "asked_by_artist") == 0
    assert sing(studio, "revoked") != 0
    assert not (studio / "revoked").exists()
    assert run("verify", studio / "song" / "mix.wav") == 3
    assert run("consent", "erase", "ada", "--yes") == 0
    assert not list(user_voices_folder().glob("ada*"))
    assert run("consent", "ledger", "verify") == 0
    told = " ".join(entry.body for entry in open_desk().registry.entries())
    assert "Ada" not in told


def test_a_challenge_answers_once_and_a_witness_speaks_of_one_recording(studio: Path) -> None:
    asked = challenge(studio)
    assert enroll(studio, asked) == 3
    assert enroll(studio, asked) == 3
    assert refusals() == ["needs_witness", "challenge_used"]
    # Grace vouches; then the recording is exchanged for another one of the same words.
    signed = studio / "grace.jws"
    evidence = ("--consent", studio / "consent.wav", "--audio", studio / "clips")
    who = ("--key", studio / "grace.pem", "--name", "Grace", "--passphrase-file", studio / "words", "-o", signed)
    assert run("consent", "witness", "sign", asked, *evidence, *who) == 0
    made = json.loads(asked.read_text())
    write_wav(studio / "consent.wav", speak(" . . ".join([made["statement"], *made["words"]]), pitch=70))
    assert enroll(studio, asked, "--witness", signed) == 3
    assert refusals()[-1] == "not_as_enrolled"
    assert not list(user_voices_folder().glob("*"))
