"""An unlocked vault: the one writer (VAULT lane)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson
from sqlcipher3 import dbapi2

from countersign.adapters.vault.anchor import Anchor, AnchorState
from countersign.adapters.vault.book import Book
from countersign.adapters.vault.cryptography_suite import VaultKeys
from countersign.adapters.vault.database import Connection, database_damaged, translated
from countersign.adapters.vault.emergency_stop import EmergencyStop
from countersign.adapters.vault.on_record import account_on_record, entries_on_record
from countersign.adapters.vault.ticket import Ticket
from countersign.adapters.vault.transaction import LedgerTransaction
from countersign.adapters.vault.workspace_vault import WorkspaceHalf
from countersign.adapters.vault.writer import LedgerPosition, Signer, system_now
from countersign.application.failpoints import failpoint
from countersign.application.ports.bank import BankEntry
from countersign.application.ports.clock import Clock
from countersign.application.ports.vault import AccountRow, Identity, LocalSpace
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, Event, EventDraft
from countersign.domain.ledger.heads import Head, SignedHead
from countersign.domain.ledger.merkle import MerkleTree
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules

RESERVE_BYTES: Final = 16 * 1024 * 1024
"""Free space below which nothing new is begun, so that what is under way at a bank can still be recorded."""


class OpenVault(WorkspaceHalf):
    """See the port. Made by the door only; one transaction at a time."""

    def __init__(  # noqa: PLR0913 - the door hands over what it opened, by name
        self,
        *,
        folder: Path,
        connection: Connection,
        book: Book,
        identity: Identity,
        keys: VaultKeys,
        signer: Signer | None,
        position: LedgerPosition,
        ticket: Ticket | None,
        anchor: Anchor,
        anchor_state: AnchorState,
        stop: EmergencyStop,
        clock: Clock,
    ) -> None:
        """Take over what the door has opened.

        Args:
            folder: Where the vault is; its free space is watched.
            connection: The writing connection.
            book: The ledger on it.
            identity: From the genesis, or from what is expected.
            keys: Wiped by the door.
            signer: None where this vault may not append.
            position: Where the chains end.
            ticket: What is expected, where this vault joined a workspace.
            anchor: Moved after each commit.
            anchor_state: As it was found on opening.
            stop: The emergency stop.
            clock: For the time of events.
        """
        self._folder, self._connection, self._identity, self._keys = folder, connection, identity, keys
        self._signer, self._position, self._anchor, self._stop, self._clock = signer, position, anchor, stop, clock
        self._book, self._ticket = book, ticket
        self._events = book.events
        self._gaps = book.events.gaps() if position.several else {}
        self._busy = False
        self._anchor_behind = False
        self._refused = ""
        self._trees: dict[Chain, MerkleTree] = {}
        self.anchor_state = anchor_state
        self.committed: Callable[[Sequence[str]], None] = lambda _: None

    @property
    def identity(self) -> Identity:
        """Whose vault this is."""
        return self._identity

    @property
    def may_sign(self) -> bool:
        """Whether this device may append events."""
        if self._signer is None or self._gaps:
            return False
        return self.admitted or (self._ticket is None and self._position.rules is None)

    @property
    def frozen_in_ledger(self) -> bool:
        """Whether the ledger holds an emergency stop that is in force."""
        rules = self._position.rules
        return rules is not None and rules.frozen

    @contextmanager
    def transaction(self) -> Iterator[LedgerTransaction]:
        """Open a transaction: commit, then anchor, then return (LEDGER rule 16)."""
        signer = self._begin()
        position = self._position.copy()
        now = system_now(self._clock, position)
        transaction = LedgerTransaction(
            *(self._connection, self._book, position, signer, now), scarce=self._scarce(), may_append=self.may_sign
        )
        with self._atomic():
            self._bring_in_stop(transaction)
            yield transaction
            # What has no event in it needs no anchor, and nothing follows from it: a place of its own.
            place = "vault.commit" if transaction.appended else "vault.local_commit"
            failpoint(f"{place}.before")
        failpoint(f"{place}.after")
        self._settle(position, moved=bool(transaction.appended))
        if transaction.appended:
            self.committed(transaction.appended)

    @contextmanager
    def _atomic(self) -> Iterator[None]:
        """Do all or nothing of what is written; commit at the end."""
        self._busy = True
        self._book.begin()
        try:
            with translated():
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._commit()
        except BaseException:
            if self._connection.in_transaction:
                self._connection.rollback()
            self._book.forget()
            raise
        finally:
            self._busy = False

    def _settle(self, position: LedgerPosition, *, moved: bool) -> None:
        """Go on from what was committed, and move the anchor."""
        self._position = position
        self._anchor_behind = self._anchor_behind or moved
        if self._anchor_behind:  # also where an earlier transaction could not: nothing may follow from it before
            self._anchor.advance(position.reaches)
            self._anchor_behind = False

    def _scarce(self) -> bool:
        return shutil.disk_usage(self._folder).free < RESERVE_BYTES

    def _begin(self) -> Signer:
        self._require_idle()
        if self._signer is None:
            raise SecurityError("vault.read_only")
        return self._signer

    def _require_idle(self) -> None:
        if self._refused:
            raise UserFacingError(self._refused)
        if self._busy:
            raise RuntimeError("a transaction is open")

    def _commit(self) -> None:
        """Commit. After a failed flush nobody knows what is on disk: nothing is written until it is opened anew."""
        try:
            self._connection.execute("COMMIT")
        except dbapi2.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) != dbapi2.SQLITE_FULL:
                self._refused = "vault.reopen"
                raise database_damaged() from error
            raise

    def _bring_in_stop(self, transaction: LedgerTransaction) -> None:
        if self._stop.set and self.admitted and not transaction.rules.frozen:
            subject = self._identity.workspace
            transaction.append(EventDraft(kinds.WORKSPACE_FROZEN, subject, {}))

    def bring_in_stop(self) -> None:
        """Bring an emergency stop that was set while locked into the ledger."""
        if self.may_sign and self._stop.set and not self.frozen_in_ledger:
            with self.transaction():
                pass

    def lift_stop(self) -> None:
        """Record that the stop is lifted, then lift it; not one that somebody set in between."""
        known = self._stop.mark()
        with self.transaction() as transaction:
            if transaction.rules.frozen:
                refs = self._stops_of_others(transaction.rules)
                transaction.append(EventDraft(kinds.WORKSPACE_UNFROZEN, self._identity.workspace, {}, refs=refs))
        self._stop.lift(known)

    def _stops_of_others(self, rules: Rules) -> tuple[str, ...]:
        """Name the stops in force that others set: a lifting counts for those only that it names (``Rules``)."""
        lifted = {event for item in rules.stops for event in item.lifts}
        others = (item for item in rules.stops if item.place[1] != self._identity.device and not item.lifts)
        return tuple(item.event for item in others if item.event not in lifted)

    def local(self, space: LocalSpace) -> Mapping[str, dict[str, Json]]:
        """Read a whole room of working state."""
        self._require_open()
        with translated():
            found = self._connection.execute(
                "SELECT key, value FROM local_items WHERE space = ? ORDER BY key", (space.value,)
            ).fetchall()
        return {key: orjson.loads(value) for key, value in found}

    def local_item(self, space: LocalSpace, key: str) -> dict[str, Json] | None:
        """Read one value of a room."""
        self._require_open()
        with translated():
            row = self._connection.execute(
                "SELECT value FROM local_items WHERE space = ? AND key = ?", (space.value, key)
            ).fetchone()
        return orjson.loads(row[0]) if row else None

    def local_keys(self, space: LocalSpace, beginning: str = "", *, after: str = "", most: int = -1) -> Sequence[str]:
        """Name the values of a room whose key begins so, sorted."""
        self._require_open()
        # One bound below: of two, SQLite seeks by the first and walks to the other.
        since = max(beginning, f"{after}\0" if after else "")  # what comes next after a key begins with it
        with translated():
            found = self._connection.execute(
                "SELECT key FROM local_items WHERE space = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?",
                (space.value, since, beginning + "\U0010ffff", most),
            ).fetchall()
        return tuple(key for (key,) in found)

    def signed_head(self, chain: Chain) -> SignedHead:
        """Sign the present head of one of this device's chains."""
        self._require_open()
        if self._signer is None:
            raise SecurityError("vault.read_only")
        self._settle(self._position, moved=False)
        tree = self._tree(chain)
        at = system_now(self._clock, self._position)
        head = Head(self._identity.workspace, self._identity.device, chain, tree.size, tree.root().hex(), at)
        return SignedHead(head, self._keys.sign(head.message))

    def events(self, chain: Chain, start: int = 0, count: int = 1000) -> Sequence[Event]:
        """Read events of this device's chain from place ``start``."""
        self._require_open()
        with translated():
            return self._events.of_chain(self._identity.device, chain, start, count)

    def events_of(self, subject: str) -> Sequence[Event]:
        """Read all shared events about one subject, in folding order."""
        self._require_open()
        with translated():
            return self._events.of_subject(subject)

    def event(self, event_id: str) -> Event | None:
        """Find an event."""
        self._require_open()
        with translated():
            return self._events.find(event_id)

    def order(self, order: str) -> OrderRecord | None:
        """Read an order through the writing connection."""
        self._require_open()
        with translated():
            return self._book.ledger.order(order)

    def blob(self, sha256: str) -> bytes | None:
        """Return a kept document."""
        self._require_open()
        with translated():
            row = self._connection.execute("SELECT content FROM documents WHERE sha256 = ?", (sha256,)).fetchone()
        return bytes(row[0]) if row else None

    def orders_known_as(self, end_to_end_id: str) -> Sequence[str]:
        """List the orders that carry an end-to-end identification."""
        self._require_open()
        with translated():
            found = self._connection.execute(
                "SELECT order_id FROM p_orders WHERE end_to_end_id = ? ORDER BY order_id", (end_to_end_id,)
            ).fetchall()
        return tuple(order for (order,) in found)

    def account(self, account: str) -> AccountRow | None:
        """Return an own account as it is on record."""
        self._require_open()
        with translated():
            return account_on_record(self._connection, account)

    def entries(self, account: str, names: Sequence[str]) -> Mapping[str, BankEntry]:
        """Return those of an account's entries that are on record."""
        self._require_open()
        with translated():
            return entries_on_record(self._connection, account, names)

    def inclusion_proof(self, event_id: str, size: int) -> tuple[int, tuple[bytes, ...]]:
        """Return an event's place and its audit path in the tree over the first ``size`` events of its chain.

        Raises:
            UserFacingError: ``ledger.not_included``: no such event among them.
        """
        self._require_open()
        with translated():
            place = self._events.chain_of(event_id)
        if place is None or place[0] != self._identity.device or not place[2] < size:
            raise UserFacingError("ledger.not_included")
        tree = self._tree(place[1])
        if size > tree.size:
            raise UserFacingError("ledger.not_included")
        return place[2], tree.inclusion_proof(place[2], size)

    def _tree(self, chain: Chain) -> MerkleTree:
        tip = self._position.tips[chain]
        known = self._trees.get(chain)
        if known is None or known.size != (tip.seq + 1 if tip else 0):
            with translated():
                known = MerkleTree(self._events.identifiers(self._identity.device, chain))
            self._trees[chain] = known
        return known

    def _require_open(self) -> None:
        if self._refused == "vault.locked":
            raise UserFacingError(self._refused)

    def close(self) -> None:
        """Refuse whatever comes next, and close the writing connection."""
        self._refused = "vault.locked"
        if self._connection.in_transaction:
            self._connection.rollback()
        self._connection.close()
