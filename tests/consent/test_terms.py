"""What an artist reads before signing: terms in their language, and the grant itself in words."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.consent.grant import Royalty
from vocalkit.consent.in_words import RIGHTS, grant_in_words, royalty_from_words, royalty_in_words
from vocalkit.consent.policy import Right
from vocalkit.consent.terms import every_terms, terms_in, terms_with
from vocalkit.errors import InputError

AMOUNTS = st.decimals(0, 10_000, places=4, allow_nan=False, allow_infinity=False).map(lambda d: f"{d:f}")


def test_every_terms_is_found_by_what_it_says(refused: Any) -> None:
    assert {terms.language for terms in every_terms()} == {"de", "en", "es", "fr", "it", "ja", "pt"}
    for terms in every_terms():
        assert terms_in(terms.language) == terms_in(f"{terms.language}-xx") == terms
        assert terms_with(hashlib.sha256(terms.text.encode()).hexdigest()) == terms
        assert terms.text.startswith("vocalkit") and terms.text.endswith("\n") and "\r" not in terms.text
    with refused("terms_unknown"):
        terms_in("tlh")
    with refused("terms_unknown"):
        terms_with("00" * 32)


@given(rate=AMOUNTS, currency=st.sampled_from(["EUR", "JPY"]), basis=st.sampled_from(["per_second", "per_render"]))
def test_amounts_are_read_as_they_are_shown(rate: str, currency: str, basis: Any) -> None:
    royalty = Royalty(basis, rate, currency)
    assert royalty_from_words(royalty_in_words(royalty)) == royalty


@given(st.decimals(0, 100, places=3, allow_nan=False, allow_infinity=False))
def test_shares_are_read_as_they_are_shown(percent: Decimal) -> None:
    royalty = royalty_from_words(f"{percent:f} percent")
    assert Decimal(royalty.rate) * 100 == percent
    assert royalty_from_words(royalty_in_words(royalty)) == royalty


@pytest.mark.parametrize(
    ("text", "royalty"),
    [
        ("none", Royalty("none", "0", None)),
        ("0.05 EUR per second", Royalty("per_second", "0.05", "EUR")),
        ("  2 USD   per render ", Royalty("per_render", "2", "USD")),
        ("10%", Royalty("revenue_share", "0.1", None)),
        ("100 percent of revenue", Royalty("revenue_share", "1", None)),
    ],
)
def test_amounts_as_people_type_them(text: str, royalty: Royalty) -> None:
    assert royalty_from_words(text) == royalty


@pytest.mark.parametrize(
    "text", ["", "free", "5", "EUR 5 per second", "-1 EUR per second", "1,5 EUR per second", "1e3 EUR per render",
             "101 percent", "1000000 %", ". %", "0.05 eur per second", "1.2.3 EUR per second"]
)  # fmt: skip
def test_amounts_that_nobody_can_mean(text: str) -> None:
    with pytest.raises(InputError):
        royalty_from_words(text)


def test_a_grant_in_words_leaves_nothing_out(world: Any) -> None:
    grant = world.grant(max_seconds=600)
    words = dict(grant_in_words(grant))
    told = " ".join(words.values())
    for value in (
        grant.voice_id, grant.grantor.name, grant.grantor.key.thumbprint, grant.grant_id, grant.model_sha256,
        grant.terms_sha256, grant.recording_commitment, grant.not_before, grant.expires, grant.credit_line,
        grant.label_text, "600 seconds", "0.05 EUR per second", *grant.languages, *grant.territories, *grant.genres,
        *grant.renderers, *(use.replace("_", " ") for use in (*grant.uses, *grant.excluded_uses)), *RIGHTS.values(),
    ):  # fmt: skip
        assert value in told
    assert words["they may"] == "mix it with other sound, change its pitch and timing"
    assert dict(grant_in_words(world.grant(languages=("any",), max_seconds=None)))["languages"] == "all"


def test_every_right_has_words() -> None:
    from typing import get_args

    assert set(RIGHTS) == set(get_args(Right))
