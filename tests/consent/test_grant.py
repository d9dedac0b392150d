"""A grant says what it says, to the letter, or it is not a grant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocalkit.consent import ConsentGrant
from vocalkit.consent.canonical import canonical
from vocalkit.consent.grant import NEVER_GRANTED, Grantee, Royalty
from vocalkit.consent.keys import public_jwk
from vocalkit.errors import ConsentError, InputError, VocalkitError

KEY = {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}  # RFC 8037, A.2
WORDS = st.text(st.characters(categories=("Lu", "Ll", "Nd")), min_size=1, max_size=30)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    credit=WORDS,
    languages=st.sets(st.sampled_from(["de", "en", "en-gb", "fr", "ja"]), min_size=1),
    max_seconds=st.none() | st.integers(1, 10**9),
    rate=st.decimals(0, 1000, places=4, allow_nan=False).map(lambda d: f"{d:f}"),
)
def test_payload_round_trip(world: Any, credit: str, languages: set[str], max_seconds: int | None, rate: str) -> None:
    try:
        grant = world.grant(
            credit_line=credit,
            languages=tuple(sorted(languages)),
            max_seconds=max_seconds,
            royalty=Royalty("per_render", rate, "EUR"),
        )
    except InputError:  # some letters are not in normal form C
        assert not credit.isascii()
        return
    assert ConsentGrant.from_payload(grant.to_payload()) == grant
    assert ConsentGrant.from_payload(grant.to_payload()).to_payload() == grant.to_payload()


def table(world: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(world.grant().to_payload())
    return loaded


def test_every_field_is_required(world: Any, refused: Any) -> None:
    for field in table(world):
        broken = table(world)
        del broken[field]
        with refused("missing_field"):
            ConsentGrant.from_payload(canonical(broken))


@pytest.mark.parametrize("where", [(), ("grantor",), ("grantor", "key"), ("grantee",), ("rights",), ("royalty",)])
def test_no_unknown_field_anywhere(world: Any, refused: Any, where: tuple[str, ...]) -> None:
    broken = table(world)
    inner = broken
    for key in where:
        inner = inner[key]
    inner["extra"] = True
    with refused("unknown_field"):
        ConsentGrant.from_payload(canonical(broken))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "other-grant"),
        ("version", 1),
        ("version", 3),
        ("version", True),
        ("version", "1"),
        ("kind", "borrowed"),
        ("grant_id", "1"),
        ("grant_id", "6BA7B810-9DAD-41D1-80B4-00C04FD430C8"),
        ("grant_id", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        ("voice_id", "../alto"),
        ("voice_id", ""),
        ("model_sha256", "AB" * 32),
        ("model_sha256", "ab" * 31),
        ("grantor", "Test Artist"),
        ("grantor", {"name": "", "key": KEY}),
        ("grantor", {"name": "a\u200bb", "key": KEY}),
        ("grantor", {"name": "X", "key": None}),
        ("grantor", {"name": "X", "key": "A" * 43}),
        ("grantor", {"name": "X", "key": KEY | {"crv": "Ed448"}}),
        ("grantor", {"name": "X", "key": KEY | {"kty": "oct"}}),
        ("grantor", {"name": "X", "key": KEY | {"x": KEY["x"][:-1]}}),
        ("grantor", {"name": "X", "key": KEY | {"x": "A" * 43}}),
        ("grantee", {"name": "anyone", "key": KEY}),
        ("grantee", {"name": "Studio", "key": None}),
        ("uses", []),
        ("uses", ["any"]),
        ("uses", ["demo", "demo"]),
        ("uses", ["noncommercial_music", "demo"]),
        ("uses", ["demo", "political"]),
        ("uses", "demo"),
        ("excluded_uses", ["deception"]),
        ("languages", []),
        ("languages", ["EN"]),
        ("languages", ["any", "en"]),
        ("territories", ["Germany"]),
        ("genres", ["Folk Rock"]),
        ("renderers", []),
        ("rights", {"train": 0, "mix": True, "pitch": True, "resell": False, "derive": False}),
        ("rights", {"train": False, "mix": True, "pitch": True, "resell": False, "derive": None}),
        ("rights", None),
        ("royalty", {"basis": "none", "rate": "0.1", "currency": None}),
        ("royalty", {"basis": "none", "rate": "0", "currency": "EUR"}),
        ("royalty", {"basis": "per_second", "rate": 1, "currency": "EUR"}),
        ("royalty", {"basis": "per_second", "rate": "1e3", "currency": "EUR"}),
        ("royalty", {"basis": "per_second", "rate": "01", "currency": "EUR"}),
        ("royalty", {"basis": "per_second", "rate": "1", "currency": None}),
        ("royalty", {"basis": "revenue_share", "rate": "1.01", "currency": None}),
        ("max_seconds", 0),
        ("max_seconds", -1),
        ("max_seconds", True),
        ("max_seconds", "60"),
        ("not_before", "2027-01-01"),
        ("not_before", "2027-02-30T00:00:00Z"),
        ("not_before", "2027-01-01T00:00:00+00:00"),
        ("expires", "2027-01-01T00:00:00Z"),
        ("expires", "9999-12-31T23:59:59Z"),
        ("expires", None),
        ("credit_line", ""),
        ("credit_line", " x"),
        ("credit_line", "x" * 301),
        ("credit_line", "a\nb"),
        ("credit_line", "e\u0301"),
        ("label_text", None),
        ("terms_sha256", ""),
        ("recording_commitment", None),
        ("recording_commitment", "yes"),
    ],
)
def test_impossible_values(world: Any, refused: Any, field: str, value: Any) -> None:
    with refused("bad_value"):
        ConsentGrant.from_payload(canonical(table(world) | {field: value}))


def test_ten_years_at_most(world: Any, refused: Any) -> None:
    assert world.grant(not_before="2028-02-29T00:00:00Z", expires="2038-03-01T00:00:00Z").ends_at().year == 2038
    with refused("term_too_long"):
        world.grant(not_before="2027-01-01T00:00:00Z", expires="2037-01-01T00:00:01Z")
    with refused("term_too_long"):
        ConsentGrant.from_payload(canonical(table(world) | {"expires": "2199-01-01T00:00:00Z"}))


def test_only_a_built_in_voice_may_lack_a_recording(world: Any) -> None:
    assert world.grant(kind="builtin", recording_commitment=None).recording_commitment is None
    with pytest.raises(InputError, match="recording_commitment"):
        world.grant(kind="builtin")


@pytest.mark.parametrize("purpose", NEVER_GRANTED)
def test_some_purposes_cannot_be_granted(world: Any, purpose: str) -> None:
    others = tuple(p for p in world.grant().excluded_uses if p != purpose)
    with pytest.raises(InputError, match="excluded_uses"):
        world.grant(uses=tuple(sorted(("demo", purpose))), excluded_uses=others)


def test_every_fault_is_named(world: Any) -> None:
    broken = table(world) | {"extra": 1, "version": 7, "max_seconds": "x"}
    del broken["credit_line"]
    with pytest.raises(ConsentError) as caught:
        ConsentGrant.from_payload(canonical(broken))
    assert all(name in str(caught.value) for name in ("extra", "version", "max_seconds", "credit_line"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_strange_values_never_crash(world: Any, data: st.DataObject) -> None:
    base = table(world)
    field = data.draw(st.sampled_from(sorted(base)))
    value = data.draw(
        st.none()
        | st.booleans()
        | st.integers(-10, 10)
        | st.text(st.characters(exclude_categories=("Cs",)))
        | st.lists(st.text(max_size=3), max_size=3)
        | st.dictionaries(st.text(max_size=3), st.none(), max_size=2)
    )
    try:
        payload = canonical(base | {field: value})
        assert ConsentGrant.from_payload(payload).to_payload() == payload
    except VocalkitError:
        pass


def test_a_grantee_with_a_key(world: Any) -> None:
    grant = world.grant(grantee=Grantee("Studio", public_jwk(world.host)))
    assert ConsentGrant.from_payload(grant.to_payload()).grantee.key == public_jwk(world.host)


def test_a_right_that_is_not_named_is_not_guessed(world: Any, refused: Any) -> None:
    broken = table(world)
    del broken["rights"]["derive"]
    with refused("missing_field"):
        ConsentGrant.from_payload(canonical(broken))
