"""Who runs vocalkit here: the keys a host countersigns, wraps and labels with, and its settings.

They lie in ``host/`` below the consent folder and are made whole at the first use: written beside,
flushed, and renamed into place, so that two processes that start at once agree on one identity, and
what a killed one left unfinished is removed at the next use. No artist's key is ever among them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vocalkit.consent.certificates import make_chain
from vocalkit.consent.grant import check_text
from vocalkit.consent.moments import utc_now
from vocalkit.consent.pem import plain_key_pem, read_plain_key
from vocalkit.consent.reasons import refuse
from vocalkit.consent.trust import TrustBundle, TrustRoot, TrustRoots, trust_files
from vocalkit.errors import InputError
from vocalkit.resources import build, locate, read_toml, toml_text, user_folder

DEFAULT_NAME = "vocalkit host"
_KEY, _KEK, _LEAF, _CHAIN, _ROOT = "signing.pem", "wrapping.key", "leaf.pem", "chain.pem", "root.pem"
_SETTINGS = "host.toml"
_WRAPPED = b"VKWRAP\x00\x01"
_STAGE = ".host-"
_MAX_FILE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What ``host.toml`` says. registry: an SQLAlchemy URL, or None for a file in the consent folder."""

    name: str
    registry: str | None = None

    def __post_init__(self) -> None:
        check_text("name", self.name, most=100)
        if self.registry is not None and "://" not in self.registry:
            raise InputError(
                f"registry must be a database URL such as postgresql+psycopg://..., got {self.registry[:80]!r}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Host:
    """A host's identity. certificate_chain_pem: leaf and intermediate; root_pem: the anchor that verifiers trust."""

    name: str
    registry_url: str
    signing_key: Ed25519PrivateKey = field(repr=False)
    certificate_chain_pem: bytes = field(repr=False)
    leaf_key_pem: bytes = field(repr=False)
    root_pem: bytes = field(repr=False)
    wrapping_key: bytes = field(repr=False)

    @property
    def trust_root(self) -> TrustRoot:
        """The public key whose countersignature vouches for enrolled voices."""
        return TrustRoot.of(self.signing_key, name=self.name, kinds=("enrolled",))

    @property
    def bundle(self) -> TrustBundle:
        """What a third party needs to check this host's grants and files."""
        return TrustBundle.of(self.trust_root, self.root_pem)

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """`key` encrypted with AES-256-GCM under this host's wrapping key, bound to `aad`."""
        nonce = os.urandom(12)
        return _WRAPPED + nonce + AESGCM(self.wrapping_key).encrypt(nonce, key, _WRAPPED + aad)

    def unwrap(self, blob: bytes, aad: bytes) -> bytes:
        """The inverse of `wrap`. Raises ConsentError (``key_damaged``)."""
        start = len(_WRAPPED) + 12
        if not blob.startswith(_WRAPPED) or len(blob) <= start + 16:
            raise refuse("key_damaged", "a wrapped key is cut short or of another form")
        try:
            return AESGCM(self.wrapping_key).decrypt(blob[len(_WRAPPED) : start], blob[start:], _WRAPPED + aad)
        except InvalidTag as error:
            raise refuse("key_damaged", "a wrapped key was altered, or is another host's or another grant's") from error


def user_consent_folder() -> Path:
    """Where this user's host and registry lie. Fixed by the platform, so that no variable points it elsewhere."""
    return user_folder("consent")


def open_host(folder: Path, *, settings: HostSettings | None = None) -> Host:
    """The host in `folder`, made there first if there is none.

    settings: of a new host; InputError where there is one already. Raises ConsentError:
    ``host_damaged``, ``host_unavailable``, ``keys_exposed`` (others may read the keys).
    """
    home = folder / "host"
    try:
        if not home.is_dir():
            made = _make(folder, home, settings or HostSettings(DEFAULT_NAME), now=utc_now())
            if not made and settings is not None:
                raise _exists(home)
        elif settings is not None:
            raise _exists(home)
        _sweep(folder)
        return _read(home)
    except OSError as error:
        raise refuse("host_unavailable", f"the keys in {home} cannot be used: {error.strerror or error}") from error


def has_host(folder: Path) -> bool:
    """Whether a host was made in `folder`."""
    return (folder / "host").is_dir()


def known_roots(folder: Path) -> TrustRoots:
    """As `trusted_roots`, where there may be no host: then it is not made, and not among them."""
    return trusted_roots(open_host(folder) if has_host(folder) else None, folder)


def trusted_roots(host: Host | None, folder: Path) -> TrustRoots:
    """Whom a host believes: the project, itself, and the roots in the ``trust`` folder below `folder`."""
    own = () if host is None else (host.trust_root,)
    roots = (*trust_files(locate("consent") / "trust"), *own, *trust_files(folder / "trust"))
    return TrustRoots({root.thumbprint: root for root in reversed(roots)}.values())


def _make(folder: Path, home: Path, settings: HostSettings, *, now: datetime) -> bool:
    """Makes the host; False where another process was first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    chain = make_chain(settings.name, now=now)
    files = {
        _KEY: plain_key_pem(Ed25519PrivateKey.generate()),
        _KEK: secrets.token_bytes(32),
        _LEAF: chain.key_pem,
        _CHAIN: chain.chain_pem,
        _ROOT: chain.root_pem,
        _SETTINGS: toml_text({"name": settings.name, "registry": settings.registry}).encode("utf-8"),
    }
    stage = Path(tempfile.mkdtemp(dir=folder, prefix=_STAGE))
    try:
        for name, data in files.items():
            with os.fdopen(os.open(stage / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        _flush_folder(stage)
        # A folder with files in it is never replaced by a rename: the first process wins.
        stage.rename(home)
    except OSError:
        # Another was first, and may have swept this stage away meanwhile.
        if home.is_dir():
            return False
        raise
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    _flush_folder(folder)
    return True


def _sweep(folder: Path) -> None:
    """Remove what processes left that were killed while they made a host: private keys are in it.

    Only where there is a host: then no stage can become one any more, whoever may still be at work in it.
    """
    for stage in folder.glob(f"{_STAGE}*"):
        shutil.rmtree(stage, ignore_errors=True)


def _read(home: Path) -> Host:
    settings, faults = build(HostSettings, _settings(home))
    if settings is None:
        raise refuse("host_damaged", f"{home / _SETTINGS}: {'; '.join(map(str, faults))}")
    wrapping_key = _bytes(home / _KEK)
    if len(wrapping_key) != 32:
        raise refuse("host_damaged", f"{home / _KEK} must hold 32 bytes; restore it from a backup")
    return Host(
        name=settings.name,
        registry_url=settings.registry or _default_registry(home.parent),
        signing_key=read_plain_key(_bytes(home / _KEY), what=str(home / _KEY)),
        certificate_chain_pem=_bytes(home / _CHAIN, secret=False),
        leaf_key_pem=_bytes(home / _LEAF),
        root_pem=_bytes(home / _ROOT, secret=False),
        wrapping_key=wrapping_key,
    )


def _settings(home: Path) -> dict[str, object]:
    try:
        return read_toml(home / _SETTINGS)
    except InputError as error:
        raise refuse("host_damaged", str(error)) from error


def _default_registry(folder: Path) -> str:
    return f"sqlite:///{quote(str((folder / 'registry.sqlite').absolute()), safe=' +/:')}"


def _bytes(path: Path, *, secret: bool = True) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise refuse("host_damaged", f"{path} is missing; restore it from a backup") from None
    if secret and sys.platform != "win32" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise refuse("keys_exposed", f"others may read {path}; change its mode: chmod 600 '{path}'")
    if not data or len(data) > _MAX_FILE_BYTES:
        raise refuse("host_damaged", f"{path} has an impossible size; restore it from a backup")
    return data


def _flush_folder(folder: Path) -> None:
    """Make a rename last: POSIX keeps names in the folder, which is flushed by itself."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _exists(home: Path) -> InputError:
    return InputError(f"there is a host in {home} already; its name and registry stand in {home / _SETTINGS}")
