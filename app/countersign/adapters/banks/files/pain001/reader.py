"""Reads pain.001 of any origin and version, payment by payment, in memory that doesn't grow with the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from countersign.adapters.banks.files.hardened_xml import Document, Element, open_xml
from countersign.adapters.banks.files.pain001.transactions import (
    PaymentInformation,
    read_payment_information,
    read_transaction,
)
from countersign.adapters.banks.files.pain001.versions import MESSAGE, version_of
from countersign.application.ports.bank_files import FileHead, FileKind, FilePart, FilePayment, Reading
from countersign.domain.errors import UserFacingError
from countersign.domain.payment import PaymentFields

_HEAD: Final = "head"
_TRANSACTION: Final = "transaction"
_PATHS: Final = {
    f"{MESSAGE}/GrpHdr": _HEAD,
    f"{MESSAGE}/PmtInf/CdtTrfTxInf": _TRANSACTION,
    f"{MESSAGE}/PmtInf": "",
    MESSAGE: "",
}


@dataclass(frozen=True, slots=True)
class Header:
    """GrpHdr, with the initiating party that ``FileHead`` has no room for."""

    head: FileHead
    initiating_party: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction and what its payment information says of it."""

    line: int
    instruction_id: str
    above: PaymentInformation
    payment: PaymentFields | None
    category: str
    faults: tuple[tuple[str, str], ...]


def read_pain001(stream: BinaryIO, progress: Reading | None = None, *, total: int = 0) -> Iterator[FilePart]:
    """Read a file: its ``FileHead`` first, then a ``FilePayment`` for each transaction.

    Whether the stated count is the count found is for the caller to compare: only the end of the file tells.

    Args:
        stream: At its beginning, binary; stays the caller's.
        progress: See ``BankFiles.read``.
        total: Bytes in all, where known, for ``progress``.

    Raises:
        UserFacingError: See ``BankFiles.read``.
    """
    return read_document(open_xml(stream, total), progress)


def read_document(document: Document, progress: Reading | None = None) -> Iterator[FilePart]:
    """Read a file that was opened, and recognised, already; otherwise as ``read_pain001``."""
    for item in walk(document, progress):
        if isinstance(item, Header):
            yield item.head
        else:
            yield FilePayment(
                line=item.line,
                payment_information=item.above.identification,
                instruction_id=item.instruction_id,
                payment=item.payment,
                faults=item.faults,
                category=item.category,
            )


def walk(document: Document, progress: Reading | None = None) -> Iterator[Header | Transaction]:
    """Read a file with all that it says of each payment."""
    version = version_of(document.namespace)
    if not version or document.message != MESSAGE:
        raise UserFacingError("file.unknown_version", version=document.namespace)
    enclosing: Element | None = None
    above: PaymentInformation | None = None
    for part in document.parts(_PATHS, progress):
        if part.called == _HEAD:
            yield _header(part.element, version)
        if part.called != _TRANSACTION:
            continue
        if above is None or part.parent is not enclosing:
            enclosing, above = part.parent, read_payment_information(part.parent)
        payment, category, faults = read_transaction(part.element, above)
        yield Transaction(
            line=part.element.line,
            instruction_id=_plain(part.element, "PmtId/InstrId"),
            above=above,
            payment=payment,
            category=category,
            faults=faults,
        )


def _header(element: Element, version: str) -> Header:
    count = _plain(element, "NbOfTxs")
    return Header(
        FileHead(
            kind=FileKind.PAIN_001,
            version=version,
            identification=_plain(element, "MsgId"),
            created=_plain(element, "CreDtTm"),
            stated_count=int(count) if count.isascii() and count.isdigit() and len(count) <= _COUNT_DIGITS else None,
            stated_sum=_plain(element, "CtrlSum"),
        ),
        _plain(element, "InitgPty/Nm"),
    )


_COUNT_DIGITS: Final = 15  # Max15NumericText


def _plain(element: Element, path: str) -> str:
    """Read a text that decides nothing: one that is there twice reads as nothing."""
    try:
        return element.value(path)
    except UserFacingError:
        return ""
