"""Devices with real keys and no vault: for tests of what is signed and sealed between them."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from countersign.adapters.relays.sealing import unwrapped
from countersign.application.ports.vault import Identity
from countersign.application.ports.workspace import Statement
from countersign.domain.canonical import JsonObject
from countersign.domain.ledger.event import Body, Chain, Event, Header, device_identifier
from countersign.domain.ledger.governance import Device, World

WORKSPACE = "22" * 16


class DeviceKeys:
    """One device: Ed25519 and X25519 keys that follow from its name. Implements ``ports.relay.EnvelopeKeys``.

    Attributes:
        identity: Whose device it is.
        device: As governance lists it.
        public_key: Raw Ed25519.
    """

    def __init__(self, name: str, workspace: str = WORKSPACE) -> None:
        self._signing = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"signing {name}".encode()).digest())
        self._exchange = hashlib.sha256(f"exchange {name}".encode()).digest()
        exchange = X25519PrivateKey.from_private_bytes(self._exchange).public_key().public_bytes_raw()
        member = hashlib.sha256(name.encode()).hexdigest()[:32]
        self.public_key = self._signing.public_key().public_bytes_raw()
        identifier = device_identifier(self.public_key)
        self.device = Device(identifier, member, self.public_key.hex(), exchange.hex())
        self.identity = Identity("", workspace, World.PRACTICE, identifier, member, name)
        self._written: list[Event] = []

    def sign(self, statement: Statement) -> bytes:
        """Sign."""
        return self._signing.sign(statement.message)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open a content key."""
        return unwrapped(self._exchange, wrapped, info)

    def write(self, body: JsonObject, *, kind: str = "payee.added", chain: Chain = Chain.SHARED) -> Event:
        """Sign the next event of a chain that nobody else's events stand in the way of."""
        before = [event for event in self._written if event.header.chain is chain]
        written = Body.of(body, hashlib.sha256(self.device.device.encode() + bytes([len(before) % 256])).digest()[:16])
        header = Header(
            workspace=self.identity.workspace,
            device=self.device.device,
            chain=chain,
            seq=len(before),
            prev=before[-1].id if before else "",
            seen=(),
            lamport=len(before) + 1,
            at=1_795_348_800_000 + len(before),
            kind=kind,
            subject="33" * 16,
            refs=(),
            body_hash=written.hash,
        )
        event = Event(header, self._signing.sign(bytes.fromhex(header.id)), written)
        self._written.append(event)
        return event
