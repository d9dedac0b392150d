"""An artist's key file: encrypted, private, never overwritten, and refused in words."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from vocalkit.consent.pem import ROUNDS, check_passphrase, encrypted_key_pem, read_key, weakness, write_key
from vocalkit.errors import InputError, OutputError

PASSPHRASE = "sieben Zwerge ♪ im Wald"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ed25519PrivateKey]:
    path, key = tmp_path_factory.mktemp("keys") / "ada.pem", Ed25519PrivateKey.generate()
    write_key(path, key, PASSPHRASE)
    return path, key


def test_round_trip(written: tuple[Path, Ed25519PrivateKey]) -> None:
    path, key = written
    assert read_key(path, PASSPHRASE).private_bytes_raw() == key.private_bytes_raw()
    assert key.private_bytes_raw() not in path.read_bytes()


def test_other_programs_read_it(written: tuple[Path, Ed25519PrivateKey]) -> None:
    """The DER is written by hand: two independent readers must agree with it."""
    path, key = written
    loaded = load_pem_private_key(path.read_bytes(), PASSPHRASE.encode())
    assert isinstance(loaded, Ed25519PrivateKey) and loaded.private_bytes_raw() == key.private_bytes_raw()
    try:
        shown = subprocess.run(
            ["openssl", "pkey", "-in", path, "-passin", "stdin", "-pubout"],
            input=PASSPHRASE.encode(),
            capture_output=True,
            check=True,
        )
    except FileNotFoundError:
        pytest.skip("needs the openssl command")
    assert b"BEGIN PUBLIC KEY" in shown.stdout


def test_guessing_costs_what_it_should(written: tuple[Path, Ed25519PrivateKey]) -> None:
    from base64 import b64decode

    der = b64decode(b"".join(written[0].read_bytes().splitlines()[1:-1]))
    assert b"\x02\x03" + ROUNDS.to_bytes(3, "big") in der and ROUNDS >= 600_000


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_only_its_owner_reads_it(written: tuple[Path, Ed25519PrivateKey], tmp_path: Path) -> None:
    assert stat.S_IMODE(written[0].stat().st_mode) == 0o600
    before = os.umask(0)
    try:
        write_key(tmp_path / "open.pem", written[1], PASSPHRASE)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "open.pem").stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(written: tuple[Path, Ed25519PrivateKey], tmp_path: Path) -> None:
    path, key = written
    before = path.read_bytes()
    with pytest.raises(OutputError, match="never overwritten"):
        write_key(path, Ed25519PrivateKey.generate(), PASSPHRASE)
    assert path.read_bytes() == before
    with pytest.raises(OutputError):
        write_key(tmp_path / "absent" / "ada.pem", key, PASSPHRASE)
    (tmp_path / "link.pem").symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(OutputError):
        write_key(tmp_path / "link.pem", key, PASSPHRASE)
    assert not (tmp_path / "elsewhere.pem").exists()


@pytest.mark.parametrize("passphrase", ["", " ", "\t\n", "x" * 1025])
def test_passphrases_that_protect_nothing(tmp_path: Path, passphrase: str) -> None:
    with pytest.raises(InputError, match="passphrase"):
        write_key(tmp_path / "a.pem", Ed25519PrivateKey.generate(), passphrase)
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError):
        check_passphrase(passphrase)


@pytest.mark.parametrize(
    ("passphrase", "weak"),
    [("secret", True), ("123456789012", True), ("aaaaaaaaaaaaaa", True), ("correct horse battery staple", False)],
)
def test_weak_passphrases(passphrase: str, weak: bool) -> None:
    assert (weakness(passphrase) is not None) == weak


def test_a_wrong_passphrase_or_a_damaged_file(
    written: tuple[Path, Ed25519PrivateKey], tmp_path: Path, refused: Any
) -> None:
    path, _ = written
    for wrong in ("another", PASSPHRASE + " "):
        with refused("wrong_passphrase"):
            read_key(path, wrong)
    data = bytearray(path.read_bytes())
    data[60] = data[60] ^ 1 if chr(data[60] ^ 1).isalnum() else ord("A")
    (tmp_path / "damaged.pem").write_bytes(bytes(data))
    with refused("wrong_passphrase"):
        read_key(tmp_path / "damaged.pem", PASSPHRASE)


def test_files_that_are_no_artists_key(tmp_path: Path, refused: Any) -> None:
    ed25519, other = Ed25519PrivateKey.generate(), generate_private_key(SECP256R1())
    pem = {
        "plain": ed25519.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "curve": other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"words")),
        "public": b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "nothing": b"",
        "huge": encrypted_key_pem(ed25519, "words") + b"#" * 20_000,
    }
    for name, data in pem.items():
        (tmp_path / name).write_bytes(data)
        with refused("bad_key"):
            read_key(tmp_path / name, "words")
    with pytest.raises(InputError, match="cannot read"):
        read_key(tmp_path / "absent", "words")
