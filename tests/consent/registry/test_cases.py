"""An artist's case from the first word to the last, and what each step refuses."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from vocalkit.consent.registry import Person, Registry
from vocalkit.errors import InputError


def test_a_whole_enrolment(house: Any, registry: Registry) -> None:
    grant = house.active(registry)
    assert registry.state(grant.grant_id) == "active"
    assert registry.person(grant.grant_id) == Person("Ada Ferreira-Lindqvist", "ada@example.org")
    assert registry.envelope(grant.grant_id).startswith(b"signed by")
    assert registry.key(grant.grant_id).startswith(b"a wrapped key")
    registry.check(grant, house.now)
    (case,) = registry.cases()
    assert (case.voice_id, case.kind, case.expires) == ("ada", "enrolled", "2028-01-01T00:00:00Z")
    states = [entry.facts()["to"] for entry in registry.entries() if entry.kind == "state"]
    assert states == ["draft", "challenged", "recorded", "verified", "active"]
    assert registry.verify_ledger().entries == len(house.kinds(registry))


def test_a_registry_that_is_opened_again_knows_everything(house: Any, registry: Registry) -> None:
    grant = house.active(registry)
    house.registry().check(grant, house.now)


def test_nobody_sings_before_both_have_signed(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.grant()
    with refused("unknown_grant"):
        registry.check(grant, house.now)
    registry.open_case(grant.grant_id, "ada", Person("Ada"), house.now)
    with refused("not_active"):
        registry.check(grant, house.now)
    with refused("wrong_state"):
        registry.activate(grant.grant_id, b"envelope", grant, house.now)
    with refused("wrong_state"):
        registry.advance(grant.grant_id, "verified", "step_done", house.now)
    verified = house.verified(registry)
    for other in (house.grant(), house.grant(grant_id=verified.grant_id, voice_id="bob")):
        with refused("wrong_voice"):
            registry.activate(verified.grant_id, b"envelope", other, house.now)
    with refused("not_active"):
        registry.check(verified, house.now)
    with refused("not_active"):
        registry.reserve_mark(verified.grant_id, "ada", house.now)


def test_enrolment_cannot_be_skipped(house: Any, registry: Registry) -> None:
    grant = house.verified(registry)
    states: list[Any] = ["active", "revoked", "shredded", "suspended", "draft", "expired"]
    for state in states:
        with pytest.raises(InputError, match="a method of its own"):
            registry.advance(grant.grant_id, state, "step_done", house.now)


def test_one_case_per_grant(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.active(registry)
    with refused("wrong_state"):
        registry.open_case(grant.grant_id, "ada", Person("Eve"), house.now)
    with refused("unknown_grant"):
        registry.advance(str(uuid.uuid4()), "challenged", "step_done", house.now)
    with pytest.raises(InputError, match="UUID"):
        registry.open_case("ada", "ada", Person("Ada"), house.now)
    with pytest.raises(InputError, match="name"):
        Person(" ")


def test_a_challenge_is_taken_once_and_in_time(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.grant()
    house.challenged(registry, grant, "one")
    assert b"river candle seven" in registry.take_challenge("one", house.now)
    with refused("challenge_used"):
        registry.take_challenge("one", house.now)
    with refused("challenge_used"):
        house.challenge(registry, grant, "one")
    with refused("challenge_unknown"):
        registry.take_challenge("two", house.now)
    house.challenge(registry, grant, "three")
    with refused("challenge_expired"):
        registry.take_challenge("three", house.forward(minutes=10))
    house.challenge(registry, grant, "four")
    with refused("challenge_unknown"):
        registry.take_challenge("three", house.now)
    assert registry.take_challenge("four", house.now)
    with pytest.raises(InputError, match="later than now"):
        registry.add_challenge(grant.grant_id, "five", b"words", house.now - timedelta(seconds=1), house.now)


@pytest.mark.parametrize(
    "facts", [{}, {"Speaker": "accepted"}, {"speaker": "Ada Ferreira"}, {"speaker": "ada"}, {"words": "one" * 30}]
)
def test_facts_are_digests_numbers_and_known_words(house: Any, registry: Registry, facts: dict[str, str]) -> None:
    grant = house.verified(registry)
    before = house.kinds(registry)
    with pytest.raises(InputError):
        registry.record(grant.grant_id, facts, house.now)
    assert house.kinds(registry) == before


def test_digests_are_written_as_commitments(house: Any, registry: Registry) -> None:
    grant = house.verified(registry)
    assert not any(grant.model_sha256 in entry.body for entry in registry.entries())


def test_a_suspension_rests_and_ends(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.active(registry)
    for rest, reason in ((registry.suspend, "suspended"), (registry.dispute, "disputed")):
        rest(grant.grant_id, "asked_by_artist", house.now)
        for ask in (
            lambda: registry.check(grant, house.now),
            lambda: registry.charge(grant, 1.0, house.now),
            lambda: registry.key(grant.grant_id),
            lambda: registry.reserve_mark(grant.grant_id, "ada", house.now),
        ):
            with refused(reason):
                ask()
        registry.resume(grant.grant_id, "settled", house.now)
        registry.check(grant, house.now)
    with refused("wrong_state"):
        registry.resume(grant.grant_id, "settled", house.now)


def test_a_verified_case_is_not_resumed_into_singing(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.verified(registry)
    with refused("wrong_state"):
        registry.resume(grant.grant_id, "settled", house.now)


def test_revocation_is_for_good_and_destroys_the_key(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.active(registry)
    registry.revoke(grant.grant_id, "asked_by_artist", house.now)
    with refused("revoked"):
        registry.check(grant, house.now)
    with refused("revoked"):
        registry.key(grant.grant_id)
    with refused("revoked"):
        registry.put_key(grant.grant_id, b"another", house.now)
    for again in (registry.revoke, registry.suspend, registry.resume):
        with refused("wrong_state"):
            again(grant.grant_id, "asked_by_artist", house.now)
    assert {"done": "destroyed"} in [entry.facts() for entry in registry.entries() if entry.kind == "key"]


def test_a_destroyed_key_is_missed(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.active(registry)
    registry.destroy_key(grant.grant_id, house.now)
    with refused("key_destroyed"):
        registry.key(grant.grant_id)
    registry.destroy_key(grant.grant_id, house.now)
    assert [e.facts()["done"] for e in registry.entries() if e.kind == "key"] == ["stored", "destroyed"]


def test_the_end_of_a_grant_is_written_down_when_it_is_noticed(house: Any, registry: Registry, refused: Any) -> None:
    checked, charged, exported, told = (house.active(registry, voice_id=f"ada-{n}") for n in range(4))
    export = house.export(registry, exported)
    house.forward(days=400)
    with refused("expired"):
        registry.check(checked, house.now)
    with refused("expired"):
        registry.charge(charged, 1.0, house.now)
    with refused("expired"):
        registry.commit_export(export, house.now)
    registry.refused(told.grant_id, "ada-3", "expired", house.now)
    assert [registry.state(g.grant_id) for g in (checked, charged, exported, told)] == ["expired"] * 4
    before = len(house.kinds(registry))
    with refused("expired"):
        registry.check(checked, house.now)
    assert len(house.kinds(registry)) == before
    assert registry.verify_ledger().entries == before


def test_a_longer_grant_object_does_not_outlive_the_signed_one(house: Any, registry: Registry, refused: Any) -> None:
    signed = house.active(registry)
    stretched = house.grant(grant_id=signed.grant_id, expires="2036-01-01T00:00:00Z")
    with refused("expired"):
        registry.check(stretched, house.forward(days=400))


def test_builtin_voices_need_no_case(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.builtin()
    registry.check(grant, house.now)
    assert registry.state(grant.grant_id) is None
    mark = registry.reserve_mark(grant.grant_id, "clara", house.now)
    assert registry.state(grant.grant_id) == "active"
    with refused("wrong_voice"):
        registry.reserve_mark(grant.grant_id, "bruno", house.now)
    registry.suspend(grant.grant_id, "asked_by_host", house.now)
    with refused("suspended"):
        registry.check(grant, house.now)
    registry.resume(grant.grant_id, "asked_by_host", house.now)
    registry.check(grant, house.now)
    registry.revoke(grant.grant_id, "asked_by_host", house.now)
    with refused("revoked"):
        registry.check(grant, house.now)
    with refused("wrong_state"):
        registry.erase(grant.grant_id, house.now)
    found = registry.find_mark(mark)
    assert found is not None and (found.voice_id, found.state) == ("clara", "revoked")
    assert registry.verify_ledger().entries == len(house.kinds(registry))


def test_a_builtin_grant_is_revoked_before_anybody_sang(house: Any, registry: Registry, refused: Any) -> None:
    grant, other = house.builtin(), house.builtin()
    registry.revoke(grant.grant_id, "asked_by_host", house.now)
    with refused("revoked"):
        registry.check(grant, house.now)
    registry.suspend(other.grant_id, "asked_by_host", house.now)
    registry.resume(other.grant_id, "settled", house.now)
    assert registry.reserve_mark(other.grant_id, "clara", house.now)


def test_an_enrolled_grant_does_not_pass_as_builtin(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.active(registry)
    with refused("wrong_voice"):
        registry.check(house.builtin(grant_id=grant.grant_id), house.now)


def test_refusals_are_entries(house: Any, registry: Registry) -> None:
    grant = house.active(registry)
    registry.refused(grant.grant_id, "ada", "wrong_model", house.now)
    registry.refused(None, "ada", "bad_signature", house.now)
    registry.refused(None, "nobody", "bad_signature", house.now)
    refusals = [(entry.grant_id, entry.facts()["reason"]) for entry in registry.entries() if entry.kind == "refused"]
    assert refusals == [
        (grant.grant_id, "wrong_model"),
        (grant.grant_id, "bad_signature"),
        (None, "bad_signature"),
    ]
    with pytest.raises(InputError, match="unknown reason"):
        registry.refused(None, None, "did not like it", house.now)


def test_a_clock_set_back_decides_nothing(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.active(registry, max_seconds=10)
    other = house.active(registry)
    export = house.export(registry, grant)
    house.forward(hours=1)
    registry.refused(None, None, "wrong_voice", house.now)
    house.forward(minutes=-30)
    for ask in (
        lambda: registry.check(grant, house.now),
        lambda: registry.charge(grant, 1.0, house.now),
        lambda: registry.reserve_mark(grant.grant_id, "ada", house.now),
        lambda: registry.commit_export(export, house.now),
        lambda: registry.open_case(str(uuid.uuid4()), "bob", Person("Bob"), house.now),
    ):
        with refused("clock_went_back"):
            ask()
    # Taking back works at any hour, and its entries are not older than those before.
    registry.revoke(grant.grant_id, "asked_by_artist", house.now)
    registry.suspend(other.grant_id, "dispute", house.now)
    times = [entry.time for entry in registry.entries()]
    assert times == sorted(times)
    registry.verify_ledger()


def test_clocks_of_two_hosts_may_differ_a_little(house: Any, registry: Registry) -> None:
    grant = house.active(registry)
    registry.check(grant, house.forward(seconds=-100))
