"""Reading a customer credit transfer initiation: pain.001.001.03 and pain.001.001.09 (ISO 20022).

The bank carries no schemas. What it checks by hand: the levels it reads hold the schema's elements in
the schema's order, what it needs is there, counts and sums agree. What it doesn't read, it doesn't judge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from practicebank.files.xml_in import (
    FORMAT,
    FileRefusedError,
    Reason,
    check_sequence,
    children,
    find,
    line_of,
    message_of,
    steps,
    text_at,
    unfit,
)

MESSAGES = ("pain.001.001.03", "pain.001.001.09")
WRONG_COUNT = "AM18"  # InvalidNumberOfTransactions
WRONG_SUM = "AM10"  # InvalidControlSum
_LONGEST_IDENTIFICATION = 35
_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,5})?")
_SUM = re.compile(r"[0-9]{1,18}(\.[0-9]{1,17})?")
_PATTERNS = (
    ("UETR", re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}"), "uetr"),
    ("IBAN", re.compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}"), "creditor_iban"),
    ("BIC", re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?"), "creditor_bic"),
    ("Ccy", re.compile(r"[A-Z]{3}"), "currency"),
    ("InstrId", re.compile(r".{1,35}", re.DOTALL), "instruction_id"),
    ("Nm", re.compile(r".{1,140}", re.DOTALL), "creditor_name"),
)
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_AGENTS = ("CdtrAgt", "CdtrAgtAcct", "Cdtr", "CdtrAcct", "UltmtCdtr", "InstrForCdtrAgt", "InstrForDbtrAgt")
_INTERMEDIARIES = tuple(f"IntrmyAgt{number}{rest}" for number in (1, 2, 3) for rest in ("", "Acct"))
_SEQUENCES: dict[str, tuple[str, ...]] = {
    "GrpHdr": ("MsgId", "CreDtTm", "Authstn", "NbOfTxs", "CtrlSum", "InitgPty", "FwdgAgt"),
    "PmtTpInf": ("InstrPrty", "SvcLvl", "LclInstrm", "CtgyPurp"),
    "PmtId": ("InstrId", "EndToEndId", "UETR"),
    "RmtInf": ("Ustrd", "Strd"),
    "CdtTrfTxInf": (
        *("PmtId", "PmtTpInf", "Amt", "XchgRateInf", "ChrgBr", "ChqInstr", "UltmtDbtr", *_INTERMEDIARIES),
        *(*_AGENTS, "Purp", "RgltryRptg", "Tax", "RltdRmtInf", "RmtInf", "SplmtryData"),
    ),
}  # fmt: skip
_BLOCK = (
    *("PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt", "PoolgAdjstmntDt"),
    *("Dbtr", "DbtrAcct", "DbtrAgt", "DbtrAgtAcct", "InstrForDbtrAgt", "UltmtDbtr", "ChrgBr", "ChrgsAcct"),
    *("ChrgsAcctAgt", "CdtTrfTxInf"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileTransaction:
    """One credit transfer as the file has it; nothing but its shape is checked. Empty text: absent."""

    position: int
    line: int
    payment_information_id: str
    instruction_id: str
    end_to_end_id: str
    uetr: str
    priority: str
    service_levels: tuple[str, ...]
    local_instrument: str
    charge_bearer: str
    purpose: str
    execution_date: date
    debtor_name: str
    debtor_account: str
    debtor_currency: str
    creditor_name: str
    creditor_iban: str
    creditor_other: str
    creditor_bic: str
    creditor_clearing: str
    creditor_country: str
    amount: str
    currency: str
    remittance: str


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A whole file; ``control_sum`` is the sum of all amounts whatever their currency, as ISO 20022 has it."""

    message: str
    message_id: str
    created: str
    initiator: str
    count: int
    control_sum: str
    transactions: tuple[FileTransaction, ...]


@dataclass(slots=True)
class _Block:
    """What a PmtInf says for all of its transactions, as far as it has been read."""

    parts: dict[str, etree._Element]
    count: int = 0
    total: Decimal = Decimal(0)
    line: int = 0

    def text(self, path: str) -> str:
        first, _, rest = path.partition("/")
        part = self.parts.get(first)
        if part is None:
            return ""
        return text_at(part, rest) if rest else (part.text or "").strip()


def read_payment_file(content: bytes) -> PaymentFile:
    """Read a file.

    Raises:
        FileRefusedError: It can't be read, isn't shaped as its schema says, or its counts or sums disagree.
    """
    message = message_of(content)
    if message not in MESSAGES:
        raise FileRefusedError((Reason(FORMAT, f"This bank takes {' and '.join(MESSAGES)}."),), message)
    reader = _Reader(message)
    try:
        for step in steps(content):
            reader.take(step.path, step.element, is_end=step.is_end)
        return reader.finished()
    except FileRefusedError as refusal:
        raise FileRefusedError(refusal.reasons, message, reader.message_id) from refusal


