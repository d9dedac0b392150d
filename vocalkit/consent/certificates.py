"""The certificates under which a host signs its files: root, intermediate, leaf (C2PA 2.2, section 14.5).

Both authorities' private keys exist only while this runs. Nobody can issue another certificate under
the root that third parties trust: not a thief, and not the host itself, which makes a new chain when
this one ends. There is no revocation service to ask, because everything works offline.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vocalkit.consent.moments import years_after

VALID_YEARS = 20
_CLOCK_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Chain:
    """PEM texts. chain: leaf and intermediate, as a manifest carries them; key: the leaf's, PKCS8."""

    chain_pem: bytes
    root_pem: bytes
    key_pem: bytes = field(repr=False)


def make_chain(name: str, *, now: datetime) -> Chain:
    """A fresh chain for a host of that name, valid from a day before `now` for twenty years."""
    root_key, middle_key, leaf_key = (Ed25519PrivateKey.generate() for _ in range(3))
    root_name, middle_name = _name(name, "root"), _name(name, "authority")
    root = _authority(root_name, root_key, root_name, root_key, paths=1, now=now)
    middle = _authority(middle_name, middle_key, root_name, root_key, paths=0, now=now)
    leaf = _leaf(_name(name, "content credentials"), leaf_key, middle_name, middle_key, now=now)
    return Chain(
        chain_pem=leaf.public_bytes(Encoding.PEM) + middle.public_bytes(Encoding.PEM),
        root_pem=root.public_bytes(Encoding.PEM),
        key_pem=leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _name(name: str, role: str) -> x509.Name:
    # RFC 5280 bounds both attributes at 64 characters.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"vocalkit {role}"),
        ]
    )


def _authority(
    name: x509.Name,
    key: Ed25519PrivateKey,
    issuer: x509.Name,
    issuer_key: Ed25519PrivateKey,
    *,
    paths: int,
    now: datetime,
) -> x509.Certificate:
    builder = _builder(name, key, issuer, issuer_key, now)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=paths), critical=True)
    return builder.add_extension(_usage(authority=True), critical=True).sign(issuer_key, None)


def _leaf(
    name: x509.Name, key: Ed25519PrivateKey, issuer: x509.Name, issuer_key: Ed25519PrivateKey, *, now: datetime
) -> x509.Certificate:
    builder = _builder(name, key, issuer, issuer_key, now)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(authority=False), critical=True)
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    return builder.add_extension(purposes, critical=False).sign(issuer_key, None)


def _builder(
    name: x509.Name, key: Ed25519PrivateKey, issuer: x509.Name, issuer_key: Ed25519PrivateKey, now: datetime
) -> x509.CertificateBuilder:
    begin = now - _CLOCK_SLACK
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(years_after(begin, VALID_YEARS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
