"""Signing baskets: payments tied together, so that one authorisation counts for all of them."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass
from http import HTTPStatus

from practicebank.clock import BankClock
from practicebank.payment_rows import Payment
from practicebank.payments import MAX_FAILED_AUTHORISATIONS, SETTLED, WAITING, Payments
from practicebank.problems import Problem, wrong_state
from practicebank.store import Store

_OPEN = ("RCVD", "PATC")


@dataclass(frozen=True, slots=True)
class Basket:
    """A signing basket as the bank keeps it."""

    basket_id: str
    psu_id: str | None
    status: str
    failed_authorisations: int
    payment_ids: tuple[str, ...]


class Baskets:
    """Keep signing baskets and pass signatures on to what is in them.

    Args:
        store: The bank's memory.
        clock: The bank's clock.
        payments: The payments in them.
    """

    def __init__(self, store: Store, clock: BankClock, payments: Payments) -> None:
        self._store = store
        self._clock = clock
        self._payments = payments

    def create(self, payment_ids: list[str], psu_id: str | None) -> Basket:
        """Tie payments together that nobody has authorised.

        Raises:
            Problem: RESOURCE_UNKNOWN: one isn't there; REFERENCE_STATUS_INVALID: one was authorised,
                in part or altogether, or is in a basket already.
        """
        for place, payment_id in enumerate(payment_ids):
            payment = self._payments.find(payment_id)
            if payment is None or payment.parent_id is not None:
                raise Problem(
                    HTTPStatus.BAD_REQUEST, "RESOURCE_UNKNOWN", "There is no such payment.", f"paymentIds[{place}]"
                )
            if payment.status != "RCVD" or self.holding(payment_id) is not None:
                raise _reference_invalid(payment, place)
        basket_id = str(uuid.uuid4())
        with self._store.transaction():
            self._store.run(
                "INSERT INTO baskets (basket_id, created_ms, psu_id, status) VALUES (?, ?, ?, 'RCVD')",
                basket_id,
                self._clock.now_ms(),
                psu_id,
            )
            for position, payment_id in enumerate(payment_ids):
                self._store.run("INSERT INTO basket_items VALUES (?, ?, ?)", basket_id, position, payment_id)
        return self.get(basket_id)

    def find(self, basket_id: str) -> Basket | None:
        """Return a basket with the status it has now, if the bank has it."""
        row = self._store.one("SELECT * FROM baskets WHERE basket_id = ?", basket_id)
        return None if row is None else self._read(row)

    def get(self, basket_id: str) -> Basket:
        """Return a basket the bank is known to have.

        Raises:
            KeyError: It hasn't.
        """
        found = self.find(basket_id)
        if found is None:
            raise KeyError(basket_id)
        return found

    def _read(self, row: sqlite3.Row) -> Basket:
        items = self._store.all(
            "SELECT payment_id FROM basket_items WHERE basket_id = ? ORDER BY position", row["basket_id"]
        )
        basket = Basket(
            row["basket_id"],
            row["psu_id"],
            row["status"],
            row["failed_authorisations"],
            tuple(item["payment_id"] for item in items),
        )
        if basket.status == "ACTC" and all(one.status in SETTLED for one in self.payments(basket)):
            return Basket(basket.basket_id, basket.psu_id, "ACSC", basket.failed_authorisations, basket.payment_ids)
        return basket

    def payments(self, basket: Basket) -> list[Payment]:
        """Return the payments in a basket."""
        return [self._payments.get(payment_id) for payment_id in basket.payment_ids]

    def waiting(self, basket: Basket) -> list[Payment]:
        """Return the payments in a basket that still want a signature.

        Raises:
            Problem: STATUS_INVALID: the basket is done with; REFERENCE_STATUS_INVALID: a payment in it
                was called off or turned down meanwhile.
        """
        if basket.status not in _OPEN:
            raise wrong_state(f"The basket is {basket.status}.")
        found = self.payments(basket)
        for place, payment in enumerate(found):
            if payment.status in ("CANC", "RJCT") and basket.status == "RCVD":
                raise _reference_invalid(payment, place)
        return [payment for payment in found if payment.status in WAITING]

    def holding(self, payment_id: str) -> Basket | None:
        """Return the open basket a payment is in, if it is in one."""
        row = self._store.one(
            "SELECT b.* FROM baskets b JOIN basket_items i USING (basket_id)"
            " WHERE i.payment_id = ? AND b.status IN ('RCVD', 'PATC')",
            payment_id,
        )
        return None if row is None else self._read(row)

    def sign(self, basket: Basket, psu_id: str) -> None:
        """Sign everything in a basket that waits, for one person."""
        with self._store.transaction():
            left = [self._payments.sign(payment, psu_id) for payment in self.waiting(basket)]
            partly = any(payment.status in WAITING for payment in left)
            turned_down = all(payment.status == "RJCT" for payment in left)
            self._set(basket, "PATC" if partly else "RJCT" if turned_down else "ACTC")

    def authorisation_failed(self, basket: Basket) -> None:
        """Count a failed authorisation; after the third the basket is turned down, and its payments are free."""
        with self._store.transaction():
            self._store.run(
                "UPDATE baskets SET failed_authorisations = failed_authorisations + 1 WHERE basket_id = ?",
                basket.basket_id,
            )
            if basket.failed_authorisations + 1 >= MAX_FAILED_AUTHORISATIONS:
                self._set(basket, "RJCT")

    def dissolve(self, basket: Basket) -> None:
        """Untie the payments of a basket nobody has signed; they stay as they are.

        Raises:
            Problem: STATUS_INVALID: somebody has signed it, or it is no more.
        """
        if basket.status != "RCVD":
            raise wrong_state(f"The basket is {basket.status}.")
        self._set(basket, "CANC")

    def _set(self, basket: Basket, status: str) -> None:
        self._store.run("UPDATE baskets SET status = ? WHERE basket_id = ?", status, basket.basket_id)


def _reference_invalid(payment: Payment, place: int) -> Problem:
    told = f"The payment is {payment.status}, or waits in another basket."
    return Problem(HTTPStatus.CONFLICT, "REFERENCE_STATUS_INVALID", told, f"paymentIds[{place}]")
