"""How fast the consent registry is: a ledger of many entries, verified whole, and every call of a render.

    python recipes/registry/evaluate.py
    python recipes/registry/evaluate.py --entries 100000 --url postgresql+psycopg://user@host/empty_database

Writes renders of eight phrases (a mark, eight charges, an export) in one transaction until the ledger
has the entries asked for, with a checkpoint every 256; then times each operation by itself, with its own
connection and, where it writes, its own flush to the disk. Prints one line per figure.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vocalkit.consent import ConsentGrant, Grantee, Grantor, Rights, Royalty
from vocalkit.consent.grant import NEVER_GRANTED
from vocalkit.consent.keys import public_jwk
from vocalkit.consent.registry import Export, Person, Registry, Witness, open_registry
from vocalkit.consent.registry.checkpoints import EVERY, add_checkpoint
from vocalkit.consent.registry.engine import open_database
from vocalkit.consent.registry.exports import charge, commit_export, reserve_mark
from vocalkit.consent.registry.ledger import open_writer

NOW = datetime(2027, 3, 1, tzinfo=timezone.utc)
PHRASES = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000, metavar="N")
    parser.add_argument("--url", metavar="URL", help="an empty database (default: SQLite in a temporary folder)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = args.url or f"sqlite:///{folder}/registry.sqlite"
        witness = Witness(Ed25519PrivateKey.generate(), Path(folder) / "checkpoint.json")
        registry = open_registry(url, witness=witness)
        grant = enrol(registry)
        fill(url, grant, witness.key, entries=args.entries)
        registry.checkpoint(witness.key, NOW)
        report(registry, grant, witness, url)


def enrol(registry: Registry) -> ConsentGrant:
    """One artist's grant, in force."""
    key = Ed25519PrivateKey.generate()
    grant = ConsentGrant(
        format="vocalkit-grant",
        version=2,
        kind="enrolled",
        grant_id=str(uuid.uuid4()),
        voice_id="bench",
        model_sha256="ab" * 32,
        grantor=Grantor("Bench Mark", public_jwk(key)),
        grantee=Grantee("anyone", None),
        uses=("demo",),
        excluded_uses=tuple(sorted(NEVER_GRANTED)),
        languages=("any",),
        territories=("any",),
        genres=("any",),
        renderers=("any",),
        rights=Rights(train=False, mix=True, pitch=True, resell=False, derive=False),
        royalty=Royalty("per_second", "0.05", "EUR"),
        max_seconds=10**9,
        not_before="2027-01-01T00:00:00Z",
        expires="2028-01-01T00:00:00Z",
        credit_line="Voice: Bench Mark",
        label_text="AI-generated singing voice",
        terms_sha256="cd" * 32,
        recording_commitment="ef" * 32,
    )
    registry.open_case(grant.grant_id, grant.voice_id, Person("Bench Mark"), NOW)
    for state in ("challenged", "recorded", "verified"):
        registry.advance(grant.grant_id, state, "step_done", NOW)
    registry.activate(grant.grant_id, b"envelope", grant, NOW)
    return grant


def export_of(grant: ConsentGrant, mark: int) -> Export:
    return Export(str(uuid.uuid4()), grant, mark, ("demo",), 40.0, ("aa" * 32, "bb" * 32), "cc" * 32)


def fill(url: str, grant: ConsentGrant, key: Ed25519PrivateKey, *, entries: int) -> None:
    """Renders until the ledger has `entries`."""
    with open_database(url).writing() as connection:
        writer = open_writer(connection, NOW, any_clock=False)
        signed = 0
        while writer.head.size < entries:
            mark = reserve_mark(writer, grant.grant_id, grant.voice_id)
            for _ in range(min(PHRASES, entries - writer.head.size)):
                charge(writer, grant, 5.0)
            if writer.head.size < entries:
                commit_export(writer, export_of(grant, mark))
            if writer.head.size - signed >= EVERY:
                add_checkpoint(writer, key)
                signed = writer.head.size


def report(registry: Registry, grant: ConsentGrant, witness: Witness, url: str) -> None:
    start = time.perf_counter()
    audit = registry.verify_ledger()
    show(f"verify {audit.entries} entries and {audit.checkpoints} checkpoints", [time.perf_counter() - start])
    bare = open_registry(url)
    show("check, with a witness", timed(lambda: registry.check(grant, NOW), 500))
    show("check, without", timed(lambda: bare.check(grant, NOW), 500))
    show("charge", timed(lambda: registry.charge(grant, 1.0, NOW), 100))
    show("reserve_mark", timed(lambda: registry.reserve_mark(grant.grant_id, grant.voice_id, NOW), 100))
    export = "commit_export with its checkpoint"
    marks = [registry.reserve_mark(grant.grant_id, grant.voice_id, NOW) for _ in range(50)]
    show(export, timed(lambda: registry.commit_export(export_of(grant, marks.pop()), NOW), 50))
    show("prove an entry", timed(lambda: registry.prove_inclusion(audit.entries // 3), 3))
    show("prove consistency", timed(lambda: registry.prove_consistency(audit.entries // 3), 3))
    show("statement over all", timed(registry.statement, 3))
    show("open_registry", timed(lambda: open_registry(url, witness=witness), 50))


def timed(call: Callable[[], object], times: int) -> list[float]:
    took = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    return took


def show(what: str, took_s: list[float]) -> None:
    middle, worst = statistics.median(took_s) * 1000, max(took_s) * 1000
    print(f"{what:<48} median {middle:10.2f} ms   worst {worst:10.2f} ms   n {len(took_s)}", flush=True)


if __name__ == "__main__":
    main()
