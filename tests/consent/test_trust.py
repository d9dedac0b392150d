"""Trust roots and bundles are read to the letter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vocalkit.consent import TrustBundle, TrustRoot, TrustRoots, open_host, read_trust_bundle, read_trust_roots
from vocalkit.consent.canonical import canonical
from vocalkit.consent.host import trusted_roots
from vocalkit.consent.trust import MAX_FILE_BYTES
from vocalkit.resources import locate


def root_of(world: Any) -> TrustRoot:
    return TrustRoot.of(world.key, name="x", kinds=("enrolled",))


def test_trust_roots(world: Any, refused: Any, tmp_path: Path) -> None:
    root = root_of(world)
    assert TrustRoot.from_bytes(root.to_bytes()) == root
    with refused("no_trust_roots"):
        TrustRoots([])
    with refused("no_trust_roots"):
        read_trust_roots(tmp_path / "absent")
    with refused("bad_trust_root"):
        TrustRoots([root, root])
    (tmp_path / "one.json").write_bytes(root.to_bytes())
    assert read_trust_roots(tmp_path).find(root.thumbprint) == root
    other = json.loads(root.to_bytes()) | {"thumbprint": "A" * 43}
    (tmp_path / "two.json").write_bytes(canonical(other))
    with refused("bad_trust_root"):
        read_trust_roots(tmp_path)
    (tmp_path / "two.json").write_bytes(b" " * (MAX_FILE_BYTES + 1))
    with refused("too_large"):
        read_trust_roots(tmp_path)


@pytest.mark.parametrize(
    "change", [{"kinds": []}, {"kinds": ["any"]}, {"name": " "}, {"extra": 1}, {"version": 2}, {"key": {}}]
)
def test_a_root_is_read_strictly(world: Any, refused: Any, change: dict[str, Any]) -> None:
    with refused("bad_trust_root"):
        TrustRoot.from_bytes(canonical(json.loads(root_of(world).to_bytes()) | change))


def test_a_bundle_names_a_host_to_others(tmp_path: Path, refused: Any) -> None:
    host = open_host(tmp_path / "theirs")
    (tmp_path / "theirs.json").write_bytes(host.bundle.to_bytes())
    bundle = read_trust_bundle(tmp_path / "theirs.json")
    assert bundle.root == host.trust_root and bundle.certificate_pem == host.root_pem
    assert b"PRIVATE" not in bundle.to_bytes()
    with refused("no_trust_roots"):
        read_trust_bundle(tmp_path / "absent.json")


@pytest.mark.parametrize(
    "change",
    [{"certificate": ""}, {"certificate": "x"}, {"root": None}, {"version": 2}, {"more": 1}, {"format": "bundle"}],
)
def test_a_bundle_is_read_strictly(tmp_path: Path, refused: Any, change: dict[str, Any]) -> None:
    table = json.loads(open_host(tmp_path).bundle.to_bytes())
    with refused("bad_trust_root"):
        TrustBundle.from_bytes(canonical(table | change))
    with refused("bad_trust_root"):
        TrustBundle.from_bytes(canonical(table | {"certificate": table["certificate"] * 2}))


def test_whom_a_host_believes(world: Any, tmp_path: Path) -> None:
    """The project, itself, and whoever lies in its trust folder as a root or as a bundle."""
    host, other = open_host(tmp_path / "own"), open_host(tmp_path / "other")
    (project,) = read_trust_roots(locate("consent") / "trust")
    assert list(trusted_roots(host, tmp_path / "own")) == [host.trust_root, project]
    trust = tmp_path / "own" / "trust"
    trust.mkdir()
    (trust / "other.json").write_bytes(other.bundle.to_bytes())
    (trust / "artist.json").write_bytes(root_of(world).to_bytes())
    (trust / "own.json").write_bytes(host.bundle.to_bytes())
    roots = trusted_roots(host, tmp_path / "own")
    assert {root.thumbprint for root in roots} == {
        root.thumbprint for root in (project, host.trust_root, other.trust_root, root_of(world))
    }
