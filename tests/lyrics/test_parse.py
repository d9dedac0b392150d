"""Lyrics sheets: headings, stanzas, repeats, and text that nobody can sing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import LyricsError
from vocalkit.lyrics import languages, parse_lyrics, read_lyrics
from vocalkit.phones import is_vowel, known_phones

SONG = """[Verse 1]
Amazing grace, how sweet the sound
That saved a wretch like me

I once was lost

[Chorus]:
Sing, heav'nly fire

[Verse 2:]
Of the little apple
[Chorus] x2
"""


def texts(line) -> str:
    return " ".join("-".join(parts) for parts in words(line))


def words(line) -> list[list[str]]:
    found: list[list[str]] = []
    for syllable in line.syllables:
        if syllable.position in ("single", "begin"):
            found.append([])
        found[-1].append(syllable.text)
    return found


def test_sections_lines_and_stanzas() -> None:
    lyrics = parse_lyrics(SONG)
    assert [section.label for section in lyrics.sections] == ["Verse 1", "Chorus", "Verse 2", "Chorus", "Chorus"]
    assert [section.kind for section in lyrics.sections] == ["verse", "chorus", "verse", "chorus", "chorus"]
    assert [line.ends_stanza for line in lyrics.sections[0].lines] == [False, True, True]
    assert lyrics.sections[1].lines == lyrics.sections[4].lines
    assert (
        texts(lyrics.sections[0].lines[0]) == "A-ma-zing grace how sweet the sound"
        or texts(lyrics.sections[0].lines[0]) == "A-maz-ing grace how sweet the sound"
    )


def test_text_without_headings_is_verse_1() -> None:
    lyrics = parse_lyrics("hello world")
    assert [section.label for section in lyrics.sections] == ["Verse 1"]


def test_instrumental_headings_are_passed_over() -> None:
    assert [s.label for s in parse_lyrics("[Intro]\n[Verse 1]\nla la\n[Solo]\n").sections] == ["Verse 1"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        (" \n\t\n", "empty"),
        ("... !!\n[Verse]\n — 🎵", "no words"),
        ("fine\nnot\0fine", "line 2"),
        ("fine\nПривет мир", "line 2: Cyrillic"),
        ("你好", "Han"),
        ("oh\nשלום", "line 2: Hebrew"),
        ("la " * 40_000, "120000 characters"),
        ("x" * 600, "line 1"),
        ("[Chorus] x99\nla", "line 1"),
    ],
)
def test_unusable_text_is_refused(text: str, told: str) -> None:
    with pytest.raises(LyricsError, match=told) as caught:
        parse_lyrics(text)
    assert "\n" not in str(caught.value)


def test_other_script_names_the_option() -> None:
    with pytest.raises(LyricsError, match="--lang"):
        parse_lyrics("Привет")
    assert parse_lyrics("Привет мир", language="ru").syllable_count == 3


def test_unknown_language_lists_close_codes() -> None:
    with pytest.raises(LyricsError, match="en-us"):
        parse_lyrics("hello", language="en")
    with pytest.raises(LyricsError, match=r"known:.*fr-fr"):
        parse_lyrics("hello", language="klingon")
    assert {"en-us", "en-gb", "de", "fr-fr", "es", "it"} <= set(languages())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "song.txt"
    path.write_bytes("[Verse 1]\r\nCafé light\r\n".encode(encoding))
    assert [s.text for s in read_lyrics(path).sections[0].lines[0].syllables][-1] == "light"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("one\ncaf\xe9".encode("latin-1"), "line 2.*Latin-1"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "U\\+"),
        (b"RIFF\xff\xff\x00\x00WAVE", "UTF-8"),
        (b"a" * 500_000, "too large"),
        (b"\xff\xfea", "UTF-16"),
    ],
)
def test_unreadable_files(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "song.txt"
    path.write_bytes(data)
    with pytest.raises(LyricsError, match=told):
        read_lyrics(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(LyricsError, match="cannot read"):
        read_lyrics(tmp_path / "none.txt")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'’- ,.!\n[]éß19", max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_latin_text_gives_syllables_of_one_vowel_or_a_clear_error(text: str) -> None:
    try:
        lyrics = parse_lyrics(text)
    except LyricsError as error:
        assert "\n" not in str(error)
        return
    for section in lyrics.sections:
        for line in section.lines:
            for syllable in line.syllables:
                # "hmm" and "zz" are sung on their consonants; whatever has a vowel's letter has exactly one vowel.
                wanted = {1} if set(syllable.text.lower()) & set("aeiouyéß19") else {0, 1}
                assert sum(is_vowel(symbol) for symbol in syllable.phonemes) in wanted, syllable
                assert set(syllable.phonemes) <= known_phones()
                assert syllable.text


@given(st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        parse_lyrics(text)
    except LyricsError as error:
        assert str(error)


def test_a_thousand_lines_take_under_five_seconds() -> None:
    nouns = ["river", "garden", "morning", "heaven", "apple", "winter", "lantern", "shadow", "harbour", "meadow"]
    lines = [f"{a} the {b}" for _ in range(10) for a in nouns for b in nouns]
    began = time.process_time()
    lyrics = parse_lyrics("\n".join(lines))
    assert len(lyrics.sections[0].lines) == 1000
    assert time.process_time() - began < 5.0
