"""Sealing and opening: what one device signs another reads, and whatever was done to it on the way is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.relays.sealing import HpkeSuite, unwrapped
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.application.ports.relay import EnvelopeKeys
from countersign.application.use_cases.open_envelope import OpenedEnvelope, open_envelope
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.envelope import (
    HINT_BYTES,
    MAGIC,
    WRAPPED_BYTES,
    Envelope,
    EnvelopeHeader,
    Purpose,
    SignedLetter,
    WrappedKey,
    hint_of,
    wrapping_info,
)
from countersign.domain.ledger.event import Chain
from countersign.domain.ledger.governance import Device
from countersign.domain.ledger.letter import EnvelopeError, Letter
from countersign.testing.fake_relay import AdversaryStore, FakeRelay
from countersign.testing.fake_workspace_keys import WORKSPACE, DeviceKeys
from countersign.testing.fakes import START_MS, FakeEntropy

SUITE: Final = HpkeSuite()
ANNA, BEN, CLEO, MALLORY = (DeviceKeys(name) for name in ("anna", "ben", "cleo", "mallory"))
KEYS: Final = {keys.device.device: keys.public_key for keys in (ANNA, BEN, CLEO)}
EVENTS: Final = tuple(ANNA.write({"name": f"payee {place}"}) for place in range(3))
CHECKPOINT: Final = Checkpoint.of(WORKSPACE, ANNA.device.device, START_MS, {ANNA.device.device: (3, EVENTS[-1].id)})
LETTER: Final = Letter(EVENTS, SignedCheckpoint(CHECKPOINT, ANNA.sign(CHECKPOINT)), (b"%PDF-1.7 a document",))


def sealed(
    letter: Letter = LETTER,
    *recipients: DeviceKeys,
    sender: EnvelopeKeys = ANNA,
    purpose: Purpose = Purpose.EVENTS,
    seed: str = "sealing",
) -> bytes:
    devices = [keys.device for keys in recipients or (BEN, CLEO)]
    return seal_envelope(sender, SUITE, letter, devices, purpose, FakeEntropy(seed), START_MS)


def opened(content: bytes, keys: EnvelopeKeys = BEN) -> OpenedEnvelope:
    return open_envelope(keys, SUITE, content, KEYS.get, verify_ed25519)


def refused(code: str) -> pytest.RaisesExc[SecurityError]:
    return pytest.RaisesExc(SecurityError, match=f"^{re.escape(code)}$")


def made_by_hand(
    header: EnvelopeHeader,
    letter: Letter,
    *,
    signer: DeviceKeys = ANNA,
    devices: tuple[Device, ...] = (),
    binding: bytes | None = None,
) -> bytes:
    """Seal as a member's changed program could: with real keys and without our checks."""
    bound = binding or header.message
    key = bytes(range(32))
    keys = tuple(
        WrappedKey(
            hint_of(bound, device.device),
            SUITE.wrap(bytes.fromhex(device.exchange_public_key), key, wrapping_info(bound)),
        )
        for device in devices or (BEN.device,)
    )
    signed = SignedLetter(header, signer.sign(header), letter.content)
    envelope = Envelope(bound, keys, b"")
    return replace(envelope, sealed=SUITE.encrypt(key, signed.content, envelope.front)).content


def header_for(letter: Letter, *recipients: DeviceKeys, sender: DeviceKeys = ANNA) -> EnvelopeHeader:
    listed = tuple(sorted(keys.device.device for keys in recipients or (BEN,)))
    return EnvelopeHeader(
        WORKSPACE, sender.device.device, listed, Purpose.EVENTS, letter.ranges, START_MS, letter.hash, "00" * 16
    )


# --- What goes right ---


def test_every_recipient_reads_what_was_sealed() -> None:
    content = sealed()
    for keys in (BEN, CLEO):
        found = opened(content, keys)
        assert found.letter == LETTER
        assert found.header.sender == ANNA.device.device
        assert found.header.at == START_MS
        assert found.header.recipients == tuple(sorted((BEN.device.device, CLEO.device.device)))
        assert opened(content, keys) == found


def test_bodies_can_be_withheld_from_whoever_need_not_know() -> None:
    withheld = Letter(tuple(replace(event, body=None) for event in EVENTS))
    found = opened(sealed(withheld)).letter
    assert [event.body for event in found.events] == [None] * 3
    assert [event.id for event in found.events] == [event.id for event in EVENTS]


