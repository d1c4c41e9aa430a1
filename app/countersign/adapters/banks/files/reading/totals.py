"""Adds up what a statement says and compares it with what it states; nothing is mended, differences are named."""

from __future__ import annotations

from typing import Final

from countersign.adapters.banks.files.amounts import scaled, scaled_money
from countersign.application.ports.bank_files import StatementBalance, StatementEntry
from countersign.domain.money import Money

BALANCE: Final = "balance"
COUNT: Final = "count"
SUM: Final = "sum"
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = "CLBD"


class Totals:
    """The running totals of one statement.

    Attributes:
        entries: How many there were.
    """

    def __init__(self) -> None:
        self.entries = 0
        self._credits = 0
        self._credit_sum = 0
        self._debit_sum = 0
        self._booked: dict[str, int] = {}
        self._balances: dict[str, Money] = {}
        self._differences: set[str] = set()

    def balance(self, balance: StatementBalance) -> None:
        """Note a balance; of several with one code, those of a statement in pages, the last counts for closing."""
        if balance.code == _CLOSING or balance.code not in self._balances:
            self._balances[balance.code] = balance.amount

    def entry(self, entry: StatementEntry) -> None:
        """Count an entry, and add it to the balance where it is booked."""
        self.entries += 1
        amount = scaled_money(entry.amount)
        if amount < 0:
            self._debit_sum -= amount
        else:
            self._credits += 1
            self._credit_sum += amount
        if entry.status == "BOOK":
            self._booked[entry.amount.currency] = self._booked.get(entry.amount.currency, 0) + entry.amount.minor

    def differ(self, what: str) -> None:
        """Note a difference that somebody else found."""
        self._differences.add(what)

    def compare(self, side: str, count: int | None, total: str) -> None:
        """Compare a stated count and sum with what was found.

        Args:
            side: ``CRDT``, ``DBIT`` or, for all entries, nothing.
            count: Stated, or None.
            total: Stated, as written, or empty.
        """
        of_credits, of_debits = side != "DBIT", side != "CRDT"
        found_count = self._credits * of_credits + (self.entries - self._credits) * of_debits
        if count is not None and count != found_count:
            self.differ(COUNT)
        if total and scaled(total) != self._credit_sum * of_credits + self._debit_sum * of_debits:
            self.differ(SUM)

    def compare_net(self, total: str, *, credit: bool) -> None:
        """Compare a stated difference of credits and debits with what was found."""
        stated = scaled(total)
        if stated is None or (stated if credit else -stated) != self._credit_sum - self._debit_sum:
            self.differ(SUM)

    def differences(self) -> tuple[str, ...]:
        """Return what doesn't agree, in a fixed order."""
        opening = next((self._balances[code] for code in _OPENING if code in self._balances), None)
        closing = self._balances.get(_CLOSING)
        if opening is not None and closing is not None and not self._agree(opening, closing):
            self.differ(BALANCE)
        return tuple(what for what in (BALANCE, COUNT, SUM) if what in self._differences)

    def _agree(self, opening: Money, closing: Money) -> bool:
        if opening.currency != closing.currency or set(self._booked) - {opening.currency}:
            return False
        return opening.minor + self._booked.get(opening.currency, 0) == closing.minor
