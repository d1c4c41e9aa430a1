"""Statements as the ledger holds them: one account's balances and many of its entries in one event."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from countersign.domain.canonical import Fields, Json, JsonObject
from countersign.domain.errors import SecurityError
from countersign.domain.money import Money

_ROW_TAG = b"countersign/entry/1\x00"
_NOT_PROVIDED: Final = "NOTPROVIDED"  # ISO 20022's word for an absent end-to-end identification


def row_of(account: str, entry: str) -> str:
    """Name an entry's row, see ``StatementEntry.row``: ``account`` and ``entry`` are the bank's own names."""
    named = b"\x00".join((account.encode(), entry.encode()))
    return hashlib.sha256(_ROW_TAG + named).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """A line of a statement, see ``BankEntry``."""

    entry: str
    booked: bool
    booked_at: int
    amount: Money
    counterparty: str
    counterparty_account: str
    end_to_end_id: str
    remittance: str

    @classmethod
    def read(cls, value: Json) -> StatementEntry:
        """Read an entry."""
        fields = Fields(value, "entry")
        end_to_end_id = fields.text("end_to_end_id")
        found = cls(
            entry=fields.text("entry"),
            booked=fields.flag("booked"),
            booked_at=fields.integer("booked_at"),
            amount=Money.from_canonical(dict(fields.mapping("amount"))),
            counterparty=fields.text("counterparty"),
            counterparty_account=fields.text("counterparty_account"),
            end_to_end_id="" if end_to_end_id == _NOT_PROVIDED else end_to_end_id,
            remittance=fields.text("remittance"),
        )
        fields.end()
        return found

    def row(self, account: str) -> str:
        """Name the entry's row: 32 hex digits that follow from account and entry."""
        return row_of(account, self.entry)


@dataclass(frozen=True, slots=True)
class Statement:
    """The body of ``statement.imported``. ``account`` is the bank's resource identifier; ``as_of`` milliseconds UTC."""

    account: str
    bank: str
    iban: str
    name: str
    balance: Money
    available: Money
    as_of: int
    entries: tuple[StatementEntry, ...]

    @classmethod
    def read(cls, body: JsonObject) -> Statement:
        """Read a statement.

        Raises:
            SecurityError: A field is missing, unknown, of another type, or not money.
        """
        fields = Fields(body, "statement")
        try:
            found = cls(
                account=fields.text("account"),
                bank=fields.text("bank"),
                iban=fields.text("iban"),
                name=fields.text("name"),
                balance=Money.from_canonical(dict(fields.mapping("balance"))),
                available=Money.from_canonical(dict(fields.mapping("available"))),
                as_of=fields.integer("as_of"),
                entries=tuple(StatementEntry.read(item) for item in fields.items("entries")),
            )
        except ValueError as error:
            raise SecurityError("statement.form") from error
        fields.end()
        return found


@dataclass(frozen=True, slots=True)
class AddedAccount:
    """The body of ``account.added``: an own account that no connection lists by itself."""

    account: str
    bank: str
    number: str
    scheme: str
    agent: str
    agent_member: str
    name: str
    currency: str
    reach: str

    @classmethod
    def read(cls, body: JsonObject) -> AddedAccount:
        """Read it; raises as ``Statement.read`` does."""
        fields = Fields(body, "account")
        found = cls(**{name: fields.text(name) for name in cls.__slots__})
        fields.end()
        return found


@dataclass(frozen=True, slots=True)
class PaidElsewhere:
    """The body of ``payment.elsewhere``: ``amount`` is positive; ``number`` is the own account's."""

    number: str
    at: int
    amount: Money
    counterparty: str
    counterparty_account: str
    reference: str
    channel: str

    @classmethod
    def read(cls, body: JsonObject) -> PaidElsewhere:
        """Read it; raises as ``Statement.read`` does."""
        fields = Fields(body, "elsewhere")
        try:
            amount = Money.from_canonical(dict(fields.mapping("amount")))
        except ValueError as error:
            raise SecurityError("elsewhere.form") from error
        found = cls(
            number=fields.text("number"),
            at=fields.integer("at"),
            amount=amount,
            counterparty=fields.text("counterparty"),
            counterparty_account=fields.text("counterparty_account"),
            reference=fields.text("reference"),
            channel=fields.text("channel"),
        )
        fields.end()
        return found
