"""Signed heads: a device's statement of how long a chain is and what it holds (LEDGER rules 16, 20; RFC 9162 §4.10)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from countersign.domain.canonical import Fields, Json, canonical_bytes
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.event import Chain, MalformedEventError, device_identifier

_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")
_HEAD_TAG = b"countersign/head/1\x00"
HEAD_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Head:
    """The state of one chain: ``size`` events, whose identifiers' Merkle root is ``root`` (64 hex digits)."""

    workspace: str
    device: str
    chain: Chain
    size: int
    root: str
    at: int
    v: int = HEAD_FORMAT

    def canonical(self) -> dict[str, Json]:
        """Return the head as a canonical object."""
        return {
            "v": self.v,
            "workspace": self.workspace,
            "device": self.device,
            "chain": self.chain.value,
            "size": self.size,
            "root": self.root,
            "at": self.at,
        }

    @property
    def message(self) -> bytes:
        """The 32 bytes that the device signs."""
        return hashlib.sha256(_HEAD_TAG + canonical_bytes(self.canonical())).digest()

    @classmethod
    def read(cls, value: Json) -> Head:
        """Read a head from a canonical object.

        Raises:
            NotCanonicalError: A field is missing, unknown or of another type.
            MalformedEventError: The version or the chain is unknown, or a field has another form.
        """
        fields = Fields(value, "head")
        version, chain = fields.integer("v"), fields.text("chain")
        if version != HEAD_FORMAT or chain not in Chain._value2member_map_:
            raise MalformedEventError("head.form")
        head = cls(
            v=version,
            workspace=fields.text("workspace"),
            device=fields.text("device"),
            chain=Chain(chain),
            size=fields.integer("size"),
            root=fields.text("root"),
            at=fields.integer("at"),
        )
        fields.end()
        well_formed = (
            _IDENTIFIER.fullmatch(head.workspace)
            and _HASH.fullmatch(head.device)
            and _HASH.fullmatch(head.root)
            and head.size >= 0
            and head.at >= 0
        )
        if not well_formed:
            raise MalformedEventError("head.form")
        return head


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head and the device's Ed25519 signature over ``head.message``."""

    head: Head
    signature: bytes

    def holds(self, public_key: bytes, verify: Verify) -> bool:
        """Tell whether the key is the named device's, and the signature that key's."""
        named = device_identifier(public_key) == self.head.device
        return named and verify(public_key, self.signature, self.head.message)
