"""What a writer may mark: languages, phonemes, a dictionary, divided words; and words that are only guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import LyricsError
from vocalkit.lyrics import parse_lexicon, phonemize_sheet, read_lexicon
from vocalkit.lyrics.lexicon import parse_phonemes
from vocalkit.phones import known_phones, normalize


def words(text: str, language: str = "en-us", lexicon: str = "") -> list[str]:
    sheet = phonemize_sheet(text, language=language, lexicon=parse_lexicon(lexicon))
    return [
        "-".join(s.text for s in word.syllables) + "/" + ".".join("".join(s.phonemes) for s in word.syllables)
        for line in sheet.lines
        for word in line.words
    ]


def spoken_in(text: str) -> list[tuple[str, str]]:
    return [(word.text, word.language) for line in phonemize_sheet(text).lines for word in line.words]


def test_language_of_a_word_of_a_line_and_of_the_rest_of_one() -> None:
    assert spoken_in("my [de]Liebe and") == [("my", "en-us"), ("Liebe", "de"), ("and", "en-us")]
    assert spoken_in("[de] Ich liebe dich\nmy love")[:4] == [
        ("Ich", "de"), ("liebe", "de"), ("dich", "de"), ("my", "en-us"),
    ]  # fmt: skip
    assert spoken_in("oh [fr] je t'aime") == [("oh", "en-us"), ("je", "fr-fr"), ("t'aime", "fr-fr")]


def test_languages_of_other_scripts_may_be_marked_within_english() -> None:
    assert spoken_in("hello [ja]さくら") == [("hello", "en-us"), ("さくら", "ja")]


def test_a_songs_languages_are_those_of_its_words() -> None:
    mixed = phonemize_sheet("my [de]Liebe and\n[fr] je t'aime").lyrics
    assert mixed.languages == ("de", "en-us", "fr-fr")
    assert [s.language for s in mixed.sections[0].lines[0].syllables] == [None, "de", "de", None]
    assert phonemize_sheet("[de]Liebe").lyrics.languages == ("de",)


def test_phonemes_alone_and_after_a_word() -> None:
    assert words("{h ə ˈl oʊ} there") == ["hə-loʊ/hə.loʊ", "there/ðɛɹ"]
    assert words("hello{h ɛ . l ˈo}") == ["hel-lo/hɛ.lo"]
    assert words("[Verse]\nsing {m} now")[1] == "m/m"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a {h ə", "line 1: a { stands alone"),
        ("fine\na } b", "line 2: a } stands alone"),
        ("{}", "no phonemes"),
        ("{a {b}}", "stands alone"),
        ("{%%}", "no phoneme"),
        ("{chorus}", "spaces between"),
        ("[xx]word", "names no language"),
        ("la\n[de]\nla", "line 2: .*stands alone"),
        ("[de]Привет", "Cyrillic letters"),
        ("one\ntwo\n\u05e9\u05dc\u05d5\u05dd", "line 3: Hebrew"),
    ],
)
def test_wrong_marks_are_refused_with_their_line(text: str, told: str) -> None:
    with pytest.raises(LyricsError, match=told):
        phonemize_sheet(text)


def test_invisible_characters_change_nothing() -> None:
    assert words("a\u00admaz\u200bing \u202egrace\u202c") == words("amazing grace")


def test_a_project_dictionary_goes_before_all() -> None:
    lexicon = "# ours\nvocalkit\tˈv oʊ k ə l k ɪ t\tvo-cal-kit\n\ngrace\tɡ ɹ ɑ s\n"
    assert words("Vocalkit, grace!", lexicon=lexicon) == ["Vo-cal-kit/voʊ.kəl.kɪt", "grace/ɡɹɑs"]
    assert words("grace{ɡ ɹ i s}", lexicon=lexicon) == ["grace/ɡɹis"], "what stands in the text goes before it"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fine\tf aɪ n\nhello", "line 2: write a word"),
        ("a\tb\tc\td", "line 1: write a word"),
        ("hello\tqq9", "line 1: .*no phoneme"),
        ("hello\th ə l oʊ\thel-la", "do not spell"),
        ("hello\th ə l oʊ\thello", "1 syllables, its phonemes 2"),
        ("x" * 501 + "\ta", "at most"),
    ],
)
def test_wrong_dictionaries_are_refused_with_their_line(text: str, told: str) -> None:
    with pytest.raises(LyricsError, match=told):
        parse_lexicon(text)


def test_dictionary_files(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.tsv"
    path.write_text("love\tl ʌ v\n", encoding="utf-16")
    assert read_lexicon(path).get("LOVE") is not None
    path.write_bytes(b"love\t\xff\xfe\xfa")
    with pytest.raises(LyricsError, match=r"lexicon\.tsv: line 1"):
        read_lexicon(path)
    with pytest.raises(LyricsError, match="cannot read"):
        read_lexicon(tmp_path / "none.tsv")


@pytest.mark.parametrize(
    ("text", "divided"),
    [
        ("A-ma-zing", ["A-ma-zing"]), ("Ma-ri-a", ["Ma-ri-a"]), ("bye-bye", ["bye", "bye"]),
        ("hot-head", ["hot", "head"]), ("blue-eyed", ["blue", "eyed"]), ("twenty-one", ["twen-ty", "one"]),
    ],
)  # fmt: skip
def test_words_divided_by_hand_are_one_word_and_compounds_two(text: str, divided: list[str]) -> None:
    assert [word.split("/")[0] for word in words(text)] == divided


def test_words_that_are_guessed_are_listed_once_with_their_line() -> None:
    sheet = phonemize_sheet("la\nxkcd Schtz xkcd\nlove xkcd mmm TV")
    assert [(line, word.text, word.unknown) for line, word in sheet.unknown] == [
        (2, "xkcd", "spelled out letter by letter"),
        (2, "Schtz", "has no vowel"),
    ]
    known = phonemize_sheet("xkcd{ɛ k s}")
    assert known.unknown == ()
    assert [w.text for _, w in phonemize_sheet("sse Liebe bey thun", language="de").unknown] == ["sse"]


def test_numbers_signs_abbreviations_and_drawn_out_words() -> None:
    assert words("1984")[0].endswith("/naɪn.ti.neɪ.ɾi.fɔɹ")
    assert words("1960s")[0].endswith("/naɪn.tin.sɪk.stiz")
    assert words("U.S.A.") == ["U.-S.-A./ju.ɛ.seɪ"]
    assert words("rock & roll")[1] == "&/ænd"
    assert words("sooooo freeee nooo") == ["sooooo/soʊ", "freeee/fɹi", "nooo/noʊ"]
    assert words("10,000 hearts")[0].endswith("/tɛn.θaʊ.zənd")
    assert words("100%")[0].endswith("pɚ.sɛnt")
    assert words("shh mmm la 😀 ooh") == ["shh/ʃ", "mmm/m", "la/lɑ", "ooh/u"]


SYMBOLS = st.sampled_from(sorted(symbol for symbol in known_phones() if normalize(symbol) == symbol))


@given(st.lists(SYMBOLS, min_size=1, max_size=12))
def test_typed_phonemes_come_back_as_typed(symbols: list[str]) -> None:
    assert [phone.symbol for phone in parse_phonemes(" ".join(symbols)).phones] == symbols


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_dictionary_raises_anything_but_a_lyrics_error(text: str) -> None:
    try:
        parse_lexicon(text)
    except LyricsError as error:
        assert "\n" not in str(error)


@given(
    st.text(alphabet="ab é{}[]‿_-+'’\n\t0&%.😀שлさ한月\u202e\u00ad", max_size=50),
    st.sampled_from(["en-us", "fr-fr", "la", "ko"]),
)
@settings(max_examples=80, deadline=None)
def test_marks_in_any_order_give_words_or_a_clear_error(text: str, language: str) -> None:
    try:
        sheet = phonemize_sheet(text, language=language)
    except LyricsError as error:
        assert "\n" not in str(error)
        return
    for line in sheet.lines:
        for word in line.words:
            assert word.syllables and all(set(s.phonemes) <= known_phones() and s.text for s in word.syllables)
