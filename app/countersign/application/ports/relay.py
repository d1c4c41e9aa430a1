"""A relay: carries sealed envelopes between the devices of a workspace. NETWORK lane.

It is not trusted: it can withhold, and that is noticed; it can't read, forge, reorder, replay or show two views
unnoticed (LEDGER rule 21; SECURITY row 15). A parcel's name is the SHA-256 of its bytes, in hex.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from countersign.application.ports.vault import Identity
from countersign.application.ports.workspace import Statement

PARCEL_LIMIT = 32 * 1024 * 1024
"""No parcel is larger, in bytes: what is longer is put into several envelopes."""


class Relay(Protocol):
    """A store of parcels, shared by a workspace."""

    @property
    def identity(self) -> str:
        """A stable name of this store: what was taken from it is remembered under it."""

    def put(self, content: bytes) -> str:
        """Leave a parcel and return its name; the same one twice is kept once.

        Raises:
            ConnectorError: ``relay.unreachable`` (retryable); ``relay.full``, ``relay.refused`` and others that a
                person has to mend. Nobody knows then whether it is there; leaving it again does no harm.
            SecurityError: ``relay.too_large``; ``relay.altered``: the store holds other bytes under its name, and keeps
                them. Sealed anew, the same letter has another name.
        """

    def probe(self) -> None:
        """Find out whether parcels can be left here; nothing stays of it.

        Raises:
            ConnectorError: ``relay.unreachable``, ``relay.full``, ``relay.refused``; ``relay.read_only``: what lies
                there can be read, and nothing can be left.
        """

    def names(self, mark: str = "") -> tuple[Sequence[str], str]:
        """List parcels, and return a mark from which to list the next time.

        Args:
            mark: What an earlier call returned; empty for all. A mark only saves work: the list may repeat what was
                listed before, and a store that lies about order must not make anything be missed for good, so a
                caller lists all again from time to time.

        Raises:
            ConnectorError: ``relay.unreachable``, ``relay.refused``.
        """

    def get(self, name: str) -> bytes | None:
        """Read a parcel; None where it is gone. Bytes that do not hash to ``name`` are refused.

        Raises:
            ConnectorError: ``relay.unreachable``, ``relay.refused``.
            SecurityError: ``relay.altered``: these bytes are not what the name says; ``relay.too_large``.
        """

    def drop(self, name: str) -> None:
        """Take away a parcel that this device left and that a newer one replaces, so that the store doesn't grow.

        A store may keep it all the same: where it lets nobody take anything away, nothing happens.

        Raises:
            ConnectorError: ``relay.unreachable``.
        """

    def wait(self, timeout_ms: int) -> bool:
        """Wait until there may be something new, or the time is over; tells which. ``wake`` ends it early."""

    def wake(self) -> None:
        """End a ``wait`` that is under way in another thread."""

    def close(self) -> None:
        """Let go of connections and watches."""


class EnvelopeSuite(Protocol):
    """The cryptography of envelopes: HPKE (RFC 9180) for each recipient's key, AES-256-GCM for the content."""

    def wrap(self, exchange_public_key: bytes, content_key: bytes, info: bytes) -> bytes:
        """Encrypt a content key to a device: HPKE base mode, single shot; ``info`` is bound."""

    def encrypt(self, content_key: bytes, content: bytes, bound: bytes) -> bytes:
        """Encrypt a content once under a fresh key; ``bound`` is authenticated only."""

    def decrypt(self, content_key: bytes, sealed: bytes, bound: bytes) -> bytes | None:
        """Decrypt; None where key, content or ``bound`` is not what was sealed."""


class EnvelopeKeys(Protocol):
    """The part of a ``WorkspaceVault`` that envelopes need. VAULT lane."""

    @property
    def identity(self) -> Identity:
        """Whose vault this is."""

    def sign(self, statement: Statement) -> bytes:
        """Sign with this device's key; see ``WorkspaceVault``."""

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open what was wrapped for this device's exchange key; see ``WorkspaceVault``."""
