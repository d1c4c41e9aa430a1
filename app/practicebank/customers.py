"""Who banks here, which accounts are theirs, and how far each of them may sign."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from practicebank.problems import Problem
from practicebank.store import Store

TOGETHER = 2


@dataclass(frozen=True, slots=True)
class Customer:
    """A person who banks here."""

    psu_id: str
    name: str
    password: str
    phone: str

    def describe(self) -> dict[str, object]:
        """Return the person for the control interface, the practice password included."""
        return {
            "psu_id": self.psu_id,
            "name": self.name,
            "practice_password": self.password,
            "phone": self.phone,
        }


@dataclass(frozen=True, slots=True)
class Signatory:
    """What one person may do with one account.

    Attributes:
        psu_id: The person.
        may_sign: Whether they sign payments; otherwise they only prepare them.
        alone_minor: The most they may pay alone, in minor units; nothing: no limit.
    """

    psu_id: str
    may_sign: bool
    alone_minor: int | None


class Customers:
    """Keep the bank's customers and their rights.

    Args:
        store: The bank's memory.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Customer]:
        """Return every customer, the person of this world first."""
        return [_customer(row) for row in self._store.all("SELECT * FROM customers ORDER BY position")]

    def find(self, psu_id: str) -> Customer | None:
        """Return a customer, if the bank has them."""
        row = self._store.one("SELECT * FROM customers WHERE psu_id = ?", psu_id)
        return None if row is None else _customer(row)

    def password_of(self, psu_id: str) -> str | None:
        """Return the practice password of a customer, or nothing for somebody unknown."""
        found = self.find(psu_id)
        return None if found is None else found.password

    def signatories(self, iban: str) -> list[Signatory]:
        """Return who has rights over an account, in the order the bank lists them."""
        rows = self._store.all(
            "SELECT s.psu_id, s.may_sign, s.alone_minor FROM signatories s JOIN accounts a USING (resource_id)"
            " JOIN customers c USING (psu_id) WHERE a.iban = ? ORDER BY c.position",
            iban,
        )
        return [Signatory(row["psu_id"], bool(row["may_sign"]), row["alone_minor"]) for row in rows]

    def may_use(self, psu_id: str, iban: str) -> bool:
        """Return whether a person has this account, be it only to prepare payments."""
        return any(one.psu_id == psu_id for one in self.signatories(iban))

    def check_signer(self, psu_id: str, iban: str) -> None:
        """Refuse a person who may not sign for an account.

        Raises:
            Problem: SERVICE_BLOCKED.
        """
        if not any(one.psu_id == psu_id and one.may_sign for one in self.signatories(iban)):
            raise Problem(HTTPStatus.FORBIDDEN, "SERVICE_BLOCKED", "This person may not sign for the account.")

    def ceiling_minor(self, iban: str) -> int | None:
        """Return the most that leaves an account in one payment, in minor units; nothing: no ceiling."""
        row = self._store.one(
            "SELECT ceiling_minor FROM companies JOIN accounts USING (resource_id) WHERE iban = ?", iban
        )
        return None if row is None else int(row["ceiling_minor"])

    def enough(self, iban: str, signers: Iterable[str], amount_minor: int) -> bool:
        """Return whether these people's signatures carry an amount: one within their limit, or two."""
        signed = set(signers)
        rights = [one for one in self.signatories(iban) if one.may_sign and one.psu_id in signed]
        alone = any(one.alone_minor is None or one.alone_minor >= amount_minor for one in rights)
        return alone or len(rights) >= TOGETHER


def _customer(row: sqlite3.Row) -> Customer:
    return Customer(row["psu_id"], row["name"], row["password"], row["phone"])
