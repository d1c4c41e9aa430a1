"""Resolutions of investigations: camt.029 in the version that goes with the request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from practicebank.clock import iso
from practicebank.files.reason_words import reason_text
from practicebank.files.xml_out import Message, Node, spaced
from practicebank.world.cast import OWN_BANK

# Each request is answered in the version of the same year's release of ISO 20022.
VERSIONS = {"camt.055.001.08": "camt.029.001.09", "camt.055.001.09": "camt.029.001.10"}
ACCEPTED, REFUSED, PENDING = "ACCR", "RJCR", "PDCR"  # CancellationIndividualStatus1Code
# ExternalInvestigationExecutionConfirmation1Code.
_CANCELLED, _PARTLY = "CNCL", "PECR"
_UETR = re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank says to one recall; empty text: absent."""

    cancellation_id: str
    original_message_id: str
    original_message: str
    payment_information_id: str
    instruction_id: str
    end_to_end_id: str
    uetr: str
    status: str
    code: str


def confirmation(statuses: Sequence[str]) -> str:
    """Return the resolution as a whole: cancelled, refused, pending, or partly carried out."""
    found = set(statuses)
    if PENDING in found:
        return PENDING
    if found == {ACCEPTED}:
        return _CANCELLED
    return REFUSED if found == {REFUSED} else _PARTLY


def write_resolution(
    version: str, number: str, at_ms: int, request_id: str, initiator: str, answers: Sequence[Answer]
) -> bytes:
    """Write a resolution.

    Args:
        version: One of ``VERSIONS``' values.
        number: Its own identification.
        at_ms: When it is made.
        request_id: The request's identification.
        initiator: Who asked.
        answers: At least one.
    """
    message = Message(version, "RsltnOfInvstgtn")
    assignment = message.root.add("Assgnmt")
    assignment.add("Id", number)
    assignment.add("Assgnr/Agt/FinInstnId/BICFI", OWN_BANK.bic)
    assignment.add("Assgne/Pty/Nm", spaced(initiator, 140))
    assignment.add("CreDtTm", iso(at_ms))
    resolved = message.root.add("RslvdCase")
    resolved.add("Id", request_id)
    resolved.add("Cretr/Pty/Nm", spaced(initiator, 140))
    message.root.add("Sts/Conf", confirmation([answer.status for answer in answers]))
    for (message_id, block), ones in groupby(
        answers, lambda one: (one.original_message_id, one.payment_information_id)
    ):
        together = list(ones)
        details = message.root.add("CxlDtls")
        group = details.add("OrgnlGrpInfAndSts")
        group.add("OrgnlMsgId", message_id)
        group.add("OrgnlMsgNmId", spaced(together[0].original_message, 35))
        part = details.add("OrgnlPmtInfAndSts")
        part.add("OrgnlPmtInfId", spaced(block, 35))
        for one in together:
            _transaction(part.add("TxInfAndSts"), one)
    return message.content()


def _transaction(node: Node, one: Answer) -> None:
    node.add_given("CxlStsId", one.cancellation_id)
    node.add_given("OrgnlInstrId", one.instruction_id)
    node.add_given("OrgnlEndToEndId", one.end_to_end_id)
    node.add_given("UETR", one.uetr if _UETR.fullmatch(one.uetr) else "")
    node.add("TxCxlSts", one.status)
    if one.code:
        reason = node.add("CxlStsRsnInf")
        reason.add("Rsn/Cd", one.code)
        reason.add("AddtlInf", reason_text(one.code))
