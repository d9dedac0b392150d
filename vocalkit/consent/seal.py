"""A voice model at rest: AES-256-GCM under a key of its own, bound to its voice and its grant.

    magic (8 bytes, the last one the version) | nonce (12) | ciphertext and tag (16 more than the model)

The associated data is canonical JSON of format, version, voice and grant, so a file put in another
voice's place, or kept from an older grant, does not open. A fresh key for every seal makes a random
nonce safe (NIST SP 800-38D, 8.2.2) and lets revocation end one voice by destroying one key.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vocalkit.consent.canonical import canonical
from vocalkit.consent.grant import check_grant_id
from vocalkit.consent.reasons import refuse
from vocalkit.errors import InputError

MAGIC = b"VKSEAL\x00\x01"
KEY_BYTES = 32
MAX_MODEL_BYTES = 2**30
_NONCE_BYTES, _TAG_BYTES = 12, 16
OVERHEAD_BYTES = len(MAGIC) + _NONCE_BYTES + _TAG_BYTES
"""By how much a sealed model is longer than the model."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed model and the key that opens it, which belongs in a vault and nowhere else."""

    data: bytes
    key: bytes = field(repr=False)


def seal(model: bytes, *, voice_id: str, grant_id: str) -> Sealed:
    """`model` under a new random key. Raises ConsentError (``too_large``), InputError for an empty one."""
    if not model:
        raise InputError("an empty model cannot be sealed")
    if len(model) > MAX_MODEL_BYTES:
        raise refuse("too_large", f"a voice model has at most {MAX_MODEL_BYTES} bytes, this has {len(model)}")
    key, nonce = AESGCM.generate_key(bit_length=8 * KEY_BYTES), os.urandom(_NONCE_BYTES)
    return Sealed(MAGIC + nonce + AESGCM(key).encrypt(nonce, model, _bound(voice_id, grant_id)), key)


def unseal(data: bytes, *, key: bytes, voice_id: str, grant_id: str) -> bytes:
    """The model in `data`. Raises ConsentError: ``not_sealed``, ``too_large``, or ``bad_seal``."""
    check_sealed(data, voice_id=voice_id)
    if len(data) > MAX_MODEL_BYTES + OVERHEAD_BYTES:
        raise refuse("too_large", f"a voice model has at most {MAX_MODEL_BYTES} bytes")
    start = len(MAGIC) + _NONCE_BYTES
    if len(data) <= OVERHEAD_BYTES or len(key) != KEY_BYTES:
        raise refuse("bad_seal", f"the sealed model of {voice_id!r} is cut short or its key is not one")
    try:
        return AESGCM(key).decrypt(data[len(MAGIC) : start], data[start:], _bound(voice_id, grant_id))
    except InvalidTag as error:
        raise refuse(
            "bad_seal", f"the sealed model of {voice_id!r} was altered, or belongs to another voice or grant"
        ) from error


def check_sealed(data: bytes, *, voice_id: str) -> None:
    """Raises ConsentError (``not_sealed``) unless `data` claims to be a sealed model, before any key is asked for."""
    if not data.startswith(MAGIC):
        raise refuse("not_sealed", f"the model of {voice_id!r} is not sealed as an enrolled voice's must be")


def _bound(voice_id: str, grant_id: str) -> bytes:
    check_grant_id(grant_id)
    return canonical({"format": "vocalkit-sealed-model", "version": 1, "voice_id": voice_id, "grant_id": grant_id})
