"""Reading a customer payment cancellation request: camt.055.001.08 and camt.055.001.09 (ISO 20022)."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from practicebank.files.xml_in import (
    FileRefusedError,
    children,
    find,
    line_of,
    message_of,
    steps,
    text_at,
    unfit,
)

MESSAGES = ("camt.055.001.08", "camt.055.001.09")
_LONGEST_IDENTIFICATION = 35
_NO_REASON = "CUST"  # RequestedByCustomer (ExternalCancellationReason1Code)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What is to be called off; empty text: absent.

    Attributes:
        line: Where it stands in the file.
        cancellation_id: The request's own number for it.
        original_message_id: The MsgId of the file that held the payments.
        payment_information_id: The block; nothing: all of the file.
        names_transaction: Whether one transaction is meant, by the three identifiers below.
        instruction_id: Its InstrId.
        end_to_end_id: Its EndToEndId.
        uetr: Its UETR.
        reason_code: ExternalCancellationReason1Code.
    """

    line: int
    cancellation_id: str
    original_message_id: str
    payment_information_id: str = ""
    names_transaction: bool = False
    instruction_id: str = ""
    end_to_end_id: str = ""
    uetr: str = ""
    reason_code: str = _NO_REASON


@dataclass(frozen=True, slots=True)
class CancellationFile:
    """A whole request."""

    message: str
    message_id: str
    created: str
    initiator: str
    cancellations: tuple[Cancellation, ...]


def read_cancellation_file(content: bytes) -> CancellationFile:
    """Read a request.

    Raises:
        FileRefusedError: It can't be read, or asks for nothing.
    """
    message = message_of(content)
    assignment: etree._Element | None = None
    found: list[Cancellation] = []
    message_id = ""
    try:
        for step in steps(content):
            if step.path[:1] not in ((), ("CstmrPmtCxlReq",)):
                raise unfit(f"Document has no {step.path[0]}.", line_of(step.element))
            if not step.is_end or len(step.path) != 2:  # noqa: PLR2004 - right below CstmrPmtCxlReq
                continue
            if step.path[1] == "Assgnmt":
                assignment = step.element
                message_id = _identification(assignment, "Id")
            elif step.path[1] == "Undrlyg":
                found.extend(_underlying(step.element))
        if assignment is None or not found:
            raise unfit("The request names no payment.")
    except FileRefusedError as refusal:
        raise FileRefusedError(refusal.reasons, message, message_id) from refusal
    return CancellationFile(
        message=message,
        message_id=message_id,
        created=text_at(assignment, "CreDtTm"),
        initiator=text_at(assignment, "Assgnr/Pty/Nm"),
        cancellations=tuple(found),
    )


def _underlying(element: etree._Element) -> list[Cancellation]:
    group = find(element, "OrgnlGrpInfAndCxl")
    message_id = text_at(group, "OrgnlMsgId")
    if text_at(group, "GrpCxl") == "true" and group is not None:
        whole = Cancellation(
            line=line_of(group),
            cancellation_id=text_at(group, "GrpCxlId")[:_LONGEST_IDENTIFICATION],
            original_message_id=_identification(group, "OrgnlMsgId"),
            reason_code=_reason(group),
        )
        return [whole]
    return [
        one
        for block in children(element)
        if etree.QName(block).localname == "OrgnlPmtInfAndCxl"
        for one in _block(block, text_at(block, "OrgnlGrpInf/OrgnlMsgId") or message_id)
    ]


def _block(block: etree._Element, message_id: str) -> list[Cancellation]:
    if not 0 < len(message_id) <= _LONGEST_IDENTIFICATION:
        raise unfit("The file that held the payments isn't named.", line_of(block))
    name = _identification(block, "OrgnlPmtInfId")
    if text_at(block, "PmtInfCxl") == "true":
        number = text_at(block, "PmtCxlId")[:_LONGEST_IDENTIFICATION]
        return [Cancellation(line_of(block), number, message_id, name, reason_code=_reason(block))]
    return [_transaction(one, message_id, name) for one in children(block) if etree.QName(one).localname == "TxInf"]


def _transaction(element: etree._Element, message_id: str, block: str) -> Cancellation:
    made = Cancellation(
        line=line_of(element),
        cancellation_id=text_at(element, "CxlId")[:_LONGEST_IDENTIFICATION],
        original_message_id=message_id,
        payment_information_id=block,
        names_transaction=True,
        instruction_id=text_at(element, "OrgnlInstrId")[:_LONGEST_IDENTIFICATION],
        end_to_end_id=text_at(element, "OrgnlEndToEndId")[:_LONGEST_IDENTIFICATION],
        uetr=text_at(element, "OrgnlUETR"),
        reason_code=_reason(element),
    )
    if not (made.instruction_id or made.end_to_end_id or made.uetr):
        raise unfit("TxInf names no transaction.", line_of(element))
    return made


def _reason(element: etree._Element) -> str:
    return text_at(element, "CxlRsnInf/Rsn/Cd")[:4] or _NO_REASON


def _identification(element: etree._Element, path: str) -> str:
    found = text_at(element, path)
    if not 0 < len(found) <= _LONGEST_IDENTIFICATION:
        raise unfit(f"{path} holds 1 to 35 signs.", line_of(element))
    return found
