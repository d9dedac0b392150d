"""Where the gate gets the key of a sealed model: wrapped in the registry, unwrapped by the host.

Neither alone opens a voice: the registry holds wrapped keys that it can destroy, the host the key
that unwraps them. What a vault returns is used inside the gate and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from vocalkit.consent.canonical import canonical
from vocalkit.consent.host import Host
from vocalkit.consent.reasons import refuse


class Vault(Protocol):
    """Knows the keys of sealed models."""

    def key(self, grant_id: str) -> bytes:
        """The 32 bytes that open the model sealed under this grant. Raises ConsentError where there are none."""


class WrappedKeys(Protocol):
    """What a vault asks of the registry."""

    def key(self, grant_id: str) -> bytes:
        """The wrapped key. Raises ConsentError (``key_destroyed``, ``revoked``, ``no_key``)."""


@dataclass(frozen=True, slots=True)
class RegistryVault:
    """Keys that lie wrapped in a registry, for the host that wrapped them."""

    registry: WrappedKeys
    host: Host

    def key(self, grant_id: str) -> bytes:
        return self.host.unwrap(self.registry.key(grant_id), _bound(grant_id))


@dataclass(frozen=True, slots=True)
class NoVault:
    """For built-in voices alone, which are not sealed: holds no key."""

    def key(self, grant_id: str) -> bytes:
        raise refuse("no_key", f"there is no key here for the model of grant {grant_id}")


def wrap_model_key(host: Host, *, grant_id: str, key: bytes) -> bytes:
    """The key of a sealed model as the registry may keep it (``registry.put_key``)."""
    return host.wrap(key, _bound(grant_id))


def _bound(grant_id: str) -> bytes:
    return canonical({"format": "vocalkit-model-key", "version": 1, "grant_id": grant_id})
