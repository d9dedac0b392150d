"""Every phoneme that espeak can say, in every language that it has, is known to the singer.

espeak's own tables are read (`phontab`), and espeak itself is asked how it writes each phoneme in IPA, so a
new release of it that brings a new symbol fails here and not in somebody's song.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vocalkit.lyrics import SUPPORTED, phonemize_sheet
from vocalkit.lyrics.espeak import speak
from vocalkit.lyrics.phonemize import phonemize_lines
from vocalkit.lyrics.symbols import to_phones
from vocalkit.phones import is_vowel, known_phones, phone_class
from vocalkit.synth.articulation import articulation, nearest

TABLES = Path(__file__).parent / "espeak_tables.py"
ALPHABETIC = [language.code for language in SUPPORTED if language.reader in ("espeak", "latin")]
VOWEL = 2
GLIDES_IN_TABLE = {"w", "j"}
"""French has them among its vowels."""
WITHOUT_DATA = {"fo", "kaa"}
"""Languages that espeak lists but ships no dictionary for."""


@pytest.fixture(scope="module")
def tables() -> dict[str, list[tuple[str, int, str]]]:
    """Language → (espeak's name of a phoneme, its kind, its IPA). In a process of its own: espeak's state is global."""
    done = subprocess.run([sys.executable, str(TABLES)], capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


def test_every_phoneme_of_every_language_is_in_the_alphabet(tables: dict[str, list[tuple[str, int, str]]]) -> None:
    assert len(tables) > 110 and {language.code for language in SUPPORTED} <= set(tables)
    checked = 0
    for language in sorted(set(tables) - WITHOUT_DATA):
        for name, _, ipa in tables[language]:
            for phone in to_phones([ipa], language=language):
                assert phone_class(phone.symbol) is not None, (language, name, ipa)
                assert articulation(phone.symbol).symbol
                checked += 1
    assert checked > 5000


@pytest.mark.parametrize(
    "language", [language.code for language in SUPPORTED if language.reader in ("espeak", "latin")]
)
def test_every_vowel_of_a_supported_language_can_be_held(
    tables: dict[str, list[tuple[str, int, str]]], language: str
) -> None:
    for name, kind, ipa in tables[language]:
        symbols = [phone.symbol for phone in to_phones([ipa], language=language)]
        if kind == VOWEL and not GLIDES_IN_TABLE.issuperset(symbols) and "\u0329" not in ipa:
            assert any(is_vowel(symbol) for symbol in symbols), (language, name, ipa)


def test_every_symbol_has_a_near_one_in_a_voice_of_english() -> None:
    english = {phone.symbol for phone in _english_phones()}
    assert len(english) > 35
    for symbol in ("ɨ", "ø", "ɴ", "ʎ", "r̝", "ɕ", "y", "ɰ"):
        assert nearest(symbol, english) in english


def test_no_symbol_is_replaced_by_one_of_another_kind() -> None:
    """A voice that only speaks English sings every language's vowels on vowels, and its consonants on consonants."""
    english = {phone.symbol for phone in _english_phones()}
    for symbol in sorted(known_phones()):
        assert is_vowel(nearest(symbol, english)) == is_vowel(symbol), symbol


def _english_phones() -> list:
    text = "the quick brown fox jumps over a lazy dog with my pleasure boys now hear sure church judge sing thing bird"
    return [phone for line in phonemize_lines([text.split()], language="en-us") for word in line for phone in word]


@pytest.mark.slow
def test_every_word_of_the_lieder_can_be_said(shared_data: Path) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "recipes" / "lyrics"))
    try:
        from lieder_words import songs
    finally:
        sys.path.pop(0)
    codes = {"en": "en-us", "fr": "fr-fr"}
    seen = 0
    for song in songs(shared_data / "scores" / "lieder"):
        text = "\n".join(" ".join("".join(word) for word in line) for line in song.lines)
        sheet = phonemize_sheet(text, language=codes.get(song.language, song.language))
        seen += sheet.lyrics.syllable_count
    assert seen > 100_000


def test_espeak_says_nothing_unknown_for_single_letters() -> None:
    letters = "abcdefghijklmnopqrstuvwxyzäöüßéèêçñåæøœąćęłńóśźżčďěňřšťůž"
    for language in ALPHABETIC:
        for groups in speak(list(letters), language=language):
            for raw in groups:
                assert all(phone_class(phone.symbol) for phone in to_phones(raw, language=language))
