"""One transfer of a file or of the app, judged by the rules that every payment of this bank keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from practicebank.bank import Bank
from practicebank.files.payment_file import FileTransaction
from practicebank.files.xml_in import Reason
from practicebank.ibans import in_sepa, is_card_number
from practicebank.payment_rows import NewPayment
from practicebank.problems import Problem
from practicebank.products import BEARERS, CN_DOMESTIC, CROSS_BORDER, INSTANT, SCT, TARGET
from practicebank.xs2a.bodies import read_payment

_CNAPS = re.compile(r"[1-9][0-9]{11}")
_URGENT = frozenset(("URGP", "SDVA"))
NOT_PROVIDED = "NOTPROVIDED"
"""What the SEPA rulebooks put where the payer gives no end-to-end identification."""

# Which reason (ISO 20022 ExternalStatusReason1Code) answers a fault of which element.
_CODES = (
    ("instructedAmount.currency", "AM03"),  # NotAllowedCurrency
    ("instructedAmount", "AM02"),  # NotAllowedAmount
    ("debtorAccount", "AC02"),  # InvalidDebtorAccountNumber
    ("creditorAccount", "AC03"),  # InvalidCreditorAccountNumber
    ("creditorName", "BE22"),  # MissingCreditorName
    ("creditorAgent", "RC01"),  # BankIdentifierIncorrect
    ("endToEndIdentification", "FF08"),  # InvalidEndToEndId
    ("requestedExecutionDate", "DT01"),  # InvalidDate
    ("remittanceInformation", "RR07"),  # InvalidRemittanceInformation
)
_MALFORMED = "CH16"  # ElementContentFormallyIncorrect


@dataclass(frozen=True, slots=True)
class Order:
    """A transfer as somebody typed or wrote it; empty text: absent."""

    product: str
    debtor_iban: str
    creditor_name: str
    creditor_account: str
    amount: str
    currency: str
    end_to_end_id: str = ""
    remittance: str = ""
    execution_date: date | None = None
    has_iban: bool = True
    creditor_bic: str = ""
    creditor_clearing: str = ""
    creditor_country: str = ""
    charge_bearer: str = ""

    @classmethod
    def read(cls, kept: dict[str, object]) -> Order:
        """Read an order as it is kept."""
        day = kept["execution_date"]
        read = {**kept, "execution_date": None if day is None else date.fromisoformat(str(day))}
        return cls(**cast("dict[str, Any]", read))


def order_of(transaction: FileTransaction) -> Order:
    """Read a file's transaction as an order."""
    return Order(
        product=product_of(transaction),
        debtor_iban=transaction.debtor_account,
        creditor_name=transaction.creditor_name,
        creditor_account=transaction.creditor_iban or transaction.creditor_other,
        amount=transaction.amount,
        currency=transaction.currency,
        end_to_end_id=transaction.end_to_end_id,
        remittance=transaction.remittance,
        execution_date=transaction.execution_date,
        has_iban=bool(transaction.creditor_iban),
        creditor_bic=transaction.creditor_bic,
        creditor_clearing=transaction.creditor_clearing,
        creditor_country=transaction.creditor_country,
        charge_bearer=transaction.charge_bearer,
    )


def product_of(transaction: FileTransaction) -> str:
    """Return which of the bank's products a file's payment type means."""
    if transaction.local_instrument == "INST":
        return INSTANT
    if _URGENT & set(transaction.service_levels) and transaction.currency == "EUR":
        return TARGET
    if "SEPA" in transaction.service_levels:
        return SCT
    if _CNAPS.fullmatch(transaction.creditor_clearing) and transaction.currency == "CNY":
        return CN_DOMESTIC
    plain = not transaction.service_levels and transaction.currency == "EUR" and transaction.creditor_iban
    return SCT if plain and in_sepa(transaction.creditor_iban) else CROSS_BORDER


def judge(order: Order, bank: Bank) -> NewPayment | Reason:
    """Return the payment to carry out, or why there will be none."""
    today = bank.clock.today()

    def owned(iban: str) -> str | None:
        return next((account.currency for account in bank.accounts.all() if account.iban == iban), None)

    try:
        return read_payment(_body(order, today), order.product, today, owned)
    except Problem as problem:
        path = problem.path or ""
        code = next((code for start, code in _CODES if path.startswith(start)), _MALFORMED)
        return Reason(code, problem.text)


def _body(order: Order, today: date) -> dict[str, object]:
    """Write an order as the bank's interface for programs has it: its rules are the rules of all doors."""
    body: dict[str, object] = {
        "debtorAccount": {"iban": order.debtor_iban},
        "instructedAmount": {"currency": order.currency, "amount": order.amount},
        "creditorAccount": {_account_kind(order): order.creditor_account},
        "creditorName": order.creditor_name,
        "endToEndIdentification": order.end_to_end_id or NOT_PROVIDED,
        "remittanceInformationUnstructured": order.remittance,
    }
    if order.creditor_bic:
        body["creditorAgent"] = order.creditor_bic
    if order.product == CN_DOMESTIC:
        body["arrivalMode"] = "ordinary"
        body["creditorAgentMemberId"] = order.creditor_clearing
    elif order.execution_date is not None and order.execution_date > today:
        # A day that has passed is taken for today, as banks do.
        body["requestedExecutionDate"] = order.execution_date.isoformat()
    if order.charge_bearer in BEARERS:
        body["chargeBearer"] = order.charge_bearer
    if order.creditor_country:
        body["creditorAddress"] = {"country": order.creditor_country}
    return body


def _account_kind(order: Order) -> str:
    if order.has_iban:
        return "iban"
    is_card = order.product == CN_DOMESTIC and is_card_number(order.creditor_account)
    return "pan" if is_card else "bban"
