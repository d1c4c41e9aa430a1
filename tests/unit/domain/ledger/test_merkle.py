"""Merkle trees as in RFC 9162: every pair up to 64, cross-checked with another library, and every mutation fails."""

from __future__ import annotations

import hashlib

import pytest
from pymerkle import InmemoryTree
from pymerkle import verify_consistency as their_consistency
from pymerkle import verify_inclusion as their_inclusion
from pymerkle.proof import InvalidProof

from countersign.domain.ledger.merkle import MerkleTree, leaf_hash, verify_consistency, verify_inclusion

UPTO = 64
ENTRIES = [hashlib.sha256(bytes([number])).digest() for number in range(UPTO)]
TREE = MerkleTree(ENTRIES)
ROOTS = [TREE.root(size) for size in range(UPTO + 1)]

# The eight entries and roots that implementations of Certificate Transparency (RFC 6962 and 9162) test with.
KNOWN_ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def _flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def test_known_roots() -> None:
    tree = MerkleTree([bytes.fromhex(entry) for entry in KNOWN_ENTRIES])
    assert [tree.root(size).hex() for size in range(1, 9)] == KNOWN_ROOTS
    assert tree.root(0) == hashlib.sha256(b"").digest()
    assert tree.root() == tree.root(8)
    assert tree.size == 8
    assert leaf_hash(b"").hex() == KNOWN_ROOTS[0]


def test_every_inclusion_up_to_64_holds_and_every_mutation_fails() -> None:
    for size in range(1, UPTO + 1):
        root = ROOTS[size]
        for index in range(size):
            path = TREE.inclusion_proof(index, size)
            assert verify_inclusion(ENTRIES[index], index, size, path, root)
            assert not verify_inclusion(_flipped(ENTRIES[index]), index, size, path, root)
            assert not verify_inclusion(ENTRIES[index], index, size, path, _flipped(root))
            assert not verify_inclusion(ENTRIES[index], index, size, (*path, root), root)
            for place in range(len(path)):
                changed = [*path[:place], _flipped(path[place]), *path[place + 1 :]]
                assert not verify_inclusion(ENTRIES[index], index, size, changed, root)
                assert not verify_inclusion(ENTRIES[index], index, size, [*path[:place], *path[place + 1 :]], root)
            for other in {index - 1, index + 1, index ^ 2} - {index}:
                assert not verify_inclusion(ENTRIES[index], other, size, path, root)


def test_every_consistency_up_to_64_holds_and_every_mutation_fails() -> None:
    for second in range(1, UPTO + 1):
        for first in range(1, second + 1):
            path = TREE.consistency_proof(first, second)
            old, new = ROOTS[first], ROOTS[second]
            assert verify_consistency(first, second, path, old, new)
            assert not verify_consistency(first, second, path, _flipped(old), new)
            assert not verify_consistency(first, second, path, old, _flipped(new))
            assert not verify_consistency(first, second, (*path, new), old, new)
            for place in range(len(path)):
                changed = [*path[:place], _flipped(path[place]), *path[place + 1 :]]
                assert not verify_consistency(first, second, changed, old, new)
                assert not verify_consistency(first, second, [*path[:place], *path[place + 1 :]], old, new)
            if first < second:
                assert not verify_consistency(first + 1, second, path, old, new)
                assert not verify_consistency(first, second, path, new, old)


def test_another_implementation_agrees_up_to_64() -> None:
    theirs = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES:
        theirs.append_entry(entry)
    for size in range(1, UPTO + 1):
        assert theirs.get_root(size) == ROOTS[size]
        for index in range(size):
            proof = theirs.prove_inclusion(index + 1, size)
            their_inclusion(leaf_hash(ENTRIES[index]), ROOTS[size], proof)
            ours = TREE.inclusion_proof(index, size)
            assert tuple(proof.path[1:]) == ours
        for first in range(1, size + 1):
            their_consistency(ROOTS[first], ROOTS[size], theirs.prove_consistency(first, size))
    with pytest.raises(InvalidProof):
        their_inclusion(leaf_hash(b"other"), ROOTS[UPTO], theirs.prove_inclusion(1, UPTO))


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [(0, 0, ()), (-1, 1, ()), (1, 1, ()), (0, 1, (ENTRIES[0],))],
)
def test_impossible_inclusions_are_false(index: int, size: int, path: tuple[bytes, ...]) -> None:
    assert not verify_inclusion(ENTRIES[0], index, size, path, ROOTS[1])


@pytest.mark.parametrize(("first", "second"), [(0, 1), (2, 1), (-1, 4), (3, 7)])
def test_impossible_consistencies_are_false(first: int, second: int) -> None:
    assert not verify_consistency(first, second, (), ROOTS[1], ROOTS[1])


def test_asking_for_what_the_tree_does_not_hold_raises() -> None:
    tree = MerkleTree(ENTRIES[:4])
    for size in (-1, 5):
        with pytest.raises(ValueError, match=str(size)):
            tree.root(size)
    for index, size in ((4, 4), (-1, 4), (0, 5), (2, 2)):
        with pytest.raises(ValueError, match=str(index)):
            tree.inclusion_proof(index, size)
    for first, second in ((0, 4), (5, 4), (3, 2), (1, 5)):
        with pytest.raises(ValueError, match=str(first)):
            tree.consistency_proof(first, second)
    assert tree.inclusion_proof(1) == tree.inclusion_proof(1, 4)
    assert tree.consistency_proof(2) == tree.consistency_proof(2, 4)
