"""Questions to the projections (READ lane). The same questions work on the writing connection, wrapped in a ``Reader``.

Nothing here scans history: pages and searches walk ``p_transfers`` by place, newest first, and stop when full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, cast

import orjson

from countersign.adapters.vault.book import Book
from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.event_store import EventStore
from countersign.adapters.vault.on_record import documents_on_record
from countersign.adapters.vault.reader import Reader
from countersign.adapters.vault.schema import DAY_MS, place_of
from countersign.adapters.vault.search_text import search_terms
from countersign.application.ports.vault import (
    ALL_IN_FLIGHT,
    AccountRow,
    HistoryPage,
    HistoryQuery,
    InFlight,
    LedgerEntry,
    OpenBatch,
    PayeeRow,
    PaymentKey,
    TemplateRow,
    TransferRow,
)
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.money import Money
from countersign.domain.payee import PayeeRecord
from countersign.domain.payment import AccountScheme

DAYS_SHOWN: Final = 90
_RARE: Final = 5000  # rows: so many are quickly listed
STATES_OF_ENTRIES: Final = frozenset({"booked", "pending"})

_OPEN: Final = "t.state NOT IN ('stopped', 'rejected', 'cancelled', 'abandoned')"
_COLUMNS = (
    "t.row, t.order_id, t.account, t.iban, t.at, t.counterparty, t.counterparty_account, t.currency, t.minor,"
    " t.reference, t.state"
)
_SAME_PAYMENT: Final = (
    f"SELECT {_COLUMNS} FROM p_transfers AS t INDEXED BY p_transfers_alike"  # noqa: S608 - our own words
    " WHERE t.counterparty_account = ? AND t.minor = ? AND (t.paid OR t.order_id <> '') AND t.currency = ?"
    f" AND t.reference = ? AND (t.paid OR {_OPEN}) ORDER BY t.paid DESC, t.place DESC LIMIT 1"
)
_SAME_REFERENCE: Final = (  # without the second condition the index would not be used
    f"SELECT {_COLUMNS} FROM p_transfers AS t INDEXED BY p_transfers_by_end_to_end_id"  # noqa: S608 - likewise
    f" WHERE t.end_to_end_id = ? AND t.end_to_end_id <> '' AND t.minor < 0 AND {_OPEN} LIMIT 1"
)
_PAID_TO: Final = (
    f"SELECT {_COLUMNS} FROM p_transfers AS t INDEXED BY p_transfers_paid_to"  # noqa: S608 - likewise
    " WHERE t.counterparty_account = ? AND t.paid ORDER BY t.place DESC LIMIT ?"
)


class VaultProjections:
    """What the ledger amounts to: see the port."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._book: Book | None = None
        self._version = 0

    @contextmanager
    def _ledger(self) -> Iterator[Book]:
        """Lend the ledger for one question."""
        with self._reader.use() as connection:
            connection.execute("BEGIN")  # one state of the ledger for the whole question
            try:
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if self._book is None or not self._book.begun:
                    self._book = Book(connection)
                elif version != self._version:  # another connection has written
                    self._book.refresh()
                self._version = version
                yield self._book
            finally:
                connection.rollback()

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        """Lend the connection for many small questions about one state of the vault."""
        with self._reader.use() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    def interrupt(self) -> None:
        """Stop the question under way, from any thread."""
        self._reader.interrupt()

    def accounts(self) -> Sequence[AccountRow]:
        """List own accounts with their balances."""
        found = self._reader.rows(
            "SELECT account, bank, iban, name, currency, balance, available, as_of, scheme, agent, agent_member, reach"
            " FROM p_accounts ORDER BY account"
        )
        return tuple(
            AccountRow(
                *(account, bank, iban, name, Money(balance, currency), Money(available, currency), as_of),
                *(AccountScheme(scheme), agent, member, reach),
                daily_balances=self._daily(account, balance, as_of // DAY_MS),
            )
            for account, bank, iban, name, currency, balance, available, as_of, scheme, agent, member, reach in found
        )

    def _daily(self, account: str, balance: int, last_day: int) -> tuple[int, ...]:
        first_day = last_day - DAYS_SHOWN + 1
        nets = dict(
            self._reader.rows("SELECT day, net FROM p_daily WHERE account = ? AND day >= ?", (account, first_day))
        )
        # The balance is as of the last day; what came in on later days isn't in it.
        found, at_end = [], balance
        for day in range(last_day, first_day - 1, -1):
            found.append(at_end)
            at_end -= nets.get(day, 0)
        return tuple(reversed(found))

    def payees(self, text: str = "") -> Sequence[PayeeRow]:
        """List payees, those paid last first; ``text`` narrows by name or account."""
        found = self._reader.rows(
            "SELECT payee, name, p_payees.account, agent, coalesce((SELECT t.at FROM p_transfers AS t"
            " WHERE t.counterparty_account = p_payees.account AND t.paid ORDER BY t.place DESC LIMIT 1), 0) AS paid_at,"
            " coalesce(p_paid.payments, 0), last_check, checked_at, created_at FROM p_payees"
            " LEFT JOIN p_paid ON p_paid.counterparty_account = p_payees.account"
            " ORDER BY paid_at DESC, created_at DESC, payee"
        )
        words = text.casefold().split()
        rows = (PayeeRow(*row) for row in found)
        return tuple(row for row in rows if all(_in_payee(word, row) for word in words))

    def payee(self, payee: str) -> PayeeRecord | None:
        """Read a payee."""
        with self._ledger() as book:
            return book.ledger.payee(payee) if book.begun else None

    def payee_by_account(self, iban: str) -> PayeeRecord | None:
        """Find the payee whose current version has this account: of several the newest."""
        found = self._reader.rows(
            "SELECT payee FROM p_payees WHERE account = ? ORDER BY created_at DESC, payee LIMIT 1", (iban,)
        )
        return self.payee(found[0][0]) if found else None

    def order(self, order: str) -> OrderRecord | None:
        """Read an order."""
        with self._ledger() as book:
            return book.ledger.order(order) if book.begun else None

    def order_hash(self, order: str) -> str:
        """Return SHA-256 over an order's projected rows, as ``verification.projection_hashes`` takes them.

        Two vaults that know the same of an order return the same.
        """
        rows = self._reader.rows("SELECT * FROM p_orders WHERE order_id = ?", (order,))
        rows += self._reader.rows(f"SELECT {_COLUMNS} FROM p_transfers AS t WHERE t.order_id = ?", (order,))  # noqa: S608 - our own
        return hashlib.sha256(orjson.dumps(rows)).hexdigest()

    def orders_in_flight(self, wanted: InFlight = ALL_IN_FLIGHT) -> Sequence[OrderRecord]:
        """List orders that are not final, newest first."""
        tables, conditions, parameters = _in_flight(wanted)
        found = self._reader.rows(
            f"SELECT o.order_id FROM {tables} WHERE {conditions} ORDER BY o.created_at DESC, o.order_id LIMIT ?",  # noqa: S608 - our own words
            (*parameters, wanted.limit or -1),
        )
        records = (self.order(row[0]) for row in found)
        return tuple(record for record in records if record is not None)

    def count_in_flight(self, wanted: InFlight = ALL_IN_FLIGHT) -> int:
        """Count them."""
        tables, conditions, parameters = _in_flight(wanted)
        return int(self._reader.rows(f"SELECT count(*) FROM {tables} WHERE {conditions}", parameters)[0][0])  # noqa: S608 - likewise

    def timeline(self, order: str) -> Sequence[LedgerEntry]:
        """List what happened to an order, oldest first."""
        with self._reader.use() as connection:
            events = EventStore(connection).of_subject(order)
        return tuple(
            LedgerEntry(
                event.id, event.header.at, event.kind, event.body.value if event.body else None, event.header.device
            )
            for event in events
        )

    def history(self, query: HistoryQuery) -> HistoryPage:
        """Read a page of history, newest first."""
        tables, conditions, parameters = ["p_transfers AS t"], ["t.hidden = 0"], list[object]()
        if query.text.strip():
            terms = search_terms(query.text)
            if not terms.trigrams and not terms.grams:
                return HistoryPage((), more=False)
            # One index leads in its own order, which is that of places; the other narrows.
            leading = ("p_search", terms.trigrams) if terms.trigrams else ("p_grams", terms.grams)
            tables = [f"{leading[0]} AS found CROSS JOIN p_transfers AS t ON t.place = found.rowid"]
            conditions.append(f"found.{leading[0]} MATCH ?")
            parameters.append(leading[1])
            if terms.trigrams and terms.grams:
                conditions.append("+found.rowid IN (SELECT rowid FROM p_grams WHERE p_grams MATCH ?)")
                parameters.append(terms.grams)
            if terms.beginnings and self._is_rare(terms.beginnings):
                conditions.append("+found.rowid IN (SELECT rowid FROM p_grams WHERE p_grams MATCH ?)")
                parameters.append(terms.beginnings)
            elif terms.beginnings:
                conditions += ["' ' || t.grams || ' ' LIKE ?"] * len(terms.patterns)
                parameters += terms.patterns
        order_by = "found.rowid" if query.text.strip() else "t.place"
        self._narrow(query, order_by, conditions, parameters)
        found = self._reader.rows(
            f"SELECT {_COLUMNS} FROM {tables[0]} WHERE {' AND '.join(conditions)}"  # noqa: S608 - our own words
            f" ORDER BY {order_by} DESC LIMIT ?",
            (*parameters, query.limit + 1),
        )
        resources = self._resources()
        rows = tuple(_transfer(row, resources) for row in found[: query.limit])
        return HistoryPage(rows, more=len(found) > query.limit)

    def _is_rare(self, grams: str) -> bool:
        found = self._reader.rows("SELECT rowid FROM p_grams WHERE p_grams MATCH ? LIMIT ?", (grams, _RARE))
        return len(found) < _RARE

    def _narrow(self, query: HistoryQuery, place: str, conditions: list[str], parameters: list[object]) -> None:
        if query.account:
            own = next((pair for pair, account in self._resources().items() if account == query.account), ("", ""))
            conditions.append("t.iban = ? AND t.currency = ?")
            parameters += own
        if query.state:
            conditions.append("t.state = ?" if query.state in STATES_OF_ENTRIES else "t.state = ? AND t.order_id <> ''")
            parameters.append(query.state)
        if query.batch is not None:
            same = "= ?" if query.batch else "<> ''"
            there = f"EXISTS (SELECT 1 FROM p_orders AS o WHERE o.order_id = t.order_id AND o.batch {same})"  # noqa: S608
            conditions.append(there if query.batch else f"NOT {there}")
            parameters += [query.batch] if query.batch else []
        if query.at_from:
            conditions.append(f"{place} >= ?")
            parameters.append(place_of(query.at_from, "00000"))
        if query.at_to:
            conditions.append(f"{place} < ?")
            parameters.append(place_of(query.at_to, "00000"))
        if query.before:
            at, row = query.before
            known = self._reader.rows("SELECT place FROM p_transfers WHERE row = ? AND at = ?", (row, at))
            conditions.append(f"{place} < ?")
            parameters.append(known[0][0] if known else place_of(at, row))

    def _resources(self) -> dict[tuple[str, str], str]:
        found = self._reader.rows("SELECT iban, currency, account FROM p_accounts")
        return {(iban, currency): account for iban, currency, account in found}

    def outgoing_minor(self, currency: str, limit: int = 400) -> Sequence[tuple[int, int, str]]:
        """List past outgoing payments, newest first: (time, positive minor units, counterparty account)."""
        found = self._reader.rows(
            "SELECT at, -minor, counterparty_account FROM p_transfers WHERE currency = ? AND paid"
            " ORDER BY place DESC LIMIT ?",
            (currency, limit),
        )
        return tuple((at, minor, account) for at, minor, account in found)

    def payments_to(self, accounts: Sequence[str], limit: int = 12) -> Sequence[TransferRow]:
        """List past payments to any of these accounts, newest first."""
        wanted = tuple(dict.fromkeys(accounts))
        if not wanted:
            return ()
        marks = ", ".join("?" * len(wanted))
        found = self._reader.rows(
            f"SELECT {_COLUMNS} FROM p_transfers AS t INDEXED BY p_transfers_paid_to"  # noqa: S608 - question marks
            f" WHERE t.counterparty_account IN ({marks}) AND t.paid ORDER BY t.place DESC LIMIT ?",
            (*wanted, limit),
        )
        resources = self._resources()
        return tuple(_transfer(row, resources) for row in found)

    def payments_to_each(self, accounts: Iterable[str], limit: int = 12) -> Mapping[str, Sequence[TransferRow]]:
        """List past payments to each of these accounts, newest first."""
        resources = self._resources()
        with self._snapshot() as connection:
            found = {account: connection.execute(_PAID_TO, (account, limit)).fetchall() for account in accounts}
        return {account: tuple(_transfer(row, resources) for row in rows) for account, rows in found.items()}

    def open_batches(self) -> Sequence[OpenBatch]:
        """List the batches of which orders wait for approvals."""
        found = self._reader.rows(
            "SELECT p_orders.batch, coalesce(p_batches.name, ''), min(p_orders.order_id), count(*), t.currency,"
            " -sum(t.minor) FROM p_orders JOIN p_transfers AS t ON t.row = p_orders.order_id"
            " LEFT JOIN p_batches ON p_batches.batch = p_orders.batch"
            " WHERE p_orders.batch <> '' AND p_orders.state = 'prepared' GROUP BY p_orders.batch, t.currency"
            " ORDER BY p_orders.batch, t.currency"
        )
        batches: dict[str, OpenBatch] = {}
        for batch, name, first, count, currency, minor in found:
            known = batches.get(batch, OpenBatch(batch, name, first, 0, ()))
            total = Money(minor, currency)
            batches[batch] = replace(known, waiting=known.waiting + count, totals=(*known.totals, total))
        return tuple(batches.values())

    def templates(self) -> Sequence[TemplateRow]:
        """List the templates that are kept."""
        found = self._reader.rows(
            "SELECT template, name, from_order, at FROM p_templates WHERE dropped = 0 ORDER BY name, template"
        )
        return tuple(TemplateRow(*row) for row in found)

    def alike(self, wanted: Sequence[PaymentKey]) -> Sequence[TransferRow | None]:
        """Return for each payment one that was made or ordered before."""
        resources = self._resources()
        with self._snapshot() as connection:
            found = [_alike(connection, key) for key in wanted]
        return tuple(_transfer(row, resources) if row else None for row in found)

    def rules(self) -> Rules:
        """Return governance and stops by all that is known."""
        with self._ledger() as book:
            return book.ledger.rules()

    def frozen(self) -> bool:
        """Tell whether an emergency stop is in force in the ledger."""
        with self._ledger() as book:
            rules = book.rules_or_none()
        return rules is not None and rules.frozen

    def documents_here(self, names: Sequence[str]) -> frozenset[str]:
        """Return those of these documents that are kept for good."""
        with self._reader.use() as connection:
            return documents_on_record(connection, names)

    def lessons_finished(self) -> Mapping[str, int]:
        """Map finished lessons to the best score."""
        return dict(self._reader.rows("SELECT lesson, best FROM p_lessons ORDER BY lesson"))


def _in_flight(wanted: InFlight) -> tuple[str, str, tuple[object, ...]]:
    """Return tables, conditions and their parameters. The index over open orders has all but the payee's account."""
    tables, conditions, parameters = "p_orders AS o", ["o.final = 0"], list[object]()
    if wanted.states:
        conditions.append(f"o.state IN ({', '.join('?' * len(wanted.states))})")
        parameters += sorted(state.value for state in wanted.states)
    if wanted.batch is not None:
        conditions.append("o.batch = ?")
        parameters.append(wanted.batch)
    if wanted.to or wanted.minors is not None:
        tables += " JOIN p_transfers AS t ON t.row = o.order_id"
        conditions.append("t.counterparty_account = ?" if wanted.to else "t.minor IN (SELECT value FROM json_each(?))")
        parameters.append(wanted.to or orjson.dumps([-minor for minor in sorted(wanted.minors or ())]).decode())
    if wanted.device:
        conditions.append(
            "EXISTS (SELECT 1 FROM events AS e WHERE e.subject = o.order_id"
            " AND ((e.kind = 'order.frozen' AND e.device = ?) OR e.kind = 'order.sender_released'))"
        )
        parameters.append(wanted.device)
    return tables, " AND ".join(conditions), tuple(parameters)


def _alike(connection: Connection, key: PaymentKey) -> Sequence[object] | None:
    same = (key.account, -key.amount.minor, key.amount.currency, key.reference)
    row = connection.execute(_SAME_PAYMENT, same).fetchone()
    if row is None and key.end_to_end_id:
        row = connection.execute(_SAME_REFERENCE, (key.end_to_end_id,)).fetchone()
    return cast("Sequence[object] | None", row)


def _in_payee(word: str, row: PayeeRow) -> bool:
    return word in row.name.casefold() or word in row.account.casefold()


def _transfer(row: Sequence[object], resources: Mapping[tuple[str, str], str]) -> TransferRow:
    name, order, account, iban, at, counterparty, counterparty_account, currency, minor, reference, state = row
    return TransferRow(
        row=str(name),
        order=str(order),
        account=str(account) or resources.get((str(iban), str(currency)), str(iban)),
        at=_whole(at),
        counterparty=str(counterparty),
        counterparty_account=str(counterparty_account),
        amount=Money(_whole(minor), str(currency)),
        reference=str(reference),
        state=str(state),
    )


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(type(value))
    return value
