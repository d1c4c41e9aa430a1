"""Asks a bank to call payments off: camt.055, CustomerPaymentCancellationRequest, for orders that went out in a file.

Source: ISO 20022 camt.055.001.08 and .09 (the elements written here are the same in both). The answer is a camt.029. A
request is written from the payment file itself, so that it names the payment exactly as the bank has it; it is read
back and compared before it is handed over.
"""

from __future__ import annotations

import hashlib
import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final

from countersign.adapters.banks.files.amounts import money_of
from countersign.adapters.banks.files.hardened_xml import Element as ReadElement
from countersign.adapters.banks.files.hardened_xml import open_xml
from countersign.adapters.banks.files.pain001 import forms
from countersign.adapters.banks.files.pain001.pieces import (
    account,
    agent,
    amount,
    instant,
    named,
    totals,
    unnamed_agent,
)
from countersign.adapters.banks.files.pain001.reader import Header, Transaction, walk
from countersign.adapters.banks.files.pain001.usage import check_identification, check_text
from countersign.adapters.banks.files.pain001.versions import NAMESPACE
from countersign.adapters.banks.files.pain001.xml_text import Element, document, element, text
from countersign.domain.character_sets import charset_of
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money
from countersign.domain.order import NAME_LIMIT, BindingError
from countersign.domain.payment import PaymentFields

MESSAGE: Final = "CstmrPmtCxlReq"
_TRANSACTION: Final = f"{MESSAGE}/Undrlyg/OrgnlPmtInfAndCxl/TxInf"
_BLOCK: Final = f"{MESSAGE}/Undrlyg/OrgnlPmtInfAndCxl"
_HEAD: Final = f"{MESSAGE}/Assgnmt"
_NOTE_LINE: Final = 105  # Max105Text
_NOTE_LIMIT: Final = 420  # four lines; EPC recalls pass on no more
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9\-]")


class Camt055Version(StrEnum):
    """The versions that banks take beside pain.001.001.09."""

    V08 = "camt.055.001.08"
    V09 = "camt.055.001.09"


class CancellationReason(StrEnum):
    """Why (ExternalCancellationReason1Code), as a payer may say it; the first three are recalls by the EPC's rules."""

    DUPLICATE = "DUPL"
    TECHNICAL = "TECH"
    FRAUD = "FRAD"
    CUSTOMER = "CUST"
    WRONG_ACCOUNT = "AC03"
    WRONG_AMOUNT = "AM09"


@dataclass(frozen=True, slots=True)
class OriginalPayment:
    """A payment as the bank was asked to make it.

    Attributes:
        message_id: Of the payment file.
        version: Of the payment file, such as ``pain.001.001.09``.
        created: The payment file's CreDtTm as written.
        payment: With the date that stood in the file.
    """

    message_id: str
    version: str
    created: str
    payment_information: str
    instruction_id: str
    debtor_name: str
    payment: PaymentFields


@dataclass(frozen=True, slots=True)
class CancellationFile:
    """A request that was read back and names what it was asked to; as ``PaymentFile``."""

    name: str
    message_id: str
    version: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class _Request:
    """What is the same for all payments of a request."""

    message_id: str
    created_at: int
    initiating_party: str
    reason: CancellationReason
    note: tuple[str, ...]


def original_payment(payment_file: BinaryIO, end_to_end_id: str) -> OriginalPayment:
    """Find a payment in the file that was handed over.

    Args:
        payment_file: pain.001 of any version, at its beginning.
        end_to_end_id: Of the payment.

    Raises:
        UserFacingError: ``file.payment_absent``: none, or more than one, has that identification; and as
            ``read_pain001``.
    """
    header: Header | None = None
    found: list[Transaction] = []
    for item in walk(open_xml(payment_file)):
        if isinstance(item, Header):
            header = item
        elif item.payment is not None and item.payment.end_to_end_id == end_to_end_id:
            found.append(item)
    if header is None or len(found) != 1 or found[0].payment is None:
        raise UserFacingError("file.payment_absent")
    (only,) = found
    return OriginalPayment(
        message_id=header.head.identification,
        version=header.head.version,
        created=header.head.created,
        payment_information=only.above.identification,
        instruction_id=only.instruction_id,
        debtor_name=only.above.debtor_name,
        payment=found[0].payment,
    )


