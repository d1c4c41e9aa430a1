"""Payments from initiation to settlement: one state machine, one journal of executions."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta, timezone

import orjson

from practicebank.accounts import Accounts
from practicebank.clock import ZONE, BankClock, iso
from practicebank.customers import Customers
from practicebank.outcomes import Outcomes
from practicebank.payment_rows import BULK, SINGLE, NewPayment, Payment, entries_of, read_row
from practicebank.products import ORDINARY_MS, PRODUCTS, fee_minor
from practicebank.store import Store

MAX_FAILED_AUTHORISATIONS = 3
WAITING = ("RCVD", "PATC")
SETTLED = ("ACSC", "ACCC")
# A Chinese transfer "for the next day" leaves when that day begins there.
_CHINA = timezone(timedelta(hours=8))

# Where a payment may go from each status (transactionStatus of the standard).
_MOVES = {
    "RCVD": {"PATC", "ACTC", "ACSP", "ACSC", "ACCC", "RJCT", "CANC"},
    "PATC": {"ACTC", "ACSP", "ACSC", "ACCC", "RJCT", "CANC"},
    "ACTC": {"ACSC", "ACCC", "RJCT", "CANC"},
    "ACSP": {"ACSC", "ACCC", "RJCT", "CANC"},
    "ACSC": set[str](),
    "ACCC": set[str](),
    "RJCT": set[str](),
    "CANC": set[str](),
}


class IllegalMoveError(Exception):
    """Refuse a change of status that the state machine doesn't have."""


