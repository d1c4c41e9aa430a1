"""Checkpoints: how far every shared chain reaches as one device knows it, signed (LEDGER rule 21; SECURITY row 15).

Another's checkpoint that names more than arrived shows what a store withheld; one that names another event at one place
shows a fork. Nothing is trusted because of a checkpoint.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from countersign.domain.canonical import Fields, Json, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.byte_reader import ByteReader, counted, refused_as
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.event import SIGNATURE_BYTES, device_identifier

CHECKPOINT_FORMAT = 1
CHAINS_LIMIT = 1_000
"""More devices than any workspace has."""
CHECKPOINT_LIMIT = 512 * 1024

_TAG = b"countersign/checkpoint/1\x00"
_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")


class CheckpointError(SecurityError):
    """A checkpoint does not have the form that the rules give it."""


class CheckpointHead(NamedTuple):
    """How far one device's shared chain reaches: ``size`` events (1 or more), of which ``event`` is the last."""

    device: str
    size: int
    event: str


@dataclass(frozen=True)
class Checkpoint:
    """What one device knows.

    Attributes:
        workspace: 32 hex digits.
        device: Whose statement it is: 64 hex digits.
        at: Milliseconds since the epoch, UTC, by that device's clock.
        heads: One for each shared chain that holds anything, sorted by device; its own among them.
    """

    workspace: str
    device: str
    at: int
    heads: tuple[CheckpointHead, ...]
    v: int = CHECKPOINT_FORMAT

    @classmethod
    def of(cls, workspace: str, device: str, at: int, heads: dict[str, tuple[int, str]]) -> Checkpoint:
        """Make a checkpoint; ``heads`` maps devices to size and last event.

        Raises:
            CheckpointError: A field has a form that the rules do not allow.
        """
        lines = tuple(CheckpointHead(known, *heads[known]) for known in sorted(heads))
        found = cls(workspace, device, at, lines)
        found.check_form()
        return found

    def canonical(self) -> dict[str, Json]:
        """Return the checkpoint as a canonical object."""
        return {
            "v": self.v,
            "workspace": self.workspace,
            "device": self.device,
            "at": self.at,
            "heads": [{"device": head.device, "size": head.size, "event": head.event} for head in self.heads],
        }

    @cached_property
    def content(self) -> bytes:
        """The canonical bytes."""
        return canonical_bytes(self.canonical())

    @property
    def message(self) -> bytes:
        """The 32 bytes that the device signs."""
        return hashlib.sha256(_TAG + self.content).digest()

    def head(self, device: str) -> CheckpointHead | None:
        """Find what is said of one device's chain."""
        return next((head for head in self.heads if head.device == device), None)

    @classmethod
    def parse(cls, content: bytes) -> Checkpoint:
        """Read a checkpoint from its canonical bytes.

        Raises:
            CheckpointError: ``checkpoint.form``, ``checkpoint.version``, ``checkpoint.unsorted``.
        """
        with refused_as(CheckpointError, "checkpoint.form"):
            found = cls._read(Fields(parse_canonical(content), "checkpoint"))
        found.check_form()
        return found

    @classmethod
    def _read(cls, fields: Fields) -> Checkpoint:
        version = fields.integer("v")
        if version != CHECKPOINT_FORMAT:
            raise CheckpointError("checkpoint.version", version=version)
        found = cls(
            v=version,
            workspace=fields.text("workspace"),
            device=fields.text("device"),
            at=fields.integer("at"),
            heads=tuple(_head(item) for item in fields.items("heads")),
        )
        fields.end()
        return found

    def check_form(self) -> None:
        """Check what can be seen of one checkpoint alone.

        Raises:
            CheckpointError: See the code.
        """
        devices = [head.device for head in self.heads]
        well_formed = (
            _IDENTIFIER.fullmatch(self.workspace)
            and all(_HASH.fullmatch(name) for name in (self.device, *devices))
            and all(_HASH.fullmatch(head.event) and head.size >= 1 for head in self.heads)
            and len(self.heads) <= CHAINS_LIMIT
            and self.at >= 0
        )
        if not well_formed:
            raise CheckpointError("checkpoint.form", reason="field")
        if devices != sorted(set(devices)):
            raise CheckpointError("checkpoint.unsorted")


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint and the device's Ed25519 signature over ``checkpoint.message``."""

    checkpoint: Checkpoint
    signature: bytes

    def holds(self, public_key: bytes, verify: Verify) -> bool:
        """Tell whether the key is the named device's, and the signature that key's."""
        named = device_identifier(public_key) == self.checkpoint.device
        return named and verify(public_key, self.signature, self.checkpoint.message)

    @property
    def content(self) -> bytes:
        """The bytes to keep or to send: the canonical checkpoint behind its length, then the signature."""
        return counted(self.checkpoint.content) + self.signature

    @classmethod
    def parse(cls, content: bytes) -> SignedCheckpoint:
        """Read what ``content`` made.

        Raises:
            CheckpointError: ``checkpoint.form``, ``checkpoint.version``, ``checkpoint.unsorted``.
        """
        with refused_as(CheckpointError, "checkpoint.form"):
            reader = ByteReader(content)
            checkpoint = reader.counted(CHECKPOINT_LIMIT)
            signature = reader.take(SIGNATURE_BYTES)
            reader.end()
        return cls(Checkpoint.parse(checkpoint), signature)


def _head(item: Json) -> CheckpointHead:
    fields = Fields(item, "checkpoint head")
    found = CheckpointHead(fields.text("device"), fields.integer("size"), fields.text("event"))
    fields.end()
    return found
