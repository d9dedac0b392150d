"""Where finished renders are signed out: the host that labels them and the registry that writes them down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vocalkit.consent.host import Host, open_host, user_consent_folder
from vocalkit.consent.moments import utc_now
from vocalkit.consent.registry import Registry, host_registry
from vocalkit.provenance import ManifestSigner


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """Whoever releases renders here. clock: aware datetimes."""

    host: Host
    registry: Registry
    clock: Callable[[], datetime] = utc_now

    @property
    def signer(self) -> ManifestSigner:
        return ManifestSigner(self.host.certificate_chain_pem, self.host.leaf_key_pem, self.host.root_pem)

    @property
    def name(self) -> str:
        """The host's key by its RFC 7638 thumbprint: nobody else's, whatever they call themselves."""
        return self.host.trust_root.thumbprint


def open_desk(folder: Path | None = None) -> Desk:
    """The desk of the host in `folder`; None: of this user. The host is made at its first use."""
    home = user_consent_folder() if folder is None else folder
    host = open_host(home)
    return Desk(host, host_registry(host, home))
