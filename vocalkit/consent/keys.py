"""Ed25519 keys by their RFC 7638 thumbprint, and the keys an operator trusts.

A trust root is a public key with a name and the kinds of grant it may sign. Roots are files in one
folder: whoever may write there decides whose word counts on this machine.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from vocalkit.consent.canonical import canonical, parse
from vocalkit.consent.reasons import refuse
from vocalkit.errors import ConsentError, InputError
from vocalkit.resources import build

GrantKind = Literal["builtin", "enrolled"]


@dataclass(frozen=True, slots=True)
class PublicJwk:
    """An Ed25519 public key as RFC 8037 writes it."""

    crv: Literal["Ed25519"]
    kty: Literal["OKP"]
    x: str

    def load(self) -> Ed25519PublicKey:
        """The key itself. Raises ConsentError when `x` is not 32 bytes of base64url."""
        try:
            key = OKPKey.import_key(asdict(self)).public_key
        except (JoseError, ValueError) as error:
            raise refuse("bad_trust_root", f"not an Ed25519 public key: {error}") from error
        if not isinstance(key, Ed25519PublicKey) or public_jwk(key) != self:
            raise refuse("bad_trust_root", "not an Ed25519 public key in its canonical form")
        return key


def public_jwk(key: Ed25519PublicKey) -> PublicJwk:
    """The key as RFC 8037 writes it."""
    return PublicJwk(crv="Ed25519", kty="OKP", x=_base64url(key.public_bytes_raw()))


def signing_jwk(key: Ed25519PrivateKey) -> OKPKey:
    """A private key in the form that joserfc signs with."""
    jwk = asdict(public_jwk(key.public_key())) | {"d": _base64url(key.private_bytes_raw())}
    return OKPKey.import_key(jwk)


def verifying_jwk(key: PublicJwk) -> OKPKey:
    """A public key in the form that joserfc verifies with."""
    key.load()
    return OKPKey.import_key(asdict(key))


def thumbprint(key: Ed25519PublicKey | Ed25519PrivateKey) -> str:
    """RFC 7638 SHA-256 thumbprint, base64url: the name of a key everywhere in vocalkit."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return str(OKPKey.import_key(asdict(public_jwk(public))).thumbprint())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


@dataclass(frozen=True, slots=True)
class TrustRoot:
    """A key whose signature counts, and for which kinds of grant."""

    format: Literal["vocalkit-trust-root"]
    version: Literal[1]
    name: str
    kinds: tuple[GrantKind, ...]
    key: PublicJwk
    thumbprint: str

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.kinds:
            raise InputError("a trust root needs a name and at least one kind of grant")
        if thumbprint(self.key.load()) != self.thumbprint:
            raise refuse("bad_trust_root", f"trust root {self.name!r}: its thumbprint is not that of its key")

    @classmethod
    def of(cls, key: Ed25519PublicKey, *, name: str, kinds: tuple[GrantKind, ...]) -> TrustRoot:
        return cls("vocalkit-trust-root", 1, name, kinds, public_jwk(key), thumbprint(key))

    def to_bytes(self) -> bytes:
        return canonical(asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes, *, what: str = "trust root") -> TrustRoot:
        root, faults = build(cls, parse(data, what=what))
        if root is None:
            raise refuse("bad_trust_root", f"{what}: {'; '.join(map(str, faults))}")
        return root


class TrustRoots:
    """The keys trusted for one decision. There is no default set: the caller says whom it trusts."""

    __slots__ = ("_roots",)

    def __init__(self, roots: Iterable[TrustRoot]) -> None:
        self._roots = tuple(roots)
        if not self._roots:
            raise refuse("no_trust_roots", "no trusted key: without one no grant can be verified")
        if len({root.thumbprint for root in self._roots}) != len(self._roots):
            raise refuse("bad_trust_root", "the same key is listed as two trust roots")

    def find(self, key_thumbprint: str) -> TrustRoot:
        """The root with this thumbprint. Raises ConsentError when it is not trusted."""
        for root in self._roots:
            if root.thumbprint == key_thumbprint:
                return root
        raise refuse("unknown_signer", f"signed by {key_thumbprint[:60]!r}, which is not a trusted key")


def read_trust_roots(folder: Path) -> TrustRoots:
    """Every ``*.json`` in `folder`. Raises ConsentError when there is none or one is unusable."""
    try:
        texts = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    except OSError as error:
        raise ConsentError(f"cannot read the trust roots in {folder}: {error}", reason="no_trust_roots") from error
    return TrustRoots([TrustRoot.from_bytes(data, what=name) for name, data in texts])
