"""Verifies a vault in full: every event, the anchor, the projections rebuilt and compared (LEDGER rules 1 to 16)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import orjson
from sqlcipher3 import dbapi2

from countersign.adapters.vault import schema
from countersign.adapters.vault.anchor import Anchor, AnchorState, Reach
from countersign.adapters.vault.book import Book
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.adapters.vault.database import Connection, database_damaged, new_memory_database
from countersign.adapters.vault.event_store import EventStore, reach_of
from countersign.adapters.vault.projector import Projector
from countersign.application.ports.vault_door import VerificationReport
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import History
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.merkle import MerkleTree

_EVERY = 250  # events between two calls of ``progress``
_FAULTS_NAMED: Final = 100
_SHORT: Final = 12  # hex digits of another device's name


class Verification:
    """One run over one snapshot of the database."""

    def __init__(self, connection: Connection, device: str, anchor: Anchor) -> None:
        self._connection, self._device, self._anchor = connection, device, anchor
        self._events = EventStore(connection)
        self._faults: list[str] = []

    def run(self, progress: Callable[[int, int], bool]) -> VerificationReport:
        """Verify.

        Raises:
            UserFacingError: ``verify.cancelled``.
            SecurityError: ``vault.damaged``: a page of the database does not authenticate.
        """
        # Every page in the file, also those that no question here would read.
        if self._connection.execute("PRAGMA cipher_integrity_check").fetchone() is not None:
            raise database_damaged()
        # And every page that should be in it: a file that lost its end at the edge of a page has no bad one.
        if self._connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise database_damaged()
        self._connection.execute("BEGIN")
        try:
            report = self._run(progress)
        finally:
            self._connection.execute("ROLLBACK")
        broken = broken_indexes(self._connection)
        if not broken:
            return report
        return replace(report, faults=(*report.faults, *broken), projections_equal=False)

    def _run(self, progress: Callable[[int, int], bool]) -> VerificationReport:
        total, book = self._events.count(), Book(self._connection)
        # A device's name follows from its key, so that any event of governance may say which key it is.
        history = History(book.history.workspace, book.keys, verify_ed25519)
        rebuilt = new_memory_database()
        try:
            projector = Projector(rebuilt, book)
            noted: set[tuple[str, str]] = set()
            rules = book.rules_or_none()
            rebuilt.execute("BEGIN")
            for done, (event, columns) in enumerate(self._events.every(), 1):
                self._check(event, columns, history, book)
                if rules is not None:
                    projector.replay(event, noted, rules)
                if done % _EVERY == 0 and not progress(done, total):
                    raise UserFacingError("verify.cancelled")
            projector.fold_noted(noted)
            rebuilt.execute("COMMIT")
            self._check_whole(history)
            self._check_tables(history, book)
            equal = self._projections_agree(rebuilt)
        finally:
            rebuilt.close()
        reaches = {chain: reach_of(history.tips.get((self._device, chain))) for chain in Chain}
        anchor = self._compare_anchor(reaches)
        progress(total, total)
        return VerificationReport(
            *(total, tuple(self._faults[:_FAULTS_NAMED]), equal, anchor.value),
            waiting=book.history.waiting,
            forks=tuple(
                f"{device[:_SHORT]} {seq}" for (device, _), places in history.store.forks().items() for seq in places
            ),
        )

    def _check(self, event: Event, columns: Sequence[object], history: History, book: Book) -> None:
        header = event.header
        claimed = (
            *(header.id, header.device, header.chain.value, header.seq),
            *(header.lamport, header.at, header.kind, header.subject),
        )
        if tuple(columns) != claimed:
            self._fault(event, "ledger.columns")
        withheld = header.device != self._device  # what others say may stay with them
        if event.body is None and not withheld and not self._was_erased(event, book):
            self._fault(event, "ledger.body_missing")
        try:
            if event.body is not None:
                event.body.check_form()
                _ = event.body.value  # canonical, byte for byte
            history.add(event)
        except SecurityError as error:
            self._fault(event, error.code)

    def _was_erased(self, event: Event, book: Book) -> bool:
        """Tell whether somebody had a body erased who may: by the same rule as when it arrives (LEDGER rule 2)."""
        header = event.header
        if header.chain is Chain.SHARED:
            return book.erased(event)
        found = self._connection.execute(
            "SELECT 1 FROM events WHERE kind = ? AND subject = ? AND chain = ? AND device = ?",
            (kinds.DATA_ERASED, header.subject, header.chain.value, header.device),
        )
        return found.fetchone() is not None  # nobody else writes that chain

    def _fault(self, event: Event, code: str) -> None:
        header = event.header
        whose = "" if header.device == self._device else f" {header.device[:_SHORT]}"
        self._faults.append(f"{code} {header.chain.value} {header.seq}{whose}")

    def _check_whole(self, history: History) -> None:
        if history.waiting:
            self._faults.append("ledger.parents_missing")
        if any(device == self._device for device, _ in history.store.forks()):
            self._faults.append("ledger.signed_twice")
        self._merkle_roots(history)

    def _check_tables(self, history: History, book: Book) -> None:
        """Hold what is kept beside the events to what follows from them: forks, and what lies before each event."""
        if dict(history.store.forks()) != dict(book.tables.forks()):
            self._faults.append("ledger.forks")
        for name in self._events.naming_others():
            placed = history.store.find(name)
            if placed is not None and dict(history.store.past(placed)) != dict(book.tables.past(placed)):
                self._faults.append(f"ledger.past {placed.seq}")

    def _merkle_roots(self, history: History) -> None:
        """Hold the tree over each chain to the chain's own length: a gap would show here."""
        for (device, chain), tip in history.tips.items():
            if (device, chain) in history.store.forks():
                continue
            tree = MerkleTree(self._events.identifiers(device, chain))
            if tree.size != tip.seq + 1:
                self._faults.append(f"ledger.gap {chain.value}")

    def _compare_anchor(self, reaches: Mapping[Chain, Reach]) -> AnchorState:
        state = self._anchor.compare(
            dict(reaches), lambda chain, size: self._events.identifier_at(self._device, chain, size)
        )
        if state in {AnchorState.AHEAD, AnchorState.DAMAGED}:
            self._faults.append(f"anchor.{state.value}")
        return state

    def _projections_agree(self, rebuilt: Connection) -> bool:
        return projection_hashes(self._connection) == projection_hashes(rebuilt)


def broken_indexes(connection: Connection) -> tuple[str, ...]:
    """Ask the full-text indexes whether they agree with their content, and name those that don't.

    SQLite answers this in a write transaction only, though nothing is written; it is rolled back.
    """
    broken = []
    connection.execute("BEGIN IMMEDIATE")
    try:
        for name in schema.SEARCHED:
            try:
                connection.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
            except dbapi2.DatabaseError:
                broken.append(f"search.{name}")
    finally:
        connection.execute("ROLLBACK")
    return tuple(broken)


def projection_hashes(connection: Connection) -> dict[str, str]:
    """Return SHA-256 over each projected table, ordered by its key (LEDGER rule 15)."""
    return {table: _table_hash(connection, table, key) for table, key in schema.PROJECTED.items()}


def _table_hash(connection: Connection, table: str, key: tuple[str, ...]) -> str:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})").fetchall() if row[1] != "place"]
    asked = f"SELECT {', '.join(names)} FROM {table} ORDER BY {', '.join(key)}"  # noqa: S608 - our own
    found = connection.execute(asked)
    digest = hashlib.sha256()
    while rows := found.fetchmany(2000):
        digest.update(orjson.dumps(rows))
    return digest.hexdigest()
