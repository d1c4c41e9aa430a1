"""Checkpoints: one form, signed by the device they name."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.canonical import Json, canonical_bytes
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.byte_reader import ByteReader, CutShortError, counted, many
from countersign.domain.ledger.checkpoint import (
    CHAINS_LIMIT,
    CHECKPOINT_LIMIT,
    Checkpoint,
    CheckpointError,
    CheckpointHead,
    SignedCheckpoint,
)
from countersign.domain.ledger.event import device_identifier
from tests.unit.domain.ledger.world import key_of, public, verify

WORKSPACE = "0a" * 16
KEY = key_of("anna")
DEVICE = device_identifier(public(KEY))
OTHER = device_identifier(public(key_of("ben")))
EVENT = "ab" * 32
KNOWN = Checkpoint.of(WORKSPACE, DEVICE, 1_795_348_800_000, {OTHER: (7, EVENT), DEVICE: (3, "cd" * 32)})
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)


def signed(checkpoint: Checkpoint) -> SignedCheckpoint:
    return SignedCheckpoint(checkpoint, KEY.sign(checkpoint.message))


def changed(**fields: Json) -> bytes:
    return canonical_bytes({**KNOWN.canonical(), **fields})


@given(
    st.dictionaries(HASHES, st.tuples(st.integers(1, 2**53 - 1), HASHES), max_size=6),
    st.integers(0, 2**53 - 1),
)
def test_what_was_written_is_read_back(heads: dict[str, tuple[int, str]], at: int) -> None:
    checkpoint = Checkpoint.of(WORKSPACE, DEVICE, at, heads)
    found = SignedCheckpoint.parse(signed(checkpoint).content)
    assert found.checkpoint == checkpoint
    assert found.holds(public(KEY), verify)
    assert found.content == signed(checkpoint).content
    assert {head.device: (head.size, head.event) for head in checkpoint.heads} == heads


def test_it_tells_of_each_chain() -> None:
    assert KNOWN.head(OTHER) == CheckpointHead(OTHER, 7, EVENT)
    assert KNOWN.head("00" * 32) is None
    assert [head.device for head in KNOWN.heads] == sorted([DEVICE, OTHER])


def test_the_message_covers_every_field() -> None:
    others = [
        Checkpoint("0b" * 16, DEVICE, KNOWN.at, KNOWN.heads),
        Checkpoint(WORKSPACE, OTHER, KNOWN.at, KNOWN.heads),
        Checkpoint(WORKSPACE, DEVICE, KNOWN.at + 1, KNOWN.heads),
        Checkpoint(WORKSPACE, DEVICE, KNOWN.at, KNOWN.heads[:1]),
    ]
    assert len({KNOWN.message, *(other.message for other in others)}) == 5
    assert len(KNOWN.message) == 32


def test_it_holds_for_the_named_device_alone() -> None:
    ours = signed(KNOWN)
    assert ours.holds(public(KEY), verify)
    assert not ours.holds(public(key_of("ben")), verify)
    named_otherwise = Checkpoint(WORKSPACE, OTHER, KNOWN.at, KNOWN.heads)
    assert not signed(named_otherwise).holds(public(KEY), verify)
    assert not signed(named_otherwise).holds(public(key_of("ben")), verify)
    assert not SignedCheckpoint(KNOWN, bytes(64)).holds(public(KEY), verify)


HEAD: Mapping[str, Json] = {"device": DEVICE, "size": 1, "event": EVENT}
MALFORMED: list[tuple[bytes, str]] = [
    (b"", "checkpoint.form"),
    (b"[]", "checkpoint.form"),
    (KNOWN.content + b" ", "checkpoint.form"),
    (changed(v=2), "checkpoint.version"),
    (changed(v=True), "checkpoint.form"),
    (changed(extra="x"), "checkpoint.form"),
    (changed(workspace="0A" * 16), "checkpoint.form"),
    (changed(workspace="0a" * 16 + "\n"), "checkpoint.form"),
    (changed(device="ab"), "checkpoint.form"),
    (changed(at=-1), "checkpoint.form"),
    (changed(heads={}), "checkpoint.form"),
    (changed(heads=["x"]), "checkpoint.form"),
    (changed(heads=[{**HEAD, "more": 1}]), "checkpoint.form"),
    (changed(heads=[{**HEAD, "size": 0}]), "checkpoint.form"),
    (changed(heads=[{**HEAD, "event": "x"}]), "checkpoint.form"),
    (changed(heads=[HEAD, HEAD]), "checkpoint.unsorted"),
    (changed(heads=[{**HEAD, "device": f"{place:064x}"} for place in range(CHAINS_LIMIT, -1, -1)]), "checkpoint.form"),
    (changed(heads=[{**HEAD, "device": "ff" * 32}, {**HEAD, "device": "00" * 32}]), "checkpoint.unsorted"),
]


@pytest.mark.parametrize(("content", "code"), MALFORMED)
def test_whatever_departs_from_the_form_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(CheckpointError, match=f"^{re.escape(code)}$"):
        SignedCheckpoint.parse(counted(content) + bytes(64))


def test_a_checkpoint_that_would_be_refused_is_not_made() -> None:
    with pytest.raises(CheckpointError, match=r"^checkpoint\.form$"):
        Checkpoint.of(WORKSPACE, DEVICE, -1, {})


def test_nothing_can_be_cut_off_or_added() -> None:
    whole = signed(KNOWN).content
    for cut in (*range(0, len(whole), 37), len(whole) - 1):
        with pytest.raises(CheckpointError, match=r"^checkpoint\.form$"):
            SignedCheckpoint.parse(whole[:cut])
    with pytest.raises(CheckpointError, match=r"^checkpoint\.form$"):
        SignedCheckpoint.parse(whole + b"\x00")
    with pytest.raises(CheckpointError, match=r"^checkpoint\.form$"):
        SignedCheckpoint.parse((CHECKPOINT_LIMIT + 1).to_bytes(4, "big") + whole[4:])


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_else_than_be_refused(content: bytes) -> None:
    with pytest.raises(SecurityError, match=r"^checkpoint\."):
        SignedCheckpoint.parse(content)


def test_a_reader_takes_what_is_there_and_no_more() -> None:
    reader = ByteReader(counted(b"abc") + b"\x01\x00" + (2).to_bytes(4, "big") + b"xyzrest")
    assert reader.counted(3) == b"abc"
    assert (reader.flag(), reader.flag()) == (True, False)
    assert many(reader, 2, lambda each: each.take(1)) == (b"x", b"y")
    assert reader.take(1) == b"z"
    with pytest.raises(CutShortError):
        reader.end()
    assert reader.rest() == b"rest"
    reader.end()
    with pytest.raises(CutShortError):
        reader.take(1)
    with pytest.raises(CutShortError):
        ByteReader(b"\x02").flag()
    with pytest.raises(CutShortError):
        ByteReader((4).to_bytes(4, "big") + bytes(4)).counted(3)
