"""A payment as it was asked for, as the bank keeps it, and the entries it makes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date

import orjson

from practicebank.accounts import Entry
from practicebank.products import PRODUCTS

SINGLE = "payments"
BULK = "bulk-payments"
_FEE_CODE = "ACMT-MDOP-CHRG"
# Reasons of the ISO 20022 external code set, in words for the person.
REASONS = {
    "AC01": "The account number of the payee is not right.",
    "AC04": "The payee's account has been closed.",
    "AC06": "The payee's account is blocked.",
    "AG01": "This kind of payment is not allowed on the account.",
    "AM02": "The amount is more than the account allows in one payment.",
    "AM04": "There is not enough money on the account.",
    "BE04": "The payee's address is missing.",
    "MS03": "The bank gives no reason.",
    "RR04": "The bank may not carry this payment out.",
}


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment as it was asked for, checked; amounts in minor units.

    Attributes:
        creditor_iban: The payee's account: an IBAN, or a national number where the product has those.
        fee_minor: What it costs; nothing: the product's fee.
        echo: What the payment's own resource repeats.
        arrival: How a Chinese transfer arrives.
    """

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
    fee_minor: int | None = None
    arrival: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the bank keeps it.

    Attributes:
        service: ``payments`` or ``bulk-payments``: a bulk is a payment whose parts point to it.
        parent_id: The bulk a part came in.
        arrival: How a Chinese transfer arrives.
    """

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
    service: str
    parent_id: str | None
    arrival: str | None

    @property
    def is_bulk(self) -> bool:
        """Return whether this is a bulk, whose parts are carried out one by one."""
        return self.service == BULK

    @property
    def reason_text(self) -> str | None:
        """Return why the bank turned the payment down, in words."""
        return None if self.reason_code is None else reason_text(self.reason_code)


def reason_text(code: str) -> str:
    """Return what a reason code means, in words."""
    return REASONS.get(code, "The bank turned the payment down.")


def read_row(row: sqlite3.Row) -> Payment:
    """Return the payment of a row."""
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
        service=row["service"],
        parent_id=row["parent_id"],
        arrival=row["arrival"],
    )


def entries_of(payment: Payment) -> list[Entry]:
    """Return what a payment takes from its account: the amount, and the fee as an entry of its own."""
    lines = [
        Entry(
            amount_minor=-payment.amount_minor,
            currency=payment.currency,
            counter_name=payment.creditor_name,
            counter_iban=payment.creditor_iban,
            counter_bic=None,
            remittance=payment.remittance,
            end_to_end_id=payment.end_to_end_id,
            code=PRODUCTS[payment.product].code,
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
