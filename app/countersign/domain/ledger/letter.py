"""Letters: what an envelope carries, as bytes and as objects (LEDGER rules 2, 21)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from countersign.domain.canonical import Fields, Json
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.byte_reader import ByteReader, counted, many, refused_as
from countersign.domain.ledger.checkpoint import CHECKPOINT_LIMIT, SignedCheckpoint
from countersign.domain.ledger.event import BODY_LIMIT, SALT_BYTES, SIGNATURE_BYTES, Body, Event, Header

ENVELOPE_LIMIT = 32 * 1024 * 1024
EVENTS_LIMIT = 10_000
DOCUMENTS_LIMIT = 1_000

_EVENT_HEADER_LIMIT = 256 * 1024
_LETTER_TAG = b"countersign/letter/1\x00"


class EnvelopeError(SecurityError):
    """An envelope does not have its form, or does not say what its parts say."""


@dataclass(frozen=True, slots=True, order=True)
class ChainRange:
    """A stretch of a device's shared chain without gaps: places ``first`` to ``last``, both included."""

    device: str
    first: int
    last: int

    def canonical(self) -> dict[str, Json]:
        """Return the range as a canonical object."""
        return {"device": self.device, "first": self.first, "last": self.last}

    @classmethod
    def read(cls, value: Json) -> ChainRange:
        """Read a range."""
        fields = Fields(value, "range")
        found = cls(fields.text("device"), fields.integer("first"), fields.integer("last"))
        fields.end()
        return found


@dataclass(frozen=True)
class Letter:
    """What an envelope carries.

    Attributes:
        events: Shared events of any devices, with or without their bodies; none twice.
        checkpoint: The sender's.
        documents: Bytes that events name by their SHA-256, or that ask to join.
    """

    events: tuple[Event, ...] = ()
    checkpoint: SignedCheckpoint | None = None
    documents: tuple[bytes, ...] = ()

    @cached_property
    def content(self) -> bytes:
        """The bytes that travel."""
        parts = [len(self.events).to_bytes(4, "big"), *(_event_bytes(event) for event in self.events)]
        parts += [len(self.documents).to_bytes(4, "big"), *(counted(document) for document in self.documents)]
        parts += [b"\x01" + counted(self.checkpoint.content) if self.checkpoint else b"\x00"]
        return b"".join(parts)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over a tag and the content: 64 hex digits."""
        return letter_hash(self.content)

    @property
    def ranges(self) -> tuple[ChainRange, ...]:
        """Which stretches of which chains the events are, sorted."""
        places = sorted({(event.header.device, event.header.seq) for event in self.events})
        return tuple(_stretches(places))

    @classmethod
    def parse(cls, content: bytes) -> Letter:
        """Read a letter. Signatures of events are for whoever takes them in to check.

        Raises:
            EnvelopeError: ``envelope.letter``, ``envelope.event``, ``envelope.checkpoint``.
        """
        with refused_as(EnvelopeError, "envelope.letter"):
            reader = ByteReader(content)
            events = many(reader, EVENTS_LIMIT, _read_event)
            documents = many(reader, DOCUMENTS_LIMIT, lambda each: each.counted(ENVELOPE_LIMIT))
            signed = reader.counted(CHECKPOINT_LIMIT) if reader.flag() else None
            reader.end()
        with refused_as(EnvelopeError, "envelope.checkpoint"):
            checkpoint = None if signed is None else SignedCheckpoint.parse(signed)
        return cls(events, checkpoint, documents)


def letter_hash(content: bytes) -> str:
    """Return the hash that a header names a letter by."""
    return hashlib.sha256(_LETTER_TAG + content).hexdigest()


def _stretches(places: Iterable[tuple[str, int]]) -> Iterator[ChainRange]:
    device, first, last = "", 0, -1
    for name, seq in places:
        if name == device and seq == last + 1:
            last = seq
            continue
        if device:
            yield ChainRange(device, first, last)
        device, first, last = name, seq, seq
    if device:
        yield ChainRange(device, first, last)


def _event_bytes(event: Event) -> bytes:
    body = b"\x00" if event.body is None else b"\x01" + event.body.salt + counted(event.body.content)
    return counted(event.header.content) + event.signature + body


def _read_event(reader: ByteReader) -> Event:
    with refused_as(EnvelopeError, "envelope.event"):
        header = Header.parse(reader.counted(_EVENT_HEADER_LIMIT))
    signature = reader.take(SIGNATURE_BYTES)
    body = Body(reader.take(SALT_BYTES), reader.counted(BODY_LIMIT)) if reader.flag() else None
    if body is not None and body.hash != header.body_hash:
        raise EnvelopeError("envelope.event", reason="body")
    return Event(header, signature, body)
