"""camt.029, ResolutionOfInvestigation (.03 to .14): a bank's answer to a recall (camt.055).

A transaction's own answer counts before its block's, that before its group's, and that before the one of the whole
(Sts/Conf: ``CNCL`` cancelled, ``RJCR`` refused, ``PDCR`` pending, ``PECR`` partly, ``CWFW`` …); all as written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from countersign.adapters.banks.files.amounts import money_of
from countersign.adapters.banks.files.hardened_xml import Document, Element, Part, unreadable
from countersign.adapters.banks.files.reading.pieces import count, party, reasons
from countersign.application.ports.bank_files import FileHead, FileKind, FilePart, GroupStatus, PaymentStatus, Reading
from countersign.domain.money import Money

_MESSAGE: Final = "RsltnOfInvstgtn"
_PARTS: Final = {
    f"{_MESSAGE}/Assgnmt": "head",
    f"{_MESSAGE}/Sts": "whole",
    f"{_MESSAGE}/CxlDtls/OrgnlGrpInfAndSts": "group",
    f"{_MESSAGE}/CxlDtls/OrgnlPmtInfAndSts": "block",
    f"{_MESSAGE}/CxlDtls/OrgnlPmtInfAndSts/TxInfAndSts": "transaction",
    f"{_MESSAGE}/CxlDtls/TxInfAndSts": "transaction",
    f"{_MESSAGE}/CxlDtls": "details",
    _MESSAGE: "end",
}
_REFERENCES: Final = (("StsId", "CxlStsId"), ("UETR", "UETR"), ("UETR", "OrgnlUETR"), ("TxId", "OrgnlTxId"))


def read_recall_answer(document: Document, version: str, progress: Reading | None) -> Iterator[FilePart]:
    """Read an answer to a recall: its head, then groups, blocks and transactions in order.

    Raises:
        UserFacingError: As ``BankFiles.read``.
    """
    if document.message != _MESSAGE:
        raise unreadable(document.line, "missing", _MESSAGE)
    answer = _Answer(version)
    for part in document.parts(_PARTS, progress):
        yield from answer.take(part)


class _Answer:
    """What was read so far."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._head_read = False
        self._whole: str | None = None
        self._group = GroupStatus("", "", "")
        self._block: GroupStatus | None = None
        self._said = False

    def take(self, part: Part) -> Iterator[FilePart]:
        """Say what a part means."""
        found = part.element
        if part.called == "head":
            self._head_read = True
            yield FileHead(FileKind.CAMT_029, self._version, found.value("Id"), found.value("CreDtTm"))
        elif not self._head_read:
            raise unreadable(found.line, "missing", "Assgnmt")
        elif part.called == "whole":
            self._whole = found.first("Conf", "RjctdMod/Cd", "RjctdMod/Prtry")
            self._group = GroupStatus("", "", self._whole)
        elif part.called == "end":
            if self._whole is None and not self._said:
                raise unreadable(found.line, "missing", "Sts")
            if not self._said:  # the whole answer is one word
                yield self._group
        else:
            yield from self._details(part)

    def _details(self, part: Part) -> Iterator[FilePart]:
        found = part.element
        if part.called == "details":
            self._group = GroupStatus("", "", self._whole or "")
            return
        self._said = True
        if part.called == "group":
            self._group = _group(found, found.value("OrgnlMsgId"), "", "GrpCxlSts", self._whole or "")
            yield self._group
        elif part.called == "block":
            if self._block is None:
                yield self._block_of(found)
            self._block = None
        elif part.parent.name == "CxlDtls":
            yield _payment(found, self._group, None)
        else:
            if self._block is None:
                self._block = self._block_of(part.parent)
                yield self._block
            yield _payment(found, self._group, self._block)

    def _block_of(self, element: Element) -> GroupStatus:
        message = element.value("OrgnlGrpInf/OrgnlMsgId") or self._group.original_message
        return _group(element, message, element.value("OrgnlPmtInfId"), "PmtInfCxlSts", "")


def _group(element: Element, message: str, block: str, status: str, otherwise: str) -> GroupStatus:
    return GroupStatus(
        original_message=message,
        payment_information=block,
        status=element.value(status) or otherwise,
        reasons=reasons(element, "CxlStsRsnInf"),
        stated_count=count(element.one("OrgnlNbOfTxs") or element.one("NbOfTxs")),
        stated_sum=element.first("OrgnlCtrlSum", "CtrlSum"),
        per_status=tuple(
            (detailed.value("DtldSts"), count(detailed.needed("DtldNbOfTxs")) or 0)
            for detailed in element.all("NbOfTxsPerCxlSts")
        ),
    )


def _payment(element: Element, group: GroupStatus, block: GroupStatus | None) -> PaymentStatus:
    original = element.one("OrgnlTxRef") or Element("OrgnlTxRef", "", element.line, {}, {})
    end_to_end = element.value("OrgnlEndToEndId")
    message = element.value("OrgnlGrpInf/OrgnlMsgId") or (block or group).original_message
    return PaymentStatus(
        original_message=message,
        payment_information=block.payment_information if block else element.value("OrgnlPmtInfId"),
        instruction_id=element.value("OrgnlInstrId"),
        end_to_end_id="" if end_to_end == "NOTPROVIDED" else end_to_end,
        status=element.value("TxCxlSts") or (block.status if block else "") or group.status,
        reasons=reasons(element, "CxlStsRsnInf"),
        amount=_amount(element, original),
        creditor=party(original.one("Cdtr"), original.one("CdtrAcct"), original.one("CdtrAgt")),
        debtor=party(original.one("Dbtr"), original.one("DbtrAcct"), original.one("DbtrAgt")),
        references=tuple((name, text) for name, path in _REFERENCES if (text := element.value(path))),
    )


def _amount(element: Element, original: Element) -> Money | None:
    for here, path in ((element, "OrgnlInstdAmt"), (original, "Amt/InstdAmt"), (element, "OrgnlIntrBkSttlmAmt")):
        if (found := here.at(path)) is not None:
            return money_of(found)
    return None
