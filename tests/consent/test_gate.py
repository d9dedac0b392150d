"""The gate refuses everything but the right voice, for the right use, now; and nothing gets around it."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vocalkit.consent import LicensedVoice, SignedGrant, TrustRoot, TrustRoots, require_licence
from vocalkit.consent.gate import license_voice
from vocalkit.consent.grant import Grantee, Rights
from vocalkit.consent.keys import public_jwk, thumbprint
from vocalkit.consent.reasons import refuse
from vocalkit.errors import InputError
from vocalkit.types import Provenance


def test_from_root_to_revocation(world: Any, refused: Any, profile: Any, use: Any) -> None:
    signed = world.signed()
    voice = license_voice(
        profile,
        signed,
        request=use,
        standing=world.standing,
        trust=world.trust,
        clock=world.clock,
        vault=world.vault,
    )
    assert voice.profile == profile
    assert voice.request == use
    assert voice.mark == world.standing.marks[-1]
    assert voice.provenance == Provenance(
        profile.id, voice.grant.grant_id, profile.model_sha256, "Voice: Test Artist", "AI-generated singing voice"
    )
    voice.check()
    voice.check(seconds=3.0)
    assert require_licence(voice) is voice
    world.standing.revoked.add(voice.grant.grant_id)
    with refused("revoked"):
        voice.check()
    with refused("revoked"):
        require_licence(voice)
    with refused("revoked"):
        world.license(signed)
    assert world.standing.marks == [1], "a refused voice gets no mark"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"purposes": ("demo", "political")}, "use_excluded"),
        ({"purposes": ("impersonation",)}, "use_excluded"),
        ({"purposes": ("demo", "commercial_music")}, "use_not_granted"),
        ({"languages": ("fr",)}, "language_not_granted"),
        ({"languages": ("en-us", "en-gb")}, "language_not_granted"),
        ({"languages": ("en",)}, "language_not_granted"),
        ({"languages": ("any",)}, "language_not_granted"),
        ({"territories": ("US",)}, "territory_not_granted"),
        ({"territories": ("any",)}, "territory_not_granted"),
        ({"genres": ("metal",)}, "genre_not_granted"),
        ({"genres": ("any",)}, "genre_not_granted"),
        ({"renderer": "other"}, "renderer_not_granted"),
        ({"rights": ("mix", "train")}, "right_not_granted"),
        ({"rights": ("resell",)}, "right_not_granted"),
        ({"rights": ("derive",)}, "right_not_granted"),
    ],
)
def test_uses_that_are_not_covered(world: Any, refused: Any, use: Any, change: Any, reason: str) -> None:
    with refused(reason):
        world.license(request=replace(use, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"languages": ("de-at", "en-us")},
        {"territories": ("AT", "DE")},
        {"genres": ("folk", "pop")},
        {"rights": ()},
        {"purposes": ("demo", "noncommercial_music")},
    ],
)
def test_uses_that_are_covered(world: Any, use: Any, change: Any) -> None:
    world.license(request=replace(use, **change)).check()


def test_any_covers_any(world: Any, use: Any) -> None:
    everything = dict.fromkeys(("languages", "territories", "genres"), ("any",))
    world.license(world.signed(**everything, renderers=("any",)), request=replace(use, **everything, renderer="x"))


@pytest.mark.parametrize(
    "change", [{"purposes": ()}, {"purposes": ("karaoke",)}, {"rights": ("own",)}, {"genres": "folk"}]
)
def test_requests_that_make_no_sense(use: Any, change: Any) -> None:
    with pytest.raises(InputError):
        replace(use, **change)


def test_grantee(world: Any, refused: Any, use: Any) -> None:
    signed = world.signed(grantee=Grantee("Studio", public_jwk(world.host)))
    with refused("wrong_grantee"):
        world.license(signed)
    with refused("wrong_grantee"):
        world.license(signed, request=replace(use, grantee=thumbprint(world.key)))
    world.license(signed, request=replace(use, grantee=thumbprint(world.host))).check()


def test_another_voice_or_other_weights(world: Any, refused: Any, profile: Any) -> None:
    with refused("wrong_voice"):
        world.license(profile=replace(profile, id="bass-test"))
    with refused("wrong_model"):
        world.license(profile=replace(profile, model_sha256="00" * 32))


def test_term(world: Any, refused: Any) -> None:
    signed = world.signed()
    for moment, reason in (
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=timezone.utc), "not_yet_valid"),
        (datetime(2028, 1, 1, tzinfo=timezone.utc), "expired"),
    ):
        with refused(reason):
            world.license(signed, clock=lambda moment=moment: moment)
    for moment in (
        datetime(2027, 1, 1, tzinfo=timezone.utc),
        datetime(2028, 1, 1, tzinfo=timezone.utc) - timedelta(microseconds=1),
        datetime(2028, 1, 1, 1, 59, tzinfo=timezone(timedelta(hours=2))),
    ):
        world.license(signed, clock=lambda moment=moment: moment).check()


def test_expiry_acts_between_two_phrases(world: Any, refused: Any) -> None:
    voice = world.license(world.signed(expires="2027-03-01T12:00:10Z"))
    world.clock.forward(seconds=9)
    voice.check()
    world.clock.forward(seconds=1)
    with refused("expired"):
        voice.check()


def test_a_clock_set_back(world: Any, refused: Any) -> None:
    voice = world.license()
    world.clock.forward(seconds=-1)
    with refused("clock_went_back"):
        voice.check()


def test_a_clock_without_time_zone(world: Any) -> None:
    with pytest.raises(InputError, match="time zone"):
        world.license(clock=lambda: datetime(2027, 3, 1))


def test_a_host_that_nobody_trusts(world: Any, refused: Any) -> None:
    other = TrustRoots([TrustRoot.of(Ed25519PrivateKey.generate(), name="x", kinds=("enrolled",))])
    with refused("unknown_signer"):
        world.license(trust=other)


def test_an_artist_cannot_call_a_voice_built_in(world: Any, refused: Any) -> None:
    """Built-in grants need no recording; only a root for built-in voices may sign one."""
    with refused("kind_not_trusted"):
        world.license(world.signed(kind="builtin", recording_commitment=None))


def test_a_damaged_grant(world: Any, refused: Any) -> None:
    with refused("malformed"):
        world.license(SignedGrant(world.signed().data[:-1]))


def test_a_signed_payload_that_is_no_grant(world: Any, refused: Any) -> None:
    with refused("missing_field"):
        world.license(world.signed_text(b"{}"))
    with refused("not_canonical"):
        world.license(world.signed_text(b"{ }"))


def test_seconds_are_booked_across_licences(world: Any, refused: Any) -> None:
    signed = world.signed(max_seconds=10)
    one, two = world.license(signed), world.license(signed)
    with refused("seconds_unknown"):
        one.check()
    one.check(seconds=6.0)
    with refused("seconds_exhausted"):
        two.check(seconds=4.001)
    two.check(seconds=4.0)
    with refused("seconds_exhausted"):
        one.check(seconds=0.001)


def test_every_refusal_is_recorded_and_none_is_masked(world: Any, refused: Any, use: Any) -> None:
    signed = world.signed()
    voice = world.license(signed)
    grant_id = voice.grant.grant_id
    with refused("genre_not_granted"):
        world.license(signed, request=replace(use, genres=("metal",)))
    with refused("malformed"):
        world.license(SignedGrant(b""))
    world.standing.revoked.add(grant_id)
    with refused("revoked"):
        voice.check()
    with refused("revoked"):
        voice.open_model(b"anything")
    assert world.standing.refusals == [
        (grant_id, "alto-test", "genre_not_granted"),
        (None, "alto-test", "malformed"),
        (grant_id, "alto-test", "revoked"),
        (grant_id, "alto-test", "revoked"),
    ]

    def broken(**_: object) -> None:
        raise refuse("ledger_unavailable", "the disk is full")

    world.standing.refused = broken
    with refused("revoked"):
        voice.check()


def test_a_standing_that_cannot_tell_refuses(world: Any, refused: Any) -> None:
    voice = world.license()

    def broken(*_: object, **__: object) -> None:
        raise refuse("ledger_damaged", "entry 3 is gone")

    world.standing.check = broken
    with refused("ledger_damaged"):
        voice.check()
    with refused("ledger_damaged"):
        world.license()


def test_no_other_way_to_make_one(world: Any, refused: Any) -> None:
    voice = world.license()
    for attempt in (
        LicensedVoice,
        lambda: LicensedVoice(voice.profile, voice.grant),
        lambda: type("Mine", (LicensedVoice,), {}),
        lambda: copy.copy(voice),
        lambda: copy.deepcopy(voice),
        lambda: copy.deepcopy([voice]),
        lambda: pickle.dumps(voice),
        lambda: pickle.dumps(voice, protocol=0),
        lambda: voice.__getstate__(),
        lambda: setattr(voice, "grant", None),
        lambda: delattr(voice, "profile"),
    ):
        with refused("forged"):
            attempt()
    with pytest.raises(TypeError):
        dataclasses.replace(voice, grant=None)
    assert not hasattr(voice, "__dict__")


def slots(voice: Any) -> tuple[Any, Any]:
    return voice._LicensedVoice__licence, voice._LicensedVoice__seal


def fill(voice: Any, licence: Any, seal: Any) -> Any:
    object.__setattr__(voice, "_LicensedVoice__licence", licence)
    object.__setattr__(voice, "_LicensedVoice__seal", seal)
    return voice


def test_an_empty_shell_is_no_licence(refused: Any) -> None:
    shell = object.__new__(LicensedVoice)
    for attempt in (
        shell.check,
        lambda: shell.grant,
        lambda: shell.mark,
        lambda: shell.provenance,
        lambda: shell.open_model(b""),
        lambda: require_licence(shell),
    ):
        with refused("forged"):
            attempt()


def test_a_shell_filled_with_a_true_licence(world: Any, refused: Any) -> None:
    voice = world.license()
    with refused("forged"):
        fill(object.__new__(LicensedVoice), *slots(voice)).check()


@pytest.mark.parametrize("field", ["profile", "grant", "request", "standing", "vault", "clock", "since", "mark"])
def test_a_licence_changed_in_place(world: Any, refused: Any, field: str, profile: Any, use: Any) -> None:
    voice = world.license()
    licence, seal = slots(voice)
    other = {
        "profile": replace(profile, name="Someone famous"),
        "grant": replace(voice.grant, rights=Rights(True, True, True, True, True)),
        "request": replace(use, genres=("pop",)),
        "standing": type(world.standing)(),
        "vault": type(world.vault)(),
        "mark": voice.mark + 1,
        "clock": lambda: datetime(2027, 3, 1, 13, tzinfo=timezone.utc),
        "since": datetime(2000, 1, 1, tzinfo=timezone.utc),
    }
    fill(voice, replace(licence, **{field: other[field]}), seal)
    with refused("forged"):
        voice.check()
    for read in (lambda: voice.provenance, lambda: voice.mark, lambda: voice.open_model(b"")):
        with refused("forged"):
            read()
    fill(voice, licence, seal).check()
    object.__setattr__(licence, field, other[field])
    with refused("forged"):
        voice.check()


@pytest.mark.parametrize("seal", [b"", b"\0" * 32, None, True])
def test_another_seal(world: Any, refused: Any, seal: Any) -> None:
    voice = world.license()
    with refused("forged"):
        fill(voice, slots(voice)[0], seal).check()


def test_a_look_alike(world: Any, refused: Any) -> None:
    class Fake:
        __slots__ = ("_LicensedVoice__licence", "_LicensedVoice__seal")

        def check(self, **_: object) -> None:
            return None

    for fake in (Fake(), None, "alto", world.license().profile):
        with refused("forged"):
            require_licence(fake)
    disguised = Fake()
    disguised.__class__ = LicensedVoice  # type: ignore[assignment]
    with refused("forged"):
        require_licence(disguised)
    turned = world.license()
    object.__setattr__(turned, "__class__", Fake)
    with refused("forged"):
        require_licence(turned)
