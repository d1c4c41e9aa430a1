"""Merkle trees over event identifiers (RFC 9162 §2.1): roots, inclusion proofs and consistency proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """Return the largest power of two smaller than ``size`` (``size`` > 1)."""
    return 1 << (size - 1).bit_length() - 1


class MerkleTree:
    """A tree over a list of entries that remembers the roots of its full subtrees."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self._leaves = [leaf_hash(entry) for entry in entries]
        self._full: dict[tuple[int, int], bytes] = {}

    @property
    def size(self) -> int:
        """How many entries the tree has."""
        return len(self._leaves)

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first ``size`` entries (all, if not given); SHA-256 of nothing for an empty tree."""
        upto = self.size if size is None else size
        if not 0 <= upto <= self.size:
            raise ValueError(upto)
        return self._root(0, upto) if upto else hashlib.sha256(b"").digest()

    def _root(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return self._leaves[start]
        known = self._full.get((start, end))
        if known is not None:
            return known
        middle = start + _split(end - start)
        found = _node_hash(self._root(start, middle), self._root(middle, end))
        if (end - start).bit_count() == 1:
            self._full[start, end] = found
        return found

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the audit path of entry ``index`` in the tree over the first ``size`` entries (RFC 9162 §2.1.3.1)."""
        upto = self.size if size is None else size
        if not 0 <= index < upto <= self.size:
            raise ValueError(index)
        path: list[bytes] = []
        start, end = 0, upto
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._root(middle, end))
                end = middle
            else:
                path.append(self._root(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency_proof(self, first: int, second: int | None = None) -> tuple[bytes, ...]:
        """Prove that the tree over ``first`` entries is a prefix of that over ``second`` (RFC 9162 §2.1.4.1)."""
        upto = self.size if second is None else second
        if not 0 < first <= upto <= self.size:
            raise ValueError(first)
        path: list[bytes] = []
        start, end, whole = 0, upto, True
        while first - start != end - start:
            middle = start + _split(end - start)
            if first <= middle:
                path.append(self._root(middle, end))
                end = middle
            else:
                path.append(self._root(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._root(start, end))
        return tuple(reversed(path))


def verify_inclusion(entry: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check an audit path (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf_hash(entry)
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = _node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = _node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Check a consistency proof (RFC 9162 §2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    proof = [first_root, *path] if first.bit_count() == 1 else list(path)
    if not proof:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = _node_hash(sibling, old), _node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = _node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