class Payments:
    """Carry payments from RCVD to a final status.

    Args:
        store: The bank's memory.
        clock: The bank's clock.
        accounts: Balances and entries.
        outcomes: What a tester decided.
        own_bic: This bank's BIC: payees who bank here are credited at once.
    """

    def __init__(self, store: Store, clock: BankClock, accounts: Accounts, outcomes: Outcomes, own_bic: str) -> None:
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._outcomes = outcomes
        self._own_bic = own_bic
        self._customers = Customers(store)

    def initiate(
        self, new: NewPayment, psu_id: str | None, request_id: str, serial: str, body_hash: str, **kinship: str
    ) -> Payment:
        """Write down a payment nobody has authorised yet: status RCVD, nothing set aside.

        Args:
            new: What was asked for.
            psu_id: Who was named, if anybody.
            request_id: The request's identifier.
            serial: The client's certificate.
            body_hash: SHA-256 of what was sent, in hexadecimal.
            kinship: ``service`` of a bulk; ``parent_id`` of a bulk's part.
        """
        payment_id = str(uuid.uuid4())
        self._store.run(
            "INSERT INTO payments (payment_id, product, created_ms, x_request_id, client_serial,"
            " body_hash, psu_id, echo, debtor_iban, creditor_iban, creditor_name, currency,"
            " amount_minor, fee_minor, end_to_end_id, remittance, execution_date, arrival, service, parent_id, status)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'RCVD')",
            payment_id,
            new.product,
            self._clock.now_ms(),
            request_id,
            serial,
            body_hash,
            psu_id,
            orjson.dumps(new.echo).decode(),
            new.debtor_iban,
            new.creditor_iban,
            new.creditor_name,
            new.currency,
            new.amount_minor,
            fee_minor(new.product, new.currency) if new.fee_minor is None else new.fee_minor,
            new.end_to_end_id,
            new.remittance,
            None if new.execution_date is None else new.execution_date.isoformat(),
            new.arrival,
            kinship.get("service", SINGLE),
            kinship.get("parent_id"),
        )
        rejection = None
        if kinship.get("service") != BULK:
            rejection = self._outcomes.rejection(new.creditor_iban, new.amount_minor, "initiation")
        if rejection is not None:
            self.reject(self.get(payment_id), rejection)
        return self.get(payment_id)

    def initiate_bulk(
        self, new: NewPayment, parts: list[NewPayment], psu_id: str | None, request_id: str, serial: str, body_hash: str
    ) -> Payment:
        """Write down a bulk: a payment of the total, and its parts. One part turned down leaves the others."""
        with self._store.transaction():
            asked = (psu_id, request_id, serial, body_hash)
            bulk = self.initiate(new, *asked, service=BULK)
            made = [self.initiate(part, *asked, parent_id=bulk.payment_id) for part in parts]
            if all(part.status == "RJCT" for part in made):
                return self.reject(bulk, made[0].reason_code or "MS03")
        return bulk

    def find(self, payment_id: str) -> Payment | None:
        """Return a payment, if the bank has it."""
        row = self._store.one("SELECT * FROM payments WHERE payment_id = ?", payment_id)
        return None if row is None else read_row(row)

    def get(self, payment_id: str) -> Payment:
        """Return a payment the bank is known to have.

        Raises:
            KeyError: It hasn't.
        """
        payment = self.find(payment_id)
        if payment is None:
            raise KeyError(payment_id)
        return payment

    def parts(self, payment: Payment) -> list[Payment]:
        """Return the payments a bulk is made of, in their order; none for a single one."""
        rows = self._store.all("SELECT * FROM payments WHERE parent_id = ? ORDER BY rowid", payment.payment_id)
        return [read_row(row) for row in rows]

    def keep_file(self, payment: Payment, content: bytes) -> None:
        """Keep the file a payment came in, as it came."""
        self._store.run("INSERT INTO payment_files VALUES (?, ?)", payment.payment_id, content)

    def file_of(self, payment: Payment) -> bytes | None:
        """Return the file a payment came in; nothing when it came as JSON."""
        row = self._store.one("SELECT content FROM payment_files WHERE payment_id = ?", payment.payment_id)
        return None if row is None else bytes(row["content"])

    def repeated(self, request_id: str) -> tuple[Payment, str] | None:
        """Return the payment first asked for under this X-Request-ID, and its body's hash."""
        row = self._store.one("SELECT * FROM payments WHERE x_request_id = ? ORDER BY rowid LIMIT 1", request_id)
        return None if row is None else (read_row(row), str(row["body_hash"]))

    def covered(self, payment: Payment) -> bool:
        """Return whether the account holds the amount and the fee."""
        account = self._accounts.find(payment.debtor_iban)
        need = payment.amount_minor + payment.fee_minor
        return account is not None and account.available_minor >= need

    def signers(self, payment: Payment) -> list[str]:
        """Return who has signed a payment, first signature first."""
        rows = self._store.all(
            "SELECT psu_id FROM signatures WHERE payment_id = ? ORDER BY at_ms, rowid", payment.payment_id
        )
        return [row["psu_id"] for row in rows]

    def sign(self, payment: Payment, psu_id: str) -> Payment:
        """Add a person's signature; carry the payment out once the bank has those it needs."""
        with self._store.transaction():
            self._store.run("INSERT INTO signatures VALUES (?, ?, ?)", payment.payment_id, psu_id, self._clock.now_ms())
            signed = self.signers(payment)
            if self._customers.enough(payment.debtor_iban, signed, payment.amount_minor):
                return self.accept(payment)
            for one in (payment, *self.parts(payment)):
                if one.status == "RCVD":
                    self._move(one, "PATC")
        return self.get(payment.payment_id)

    def accept(self, payment: Payment) -> Payment:
        """Carry out an authorised payment: set the money aside and write the journal, at once.

        This is where money moves. One transaction holds the reservation, the entries and the
        journal's row; an instant transfer is settled in the same one.
        """
        with self._store.transaction():
            if payment.is_bulk:
                for part in self.parts(payment):
                    if part.status in WAITING:
                        self.accept(part)
                return self._roll_up(payment.payment_id)
            code = self._refusal(payment)
            account = self._accounts.find(payment.debtor_iban)
            if code is not None or account is None:
                return self.reject(payment, code or "AC01")
            now_ms = self._clock.now_ms()
            today = self._clock.today()
            future = payment.execution_date is not None and payment.execution_date > today
            status = "ACTC" if future or payment.arrival in ("ordinary", "next_day") else "ACSP"
            self._accounts.set_aside(account, entries_of(payment), today)
            self._move(payment, status)
            self._store.run(
                "INSERT INTO executions (execution_id, payment_id, product, end_to_end_id,"
                " amount_minor, fee_minor, currency, debtor_iban, creditor_iban, creditor_name,"
                " at_ms, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                str(uuid.uuid4()),
                payment.payment_id,
                payment.product,
                payment.end_to_end_id,
                payment.amount_minor,
                payment.fee_minor,
                payment.currency,
                payment.debtor_iban,
                payment.creditor_iban,
                payment.creditor_name,
                now_ms,
                status,
            )
            if PRODUCTS[payment.product].at_once or payment.arrival == "real_time":
                return self._settle(self.get(payment.payment_id))
            self._plan_settlement(payment, now_ms)
        return self.get(payment.payment_id)

    def _refusal(self, payment: Payment) -> str | None:
        code = self._outcomes.rejection(payment.creditor_iban, payment.amount_minor, "execution")
        ceiling = self._customers.ceiling_minor(payment.debtor_iban)
        if code is None and ceiling is not None and payment.amount_minor > ceiling:
            return "AM02"
        return "AM04" if code is None and not self.covered(payment) else code

    def reject(self, payment: Payment, code: str) -> Payment:
        """Turn a payment down for good, with a reason code; a bulk with every part of it."""
        with self._store.transaction():
            for part in self.parts(payment):
                if part.status in WAITING:
                    self.reject(part, code)
            self._move(payment, "RJCT")
            self._store.run(
                "UPDATE payments SET reason_code = ? WHERE payment_id = ?",
                code,
                payment.payment_id,
            )
        return self.get(payment.payment_id)

    def cancel(self, payment: Payment) -> Payment:
        """Call a payment off before it is settled; what was set aside comes back."""
        with self._store.transaction():
            if payment.is_bulk:
                for part in self.parts(payment):
                    if part.status != "RJCT":
                        self.cancel(part)
                self._set_status(payment.payment_id, "CANC")
                return self.get(payment.payment_id)
            self._move(payment, "CANC")
            self._accounts.release(payment.payment_id, self._clock.today())
            self._store.run("UPDATE executions SET status = 'CANC' WHERE payment_id = ?", payment.payment_id)
        return self.get(payment.payment_id)

    def authorisation_failed(self, payment: Payment) -> None:
        """Count a failed authorisation; after the third the payment is turned down."""
        with self._store.transaction():
            self._store.run(
                "UPDATE payments SET failed_authorisations = failed_authorisations + 1 WHERE payment_id = ?",
                payment.payment_id,
            )
            counted = self.get(payment.payment_id)
            if counted.failed_authorisations >= MAX_FAILED_AUTHORISATIONS and counted.status in WAITING:
                self.reject(counted, "MS03")

    def settle_due(self) -> None:
        """Settle every payment whose time has come."""
        now_ms = self._clock.now_ms()
        due = "FROM payments WHERE status IN ('ACTC', 'ACSP') AND due_ms <= ?"
        if self._store.one(f"SELECT 1 {due}", now_ms) is None:
            return
        with self._store.transaction() as db:
            rows = db.execute(f"SELECT * {due} ORDER BY due_ms, rowid", (now_ms,)).fetchall()
            for row in rows:
                self._settle(read_row(row))
            for bulk_id in sorted({row["parent_id"] for row in rows if row["parent_id"] is not None}):
                self._roll_up(bulk_id)

    def replan(self) -> None:
        """Plan every open settlement anew, after the delay was changed."""
        with self._store.transaction() as db:
            rows = db.execute(
                "SELECT p.*, e.at_ms FROM payments p JOIN executions e USING (payment_id)"
                " WHERE p.status IN ('ACTC', 'ACSP')"
            ).fetchall()
            for row in rows:
                # A chosen time of arrival counts from the order; other delays from now.
                since = self._clock.now_ms() if row["arrival"] is None else row["at_ms"]
                self._plan_settlement(read_row(row), since)

    def _plan_settlement(self, payment: Payment, since_ms: int) -> None:
        seconds = self._outcomes.settle_seconds()
        due_ms = None
        if seconds is not None:
            due_ms = _arrival_ms(payment, since_ms, since_ms + 1000 * seconds)
            if payment.execution_date is not None:
                start = datetime.combine(payment.execution_date, time.min, ZONE)
                due_ms = max(due_ms, int(start.timestamp() * 1000))
        self._store.run("UPDATE payments SET due_ms = ? WHERE payment_id = ?", due_ms, payment.payment_id)

    def _settle(self, payment: Payment) -> Payment:
        row = self._store.one("SELECT bic FROM directory WHERE iban = ?", payment.creditor_iban)
        here = row is not None and row["bic"] == self._own_bic
        status = "ACCC" if here else "ACSC"
        self._move(payment, status)
        self._accounts.book(payment.payment_id, self._clock.today())
        self._store.run(
            "UPDATE executions SET status = ?, settled_ms = ? WHERE payment_id = ?",
            status,
            self._clock.now_ms(),
            payment.payment_id,
        )
        return self.get(payment.payment_id)

    def _roll_up(self, payment_id: str) -> Payment:
        """Give a bulk the status that its parts have together."""
        parts = self.parts(self.get(payment_id))
        found = {part.status for part in parts}
        if len(found) == 1:
            status = found.pop()
        elif "RJCT" in found:
            status = "PART"
        elif found <= set(SETTLED):
            status = "ACSC"
        else:
            status = "ACSP"
        self._set_status(payment_id, status)
        if status == "RJCT":
            reason = parts[0].reason_code
            self._store.run("UPDATE payments SET reason_code = ? WHERE payment_id = ?", reason, payment_id)
        return self.get(payment_id)

    def _set_status(self, payment_id: str, status: str) -> None:
        self._store.run("UPDATE payments SET status = ? WHERE payment_id = ?", status, payment_id)

    def _move(self, payment: Payment, status: str) -> None:
        if status not in _MOVES[payment.status]:
            raise IllegalMoveError(f"{payment.status} to {status}")
        changed = self._store.db.execute(
            "UPDATE payments SET status = ? WHERE payment_id = ? AND status = ?",
            (status, payment.payment_id, payment.status),
        ).rowcount
        if changed != 1:
            raise IllegalMoveError(f"{payment.payment_id} is no longer {payment.status}")

    def journal(self) -> list[dict[str, object]]:
        """Return every execution, oldest first."""
        rows = self._store.all("SELECT * FROM executions ORDER BY seq")
        return [
            {
                **{name: row[name] for name in row.keys() if name not in ("seq", "settled_ms")},  # noqa: SIM118 - a Row iterates over values
                "at": iso(row["at_ms"]),
                "settled_at": None if row["settled_ms"] is None else iso(row["settled_ms"]),
            }
            for row in rows
        ]

    def describe_all(self) -> list[dict[str, object]]:
        """Return every payment ever asked for, in short, oldest first."""
        rows = self._store.all(
            "SELECT payment_id, product, end_to_end_id, amount_minor, fee_minor, currency,"
            " debtor_iban, creditor_iban, creditor_name, status, reason_code"
            " FROM payments ORDER BY rowid"
        )
        return [dict(row) for row in rows]


def _arrival_ms(payment: Payment, since_ms: int, otherwise_ms: int) -> int:
    """Return when a payment arrives, in milliseconds since the epoch, by the arrival that was chosen."""
    if payment.arrival == "ordinary":
        return since_ms + ORDINARY_MS
    if payment.arrival == "next_day":
        there = datetime.fromtimestamp(since_ms / 1000, _CHINA).date() + timedelta(days=1)
        return int(datetime.combine(there, time.min, _CHINA).timestamp() * 1000)
    return otherwise_ms
