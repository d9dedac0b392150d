"""The key that everybody knows, so that everybody can look for the mark."""

from __future__ import annotations

from dataclasses import dataclass

from vocalkit.errors import InputError
from vocalkit.provenance.watermark.code import MIN_KEY_BYTES
from vocalkit.resources import build, locate, read_toml


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """What ``consent/watermark.toml`` says. key_hex: the key's bytes, two digits each."""

    name: str
    key_hex: str

    def __post_init__(self) -> None:
        try:
            size = len(self.key)
        except ValueError as error:
            raise InputError(f"key_hex must be hexadecimal digits: {error}") from error
        if size < MIN_KEY_BYTES:
            raise InputError(f"key_hex must hold at least {MIN_KEY_BYTES} bytes, got {size}")

    @property
    def key(self) -> bytes:
        return bytes.fromhex(self.key_hex)


def published_key() -> PublishedKey:
    """The key with which renders are marked unless a host has one of its own."""
    path = locate("consent") / "watermark.toml"
    key, faults = build(PublishedKey, read_toml(path))
    if key is None:
        raise InputError(f"{path}: {'; '.join(map(str, faults))}")
    return key
