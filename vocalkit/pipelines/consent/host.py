"""Who this machine is to others: made once, shown, and handed out as a trust bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vocalkit.consent.host import Host, HostSettings, has_host, open_host, user_consent_folder
from vocalkit.errors import InputError
from vocalkit.pipelines.consent.files import write_new


def init_host(*, name: str, registry: str | None) -> dict[str, Any]:
    """Make this user's host and tell about it. Raises InputError where there is one already."""
    folder = user_consent_folder()
    return _facts(open_host(folder, settings=HostSettings(name, registry)), folder)


def show_host(*, bundle: Path | None) -> dict[str, Any]:
    """What others may know of this host; bundle: a new file for them. Raises InputError where there is no host."""
    folder = user_consent_folder()
    if not has_host(folder):
        raise InputError("there is no host here yet; make one with: vocalkit consent host init")
    host = open_host(folder)
    if bundle is not None:
        write_new(bundle, host.bundle.to_bytes())
    return _facts(host, folder)


def _facts(host: Host, folder: Path) -> dict[str, Any]:
    return {
        "name": host.name,
        "key": host.trust_root.thumbprint,
        "folder": str(folder / "host"),
        "registry": _without_password(host.registry_url),
    }


def _without_password(url: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)
