"""Payments from initiation to settlement: one state machine, one journal of executions."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime

import orjson

from practicebank.accounts import Accounts, Entry
from practicebank.clock import BankClock, iso
from practicebank.outcomes import Outcomes
from practicebank.store import Store

SCT = "sepa-credit-transfers"
INSTANT = "instant-sepa-credit-transfers"
PRODUCTS = (SCT, INSTANT)
# Regulation (EU) 2024/886 art. 5b: an instant transfer may not cost more than an ordinary one.
FEES_MINOR = {SCT: 35, INSTANT: 35}
_BANK_CODES = {SCT: "PMNT-ICDT-ESCT", INSTANT: "PMNT-IRCT-ESCT"}
_FEE_CODE = "ACMT-MDOP-CHRG"
MAX_FAILED_AUTHORISATIONS = 3

# Where a payment may go from each status (transactionStatus of the standard).
_MOVES = {
    "RCVD": {"ACTC", "ACSP", "ACSC", "ACCC", "RJCT", "CANC"},
    "ACTC": {"ACSC", "ACCC", "RJCT", "CANC"},
    "ACSP": {"ACSC", "ACCC", "RJCT", "CANC"},
    "ACSC": set[str](),
    "ACCC": set[str](),
    "RJCT": set[str](),
    "CANC": set[str](),
}
# Reasons of the ISO 20022 external code set, in words for the person.
REASONS = {
    "AC01": "The account number of the payee is not right.",
    "AC04": "The payee's account has been closed.",
    "AC06": "The payee's account is blocked.",
    "AG01": "This kind of payment is not allowed on the account.",
    "AM04": "There is not enough money on the account.",
    "BE04": "The payee's address is missing.",
    "MS03": "The bank gives no reason.",
    "RR04": "The bank may not carry this payment out.",
}


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment as it was asked for, checked; amounts in minor units."""

    product: str
    debtor_iban: str
    creditor_iban: str
    creditor_name: str
    creditor_bic: str | None
    currency: str
    amount_minor: int
    end_to_end_id: str | None
    remittance: str
    execution_date: date | None
    echo: dict[str, object]


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the bank keeps it."""

    payment_id: str
    product: str
    psu_id: str | None
    echo: dict[str, object]
    debtor_iban: str
    creditor_iban: str
    creditor_name: str
    currency: str
    amount_minor: int
    fee_minor: int
    end_to_end_id: str | None
    remittance: str
    execution_date: date | None
    status: str
    reason_code: str | None
    failed_authorisations: int

    @property
    def reason_text(self) -> str | None:
        """Return why the bank turned the payment down, in words."""
        if self.reason_code is None:
            return None
        return REASONS.get(self.reason_code, "The bank turned the payment down.")


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

    def initiate(self, new: NewPayment, psu_id: str | None, request_id: str, serial: str, body_hash: str) -> Payment:
        """Write down a payment nobody has authorised yet: status RCVD, nothing set aside."""
        payment_id = str(uuid.uuid4())
        self._store.run(
            "INSERT INTO payments (payment_id, product, created_ms, x_request_id, client_serial,"
            " body_hash, psu_id, echo, debtor_iban, creditor_iban, creditor_name, currency,"
            " amount_minor, fee_minor, end_to_end_id, remittance, execution_date, status)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'RCVD')",
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
            FEES_MINOR[new.product],
            new.end_to_end_id,
            new.remittance,
            None if new.execution_date is None else new.execution_date.isoformat(),
        )
        rejection = self._outcomes.rejection(new.creditor_iban, new.amount_minor, "initiation")
        if rejection is not None:
            self.reject(self.get(payment_id), rejection)
        return self.get(payment_id)

    def find(self, payment_id: str) -> Payment | None:
        """Return a payment, if the bank has it."""
        row = self._store.one("SELECT * FROM payments WHERE payment_id = ?", payment_id)
        return None if row is None else _payment(row)

    def get(self, payment_id: str) -> Payment:
        """Return a payment the bank is known to have.

        Raises:
            KeyError: It hasn't.
        """
        payment = self.find(payment_id)
        if payment is None:
            raise KeyError(payment_id)
        return payment

    def repeated(self, request_id: str) -> tuple[Payment, str] | None:
        """Return the payment first asked for under this X-Request-ID, and its body's hash."""
        row = self._store.one("SELECT * FROM payments WHERE x_request_id = ? ORDER BY rowid LIMIT 1", request_id)
        return None if row is None else (_payment(row), str(row["body_hash"]))

    def covered(self, payment: Payment) -> bool:
        """Return whether the account holds the amount and the fee."""
        account = self._accounts.by_iban(payment.debtor_iban)
        need = payment.amount_minor + payment.fee_minor
        return account is not None and account.available_minor >= need

    def accept(self, payment: Payment) -> Payment:
        """Carry out an authorised payment: set the money aside and write the journal, at once.

        This is where money moves. One transaction holds the reservation, the entries and the
        journal's row; an instant transfer is settled in the same one.
        """
        with self._store.transaction():
            code = self._outcomes.rejection(payment.creditor_iban, payment.amount_minor, "execution")
            account = self._accounts.by_iban(payment.debtor_iban)
            if code is None and (account is None or not self.covered(payment)):
                code = "AM04"
            if code is not None or account is None:
                return self.reject(payment, code or "AC01")
            now_ms = self._clock.now_ms()
            today = self._clock.today()
            future = payment.execution_date is not None and payment.execution_date > today
            status = "ACTC" if future else "ACSP"
            self._accounts.set_aside(account, _entries(payment), today)
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
            if payment.product == INSTANT:
                return self._settle(self.get(payment.payment_id))
            self._plan_settlement(payment, now_ms)
        return self.get(payment.payment_id)

    def reject(self, payment: Payment, code: str) -> Payment:
        """Turn a payment down for good, with a reason code."""
        with self._store.transaction():
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
            if counted.failed_authorisations >= MAX_FAILED_AUTHORISATIONS and (counted.status == "RCVD"):
                self.reject(counted, "MS03")

    def settle_due(self) -> None:
        """Settle every payment whose time has come."""
        now_ms = self._clock.now_ms()
        due = "FROM payments WHERE status IN ('ACTC', 'ACSP') AND due_ms <= ?"
        if self._store.one(f"SELECT 1 {due}", now_ms) is None:
            return
        with self._store.transaction() as db:
            for row in db.execute(f"SELECT * {due} ORDER BY due_ms", (now_ms,)).fetchall():
                self._settle(_payment(row))

    def replan(self) -> None:
        """Plan every open settlement anew, after the delay was changed."""
        with self._store.transaction() as db:
            rows = db.execute("SELECT * FROM payments WHERE status IN ('ACTC', 'ACSP')").fetchall()
            for row in rows:
                self._plan_settlement(_payment(row), self._clock.now_ms())

    def _plan_settlement(self, payment: Payment, now_ms: int) -> None:
        seconds = self._outcomes.settle_seconds()
        due_ms = None
        if seconds is not None:
            due_ms = now_ms + 1000 * seconds
            if payment.execution_date is not None:
                start = datetime.combine(payment.execution_date, datetime.min.time(), UTC)
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


