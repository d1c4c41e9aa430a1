"""Customer payment status reports: pain.002.001.03 for files of version 03, pain.002.001.12 for version 09."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from practicebank.clock import iso
from practicebank.files.xml_in import Reason
from practicebank.files.xml_out import Message, Node, spaced
from practicebank.world.cast import OWN_BANK

OLD = "pain.002.001.03"
NEW = "pain.002.001.12"
_LONGEST_WORDS = 105
_TIME = re.compile(
    r"2[0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}")
# ExternalPaymentTransactionStatus1Code: what verification of payee found.
NAME_CHECKS = {"MTCH": "RCVC", "CMTC": "RVMC", "NMTC": "RVNM", "NOAP": "RVNA"}
_ALL_MATCH = "RCVC"
_MISMATCHES = "RVCM"
# The worst news of a group, where nothing is refused; the furthest behind speaks for all.
_SLOWEST_FIRST = ("RCVD", "ACTC", "ACCP", "ACSP", "ACSC")


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says of one transaction; ``words`` are the bank's own, such as a matched name."""

    payment_information_id: str
    instruction_id: str
    end_to_end_id: str
    uetr: str
    creditor_name: str
    creditor_account: str
    amount: str
    currency: str
    status: str
    reasons: tuple[Reason, ...] = ()
    words: str = ""
    bank_reference: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """The file a report is about."""

    message: str
    message_id: str
    created: str
    count: int
    control_sum: str


def report_version(message: str, *, name_check: bool) -> str:
    """Return the version that answers a file; version 03 has no codes for name checks."""
    return OLD if message.endswith(".03") and not name_check else NEW


def group_status(statuses: Sequence[str]) -> str:
    """Return the group's status by its transactions': PART where some are refused and some aren't."""
    found = set(statuses)
    if found <= set(NAME_CHECKS.values()):
        return _ALL_MATCH if found == {_ALL_MATCH} else _MISMATCHES
    refused = found & {"RJCT", "CANC"}
    if refused == found:
        return "RJCT"
    if refused:
        return "PART"
    return next(status for status in _SLOWEST_FIRST if status in found)


def write_report(
    version: str, report_id: str, at_ms: int, original: Original, told: Sequence[Told], reasons: Sequence[Reason] = ()
) -> bytes:
    """Write a report.

    Args:
        version: ``OLD`` or ``NEW``.
        report_id: Its own MsgId.
        at_ms: When it is made.
        original: The file.
        told: Each transaction's status, in the file's order; none: the whole file is refused.
        reasons: Why it is.
    """
    message = Message(version, "CstmrPmtStsRpt")
    root = message.root
    header = root.add("GrpHdr")
    header.add("MsgId", report_id)
    header.add("CreDtTm", iso(at_ms))
    header.add("DbtrAgt/FinInstnId").add("BIC" if version == OLD else "BICFI", OWN_BANK.bic)
    group = root.add("OrgnlGrpInfAndSts")
    group.add("OrgnlMsgId", spaced(original.message_id, 35))
    group.add("OrgnlMsgNmId", spaced(original.message, 35))
    if told:
        group.add_given("OrgnlCreDtTm", original.created if _TIME.fullmatch(original.created) else "")
        group.add_given("OrgnlNbOfTxs", str(original.count))
        group.add_given("OrgnlCtrlSum", original.control_sum)
        group.add("GrpSts", group_status([one.status for one in told]))
        for status, count in sorted(Counter(one.status for one in told).items()):
            tally = group.add("NbOfTxsPerSts")
            tally.add("DtldNbOfTxs", str(count))
            tally.add("DtldSts", _known(version, status))
    else:
        group.add("GrpSts", "RJCT")
        for reason in reasons:
            _reason(group, reason)
    for block, ones in groupby(told, key=lambda one: one.payment_information_id):
        together = list(ones)
        part = root.add("OrgnlPmtInfAndSts")
        part.add("OrgnlPmtInfId", block)
        part.add("OrgnlNbOfTxs", str(len(together)))
        part.add("PmtInfSts", group_status([one.status for one in together]))
        for one in together:
            _transaction(part.add("TxInfAndSts"), one, version)
    return message.content()


def _transaction(node: Node, one: Told, version: str) -> None:
    node.add_given("OrgnlInstrId", one.instruction_id)
    node.add("OrgnlEndToEndId", one.end_to_end_id)
    if version != OLD:
        node.add_given("OrgnlUETR", one.uetr)
    node.add("TxSts", _known(version, one.status))
    if one.status == "CANC" and version == OLD:
        _reason(node, Reason("DS02", "Called off."))  # OrderCancelled
    for reason in one.reasons:
        _reason(node, reason)
    if one.words:
        node.add("StsRsnInf/AddtlInf", one.words[:_LONGEST_WORDS])
    node.add_given("AcctSvcrRef", one.bank_reference)
    asked = node.add("OrgnlTxRef")
    asked.add("Amt/InstdAmt", one.amount, Ccy=one.currency)
    if one.creditor_name:
        asked.add("Cdtr/Nm" if version == OLD else "Cdtr/Pty/Nm", one.creditor_name[:140])
    if _IBAN.fullmatch(one.creditor_account):
        asked.add("CdtrAcct/Id/IBAN", one.creditor_account)
    elif one.creditor_account:
        asked.add("CdtrAcct/Id/Othr/Id", one.creditor_account[:34])


def _known(version: str, status: str) -> str:
    """Return a status in the words of a version: 03 has no CANC."""
    return "RJCT" if version == OLD and status == "CANC" else status


def _reason(node: Node, reason: Reason) -> None:
    information = node.add("StsRsnInf")
    information.add("Rsn/Cd", reason.code)
    information.add_given("AddtlInf", reason.text[:_LONGEST_WORDS])
