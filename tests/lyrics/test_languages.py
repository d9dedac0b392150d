"""Every language that is looked after: what is said, how it is divided, and what each script needs."""

from __future__ import annotations

import sys

import pytest

from vocalkit.errors import BackendUnavailable, LyricsError
from vocalkit.lyrics import SUPPORTED, parse_lyrics, phonemize_sheet
from vocalkit.lyrics.kana import is_kana, morae
from vocalkit.lyrics.korean import read_korean
from vocalkit.lyrics.latin import read_latin
from vocalkit.lyrics.mandarin import divide_pinyin, syllable_phones
from vocalkit.lyrics.sino import sino_numerals
from vocalkit.phones import is_vowel, known_phones

LINES = {
    "en-us": ("Amazing grace, how sweet the sound", 8),
    "en-gb": ("Amazing grace, how sweet the sound", 8),
    "es": ("Cielito lindo, canta y no llores", 11),
    "es-419": ("De la Sierra Morena", 7),
    "fr-fr": ("Au clair de la lune, mon ami Pierrot", 11),
    "de": ("Am Brunnen vor dem Tore", 7),
    "it": ("Nel cor più non mi sento", 7),
    "pt": ("Meu coração bate forte", 8),
    "pt-br": ("Minha terra tem palmeiras", 8),
    "nl": ("Slaap kindje slaap", 4),
    "pl": ("Wlazł kotek na płotek", 6),
    "cs": ("Kde domov můj", 4),
    "sv": ("Vem kan segla förutan vind", 8),
    "la": ("Ave verum corpus natum", 8),
    "ja": ("さくら さくら", 6),
    "cmn": ("yuè liang dài biǎo wǒ de xīn", 7),
    "cmn-latn-pinyin": ("yue4 liang5 dai4 biao3 wo3 de5 xin1", 7),
    "ko": ("나의 살던 고향은", 7),
}


def sounds(text: str, language: str) -> list[str]:
    (section,) = parse_lyrics(text, language=language).sections
    return ["".join(s.phonemes) for line in section.lines for s in line.syllables]


@pytest.mark.parametrize("language", [language.code for language in SUPPORTED])
def test_a_line_of_every_language_has_its_syllables(language: str) -> None:
    text, count = LINES[language]
    (section,) = parse_lyrics(text, language=language).sections
    (line,) = section.lines
    assert len(line.syllables) == count
    for syllable in line.syllables:
        assert sum(is_vowel(symbol) for symbol in syllable.phonemes) == 1
        assert set(syllable.phonemes) <= known_phones()


@pytest.mark.parametrize(
    ("kana", "said"),
    [
        ("きって", "kit te"), ("しんぶん", "ɕi m bɯ ɴ"), ("がっこう", "ɡak ko o"), ("コーヒー", "ko çi"),
        ("きょうと", "kjo o to"), ("おもう", "o mo ɯ"), ("ファイト", "ɸa i to"), ("ウィスキー", "wi sɯ ki"),
        ("あっ", "aʔ"), ("ﾊﾝｶｸ", "ha ŋ ka kɯ"), ("ねぇ", "ne"), ("いすゞ", "i sɯ zɯ"), ("ヴァイオリン", "va i o ɾi ɴ"),
    ],
)  # fmt: skip
def test_kana(kana: str, said: str) -> None:
    assert " ".join("".join(p.symbol for p in phones) for _, phones in morae(kana)) == said


def test_every_kana_is_read_and_spelled_whole() -> None:
    for code in [*range(0x3041, 0x3097), *range(0x30A1, 0x30F7)]:
        letter = chr(code)
        assert is_kana(letter)
        if letter not in "っッ":
            assert "".join(text for text, _ in morae(letter)) == letter


def test_the_topic_is_said_wa_where_it_is_a_word() -> None:
    assert sounds("そら は あお", "ja")[2] == "wa"


def test_kanji_need_a_dictionary_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from vocalkit.lyrics import japanese

    japanese._tokenizer.cache_clear()
    monkeypatch.setitem(sys.modules, "sudachipy", None)
    with pytest.raises(BackendUnavailable, match=r"vocalkit\[japanese\]"):
        parse_lyrics("桜", language="ja")
    japanese._tokenizer.cache_clear()
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    with pytest.raises(BackendUnavailable, match=r"vocalkit\[mandarin\]"):
        parse_lyrics("月亮", language="cmn")
    assert parse_lyrics("yuè liang", language="cmn").syllable_count == 2


def test_kanji_are_read_in_context() -> None:
    pytest.importorskip("sudachipy", reason="needs the extra japanese")
    (section,) = parse_lyrics("君の名は 3月 300円", language="ja").sections
    assert "".join(s.text for s in section.lines[0].syllables) == "きみのなわさんがつさんびゃくえん"


def test_characters_are_read_by_the_word() -> None:
    pytest.importorskip("pypinyin", reason="needs the extra mandarin")
    assert sounds("银行", "cmn")[1] == "xɑŋ" and sounds("行走", "cmn")[0] == "ɕiŋ"
    assert len(sounds("2026年", "cmn")) == 7


