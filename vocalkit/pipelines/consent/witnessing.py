"""A witness's part: who was asked what, what was recorded, signed by somebody who heard it; and whom to believe."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from vocalkit.consent.challenge import MAX_BYTES, Challenge
from vocalkit.consent.host import user_consent_folder
from vocalkit.consent.moments import format_moment
from vocalkit.consent.pem import read_key, read_public_key
from vocalkit.consent.trust import TrustRoot
from vocalkit.consent.witness import WitnessStatement, sign_witness
from vocalkit.pipelines.consent.files import check_free, read_at_most, write_new
from vocalkit.pipelines.consent.hearing import clips_digest
from vocalkit.pipelines.enrolment_clips import recordings


def witness_file(
    challenge: Path, consent: Path, clips: Path, *, name: str, key: Path, passphrase: str, out: Path, now: datetime
) -> WitnessStatement:
    """Sign that `name` heard the words of a challenge in `consent`, and the same person in every clip; writes `out`."""
    check_free(out)
    statement = WitnessStatement(
        format="vocalkit-witness",
        version=1,
        challenge_id=Challenge.from_bytes(read_at_most(challenge, MAX_BYTES)).challenge_id,
        recording_sha256=hashlib.sha256(consent.read_bytes()).hexdigest(),
        clips_sha256=clips_digest([hashlib.sha256(path.read_bytes()).hexdigest() for path in recordings(clips)]),
        name=name,
        time=format_moment(now),
    )
    write_new(out, sign_witness(statement, read_key(key, passphrase)))
    return statement


def trust_witness(public_key: Path, *, name: str) -> Path:
    """Let the holder of a key vouch for consent recordings on this host; returns the file that says so."""
    jwk = read_public_key(public_key)
    root = TrustRoot("vocalkit-trust-root", 1, name, ("witness",), jwk, jwk.thumbprint)
    folder = user_consent_folder() / "trust"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{jwk.thumbprint}.json"
    write_new(path, root.to_bytes())
    return path
