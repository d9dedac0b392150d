"""`vocalkit phonemize`: languages by the word, phonemes in braces, a project dictionary, guesses told, a preview."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from vocalkit.cli.main import main

OneLine = Callable[[str], str]
WORDS = "my [de]Liebe, hello{h ə ˈl oʊ} xqzt {l a}\n[fr] l'amour\nwind 😀 I'm 2"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text(WORDS, encoding="utf-8")
    return path


def test_everything_that_can_be_marked(words: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lexicon = words.with_name("lexicon.tsv")
    lexicon.write_text("wind\tw ˈaɪ n d\n", encoding="utf-8")
    assert main(["phonemize", str(words), "--lexicon", str(lexicon), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    said = {
        word["text"]: (word["language"], ["".join(s["phonemes"]) for s in word["syllables"]])
        for line in told["lines"]
        for word in line["words"]
    }
    assert said["my"] == ("en-us", ["maɪ"]) and said["Liebe"] == ("de", ["li", "bə"])
    assert said["hello"][1] == ["hə", "loʊ"] and said["la"][1] == ["la"]
    assert said["l'amour"] == ("fr-fr", ["la", "muʁ"]) and said["wind"][1] == ["waɪnd"]
    assert said["I'm"][1] == ["aɪm"] and said["2"][1] == ["tu"] and "😀" not in said
    assert [(guess["line"], guess["word"]) for guess in told["unknown"]] == [(1, "xqzt")]


def test_what_is_shown_and_what_is_warned_of(words: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["phonemize", str(words)]) == 0
    shown = capsys.readouterr()
    assert "Lie-be" in shown.out and "ˈl i . b ə" in shown.out
    assert "line 1: xqzt" in shown.err and shown.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "told"), [("la\nhello{h ə", "line 2"), ("la}", "line 1"), ("[xx]la la", "xx"), ("hello{9}", "line 1")]
)
def test_what_is_marked_wrongly_is_told_with_its_line(
    text: str, told: str, words: Path, one_line: OneLine, capsys: pytest.CaptureFixture[str]
) -> None:
    words.write_text(text, encoding="utf-8")
    assert main(["phonemize", str(words)]) == 2
    assert told in one_line(capsys.readouterr().err)


def test_a_preview_by_a_voice(words: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(words.parent / "home"))
    out = words.with_name("hear.wav")
    assert main(["phonemize", "[it]mio caro", "--preview", str(out), "--voice", "bruno"]) == 0
    assert out.read_bytes()[:4] == b"RIFF" and "mio" in capsys.readouterr().out
