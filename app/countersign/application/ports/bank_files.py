"""What banks say in files: payment status reports, and statements. The shapes, and who reads them.

Sources: ISO 20022 pain.002 (CustomerPaymentStatusReport), camt.052, camt.053 and camt.054 (account report, statement,
debit and credit notification); SWIFT MT940. Files are untrusted: every text in these values stays untrusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

from countersign.domain.money import Money
from countersign.domain.payment import PaymentFields


class FileKind(StrEnum):
    """What a file turned out to be."""

    PAIN_001 = "pain.001"
    PAIN_002 = "pain.002"
    CAMT_029 = "camt.029"
    CAMT_052 = "camt.052"
    CAMT_053 = "camt.053"
    CAMT_054 = "camt.054"
    CAMT_055 = "camt.055"
    MT940 = "MT940"
    CSV = "CSV"


@dataclass(frozen=True, slots=True)
class FileHead:
    """The first part of every file.

    Attributes:
        version: The message's full name, such as ``camt.053.001.08``; ``MT940`` for that.
        identification: The message's own identification (GrpHdr/MsgId), or empty.
        created: GrpHdr/CreDtTm as written, or empty.
        stated_count: GrpHdr/NbOfTxs where the file states it; None otherwise.
        stated_sum: GrpHdr/CtrlSum as written, or empty: currencies may be mixed, so that it is no money.
    """

    kind: FileKind
    version: str
    identification: str
    created: str
    stated_count: int | None = None
    stated_sum: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """The other side of an entry, or a party of a payment; every text may be empty.

    Attributes:
        account: Without spaces: an IBAN where ``scheme`` says so.
        agent: BIC.
        agent_member: ``CODE:MEMBER``, see ``domain.payment``.
    """

    name: str = ""
    account: str = ""
    scheme: str = ""
    agent: str = ""
    agent_member: str = ""


@dataclass(frozen=True, slots=True)
class EntryDetail:
    """One transaction within an entry (camt NtryDtls/TxDtls; MT940 field 86). Amounts are positive.

    Attributes:
        end_to_end_id: Empty also where the bank writes NOTPROVIDED.
        return_reason: ISO 20022 ExternalReturnReason1Code where the entry gives a payment back, or empty.
        references: Other references by their ISO name (``AcctSvcrRef``, ``InstrId``, ``PmtInfId``, ``UETR``).
    """

    amount: Money | None
    other: Party
    end_to_end_id: str = ""
    remittance: str = ""
    return_reason: str = ""
    references: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StatementHead:
    """Begins the entries of one account: a statement, report or notification.

    Attributes:
        identification: Of the statement within the file.
        account: Without spaces.
        scheme: ``IBAN`` or ``BBAN``.
        currency: Of the account, or empty where the bank leaves it out.
        sequence: Electronic or legal sequence number as written, or empty.
        from_date: ISO 8601 date or date and time as written, or empty.
        to_date: As ``from_date``.
    """

    identification: str
    account: str
    scheme: str
    currency: str
    owner: str
    servicer: str
    sequence: str
    created: str
    from_date: str
    to_date: str


@dataclass(frozen=True, slots=True)
class StatementBalance:
    """A balance: ``code`` is ISO 20022 BalanceType12Code (OPBD, CLBD, CLAV, ITBD, PRCD …) or the bank's own; signed."""

    code: str
    amount: Money
    at: str


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """A line of an account.

    Attributes:
        entry: The bank's reference of it (NtryRef, AcctSvcrRef), or empty.
        status: ``BOOK``, ``PDNG``, ``INFO`` or ``FUTR``.
        amount: Signed: negative for money that left. A reversal of a debit is positive.
        reversal: Whether it takes an earlier entry back.
        booked_on: ISO 8601 date, or empty.
        value_on: ISO 8601 date, or empty.
        code: Bank transaction code: ``PMNT.ICDT.ESCT``, or the proprietary one.
        text: AddtlNtryInf or what MT940's field 86 says as a whole.
    """

    entry: str
    status: str
    amount: Money
    reversal: bool
    booked_on: str
    value_on: str
    code: str
    text: str
    details: tuple[EntryDetail, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementEnd:
    """Ends the entries of one account.

    Attributes:
        differences: What in the statement doesn't agree with itself, as codes: ``balance`` where the closing balance is
            not the opening one plus the booked entries; ``count``, ``sum`` where a stated total is not what was found.
    """

    identification: str
    entries: int
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusReason:
    """Why (StsRsnInf): a code of ExternalStatusReason1Code or the bank's own, and its words."""

    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """What a pain.002 says of a whole message, or of one payment information block (``payment_information`` set).

    Attributes:
        status: As written: ``ACCP``, ``RJCT``, ``PART``, ``RCVC`` …; empty where only transactions have one.
    """

    original_message: str
    payment_information: str
    status: str
    reasons: tuple[StatusReason, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """What a pain.002 says of one transaction (TxInfAndSts). It decides, not its group.

    Attributes:
        status: As written, or the block's or group's where the transaction has none of its own.
        name_check: ``RCVC``, ``RVMC``, ``RVNM`` or ``RVNA`` where the bank reports a name check; empty otherwise.
        checked_name: The name that the bank has, with a close match.
        amount: As the bank repeats it, or None.
        creditor: As the bank repeats it.
    """

    original_message: str
    payment_information: str
    instruction_id: str
    end_to_end_id: str
    status: str
    reasons: tuple[StatusReason, ...]
    amount: Money | None
    creditor: Party
    debtor: Party
    name_check: str = ""
    checked_name: str = ""


@dataclass(frozen=True, slots=True)
class FilePayment:
    """One payment of a pain.001 or CSV file.

    Attributes:
        line: Line of the file on which it begins, from 1.
        faults: What is wrong with it, as (field, code); ``payment`` is then what could be read, or None.
    """

    line: int
    payment_information: str
    instruction_id: str
    payment: PaymentFields | None
    faults: tuple[tuple[str, str], ...] = ()


FilePart: TypeAlias = (
    FileHead
    | StatementHead
    | StatementBalance
    | StatementEntry
    | StatementEnd
    | GroupStatus
    | PaymentStatus
    | FilePayment
)

Reading: TypeAlias = Callable[[int, int], None]
"""Told how far the reading is: bytes read, bytes in all."""


class BankFiles(Protocol):
    """Reads what banks and others write. Any lane but VAULT; memory doesn't grow with the file."""

    def read(self, path: Path, progress: Reading | None = None) -> Iterator[FilePart]:
        """Recognise a file by its content and read it part by part.

        Args:
            path: The file.
            progress: Called now and then; what it raises ends the reading, which is how a reading is cancelled.

        Raises:
            UserFacingError: ``file.unknown_kind``, ``file.unreadable`` (``line``, ``reason``), ``file.too_large``,
                ``file.forbidden`` (``what``: a DTD, an entity …), ``file.unknown_version`` (``version``).
        """
