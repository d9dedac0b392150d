"""From a file name or words to what `vocalkit phonemize` shows, and the recitation that lets it be heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from vocalkit.errors import LyricsError, OutputError
from vocalkit.lyrics import parse_lyrics
from vocalkit.pipelines.phonemize import LONGEST_PREVIEW, phonemize_file, preview_file, recitation, sheet_facts


def test_a_file_or_the_words_themselves(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("[Verse]\nmy love xkcd\n", encoding="utf-8")
    from_file = sheet_facts(phonemize_file(str(path), language="en-us"))
    assert from_file["lines"][0]["number"] == 2
    assert from_file["unknown"] == [
        {"line": 2, "word": "xkcd", "language": "en-us", "reason": "spelled out letter by letter"}
    ]
    typed = sheet_facts(phonemize_file("my love", language="en-us"))
    assert [word["text"] for word in typed["lines"][0]["words"]] == ["my", "love"]
    assert typed["lines"][0]["words"][1]["syllables"] == [{"text": "love", "phonemes": ["l", "ʌ", "v"], "stress": 2}]


def test_a_file_that_is_not_there_is_not_taken_for_words() -> None:
    with pytest.raises(LyricsError, match="no file"):
        phonemize_file("missing.txt", language="en-us")


def test_a_dictionary_beside_it(tmp_path: Path) -> None:
    lexicon = tmp_path / "lexicon.tsv"
    lexicon.write_text("love\tl ˈɑ v\n", encoding="utf-8")
    facts = sheet_facts(phonemize_file("love", language="en-us", lexicon=lexicon))
    assert facts["lines"][0]["words"][0]["syllables"][0]["phonemes"] == ["l", "ɑ", "v"]


def test_a_recitation_holds_every_syllable_and_falls_at_the_end_of_a_line() -> None:
    lyrics = parse_lyrics("my tender love\n\ngood night")
    score = recitation(lyrics, middle_midi=60.0)
    assert [note.syllable for note in score.notes] == [
        s for section in lyrics.sections for line in section.lines for s in line.syllables
    ]
    assert all(a.end_s <= b.start_s for a, b in zip(score.notes, score.notes[1:], strict=False))
    assert score.notes[3].pitch_midi < 60.0 < score.notes[1].pitch_midi
    with pytest.raises(LyricsError, match=str(LONGEST_PREVIEW)):
        recitation(parse_lyrics("la la la la\n" * 200), middle_midi=60.0)


def test_a_preview_is_one_labelled_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    out = tmp_path / "hear.wav"
    sheet = phonemize_file("hello there", language="en-us")
    preview_file(sheet, out, voice="clara")
    assert out.stat().st_size > 40_000
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    with pytest.raises(OutputError, match="WAV"):
        preview_file(sheet, tmp_path / "hear.mp3")
