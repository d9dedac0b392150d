"""The spoken challenge: its chance, its one spelling, its ten minutes, and the texts of every language."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.consent.canonical import canonical
from vocalkit.consent.challenge import ENTROPY_BYTES, Challenge, make_challenge
from vocalkit.consent.keys import public_jwk
from vocalkit.consent.wording import GRANTABLE, languages, read_wording
from vocalkit.errors import ConsentError, InputError
from vocalkit.resources import locate

KEY = public_jwk(Ed25519PrivateKey.generate())
NOW = datetime(2027, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
ENGLISH = read_wording(locate("consent"), "en-us")


def challenge(**changes: object) -> Challenge:
    asked = {
        "name": "Ada Lovelace",
        "key": KEY,
        "voice_id": "ada",
        "uses": ("demo", "commercial_music"),
        "language": "en-us",
        "wording": ENGLISH,
        "now": NOW,
        "entropy": bytes(range(ENTROPY_BYTES)),
    }
    return make_challenge(**(asked | changes))  # type: ignore[arg-type]


def test_every_word_is_one_byte_of_chance() -> None:
    assert challenge().words == ENGLISH.words[:6]
    last = challenge(entropy=b"\xff" * ENTROPY_BYTES)
    assert last.words == (ENGLISH.words[255],) * 6


def test_ids_are_random_uuids_of_their_own() -> None:
    one, other = challenge(), challenge(entropy=bytes(range(ENTROPY_BYTES))[::-1])
    assert len({one.challenge_id, one.grant_id, other.challenge_id, other.grant_id}) == 4


def test_the_statement_names_person_voice_and_uses() -> None:
    made = challenge()
    assert "Ada Lovelace" in made.statement and " ada," in made.statement
    assert "commercial music and demonstrations" in made.statement


def test_a_name_with_braces_stays_a_name() -> None:
    assert "{uses}" in challenge(name="{uses}").statement


def test_it_lasts_ten_minutes() -> None:
    made = challenge()
    made.check_time(NOW)
    made.check_time(NOW + timedelta(minutes=9, seconds=59))
    for moment in (NOW + timedelta(minutes=10), NOW - timedelta(seconds=1)):
        with pytest.raises(ConsentError) as refusal:
            made.check_time(moment)
        assert refusal.value.reason == "challenge_expired"


def test_one_without_end_is_no_challenge() -> None:
    with pytest.raises(InputError, match="10 minutes"):
        replace(challenge(), expires="2099-01-01T00:00:00Z")


@given(st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES), st.sampled_from(GRANTABLE))
def test_it_reads_back_as_it_was_written(entropy: bytes, use: str) -> None:
    made = challenge(entropy=entropy, uses=(use,))
    assert Challenge.from_bytes(made.to_bytes()) == made
    made.check_wording(ENGLISH)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"more": 1}, "unknown_field"),
        ({"words": None}, "bad_value"),
        ({"words": ["one"] * 7}, "bad_value"),
        ({"version": True}, "bad_value"),
        ({"version": 1.5}, "number_range"),
        ({"uses": []}, "bad_value"),
        ({"voice_id": "../ada"}, "bad_value"),
        ({"challenge_id": "1"}, "bad_value"),
    ],
)
def test_what_is_not_to_the_letter_is_refused(change: dict[str, object], reason: str) -> None:
    table = json.loads(challenge().to_bytes()) | change
    data = json.dumps(table, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(ConsentError) as refusal:
        Challenge.from_bytes(data)
    assert refusal.value.reason == reason


def test_other_spellings_and_too_many_bytes_are_refused() -> None:
    data = challenge().to_bytes()
    for bad, reason in (
        (data + b"\n", "not_canonical"),
        (data.replace(b'"ada"', b'"ada","voice_id":"eve"'), "duplicate_key"),
        (b" " * 20_000, "too_large"),
        (b"\xff", "malformed"),
    ):
        with pytest.raises(ConsentError) as refusal:
            Challenge.from_bytes(bad)
        assert refusal.value.reason == reason


def test_a_statement_or_words_of_ones_own_are_refused() -> None:
    for change in ({"statement": "Hello."}, {"words": ["hello"] * 6}, {"words_sha256": "0" * 64}):
        altered = Challenge.from_bytes(canonical(json.loads(challenge().to_bytes()) | change))
        with pytest.raises(ConsentError) as refusal:
            altered.check_wording(ENGLISH)
        assert refusal.value.reason == "bad_value"


def test_what_nobody_may_allow_and_too_little_chance_are_wrong_use() -> None:
    with pytest.raises(InputError, match="fraud"):
        challenge(uses=("fraud",))
    with pytest.raises(InputError, match="bytes of chance"):
        challenge(entropy=b"1234")
    with pytest.raises(InputError, match="the challenge is to be 'de'"):
        challenge(language="de")


def test_every_language_has_whole_texts() -> None:
    known = languages(locate("consent"))
    assert {"de", "en", "es", "fr", "it", "ja", "pt"} <= set(known)
    for language in known:
        wording = read_wording(locate("consent"), language)
        made = challenge(language=language, wording=wording, uses=GRANTABLE)
        assert all(wording.uses[use] in made.statement for use in GRANTABLE)
        assert len(set(wording.words)) == 256 and list(wording.words) == sorted(wording.words)


def test_an_unknown_language_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="known: de, en"):
        read_wording(locate("consent"), "tlh")
