"""Envelopes: one form for what travels, and every departure from it refused with a code (LEDGER rule 21)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.application.ports.relay import PARCEL_LIMIT
from countersign.domain.canonical import Json, canonical_bytes
from countersign.domain.ledger.byte_reader import counted
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.envelope import (
    BINDING_BYTES,
    HINT_BYTES,
    MAGIC,
    RECIPIENTS_LIMIT,
    WRAPPED_BYTES,
    Envelope,
    EnvelopeHeader,
    Purpose,
    SignedLetter,
    WrappedKey,
    check_letter,
    hint_of,
    wrapping_info,
)
from countersign.domain.ledger.event import BODY_LIMIT, Body, Chain, Event, Header
from countersign.domain.ledger.letter import (
    DOCUMENTS_LIMIT,
    ENVELOPE_LIMIT,
    EVENTS_LIMIT,
    ChainRange,
    EnvelopeError,
    Letter,
)

WORKSPACE = "0a" * 16
ANNA, BEN, CLEO = (f"{letter}0" * 32 for letter in "abc")
SIGNATURE = bytes(range(64))
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)


def event(device: str = ANNA, seq: int = 0, **fields: object) -> Event:
    body = Body.of({"place": seq}, bytes(16))
    header = Header(
        workspace=WORKSPACE,
        device=device,
        chain=Chain.SHARED,
        seq=seq,
        prev="11" * 32 if seq else "",
        seen=(),
        lamport=seq + 1,
        at=1_000 + seq,
        kind="payee.added",
        subject="0b" * 16,
        refs=(),
        body_hash=body.hash,
    )
    return Event(replace(header, **fields), SIGNATURE, body)  # type: ignore[arg-type]


def checkpoint(device: str = ANNA, workspace: str = WORKSPACE) -> SignedCheckpoint:
    return SignedCheckpoint(Checkpoint.of(workspace, device, 5, {ANNA: (1, "ee" * 32)}), SIGNATURE)


def header_of(letter: Letter, purpose: Purpose = Purpose.EVENTS) -> EnvelopeHeader:
    return EnvelopeHeader(WORKSPACE, ANNA, (BEN, CLEO), purpose, letter.ranges, 5, letter.hash, "77" * 16)


LETTER = Letter((event(), event(seq=1), event(CLEO, 4)), checkpoint(), (b"a document", b""))
HEADER = header_of(LETTER)


def refused(code: str) -> pytest.RaisesExc[EnvelopeError]:
    return pytest.RaisesExc(EnvelopeError, match=f"^{re.escape(code)}$")


# --- Letters ---


@st.composite
def letters(draw: st.DrawFn) -> Letter:
    places = draw(st.sets(st.tuples(st.sampled_from([ANNA, BEN, CLEO]), st.integers(0, 9)), max_size=12))
    events = [event(device, seq, kind=draw(st.sampled_from(["payee.added", "order.frozen"]))) for device, seq in places]
    withheld = draw(st.sets(st.sampled_from(range(12))))
    shown = tuple(replace(one, body=None) if place in withheld else one for place, one in enumerate(events))
    said = draw(st.booleans())
    return Letter(shown, checkpoint() if said else None, tuple(draw(st.lists(st.binary(max_size=50), max_size=4))))


@given(letters())
def test_a_letter_is_read_back_as_it_was_written(letter: Letter) -> None:
    found = Letter.parse(letter.content)
    assert found == letter
    assert found.content == letter.content
    header = header_of(found)
    check_letter(header, found)
    listed = {(one.device, seq) for one in found.ranges for seq in range(one.first, one.last + 1)}
    assert listed == {(one.header.device, one.header.seq) for one in found.events}
    assert all(
        later.first > one.last + 1 or later.device != one.device
        for one, later in zip(found.ranges, found.ranges[1:], strict=False)
    )


def test_ranges_are_stretches_without_gaps() -> None:
    assert LETTER.ranges == (ChainRange(ANNA, 0, 1), ChainRange(CLEO, 4, 4))
    gap = Letter((event(seq=0), event(seq=2), event(seq=3), event(seq=3, at=9_999)))
    assert gap.ranges == (ChainRange(ANNA, 0, 0), ChainRange(ANNA, 2, 3))
    assert Letter().ranges == ()


def test_a_body_can_be_withheld_and_can_not_be_exchanged() -> None:
    withheld = Letter((replace(event(), body=None),))
    assert Letter.parse(withheld.content).events[0].body is None
    exchanged = Letter((replace(event(), body=Body.of({"place": 99}, bytes(16))),))
    with refused("envelope.event"):
        Letter.parse(exchanged.content)


COUNT = (1).to_bytes(4, "big")
NOTHING = bytes(4)
TOO_LONG = counted(bytes(BODY_LIMIT + 1))


def test_a_letter_that_departs_from_its_form_is_refused() -> None:
    whole = LETTER.content
    for cut in (*range(0, len(whole), 41), len(whole) - 1):
        with pytest.raises(EnvelopeError, match=r"^envelope\.(letter|event)$"):
            Letter.parse(whole[:cut])
    for content, code in (
        (whole + b"\x00", "envelope.letter"),
        ((EVENTS_LIMIT + 1).to_bytes(4, "big") + whole[4:], "envelope.letter"),
        (NOTHING + (DOCUMENTS_LIMIT + 1).to_bytes(4, "big") + bytes(9_000), "envelope.letter"),
        (NOTHING + NOTHING + b"\x02", "envelope.letter"),
        (COUNT + counted(b"{}") + bytes(64) + b"\x00", "envelope.event"),
        (COUNT + counted(event(seq=-1).header.content) + bytes(65) + NOTHING + b"\x00", "envelope.event"),
        (COUNT + counted(event().header.content) + bytes(64) + b"\x07", "envelope.letter"),
        (COUNT + counted(event().header.content) + bytes(64) + b"\x01" + bytes(16) + TOO_LONG, "envelope.letter"),
        (NOTHING + NOTHING + b"\x01" + counted(b"{}"), "envelope.checkpoint"),
    ):  # fmt: skip
        with refused(code):
            Letter.parse(content)


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_at_most_refused(content: bytes) -> None:
    for read in (SignedLetter.parse, EnvelopeHeader.parse, Envelope.parse):
        with pytest.raises(EnvelopeError):
            read(content)
    with suppress(EnvelopeError):  # nine zeros are an empty letter
        assert Letter.parse(content).content == content


# --- Headers ---


@given(
    st.sets(HASHES, min_size=1, max_size=5),
    st.sampled_from(Purpose),
    st.lists(st.tuples(HASHES, st.integers(0, 50), st.integers(0, 50)), max_size=4),
    st.integers(0, 2**53 - 1),
)
def test_a_header_is_read_back(
    recipients: set[str], purpose: Purpose, ranges: list[tuple[str, int, int]], at: int
) -> None:
    listed = tuple(sorted(ChainRange(device, first, first + more) for device, first, more in ranges))
    header = EnvelopeHeader(WORKSPACE, ANNA, tuple(sorted(recipients)), purpose, listed, at, "ff" * 32, "01" * 16)
    found = EnvelopeHeader.parse(header.content)
    assert found == header
    assert found.message == header.message
    assert len(header.message) == BINDING_BYTES


def test_the_message_covers_every_field() -> None:
    others = [
        replace(HEADER, workspace="0b" * 16),
        replace(HEADER, sender=BEN),
        replace(HEADER, recipients=(BEN,)),
        replace(HEADER, purpose=Purpose.WELCOME),
        replace(HEADER, ranges=HEADER.ranges[:1]),
        replace(HEADER, at=6),
        replace(HEADER, content_hash="ee" * 32),
        replace(HEADER, nonce="78" * 16),
    ]
    assert len({HEADER.message, *(other.message for other in others)}) == len(others) + 1


RANGE: Mapping[str, Json] = {"device": ANNA, "first": 0, "last": 1}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"v": 2}, "envelope.version"),
        ({"v": "1"}, "envelope.header"),
        ({"more": 1}, "envelope.header"),
        ({"purpose": "gossip"}, "envelope.header"),
        ({"workspace": "0A" * 16}, "envelope.header"),
        ({"sender": "x"}, "envelope.header"),
        ({"recipients": []}, "envelope.header"),
        ({"recipients": [BEN, BEN]}, "envelope.header"),
        ({"recipients": [CLEO, BEN]}, "envelope.header"),
        ({"recipients": [1]}, "envelope.header"),
        ({"recipients": [f"{place:064x}" for place in range(RECIPIENTS_LIMIT + 1)]}, "envelope.header"),
        ({"ranges": [1]}, "envelope.header"),
        ({"ranges": [{**RANGE, "first": 2}]}, "envelope.header"),
        ({"ranges": [{**RANGE, "first": -1}]}, "envelope.header"),
        ({"ranges": [{**RANGE, "more": 1}]}, "envelope.header"),
        ({"ranges": [{**RANGE, "device": "x"}]}, "envelope.header"),
        ({"ranges": [{**RANGE, "device": CLEO}, RANGE]}, "envelope.header"),
        ({"ranges": [RANGE] * (EVENTS_LIMIT + 1)}, "envelope.header"),
        ({"at": -1}, "envelope.header"),
        ({"content_hash": "x"}, "envelope.header"),
        ({"nonce": "x"}, "envelope.header"),
    ],
)
def test_a_header_that_departs_from_its_form_is_refused(fields: dict[str, Json], code: str) -> None:
    with refused(code):
        EnvelopeHeader.parse(canonical_bytes({**HEADER.canonical(), **fields}))


# --- What a header says of its letter ---


def test_a_letter_must_be_what_the_header_says() -> None:
    check_letter(HEADER, LETTER)
    for letter, fields, code in (
        (LETTER, {"content_hash": "ee" * 32}, "envelope.letter"),
        (LETTER, {"ranges": LETTER.ranges[:1]}, "envelope.ranges"),
        (LETTER, {"workspace": "0b" * 16}, "envelope.other_workspace"),
        (Letter((event(), event())), {}, "envelope.event_twice"),
        (Letter((event(), replace(event(), body=None))), {}, "envelope.event_twice"),
        (Letter((event(chain=Chain.PRIVATE),)), {}, "envelope.private_event"),
        (Letter((event(), event(workspace="0b" * 16))), {}, "envelope.other_workspace"),
        (Letter(checkpoint=checkpoint(workspace="0b" * 16)), {}, "envelope.other_workspace"),
        (Letter(checkpoint=checkpoint(BEN)), {}, "envelope.checkpoint_of_another"),
    ):
        header = replace(header_of(letter), **fields)
        with refused(code):
            check_letter(header, letter)


@pytest.mark.parametrize(
    ("purpose", "letter", "fits"),
    [
        (Purpose.EVENTS, LETTER, True),
        (Purpose.EVENTS, Letter(), True),
        (Purpose.WELCOME, LETTER, True),
        (Purpose.CHECKPOINT, Letter(checkpoint=checkpoint()), True),
        (Purpose.CHECKPOINT, Letter(), False),
        (Purpose.CHECKPOINT, Letter(documents=(b"",), checkpoint=checkpoint()), False),
        (Purpose.CHECKPOINT, Letter((event(),), checkpoint()), False),
        (Purpose.REQUEST, Letter(documents=(b"may I?",)), True),
        (Purpose.REQUEST, Letter(), False),
        (Purpose.REQUEST, Letter(documents=(b"may I?",), checkpoint=checkpoint()), False),
        (Purpose.REQUEST, Letter((event(),), documents=(b"may I?",)), False),
    ],
)
def test_a_letter_serves_its_purpose(purpose: Purpose, letter: Letter, fits: bool) -> None:
    header = header_of(letter, purpose)
    if fits:
        check_letter(header, letter)
    else:
        with refused("envelope.purpose"):
            check_letter(header, letter)


# --- What is sealed, and the whole ---


def test_what_is_sealed_is_read_back() -> None:
    sealed = SignedLetter(HEADER, SIGNATURE, LETTER.content)
    assert SignedLetter.parse(sealed.content) == sealed
    for cut in (0, 3, 10, 4 + len(HEADER.content), 4 + len(HEADER.content) + 63):
        with refused("envelope.cut_short"):
            SignedLetter.parse(sealed.content[:cut])
    with refused("envelope.cut_short"):
        SignedLetter.parse((3 * 1024 * 1024).to_bytes(4, "big") + bytes(64))
    with refused("envelope.header"):
        SignedLetter.parse(counted(b"{}") + bytes(64))


KEYS = tuple(WrappedKey(hint_of(HEADER.message, device), device.encode()[:1] * WRAPPED_BYTES) for device in (BEN, CLEO))
WHOLE = Envelope(HEADER.message, KEYS, b"sealed")


@given(
    st.binary(min_size=32, max_size=32),
    st.lists(st.tuples(st.binary(min_size=HINT_BYTES, max_size=HINT_BYTES), st.integers(0, 255)), max_size=4),
    st.binary(max_size=99),
)
def test_an_envelope_is_read_back(binding: bytes, keys: list[tuple[bytes, int]], sealed: bytes) -> None:
    wrapped = tuple(WrappedKey(hint, bytes([fill]) * WRAPPED_BYTES) for hint, fill in keys)
    envelope = Envelope(binding, wrapped, sealed)
    assert Envelope.parse(envelope.content) == envelope
    assert envelope.content == envelope.front + sealed


def test_a_device_finds_its_own_key_and_nobody_elses() -> None:
    assert WHOLE.wrapped_for(BEN) == KEYS[0].wrapped
    assert WHOLE.wrapped_for(CLEO) == KEYS[1].wrapped
    assert WHOLE.wrapped_for(ANNA) is None
    assert hint_of(HEADER.message, BEN) != hint_of(replace(HEADER, at=6).message, BEN)


def test_the_keys_are_for_exactly_the_recipients() -> None:
    assert WHOLE.is_for((BEN, CLEO))
    assert not WHOLE.is_for((CLEO, BEN))
    assert not WHOLE.is_for((BEN,))
    assert not WHOLE.is_for((ANNA, BEN, CLEO))


def test_the_front_names_nobody() -> None:
    for told in (WORKSPACE, ANNA, BEN, CLEO):
        assert bytes.fromhex(told) not in WHOLE.front
        assert told.encode() not in WHOLE.front
    assert wrapping_info(HEADER.message) != wrapping_info(replace(HEADER, at=6).message)


def test_other_files_and_parts_of_files_are_told_apart() -> None:
    whole = WHOLE.content
    for content, code in (
        (b"", "envelope.not_one"),
        (b"%PDF-1.7", "envelope.not_one"),
        (MAGIC.replace(b"\r\n", b"\n") + whole[len(MAGIC) :], "envelope.not_one"),
        (whole[: len(MAGIC) + 10], "envelope.cut_short"),
        (whole[: len(WHOLE.front) - 1], "envelope.cut_short"),
        (MAGIC + bytes(32) + (RECIPIENTS_LIMIT + 1).to_bytes(4, "big") + bytes(200_000), "envelope.cut_short"),
        (MAGIC + bytes(ENVELOPE_LIMIT), "envelope.too_large"),
    ):
        with refused(code):
            Envelope.parse(content)


def test_a_relay_takes_what_an_envelope_may_be() -> None:
    assert ENVELOPE_LIMIT == PARCEL_LIMIT
    with refused("envelope.too_large"):
        _ = Envelope(HEADER.message, KEYS, bytes(ENVELOPE_LIMIT)).content
