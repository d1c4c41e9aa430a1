"""Envelopes: the form of what travels between devices (LEDGER rule 21; SECURITY rows 13, 15, 16).

An envelope is, in bytes::

    magic ‖ binding ‖ count ‖ count x (hint ‖ wrapped key)        the front, which anybody can read
    AES-256-GCM(content key; header ‖ signature ‖ letter)         the rest; the front is authenticated with it

``binding`` is the SHA-256 of the header, so it commits to workspace, sender, recipients, purpose and chain ranges and,
since the header holds 128 random bits, tells none of them. It is the ``info`` of HPKE for every wrapped key: a key of
one envelope can't be put before the content of another. The sender's signature covers the same 32 bytes, and the
header names the recipients: what was sent to one device can't be passed on to another as if it had been meant for it.
A hint lets a device find its own wrapped key; who does not know a device's identifier learns nothing from it.

No forward secrecy is claimed: whoever gets hold of a device's exchange key later can read what was sent to it before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from countersign.domain.canonical import Fields, Json, canonical_bytes, parse_canonical
from countersign.domain.ledger.byte_reader import ByteReader, counted, many, refused_as
from countersign.domain.ledger.event import SIGNATURE_BYTES, Chain
from countersign.domain.ledger.letter import ENVELOPE_LIMIT, EVENTS_LIMIT, ChainRange, EnvelopeError, Letter

ENVELOPE_FORMAT = 1
MAGIC = b"countersign envelope 1\r\n\x1a\n"  # a transfer that changes line ends shows itself at once
RECIPIENTS_LIMIT = 1_000
CONTENT_KEY_BYTES = 32
NONCE_BYTES = 16
WRAPPED_BYTES = 80
"""HPKE with X25519 and AES-256-GCM: 32 bytes of encapsulated key, the content key, 16 bytes of tag (RFC 9180 §7)."""
HINT_BYTES = 16
BINDING_BYTES = 32

_HEADER_LIMIT = 2 * 1024 * 1024
_HEADER_TAG = b"countersign/envelope/1\x00"
_HINT_TAG = b"countersign/envelope-hint/1\x00"
_INFO_TAG = b"countersign/envelope-key/1\x00"
_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")


class Purpose(StrEnum):
    """What an envelope is for."""

    EVENTS = "events"  # events, documents, and the sender's checkpoint
    CHECKPOINT = "checkpoint"  # a checkpoint and nothing else
    WELCOME = "welcome"  # what a joining device starts from
    REQUEST = "request"  # a device that is not a member's yet asks to join: documents only


@dataclass(frozen=True)
class EnvelopeHeader:
    """What the sender signs.

    Attributes:
        workspace: 32 hex digits.
        sender: The device that signs.
        recipients: Devices, sorted, without repetition, at least one.
        purpose: See ``Purpose``.
        ranges: Which events the letter holds, sorted.
        at: Milliseconds since the epoch, UTC, by the sender's clock.
        content_hash: Of the letter, see ``Letter.hash``.
        nonce: 128 random bits in hex, so that nobody can guess the header from its hash.
    """

    workspace: str
    sender: str
    recipients: tuple[str, ...]
    purpose: Purpose
    ranges: tuple[ChainRange, ...]
    at: int
    content_hash: str
    nonce: str
    v: int = ENVELOPE_FORMAT

    def canonical(self) -> dict[str, Json]:
        """Return the header as a canonical object."""
        return {
            "v": self.v,
            "workspace": self.workspace,
            "sender": self.sender,
            "recipients": list(self.recipients),
            "purpose": self.purpose.value,
            "ranges": [stretch.canonical() for stretch in self.ranges],
            "at": self.at,
            "content_hash": self.content_hash,
            "nonce": self.nonce,
        }

    @cached_property
    def content(self) -> bytes:
        """The canonical bytes."""
        return canonical_bytes(self.canonical())

    @cached_property
    def message(self) -> bytes:
        """The 32 bytes that the sender signs: the envelope's ``binding``."""
        return hashlib.sha256(_HEADER_TAG + self.content).digest()

    @classmethod
    def parse(cls, content: bytes) -> EnvelopeHeader:
        """Read a header from its canonical bytes.

        Raises:
            EnvelopeError: ``envelope.version``, ``envelope.header``.
        """
        with refused_as(EnvelopeError, "envelope.header"):
            fields = Fields(parse_canonical(content), "envelope")
            version, purpose = fields.integer("v"), fields.text("purpose")
            if version != ENVELOPE_FORMAT:
                raise EnvelopeError("envelope.version", version=version)
            if purpose not in Purpose._value2member_map_:
                raise EnvelopeError("envelope.header", reason="purpose")
            found = cls(
                v=version,
                workspace=fields.text("workspace"),
                sender=fields.text("sender"),
                recipients=fields.texts("recipients"),
                purpose=Purpose(purpose),
                ranges=tuple(ChainRange.read(item) for item in fields.items("ranges")),
                at=fields.integer("at"),
                content_hash=fields.text("content_hash"),
                nonce=fields.text("nonce"),
            )
            fields.end()
        found.check_form()
        return found

    def check_form(self) -> None:
        """Check what can be seen of one header alone.

        Raises:
            EnvelopeError: ``envelope.header``.
        """
        named = (self.sender, self.content_hash, *self.recipients, *(stretch.device for stretch in self.ranges))
        well_formed = (
            _IDENTIFIER.fullmatch(self.workspace)
            and _IDENTIFIER.fullmatch(self.nonce)
            and all(_HASH.fullmatch(item) for item in named)
            and 1 <= len(self.recipients) <= RECIPIENTS_LIMIT
            and list(self.recipients) == sorted(set(self.recipients))
            and len(self.ranges) <= EVENTS_LIMIT
            and list(self.ranges) == sorted(self.ranges)
            and all(0 <= stretch.first <= stretch.last for stretch in self.ranges)
            and self.at >= 0
        )
        if not well_formed:
            raise EnvelopeError("envelope.header", reason="field")


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The content key, encrypted to one device: 80 bytes, found by a hint of 16."""

    hint: bytes
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope as it travels: the front that anybody can read, and what is sealed."""

    binding: bytes
    keys: tuple[WrappedKey, ...]
    sealed: bytes

    @property
    def front(self) -> bytes:
        """Everything before what is sealed; authenticated with it."""
        keys = b"".join(key.hint + key.wrapped for key in self.keys)
        return MAGIC + self.binding + len(self.keys).to_bytes(4, "big") + keys

    @property
    def content(self) -> bytes:
        """All the bytes.

        Raises:
            EnvelopeError: ``envelope.too_large``: put the events into several.
        """
        found = self.front + self.sealed
        if len(found) > ENVELOPE_LIMIT:
            raise EnvelopeError("envelope.too_large", size=len(found))
        return found

    def wrapped_for(self, device: str) -> bytes | None:
        """Find the wrapped key of a device; None where the envelope is not for it."""
        hint = hint_of(self.binding, device)
        return next((key.wrapped for key in self.keys if key.hint == hint), None)

    def is_for(self, recipients: Sequence[str]) -> bool:
        """Tell whether the wrapped keys are for exactly these devices, in their order."""
        return [key.hint for key in self.keys] == [hint_of(self.binding, device) for device in recipients]

    @classmethod
    def parse(cls, content: bytes) -> Envelope:
        """Read an envelope's front.

        Raises:
            EnvelopeError: ``envelope.too_large``, ``envelope.not_one`` (another kind of file), ``envelope.cut_short``.
        """
        if len(content) > ENVELOPE_LIMIT:
            raise EnvelopeError("envelope.too_large", size=len(content))
        if not content.startswith(MAGIC):
            raise EnvelopeError("envelope.not_one")
        with refused_as(EnvelopeError, "envelope.cut_short"):
            reader = ByteReader(content)
            reader.take(len(MAGIC))
            binding = reader.take(BINDING_BYTES)
            keys = many(
                reader, RECIPIENTS_LIMIT, lambda each: WrappedKey(each.take(HINT_BYTES), each.take(WRAPPED_BYTES))
            )
        return cls(binding, keys, reader.rest())