def write_camt055(
    payments: Sequence[OriginalPayment],
    *,
    reason: CancellationReason,
    initiating_party: str,
    message_id: str,
    created_at: int,
    note: str = "",
    version: Camt055Version = Camt055Version.V09,
) -> CancellationFile:
    """Write a request to call payments off.

    Args:
        payments: All at the bank of the first one's payer.
        reason: The same for all.
        initiating_party: Who asks.
        message_id: Unique for the bank; at most 35 characters of the SEPA set.
        created_at: Milliseconds since the epoch.
        note: What the banks are told beside the reason, or empty.
        version: As the bank takes it.

    Raises:
        UserFacingError: ``file.empty``, ``file.needs``, ``file.too_long``, ``file.characters``, ``file.cannot_carry``.
        BindingError: ``binding.message``: what was written names something else.
    """
    _check(payments, initiating_party, message_id, note)
    request = _Request(message_id, created_at, initiating_party, reason, _lines(note))
    content = document(_request(request, payments), f"{NAMESPACE}{version}")
    _require_named(content, request, payments, version)
    return CancellationFile(
        name=f"camt055-{_NOT_IN_NAMES.sub('_', message_id)}.xml",
        message_id=message_id,
        version=version.value,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _check(payments: Sequence[OriginalPayment], initiating_party: str, message_id: str, note: str) -> None:
    if not payments:
        raise UserFacingError("file.empty")
    check_identification("message_id", message_id)
    if not initiating_party:
        raise UserFacingError("file.needs", field="initiating_party")
    for item in payments:
        charset = charset_of(item.payment.product)
        check_text("initiating_party", initiating_party, NAME_LIMIT, charset)
        check_text("note", note, _NOTE_LIMIT, charset)
        for field, value in (("message_id", item.message_id), ("payments", item.payment_information)):
            if not value:
                raise UserFacingError("file.needs", field=field)


def _lines(note: str) -> tuple[str, ...]:
    """Cut a note into the lines that the message has, at blanks."""
    lines = tuple(textwrap.wrap(note, _NOTE_LINE, break_on_hyphens=False))
    if " ".join(lines) != note:  # two blanks in a row, or a word that is longer than a line
        raise UserFacingError("file.cannot_carry", field="note")
    return lines


def _request(request: _Request, payments: Sequence[OriginalPayment]) -> Element:
    first = payments[0].payment
    bank = first.debtor_agent or first.debtor_agent_member
    return element(
        MESSAGE,
        element(
            "Assgnmt",
            text("Id", request.message_id),
            element("Assgnr", named("Pty", request.initiating_party)),
            element(
                "Assgne",
                agent("Agt", first.debtor_agent, first.debtor_agent_member) if bank else unnamed_agent("Agt"),
            ),
            text("CreDtTm", instant(request.created_at)),
        ),
        element("CtrlData", *totals([item.payment.instructed_amount for item in payments])),
        element("Undrlyg", *(_block(request, number, group) for number, group in enumerate(_blocks(payments), 1))),
    )


def _blocks(payments: Sequence[OriginalPayment]) -> Iterator[list[OriginalPayment]]:
    """Put together what stood in one payment information of one message."""
    found: dict[tuple[str, str], list[OriginalPayment]] = {}
    for item in payments:
        found.setdefault((item.message_id, item.payment_information), []).append(item)
    yield from found.values()


def _block(request: _Request, number: int, group: list[OriginalPayment]) -> Element:
    first = group[0]
    return element(
        "OrgnlPmtInfAndCxl",
        text("PmtCxlId", _numbered(request.message_id, f"-{number}")),
        text("OrgnlPmtInfId", first.payment_information),
        element(
            "OrgnlGrpInf",
            text("OrgnlMsgId", first.message_id),
            text("OrgnlMsgNmId", first.version),
            text("OrgnlCreDtTm", first.created),
        ),
        *totals([item.payment.instructed_amount for item in group]),
        *(_transaction(request, f"-{number}-{place}", item) for place, item in enumerate(group, 1)),
    )


def _numbered(message_id: str, suffix: str) -> str:
    return message_id[: forms.IDENTIFICATION_LIMIT - len(suffix)] + suffix


def _transaction(request: _Request, suffix: str, item: OriginalPayment) -> Element:
    payment = item.payment
    return element(
        "TxInf",
        text("CxlId", _numbered(request.message_id, suffix)),
        text("OrgnlInstrId", item.instruction_id),
        text("OrgnlEndToEndId", payment.end_to_end_id),
        text("OrgnlUETR", payment.uetr),
        amount("OrgnlInstdAmt", payment.instructed_amount),
        element("OrgnlReqdExctnDt", text("Dt", payment.requested_execution_date)),
        element(
            "CxlRsnInf",
            named("Orgtr", request.initiating_party),
            element("Rsn", text("Cd", request.reason.value)),
            *(text("AddtlInf", line) for line in request.note),
        ),
        element(
            "OrgnlTxRef",
            element("Dbtr", named("Pty", item.debtor_name)),
            account("DbtrAcct", payment.debtor_account, payment.debtor_account_scheme),
            agent("DbtrAgt", payment.debtor_agent, payment.debtor_agent_member),
            agent("CdtrAgt", payment.creditor_agent, payment.creditor_agent_member),
            element("Cdtr", named("Pty", payment.creditor_name)),
            account("CdtrAcct", payment.creditor_account, payment.creditor_account_scheme),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """What a request says of a payment that it wants called off."""

    message_id: str
    version: str
    created: str
    payment_information: str
    instruction_id: str
    end_to_end_id: str
    uetr: str
    instructed_amount: Money
    requested_execution_date: str
    reason: str
    note: str
    debtor_name: str
    debtor_account: str
    creditor_name: str
    creditor_account: str
    creditor_agent: str
    creditor_agent_member: str


def _require_named(
    content: bytes, request: _Request, payments: Sequence[OriginalPayment], version: Camt055Version
) -> None:
    """Read the written bytes again, and compare what they name with what was asked for."""
    read = open_xml(io.BytesIO(content), len(content))
    if read.namespace != f"{NAMESPACE}{version}" or read.message != MESSAGE:
        raise BindingError("binding.message", field="version", count=1)
    said: list[_Named] = []
    block: ReadElement | None = None
    for part in read.parts({_HEAD: "head", _TRANSACTION: "transaction", _BLOCK: "block", MESSAGE: "end"}):
        block = part.parent
        if part.called == "head" and part.element.value("Id") != request.message_id:
            raise BindingError("binding.message", field="message_id", count=1)
        if part.called == "transaction":
            said.append(_said(part.element, block))
    meant = [_meant(request, item) for group in _blocks(payments) for item in group]
    if len(said) != len(meant):
        raise BindingError("binding.message", field="payments", count=1)
    for one, other in zip(said, meant, strict=True):
        departed = [name for name in _Named.__slots__ if getattr(one, name) != getattr(other, name)]
        if departed:
            raise BindingError("binding.message", field=departed[0], count=len(departed))


def _said(found: ReadElement, block: ReadElement) -> _Named:
    reference = found.needed("OrgnlTxRef")
    system, number = (reference.value(f"CdtrAgt/FinInstnId/ClrSysMmbId/{path}") for path in ("ClrSysId/Cd", "MmbId"))
    return _Named(
        message_id=block.value("OrgnlGrpInf/OrgnlMsgId"),
        version=block.value("OrgnlGrpInf/OrgnlMsgNmId"),
        created=block.value("OrgnlGrpInf/OrgnlCreDtTm"),
        payment_information=block.value("OrgnlPmtInfId"),
        instruction_id=found.value("OrgnlInstrId"),
        end_to_end_id=found.value("OrgnlEndToEndId"),
        uetr=found.value("OrgnlUETR"),
        instructed_amount=money_of(found.needed("OrgnlInstdAmt")),
        requested_execution_date=found.value("OrgnlReqdExctnDt/Dt"),
        reason=found.value("CxlRsnInf/Rsn/Cd"),
        note=" ".join(line.text for line in found.needed("CxlRsnInf").all("AddtlInf")),
        debtor_name=reference.value("Dbtr/Pty/Nm"),
        debtor_account=reference.first("DbtrAcct/Id/IBAN", "DbtrAcct/Id/Othr/Id"),
        creditor_name=reference.value("Cdtr/Pty/Nm"),
        creditor_account=reference.first("CdtrAcct/Id/IBAN", "CdtrAcct/Id/Othr/Id"),
        creditor_agent=reference.value("CdtrAgt/FinInstnId/BICFI"),
        creditor_agent_member=f"{system}:{number}" if number else "",
    )


def _meant(request: _Request, item: OriginalPayment) -> _Named:
    payment = item.payment
    return _Named(
        message_id=item.message_id,
        version=item.version,
        created=item.created,
        payment_information=item.payment_information,
        instruction_id=item.instruction_id,
        end_to_end_id=payment.end_to_end_id,
        uetr=payment.uetr,
        instructed_amount=payment.instructed_amount,
        requested_execution_date=payment.requested_execution_date,
        reason=request.reason.value,
        note=" ".join(request.note),
        debtor_name=item.debtor_name,
        debtor_account=payment.debtor_account,
        creditor_name=payment.creditor_name,
        creditor_account=payment.creditor_account,
        creditor_agent=payment.creditor_agent,
        creditor_agent_member=payment.creditor_agent_member,
    )


__all__ = [
    "Camt055Version",
    "CancellationFile",
    "CancellationReason",
    "OriginalPayment",
    "original_payment",
    "write_camt055",
]
