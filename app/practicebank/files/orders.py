"""One transfer of a file or of the app, judged by the rules that every payment of this bank keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from practicebank.bank import Bank
from practicebank.files.payment_file import FileTransaction
from practicebank.files.xml_in import Reason
from practicebank.payments import PRODUCTS, NewPayment
from practicebank.problems import Problem
from practicebank.xs2a.bodies import read_payment

SCT = "sepa-credit-transfers"
INSTANT = "instant-sepa-credit-transfers"
TARGET = "target-2-payments"
CROSS_BORDER = "cross-border-credit-transfers"
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
_FORBIDDEN = "AG01"  # TransactionForbidden
_MALFORMED = "CH16"  # ElementContentFormallyIncorrect


@dataclass(frozen=True, slots=True)
class Order:
    """A transfer as somebody typed or wrote it; empty text: absent."""

    product: str
    debtor_iban: str
    creditor_name: str
    creditor_iban: str
    creditor_bic: str
    amount: str
    currency: str
    end_to_end_id: str
    remittance: str
    execution_date: date | None


def order_of(transaction: FileTransaction) -> Order:
    """Read a file's transaction as an order."""
    return Order(
        product=product_of(transaction),
        debtor_iban=transaction.debtor_account,
        creditor_name=transaction.creditor_name,
        creditor_iban=transaction.creditor_iban,
        creditor_bic=transaction.creditor_bic,
        amount=transaction.amount,
        currency=transaction.currency,
        end_to_end_id=transaction.end_to_end_id,
        remittance=transaction.remittance,
        execution_date=transaction.execution_date,
    )


def product_of(transaction: FileTransaction) -> str:
    """Return which of the bank's products a file's payment type means."""
    if transaction.local_instrument == "INST":
        return INSTANT
    if _URGENT & set(transaction.service_levels):
        return TARGET
    if "SEPA" in transaction.service_levels:
        return SCT
    plain = not transaction.service_levels and transaction.currency == "EUR" and transaction.creditor_iban
    return SCT if plain else CROSS_BORDER


def judge(order: Order, bank: Bank) -> NewPayment | Reason:
    """Return the payment to carry out, or why there will be none."""
    if order.product not in PRODUCTS:
        return Reason(_FORBIDDEN, "This bank doesn't carry out payments of this kind.")
    today = bank.clock.today()

    def owned(iban: str) -> str | None:
        return next((account.currency for account in bank.accounts.all() if account.iban == iban), None)

    body: dict[str, object] = {
        "debtorAccount": {"iban": order.debtor_iban},
        "instructedAmount": {"currency": order.currency, "amount": order.amount},
        "creditorAccount": {"iban": order.creditor_iban},
        "creditorName": order.creditor_name,
        "endToEndIdentification": order.end_to_end_id or NOT_PROVIDED,
        "remittanceInformationUnstructured": order.remittance,
    }
    if order.creditor_bic:
        body["creditorAgent"] = order.creditor_bic
    if order.execution_date is not None and order.execution_date > today:
        # A day that has passed is taken for today, as banks do.
        body["requestedExecutionDate"] = order.execution_date.isoformat()
    try:
        return read_payment(body, order.product, today, owned)
    except Problem as problem:
        path = problem.path or ""
        code = next((code for start, code in _CODES if path.startswith(start)), _MALFORMED)
        return Reason(code, problem.text)
