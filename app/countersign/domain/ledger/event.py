"""Events: a signed header that commits to a detached body (LEDGER rules 1 to 5).

An event's identifier is SHA-256 over a tag and the canonical header; the device signs the identifier's 32 bytes with
Ed25519. The body hash covers a random salt, so a body can be withheld or erased and its content not be guessed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from countersign.domain.canonical import Fields, Json, JsonObject, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError

FORMAT = 1
BODY_LIMIT = 256 * 1024
SALT_BYTES = 16
SIGNATURE_BYTES = 64

_EVENT_TAG = b"countersign/event/1\x00"
_BODY_TAG = b"countersign/body/1\x00"
_DEVICE_TAG = b"countersign/device/1\x00"
_HASH = re.compile(r"[0-9a-f]{64}")
_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_KIND = re.compile(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*")


class MalformedEventError(SecurityError):
    """A header, a body or a signature does not have the form that the rules give it."""


class Chain(StrEnum):
    """The two chains that every device writes (LEDGER rule 4)."""

    SHARED = "shared"  # payees, orders, approvals, policy, members, bank facts: everybody in the workspace
    PRIVATE = "private"  # unlocks, lessons, exports: never leaves the person's own devices and backups


def device_identifier(signing_public_key: bytes) -> str:
    """Name a device by its key (32 bytes, raw Ed25519), so that no name can be claimed without the key."""
    return hashlib.sha256(_DEVICE_TAG + signing_public_key).hexdigest()


@dataclass(frozen=True)
class Header:
    """What is signed.

    Attributes:
        workspace: 32 hex digits.
        device: 64 hex digits, see ``device_identifier``.
        seq: Place in the chain, from 0.
        prev: Identifier of the event before in this chain; empty at place 0.
        seen: Heads of other shared chains known since the device's last event in this chain, sorted.
        lamport: 1 + the largest among the parents (``prev`` and ``seen``); 1 without parents.
        at: Milliseconds since the epoch, UTC, by the device's clock. Never decreases along a chain.
        kind: ``noun.past_participle``.
        subject: 32 hex digits, random: what the event is about.
        refs: Events this one rests on, sorted; all in its past.
        body_hash: See ``Body``.
    """

    workspace: str
    device: str
    chain: Chain
    seq: int
    prev: str
    seen: tuple[str, ...]
    lamport: int
    at: int
    kind: str
    subject: str
    refs: tuple[str, ...]
    body_hash: str
    v: int = FORMAT

    def canonical(self) -> dict[str, Json]:
        """Return the header as a canonical object."""
        return {
            "v": self.v,
            "workspace": self.workspace,
            "device": self.device,
            "chain": self.chain.value,
            "seq": self.seq,
            "prev": self.prev,
            "seen": list(self.seen),
            "lamport": self.lamport,
            "at": self.at,
            "kind": self.kind,
            "subject": self.subject,
            "refs": list(self.refs),
            "body_hash": self.body_hash,
        }

    @cached_property
    def content(self) -> bytes:
        """The canonical bytes."""
        return canonical_bytes(self.canonical())

    @cached_property
    def id(self) -> str:
        """The event's identifier: 64 hex digits."""
        return hashlib.sha256(_EVENT_TAG + self.content).hexdigest()

    @property
    def parents(self) -> tuple[str, ...]:
        """The events directly before this one."""
        return (self.prev, *self.seen) if self.prev else self.seen

    @classmethod
    def parse(cls, content: bytes) -> Header:
        """Read a header from its canonical bytes.

        Raises:
            NotCanonicalError: The bytes are not canonical, or a field is missing, unknown or of another type.
            MalformedEventError: A field has a form that the rules do not allow.
        """
        fields = Fields(parse_canonical(content), "header")
        chain = fields.text("chain")
        if chain not in Chain._value2member_map_:
            raise MalformedEventError("event.chain")
        header = cls(
            v=fields.integer("v"),
            workspace=fields.text("workspace"),
            device=fields.text("device"),
            chain=Chain(chain),
            seq=fields.integer("seq"),
            prev=fields.text("prev"),
            seen=fields.texts("seen"),
            lamport=fields.integer("lamport"),
            at=fields.integer("at"),
            kind=fields.text("kind"),
            subject=fields.text("subject"),
            refs=fields.texts("refs"),
            body_hash=fields.text("body_hash"),
        )
        fields.end()
        header.check_form()
        header.__dict__["content"] = content  # they were canonical, and held these fields and no others
        return header

    def check_form(self) -> None:
        """Check what can be seen of one header alone.

        Raises:
            MalformedEventError: See the code.
        """
        if self.v != FORMAT:
            raise MalformedEventError("event.version", version=self.v)
        hashes = (self.device, self.body_hash, *self.seen, *self.refs, *((self.prev,) if self.prev else ()))
        well_formed = (
            _IDENTIFIER.fullmatch(self.workspace)
            and _IDENTIFIER.fullmatch(self.subject)
            and _KIND.fullmatch(self.kind)
            and all(_HASH.fullmatch(item) for item in hashes)
            and self.seq >= 0
            and (self.seq == 0) == (self.prev == "")
            and self.lamport >= 1
            and self.at >= 0
        )
        if not well_formed:
            raise MalformedEventError("event.form")
        for listed in (self.seen, self.refs):
            if list(listed) != sorted(set(listed)):
                raise MalformedEventError("event.unsorted")


@dataclass(frozen=True)
class Body:
    """What an event says: canonical bytes and the salt that hides them in the hash."""

    salt: bytes
    content: bytes

    @classmethod
    def of(cls, value: JsonObject, salt: bytes) -> Body:
        """Make a body.

        Raises:
            MalformedEventError: The body is larger than 256 KiB, or the salt is not 128 bits.
        """
        body = cls(salt=salt, content=canonical_bytes(value))
        body.check_form()
        return body

    def check_form(self) -> None:
        """Check size and salt.

        Raises:
            MalformedEventError: The body is larger than 256 KiB, or the salt is not 128 bits.
        """
        if len(self.content) > BODY_LIMIT:
            raise MalformedEventError("event.body_too_large", size=len(self.content))
        if len(self.salt) != SALT_BYTES:
            raise MalformedEventError("event.salt")

    @cached_property
    def hash(self) -> str:
        """SHA-256 over tag, salt and content: 64 hex digits."""
        return hashlib.sha256(_BODY_TAG + self.salt + self.content).hexdigest()

    @cached_property
    def value(self) -> dict[str, Json]:
        """The content as an object.

        Raises:
            NotCanonicalError: The content is not canonical.
        """
        return parse_canonical(self.content)


@dataclass(frozen=True)
class Event:
    """A signed header and, unless it was erased or withheld, its body."""

    header: Header
    signature: bytes
    body: Body | None

    @property
    def id(self) -> str:
        """The event's identifier."""
        return self.header.id

    @property
    def kind(self) -> str:
        """The header's kind."""
        return self.header.kind

    @property
    def order_key(self) -> tuple[int, str, str, int]:
        """The order in which projections fold (LEDGER rule 15)."""
        header = self.header
        return (header.lamport, header.device, header.chain.value, header.seq)

    def says(self) -> dict[str, Json]:
        """Return the body's content.

        Raises:
            MalformedEventError: The body was erased or withheld.
        """
        if self.body is None:
            raise MalformedEventError("event.body_absent")
        return self.body.value


@dataclass(frozen=True, slots=True)
class EventDraft:
    """What a use case wants on record; the vault adds place, time, salt and signature."""

    kind: str
    subject: str
    body: JsonObject
    refs: tuple[str, ...] = ()
    chain: Chain = Chain.SHARED
