"""Lyrics typed note by note, and words that scores divide in scripts of syllables."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import LyricsError
from vocalkit.lyrics import lay_typed, parse_lexicon, phonemize_underlay
from vocalkit.phones import is_vowel


def notes(text: str, language: str = "en-us") -> list[str]:
    return ["_" if s is None else s.text for s in lay_typed(text, language=language)]


@pytest.mark.parametrize(
    ("text", "laid"),
    [
        ("A-ma-zing grace _ how", ["A", "ma", "zing", "grace", "_", "how"]),
        ("grace__ how+ sweet", ["grace", "_", "_", "how", "_", "sweet"]),
        ("a -- ma -- zing", ["a", "ma", "zing"]),
        ("sal - va-tion", ["sal", "va", "tion"]),
        ("sal- va- tion", ["sal", "va", "tion"]),
        ("ma-ny‿a day", ["ma", "ny‿a", "day"]),
        ("ma-ny~a day", ["ma", "ny‿a", "day"]),
        ("glo - _ ri-a", ["glo", "_", "ri", "a"]),
        ("hey, you!", ["hey,", "you!"]),
    ],
)
def test_one_item_a_note(text: str, laid: list[str]) -> None:
    assert notes(text) == laid


def test_an_elision_is_one_syllable_of_two_words() -> None:
    many, a_day = (s for s in lay_typed("ma-ny‿a")[:2])
    assert many is not None and a_day is not None
    assert sum(is_vowel(p) for p in a_day.phonemes) == 1 and a_day.phonemes[0] == "n"


def test_divided_words_are_said_as_one() -> None:
    syllables = [s for s in lay_typed("sal -- va -- tion") if s is not None]
    assert ["".join(s.phonemes) for s in syllables] == ["sæl", "veɪ", "ʃən"]
    assert [s.position for s in syllables] == ["begin", "middle", "end"]


@pytest.mark.parametrize("text", ["", "_ la", "+", "...", "--"])
def test_nothing_to_sing_or_to_hold_is_refused(text: str) -> None:
    with pytest.raises(LyricsError):
        lay_typed(text)


@given(st.text(alphabet="abe '-_+‿~,.\n", max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_typing_gives_notes_or_a_clear_error(text: str) -> None:
    try:
        items = lay_typed(text)
    except LyricsError as error:
        assert "\n" not in str(error)
        return
    assert items[0] is not None


def test_underlay_in_scripts_of_syllables() -> None:
    said = phonemize_underlay([["りっ", "ぱ"], ["し", "ん", "ぶ", "ん"], ["ヒ", "ー"]], language="ja")
    assert [["".join(s.phonemes) for s in word] for word in said] == [
        ["ɾip", "pa"],
        ["ɕi", "m", "bɯ", "ɴ"],
        ["çi", "i"],
    ]
    (korean,) = phonemize_underlay([["나", "의"]], language="ko")
    assert [s.text for s in korean] == ["나", "의"]
    (pinyin,) = phonemize_underlay([["yuè", "liang"]], language="cmn")
    assert [s.phonemes[-1] for s in pinyin] == ["ɛ", "ŋ"]
    with pytest.raises(LyricsError, match="no sound"):
        phonemize_underlay([["ー"]], language="ja")


def test_underlay_uses_the_project_dictionary() -> None:
    lexicon = parse_lexicon("grace\tɡ ɹ ɑ s\nglory\tɡ l ɔ . ɹ i\n")
    found = phonemize_underlay([["grace,"], ["Glo", "ry"], ["glo", "", "ry"][:1]], language="en-us", lexicon=lexicon)
    assert found[0][0].phonemes == ("ɡ", "ɹ", "ɑ", "s")
    assert [s.phonemes for s in found[1]] == [("ɡ", "l", "ɔ"), ("ɹ", "i")]


def test_underlay_knows_what_singers_write() -> None:
    assert phonemize_underlay([["mmm"], ["la"]], language="en-us")[0][0].phonemes == ("m",)
