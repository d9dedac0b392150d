"""What the consent gate costs: every step of a render that asks it, in milliseconds, as a Markdown table.

    python recipes/consent/evaluate.py
    python recipes/consent/evaluate.py --repeat 500 --registry postgresql+psycopg://user@host/empty_database

Grants two voices that have the model of a built-in one, on a host of its own in a temporary folder, and calls what
a render calls, with the real registry (SQLite with its flushes to the disk, unless told otherwise).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vocalkit.consent import (
    ConsentGrant,
    Grantee,
    Grantor,
    Host,
    HostSettings,
    LicensedVoice,
    RegistryVault,
    Rights,
    Royalty,
    SignedGrant,
    Use,
    license_voice,
    open_host,
    trusted_roots,
    utc_now,
    verify_grant,
)
from vocalkit.consent.grant import NEVER_GRANTED
from vocalkit.consent.keys import public_jwk
from vocalkit.consent.moments import format_moment, years_after
from vocalkit.consent.registry import Person, Registry, host_registry
from vocalkit.consent.seal import seal, unseal
from vocalkit.consent.signed import countersign_grant, sign_grant
from vocalkit.consent.vault import wrap_model_key
from vocalkit.types import VoiceProfile
from vocalkit.weights import load_profile, read_stored_model, read_voice_manifest


@dataclass(frozen=True, eq=False)
class House:
    """A host in a folder, and the model that is sealed."""

    folder: Path
    host: Host
    registry: Registry
    profile: VoiceProfile
    model: bytes


@dataclass(frozen=True, eq=False)
class Voice:
    """A grant in force, and the model that is sealed under it."""

    grant_id: str
    signed: SignedGrant
    sealed: bytes
    key: bytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", default="clara", metavar="NAME", help="whose model is sealed (default: clara)")
    parser.add_argument("--repeat", type=int, default=200, metavar="N", help="measurements of a step (default: 200)")
    parser.add_argument("--registry", metavar="URL", help="an empty database (default: SQLite in the same folder)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        host = open_host(folder, settings=HostSettings("measured", args.registry))
        model = read_stored_model(read_voice_manifest(args.voice))
        house = House(folder, host, host_registry(host, folder), load_profile(args.voice), model)
        print(f"Python {platform.python_version()}, {platform.machine()}; {os.cpu_count()} processors, ", end="")
        print(f"{os.getloadavg()[0]:.1f} programs wanting them; registry {host.registry_url.split(':')[0]}; ", end="")
        print(f"model of {len(model) / 1e6:.1f} MB; {args.repeat} calls each\n")
        print("| step | median ms | 95 % ms | median ms of processor |\n|---|---:|---:|---:|")
        for what, call in steps(house):
            passed, worked = measured(call, args.repeat)
            high = passed[int(0.95 * (len(passed) - 1))]
            typical = statistics.median(passed)
            print(f"| {what} | {typical:.2f} | {high:.2f} | {statistics.median(worked):.2f} |", flush=True)


def steps(house: House) -> list[tuple[str, Callable[[], object]]]:
    """What is measured, in the order a render meets it; enrolment's part last."""
    free, limited = grant_voice(house, None), grant_voice(house, 10**9)
    roots = trusted_roots(house.host, house.folder)
    voice, counted = license_one(house, free), license_one(house, limited)
    grant_id, voice_id = free.grant_id, house.profile.id
    return [
        ("read the host's keys", lambda: open_host(house.folder)),
        ("verify a grant's two signatures", lambda: verify_grant(free.signed, trust=roots)),
        ("`license_voice`, mark reserved", lambda: license_one(house, free)),
        ("`open_model`", lambda: voice.open_model(free.sealed)),
        ("of that: AES-256-GCM", lambda: unseal(free.sealed, key=free.key, voice_id=voice_id, grant_id=grant_id)),
        ("of that: SHA-256", lambda: hashlib.sha256(house.model).digest()),
        ("`check()`, every phrase", voice.check),
        ("`check(seconds=…)`, every phrase, where seconds are limited", lambda: counted.check(seconds=2.5)),
        ("seal a model, once", lambda: seal(house.model, voice_id=voice_id, grant_id=grant_id)),
    ]


def measured(call: Callable[[], object], repeat: int) -> tuple[list[float], list[float]]:
    """Milliseconds that passed, and that this process worked, both sorted; the first call warms up."""
    call()
    passed, worked = [], []
    for _ in range(repeat):
        begun, idle = time.perf_counter(), time.process_time()
        call()
        worked.append(1000 * (time.process_time() - idle))
        passed.append(1000 * (time.perf_counter() - begun))
    return sorted(passed), sorted(worked)


def license_one(house: House, voice: Voice) -> LicensedVoice:
    return license_voice(
        house.profile,
        voice.signed,
        request=Use.of_song(purposes=("demo",), languages=("en-us",)),
        standing=house.registry,
        trust=trusted_roots(house.host, house.folder),
        clock=utc_now,
        vault=RegistryVault(house.registry, house.host),
    )


def grant_voice(house: House, max_seconds: int | None) -> Voice:
    """A case taken from its opening to a grant in force."""
    registry, host, profile = house.registry, house.host, house.profile
    now, grant_id, artist = utc_now(), str(uuid.uuid4()), Ed25519PrivateKey.generate()
    registry.open_case(grant_id, profile.id, Person("Measured"), now)
    registry.add_challenge(grant_id, str(uuid.uuid4()), b"words", now + timedelta(minutes=10), now)
    for state in ("recorded", "verified"):
        registry.advance(grant_id, state, "step_done", now)
    sealed = seal(house.model, voice_id=profile.id, grant_id=grant_id)
    registry.put_key(grant_id, wrap_model_key(host, grant_id=grant_id, key=sealed.key), now)
    grant = ConsentGrant(
        format="vocalkit-grant",
        version=2,
        kind="enrolled",
        grant_id=grant_id,
        voice_id=profile.id,
        model_sha256=profile.model_sha256,
        grantor=Grantor("Measured", public_jwk(artist)),
        grantee=Grantee("anyone", None),
        uses=("demo",),
        excluded_uses=tuple(sorted(NEVER_GRANTED)),
        languages=("any",),
        territories=("any",),
        genres=("any",),
        renderers=("vocalkit",),
        rights=Rights(train=False, mix=True, pitch=True, resell=False, derive=False),
        royalty=Royalty("none", "0", None),
        max_seconds=max_seconds,
        not_before=format_moment(now),
        expires=format_moment(years_after(now, 1)),
        credit_line="Voice: measured",
        label_text="AI-generated singing voice",
        terms_sha256="ab" * 32,
        recording_commitment="cd" * 32,
    )
    signed = countersign_grant(sign_grant(grant, artist), host.signing_key)
    registry.activate(grant_id, signed.data, grant, now)
    return Voice(grant_id, signed, sealed.data, sealed.key)


if __name__ == "__main__":
    main()
