"""An artist's private key in a file: PKCS8 PEM (RFC 5958), encrypted with a passphrase.

PBES2 (RFC 8018) with AES-256-CBC and 600,000 rounds of PBKDF2-HMAC-SHA256: `cryptography` and
OpenSSL write the same form with 2,048 rounds, which a graphics card tries too quickly, so the outer
layer is written here; both read it. A file is never overwritten: a lost key cannot be replaced.
"""

from __future__ import annotations

import base64
import hashlib
import os
import textwrap
from dataclasses import asdict
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from vocalkit.consent.canonical import canonical, parse
from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.reasons import refuse
from vocalkit.errors import InputError, OutputError
from vocalkit.resources import build

ROUNDS = 600_000
SHORT = 12
MAX_PASSPHRASE_BYTES = 1024
MAX_FILE_BYTES = 16 * 1024

# The DER of the object identifiers, tag and length included.
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("06082a864886f70d0209")
_AES256_CBC = bytes.fromhex("060960864801650304012a")
_NULL = b"\x05\x00"
_INTEGER, _OCTETS, _SEQUENCE = 0x02, 0x04, 0x30


def check_passphrase(passphrase: str) -> bytes:
    """The bytes of a passphrase. Raises InputError for one that is empty or longer than 1,024 bytes."""
    data = passphrase.encode("utf-8")
    if not passphrase.strip():
        raise InputError("a passphrase must not be empty: whoever copies the key file could sign as you")
    if len(data) > MAX_PASSPHRASE_BYTES:
        raise InputError(f"a passphrase has at most {MAX_PASSPHRASE_BYTES} bytes, this has {len(data)}")
    return data


def weakness(passphrase: str) -> str | None:
    """Why a passphrase is soon guessed, in a few words, or None. It errs on the mild side."""
    if len(passphrase) < SHORT:
        return f"it has fewer than {SHORT} characters; four or five random words are better"
    if len(set(passphrase)) < 6 or passphrase.isdecimal():
        return "it uses few different characters; four or five random words are better"
    return None


def encrypted_key_pem(key: Ed25519PrivateKey, passphrase: str) -> bytes:
    """The key as ``ENCRYPTED PRIVATE KEY``. Raises InputError for an unusable passphrase."""
    salt, vector = os.urandom(16), os.urandom(16)
    secret = hashlib.pbkdf2_hmac("sha256", check_passphrase(passphrase), salt, ROUNDS, 32)
    padder, cipher = PKCS7(128).padder(), Cipher(algorithms.AES(secret), modes.CBC(vector)).encryptor()
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    hidden = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()
    rounds = ROUNDS.to_bytes(3, "big")
    derivation = _tlv(_SEQUENCE, _tlv(_OCTETS, salt), _tlv(_INTEGER, rounds), _tlv(_SEQUENCE, _HMAC_SHA256, _NULL))
    parameters = _tlv(
        _SEQUENCE,
        _tlv(_SEQUENCE, _PBKDF2, derivation),
        _tlv(_SEQUENCE, _AES256_CBC, _tlv(_OCTETS, vector)),
    )
    der = _tlv(_SEQUENCE, _tlv(_SEQUENCE, _PBES2, parameters), _tlv(_OCTETS, hidden))
    lines = "\n".join(textwrap.wrap(base64.b64encode(der).decode("ascii"), 64))
    return f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{lines}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode("ascii")


def _tlv(tag: int, *parts: bytes) -> bytes:
    """DER: tag, length, value (X.690). Nothing here is longer than 255 bytes."""
    value = b"".join(parts)
    length = bytes([len(value)]) if len(value) < 128 else bytes([0x81, len(value)])
    return bytes([tag]) + length + value


def write_key(path: Path, key: Ed25519PrivateKey, passphrase: str) -> None:
    """Write the encrypted key, mode 0600. Raises OutputError where a file is there or none can be written."""
    data = encrypted_key_pem(key, passphrase)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise OutputError(f"{path} exists; a key is never overwritten, choose another name") from None
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
        raise


def read_key(path: Path, passphrase: str) -> Ed25519PrivateKey:
    """An artist's key. Raises ConsentError (``bad_key``, ``wrong_passphrase``), InputError where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot read the key {path}: {error.strerror or error}") from error
    if len(data) > MAX_FILE_BYTES or b"-----BEGIN ENCRYPTED PRIVATE KEY-----" not in data:
        raise refuse("bad_key", f"{path} is not a passphrase-protected private key; make one with: consent keygen")
    return _load(data, check_passphrase(passphrase), what=str(path))


def public_key_bytes(key: PublicJwk) -> bytes:
    """A public key as a file: its JWK (RFC 8037) in canonical JSON."""
    return canonical(asdict(key))


def read_public_key(path: Path) -> PublicJwk:
    """The inverse of `public_key_bytes`. Raises ConsentError (``bad_key``), InputError where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot read the public key {path}: {error.strerror or error}") from error
    if b"PRIVATE KEY" in data:
        raise refuse(
            "bad_key", f"{path} is a private key; hand out {path.with_suffix('.pub').name}, which lies beside it"
        )
    key, faults = build(PublicJwk, parse(data[:MAX_FILE_BYTES].strip(), what=str(path)))
    if key is None:
        raise refuse("bad_key", f"{path} is not a public key: {'; '.join(map(str, faults))}")
    return key


def plain_key_pem(key: Ed25519PrivateKey) -> bytes:
    """A host's own key, unencrypted: a host works unattended, and its folder's mode guards it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_plain_key(data: bytes, *, what: str) -> Ed25519PrivateKey:
    """The inverse of `plain_key_pem`; what: names it in errors. Raises ConsentError (``bad_key``)."""
    return _load(data, None, what=what)


def _load(data: bytes, passphrase: bytes | None, *, what: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(data, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        # OpenSSL tells a wrong passphrase and a damaged file apart only by luck (the padding).
        if passphrase is not None:
            raise refuse("wrong_passphrase", f"{what}: the passphrase is wrong, or the file is damaged") from error
        raise refuse("bad_key", f"{what} is not a private key in PEM form") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise refuse("bad_key", f"{what} holds another kind of key than Ed25519; make one with: consent keygen")
    return key