@pytest.mark.parametrize(
    ("pinyin", "parts"),
    [
        ("yuèliang", ["yuè", "liang"]), ("Xi'an", ["Xi", "'an"]), ("xian", ["xian"]), ("nǚ'ér", ["nǚ", "'ér"]),
        ("zhong1guo2", ["zhong1", "guo2"]), ("fangan", ["fan", "gan"]), ("hello", None), ("", None), ("xyz", None),
    ],
)  # fmt: skip
def test_pinyin_is_divided(pinyin: str, parts: list[str] | None) -> None:
    assert divide_pinyin(pinyin) == parts


def test_every_pinyin_syllable_has_one_vowel() -> None:
    initials = [
        "",
        *["b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "zh", "ch", "sh", "r", "z", "c", "s"],
    ]
    finals = (
        "a o e ai ei ao ou an en ang eng er ong i ia ie iao iu ian in iang ing iong u ua uo uai ui uan un uang ü üe"
    )
    legal = 0
    for syllable in (initial + final for initial in initials for final in finals.split(" ")):
        if divide_pinyin(syllable) == [syllable]:
            legal += 1
            symbols = [phone.symbol for phone in syllable_phones(syllable)]
            assert sum(is_vowel(symbol) for symbol in symbols) == 1 and set(symbols) <= known_phones(), syllable
    assert legal > 350
    with pytest.raises(LyricsError, match="no pinyin"):
        syllable_phones("blorp")


@pytest.mark.parametrize(
    ("hangul", "said"),
    [
        ("국물", "kuŋ mul"), ("같이", "ka tɕi"), ("좋아", "tɕo a"), ("독립", "toŋ nip"), ("신라", "ɕil la"),
        ("없다", "ʌp ta"), ("값이", "kap ɕi"), ("굳히다", "ku tɕi da"), ("앉아", "an dʑa"), ("한국어", "han ɡu ɡʌ"),
        ("많아", "ma na"), ("의사", "ɰi sa"), ("3월", "sa mwʌl"), ("10000", "man"),
    ],
)  # fmt: skip
def test_hangul_sounds_change_as_the_standard_says(hangul: str, said: str) -> None:
    found = " ".join("".join(p.symbol for p in phones) for _, phones in read_korean(hangul))
    assert found == said


def test_every_hangul_block_has_one_vowel() -> None:
    for code in range(0xAC00, 0xD7A4, 7):
        ((_, phones),) = read_korean(chr(code))
        assert sum(phone.vowel for phone in phones) == 1
        assert {phone.symbol for phone in phones} <= known_phones()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("cælum", "tʃˈɛlum"), ("excelsis", "ɛkʃˈɛlsis"), ("agnus", "ˈaɲus"), ("gratia", "ɡrˈatsia"), ("mihi", "mˈiki"),
        ("María", "marˈia"), ("Dominus", "dˈɔminus"), ("sanguis", "sˈanɡwis"), ("eius", "ˈɛjus"), ("Deus", "dˈɛus"),
        ("laudamus", "laudˈamus"), ("hostia", "ˈɔstia"), ("qui", "kwˈi"), ("peccata", "pɛkˈata"),
    ],
)  # fmt: skip
def test_latin_is_said_as_in_church(word: str, said: str) -> None:
    assert "".join(("ˈ" if p.stress else "") + p.symbol for p in read_latin(word)) == said


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "零"),
        (10, "十"),
        (11, "十一"),
        (2026, "二千二十六"),
        (10_000, "一万"),
        (123_456_789, "一億二千三百四十五万六千七百八十九"),
    ],
)
def test_numerals(number: int, text: str) -> None:
    assert sino_numerals(number) == text


def test_words_without_a_vowel_lean_on_the_next() -> None:
    (section,) = parse_lyrics("w lesie z tobą", language="pl").sections
    assert [s.text for s in section.lines[0].syllables] == ["w le", "sie", "z to", "bą"]


def test_latin_letters_among_other_scripts_are_english() -> None:
    (line,) = phonemize_sheet("さくら love", language="ja").lines
    assert [word.language for word in line.words] == ["ja", "en-us"]


def test_french_sounds_the_e_inside_words_and_keeps_it_before_an_aspirated_h() -> None:
    assert len(sounds("doucement là", "fr-fr")) == 4
    assert len(sounds("maintenant là", "fr-fr")) == 4
    assert len(sounds("une hache là", "fr-fr")) == 5


def test_italian_rising_diphthongs_are_one_syllable() -> None:
    assert sounds("vuol spiace mio", "it") == ["vwɔl", "spja", "tʃe", "mi", "o"]
    assert sounds("aura paura", "it") == ["au", "ra", "pa", "u", "ra"]
    assert sounds("mio babbino vorrei", "it") == ["mjo", "ba", "bi", "no", "vor", "ɾɛi"]
