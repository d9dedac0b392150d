"""Merkle trees beside the definitions of RFC 9162, written down once more as they stand there."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.consent.registry.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from vocalkit.errors import InputError

# The entries and roots with which Certificate Transparency's own implementations are tested.
KNOWN_ENTRIES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
KNOWN_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def mth(entries: list[bytes]) -> bytes:
    """MTH(D[n]) over entries, as section 2.1.1 writes it."""
    n = len(entries)
    if n == 0:
        return hashlib.sha256().digest()
    if n == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = max(2**i for i in range(n) if 2**i < n)
    return hashlib.sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]), as section 2.1.3.1 writes it."""
    n = len(entries)
    if n == 1:
        return []
    k = max(2**i for i in range(n) if 2**i < n)
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b), as section 2.1.4.1 writes it."""
    n = len(entries)
    if m == n:
        return [] if whole else [mth(entries)]
    k = max(2**i for i in range(n) if 2**i < n)
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def entries_of(size: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(size)]


def flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def test_known_roots() -> None:
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT == hashlib.sha256(b"").digest()
    for entry, root in zip(KNOWN_ENTRIES, KNOWN_ROOTS, strict=True):
        frontier = frontier.add(leaf_hash(bytes.fromhex(entry)))
        assert frontier.root().hex() == root
        assert Frontier.from_bytes(frontier.size, frontier.to_bytes()) == frontier


@pytest.mark.parametrize("size", range(1, 34))
def test_every_proof_of_small_trees(size: int) -> None:
    entries = entries_of(size)
    leaves = [leaf_hash(entry) for entry in entries]
    root = tree_root(leaves)
    assert root == mth(entries)
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        assert list(proof) == path(index, entries)
        assert verify_inclusion(leaves[index], index, size, proof, root)
    for old in range(1, size + 1):
        proof = consistency_proof(leaves, old)
        assert list(proof) == subproof(old, entries, True)
        assert verify_consistency(old, size, proof, mth(entries[:old]), root)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_altered_inclusion_proof_fails(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 200))
    index = data.draw(st.integers(0, size - 1))
    leaves = [leaf_hash(entry) for entry in entries_of(size)]
    proof, root = inclusion_proof(leaves, index), tree_root(leaves)
    assert verify_inclusion(leaves[index], index, size, proof, root)
    assert not verify_inclusion(flipped(leaves[index]), index, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, proof, flipped(root))
    assert not verify_inclusion(leaves[index], index, size, (*proof, root), root)
    assert not verify_inclusion(leaves[index], size, size, proof, root)
    assert not verify_inclusion(leaves[index], -1, size, proof, root)
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        assert not verify_inclusion(leaves[index], other, size, proof, root)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not verify_inclusion(
            leaves[index], index, size, (*proof[:at], flipped(proof[at]), *proof[at + 1 :]), root
        )
        assert not verify_inclusion(leaves[index], index, size, proof[:-1], root)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_altered_consistency_proof_fails(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 200))
    old = data.draw(st.integers(1, size - 1))
    leaves = [leaf_hash(entry) for entry in entries_of(size)]
    proof, before, root = consistency_proof(leaves, old), tree_root(leaves[:old]), tree_root(leaves)
    assert verify_consistency(old, size, proof, before, root)
    assert not verify_consistency(old, size, proof, flipped(before), root)
    assert not verify_consistency(old, size, proof, before, flipped(root))
    assert not verify_consistency(old, size, (*proof, root), before, root)
    assert not verify_consistency(old, size, proof[:-1], before, root)
    assert not verify_consistency(size + 1, size, proof, before, root)
    assert not verify_consistency(0, size, proof, before, root)
    at = data.draw(st.integers(0, len(proof) - 1))
    assert not verify_consistency(old, size, (*proof[:at], flipped(proof[at]), *proof[at + 1 :]), before, root)


def test_a_changed_past_has_no_proof() -> None:
    """No two trees of which one has another entry at the same place are consistent by each other's proofs."""
    leaves = [leaf_hash(entry) for entry in entries_of(21)]
    changed = [flipped(leaf) if number == 3 else leaf for number, leaf in enumerate(leaves)]
    for old in range(4, 21):
        for proof in (consistency_proof(leaves, old), consistency_proof(changed, old)):
            assert not verify_consistency(old, 21, proof, tree_root(leaves[:old]), tree_root(changed))


def test_what_cannot_be_proved() -> None:
    leaves = [leaf_hash(b"a"), leaf_hash(b"b")]
    for index in (-1, 2):
        with pytest.raises(InputError, match="no leaf"):
            inclusion_proof(leaves, index)
    for old in (0, 3):
        with pytest.raises(InputError, match="no tree"):
            consistency_proof(leaves, old)
    for size, data in ((2, b""), (1, b"short"), (3, bytes(32))):
        with pytest.raises(InputError):
            Frontier.from_bytes(size, data)
