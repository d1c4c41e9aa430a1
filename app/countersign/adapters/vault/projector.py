"""Brings the projections up to date with one event, or with all (LEDGER rule 15).

Orders and payees are folded anew from their own events whenever one arrives. Entries of statements are rows of their
own; of several versions the one furthest in folding order stands. So the order of arrival never shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import chain
from typing import Final

from countersign.adapters.vault import schema
from countersign.adapters.vault.book import Book
from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.listed import LISTED, list_event
from countersign.adapters.vault.schema import place_of
from countersign.adapters.vault.search_text import grams_of
from countersign.adapters.vault.shown_once import HANDED_OVER, PARTLY_SIGNED, ShownOnce
from countersign.adapters.vault.statement import AddedAccount, PaidElsewhere, Statement, StatementEntry
from countersign.domain.canonical import Fields
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import LedgerError
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.order_state import OrderState
from countersign.domain.payee import NameCheck, PayeeRecord, VopOutcome

MILESTONES = frozenset({kinds.RECOVERY_KIT_PROVED, kinds.AUTHENTICATOR_ENROLLED})

ALONE: Final = LISTED | {kinds.STATEMENT_IMPORTED, kinds.ACCOUNT_ADDED, kinds.PAYMENT_ELSEWHERE}
"""Shared events that are projected one by one."""

_ORDER_ROW: Final = (
    "SELECT t.state, p_orders.settled_by, t.place, p_orders.created_at, payee, debtor_account, debtor_agent_member,"
    " p_orders.end_to_end_id, t.counterparty, t.counterparty_account, t.currency, t.minor, t.reference"
    " FROM p_orders JOIN p_transfers AS t ON t.row = p_orders.order_id"
)
_VALUES: Final = f"({', '.join('?' * 17)})"
_ROWS_AT_ONCE: Final = (64, 16, 4, 1)  # a few lengths, so that the statements stay prepared


class Projector:
    """Writes the projections of one connection from the events of another (or the same)."""

    def __init__(self, connection: Connection, book: Book) -> None:
        """Write into one connection what the ledger of another (or the same) amounts to."""
        self._connection = connection
        self._book = book
        self._show = ShownOnce(connection)

    def apply(self, event: Event) -> None:
        """Bring the projections up to date with an event that was just appended.

        Raises:
            LedgerError: The event says something that its subject's rules leave out.
        """
        if event.kind.startswith("order."):
            self._require_order(event, self.refold_order(event.header.subject))
        elif event.kind.startswith("payee."):
            self._require_payee(event, self.refold_payee(event.header.subject))
        else:
            self._apply_alone(event)

    def replay(self, event: Event, folded_later: set[tuple[str, str]], rules: Rules) -> None:
        """Take one event of a rebuild; what folds by subject is noted and folded once, by ``fold_noted``."""
        topic = event.kind.partition(".")[0]
        if topic in {"order", "payee"}:
            folded_later.add((topic, event.header.subject))
            return
        if not self._book.ledger.counting((event,), rules):
            return
        try:
            self._apply_alone(event)
        except SecurityError:
            return  # as when it arrived from elsewhere: what can't be read says nothing

    def fold_noted(self, noted: set[tuple[str, str]]) -> None:
        """Fold the subjects that ``replay`` noted."""
        for topic, subject in sorted(noted):
            if topic == "order":
                self.refold_order(subject)
            else:
                self.refold_payee(subject)

    def follow(self, changed: Collection[tuple[str, str]]) -> None:
        """Fold anew whatever these events are about, given as kind and subject."""
        if any(kind in ALONE for kind, _ in changed):  # an entry's rows don't say which statements have it
            self.rebuild()
            return
        topics = {(kind.partition(".")[0], subject) for kind, subject in changed}
        self.fold_noted({(topic, subject) for topic, subject in topics if topic in {"order", "payee"}})

    def rebuild(self) -> None:
        """Make everything anew."""
        for table in schema.PROJECTED:
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own
        self.replay_all(lambda _done: None)

    def replay_all(self, each: Callable[[Event], None]) -> None:
        """Fill empty tables from the whole ledger, and call ``each`` with every event on the way."""
        noted: set[tuple[str, str]] = set()
        rules = self._book.rules_or_none()
        for event, _columns in self._book.events.every():
            each(event)
            if rules is not None:
                self.replay(event, noted, rules)
        self.fold_noted(noted)

    def refold_order(self, order: str) -> OrderRecord | None:
        """Fold an order anew and write its rows."""
        record = self._book.ledger.order(order)
        before = self._connection.execute(f"{_ORDER_ROW} WHERE p_orders.order_id = ?", (order,)).fetchone()
        if record is None:
            self._drop_order(order, before)
            return None
        content, payment = record.content, record.content.payment
        amount = payment.instructed_amount
        state = _shown_state(record)
        fixed = (
            *(record.created_at, content.payee, payment.debtor_account, payment.debtor_agent_member),
            *(payment.end_to_end_id, payment.creditor_name, payment.creditor_account, amount.currency, -amount.minor),
            payment.remittance,
        )
        if before is not None and before[3:] != fixed:  # another content stands for the order now
            self._drop_order(order, before)
            before = None
        self._connection.execute(
            "INSERT INTO p_orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET state = excluded.state, final = excluded.final, settled_by = excluded.settled_by",
            (*(order, record.state.value, int(record.final)), *fixed[:5], record.settled_by, content.batch),
        )
        if before is None:
            self._insert_transfer(
                *(order, order, "", payment.debtor_account, record.created_at),
                *(payment.creditor_name, payment.creditor_account, amount.currency, -amount.minor),
                *(payment.remittance, state, payment.end_to_end_id, 0, "", ""),
            )
        elif before[0] != state:
            self._connection.execute("UPDATE p_transfers SET state = ? WHERE row = ?", (state, order))
        self._show.settled(payment.debtor_account, {record.settled_by, before[1] if before else ""} - {""})
        self._show.order_once(payment.end_to_end_id)
        return record

    def _drop_order(self, order: str, before: Sequence[object] | None) -> None:
        """Take an order's rows away: what made it is void."""
        if before is None:
            return
        settled_by, account, end_to_end_id = str(before[1]), str(before[5]), str(before[7])
        self._connection.execute("DELETE FROM p_transfers WHERE row = ?", (order,))
        self._connection.execute("DELETE FROM p_orders WHERE order_id = ?", (order,))
        self._show.settled(account, {settled_by} - {""})
        self._show.order_gone(end_to_end_id)

    def refold_payee(self, payee: str) -> PayeeRecord | None:
        """Fold a payee anew and write its row."""
        record = self._book.ledger.payee(payee)
        if record is None:
            self._connection.execute("DELETE FROM p_payees WHERE payee = ?", (payee,))
            return None
        version = record.version
        check = record.check_of(version.event)
        self._connection.execute(
            "INSERT OR REPLACE INTO p_payees VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(payee, version.details.name, version.details.account, version.details.agent),
                (check.outcome if check else VopOutcome.NOT_DONE).value,
                check.checked_at if check else 0,
                record.versions[0].at,
            ),
        )
        return record

    def take(self, event: Event, rules: Rules) -> None:
        """Take an event of another device that stands for itself, unless it counts for nothing."""
        self.replay(event, set(), rules)

    def _apply_alone(self, event: Event) -> None:
        if event.kind == kinds.STATEMENT_IMPORTED:
            self._import(event, Statement.read(event.says()))
        elif event.kind == kinds.LESSON_FINISHED:
            fields = Fields(event.says(), event.kind)
            self._connection.execute(
                "INSERT INTO p_lessons VALUES (?, ?) ON CONFLICT DO UPDATE SET best = max(best, excluded.best)",
                (fields.text("lesson"), fields.integer("score")),
            )
        elif event.kind in LISTED:
            list_event(self._connection, event, _version_of(event))
        elif event.kind == kinds.ACCOUNT_ADDED:
            self._add_account(event, AddedAccount.read(event.says()))
        elif event.kind == kinds.PAYMENT_ELSEWHERE:
            self._pay_elsewhere(event, PaidElsewhere.read(event.says()))
        elif event.kind in MILESTONES:
            self._connection.execute(
                "INSERT INTO p_milestones VALUES (?, ?) ON CONFLICT DO UPDATE SET at = min(at, excluded.at)",
                (event.kind, event.header.at),
            )

    def _add_account(self, event: Event, added: AddedAccount) -> None:
        """Note how an account is reached; of several such events the one furthest in folding order stands."""
        self._connection.execute(
            "INSERT INTO p_accounts VALUES (?, ?, ?, ?, ?, 0, 0, 0, '', ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " bank = excluded.bank, name = excluded.name, scheme = excluded.scheme, agent = excluded.agent,"
            " agent_member = excluded.agent_member, reach = excluded.reach, added = excluded.added,"
            " currency = iif(version = '', excluded.currency, currency) WHERE excluded.added > added",
            (
                *(added.account, added.bank, added.number, added.name, added.currency),
                *(added.scheme, added.agent, added.agent_member, added.reach, _version_of(event)),
            ),
        )

    def _pay_elsewhere(self, event: Event, paid: PaidElsewhere) -> None:
        row, version, amount = event.header.subject, _version_of(event), paid.amount
        known = self._connection.execute(
            "SELECT place, version, iban, currency, minor FROM p_transfers WHERE row = ?", (row,)
        ).fetchone()
        if known is not None and known[1] >= version:
            return
        if known is not None:
            self._connection.execute("DELETE FROM p_transfers WHERE place = ?", (known[0],))
            self._show.elsewhere_once(*known[2:])
        self._insert_transfer(
            *(row, "", "", paid.number, paid.at, paid.counterparty, paid.counterparty_account),
            *(amount.currency, -amount.minor, paid.reference, "elsewhere", "", 0, version, ""),
        )
        self._show.elsewhere_once(paid.number, amount.currency, -amount.minor)

    def _import(self, event: Event, statement: Statement) -> None:
        version = _version_of(event)
        self._connection.execute(
            "INSERT INTO p_accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'IBAN', '', '', 'xs2a', '')"
            " ON CONFLICT DO UPDATE SET bank = iif(added = '', excluded.bank, bank), iban = excluded.iban,"
            " name = iif(added = '', excluded.name, name),"
            " currency = excluded.currency, balance = excluded.balance, available = excluded.available,"
            " as_of = excluded.as_of, version = excluded.version WHERE excluded.version > version",
            (
                *(statement.account, statement.bank, statement.iban, statement.name, statement.balance.currency),
                *(statement.balance.minor, statement.available.minor, statement.as_of, version),
            ),
        )
        rows = {entry.row(statement.account): entry for entry in reversed(statement.entries)}  # the first of a name
        fresh = [row for row, entry in rows.items() if self._make_room(statement, row, entry, version)]
        self._insert_transfers([(*_columns(statement, row, rows[row]), 0, version, "") for row in fresh])
        self._show.settled(statement.iban, self._show.on_record(statement.iban, [rows[row].entry for row in fresh]))
        for end_to_end_id in sorted({rows[row].end_to_end_id for row in fresh}):
            self._show.order_once(end_to_end_id)
        for amount in {rows[row].amount for row in fresh}:
            self._show.elsewhere_once(statement.iban, amount.currency, amount.minor)

    def _make_room(self, statement: Statement, row: str, entry: StatementEntry, version: str) -> bool:
        """Remove another version of an entry; tell whether this one is to be inserted."""
        known = self._connection.execute(
            "SELECT place, version, row, order_id, account, iban, at, counterparty, counterparty_account, currency,"
            " minor, reference, state, end_to_end_id FROM p_transfers WHERE row = ?",
            (row,),
        ).fetchone()
        if known is None:
            return True
        if known[1] >= version:
            return False
        if known[2:] == _columns(statement, row, entry):  # the same again, as most are when a bank is asked anew
            self._connection.execute("UPDATE p_transfers SET version = ? WHERE place = ?", (version, known[0]))
            return False
        self._connection.execute("DELETE FROM p_transfers WHERE place = ?", (known[0],))
        self._show.elsewhere_once(known[5], known[9], known[10])
        if known[-1] != entry.end_to_end_id:
            self._show.order_once(known[-1])
        return True

    def _insert_transfer(self, *columns: str | int) -> None:
        self._insert_transfers([columns])

    def _insert_transfers(self, rows: list[tuple[str | int, ...]]) -> None:
        """Insert rows by place, many in a statement.

        With every statement, and at every step back, the text indexes write what they gathered as a segment of its own,
        all of which have to be merged later: row by row that takes three times as long.
        """
        placed: dict[int, tuple[str | int, ...]] = {}
        for columns in rows:
            row, _, _, _, at, name, account, _, _, reference, *_ = columns
            place = place_of(int(at), str(row))
            while place in placed or self._is_taken(place):
                place += 1
            placed[place] = (place, *columns, grams_of(str(name), str(account), str(reference)))
        waiting = [placed[place] for place in sorted(placed)]
        for at_once in _ROWS_AT_ONCE:
            while len(waiting) >= at_once:
                some, waiting = waiting[:at_once], waiting[at_once:]
                values = ", ".join([_VALUES] * at_once)
                self._connection.execute(f"INSERT INTO p_transfers VALUES {values}", tuple(chain.from_iterable(some)))  # noqa: S608 - only question marks

    def _is_taken(self, place: int) -> bool:
        found = self._connection.execute("SELECT 1 FROM p_transfers WHERE place = ?", (place,)).fetchone()
        return found is not None

    @staticmethod
    def _require_order(event: Event, record: OrderRecord | None) -> None:
        if record is None:
            raise LedgerError("order.event_form")
        fault = next((code for faulty, code in record.faults if faulty == event.id), "")
        fault = fault or next((item.fault for item in record.approvals if item.event == event.id), "")
        fault = fault or next((item.fault for item in record.confirmations if item.event == event.id), "")
        if fault:
            raise LedgerError(fault)

    @staticmethod
    def _require_payee(event: Event, record: PayeeRecord | None) -> None:
        known = record is not None and (
            any(version.event == event.id for version in record.versions)
            or (event.kind == kinds.PAYEE_VERIFIED and _checked_by(event, record))
        )
        if not known:
            raise LedgerError("payee.event_form")


