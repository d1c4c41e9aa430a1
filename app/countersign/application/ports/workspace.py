"""A vault that shares its workspace: it takes in what other devices signed, and speaks for its own device.

VAULT lane only. The same object as ``ports.vault.Vault``; kept apart because most of the program needs none of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from countersign.application.ports.vault import Vault
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Device
from countersign.domain.ledger.rules import Rules


class Statement(Protocol):
    """Something that a device signs beside events: heads, checkpoints, envelopes, changes of governance."""

    @property
    def message(self) -> bytes:
        """The 32 bytes to sign: SHA-256 over a tag of its own kind and the canonical content."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How far one device's shared chain reaches here: ``size`` events, of which ``event`` is the last."""

    size: int
    event: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking events in.

    Attributes:
        accepted: Identifiers that became part of the history, in order, those that had waited included.
        waiting: Identifiers that wait for a parent.
        refused: Identifiers of events that break a rule, with the code.
        subjects: What the accepted events are about.
    """

    accepted: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    subjects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that arrived before its parents."""

    event: str
    device: str
    missing: tuple[str, ...]
    since: int  # milliseconds since the epoch, by this device's clock


class WorkspaceVault(Vault, Protocol):
    """An unlocked vault whose workspace has, or may have, other devices."""

    @property
    def admitted(self) -> bool:
        """Whether the ledger here knows this device as an open one of a member: false while joining."""

    @property
    def own_device(self) -> Device:
        """This device as governance names it, or would: open, with its public keys. Known before it is admitted."""

    @property
    def recovery_public_key(self) -> str:
        """The public half of the recovery key in this vault's kit: raw Ed25519, hex. Known before admission."""

    @property
    def rules(self) -> Rules:
        """Governance and stops by all that is known.

        Raises:
            LedgerError: ``governance.genesis``: nothing has arrived yet.
        """

    def sign(self, statement: Statement) -> bytes:
        """Sign with this device's key (Ed25519).

        Raises:
            SecurityError: ``vault.read_only``.
        """

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open what was wrapped for this device's exchange key (HPKE, see ``EnvelopeSuite.wrap``).

        Raises:
            SecurityError: ``envelope.not_for_us``; ``vault.read_only`` where the key isn't here.
        """

    def heads(self) -> Mapping[str, ChainHead]:
        """Return for each device how far its shared chain reaches here."""

    def shared_events(self, device: str, start: int, count: int) -> Sequence[Event]:
        """Read a stretch of any device's shared chain, accepted events only."""

    def take_in(self, events: Iterable[Event], parcel: tuple[str, str] | None = None) -> Taken:
        """Take in other devices' shared events: one transaction, committed and anchored when it returns.

        Args:
            events: In any order; known ones change nothing. At most as many as fit into 100 ms (about 100).
            parcel: The relay and the name of the parcel that is done with, remembered in the same transaction.

        Raises:
            SecurityError: ``ledger.too_many_waiting``; ``vault.damaged``. Rule-breaking events are no exception: they
                are named in ``Taken.refused``, and everything else is taken.
        """

    def unknown_parcels(self, relay: str, names: Sequence[str]) -> Sequence[str]:
        """Return those of ``names`` that were not taken from this relay yet, in the same order."""

    def forget_parcels(self, relay: str, listed: Collection[str], after: str = "") -> str:
        """Forget parcels that a relay has not listed for a day: if it does once more, they change nothing.

        Args:
            relay: The relay.
            listed: All that it lists now.
            after: What an earlier call returned: each looks at as many as fit into 100 ms.

        Returns:
            What to go on after; empty at the end.
        """

    def waiting(self) -> Sequence[Waiting]:
        """List the events that wait for a parent, oldest first."""

    def two_faced(self) -> Sequence[tuple[Event, Event]]:
        """List pairs of events that a device signed for one place: proof, and void from there (LEDGER rule 9)."""