class _Reader:
    def __init__(self, message: str) -> None:
        self._message = message
        self._version_09 = message.endswith(".09")
        self._header: etree._Element | None = None
        self._block: _Block | None = None
        self._found: list[FileTransaction] = []
        self._blocks: set[str] = set()
        self._total = Decimal(0)
        self._wrong: list[Reason] = []
        self.message_id = ""

    def take(self, path: tuple[str, ...], element: etree._Element, *, is_end: bool) -> None:
        if path[:1] not in ((), ("CstmrCdtTrfInitn",)):
            raise unfit(f"Document has no {path[0]}.", line_of(element))
        inside = path[1:]
        if inside == ("PmtInf",) and not is_end:
            self._begin_block(element)
        elif is_end and inside == ("GrpHdr",):
            self._read_header(element)
        elif is_end and inside == ("PmtInf",):
            self._end_block(element)
        elif is_end and inside[:1] == ("PmtInf",) and len(inside) == 2:  # noqa: PLR2004 - right below PmtInf
            self._take_part(inside[1], element)
        elif is_end and len(inside) == 1 and inside != ("SplmtryData",):
            raise unfit(f"CstmrCdtTrfInitn has no {inside[0]}.", line_of(element))

    def _begin_block(self, element: etree._Element) -> None:
        if self._header is None:
            raise unfit("PmtInf stands before GrpHdr.", line_of(element))
        self._block = _Block({}, line=line_of(element))

    def _read_header(self, element: etree._Element) -> None:
        if self._header is not None:
            raise unfit("There is more than one GrpHdr.", line_of(element))
        self.message_id = text_at(element, "MsgId")[:_LONGEST_IDENTIFICATION]
        check_sequence(element, _SEQUENCES)
        self._header = element
        for name in ("MsgId", "CreDtTm", "NbOfTxs", "InitgPty"):
            if find(element, name) is None:
                raise unfit(f"GrpHdr has no {name}.", line_of(element))
        _identification(element, "MsgId")

    def _take_part(self, name: str, element: etree._Element) -> None:
        block = self._block
        if block is None:
            raise unfit("PmtInf is out of place.", line_of(element))
        if name not in _BLOCK or (name == "InstrForDbtrAgt" and not self._version_09):
            raise unfit(f"PmtInf has no {name}.", line_of(element))
        if any(_BLOCK.index(earlier) > _BLOCK.index(name) for earlier in block.parts):
            raise unfit(f"{name} stands too late in PmtInf.", line_of(element))
        check_sequence(element, _SEQUENCES)
        if name != "CdtTrfTxInf":
            if name in block.parts:
                raise unfit(f"PmtInf has more than one {name}.", line_of(element))
            block.parts[name] = element
            return
        if not block.count:
            self._check_block(block)
        block.parts.setdefault(name, element)
        transaction = self._transaction(block, element)
        block.count += 1
        block.total += Decimal(transaction.amount)
        self._total += Decimal(transaction.amount)
        self._found.append(transaction)
        # What was read may go: memory stays flat however many transactions there are.
        element.clear()
        while (earlier := element.getprevious()) is not None and etree.QName(earlier).localname == name:
            parent = element.getparent()
            if parent is None:
                return
            parent.remove(earlier)

    def _check_block(self, block: _Block) -> None:
        for name in ("PmtInfId", "PmtMtd", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt"):
            if name not in block.parts:
                raise unfit(f"PmtInf has no {name}.", block.line)
        if block.text("PmtMtd") != "TRF":
            raise unfit("Only transfers are carried out: PmtMtd is TRF.", line_of(block.parts["PmtMtd"]))
        identification = block.text("PmtInfId")
        if not 0 < len(identification) <= _LONGEST_IDENTIFICATION:
            raise unfit("PmtInfId holds 1 to 35 signs.", line_of(block.parts["PmtInfId"]))
        if identification in self._blocks:
            raise unfit("Two PmtInf have the same PmtInfId.", line_of(block.parts["PmtInfId"]))
        self._blocks.add(identification)

    def _end_block(self, element: etree._Element) -> None:
        block = self._block
        self._block = None
        if block is None or not block.count:
            raise unfit("PmtInf holds no transfer.", line_of(element))
        self._agree(block.text("NbOfTxs"), block.text("CtrlSum"), block.count, block.total, block.line)
        element.clear()

    def _transaction(self, block: _Block, element: etree._Element) -> FileTransaction:
        line = line_of(element)
        for name in ("PmtId", "Amt"):
            if find(element, name) is None:
                raise unfit(f"CdtTrfTxInf has no {name}.", line)
        _identification(element, "PmtId/EndToEndId")
        amount = find(element, "Amt/InstdAmt")
        if amount is None or not _AMOUNT.fullmatch((amount.text or "").strip()):
            raise unfit("An amount in InstdAmt was expected.", line)
        own = find(element, "PmtTpInf")
        kind = own if own is not None else block.parts.get("PmtTpInf")
        account = find(element, "CdtrAcct/Id")
        agent = find(element, "CdtrAgt/FinInstnId")
        made = FileTransaction(
            position=len(self._found) + 1,
            line=line,
            payment_information_id=block.text("PmtInfId"),
            instruction_id=text_at(element, "PmtId/InstrId"),
            end_to_end_id=text_at(element, "PmtId/EndToEndId"),
            uetr=text_at(element, "PmtId/UETR"),
            priority=text_at(kind, "InstrPrty"),
            service_levels=_levels(kind),
            local_instrument=text_at(kind, "LclInstrm/Cd") or text_at(kind, "LclInstrm/Prtry"),
            charge_bearer=text_at(element, "ChrgBr") or block.text("ChrgBr"),
            purpose=text_at(element, "Purp/Cd"),
            execution_date=self._execution_date(block),
            debtor_name=block.text("Dbtr/Nm"),
            debtor_account=block.text("DbtrAcct/Id/IBAN") or block.text("DbtrAcct/Id/Othr/Id"),
            debtor_currency=block.text("DbtrAcct/Ccy"),
            creditor_name=text_at(element, "Cdtr/Nm"),
            creditor_iban=text_at(account, "IBAN"),
            creditor_other=text_at(account, "Othr/Id"),
            creditor_bic=text_at(agent, "BICFI" if self._version_09 else "BIC"),
            creditor_clearing=text_at(agent, "ClrSysMmbId/MmbId"),
            creditor_country=text_at(element, "Cdtr/PstlAdr/Ctry"),
            amount=(amount.text or "").strip(),
            currency=amount.get("Ccy", ""),
            remittance=_remittance(element),
        )
        for name, pattern, field in _PATTERNS:
            value = getattr(made, field)
            if (value or name == "Ccy") and not pattern.fullmatch(value):
                raise unfit(f"{name} isn't shaped as its schema says.", line)
        return made

    def _execution_date(self, block: _Block) -> date:
        written = block.text("ReqdExctnDt")
        if self._version_09:
            written = block.text("ReqdExctnDt/Dt") or block.text("ReqdExctnDt/DtTm")[:10]
        match = _DATE.fullmatch(written)
        try:
            return date.fromisoformat(match.group(1) if match else "")
        except ValueError as error:
            raise unfit("ReqdExctnDt holds no date.", line_of(block.parts["ReqdExctnDt"])) from error

    def _agree(self, count: str, control_sum: str, counted: int, total: Decimal, line: int) -> None:
        if count and count != str(counted) and not (count.isdecimal() and int(count[:15]) == counted):
            self._wrong.append(Reason(WRONG_COUNT, f"NbOfTxs says {count[:15]}, the file holds {counted}.", line))
        if control_sum and not (_SUM.fullmatch(control_sum) and Decimal(control_sum) == total):
            self._wrong.append(Reason(WRONG_SUM, f"CtrlSum says {control_sum[:36]}, the amounts make {total}.", line))

    def finished(self) -> PaymentFile:
        header = self._header
        if header is None or not self._found:
            raise unfit("The file holds no transfer.")
        self._agree(
            text_at(header, "NbOfTxs"), text_at(header, "CtrlSum"), len(self._found), self._total, line_of(header)
        )
        if self._wrong:
            raise FileRefusedError(self._wrong)
        return PaymentFile(
            message=self._message,
            message_id=self.message_id,
            created=text_at(header, "CreDtTm"),
            initiator=text_at(header, "InitgPty/Nm"),
            count=len(self._found),
            control_sum=str(self._total),
            transactions=tuple(self._found),
        )


def _levels(kind: etree._Element | None) -> tuple[str, ...]:
    if kind is None:
        return ()
    levels = [child for child in children(kind) if etree.QName(child).localname == "SvcLvl"]
    return tuple(text_at(level, "Cd") or text_at(level, "Prtry") for level in levels)


def _remittance(element: etree._Element) -> str:
    information = find(element, "RmtInf")
    if information is None:
        return ""
    texts = [
        (child.text or "").strip() if etree.QName(child).localname == "Ustrd" else text_at(child, "CdtrRefInf/Ref")
        for child in children(information)
    ]
    return " ".join(text for text in texts if text)


def _identification(element: etree._Element, path: str) -> None:
    if not 0 < len(text_at(element, path)) <= _LONGEST_IDENTIFICATION:
        raise unfit(f"{path} holds 1 to 35 signs.", line_of(element))
