"""pain.002, CustomerPaymentStatusReport (.03 to .15) and PaymentStatusReport (.02): what the bank says of payments.

Each transaction decides for itself; one without a status has its block's, and that failing its group's. A group may
say that all is well but for a close match while a transaction has no match at all: nothing of the group is put over
what a transaction says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from countersign.adapters.banks.files.amounts import money_of
from countersign.adapters.banks.files.hardened_xml import Document, Element, Part, unreadable
from countersign.adapters.banks.files.reading.pieces import count, party, reasons
from countersign.application.ports.bank_files import (
    Charge,
    FileHead,
    FileKind,
    FilePart,
    GroupStatus,
    PaymentStatus,
    Reading,
    StatusReason,
)
from countersign.domain.bank_status import CLOSE_MATCH, NAME_CHECKS
from countersign.domain.money import Money

_MESSAGES: Final = ("CstmrPmtStsRpt", "pain.002.001.02", "PmtStsRptV02")
_REFERENCES: Final = (
    ("StsId", "StsId"),
    ("UETR", "OrgnlUETR"),
    ("TxId", "OrgnlTxId"),
    ("AcctSvcrRef", "AcctSvcrRef"),
    ("ClrSysRef", "ClrSysRef"),
)


def read_status_report(document: Document, version: str, progress: Reading | None) -> Iterator[FilePart]:
    """Read a status report: its head, then the group, the blocks and their transactions in order.

    Raises:
        UserFacingError: As ``BankFiles.read``.
    """
    message = document.message
    if message not in _MESSAGES:
        raise unreadable(document.line, "missing", _MESSAGES[0])
    report = _Report(message, version)
    parts = {
        f"{message}/GrpHdr": "head",
        f"{message}/OrgnlGrpInfAndSts": "group",
        f"{message}/OrgnlPmtInfAndSts": "block",
        f"{message}/OrgnlPmtInfAndSts/TxInfAndSts": "transaction",
        f"{message}/TxInfAndSts": "transaction",
        message: "end",
    }
    for part in document.parts(parts, progress):
        yield from report.take(part)


class _Report:
    """What was read so far: the group and the block that a transaction belongs to."""

    def __init__(self, message: str, version: str) -> None:
        self._message = message
        self._version = version
        self._head_read = False
        self._group: GroupStatus | None = None
        self._block: GroupStatus | None = None

    def take(self, part: Part) -> Iterator[FilePart]:
        """Say what a part means."""
        found = part.element
        if part.called == "head":
            if self._head_read:
                raise unreadable(found.line, "twice", found.name)
            self._head_read = True
            yield FileHead(FileKind.PAIN_002, self._version, found.value("MsgId"), found.value("CreDtTm"))
            return
        if not self._head_read:
            raise unreadable(found.line, "missing", "GrpHdr")
        if part.called == "group":
            if self._group is not None:
                raise unreadable(found.line, "twice", found.name)
            message = found.value("OrgnlMsgId") or found.value("NtwkFileNm")
            self._group = _group(found, message, "", "GrpSts")
            yield self._group
            return
        if self._group is None:
            raise unreadable(found.line, "missing", "OrgnlGrpInfAndSts")
        if part.called == "transaction":
            yield from self._transaction(part, self._group)
        elif part.called == "block":
            if self._block is None:
                yield _block(found, self._group)
            self._block = None

    def _transaction(self, part: Part, group: GroupStatus) -> Iterator[FilePart]:
        if part.parent.name == self._message:
            yield _payment(part.element, group, None)
            return
        if self._block is None:
            self._block = _block(part.parent, group)
            yield self._block
        yield _payment(part.element, group, self._block)


def _group(element: Element, message: str, block: str, status: str) -> GroupStatus:
    return GroupStatus(
        original_message=message,
        payment_information=block,
        status=element.value(status),
        reasons=reasons(element, "StsRsnInf"),
        stated_count=count(element.one("OrgnlNbOfTxs")),
        stated_sum=element.value("OrgnlCtrlSum"),
        per_status=tuple(
            (detailed.value("DtldSts"), count(detailed.needed("DtldNbOfTxs")) or 0)
            for detailed in element.all("NbOfTxsPerSts")
        ),
    )


def _block(element: Element, group: GroupStatus) -> GroupStatus:
    return _group(element, group.original_message, element.value("OrgnlPmtInfId"), "PmtInfSts")


def _payment(element: Element, group: GroupStatus, block: GroupStatus | None) -> PaymentStatus:
    status = element.value("TxSts") or (block.status if block else "") or group.status
    said = reasons(element, "StsRsnInf")
    original = element.one("OrgnlTxRef") or Element("OrgnlTxRef", "", element.line, {}, {})
    name_check = status if status in NAME_CHECKS else ""
    return PaymentStatus(
        original_message=group.original_message,
        payment_information=block.payment_information if block else element.value("OrgnlPmtInfId"),
        instruction_id=element.value("OrgnlInstrId"),
        end_to_end_id=_provided(element.value("OrgnlEndToEndId")),
        status=status,
        reasons=said,
        amount=_amount(original),
        creditor=party(original.one("Cdtr"), original.one("CdtrAcct"), original.one("CdtrAgt")),
        debtor=party(original.one("Dbtr"), original.one("DbtrAcct"), original.one("DbtrAgt")),
        name_check=name_check,
        checked_name=_checked_name(said) if name_check == CLOSE_MATCH else "",
        references=tuple((name, text) for name, path in _REFERENCES if (text := element.value(path))),
        charges=tuple(Charge(money_of(charge.needed("Amt"))) for charge in element.all("ChrgsInf")),
    )


def _amount(original: Element) -> Money | None:
    for path in ("Amt/InstdAmt", "Amt/EqvtAmt/Amt", "IntrBkSttlmAmt"):
        if (found := original.at(path)) is not None:
            return money_of(found)
    return None


def _checked_name(said: tuple[StatusReason, ...]) -> str:
    """Return the name that comes with a close match: the bank's words (StsRsnInf/AddtlInf)."""
    return next((reason.text for reason in said if reason.text), "")


def _provided(text: str) -> str:
    return "" if text == "NOTPROVIDED" else text
