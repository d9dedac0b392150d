"""Every language that is looked after: its words divided as its scores divide them, its elisions, and what is said.

The words are ours; the divisions are those of each language's own rules.
"""

from __future__ import annotations

import pytest

from vocalkit.lyrics import SUPPORTED, parse_lyrics, phonemize_underlay
from vocalkit.phones import is_vowel, known_phones

WORDS = {
    "en-us": "lit-tle wan-der heav'n ev'-ry o'er morn-ing 'tis fin-ger sing-er",
    "en-gb": "beau-ti-ful gar-den ev'-ry o'er",
    "es": "co-ra-zón lue-go gui-ta-rra ma-ña-na ciu-dad cons-tan-te es-tre-lla rui-do pa-ís a-le-grí-a ver-güen-za",
    "es-419": "cie-li-to ca-ba-llo pin-güi-no Ma-rí-a",
    "fr-fr": "a-mour l'a-mour prin-temps é-toi-le qu'il au-jour-d'hui jus-qu'à",
    "de": "Lie-be schö-ner Früh-ling geh'n heil'-ge Mö-we hab'",
    "it": "a-mo-re ve-stro tri-on-fo pa-tria l'al-ma del-l'al-ma u-n'al-tra ch'io o-gni fi-glio gio-ia a-iuo-la ac-qua",
    "pt": "co-ra-ção mi-nha sau-da-de pas-so d'á-gua ri-o céu es-tre-la car-ro",
    "pt-br": "co-ra-ção noi-te mu-lher d'á-gua his-tó-ria",
    "nl": "lief-de moe-der zo-mer z'n",
    "pl": "mi-łość ser-ce dziew-czy-na sło-wik pieśń",
    "cs": "lás-ka srd-ce do-mov pís-nič-ka vl-na",
    "sv": "kär-lek him-mel som-mar nå'n",
    "la": "glo-ri-a De-i ma-gni-fi-cat cae-lum ex-cel-sis ex-al-ta-vit di-xit no-stra sanc-tus",
    "ja": "さ-く-ら がっ-こ-う",
    "cmn": "yuè-liang",
    "cmn-latn-pinyin": "yue4-liang5",
    "ko": "나-의 고-향-은",
}
ELIDED = {
    "en-us": "a‿e", "en-gb": "the‿e", "es": "que‿en", "es-419": "mi‿al", "fr-fr": "la‿à", "de": "be‿ich", "it": "re‿e",
    "pt": "que‿eu", "pt-br": "te‿a", "nl": "de‿een", "pl": "i‿o", "cs": "a‿on", "sv": "du‿är", "la": "me‿in",
}  # fmt: skip
"""Two words on one note."""
SAID = {
    "en-us": ("little", "lɪɾəl"), "en-gb": ("garden", "ɡɑdən"), "es": ("luego", "lweɣo"),
    "es-419": ("corazón", "koɾason"), "fr-fr": ("étoile", "etwalə"), "de": ("schöner", "ʃønɐ"), "it": ("ch'io", "kjo"),
    "pt": ("minha", "miɲɐ"),
    "pt-br": ("noite", "noitʃɪ"), "nl": ("moeder", "mudər"), "pl": ("miłość", "miwɔɕtɕ"), "cs": ("láska", "laska"),
    "sv": ("sommar", "sɔmar"), "la": ("caelum", "tʃɛlum"), "ja": ("さくら", "sakɯɾa"), "cmn": ("yuè", "ɥɛ"),
    "ko": ("나의", "naɰi"),
}  # fmt: skip


def sung(text: str, language: str) -> list[tuple[str, tuple[str, ...]]]:
    """Syllables of a word inside a line: its spelling and phonemes."""
    after = {"ja": "は", "ko": "나", "cmn": "wǒ", "cmn-latn-pinyin": "wo3"}.get(language, "la")
    (section,) = parse_lyrics(f"{text} {after}", language=language).sections
    return [(s.text, s.phonemes) for s in section.lines[0].syllables][:-1]


def test_every_language_is_here() -> None:
    assert set(WORDS) == {language.code for language in SUPPORTED}
    assert set(SAID) | {"cmn-latn-pinyin"} == set(WORDS)


@pytest.mark.parametrize("language", WORDS)
def test_words_are_divided_as_scores_divide_them(language: str) -> None:
    for word in WORDS[language].split():
        found = sung(word.replace("-", ""), language)
        assert "-".join(text for text, _ in found) == word
        for _, phonemes in found:
            assert sum(map(is_vowel, phonemes)) == 1 and set(phonemes) <= known_phones()


@pytest.mark.parametrize("language", ELIDED)
def test_two_words_on_one_note_are_one_syllable(language: str) -> None:
    ((syllable,),) = phonemize_underlay([[ELIDED[language]]], language=language)
    assert syllable.text == ELIDED[language]
    assert sum(map(is_vowel, syllable.phonemes)) == 1


@pytest.mark.parametrize("language", SAID)
def test_what_is_said(language: str) -> None:
    word, said = SAID[language]
    assert "".join("".join(phonemes) for _, phonemes in sung(word, language)) == said
