from __future__ import annotations

import unicodedata

import pytest

from vocalkit.phones import is_voiced, is_vowel, known_phones, normalize, phone_class


@pytest.mark.parametrize(
    ("written", "phone"), [("ˈɑː", "ɑ"), ("t͡ʃ", "tʃ"), ("oʊ", "oʊ"), ("g", "ɡ"), ("ɫ", "l"), ("ç", "ç"), ("ˌiː", "i")]
)
def test_variants_become_the_alphabet(written: str, phone: str) -> None:
    assert normalize(written) == unicodedata.normalize("NFD", phone)
    assert phone_class(normalize(written)) is not None


def test_every_phone_is_what_normalize_makes_of_it() -> None:
    for phone in known_phones():
        assert phone_class(normalize(phone)) == phone_class(phone)


def test_classes() -> None:
    assert is_vowel("ɑ") and is_vowel("aɪ") and not is_vowel("l")
    assert phone_class("tʃ") == "affricate"
    assert phone_class("%") is None
    assert is_voiced("z") and is_voiced("m") and is_voiced("u")


@pytest.mark.parametrize("phone", ["p", "tʃ", "ç", unicodedata.normalize("NFC", "ç"), "h"])
def test_unvoiced_in_any_normal_form(phone: str) -> None:
    assert not is_voiced(phone)


def test_what_is_unknown_is_not_voiced() -> None:
    assert not is_voiced("%")
