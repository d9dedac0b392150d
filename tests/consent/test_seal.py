"""A sealed model opens with its own key, under its own voice and grant, whole; or not at all."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.consent import seal as sealing
from vocalkit.consent.seal import MAGIC, OVERHEAD_BYTES, check_sealed, seal, unseal
from vocalkit.errors import ConsentError, InputError

GRANT = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
BOUND: Any = {"voice_id": "ada", "grant_id": GRANT}


@given(st.binary(min_size=1, max_size=2000))
def test_round_trip(model: bytes) -> None:
    sealed = seal(model, **BOUND)
    assert len(sealed.data) == len(model) + OVERHEAD_BYTES
    assert unseal(sealed.data, key=sealed.key, **BOUND) == model


def test_nothing_is_used_twice() -> None:
    sealed = [seal(b"model", **BOUND) for _ in range(20)]
    assert len({one.key for one in sealed}) == len({one.data[len(MAGIC) : len(MAGIC) + 12] for one in sealed}) == 20


def test_a_key_is_not_printed() -> None:
    sealed = seal(b"model", **BOUND)
    assert repr(sealed.key) not in repr(sealed) and sealed.key.hex() not in repr(sealed)


@given(st.data())
def test_flipped_cut_or_lengthened(data: st.DataObject) -> None:
    sealed = seal(b"the weights of a voice", **BOUND)
    at = data.draw(st.integers(0, len(sealed.data) - 1))
    bit = data.draw(st.integers(0, 7))
    for changed in (
        sealed.data[:at] + bytes([sealed.data[at] ^ 1 << bit]) + sealed.data[at + 1 :],
        sealed.data[:at],
        sealed.data + b"\0",
    ):
        with pytest.raises(ConsentError) as caught:
            unseal(changed, key=sealed.key, **BOUND)
        assert caught.value.reason == ("bad_seal" if changed.startswith(MAGIC) else "not_sealed")


@pytest.mark.parametrize("other", [{"voice_id": "bob"}, {"grant_id": str(uuid.uuid4())}])
def test_swapped_between_voices_or_grants(refused: Any, other: dict[str, str]) -> None:
    sealed = seal(b"model", **BOUND)
    with refused("bad_seal"):
        unseal(sealed.data, key=sealed.key, **(BOUND | other))


def test_foreign_keys(refused: Any) -> None:
    sealed = seal(b"model", **BOUND)
    for key in (seal(b"model", **BOUND).key, sealed.key[:-1], sealed.key[:16], b""):
        with refused("bad_seal"):
            unseal(sealed.data, key=key, **BOUND)


def test_what_is_not_sealed(refused: Any) -> None:
    for data in (b"", b"model", MAGIC[:-1] + b"\2" + b"a future version" * 9):
        with refused("not_sealed"):
            check_sealed(data, voice_id="ada")
        with refused("not_sealed"):
            unseal(data, key=b"k" * 32, **BOUND)


def test_sizes_are_bounded(refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError):
        seal(b"", **BOUND)
    sealed = seal(b"eight by", **BOUND)
    monkeypatch.setattr(sealing, "MAX_MODEL_BYTES", 7)
    with refused("too_large"):
        seal(b"eight by", **BOUND)
    with refused("too_large"):
        unseal(sealed.data, key=sealed.key, **BOUND)


def test_an_impossible_grant() -> None:
    with pytest.raises(InputError, match="UUID"):
        seal(b"model", voice_id="ada", grant_id="1")
