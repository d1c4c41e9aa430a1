"""Statements as camt.053 (end of day), camt.052 (so far) and camt.054 (single entries), versions 08 and 02."""

from __future__ import annotations

import re
from dataclasses import dataclass

from practicebank.amounts import standard
from practicebank.clock import iso
from practicebank.files.statements import Line, Statement
from practicebank.files.xml_out import Message, Node
from practicebank.world.cast import OWN_BANK

_LONGEST_REFERENCE = 35
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}")


@dataclass(frozen=True, slots=True)
class _Form:
    """How one message differs from another; balances as (type, at the beginning)."""

    root: str
    part: str
    balances: tuple[str, ...]
    pending: bool


_FORMS = {
    "camt.053": _Form("BkToCstmrStmt", "Stmt", ("OPBD", "CLBD", "CLAV"), pending=False),
    "camt.052": _Form("BkToCstmrAcctRpt", "Rpt", ("OPBD", "ITBD", "ITAV"), pending=True),
    "camt.054": _Form("BkToCstmrDbtCdtNtfctn", "Ntfctn", (), pending=False),
}
KINDS = ("camt.053.001.08", "camt.053.001.02", "camt.052.001.08", "camt.054.001.08")


def write_camt(kind: str, statement: Statement) -> bytes:
    """Write a statement.

    Args:
        kind: One of ``KINDS``.
        statement: What to say.
    """
    form = _FORMS[kind[:8]]
    writer = _Writer(kind, statement)
    message = Message(kind, form.root)
    header = message.root.add("GrpHdr")
    number = f"{statement.account.iban[-6:]}-{statement.first:%y%m%d}-{statement.last:%y%m%d}"
    header.add("MsgId", f"ALD-{kind[5:8]}-{number}")
    header.add("CreDtTm", iso(statement.at_ms))
    part = message.root.add(form.part)
    part.add("Id", f"{kind[5:8]}-{number}")
    part.add("ElctrncSeqNb", str(statement.last.toordinal()))
    part.add("CreDtTm", iso(statement.at_ms))
    span = part.add("FrToDt")
    span.add("FrDtTm", f"{statement.first.isoformat()}T00:00:00Z")
    span.add("ToDtTm", f"{statement.last.isoformat()}T23:59:59Z")
    writer.account(part.add("Acct"))
    for balance in form.balances:
        writer.balance(part.add("Bal"), balance)
    lines = statement.lines if form.pending else statement.booked
    writer.summary(part.add("TxsSummry"), lines)
    for line in lines:
        writer.entry(part.add("Ntry"), line)
    return message.content()


class _Writer:
    def __init__(self, kind: str, statement: Statement) -> None:
        self._old = kind.endswith(".02")
        self._bic = "BIC" if self._old else "BICFI"
        self._statement = statement
        self._currency = statement.account.currency

    def account(self, node: Node) -> None:
        account = self._statement.account
        node.add("Id/IBAN", account.iban)
        node.add("Ccy", account.currency)
        node.add("Nm", account.name)
        node.add("Ownr/Nm", account.owner)
        node.add(f"Svcr/FinInstnId/{self._bic}", OWN_BANK.bic)

    def balance(self, node: Node, kind: str) -> None:
        statement = self._statement
        minor = {"OPBD": statement.opening_minor, "CLAV": statement.available_minor, "ITAV": statement.available_minor}
        node.add("Tp/CdOrPrtry/Cd", kind)
        self._amount(node, minor.get(kind, statement.closing_minor))
        node.add("Dt/Dt", (statement.first if kind == "OPBD" else statement.last).isoformat())

    def summary(self, node: Node, lines: tuple[Line, ...]) -> None:
        node.add("TtlNtries/NbOfNtries", str(len(lines)))
        for name, sign in (("TtlCdtNtries", 1), ("TtlDbtNtries", -1)):
            some = [line.amount_minor for line in lines if line.amount_minor * sign > 0]
            total = node.add(name)
            total.add("NbOfNtries", str(len(some)))
            total.add("Sum", self._written(sum(some)))

    def entry(self, node: Node, line: Line) -> None:
        node.add("NtryRef", str(line.number))
        self._amount(node, line.amount_minor)
        if line.return_code:
            node.add("RvslInd", "true")
        node.add("Sts" if self._old else "Sts/Cd", "BOOK" if line.booked else "PDNG")
        if line.booked:
            node.add("BookgDt/Dt", line.booking_date.isoformat())
        node.add("ValDt/Dt", line.value_date.isoformat())
        node.add("AcctSvcrRef", line.entry_id[:_LONGEST_REFERENCE])
        self._code(node.add("BkTxCd"), line.code)
        self._details(node.add("NtryDtls/TxDtls"), line)

    def _details(self, node: Node, line: Line) -> None:
        references = node.add("Refs")
        references.add_given("MsgId", line.message_id[:_LONGEST_REFERENCE])
        references.add("AcctSvcrRef", line.bank_reference or line.entry_id[:_LONGEST_REFERENCE])
        references.add_given("PmtInfId", line.payment_information_id)
        references.add_given("InstrId", line.instruction_id)
        references.add("EndToEndId", line.end_to_end_id or "NOTPROVIDED")
        if self._old:
            node.add("AmtDtls/TxAmt/Amt", self._written(line.amount_minor), Ccy=self._currency)
        else:
            references.add_given("UETR", line.uetr)
            self._amount(node, line.amount_minor)
        self._code(node.add("BkTxCd"), line.code)
        self._parties(node, line)
        if line.remittance:
            node.add("RmtInf/Ustrd", line.remittance[:140])
        if line.return_code:
            node.add("RtrInf/Rsn/Cd", line.return_code)

    def _parties(self, node: Node, line: Line) -> None:
        # A return goes back the way it came: the payee of then is still the creditor of the transfer.
        side = "Cdtr" if line.amount_minor < 0 or line.return_code else "Dbtr"
        parties = node.add("RltdPties")
        parties.add(f"{side}/Nm" if self._old else f"{side}/Pty/Nm", line.counter_name[:140])
        if _IBAN.fullmatch(line.counter_iban):
            parties.add(f"{side}Acct/Id/IBAN", line.counter_iban)
        elif line.counter_iban:
            parties.add(f"{side}Acct/Id/Othr/Id", line.counter_iban[:34])
        if line.counter_bic:
            node.add(f"RltdAgts/{side}Agt/FinInstnId/{self._bic}", line.counter_bic)

    def _code(self, node: Node, code: str) -> None:
        domain, family, subfamily = code.split("-")
        node = node.add("Domn")
        node.add("Cd", domain)
        part = node.add("Fmly")
        part.add("Cd", family)
        part.add("SubFmlyCd", subfamily)

    def _amount(self, node: Node, minor: int) -> None:
        node.add("Amt", self._written(minor), Ccy=self._currency)
        node.add("CdtDbtInd", "DBIT" if minor < 0 else "CRDT")

    def _written(self, minor: int) -> str:
        """Write an amount without its sign: the indicator beside it says which way."""
        return str(standard(abs(minor), self._currency)["amount"])
