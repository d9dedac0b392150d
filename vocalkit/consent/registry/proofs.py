"""Proofs for third parties: that an entry is in the ledger, that a later ledger begins with an earlier one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from vocalkit.consent.registry.chain import Entry
from vocalkit.consent.registry.ledger import leaf_hashes, stored_entries
from vocalkit.consent.registry.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from vocalkit.errors import InputError


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """RFC 9162, 2.1.3: `entry` (its bytes) is number `sequence` of the `tree_size` under `root_hash`. Hashes hex."""

    sequence: int
    tree_size: int
    root_hash: str
    entry: str
    path: tuple[str, ...]

    def holds(self) -> bool:
        return verify_inclusion(
            leaf_hash(self.entry.encode()),
            self.sequence,
            self.tree_size,
            [bytes.fromhex(node) for node in self.path],
            bytes.fromhex(self.root_hash),
        )


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """RFC 9162, 2.1.4: the tree of `tree_size` entries begins with that of `old_size`. Hashes hex."""

    old_size: int
    old_root_hash: str
    tree_size: int
    root_hash: str
    path: tuple[str, ...]

    def holds(self) -> bool:
        return verify_consistency(
            self.old_size,
            self.tree_size,
            [bytes.fromhex(node) for node in self.path],
            bytes.fromhex(self.old_root_hash),
            bytes.fromhex(self.root_hash),
        )


def prove_inclusion(connection: Connection, sequence: int, tree_size: int) -> InclusionProof:
    """O(tree_size). Raises InputError where there is no such entry or tree."""
    leaves = leaf_hashes(connection, tree_size)
    path = inclusion_proof(leaves, sequence)
    entry = _entry(connection, sequence)
    return InclusionProof(
        sequence, tree_size, tree_root(leaves).hex(), entry.to_bytes().decode(), tuple(node.hex() for node in path)
    )


def prove_consistency(connection: Connection, old_size: int, tree_size: int) -> ConsistencyProof:
    """O(tree_size). Raises InputError where there are no such trees."""
    leaves = leaf_hashes(connection, tree_size)
    path = consistency_proof(leaves, old_size)
    return ConsistencyProof(
        old_size,
        tree_root(leaves[:old_size]).hex(),
        tree_size,
        tree_root(leaves).hex(),
        tuple(node.hex() for node in path),
    )


def _entry(connection: Connection, sequence: int) -> Entry:
    for entry, _ in stored_entries(connection, start=sequence):
        return entry
    raise InputError(f"no entry {sequence} in the ledger")
