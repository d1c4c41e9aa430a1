"""Settled transfers that come back: planned by what a tester decided or a recall, booked when the clock says so."""

from __future__ import annotations

import uuid

from practicebank.accounts import Entry
from practicebank.bank import Bank

RETURN_CODE = "PMNT-ICDT-RRTN"  # ISO 20022 bank transaction code: issued credit transfer, returned
_OPEN = """
    SELECT executions.*, payments.remittance FROM executions
    JOIN payments USING (payment_id) LEFT JOIN payment_returns USING (payment_id)
    WHERE executions.settled_ms IS NOT NULL AND executions.status IN ('ACSC', 'ACCC')
"""


class Returns:
    """Bring money back.

    Args:
        bank: The bank.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._store = bank.store

    def plan(self, payment_id: str, code: str, due_ms: int) -> None:
        """Have a settled payment come back at a time; one that comes back already does so once."""
        self._store.run(
            "INSERT INTO payment_returns (payment_id, code, due_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            payment_id,
            code,
            due_ms,
        )

    def has(self, payment_id: str) -> bool:
        """Return whether a payment comes back, or is back."""
        return self._store.one("SELECT 1 FROM payment_returns WHERE payment_id = ?", payment_id) is not None

    def book_due(self) -> None:
        """Plan what the tester's rules say, and book what is due."""
        now_ms = self._bank.clock.now_ms()
        due = "payment_returns.entry_id IS NULL AND payment_returns.due_ms <= ?"
        planned = self._store.one(f"SELECT 1 FROM payment_returns WHERE {due}", now_ms)  # noqa: S608 - a constant
        if planned is None and not self._bank.outcomes.has_returns():
            return
        with self._store.transaction() as db:
            unplanned = f"{_OPEN} AND payment_returns.payment_id IS NULL ORDER BY executions.seq"
            for row in db.execute(unplanned).fetchall():
                found = self._bank.outcomes.returned(row["creditor_iban"], row["amount_minor"], row["end_to_end_id"])
                if found is not None:
                    self.plan(row["payment_id"], found[0], row["settled_ms"] + 1000 * found[1])
            for row in db.execute(f"{_OPEN} AND {due} ORDER BY executions.seq", (now_ms,)).fetchall():
                account = self._bank.accounts.by_iban(row["debtor_iban"])
                if account is None:
                    continue
                entry = Entry(
                    amount_minor=row["amount_minor"],
                    currency=row["currency"],
                    counter_name=row["creditor_name"],
                    counter_iban=row["creditor_iban"],
                    counter_bic=None,
                    remittance=row["remittance"],
                    end_to_end_id=row["end_to_end_id"],
                    code=RETURN_CODE,
                    payment_id=row["payment_id"],
                    entry_id=uuid.uuid4().hex,
                )
                self._bank.accounts.write(account.resource_id, entry, self._bank.clock.today(), "booked")
                db.execute(
                    "UPDATE accounts SET booked_minor = booked_minor + ? WHERE resource_id = ?",
                    (entry.amount_minor, account.resource_id),
                )
                db.execute(
                    "UPDATE payment_returns SET entry_id = ? WHERE payment_id = ?",
                    (entry.entry_id, row["payment_id"]),
                )

    def all(self) -> list[dict[str, object]]:
        """Return every payment that comes back or is back, oldest first."""
        rows = self._store.all("SELECT * FROM payment_returns ORDER BY rowid")
        return [{**dict(row), "booked": row["entry_id"] is not None} for row in rows]