def _entries(payment: Payment) -> list[Entry]:
    lines = [
        Entry(
            amount_minor=-payment.amount_minor,
            currency=payment.currency,
            counter_name=payment.creditor_name,
            counter_iban=payment.creditor_iban,
            counter_bic=None,
            remittance=payment.remittance,
            end_to_end_id=payment.end_to_end_id,
            code=_BANK_CODES[payment.product],
            payment_id=payment.payment_id,
        )
    ]
    if payment.fee_minor:
        lines.append(
            Entry(
                amount_minor=-payment.fee_minor,
                currency=payment.currency,
                counter_name="Alder Practice Bank",
                counter_iban=None,
                counter_bic=None,
                remittance="Fee for a transfer",
                end_to_end_id=payment.end_to_end_id,
                code=_FEE_CODE,
                payment_id=payment.payment_id,
            )
        )
    return lines


def _payment(row: sqlite3.Row) -> Payment:
    written = row["execution_date"]
    return Payment(
        payment_id=row["payment_id"],
        product=row["product"],
        psu_id=row["psu_id"],
        echo=orjson.loads(row["echo"]),
        debtor_iban=row["debtor_iban"],
        creditor_iban=row["creditor_iban"],
        creditor_name=row["creditor_name"],
        currency=row["currency"],
        amount_minor=row["amount_minor"],
        fee_minor=row["fee_minor"],
        end_to_end_id=row["end_to_end_id"],
        remittance=row["remittance"],
        execution_date=None if written is None else date.fromisoformat(written),
        status=row["status"],
        reason_code=row["reason_code"],
        failed_authorisations=row["failed_authorisations"],
    )