def test_nothing_in_it_can_be_read_on_the_way() -> None:
    content = sealed()
    told = (ANNA.device.device, BEN.device.device, WORKSPACE, EVENTS[0].id)
    assert not any(item.encode() in content or bytes.fromhex(item) in content for item in told)
    assert b"payee" not in content
    assert b"PDF" not in content


def test_no_two_envelopes_share_a_key_or_a_binding() -> None:
    first, second = Envelope.parse(sealed()), Envelope.parse(sealed(seed="another"))
    assert first.binding != second.binding
    assert not {key.hint for key in first.keys} & {key.hint for key in second.keys}


@given(st.lists(st.binary(max_size=2_000), max_size=5), st.sampled_from([Purpose.EVENTS, Purpose.WELCOME]))
def test_whatever_is_sealed_is_opened(documents: list[bytes], purpose: Purpose) -> None:
    letter = Letter(EVENTS[:2], None, tuple(documents))
    found = opened(sealed(letter, purpose=purpose))
    assert found.letter == letter
    assert found.header.purpose is purpose


def test_a_checkpoint_travels_alone() -> None:
    letter = Letter(checkpoint=LETTER.checkpoint)
    assert opened(sealed(letter, purpose=Purpose.CHECKPOINT)).letter.checkpoint == LETTER.checkpoint


# --- Edited, truncated, for others (SECURITY row 16) ---


def test_a_device_that_is_not_meant_can_not_open_it() -> None:
    with refused("envelope.not_for_us"):
        opened(sealed(), MALLORY)
    with refused("envelope.not_for_us"):
        opened(sealed(), ANNA)


def test_a_change_to_any_byte_is_refused() -> None:
    content = sealed(Letter((EVENTS[0],)), BEN)
    codes = set()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x20
        with pytest.raises(SecurityError, match=r"^envelope\.") as caught:
            opened(bytes(changed))
        codes.add(caught.value.code)
    assert codes == {"envelope.not_one", "envelope.not_for_us", "envelope.cut_short", "envelope.altered"}


def test_a_change_to_another_recipients_key_is_refused_too() -> None:
    content = sealed()
    ours = Envelope.parse(content).wrapped_for(BEN.device.device)
    theirs = Envelope.parse(content).wrapped_for(CLEO.device.device)
    assert ours is not None
    assert theirs is not None
    for old, new in ((theirs, bytes(WRAPPED_BYTES)), (theirs, ours)):
        with refused("envelope.altered"):
            opened(content.replace(old, new))


def test_nothing_can_be_cut_off_or_added() -> None:
    content = sealed()
    for end in (*range(0, len(content), 101), len(content) - 1):
        with pytest.raises(SecurityError, match=r"^envelope\."):
            opened(content[:end])
    with refused("envelope.altered"):
        opened(content + b"\x00")


def test_a_file_of_another_kind_is_told_from_a_damaged_one() -> None:
    with refused("envelope.not_one"):
        opened(b"PK\x03\x04")


# --- Spliced, re-addressed, replayed elsewhere ---


def test_the_keys_of_one_do_not_open_the_content_of_another() -> None:
    first, second = Envelope.parse(sealed()), Envelope.parse(sealed(seed="another"))
    pairs = zip(first.keys, second.keys, strict=True)
    exchanged = tuple(WrappedKey(mine.hint, other.wrapped) for mine, other in pairs)
    for spliced in (
        replace(first, sealed=second.sealed),
        replace(first, keys=second.keys),
        replace(first, binding=second.binding),
        Envelope(first.binding, exchanged, second.sealed),
    ):
        with pytest.raises(EnvelopeError, match=r"^envelope\.(altered|not_for_us)$"):
            opened(spliced.content)


def test_a_recipient_can_not_pass_it_on_as_if_it_had_been_meant_so() -> None:
    """Ben knows the content key: he may wrap it for Cleo, but Anna's signature does not name her."""
    letter = Letter((EVENTS[0],))
    with refused("envelope.readdressed"):
        opened(made_by_hand(header_for(letter, BEN), letter, devices=(CLEO.device,)), CLEO)
    both = tuple(sorted((BEN.device, CLEO.device), key=lambda device: device.device))
    with refused("envelope.readdressed"):
        opened(made_by_hand(header_for(letter, BEN), letter, devices=both), BEN)
    with refused("envelope.readdressed"):  # nor may anybody be left out
        opened(made_by_hand(header_for(letter, BEN, CLEO), letter, devices=(BEN.device,)), BEN)


