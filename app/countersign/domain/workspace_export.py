"""The export of a whole workspace: what an outsider needs to check all of it without a vault (LEDGER rules 2, 20).

A text file. Each line is one canonical object (RFC 8785) and ends with a line feed: first an opening, then every event
of the shared chains, causes before consequences as far as that is possible, then a closing. An event's header is there
whole and signed; its body only where whoever made the file has it and may see it. The checkpoint in the opening says
how far every chain reaches, and the closing is signed by the device that made the file, over all lines before it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from countersign.domain.canonical import Fields, Json, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.event import BODY_LIMIT, Body, Chain, Event, Header

EXPORT_FORMAT: Final = 1
EXPORT_ENDING: Final = ".csexport"
EXPORT_LIMIT: Final = 1024 * 1024 * 1024
LINE_LIMIT: Final = 8 * BODY_LIMIT
"""More than any event needs: body and header have limits, and quoting at most doubles them."""

_DOCUMENT: Final = "countersign.workspace"
_MARK: Final = canonical_bytes({"document": _DOCUMENT})[1:-1]
_TAG: Final = b"countersign/workspace-export/1\x00"
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*")


class ExportError(SecurityError):
    """A line of an export does not have the form that it must have, or does not hold."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The first line.

    Attributes:
        genesis: The event that the workspace began with: its identifier is the workspace's fingerprint.
        checkpoint: How far every shared chain reaches in this file; of the device that made it.
    """

    genesis: str
    checkpoint: SignedCheckpoint

    @property
    def line(self) -> bytes:
        """The line."""
        return _line(
            {
                "checkpoint": self.checkpoint.checkpoint.content.decode(),
                "checkpoint_signature": self.checkpoint.signature.hex(),
                "document": _DOCUMENT,
                "genesis": self.genesis,
                "v": EXPORT_FORMAT,
            }
        )

    @classmethod
    def parse(cls, line: bytes) -> Opening:
        """Read the line.

        Raises:
            ExportError: ``export.format``, ``export.form``.
            SecurityError: The checkpoint is malformed.
        """
        fields = _fields(line, "opening")
        if fields.text("document") != _DOCUMENT or fields.integer("v") != EXPORT_FORMAT:
            raise ExportError("export.format")
        checkpoint = Checkpoint.parse(fields.text("checkpoint").encode())
        found = cls(fields.text("genesis"), SignedCheckpoint(checkpoint, _bytes(fields.text("checkpoint_signature"))))
        fields.end()
        if not _HASH.fullmatch(found.genesis):
            raise ExportError("export.form", part="genesis")
        return found


@dataclass(frozen=True, slots=True)
class Closing:
    """The last line.

    Attributes:
        events: How many there are.
        hash: SHA-256 over all lines before this one, each with its line feed: 64 hex digits.
        signature: Of the device that made the file, over ``message``.
    """

    events: int
    hash: str
    signature: bytes = b""

    @property
    def message(self) -> bytes:
        """The 32 bytes to sign."""
        return hashlib.sha256(_TAG + canonical_bytes({"events": self.events, "hash": self.hash})).digest()

    @property
    def line(self) -> bytes:
        """The line."""
        return _line({"events": self.events, "hash": self.hash, "signature": self.signature.hex()})

    @classmethod
    def parse(cls, line: bytes) -> Closing:
        """Read the line.

        Raises:
            ExportError: ``export.form``.
        """
        fields = _fields(line, "closing")
        found = cls(fields.integer("events"), fields.text("hash"), _bytes(fields.text("signature")))
        fields.end()
        return found


def is_export(beginning: bytes) -> bool:
    """Tell whether a file that begins so claims to be an export of any format."""
    return _MARK in beginning.partition(b"\n")[0]


def is_closing(line: bytes) -> bool:
    """Tell whether a line is meant to be the last one."""
    return line.startswith(b'{"events":')


def event_line(event: Event) -> bytes:
    """Return the line of an event, without its body where it has none."""
    said: dict[str, Json] = {"header": event.header.content.decode(), "signature": event.signature.hex()}
    if event.body is not None:
        said |= {"body": event.body.content.decode(), "salt": event.body.salt.hex()}
    return _line(said)


def read_event(line: bytes) -> Event:
    """Read the line of an event. Its signature is for whoever knows the device's key to check.

    Raises:
        ExportError: ``export.form``; ``export.private``; ``export.body``: the body is not the one that was signed.
        SecurityError: The header or the body is malformed.
    """
    fields = _fields(line, "event")
    header = Header.parse(fields.text("header").encode())
    body = Body(_bytes(fields.text("salt")), fields.text("body").encode()) if fields.has("body") else None
    event = Event(header, _bytes(fields.text("signature")), body)
    fields.end()
    if header.chain is not Chain.SHARED:
        raise ExportError("export.private")
    if body is not None:
        body.check_form()
        if body.hash != header.body_hash:
            raise ExportError("export.body")
        _ = body.value  # canonical, as every vault wants it
    return event


def _line(said: dict[str, Json]) -> bytes:
    return canonical_bytes(said) + b"\n"


def _fields(line: bytes, what: str) -> Fields:
    if len(line) > LINE_LIMIT or not line.endswith(b"\n"):
        raise ExportError("export.form", part=what)
    return Fields(parse_canonical(line[:-1]), what)


def _bytes(text: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise ExportError("export.form", part="hex")
    return bytes.fromhex(text)
