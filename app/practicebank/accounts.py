"""The person's accounts: balances, money set aside, and the entries of their statements."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from practicebank import amounts
from practicebank.store import Store

# Positions from here on are the company's: the person of this world has the ones before.
FIRST_OF_COMPANY = 101


@dataclass(frozen=True, slots=True)
class Account:
    """One account; amounts in minor units of its currency."""

    resource_id: str
    iban: str
    currency: str
    name: str
    product: str
    owner: str
    opening_minor: int
    booked_minor: int
    reserved_minor: int

    @property
    def available_minor(self) -> int:
        """Return what can still be spent: booked less what is set aside."""
        return self.booked_minor - self.reserved_minor

    def describe(self) -> dict[str, object]:
        """Return the account for ``--dump`` and the control interface."""
        return {
            "resource_id": self.resource_id,
            "iban": self.iban,
            "currency": self.currency,
            "exponent": amounts.exponent_of(self.currency),
            "name": self.name,
            "opening_minor": self.opening_minor,
            "closing_minor": self.booked_minor,
            "available_minor": self.available_minor,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement; ``amount_minor`` is negative when money leaves."""

    amount_minor: int
    currency: str
    counter_name: str
    counter_iban: str | None
    counter_bic: str | None
    remittance: str
    end_to_end_id: str | None
    code: str
    payment_id: str | None = None
    entry_id: str = ""


class Accounts:
    """Keep balances and entries.

    Args:
        store: The bank's memory.
    """

    _COLUMNS = "resource_id, iban, currency, name, product, owner, opening_minor, booked_minor, reserved_minor"

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Account]:
        """Return the accounts of the person of this world in the order the bank shows them."""
        return self._where("position < ?", FIRST_OF_COMPANY)

    def of_company(self) -> list[Account]:
        """Return the accounts of the company of this world."""
        return self._where("position >= ?", FIRST_OF_COMPANY)

    def of(self, psu_id: str) -> list[Account]:
        """Return the accounts a customer has rights over, in the order the bank shows them."""
        return self._where("resource_id IN (SELECT resource_id FROM signatories WHERE psu_id = ?)", psu_id)

    def find(self, iban: str) -> Account | None:
        """Return the account with this number, whoever's it is."""
        return next(iter(self._where("iban = ?", iban)), None)

    def by_iban(self, iban: str) -> Account | None:
        """Return the account with this number of the person of this world."""
        return next((account for account in self.all() if account.iban == iban), None)

    def by_resource(self, resource_id: str) -> Account | None:
        """Return the account with this identifier of the person of this world."""
        return next((a for a in self.all() if a.resource_id == resource_id), None)

    def _where(self, condition: str, value: object) -> list[Account]:
        sql = f"SELECT {self._COLUMNS} FROM accounts WHERE {condition} ORDER BY position"  # noqa: S608 - constants
        return [Account(*row) for row in self._store.all(sql, value)]

    def set_aside(self, account: Account, entries: list[Entry], day: date) -> None:
        """Reserve what ``entries`` will take and show them as pending."""
        total = -sum(entry.amount_minor for entry in entries)
        self._store.run(
            "UPDATE accounts SET reserved_minor = reserved_minor + ? WHERE resource_id = ?",
            total,
            account.resource_id,
        )
        for entry in entries:
            self.write(account.resource_id, entry, day, "pending")

    def write(self, resource_id: str, entry: Entry, day: date, state: str) -> None:
        """Write one line of a statement; balances are the caller's to change."""
        self._store.run(
            "INSERT INTO entries (entry_id, resource_id, state, booking_date, value_date,"
            " amount_minor, currency, counter_name, counter_iban, counter_bic, remittance,"
            " end_to_end_id, code, payment_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            entry.entry_id or uuid.uuid4().hex,
            resource_id,
            state,
            day.isoformat(),
            day.isoformat(),
            entry.amount_minor,
            entry.currency,
            entry.counter_name,
            entry.counter_iban,
            entry.counter_bic,
            entry.remittance,
            entry.end_to_end_id,
            entry.code,
            entry.payment_id,
        )

    def book(self, payment_id: str, day: date) -> None:
        """Turn a payment's pending entries into booked ones: the money leaves now."""
        self._finish(payment_id, "booked", day)

    def release(self, payment_id: str, day: date) -> None:
        """Give back what was set aside for a payment that will not be carried out."""
        self._finish(payment_id, "released", day)

    def _finish(self, payment_id: str, state: str, day: date) -> None:
        with self._store.transaction() as db:
            rows = db.execute(
                "SELECT resource_id, SUM(amount_minor) AS total FROM entries"
                " WHERE payment_id = ? AND state = 'pending' GROUP BY resource_id",
                (payment_id,),
            ).fetchall()
            for row in rows:
                moved = row["total"] if state == "booked" else 0
                db.execute(
                    "UPDATE accounts SET reserved_minor = reserved_minor + ?,"
                    " booked_minor = booked_minor + ? WHERE resource_id = ?",
                    (row["total"], moved, row["resource_id"]),
                )
            db.execute(
                "UPDATE entries SET state = ?, booking_date = ?, value_date = ?"
                " WHERE payment_id = ? AND state = 'pending'",
                (state, day.isoformat(), day.isoformat(), payment_id),
            )