def test_a_header_can_not_stand_before_keys_that_were_wrapped_for_another() -> None:
    letter = Letter((EVENTS[0],))
    header = header_for(letter)
    with refused("envelope.spliced"):
        opened(made_by_hand(header, letter, binding=replace(header, nonce="11" * 16).message))


def test_signatures_can_not_be_swapped() -> None:
    """SECURITY row 16: two signers swapped."""
    letter = Letter((EVENTS[0],))
    with refused("envelope.signature"):  # Ben signs in Anna's name
        opened(made_by_hand(header_for(letter, CLEO), letter, signer=BEN, devices=(CLEO.device,)), CLEO)
    with refused("envelope.signature"):  # Anna's own signature, of another letter
        header = header_for(letter)
        other = replace(header, at=START_MS + 1)
        mine = made_by_hand(header, letter)
        swapped = SignedLetter(header, ANNA.sign(other), letter.content)
        envelope = Envelope.parse(mine)
        opened(replace(envelope, sealed=SUITE.encrypt(bytes(range(32)), swapped.content, envelope.front)).content)


def test_who_is_not_known_is_not_listened_to() -> None:
    letter = Letter((EVENTS[0],))
    header = header_for(letter, sender=MALLORY)
    with refused("envelope.unknown_sender"):
        opened(made_by_hand(header, letter, signer=MALLORY))
    with refused("envelope.signature"):  # a directory that gives the wrong key is of no use
        open_envelope(
            BEN, SUITE, made_by_hand(header, letter, signer=MALLORY), lambda _: ANNA.public_key, verify_ed25519
        )


def test_another_workspaces_envelope_is_refused() -> None:
    elsewhere = DeviceKeys("anna", workspace="44" * 16)
    with refused("envelope.other_workspace"):
        opened(sealed(Letter(documents=(b"x",)), BEN, sender=elsewhere))


def test_a_letter_that_is_not_what_its_header_says_is_refused() -> None:
    letter = Letter(EVENTS[:2])
    for header, code in (
        (replace(header_for(letter), ranges=()), "envelope.ranges"),
        (replace(header_for(letter), content_hash="00" * 32), "envelope.letter"),
        (replace(header_for(letter), purpose=Purpose.CHECKPOINT), "envelope.purpose"),
    ):
        with refused(code):
            opened(made_by_hand(header, letter))


def test_a_checkpoint_that_its_device_did_not_sign_is_refused() -> None:
    letter = Letter(checkpoint=SignedCheckpoint(CHECKPOINT, bytes(64)))
    with refused("envelope.checkpoint"):
        opened(made_by_hand(header_for(letter), letter))


@pytest.mark.parametrize("seed", range(4))
def test_a_store_that_cheats_can_only_withhold(seed: int) -> None:
    """Whatever it does to bytes and names, what opens is what was sealed, and everything else has a code."""
    store = AdversaryStore(f"envelopes {seed}")
    ways = {keys.identity.member_name: FakeRelay(store, keys.identity.member_name) for keys in (ANNA, BEN, CLEO)}
    letters = [Letter(EVENTS[: place % 3 + 1], documents=(b"%d" % place,)) for place in range(6)]
    for place, letter in enumerate(letters):
        ways["anna"].put(sealed(letter, seed=f"{seed} {place}"))
    codes: set[str] = set()
    seen: set[bytes | None] = set()
    for _ in range(250):
        store.act()
        for name in ways["ben"].names()[0]:
            content = store.given("ben", name)
            if content in seen:
                continue
            seen.add(content)
            try:
                assert opened(ways["ben"].get(name) or b"").letter in letters
            except SecurityError as error:
                codes.add(error.code)
        if not ways["ben"].names()[0]:
            store.heal()
    assert {"relay.altered", "envelope.altered"} <= codes
    assert all(code.startswith(("envelope.", "relay.")) for code in codes)


# --- What is not sealed in the first place ---