@dataclass(frozen=True, slots=True)
class SignedLetter:
    """What is sealed: a header, the sender's signature over ``header.message``, and the letter's bytes, unread."""

    header: EnvelopeHeader
    signature: bytes
    letter: bytes

    @property
    def content(self) -> bytes:
        """The bytes to seal."""
        return counted(self.header.content) + self.signature + self.letter

    @classmethod
    def parse(cls, content: bytes) -> SignedLetter:
        """Read what was sealed.

        Raises:
            EnvelopeError: ``envelope.version``, ``envelope.header``, ``envelope.cut_short``.
        """
        with refused_as(EnvelopeError, "envelope.cut_short"):
            reader = ByteReader(content)
            header = reader.counted(_HEADER_LIMIT)
            signature = reader.take(SIGNATURE_BYTES)
        return cls(EnvelopeHeader.parse(header), signature, reader.rest())


def hint_of(binding: bytes, device: str) -> bytes:
    """Return the hint by which a device finds its key in the envelope with this binding."""
    return hashlib.sha256(_HINT_TAG + binding + device.encode()).digest()[:HINT_BYTES]


def wrapping_info(binding: bytes) -> bytes:
    """Return the ``info`` of HPKE (RFC 9180 §5.1) for every wrapped key of the envelope with this binding."""
    return _INFO_TAG + binding


def check_letter(header: EnvelopeHeader, letter: Letter) -> None:
    """Check that a letter is what the header says.

    Raises:
        EnvelopeError: ``envelope.event_twice``, ``envelope.private_event``, ``envelope.other_workspace``,
            ``envelope.ranges``, ``envelope.checkpoint_of_another``, ``envelope.purpose``, ``envelope.letter``.
    """
    if letter.hash != header.content_hash:
        raise EnvelopeError("envelope.letter", reason="hash")
    if len({event.id for event in letter.events}) != len(letter.events):
        raise EnvelopeError("envelope.event_twice")
    if any(event.header.chain is not Chain.SHARED for event in letter.events):
        raise EnvelopeError("envelope.private_event")
    stated = [event.header.workspace for event in letter.events]
    if letter.checkpoint is not None:
        stated.append(letter.checkpoint.checkpoint.workspace)
        if letter.checkpoint.checkpoint.device != header.sender:
            raise EnvelopeError("envelope.checkpoint_of_another")
    if any(workspace != header.workspace for workspace in stated):
        raise EnvelopeError("envelope.other_workspace")
    if letter.ranges != header.ranges:
        raise EnvelopeError("envelope.ranges")
    if not _serves(header.purpose, letter):
        raise EnvelopeError("envelope.purpose", purpose=header.purpose.value)


def _serves(purpose: Purpose, letter: Letter) -> bool:
    if purpose is Purpose.CHECKPOINT:
        return letter.checkpoint is not None and not letter.events and not letter.documents
    if purpose is Purpose.REQUEST:
        return bool(letter.documents) and letter.checkpoint is None and not letter.events
    return True
