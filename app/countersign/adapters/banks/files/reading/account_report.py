"""camt.052, camt.053 and camt.054 (.001.01 to .14): reports, statements and notifications of accounts.

Checked against the schemas of every version: what changed between them is where an amount, a status or a party's name
stands, and both places are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from countersign.adapters.banks.files.amounts import money_of
from countersign.adapters.banks.files.hardened_xml import Document, Element, Part, unreadable
from countersign.adapters.banks.files.reading.entry_details import (
    Transaction,
    amounts,
    charges,
    direction,
    is_true,
    transaction,
)
from countersign.adapters.banks.files.reading.pieces import account, bank_code, bank_member, count, day, one_line
from countersign.adapters.banks.files.reading.totals import COUNT, SUM, Totals
from countersign.application.ports.bank_files import (
    FileHead,
    FileKind,
    FilePart,
    Reading,
    StatementBalance,
    StatementEnd,
    StatementEntry,
    StatementHead,
)
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money

MAX_DETAILS: Final = 20_000
"""Transactions of one entry; they are handed over together."""
_SHAPES: Final[Mapping[FileKind, tuple[tuple[str, ...], str]]] = {
    FileKind.CAMT_052: (("BkToCstmrAcctRpt", "BkToCstmrAcctRptV01"), "Rpt"),
    FileKind.CAMT_053: (("BkToCstmrStmt", "BkToCstmrStmtV01"), "Stmt"),
    FileKind.CAMT_054: (("BkToCstmrDbtCdtNtfctn", "BkToCstmrDbtCdtNtfctnV01"), "Ntfctn"),
}
_BATCH: Final = ("MsgId", "PmtInfId", "NbOfTxs")


def read_account_report(
    document: Document, kind: FileKind, version: str, progress: Reading | None
) -> Iterator[FilePart]:
    """Read a report, statement or notification: the file's head, then for each account head, balances, entries, end.

    Raises:
        UserFacingError: As ``BankFiles.read``.
    """
    messages, statement = _SHAPES[kind]
    message = document.message
    if message not in messages:
        raise unreadable(document.line, "missing", messages[0])
    parts = {
        f"{message}/GrpHdr": "head",
        f"{message}/{statement}": "statement",
        f"{message}/{statement}/Bal": "balance",
        f"{message}/{statement}/Ntry": "entry",
        f"{message}/{statement}/Ntry/NtryDtls/TxDtls": "transaction",
        f"{message}/{statement}/Ntry/TxDtls": "transaction",
        message: "end",
    }
    report = _Report(kind, version, statement)
    for part in document.parts(parts, progress):
        yield from report.take(part)


class _Report:
    """What was read so far of a message."""

    def __init__(self, kind: FileKind, version: str, statement: str) -> None:
        self._kind = kind
        self._version = version
        self._name = statement
        self._head_read = False
        self._statements = 0
        self._statement: _Statement | None = None
        self._transactions: list[Transaction] = []

    def take(self, part: Part) -> Iterator[FilePart]:
        """Say what a part means."""
        found = part.element
        if part.called == "head":
            if self._head_read:
                raise unreadable(found.line, "twice", found.name)
            self._head_read = True
            yield FileHead(self._kind, self._version, found.value("MsgId"), found.value("CreDtTm"))
            return
        if not self._head_read:
            raise unreadable(found.line, "missing", "GrpHdr")
        if part.called == "transaction":
            if len(self._transactions) == MAX_DETAILS:
                raise UserFacingError("file.too_large", what="entry")
            self._transactions.append(transaction(found))
        elif part.called == "end":
            if not self._statements:
                raise unreadable(found.line, "missing", self._name)
        else:
            yield from self._within(part)

    def _within(self, part: Part) -> Iterator[FilePart]:
        """Say what a part of a statement means; the first of them tells what is known of the account."""
        ended = part.called == "statement"
        if self._statement is None:
            self._statements += 1
            self._statement = _Statement(part.element if ended else part.parent)
            yield self._statement.head
        if part.called == "balance":
            yield self._statement.balance(part.element)
        elif part.called == "entry":
            transactions, self._transactions = self._transactions, []
            yield self._statement.entry(part.element, transactions)
        else:
            yield self._statement.end(part.element)
            self._statement = None


class _Statement:
    """One account's part of a message."""

    def __init__(self, element: Element) -> None:
        self.head = _head(element)
        self._totals = Totals()

    def balance(self, element: Element) -> StatementBalance:
        """Read a Bal."""
        at = element.one("Dt")
        read = StatementBalance(
            code=one_line(element.needed("Tp").first("CdOrPrtry/Cd", "CdOrPrtry/Prtry", "Cd", "Prtry")),
            amount=_signed(element),
            at="" if at is None else at.first("Dt", "DtTm"),
            credit_lines=tuple(money_of(amount) for line in element.all("CdtLine") for amount in line.all("Amt")),
        )
        self._totals.balance(read)
        return read

    def entry(self, element: Element, transactions: list[Transaction]) -> StatementEntry:
        """Read an Ntry, whose transactions were read before."""
        amount = _signed(element)
        reversal = is_true(element.value("RvslInd"))
        left = (amount.minor < 0) != reversal
        servicer, number = element.value("AcctSvcrRef"), element.value("NtryRef")
        batches = [*element.all("Btch"), *(one for entry in element.all("NtryDtls") for one in entry.all("Btch"))]
        if transactions and len(batches) == 1:
            self._compare_batch(batches[0], transactions)
        code, own_code = _code(element.one("BkTxCd"))
        references = (("NtryRef", number), ("AcctSvcrRef", servicer), ("BkTxCd", own_code))
        batch_references = tuple((name, text) for batch in batches for name in _BATCH if (text := batch.value(name)))
        read = StatementEntry(
            entry=servicer or number,
            status=_status(element),
            amount=amount,
            reversal=reversal,
            booked_on=day(element.one("BookgDt")),
            value_on=day(element.one("ValDt")),
            code=code,
            text=one_line(element.value("AddtlNtryInf")),
            details=tuple(one.detail(self.head.account, left=left) for one in transactions),
            references=tuple(pair for pair in references if pair[1]) + batch_references,
            amounts=amounts(element)
            + tuple(("TtlAmt", money_of(one)) for batch in batches for one in batch.all("TtlAmt")),
            charges=charges(element),
        )
        self._totals.entry(read)
        return read

    def end(self, element: Element) -> StatementEnd:
        """Compare the statement with what it states."""
        if (summary := element.one("TxsSummry")) is not None:
            for name, side in (("TtlNtries", ""), ("TtlCdtNtries", "CRDT"), ("TtlDbtNtries", "DBIT")):
                if (stated := summary.one(name)) is not None:
                    self._totals.compare(side, count(stated.one("NbOfNtries")), stated.value("Sum"))
                    self._compare_net(stated)
        return StatementEnd(self.head.identification, self._totals.entries, self._totals.differences())

    def _compare_net(self, stated: Element) -> None:
        """Compare the stated net amount: TtlNetNtryAmt with CdtDbtInd until version .03, TtlNetNtry after."""
        for amount, side in (("TtlNetNtryAmt", "CdtDbtInd"), ("TtlNetNtry/Amt", "TtlNetNtry/CdtDbtInd")):
            if text := stated.value(amount):
                self._totals.compare_net(text, credit=stated.value(side) != "DBIT")

    def _compare_batch(self, batch: Element, transactions: list[Transaction]) -> None:
        stated = count(batch.one("NbOfTxs"))
        if stated is not None and stated != len(transactions):
            self._totals.differ(COUNT)
        total = batch.one("TtlAmt")
        found = [one.amount for one in transactions if one.amount is not None]
        if total is None or len(found) < len(transactions) or len({one.currency for one in found}) > 1:
            return
        stated_sum = money_of(total)
        if (stated_sum.minor, stated_sum.currency) != (sum(one.minor for one in found), found[0].currency):
            self._totals.differ(SUM)