def test_only_what_another_would_take_is_sealed() -> None:
    private = Letter((DeviceKeys("dora").write({"lesson": 1}, kind="lesson.finished", chain=Chain.PRIVATE),))
    attempts: list[tuple[Callable[[], bytes], str]] = [
        (lambda: sealed(private), "envelope.private_event"),
        (lambda: sealed(Letter((EVENTS[0], EVENTS[0]))), "envelope.event_twice"),
        (lambda: sealed(LETTER, BEN, BEN), "envelope.header"),
        (lambda: sealed(LETTER, purpose=Purpose.REQUEST), "envelope.purpose"),
        (lambda: sealed(Letter(documents=(bytes(33 * 2**20),))), "envelope.too_large"),
        (lambda: sealed(LETTER, sender=BEN), "envelope.checkpoint_of_another"),
    ]
    for attempt, code in attempts:
        with refused(code):
            attempt()


def test_a_device_that_left_is_sent_nothing_new() -> None:
    left = replace(CLEO.device, closed=True)
    with refused("envelope.closed_recipient"):
        seal_envelope(ANNA, SUITE, LETTER, (BEN.device, left), Purpose.EVENTS, FakeEntropy(), START_MS)


def test_a_key_that_nobody_can_agree_on_is_no_key() -> None:
    with refused("envelope.recipient_key"):
        SUITE.wrap(bytes(32), bytes(32), b"")
    with refused("envelope.recipient_key"):
        SUITE.wrap(bytes(31), bytes(32), b"")


# --- A stranger asks to join ---


def test_a_request_is_read_by_the_key_that_it_names() -> None:
    letter = Letter(documents=(MALLORY.public_key,))
    content = sealed(letter, BEN, sender=MALLORY, purpose=Purpose.REQUEST)
    with refused("envelope.unknown_sender"):
        opened(content)
    found = open_envelope(BEN, SUITE, content, KEYS.get, verify_ed25519, lambda said: said.documents[0])
    assert found.header.sender == MALLORY.device.device
    for wrong, code in ((CLEO.public_key, "envelope.signature"), (None, "envelope.unknown_sender")):
        with refused(code):
            open_envelope(BEN, SUITE, content, KEYS.get, verify_ed25519, lambda _, key=wrong: key)  # type: ignore[misc]


def test_a_stranger_can_do_nothing_but_ask() -> None:
    letter = Letter(documents=(MALLORY.public_key,))
    content = sealed(letter, BEN, sender=MALLORY)
    with refused("envelope.unknown_sender"):
        open_envelope(BEN, SUITE, content, KEYS.get, verify_ed25519, lambda said: said.documents[0])


# --- The cryptography ---


def test_a_wrapped_key_opens_for_its_device_and_its_info_alone() -> None:
    private, key = bytes(range(32)), b"k" * 32
    public = bytes.fromhex(BEN.device.exchange_public_key)
    wrapped = SUITE.wrap(public, key, b"info")
    assert len(wrapped) == WRAPPED_BYTES
    assert BEN.unwrap(wrapped, b"info") == key
    for attempt in (wrapped[:-1], wrapped + b"x", bytes(WRAPPED_BYTES), b""):
        with refused("envelope.not_for_us"):
            BEN.unwrap(attempt, b"info")
    with refused("envelope.not_for_us"):
        BEN.unwrap(wrapped, b"other")
    with refused("envelope.not_for_us"):
        unwrapped(private, wrapped, b"info")


def test_content_opens_with_its_key_and_its_front_alone() -> None:
    key = b"k" * 32
    content = SUITE.encrypt(key, b"content", b"front")
    assert SUITE.decrypt(key, content, b"front") == b"content"
    assert SUITE.decrypt(b"j" * 32, content, b"front") is None
    assert SUITE.decrypt(key, content, b"other") is None
    assert SUITE.decrypt(b"short", content, b"front") is None
    assert SUITE.decrypt(key, b"", b"front") is None


def test_its_size_is_what_was_promised() -> None:
    """A fixed front, 96 bytes for each recipient, and the tag: nothing grows with what nobody asked for."""
    one, two = sealed(Letter(), BEN), sealed(Letter(), BEN, CLEO)
    assert len(two) - len(one) == HINT_BYTES + WRAPPED_BYTES + len('"",') + 64
    assert one.startswith(MAGIC)


class Locked:
    """A vault whose key is not there."""

    identity = BEN.identity

    def sign(self, statement: object) -> bytes:  # noqa: ARG002 - the shape of the port
        raise SecurityError("vault.read_only")

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:  # noqa: ARG002 - the same
        raise SecurityError("vault.read_only")


def test_a_vault_that_can_only_be_read_says_so() -> None:
    with refused("vault.read_only"):
        opened(sealed(), Locked())
    with refused("vault.read_only"):
        sealed(Letter(), CLEO, sender=Locked())
