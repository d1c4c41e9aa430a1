"""Payments that come as pain.001 (ISO 20022): read into the standard's JSON, and reported on as pain.002."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING

from practicebank import amounts
from practicebank.payment_rows import reason_text
from practicebank.problems import Problem, format_error
from practicebank.products import CROSS_BORDER, INSTANT, SCT, TARGET

if TYPE_CHECKING:
    from practicebank.bank import Bank
    from practicebank.files.payment_file import FileTransaction, PaymentFile
    from practicebank.payment_rows import Payment

PREFIX = "pain.001-"
_NOT_PROVIDED = "NOTPROVIDED"
# A report's group has fewer words: what waits for a second signature was received, no more.
_AS_REPORTED = {"PATC": "RCVD", "ACCC": "ACSC"}


def as_json(content: bytes, product: str, today: date, *, many: bool) -> dict[str, object]:
    """Read a file as the JSON of a payment, or of a bulk.

    Args:
        content: The file.
        product: The product in the path, without its prefix; the file may not ask for another.
        today: The bank's date: a day that has passed is taken for today, as banks do with files.
        many: Whether it is a bulk.

    Raises:
        Problem: FORMAT_ERROR with the line, or PAYMENT_FAILED.
    """
    file = _read(content)
    if len({one.payment_information_id for one in file.transactions}) != 1:
        raise format_error("One PmtInf was expected: one account, one day.", "PmtInf")
    first = file.transactions[0]
    if not many and len(file.transactions) != 1:
        raise format_error("One transfer was expected; many are a bulk.", "CdtTrfTxInf")
    shared: dict[str, object] = {"debtorAccount": {"iban": first.debtor_account}}
    if first.execution_date > today:
        shared["requestedExecutionDate"] = first.execution_date.isoformat()
    asked = [_transaction(one, product) for one in file.transactions]
    return {**shared, "payments": asked} if many else {**asked[0], **shared}


def _read(content: bytes) -> PaymentFile:
    # The reader of XML takes long to import, and most banks are never sent any.
    from practicebank.files.payment_file import read_payment_file  # noqa: PLC0415
    from practicebank.files.xml_in import FileRefusedError  # noqa: PLC0415

    try:
        return read_payment_file(content)
    except FileRefusedError as refusal:
        reason = refusal.reasons[0]
        where = f"line {reason.line}" if reason.line else None
        raise format_error(f"{reason.code}: {reason.text}", where) from refusal


def _transaction(one: FileTransaction, product: str) -> dict[str, object]:
    _check_kind(one, product)
    account: dict[str, object] = {"iban": one.creditor_iban} if one.creditor_iban else {"bban": one.creditor_other}
    asked: dict[str, object] = {
        "instructedAmount": {"currency": one.currency, "amount": one.amount},
        "creditorAccount": account,
        "creditorName": one.creditor_name,
        "remittanceInformationUnstructured": one.remittance,
    }
    if one.end_to_end_id != _NOT_PROVIDED:
        asked["endToEndIdentification"] = one.end_to_end_id
    if one.creditor_bic:
        asked["creditorAgent"] = one.creditor_bic
    if product in (CROSS_BORDER, TARGET):
        # SLEV leaves it to the scheme, which here means shared.
        asked.update({"chargeBearer": one.charge_bearer} if one.charge_bearer not in ("", "SLEV") else {})
        asked.update({"purposeCode": one.purpose} if one.purpose else {})
        asked.update({"creditorAddress": {"country": one.creditor_country}} if one.creditor_country else {})
    return asked


def _check_kind(one: FileTransaction, product: str) -> None:
    """Refuse a file whose payment type asks for something else than the path does."""
    urgent = bool({"URGP", "SDVA"} & set(one.service_levels))
    instant = one.local_instrument == "INST"
    sepa = "SEPA" in one.service_levels
    wrong = {
        SCT: instant or urgent,
        INSTANT: not instant,
        TARGET: instant or sepa,
        CROSS_BORDER: instant or sepa,
    }
    if wrong[product]:
        told = "The payment type in the file is not the product's."
        raise Problem(HTTPStatus.BAD_REQUEST, "PAYMENT_FAILED", told, "PmtTpInf")


def report(bank: Bank, payment: Payment, content: bytes) -> bytes:
    """Return the status of a payment that came as a file, as pain.002 of the version that answers it."""
    from practicebank.files.reports import Original, Told, report_version, write_report  # noqa: PLC0415
    from practicebank.files.xml_in import Reason  # noqa: PLC0415

    file = _read(content)
    carried = bank.payments.parts(payment) or [payment]
    told = [
        Told(
            payment_information_id=asked.payment_information_id,
            instruction_id=asked.instruction_id,
            end_to_end_id=asked.end_to_end_id,
            uetr=asked.uetr,
            creditor_name=one.creditor_name,
            creditor_account=one.creditor_iban,
            amount=amounts.to_written(one.amount_minor, one.currency),
            currency=one.currency,
            status=_AS_REPORTED.get(one.status, one.status),
            reasons=() if one.reason_code is None else (Reason(one.reason_code, reason_text(one.reason_code)),),
        )
        for asked, one in zip(file.transactions, carried, strict=True)
    ]
    original = Original(file.message, file.message_id, file.created, file.count, file.control_sum)
    version = report_version(file.message, name_check=False)
    return write_report(version, payment.payment_id.replace("-", ""), bank.clock.now_ms(), original, told)
