"""Merkle trees as RFC 9162 (Certificate Transparency 2.0), section 2.1, defines them. Pure.

Hashes are 32-byte SHA-256 values. A leaf's hash is over 0x00 and the entry, a node's over 0x01 and
its two children, so that no entry can pass for a node.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from vocalkit.errors import InputError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
MAX_PROOF = 64
"""No tree of fewer than 2^64 leaves has a longer inclusion proof."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree by its right edge: the roots of its perfect subtrees, largest first, one per 1-bit of `size`.

    Enough to add leaves and to know the root, each in O(log size).
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.roots) != self.size.bit_count():
            raise InputError(f"{len(self.roots)} subtrees are not the edge of a tree of {self.size} leaves")

    def add(self, leaf: bytes) -> Frontier:
        """The tree with one more leaf hash."""
        roots, node, size = list(self.roots), leaf, self.size
        # Like a carry in binary: every trailing 1-bit is a full subtree that the new one completes.
        while size & 1:
            node = node_hash(roots.pop(), node)
            size >>= 1
        return Frontier(self.size + 1, (*roots, node))

    def root(self) -> bytes:
        """The tree head's hash; that of nothing for an empty tree."""
        if not self.roots:
            return EMPTY_ROOT
        *rest, node = self.roots
        for left in reversed(rest):
            node = node_hash(left, node)
        return node

    def to_bytes(self) -> bytes:
        return b"".join(self.roots)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Frontier:
        """Raises InputError where `data` is not the edge of a tree of `size` leaves."""
        if len(data) % HASH_BYTES:
            raise InputError(f"a hash has {HASH_BYTES} bytes")
        return cls(size, tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)))


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of leaf hashes (section 2.1.1)."""
    level = list(leaves)
    while len(level) > 1:
        # Pairs from the left; what is left over at the right rises as it is.
        above = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = above + level[2 * len(above) :]
    return level[0] if level else EMPTY_ROOT


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """PATH(index, leaves), section 2.1.3.1: the siblings from the leaf up. O(n). Raises InputError."""
    if not 0 <= index < len(leaves):
        raise InputError(f"no leaf {index} in a tree of {len(leaves)}")
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(tree_root(leaves[middle:high]))
            high = middle
        else:
            path.append(tree_root(leaves[low:middle]))
            low = middle
    return tuple(reversed(path))


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """PROOF(old_size, leaves), section 2.1.4.1, for 0 < old_size <= n. O(n). Raises InputError."""
    if not 0 < old_size <= len(leaves):
        raise InputError(f"no tree of {old_size} leaves within one of {len(leaves)}")
    path: list[bytes] = []
    low, high, whole = 0, len(leaves), True
    while old_size != high:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append(tree_root(leaves[middle:high]))
            high = middle
        else:
            path.append(tree_root(leaves[low:middle]))
            low, whole = middle, False
    if not whole:
        path.append(tree_root(leaves[low:high]))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` shows `leaf` at `index` of the tree of `size` leaves with this root (2.1.3.2)."""
    if not 0 <= index < size or len(path) > MAX_PROOF:
        return False
    first, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if first & 1 or first == last:
            node = node_hash(sibling, node)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(old_size: int, size: int, path: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Whether `path` shows that the tree of `size` leaves begins with that of `old_size` (2.1.4.2)."""
    if not 0 < old_size <= size or len(path) > 2 * MAX_PROOF:
        return False
    if old_size == size:
        return not path and old_root == root
    # A perfect old tree is itself the first node of the proof.
    steps = list(path) if old_size & (old_size - 1) else [old_root, *path]
    if not steps:
        return False
    first, last = old_size - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def _split(count: int) -> int:
    """The largest power of two below `count` (> 1)."""
    return 1 << (count - 1).bit_length() - 1
