"""A claim has one spelling, and what anybody wrote is read without trust."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.provenance.made import PROVENANCE, claim_of
from vocalkit.errors import InputError
from vocalkit.provenance import Claim
from vocalkit.provenance.claim import CLAIM_KEYS
from vocalkit.types import Provenance

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=40)
CLAIMS = st.builds(
    Claim,
    st.builds(
        Provenance,
        voice_id=TEXT,
        grant_id=TEXT,
        model_sha256=TEXT,
        credit=TEXT,
        label=TEXT,
        mark=st.none() | st.integers(1, 2**32 - 1),
    ),
    content=st.sampled_from(["stem", "mix"]),
    render_id=TEXT,
    grant_sha256=TEXT,
    purposes=st.lists(st.sampled_from(["demo", "research", "commercial_music"]), min_size=1, max_size=9).map(tuple),
    may_train=st.booleans(),
    made=TEXT,
    host=TEXT,
)


@given(CLAIMS)
def test_texts_round_trip(claim: Claim) -> None:
    texts = claim.to_texts()
    assert Claim.from_texts(texts) == claim
    assert set(texts) <= set(CLAIM_KEYS) == set(claim_of(replace(PROVENANCE, kept_marks=(7,))).to_texts())


def test_marks_that_were_kept_are_named() -> None:
    claim = claim_of(replace(PROVENANCE, kept_marks=(7, 0xFFFFFFFF)))
    texts = claim.to_texts()
    assert texts["kept_marks"] == "00000007,ffffffff"
    assert Claim.from_texts(texts) == claim
    assert claim.provenance.marks == (PROVENANCE.mark, 7, 0xFFFFFFFF)
    for wrong in ("7", "00000000", "00000007,", "x"):
        assert Claim.from_texts(texts | {"kept_marks": wrong}) is None
    assert Claim.from_texts({key: text for key, text in texts.items() if key != "mark"}) is None
    with pytest.raises(InputError, match="one of its own"):
        replace(PROVENANCE, mark=None, kept_marks=(7,))


@pytest.mark.parametrize("key", sorted(claim_of().to_texts()))
def test_every_part_matters(key: str) -> None:
    texts: dict[str, object] = dict(claim_of().to_texts())
    assert Claim.from_texts({**texts, key: "other"}) != claim_of()
    assert Claim.from_texts({**texts, key: ""}) is None
    assert Claim.from_texts({**texts, key: ["a", "list"]}) in (None, claim_of(replace(PROVENANCE, mark=None)))
    del texts[key]
    assert (Claim.from_texts(texts) is None) == (key != "mark")


@pytest.mark.parametrize(
    "change",
    [
        {"mark": "00000000"},
        {"mark": "1A2B3C4D"},
        {"mark": "0x1a2b3c"},
        {"mark": "1a2b3c4d5"},
        {"content": "song"},
        {"train": "yes"},
        {"credit": "a\x1b[2Jb"},
        {"credit": "x" * 401},
        {"host": "a\nb"},
        {"extra": "word"},
    ],
)
def test_other_spellings_are_none(change: dict[str, str]) -> None:
    assert Claim.from_texts(claim_of().to_texts() | change) is None


@given(st.dictionaries(st.sampled_from(CLAIM_KEYS), st.none() | st.integers() | st.text(max_size=9)))
def test_anything_may_be_read(texts: dict[str, Any]) -> None:
    claim = Claim.from_texts(texts)
    assert claim is None or claim.to_texts() == texts


@pytest.mark.parametrize("wrong", [{"content": "song"}, {"host": ""}, {"made": "a\x00"}, {"purposes": ()}])
def test_a_claim_is_whole(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        claim_of(**wrong)


@pytest.mark.parametrize("mark", [0, -1, 2**32])
def test_a_mark_has_32_bits(mark: int) -> None:
    with pytest.raises(InputError, match="32 bits"):
        replace(PROVENANCE, mark=mark)
