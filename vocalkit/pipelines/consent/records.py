"""Taking a voice back and reading the record: revocation, erasure, the ledger, its proofs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from vocalkit.consent import ConsentGrant
from vocalkit.consent.envelope import MAX_BYTES, read_envelope
from vocalkit.consent.grant import check_grant_id
from vocalkit.consent.keys import public_jwk
from vocalkit.consent.registry import Cause, Entry, Registry, State, read_checkpoint
from vocalkit.consent.registry.states import TRANSITIONS
from vocalkit.consent.signed import TYP
from vocalkit.errors import InputError
from vocalkit.pipelines.consent.files import check_free, read_at_most, write_new
from vocalkit.pipelines.consent.retention import drop_model, drop_voice
from vocalkit.pipelines.desk import Desk
from vocalkit.weights import read_voice_manifest, user_voices_folder, voices_folder

Change = Literal["revoke", "suspend", "resume", "dispute"]
_BECOMES: dict[Change, State] = {
    "revoke": "revoked",
    "suspend": "suspended",
    "resume": "active",
    "dispute": "disputed",
}
_RESTING = ("suspended", "disputed")


def find_grants(name: str, registry: Registry) -> tuple[str, ...]:
    """The grants of a voice, or the one of that id. Raises InputError where there is none."""
    if _is_id(name):
        return (name,)
    found = [case.grant_id for case in registry.cases(name)]
    builtin = _builtin_grant(name)
    if builtin is not None and builtin not in found:
        found.append(builtin)
    if not found:
        raise InputError(f"there is no voice and no grant {name!r} here; `vocalkit voice list` shows the voices")
    return tuple(found)


def change_standing(name: str, change: Change, cause: Cause, *, desk: Desk) -> list[dict[str, Any]]:
    """Revoke, suspend, resume or dispute every grant of a voice that it can happen to, or one grant.

    Raises ConsentError (``wrong_state``) where it can happen to none.
    """
    grants = find_grants(name, desk.registry)
    chosen = [grant_id for grant_id in grants if _may(change, desk.registry.state(grant_id) or "active")]
    method: Callable[[str, Cause, datetime], None] = getattr(desk.registry, change)
    # Where there is none, the registry says of the first why not.
    for grant_id in chosen or grants[:1]:
        method(grant_id, cause, desk.clock())
        if change == "revoke":
            drop_model(grant_id, desk.registry, voices=user_voices_folder())
    return [{"grant_id": grant_id, "state": desk.registry.state(grant_id)} for grant_id in chosen]


def erase(name: str, *, desk: Desk) -> list[dict[str, Any]]:
    """Remove what is personal about every enrolled grant of a voice, or one grant, with the voice's files."""
    grants = find_grants(name, desk.registry)
    # Files first: should the registry be busy, the voice still has a name to erase it by.
    drop_voice(grants, desk.registry, voices=user_voices_folder())
    done = []
    for grant_id in grants:
        desk.registry.erase(grant_id, desk.clock())
        done.append({"grant_id": grant_id, "state": desk.registry.state(grant_id)})
    return done


def ledger_entries(name: str | None, *, last: int | None, desk: Desk) -> list[dict[str, Any]]:
    """The ledger's entries, oldest first: all or the `last`, about a voice or grant or about everything."""
    about = None if name is None else set(find_grants(name, desk.registry))
    entries: list[Entry] = []
    for entry in desk.registry.entries():
        if about is None or entry.grant_id in about:
            entries.append(entry)
            if last is not None and len(entries) > last:
                entries.pop(0)
    return [asdict(entry) | {"body": entry.facts(), "digest": entry.digest()} for entry in entries]


def verify_ledger(checkpoints: Sequence[Path], *, desk: Desk) -> dict[str, Any]:
    """Verify everything, also against checkpoints of this host that were kept elsewhere. Raises ConsentError."""
    signer = public_jwk(desk.host.signing_key)
    known = [read_checkpoint(read_at_most(path, MAX_BYTES).strip(), signer) for path in checkpoints]
    return asdict(desk.registry.verify_ledger(known=known))


def write_checkpoint(out: Path | None, *, desk: Desk) -> dict[str, Any]:
    """Sign the ledger as it is; out: a new file to keep elsewhere."""
    if out is not None:
        check_free(out)
    signed = desk.registry.checkpoint(desk.host.signing_key, desk.clock())
    if out is not None:
        write_new(out, signed)
    checkpoint = read_checkpoint(signed, public_jwk(desk.host.signing_key))
    return asdict(checkpoint) | {"signed": json.loads(signed), "file": None if out is None else str(out)}


def prove_entry(sequence: int, *, desk: Desk) -> dict[str, Any]:
    """An inclusion proof under a checkpoint signed now: all that a third party needs besides the host's key."""
    checkpoint = write_checkpoint(None, desk=desk)
    proof = desk.registry.prove_inclusion(sequence, checkpoint["tree_size"])
    return asdict(proof) | {"checkpoint": checkpoint["signed"]}


def prove_growth(old_size: int, *, desk: Desk) -> dict[str, Any]:
    """A consistency proof from an earlier size to a checkpoint signed now."""
    checkpoint = write_checkpoint(None, desk=desk)
    proof = desk.registry.prove_consistency(old_size, checkpoint["tree_size"])
    return asdict(proof) | {"checkpoint": checkpoint["signed"]}


def _may(change: Change, state: State) -> bool:
    if change == "resume":
        return state in _RESTING
    return _BECOMES[change] in TRANSITIONS[state]


def _is_id(name: str) -> bool:
    try:
        check_grant_id(name)
    except InputError:
        return False
    return True


def _builtin_grant(voice_id: str) -> str | None:
    """The id in the grant beside a built-in voice. Unverified: it is only to be taken back."""
    if voice_id not in {path.stem for path in voices_folder().glob("*.toml")}:
        return None
    path = read_voice_manifest(voice_id, folder=voices_folder()).grant_path
    envelope = read_envelope(read_at_most(path, MAX_BYTES), typ=TYP)
    return ConsentGrant.from_payload(envelope.payload).grant_id