def _head(element: Element) -> StatementHead:
    owned = element.needed("Acct")
    number, scheme = account(owned)
    if not number:
        raise unreadable(owned.line, "missing", "Id")
    return StatementHead(
        identification=element.value("Id"),
        account=number,
        scheme=scheme,
        currency=owned.value("Ccy"),
        owner=one_line(owned.first("Ownr/Nm", "Ownr/Pty/Nm", "Nm")),
        servicer=_servicer(owned.one("Svcr")),
        sequence=element.first("ElctrncSeqNb", "LglSeqNb"),
        created=element.value("CreDtTm"),
        from_date=element.first("FrToDt/FrDtTm", "FrToDt/FrDt"),
        to_date=element.first("FrToDt/ToDtTm", "FrToDt/ToDt"),
        copy=element.value("CpyDplctInd"),
    )


def _servicer(bank: Element | None) -> str:
    """Return a bank's BIC, else its number in a national clearing, else its name."""
    return "" if bank is None else bank_code(bank) or bank_member(bank) or one_line(bank.value("FinInstnId/Nm"))


def _signed(element: Element) -> Money:
    """Return an amount with the sign of its direction."""
    amount = money_of(element.needed("Amt"))
    return -amount if direction(element.needed("CdtDbtInd")) == "DBIT" else amount


def _status(element: Element) -> str:
    found = element.needed("Sts")
    status = found.first("Cd", "Prtry") if found.children else found.text
    if not status:
        raise unreadable(found.line, "missing", "Sts")
    return status


def _code(found: Element | None) -> tuple[str, str]:
    """Return the bank transaction code, and the proprietary one where there are both."""
    if found is None:
        return "", ""
    own = one_line(found.value("Prtry/Cd"))
    domain = [text for path in ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd") if (text := found.value(path))]
    return (".".join(domain), own) if domain else (own, "")
