from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.errors import InputError
from vocalkit.phones import is_vowel, known_phones
from vocalkit.synth.articulation import articulation, context_cost, distance, nearest

phones = st.sampled_from(sorted(known_phones()))
ENGLISH = (
    "ɑ",
    "æ",
    "ʌ",
    "ɔ",
    "aʊ",
    "aɪ",
    "ɛ",
    "ɝ",
    "eɪ",
    "ɪ",
    "i",
    "oʊ",
    "ʊ",
    "u",
    "s",
    "ʃ",
    "t",
    "d",
    "n",
    "l",
    "ɹ",
    "k",
)


@given(phones, phones)
def test_distance_is_a_symmetric_measure(one: str, other: str) -> None:
    assert distance(one, other) == pytest.approx(distance(other, one))
    assert distance(one, other) >= 0
    assert distance(one, one) == 0


@given(phones)
def test_every_phone_of_the_alphabet_has_a_substitute_of_its_kind(phone: str) -> None:
    assert is_vowel(nearest(phone, ENGLISH)) == is_vowel(phone)


@pytest.mark.parametrize(
    ("foreign", "english"), [("ɜ", "ɝ"), ("ə", "ʌ"), ("y", "ɪ"), ("ɕ", "ʃ"), ("ɾ", "d"), ("o", "ɔ")]
)
def test_substitutes_are_what_a_phonetician_would_take(foreign: str, english: str) -> None:
    close = {nearest(foreign, ENGLISH), *sorted(ENGLISH, key=lambda known: distance(foreign, known))[:3]}
    assert english in close


@given(phones, phones)
def test_context_cost_stays_between_nothing_and_one(wanted: str, found: str) -> None:
    assert 0 <= context_cost(wanted, found) <= 1
    assert context_cost(wanted, wanted) == 0
    assert context_cost(None, found) == 1


def test_a_like_place_colours_less_than_another() -> None:
    assert context_cost("t", "d") < context_cost("t", "k") < context_cost("t", None)


def test_unknown_symbols_are_named() -> None:
    with pytest.raises(InputError, match="unknown phoneme"):
        articulation("%")