def _shown_state(record: OrderRecord) -> str:
    """Return the state of an order's row: no more than is known of its money."""
    if _is_handed_over(record):
        return HANDED_OVER
    return PARTLY_SIGNED if record.awaits_signature else record.state.value


def _is_handed_over(record: OrderRecord) -> bool:
    """Tell whether the person says that they carried it, and the bank has said nothing yet: it may have been paid."""
    return record.handed_over_at > 0 and record.state is OrderState.INITIATED


def _checked_by(event: Event, record: PayeeRecord) -> bool:
    body = event.says()
    try:
        return (body.get("version"), NameCheck.read(body["check"])) in record.checks
    except (SecurityError, KeyError):
        return False


def _columns(statement: Statement, row: str, entry: StatementEntry) -> tuple[str | int, ...]:
    """Return what a row of ``p_transfers`` says of an entry, from ``row`` to ``end_to_end_id``."""
    return (
        *(row, "", statement.account, statement.iban, entry.booked_at),
        *(entry.counterparty, entry.counterparty_account, entry.amount.currency, entry.amount.minor),
        *(entry.remittance, "booked" if entry.booked else "pending", entry.end_to_end_id),
    )


def _version_of(event: Event) -> str:
    """Return what sorts as events do where several describe one thing."""
    return f"{event.header.lamport:011x}{event.header.device[:12]}"
