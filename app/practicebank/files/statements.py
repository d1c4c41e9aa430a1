"""What a statement says: an account's balances and entries over a span of days."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta

from practicebank.accounts import Account
from practicebank.bank import Bank
from practicebank.files.references import bank_reference

USUAL_DAYS = 30
_ENTRIES = """
    SELECT entries.*, upload_orders.payment_information_id, upload_orders.instruction_id, upload_orders.uetr,
           uploads.message_id, payment_returns.code AS return_code
    FROM entries
    LEFT JOIN upload_orders USING (payment_id)
    LEFT JOIN uploads USING (upload_id)
    LEFT JOIN payment_returns ON payment_returns.entry_id = entries.entry_id
    WHERE entries.resource_id = ? AND entries.state = ? AND entries.booking_date BETWEEN ? AND ?
    ORDER BY entries.booking_date, entries.seq
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry; amounts in minor units, negative when money leaves. Empty text: absent."""

    number: int
    entry_id: str
    booked: bool
    booking_date: date
    value_date: date
    amount_minor: int
    code: str
    counter_name: str
    counter_iban: str
    counter_bic: str
    remittance: str
    end_to_end_id: str
    message_id: str
    payment_information_id: str
    instruction_id: str
    uetr: str
    bank_reference: str
    return_code: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """An account's life from one day to another, both included.

    Attributes:
        account: The account.
        first: The first day.
        last: The last day.
        at_ms: When this was made, by the bank's clock.
        opening_minor: Booked before the first day.
        closing_minor: Booked by the end of the last day.
        available_minor: What can be spent; where the last day is past, what was booked.
        lines: Booked entries, oldest first, then pending ones.
    """

    account: Account
    first: date
    last: date
    at_ms: int
    opening_minor: int
    closing_minor: int
    available_minor: int
    lines: tuple[Line, ...]

    @property
    def booked(self) -> tuple[Line, ...]:
        """Return the booked entries."""
        return tuple(line for line in self.lines if line.booked)


class Statements:
    """Draw up statements.

    Args:
        bank: The bank.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def accounts(self) -> list[Account]:
        """Return the accounts that statements can be had for."""
        return self._bank.accounts.all()

    def usual_span(self) -> tuple[date, date]:
        """Return the days of a statement when nobody says which: the last thirty, today included."""
        today = self._bank.clock.today()
        return today - timedelta(days=USUAL_DAYS - 1), today

    def draw_up(self, iban: str, first: date, last: date) -> Statement:
        """Return the statement of an account.

        Raises:
            KeyError: The person has no such account.
        """
        store = self._bank.store
        with store.transaction():
            account = next((one for one in self.accounts() if one.iban == iban), None)
            if account is None:
                raise KeyError(iban)
            booked = [_line(row) for row in store.all(_ENTRIES, account.resource_id, "booked", _day(first), _day(last))]
            open_now = last >= self._bank.clock.today()
            pending = store.all(_ENTRIES, account.resource_id, "pending", "0000", "9999") if open_now else []
            later = store.one(
                "SELECT COALESCE(SUM(amount_minor), 0) AS total FROM entries"
                " WHERE resource_id = ? AND state = 'booked' AND booking_date > ?",
                account.resource_id,
                _day(last),
            )
            closing = account.booked_minor - (0 if later is None else later["total"])
            return Statement(
                account=account,
                first=first,
                last=last,
                at_ms=self._bank.clock.now_ms(),
                opening_minor=closing - sum(line.amount_minor for line in booked),
                closing_minor=closing,
                available_minor=account.available_minor if open_now else closing,
                lines=(*booked, *(_line(row) for row in pending)),
            )


def _day(day: date) -> str:
    return day.isoformat()


def _line(row: sqlite3.Row) -> Line:
    return Line(
        number=row["seq"],
        entry_id=row["entry_id"],
        booked=row["state"] == "booked",
        booking_date=date.fromisoformat(row["booking_date"]),
        value_date=date.fromisoformat(row["value_date"]),
        amount_minor=row["amount_minor"],
        code=row["code"],
        counter_name=row["counter_name"],
        counter_iban=row["counter_iban"] or "",
        counter_bic=row["counter_bic"] or "",
        remittance=row["remittance"],
        end_to_end_id=row["end_to_end_id"] or "",
        message_id=row["message_id"] or "",
        payment_information_id=row["payment_information_id"] or "",
        instruction_id=row["instruction_id"] or "",
        uetr=row["uetr"] or "",
        bank_reference=bank_reference(row["payment_id"]) if row["payment_id"] else "",
        return_code=row["return_code"] or "",
    )
