"""The half of an open vault that a workspace of several devices needs: see ``ports.workspace.WorkspaceVault``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final

from countersign.adapters.vault import cryptography_suite as suite
from countersign.adapters.vault.arrivals import Arrivals
from countersign.adapters.vault.book import Book
from countersign.adapters.vault.cryptography_suite import VaultKeys
from countersign.adapters.vault.database import Connection, translated
from countersign.adapters.vault.emergency_stop import EmergencyStop
from countersign.adapters.vault.schema import DAY_MS
from countersign.adapters.vault.ticket import Ticket, note_signed_elsewhere
from countersign.adapters.vault.writer import LedgerPosition, Signer
from countersign.application.failpoints import failpoint
from countersign.application.ports.clock import Clock
from countersign.application.ports.vault import Identity
from countersign.application.ports.workspace import ChainHead, Statement, Taken, Waiting
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.governance import Device
from countersign.domain.ledger.rules import Rules

_AT_ONCE: Final = 200
_PARCELS_AT_ONCE: Final = 2_000


class WorkspaceHalf(ABC):
    """See the module; ``OpenVault`` is the other half."""

    _connection: Connection
    _book: Book
    _identity: Identity
    _keys: VaultKeys
    _signer: Signer | None
    _position: LedgerPosition
    _ticket: Ticket | None
    _gaps: dict[str, int]
    _stop: EmergencyStop
    _clock: Clock

    @abstractmethod
    def _require_open(self) -> None: ...

    @abstractmethod
    def _require_idle(self) -> None: ...

    @abstractmethod
    def _atomic(self) -> AbstractContextManager[None]: ...

    @abstractmethod
    def _settle(self, position: LedgerPosition, *, moved: bool) -> None: ...

    @abstractmethod
    def _scarce(self) -> bool: ...

    @abstractmethod
    def bring_in_stop(self) -> None:
        """Bring an emergency stop that was set while locked into the ledger."""

    @property
    def admitted(self) -> bool:
        """Whether the ledger here knows this device as an open one of a member."""
        rules = self._position.rules
        device = rules.governance.device(self._identity.device) if rules else None
        return device is not None and not device.closed

    @property
    def rules(self) -> Rules:
        """Governance and stops by all that is known."""
        return self._position.required_rules()

    @property
    def own_device(self) -> Device:
        """This device as governance names it, or would."""
        rules = self._position.rules
        known = rules.governance.device(self._identity.device) if rules else None
        if known is not None:
            return known
        if not self._keys.may_sign:
            raise SecurityError("vault.read_only")
        signing, exchange = suite.ed25519_public(self._keys.signing), suite.x25519_public(self._keys.exchange)
        return Device(self._identity.device, self._identity.member, signing.hex(), exchange.hex())

    @property
    def recovery_public_key(self) -> str:
        """The public half of the recovery key in this vault's kit."""
        if self._ticket is not None:
            return self._ticket.recovery_public_key
        member = self.rules.governance.member_of(self._identity.device)
        return member.recovery_public_key if member else ""

    def sign(self, statement: Statement) -> bytes:
        """Sign with this device's key. Nothing leaves this device before the anchor knows of it (LEDGER rule 16)."""
        self._require_open()
        if self._signer is None:
            raise SecurityError("vault.read_only")
        self._settle(self._position, moved=False)  # makes up for an anchor that could not be moved
        return self._keys.sign(statement.message)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open what was wrapped for this device's exchange key."""
        from countersign.adapters.relays.sealing import unwrapped  # noqa: PLC0415 - not before something arrives

        self._require_open()
        if not self._keys.exchange:
            raise SecurityError("vault.read_only")
        return unwrapped(self._keys.exchange, wrapped, info)

    def heads(self) -> Mapping[str, ChainHead]:
        """Return for each device how far its shared chain reaches here."""
        self._require_open()
        with translated():
            tips = self._book.tables.tips()
            found = {
                device: ChainHead(tip.seq + 1, tip.id)
                for (device, chain), tip in sorted(tips.items())
                if chain is Chain.SHARED
            }
            for device, size in self._gaps.items():  # so that others send again what was taken out of the tables
                found[device] = ChainHead(size, self._book.events.identifier_at(device, Chain.SHARED, size))
            return found

    def shared_events(self, device: str, start: int, count: int) -> Sequence[Event]:
        """Read a stretch of any device's shared chain."""
        self._require_open()
        with translated():
            return self._book.events.of_chain(device, Chain.SHARED, start, count)

    def take_in(self, events: Iterable[Event], parcel: tuple[str, str] | None = None) -> Taken:
        """Take in other devices' shared events."""
        self._require_idle()
        if self._scarce():
            raise UserFacingError("vault.disk_full")
        self.bring_in_stop()  # so that nobody lifts, unknown to them, a stop that was set here
        known, was_frozen, position = self._stop.mark(), self._is_frozen(), self._position.copy()
        with self._atomic():
            arrivals = Arrivals(self._connection, self._book, self._clock.now_ms())
            taken = arrivals.take(events)
            if parcel is not None:
                self._connection.execute("INSERT OR IGNORE INTO parcels VALUES (?, ?, 0)", parcel)
            elsewhere = any(event.header.device == self._identity.device for event in arrivals.accepted)
            if elsewhere:
                note_signed_elsewhere(self._connection)
                position.tips[Chain.SHARED] = self._book.tables.tips()[self._identity.device, Chain.SHARED]
            if taken.accepted:
                position.rules = self._book.rules_or_none()
                position.follow(self._book, self._identity.device)
            failpoint("workspace.take_in.before")
        failpoint("workspace.take_in.after")
        if elsewhere:
            self._signer = None
        if self._gaps:
            self._gaps = self._book.events.gaps()
        self._settle(position, moved=elsewhere)
        self._complete_identity()
        self._follow_stop(known, was_frozen=was_frozen)
        return taken

    def _is_frozen(self) -> bool:
        rules = self._position.rules
        return rules is not None and rules.frozen

    def _complete_identity(self) -> None:
        rules = self._position.rules
        member = rules.governance.member_of(self._identity.device) if rules else None
        if member is not None:
            self._identity = replace(self._identity, member=member.member, member_name=member.name)

    def _follow_stop(self, known: tuple[int, int] | None, *, was_frozen: bool) -> None:
        """Let the locked program and the command line see a stop that others set, or lifted."""
        if self._is_frozen() and not self._stop.set:
            self._stop.raise_()
        elif was_frozen and not self._is_frozen():
            self._stop.lift(known)

    def unknown_parcels(self, relay: str, names: Sequence[str]) -> Sequence[str]:
        """Return those that were not taken from this relay yet."""
        self._require_open()
        known: set[str] = set()
        with translated():
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                asked = f"SELECT name FROM parcels WHERE relay = ? AND name IN ({', '.join('?' * len(some))})"  # noqa: S608
                known |= {name for (name,) in self._connection.execute(asked, (relay, *some)).fetchall()}
        return [name for name in names if name not in known]

    def forget_parcels(self, relay: str, listed: Collection[str], after: str = "") -> str:
        """Forget parcels that a relay has not listed for a day; see the port."""
        self._require_idle()
        now = self._clock.now_ms()
        asked = "SELECT name, gone FROM parcels WHERE relay = ? AND name > ? ORDER BY name LIMIT ?"
        with translated():
            rows = self._connection.execute(asked, (relay, after, _PARCELS_AT_ONCE)).fetchall()
        fresh = [(now, relay, name) for name, gone in rows if not gone and name not in listed]
        back = [(0, relay, name) for name, gone in rows if gone and name in listed]
        absent = ((name, gone) for name, gone in rows if gone and name not in listed)
        old = [(relay, name) for name, gone in absent if not 0 <= now - gone < DAY_MS]  # or our clock was set back
        if fresh or back or old:
            with self._atomic():
                self._connection.executemany("UPDATE parcels SET gone = ? WHERE relay = ? AND name = ?", fresh + back)
                self._connection.executemany("DELETE FROM parcels WHERE relay = ? AND name = ?", old)
        return str(rows[-1][0]) if len(rows) == _PARCELS_AT_ONCE else ""

    def waiting(self) -> Sequence[Waiting]:
        """List the events that wait for a parent."""
        self._require_open()
        with translated():
            return self._book.tables.waiting()

    def two_faced(self) -> Sequence[tuple[Event, Event]]:
        """List pairs of events that a device signed for one place."""
        self._require_open()
        with translated():
            pairs = ((self._book.events.find(one), self._book.events.find(other)) for one, other in self._proofs())
            return [(one, other) for one, other in pairs if one is not None and other is not None]

    def _proofs(self) -> Sequence[tuple[str, str]]:
        return self._book.history.proofs
