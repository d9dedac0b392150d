"""A human witness: somebody the host trusts, who heard the recording and signs that it holds the words.

Machines are unsure of some voices, rooms and languages. Instead of guessing, enrolment then asks
for this: a signed text that names the challenge and the recording, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vocalkit.consent.canonical import canonical, parse
from vocalkit.consent.envelope import EnvelopeType, read_envelope, sign
from vocalkit.consent.grant import check_digest, check_grant_id, check_text
from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.moments import parse_moment
from vocalkit.consent.reasons import refuse
from vocalkit.resources import build

TYP: EnvelopeType = "vocalkit-witness+jws"


@dataclass(frozen=True, slots=True)
class WitnessStatement:
    """What a witness vouches for: "I know this person, I heard them say these words in this recording".

    name: the witness's; recording_sha256: of the consent recording's file; clips_sha256: SHA-256 over
    the sorted SHA-256 (hex, one a line) of every enrolment clip; time: RFC 3339 UTC.
    """

    format: Literal["vocalkit-witness"]
    version: Literal[1]
    challenge_id: str
    recording_sha256: str
    clips_sha256: str
    name: str
    time: str

    def __post_init__(self) -> None:
        check_grant_id(self.challenge_id)
        check_digest("recording_sha256", self.recording_sha256)
        check_digest("clips_sha256", self.clips_sha256)
        check_text("name", self.name, most=200)
        parse_moment(self.time, what="time")

    def to_bytes(self) -> bytes:
        return canonical(asdict(self))


def sign_witness(statement: WitnessStatement, key: Ed25519PrivateKey) -> bytes:
    """The statement in its envelope, signed by the witness."""
    return sign(statement.to_bytes(), key, typ=TYP)


def verify_witness(
    data: bytes, *, challenge_id: str, recording_sha256: str, clips_sha256: str, trusted: Iterable[PublicJwk]
) -> WitnessStatement:
    """The statement in an envelope, if a trusted witness signed it about this challenge and these recordings.

    trusted: keys of people the host lets vouch; never the artist's own. Raises ConsentError.
    """
    # 1. One signature in an envelope of the right form and type.
    envelope = read_envelope(data, typ=TYP)
    if len(envelope.signers) != 1:
        raise refuse("extra_signature", "a witness signs alone")
    # 2. The signer is somebody the host trusts to be a witness.
    keys = {key.thumbprint: key for key in trusted}
    if envelope.signers[0] not in keys:
        raise refuse("unknown_signer", f"signed by {envelope.signers[0][:60]!r}, who is no witness trusted here")
    envelope.check(0, keys[envelope.signers[0]])
    # 3. The text is a witness statement, to the letter, about this challenge and these recordings.
    statement, faults = build(WitnessStatement, parse(envelope.payload, what="witness statement"))
    if statement is None:
        raise refuse(faults[0].kind, f"witness statement refused: {'; '.join(map(str, faults))}")
    named = (statement.challenge_id, statement.recording_sha256, statement.clips_sha256)
    if named != (challenge_id, recording_sha256, clips_sha256):
        raise refuse("wrong_recording", "the witness speaks of another challenge or other recordings")
    return statement
