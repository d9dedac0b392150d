"""Ed25519 public keys as RFC 8037 writes them, named by their RFC 7638 thumbprint."""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict, dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.jwk import OKPKey

from vocalkit.errors import InputError

# Points of order 1, 2, 4 and 8 by their y: a signature by such a "key" holds over any text at all.
_SMALL_ORDER_Y = frozenset(
    (
        0,
        1,
        2**255 - 20,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    )
)


@dataclass(frozen=True, slots=True)
class PublicJwk:
    """An Ed25519 public key. x: its 32 bytes, base64url. InputError for what is no key anybody can hold."""

    crv: Literal["Ed25519"]
    kty: Literal["OKP"]
    x: str

    def __post_init__(self) -> None:
        try:
            raw = base64.b64decode(self.x.encode("ascii") + b"=", altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error) as error:
            raise InputError("an Ed25519 public key is 32 bytes of base64url without padding") from error
        if len(raw) != 32 or _base64url(raw) != self.x:
            raise InputError("an Ed25519 public key is 32 bytes in their one base64url form")
        y = int.from_bytes(raw, "little") & (2**255 - 1)
        if y >= 2**255 - 19 or y in _SMALL_ORDER_Y:
            raise InputError("this Ed25519 key is one of the few that everybody can sign for; make another")

    def load(self) -> Ed25519PublicKey:
        """The key itself."""
        return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(self.x + "="))

    @property
    def thumbprint(self) -> str:
        """RFC 7638 SHA-256 thumbprint, base64url: the name of a key everywhere in vocalkit."""
        return str(OKPKey.import_key(asdict(self)).thumbprint())


def public_jwk(key: Ed25519PublicKey | Ed25519PrivateKey) -> PublicJwk:
    """The public half as RFC 8037 writes it."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return PublicJwk(crv="Ed25519", kty="OKP", x=_base64url(public.public_bytes_raw()))


def thumbprint(key: Ed25519PublicKey | Ed25519PrivateKey) -> str:
    """The thumbprint of a key that is at hand."""
    return public_jwk(key).thumbprint


def signing_jwk(key: Ed25519PrivateKey) -> OKPKey:
    """A private key in the form that joserfc signs with."""
    return OKPKey.import_key(asdict(public_jwk(key)) | {"d": _base64url(key.private_bytes_raw())})


def verifying_jwk(key: PublicJwk) -> OKPKey:
    """A public key in the form that joserfc verifies with."""
    return OKPKey.import_key(asdict(key))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
