"""The keys an operator trusts, and the bundle a host hands to those who check its files.

A trust root is a public key with a name and the kinds of grant it may sign. Roots are files in one
folder: whoever may write there decides whose word counts on this machine. A bundle adds the root
certificate of the host's C2PA manifests, so that one file is enough for ``vocalkit verify --trust``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vocalkit.consent.canonical import canonical, parse
from vocalkit.consent.keys import PublicJwk, public_jwk
from vocalkit.consent.reasons import refuse
from vocalkit.errors import ConsentError, InputError
from vocalkit.resources import build

GrantKind = Literal["builtin", "enrolled"]
RootKind = Literal["builtin", "enrolled", "witness"]
MAX_FILE_BYTES = 64 * 1024

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{1,76}\n)+-----END CERTIFICATE-----\n")


@dataclass(frozen=True, slots=True)
class TrustRoot:
    """A key whose signature counts, and for what: the kinds of grant it may vouch for, or what it witnessed."""

    format: Literal["vocalkit-trust-root"]
    version: Literal[1]
    name: str
    kinds: tuple[RootKind, ...]
    key: PublicJwk
    thumbprint: str

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.kinds:
            raise InputError("a trust root needs a name and at least one kind")
        if self.key.thumbprint != self.thumbprint:
            raise InputError(f"the thumbprint of {self.name!r} is not that of its key")

    @classmethod
    def of(cls, key: Ed25519PublicKey | Ed25519PrivateKey, *, name: str, kinds: tuple[RootKind, ...]) -> TrustRoot:
        jwk = public_jwk(key)
        return cls("vocalkit-trust-root", 1, name, kinds, jwk, jwk.thumbprint)

    def to_bytes(self) -> bytes:
        return canonical(asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes, *, what: str = "trust root") -> TrustRoot:
        root, faults = build(cls, parse(data, what=what))
        if root is None:
            raise refuse("bad_trust_root", f"{what}: {'; '.join(map(str, faults))}")
        return root


@dataclass(frozen=True, slots=True)
class TrustBundle:
    """What a host publishes about itself. certificate: PEM of the root of its C2PA manifests."""

    format: Literal["vocalkit-trust-bundle"]
    version: Literal[1]
    root: TrustRoot
    certificate: str

    def __post_init__(self) -> None:
        if not _CERTIFICATE.fullmatch(self.certificate):
            raise InputError("a trust bundle holds exactly one PEM certificate")

    @classmethod
    def of(cls, root: TrustRoot, certificate_pem: bytes) -> TrustBundle:
        return cls("vocalkit-trust-bundle", 1, root, certificate_pem.decode("ascii"))

    @property
    def certificate_pem(self) -> bytes:
        """The trust anchor to hand to a C2PA reader."""
        return self.certificate.encode("ascii")

    def to_bytes(self) -> bytes:
        return canonical(asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes, *, what: str = "trust bundle") -> TrustBundle:
        bundle, faults = build(cls, parse(data, what=what))
        if bundle is None:
            raise refuse("bad_trust_root", f"{what}: {'; '.join(map(str, faults))}")
        return bundle


class TrustRoots:
    """The keys trusted for one decision. There is no default set: the caller says whom it trusts."""

    __slots__ = ("_roots",)

    def __init__(self, roots: Iterable[TrustRoot]) -> None:
        self._roots = tuple(roots)
        if not self._roots:
            raise refuse("no_trust_roots", "no trusted key: without one no grant can be verified")
        if len({root.thumbprint for root in self._roots}) != len(self._roots):
            raise refuse("bad_trust_root", "the same key is listed as two trust roots")

    def __iter__(self) -> Iterator[TrustRoot]:
        return iter(self._roots)

    def find(self, key_thumbprint: str) -> TrustRoot:
        """The root with this thumbprint. Raises ConsentError when it is not trusted."""
        for root in self._roots:
            if root.thumbprint == key_thumbprint:
                return root
        raise refuse("unknown_signer", f"signed by {key_thumbprint[:60]!r}, which is not a trusted key")


def read_trust_roots(folder: Path) -> TrustRoots:
    """Every ``*.json`` in `folder`. Raises ConsentError when there is none or one is unusable."""
    return TrustRoots(trust_files(folder))


def trust_files(folder: Path) -> tuple[TrustRoot, ...]:
    """The roots in a folder's ``*.json``, each a trust root or a bundle; none where there is no folder."""
    try:
        paths = sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))
    except OSError as error:
        raise ConsentError(f"cannot read the trust roots in {folder}: {error}", reason="no_trust_roots") from error
    return tuple(_root(_read(path), what=path.name) for path in paths)


def read_trust_bundle(path: Path) -> TrustBundle:
    """The bundle a host published (``vocalkit consent host show --root FILE``). Raises ConsentError."""
    return TrustBundle.from_bytes(_read(Path(path)), what=str(path))


def _root(data: bytes, *, what: str) -> TrustRoot:
    if parse(data, what=what).get("format") == "vocalkit-trust-bundle":
        return TrustBundle.from_bytes(data, what=what).root
    return TrustRoot.from_bytes(data, what=what)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise refuse("no_trust_roots", f"cannot read the trusted key {path}: {error.strerror or error}") from error
    if len(data) > MAX_FILE_BYTES:
        raise refuse("too_large", f"{path}: a trusted key has at most {MAX_FILE_BYTES} bytes")
    return data
