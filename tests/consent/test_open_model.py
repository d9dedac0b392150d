"""The gate opens the model of a voice that may sing now, whole and its own; no key is read otherwise."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from vocalkit.consent import LicensedVoice, TrustRoot, TrustRoots
from vocalkit.consent.grant import Grantor
from vocalkit.consent.keys import public_jwk
from vocalkit.consent.seal import Sealed, seal
from vocalkit.consent.signed import sign_grant

MODEL = b"the weights of a voice" * 100


def enrolled(world: Any, profile: Any) -> tuple[LicensedVoice, Sealed]:
    """A licence for a voice whose sealed model's key lies in the vault."""
    sha256 = hashlib.sha256(MODEL).hexdigest()
    voice = world.license(world.signed(model_sha256=sha256), profile=replace(profile, model_sha256=sha256))
    sealed = seal(MODEL, voice_id=profile.id, grant_id=voice.grant.grant_id)
    world.vault.keys[voice.grant.grant_id] = sealed.key
    return voice, sealed


def test_the_gate_opens_a_sealed_model(world: Any, profile: Any) -> None:
    voice, sealed = enrolled(world, profile)
    assert MODEL[:16] not in sealed.data
    assert voice.open_model(sealed.data) == MODEL
    assert world.vault.read == [voice.grant.grant_id]


def test_no_key_is_read_for_a_voice_that_may_not_sing(world: Any, refused: Any, profile: Any) -> None:
    voice, sealed = enrolled(world, profile)
    world.standing.revoked.add(voice.grant.grant_id)
    with refused("revoked"):
        voice.open_model(sealed.data)
    world.standing.revoked.clear()
    world.clock.forward(days=400)
    with refused("expired"):
        voice.open_model(sealed.data)
    world.clock.forward(days=-500)
    with refused("clock_went_back"):
        voice.open_model(sealed.data)
    assert world.vault.read == []


def test_swapped_model_files(world: Any, refused: Any, profile: Any) -> None:
    voice, sealed = enrolled(world, profile)
    other, foreign = enrolled(world, profile)
    assert other.open_model(foreign.data) == MODEL
    with refused("bad_seal"):
        voice.open_model(foreign.data)
    with refused("not_sealed"):
        voice.open_model(MODEL)
    with refused("bad_seal"):
        voice.open_model(sealed.data[:-1])
    # Truly sealed under this voice, grant and key, but other weights than the grant covers.
    swapped = seal(MODEL + b".", voice_id=profile.id, grant_id=voice.grant.grant_id)
    world.vault.keys[voice.grant.grant_id] = swapped.key
    with refused("wrong_model"):
        voice.open_model(swapped.data)
    del world.vault.keys[voice.grant.grant_id]
    with refused("no_key"):
        voice.open_model(sealed.data)


def test_a_built_in_model_lies_in_the_clear(world: Any, refused: Any, profile: Any) -> None:
    sha256 = hashlib.sha256(MODEL).hexdigest()
    grant = world.grant(
        kind="builtin",
        recording_commitment=None,
        model_sha256=sha256,
        grantor=Grantor("project", public_jwk(world.host)),
    )
    trust = TrustRoots([TrustRoot.of(world.host, name="project", kinds=("builtin",))])
    signed = sign_grant(grant, world.host)
    voice = world.license(signed, profile=replace(profile, model_sha256=sha256), trust=trust)
    assert voice.open_model(MODEL) == MODEL
    with refused("wrong_model"):
        voice.open_model(MODEL[:-1])
    sealed = seal(MODEL, voice_id=profile.id, grant_id=grant.grant_id)
    with refused("wrong_model"):
        voice.open_model(sealed.data)
    assert world.vault.read == []
